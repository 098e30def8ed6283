/* chat/goods.c - a list of goods out of a table. */
#include "chat/goods.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "chat/archive.h"
#include "chat/csv.h"
#include "chat/text.h"
#include "chat/xlsx.h"

#include "base/banned.h"

#define HEAD_ROWS 30		/* within which the names of columns stand */
#define NAME_MAX_LEN 64		/* of a column */
#define TITLE_MAX 1000
#define TEXT_MAX (64u << 20)	/* of all that is kept */
#define ROUNDED_MAX 2		/* ids like 1.60012E+12 */

/*
 * What platforms call their columns, lower case, one blank between words; what
 * stands first is taken first.
 */
static const char *const id_names[] = {
	"product id|productid|item id|itemid|listing id|listingid|goods id|"
	"offer id|offerid|商品id|产品id|宝贝id|货品id|商品编号|产品编号|"
	"宝贝编号|货品编号|数字id|商品数字id|信息id|et title product id",
	"id|product number|item number|item no|item no.|product code|"
	"item code|goods no|商品编码|产品编码|商品代码|货品编码|编号|编码",
	"seller sku|sellersku|shop sku|shopsku|sku|sku id|skuid|sku code|"
	"model|model no|model no.|model number|part number|asin|商家编码|"
	"货号|商品货号|产品货号|型号|产品型号|sku编码|sku编号|sku货号", NULL
};
/* A part of what the id names: another row of it. */
static const char *const variant_names[] = {
	"variation id|variationid|variant id|variantid|model id|modelid|"
	"sku id|skuid|规格id|规格编号|变体id|et title variation id", NULL
};
static const char *const sku_names[] = {
	"seller sku|sellersku|shop sku|shopsku|sku|sku code|variation sku|"
	"商家编码|规格编码|sku编码|sku编号|sku货号|货号", NULL
};
static const char *const title_names[] = {
	"title|product title|item title|listing title|product name|item name|"
	"goods name|subject|商品名称|商品标题|产品名称|产品标题|宝贝名称|"
	"宝贝标题|货品名称|货品标题|et title product name",
	"name|name en|product name en|title en|标题|名称|品名|信息标题", NULL
};
static const char *const price_names[] = {
	"price|unit price|selling price|your price|standard price|fob price|"
	"price range|sku price|variation price|et title variation price|价格|"
	"单价|售价|销售价|销售价格|商品价格|产品价格|sku价格|一口价|批发价|"
	"供货价|fob价格",
	"retail price|original price|list price|local price|global price|"
	"min price|原价|市场价|零售价|最低价|建议零售价", NULL
};
/* What is asked instead for a time. */
static const char *const sale_names[] = {
	"special price|specialprice|sale price|saleprice|promotion price|"
	"promotional price|discount price|discounted price|deal price|促销价|"
	"活动价|折扣价|优惠价|特价|现价|券后价", NULL
};
static const char *const currency_names[] = {
	"currency|currency code|price currency|币种|货币|币别", NULL
};
/* What platforms write below the names. */
static const char hints[] = "required|optional|mandatory|conditional|"
	"conditional mandatory|read only|readonly|do not edit|必填|选填|"
	"非必填|可选|条件必填|不可修改|不可编辑|只读|系统生成";

enum column { COL_ID, COL_VARIANT, COL_SKU, COL_TITLE, COL_PRICE, COL_SALE,
	COL_CURRENCY, COLUMNS };

static const char *const *const names[COLUMNS] = {id_names, variant_names,
	sku_names, title_names, price_names, sale_names, currency_names};

struct kept {			/* offsets in text, from 1; 0: none */
	size_t id, variant, sku, title, price;
	size_t row;
};

struct reading {
	struct goods *g;
	struct kept *kept;
	size_t cap;
	int at[COLUMNS];
	bool begun;		/* the names were found */
	size_t rows;
	unsigned rounded;
	char name[COLUMNS][NAME_MAX_LEN + 1];
};

/* --- Names of columns. */

