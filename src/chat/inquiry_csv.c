/*
 * chat/inquiry_csv.c - lists of inquiries from Alibaba.com's message centre.
 *
 * What scripts and people save there has a column for each thing that is known
 * of an inquiry, in Chinese or English, in any order; times are Beijing's.
 * Each row is a message of kind inquiry.
 */
#include "chat/formats.h"

#include "chat/sheet.h"

#include "base/banned.h"

enum {
	ID, CUSTOMER, COUNTRY, COMPANY, TITLE, CREATED, REPLIED, READ, OWNER,
	EMAIL, PHONE, STATUS, CONTENT, COUNT
};

static const char *const names[COUNT] = {
	"询盘id|询盘编号|询盘单号|inquiry id|inquiryid|inquiry no|"
	    "inquiry no.|tradeid|trade id|trade_id|inquiry_id",
	"客户名|客户名称|客户姓名|客户|买家|买家名|买家姓名|联系人|customer|"
	    "customer name|customername|buyer|buyer name|contact|"
	    "contact name|customer_name|buyer_name",
	"国家/地区|国家地区|国家|地区|country|country/region|region|nation",
	"公司名称|公司名|公司|客户公司|company|company name|companyname|"
	    "company_name",
	"询盘标题|标题|主题|询盘主题|subject|title|inquiry title|"
	    "inquiry subject|inquiry|product|产品|产品名称",
	"创建时间|询盘时间|询盘创建时间|发送时间|提交时间|created|"
	    "created time|create time|creation time|created at|createtime|"
	    "created_at|inquiry time|inquiry date|date|time|日期|时间",
	"最新回复时间|最近回复时间|最后回复时间|回复时间|last reply|"
	    "last reply time|latest reply time|latest reply|last_reply|"
	    "replied|reply time|lastreplytime",
	"读取时间|已读时间|阅读时间|read time|read at|read_time|readtime",
	"业务员|负责人|跟进人|所属业务员|销售|客户经理|owner|owner name|"
	    "ownername|salesperson|sales|sales rep|owner_name|assignee",
	"邮箱|邮件|电子邮箱|email|e-mail|mail|email address",
	"手机|手机号|电话|联系电话|电话号码|phone|mobile|tel|telephone|"
	    "phone number",
	"状态|询盘状态|status|state",
	"询盘内容|内容|留言|content|message|inquiry content"
};

static int on_row(struct sheet *t, struct err *e);

static const struct sheet_kind kind = {
	.names = names, .n = COUNT, .time = CREATED, .row = on_row
};

static int
score(const struct chat_sniff *s)
{
	struct csv_head h;
	int at[COUNT];
	int points = 0;

	if (!csv_look(&h, s))
		return 0;
	(void)sheet_map(h.cell, h.n, &kind, at);
	/* A chat has a sender; an inquiry a customer, and somebody's care. */
	if (at[CREATED] < 0 || (at[ID] < 0 && at[TITLE] < 0) ||
	    (at[CUSTOMER] < 0 && at[COMPANY] < 0))
		return 0;
	points = 60 + (at[ID] >= 0 ? 15 : 0) + (at[OWNER] >= 0 ? 15 : 0) +
	    (at[REPLIED] >= 0 ? 15 : 0) + (at[READ] >= 0 ? 10 : 0) +
	    (at[COUNTRY] >= 0 ? 5 : 0);
	if (at[OWNER] < 0 && at[REPLIED] < 0 && at[ID] < 0)
		return 0;
	return points < CHAT_SURE ? points : CHAT_SURE;
}

static void
add_field(struct sheet *t, const char *key, size_t column)
{
	struct chat_str s = sheet_name(t, column);

	if (s.n > 0)
		compose_field(&t->c, key, s);
}

/* A time as ISO 8601, or as it stands. */
static void
add_time(struct sheet *t, const char *key, size_t column, bool always)
{
	struct chat_str s = sheet_name(t, column);
	struct chat_stamp when;
	char *text;

	if (s.n > 0 && sheet_when(t, s, &when) &&
	    (text = compose_room(&t->c, STAMP_TEXT_LEN)) != NULL) {
		stamp_text(text, &when);
		s = compose_lit(text);
	}
	if (s.n > 0 || always)
		compose_field(&t->c, key, s);
}

static int
on_row(struct sheet *t, struct err *e)
{
	struct chat_msg *m = &t->c.m;
	struct chat_str created = sheet_raw(t, CREATED);

	m->native_id = sheet_name(t, ID);
	m->sender_name = sheet_name(t, CUSTOMER);
	if (!m->sender_name.s)
		m->sender_name = sheet_name(t, COMPANY);
	m->text = sheet_text(t, TITLE);
	if (t->at[CONTENT] >= 0) {
		struct chat_str content = sheet_text(t, CONTENT);

		if (m->text.n > 0 && content.n > 0)
			m->text = compose_join(&t->c, m->text, "\n", content);
		else if (content.n > 0)
			m->text = content;
	}
	if (!sheet_when(t, created, &m->when)) {
		if (!m->native_id.s && m->text.n == 0)
			return sheet_unparsed(t, e);
		m->warn |= CHAT_WARN_TIME;
	}
	m->kind = CHAT_INQUIRY;
	m->role = CHAT_PEER;
	m->conv_type = CHAT_INQUIRIES;
	m->conv_id = m->native_id;
	m->conv_name = m->sender_name;
	compose_field(&t->c, "owner", sheet_name(t, OWNER));
	add_time(t, "replied", REPLIED, true);
	add_time(t, "read", READ, false);
	add_field(t, "country", COUNTRY);
	if (t->at[CUSTOMER] >= 0)
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

const struct chat_format chat_inquiry_csv = {
	.name = "alibaba-inquiry",
	.platform = "alibaba",
	.version = 1,
	.score = score,
	.read = read_all
};
