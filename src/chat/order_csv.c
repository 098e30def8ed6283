/*
 * chat/order_csv.c - lists of orders, as shops and platforms save them.
 *
 * A column for each thing that is known of an order, found by its name, in
 * Chinese or English, in any order.  Each row is a message of kind order, by the
 * customer.
 */
#include "chat/formats.h"

#include "chat/sheet.h"

#include "base/banned.h"

enum {
	ID, CUSTOMER, AMOUNT, CREATED, CURRENCY, TITLE, EMAIL, PHONE, COMPANY,
	COUNTRY, STATUS, OWNER, COUNT
};

static const char *const names[COUNT] = {
	"订单号|订单编号|订单id|订单单号|order id|orderid|order_id|order no|"
	    "order no.|order number|order-id|order",
	"买家|买家名|买家姓名|买家昵称|买家会员名|客户|客户名|客户名称|"
	    "客户姓名|收货人|收货人姓名|buyer|buyer name|buyer_name|customer|"
	    "customer name|customer_name|recipient|recipient name|ship to|"
	    "billing name|shipping name",
	"订单金额|订单总金额|金额|总金额|总额|实付金额|买家实际支付金额|"
	    "买家应付货款|成交金额|总价|合计|amount|total|order total|"
	    "order amount|total amount|grand total|total price|paid amount",
	"下单时间|创建时间|订单创建时间|订单时间|成交时间|付款时间|"
	    "订单付款时间|下单日期|日期|created|created at|created_at|"
	    "created time|order date|order time|date|purchase date|"
	    "purchase-date|paid at|time",
	"币种|货币|currency|currency code",
	"商品|商品名称|商品标题|宝贝标题|产品|产品名称|货品标题|product|"
	    "product name|item|item name|title|lineitem name|items",
	"邮箱|邮件|电子邮箱|买家邮箱|email|e-mail|mail|email address|"
	    "buyer email|customer email",
	"手机|手机号|联系手机|联系电话|电话|买家电话|phone|mobile|tel|"
	    "telephone|phone number|buyer phone|billing phone|shipping phone",
	"公司|公司名|公司名称|客户公司|company|company name",
	"国家/地区|国家地区|国家|收货国家|country|country/region|"
	    "shipping country",
	"状态|订单状态|status|order status|financial status",
	"业务员|负责人|跟进人|销售|owner|salesperson|sales|sales rep"
};

static int on_row(struct sheet *t, struct err *e);

static const struct sheet_kind kind = {
	.names = names, .n = COUNT, .time = CREATED, .row = on_row
};

static int
score(const struct chat_sniff *s)
{
	return sheet_score(s, &kind, 1u << ID | 1u << CUSTOMER | 1u << AMOUNT |
	    1u << CREATED);
}

static void
add_field(struct sheet *t, const char *key, size_t column)
{
	struct chat_str s = sheet_name(t, column);

	if (s.n > 0)
		compose_field(&t->c, key, s);
}

static int
on_row(struct sheet *t, struct err *e)
{
	struct chat_msg *m = &t->c.m;
	struct chat_str amount = sheet_name(t, AMOUNT);
	struct chat_str currency = sheet_name(t, CURRENCY);

	m->native_id = sheet_name(t, ID);
	m->sender_name = sheet_name(t, CUSTOMER);
	/* a second line of the same order says what else is in it */
	if (m->native_id.n == 0 || amount.n == 0)
		return sheet_unparsed(t, e);
	m->text = sheet_text(t, TITLE);
	if (currency.n > 0)
		amount = compose_join(&t->c, currency, " ", amount);
	m->text = m->text.n > 0 ? compose_join(&t->c, m->text, "\n", amount) :
	    amount;
	if (!sheet_when(t, sheet_raw(t, CREATED), &m->when))
		m->warn |= CHAT_WARN_TIME;
	m->kind = CHAT_ORDER;
	m->role = CHAT_PEER;
	m->conv_type = CHAT_INQUIRIES;
	m->conv_id = m->native_id;
	m->conv_name = m->sender_name;
	compose_field(&t->c, "amount", amount);
	add_field(t, "owner", OWNER);
	add_field(t, "country", COUNTRY);
	add_field(t, "company", COMPANY);
	add_field(t, "email", EMAIL);
	add_field(t, "phone", PHONE);
	add_field(t, "status", STATUS);
	return compose_emit(&t->c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	return sheet_read(job, &kind, e);
}

const struct chat_format chat_order_csv = {
	.name = "order-list",
	.platform = "orders",
	.version = 1,
	.score = score,
	.read = read_all
};