/* "*Product_ID " -> "product id"; "" where it is too long to be one. */
static struct chat_str
plain_name(struct chat_str cell, char out[static NAME_MAX_LEN + 1])
{
	size_t i, n = 0;

	for (i = 0; i < cell.n; i++) {
		char c = cell.s[i];

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if ((c >= 0 && c <= ' ') || c == '_' || c == '-' || c == '*' ||
		    c == '"' || c == ':') {
			if (n == 0 || out[n - 1] == ' ')
				continue;
			c = ' ';
		}
		if (n == NAME_MAX_LEN) {
			n = 0;
			break;
		}
		out[n++] = c;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return (struct chat_str){out, n};
}

/* Which cells of a row have names, or at[] all -1. */
static bool
is_head(struct reading *k, const struct chat_str *cell, size_t n)
{
	char text[CSV_CELLS_MAX][NAME_MAX_LEN + 1];
	struct chat_str plain[CSV_CELLS_MAX];
	size_t i, c, t;

	n = n < CSV_CELLS_MAX ? n : CSV_CELLS_MAX;
	for (i = 0; i < n; i++)
		plain[i] = plain_name(cell[i], text[i]);
	for (c = 0; c < COLUMNS; c++) {
		k->at[c] = -1;
		for (t = 0; k->at[c] < 0 && names[c][t]; t++)
			k->at[c] = csv_column(plain, n, names[c][t]);
	}
	if (k->at[COL_PRICE] < 0) {
		k->at[COL_PRICE] = k->at[COL_SALE];
		k->at[COL_SALE] = -1;
	}
	/* one column is not two things */
	if (k->at[COL_VARIANT] == k->at[COL_ID])
		k->at[COL_VARIANT] = -1;
	if (k->at[COL_SKU] == k->at[COL_ID])
		k->at[COL_SKU] = -1;
	for (c = 0; c < COLUMNS; c++)
		(void)snprintf(k->name[c], sizeof(k->name[c]), "%s",
		    k->at[c] >= 0 ? text[k->at[c]] : "");
	return k->at[COL_ID] >= 0 &&
	    (k->at[COL_TITLE] >= 0 || k->at[COL_PRICE] >= 0);
}

/* --- Cells. */

static struct chat_str
cell_of(const struct reading *k, enum column c, const struct chat_str *cell,
	size_t n)
{
	struct chat_str s = {"", 0};

	if (k->at[c] >= 0 && (size_t)k->at[c] < n)
		s = csv_trim(cell[k->at[c]]);
	/* ="123" and '123 keep a spreadsheet from making a number of it */
	if (s.n > 3 && s.s[0] == '=' && s.s[1] == '"' && s.s[s.n - 1] == '"') {
		s.s += 2;
		s.n -= 3;
	} else if (s.n > 1 && s.s[0] == '\'') {
		s.s++;
		s.n--;
	}
	return csv_trim(s);
}

/* Blanks and what controls become one blank each; *at: where it begins. */
static int
put_text(struct buf *out, struct chat_str s, size_t most, struct err *e)
{
	bool blank = false;
	size_t i, n = s.n < most ? s.n : most;

	while (n < s.n && n > 0 && ((uint8_t)s.s[n] & 0xc0) == 0x80)
		n--;
	if (buf_reserve(out, n + 1, e) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		const uint8_t c = (uint8_t)s.s[i];

		if (c <= ' ' || c == 0x7f) {
			blank = true;
			continue;
		}
		if (blank)
			(void)buf_addc(out, ' ', e);
		(void)buf_addc(out, (char)c, e);
		blank = false;
	}
	return 0;
}

static int
keep_text(struct buf *out, struct chat_str s, size_t most, size_t *at,
	struct err *e)
{
	*at = 0;
	if (s.n == 0)
		return 0;
	*at = out->len + 1;
	return put_text(out, s, most, e) < 0 ? -1 : buf_addc(out, '\0', e);
}

static size_t
digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= '0' && s[i] <= '9')
		i++;
	return i;
}

/* "1,299.00" and "1299.0" are the same price as "1299". */
static int
put_price(struct buf *out, struct chat_str s, struct err *e)
{
	const size_t before = out->len;
	size_t i = digits(s.s, s.n), n = 0, whole;

	whole = i;
	while (i >= 1 && whole <= 3 && s.n - i >= 4 && s.s[i] == ',' &&
	    digits(s.s + i + 1, s.n - i - 1) == 3)
		i += 4;
	n = i < s.n && s.s[i] == '.' ? digits(s.s + i + 1, s.n - i - 1) : 0;
	if (whole == 0 || i + (n ? n + 1 : 0) != s.n)
		return put_text(out, s, GOODS_ID_MAX, e);
	while (n > 0 && s.s[i + n] == '0')
		n--;
	if (buf_reserve(out, s.n, e) < 0)
		return -1;
	for (whole = 0; whole < i; whole++)
		if (s.s[whole] != ',')
			(void)buf_addc(out, s.s[whole], e);
	if (n > 0)
		(void)buf_add(out, s.s + i, n + 1, e);
	/* not to grow without end */
	if (out->len - before > GOODS_ID_MAX)
		out->len = before + GOODS_ID_MAX;
	return 0;
}

/* "19.9", "19.9 / 15.9" where less is asked for now, "19.9 USD". */
static int
keep_price(struct reading *k, const struct chat_str *cell, size_t n,
	struct kept *to, struct err *e)
{
	const struct chat_str price = cell_of(k, COL_PRICE, cell, n);
	const struct chat_str sale = cell_of(k, COL_SALE, cell, n);
	const struct chat_str currency = cell_of(k, COL_CURRENCY, cell, n);
	struct buf *out = &k->g->text;

	to->price = 0;
	if (price.n == 0 && sale.n == 0)
		return 0;
	to->price = out->len + 1;
	if (put_price(out, price, e) < 0 || (sale.n > 0 &&
	    (buf_adds(out, price.n ? " / " : "", e) < 0 ||
	    put_price(out, sale, e) < 0)))
		return -1;
	if (currency.n > 0 && (buf_addc(out, ' ', e) < 0 ||
	    put_text(out, currency, 8, e) < 0))
		return -1;
	return buf_addc(out, '\0', e);
}

/* "1.60012E+12": what a spreadsheet makes of 1600123456789. */
static bool
is_rounded(struct chat_str s)
{
	size_t i = digits(s.s, s.n);

	if (i != 1 || s.n < 5 || s.s[1] != '.')
		return false;
	i += 1 + digits(s.s + 2, s.n - 2);
	return i + 2 < s.n && (s.s[i] == 'E' || s.s[i] == 'e') &&
	    s.s[i + 1] == '+' && i + 2 + digits(s.s + i + 2, s.n - i - 2) ==
	    s.n;
}

/* --- Rows. */

/* Names again, or what says how to fill in the column. */
static bool
is_hint(const struct reading *k, struct chat_str id)
{
	char text[NAME_MAX_LEN + 1];
	struct chat_str plain = plain_name(id, text);
	const char *const *t;

	if (plain.n == 0)
		return false;
	if (strcmp(text, k->name[COL_ID]) == 0 ||
	    csv_column(&plain, 1, hints) == 0)
		return true;
	for (t = id_names; *t; t++)
		if (csv_column(&plain, 1, *t) == 0)
			return true;
	return false;
}

static int
grow(struct reading *k, struct err *e)
{
	const size_t cap = k->cap ? 2 * k->cap : 256;
	struct kept *grown;

	if (k->g->n < k->cap)
		return 0;
	grown = realloc(k->kept, cap * sizeof(*grown));
	if (!grown)
		return err_nomem(e);
	k->kept = grown;
	k->cap = cap;
	return 0;
}

static int
take_row(struct reading *k, const struct chat_str *cell, size_t n,
	struct err *e)
{
	const struct chat_str id = cell_of(k, COL_ID, cell, n);
	struct buf *out = &k->g->text;
	struct kept *to;

	if (id.n == 0 || id.n > GOODS_ID_MAX) {
		k->g->bare += id.n > 0 ||
		    cell_of(k, COL_TITLE, cell, n).n > 0;
		return 0;
	}
	if (is_hint(k, id))
		return 0;
	k->rounded += is_rounded(id);
	if (k->g->n == GOODS_MAX) {
		k->g->over++;
		return 0;
	}
	if (grow(k, e) < 0)
		return -1;
	to = &k->kept[k->g->n];
	to->row = k->g->n;
	if (keep_text(out, id, GOODS_ID_MAX, &to->id, e) < 0 ||
	    keep_text(out, cell_of(k, COL_VARIANT, cell, n), GOODS_ID_MAX,
	    &to->variant, e) < 0 ||
	    keep_text(out, cell_of(k, COL_SKU, cell, n), GOODS_ID_MAX,
	    &to->sku, e) < 0 ||
	    keep_text(out, cell_of(k, COL_TITLE, cell, n), TITLE_MAX,
	    &to->title, e) < 0 || keep_price(k, cell, n, to, e) < 0)
		return -1;
	k->g->n++;
	return 0;
}

/* 1: no names within the first rows; 0; -1. */
static int
on_row(struct reading *k, const struct chat_str *cell, size_t n,
	struct err *e)
{
	if (k->begun)
		return take_row(k, cell, n, e);
	k->begun = is_head(k, cell, n);
	return !k->begun && ++k->rows >= HEAD_ROWS;
}

/* --- Tables. */

static bool
is_key(void *arg, struct chat_str cell)
{
	(void)arg;
	return cell.n > 0 && cell.n <= GOODS_ID_MAX &&
	    !memchr(cell.s, ' ', cell.n);
}

static int
read_rows(struct reading *k, struct csv *csv, struct err *e)
{
	struct csv_row row;
	size_t columns = 0;
	int got, rc = 0;

	while (rc == 0 && (got = csv_next(csv, &row, e)) != 0) {
		if (got < 0)
			return -1;
		/* more cells than are counted: those there are */
		if (row.damaged || row.n == 0)
			k->g->damaged += k->begun;
		if (row.n > 0)
			rc = on_row(k, row.cell, row.n, e);
		if (k->begun && columns == 0) {
			columns = row.n;
			csv_expect(csv, columns, (size_t)k->at[COL_ID],
			    is_key, NULL);
		}
	}
	return rc < 0 ? -1 : 0;
}

static int
read_csv(struct reading *k, const struct chat_input *in, struct err *e)
{
	struct chat_encoding enc;
	struct chat_sniff s = {.in = in};
	struct buf raw = BUF_INIT(CHAT_SNIFF_LEN);
	struct buf text = BUF_INIT(4 * CHAT_SNIFF_LEN + 64);
	struct csv *csv = NULL;
	struct csv_head head;
	bool replaced;
	int64_t got;
	int rc = -1;

	if (chat_encoding_find(&enc, in, e) < 0 ||
	    buf_reserve(&raw, CHAT_SNIFF_LEN, e) < 0)
		goto out;
	do {
		got = in->read(in->arg, raw.len, raw.data + raw.len,
		    CHAT_SNIFF_LEN - raw.len, e);
		if (got < 0)
			goto out;
		raw.len += (size_t)got;
	} while (got > 0 && raw.len < CHAT_SNIFF_LEN);
	if (raw.len > enc.bom && chat_text_convert(&text, enc.name,
	    raw.data + enc.bom, raw.len - enc.bom, &replaced, e) < 0)
		goto out;
	s.text = buf_str(&text);
	s.ntext = text.len;
	if (!csv_look(&head, &s)) {
		(void)err_set(e, ERR_FORMAT, "it is no table");
		goto out;
	}
	csv = csv_open(in, &enc, head.delimiter, e);
	if (csv)
		rc = read_rows(k, csv, e);
out:
	csv_close(csv);
	buf_release(&text);
	buf_release(&raw);
	return rc;
}

/* The first sheet that is a list. */
static int
read_workbook(struct reading *k, const struct chat_input *in, struct err *e)
{
	struct xlsx *x = xlsx_open(in, e);
	struct xlsx_row row;
	int got = 1, rc = x ? 0 : -1;
	size_t i;

	for (i = 0; rc == 0 && !k->begun && i < xlsx_sheets(x); i++) {
		k->rows = 0;
		rc = xlsx_begin(x, i, e);
		while (rc == 0 && (got = xlsx_next(x, &row, e)) == 1)
			rc = on_row(k, row.cell, row.n, e);
		rc = rc < 0 || got < 0 ? -1 : 0;
	}
	xlsx_close(x);
	return rc;
}

static int
read_table(struct reading *k, const struct chat_input *in, struct err *e)
{
	static const uint8_t ole[4] = {0xd0, 0xcf, 0x11, 0xe0};
	uint8_t head[512];
	int64_t n;

	if (in->size > GOODS_IN_MAX)
		return err_set(e, ERR_FORMAT, "it is too large");
	n = in->read(in->arg, 0, head, sizeof(head), e);
	if (n < 0)
		return -1;
	if (n >= 4 && memcmp(head, ole, 4) == 0)
		return err_set(e, ERR_FORMAT, "it is a workbook of an old "
		    "kind; save it as .xlsx or .csv");
	if (n >= 4 && memcmp(head, "PK\3\4", 4) == 0)
		return read_workbook(k, in, e);
	return read_csv(k, in, e);
}

/* --- What they are called. */

static const char *
text_at(const struct goods *g, size_t at)
{
	return at ? (const char *)g->text.data + at - 1 : NULL;
}

struct sorting { const struct goods *g; struct kept k; };

static int
compare_text(const struct goods *g, size_t a, size_t b)
{
	const char *x = text_at(g, a), *y = text_at(g, b);

	return strcmp(x ? x : "", y ? y : "");
}

static int
compare(const void *x, const void *y)
{
	const struct sorting *p = x, *q = y;
	int c = compare_text(p->g, p->k.id, q->k.id);

	if (c == 0)
		c = compare_text(p->g, p->k.variant, q->k.variant);
	return c ? c : p->k.row < q->k.row ? -1 : p->k.row > q->k.row;
}

/* Are there two of one name?  V is sorted. */
static bool
has_twins(const struct sorting *v, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (compare_text(v->g, v[i - 1].k.id, v[i].k.id) == 0 &&
		    compare_text(v->g, v[i - 1].k.variant,
		    v[i].k.variant) == 0)
			return true;
	return false;
}

/* ID, ID/VARIANT, and "#2" behind the second of a name. */
static int
name_item(struct goods *g, const struct kept *k, size_t nth, size_t *at,
	struct err *e)
{
	struct buf *out = &g->text;
	size_t i, part[2] = {k->id, k->variant};

	*at = out->len + 1;
	for (i = 0; i < 2; i++) {
		const size_t n = part[i] ? strlen(text_at(g, part[i])) : 0;

		if (n == 0)
			continue;
		if (buf_reserve(out, n + 32, e) < 0)
			return -1;
		if (i > 0)
			(void)buf_addc(out, '/', e);
		(void)buf_add(out, text_at(g, part[i]), n, e);
	}
	return (nth > 1 && buf_addf(out, e, "#%zu", nth) < 0) ? -1 :
	    buf_addc(out, '\0', e);
}

static int
name_all(struct goods *g, struct sorting *v, struct err *e)
{
	size_t i, nth = 1, at;

	for (i = 0; i < g->n; i++) {
		const bool twin = i > 0 &&
		    compare_text(g, v[i - 1].k.id, v[i].k.id) == 0 &&
		    compare_text(g, v[i - 1].k.variant,
		    v[i].k.variant) == 0;

		nth = twin ? nth + 1 : 1;
		g->repeated += twin;
		if (name_item(g, &v[i].k, nth, &at, e) < 0)
			return -1;
		v[i].k.sku = at;	/* which has had its say */
	}
	/* the text lies where it lies from here on */
	for (i = 0; i < g->n; i++)
		g->item[i] = (struct goods_item){text_at(g, v[i].k.sku),
		    text_at(g, v[i].k.title), text_at(g, v[i].k.price)};
	return 0;
}

static int
compare_items(const void *x, const void *y)
{
	const struct goods_item *p = x, *q = y;

	return strcmp(p->id, q->id);
}

/*
 * Where ids alone do not tell rows apart, a code of the seller's does: no row
 * number would, when a row goes.
 */
static int
settle(struct reading *k, struct err *e)
{
	struct goods *g = k->g;
	struct sorting *v = calloc(g->n, sizeof(*v));
	bool by_sku;
	size_t i;
	int rc = -1;

	g->item = calloc(g->n, sizeof(*g->item));
	if (!v || !g->item) {
		(void)err_nomem(e);
		goto out;
	}
	for (i = 0; i < g->n; i++)
		v[i] = (struct sorting){g, k->kept[i]};
	qsort(v, g->n, sizeof(*v), compare);
	by_sku = k->at[COL_SKU] >= 0 && has_twins(v, g->n);
	for (i = 0; by_sku && i < g->n; i++)
		v[i].k.variant = v[i].k.variant ? v[i].k.variant : v[i].k.sku;
	if (by_sku)
		qsort(v, g->n, sizeof(*v), compare);
	(void)snprintf(g->columns, sizeof(g->columns), "%s/%s/%s; %s; %s/%s %s",
	    k->name[COL_ID], k->name[COL_VARIANT],
	    by_sku ? k->name[COL_SKU] : "", k->name[COL_TITLE],
	    k->name[COL_PRICE], k->name[COL_SALE], k->name[COL_CURRENCY]);
	rc = name_all(g, v, e);
	if (rc == 0)
		qsort(g->item, g->n, sizeof(*g->item), compare_items);
out:
	free(v);
	return rc;
}

int
goods_read(const struct chat_input *in, struct goods *out, struct err *e)
{
	struct reading k = {.g = out};
	int rc = -1;

	memset(out, 0, sizeof(*out));
	buf_init(&out->text, TEXT_MAX);
	if (read_table(&k, in, e) < 0)
		goto out;
	if (!k.begun)
		(void)err_set(e, ERR_FORMAT, "no row of it names columns of "
		    "goods: an id, and a title or a price");
	else if (k.rounded >= ROUNDED_MAX)
		(void)err_set(e, ERR_FORMAT, "a spreadsheet has rounded the "
		    "ids in it (1.60012E+12)");
	else if (out->n == 0)
		(void)err_set(e, ERR_FORMAT, "it names columns, but no goods");
	else
		rc = settle(&k, e);
out:
	free(k.kept);
	return rc;
}

void
goods_free(struct goods *g)
{
	free(g->item);
	buf_release(&g->text);
	memset(g, 0, sizeof(*g));
}
