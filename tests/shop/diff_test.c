/* tests/shop/diff_test.c - changes of pages that no browser made. */
#include "shop/diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define MANY 5000

static int
list(void *arg, const struct shop_event *v, struct err *e)
{
	return buf_addf(arg, e, "%s %s|%s|%s;", shop_change_name(v->change),
	    v->what ? v->what : "", v->before ? v->before : "",
	    v->after ? v->after : "");
}

static struct shop_page
empty(void)
{
	return (struct shop_page){.page = "p", .view = "desktop", .url = "u",
	    .height = 1000, .print = {"b", "f", "v", "t", 1}};
}

static void
are(const struct shop_page *a, const struct shop_page *b,
	const char *expected)
{
	struct buf out = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;

	assert_int_equal(shop_diff(a, b, list, &out, &e), 0);
	assert_string_equal(buf_str(&out), expected);
	buf_release(&out);
}

static void
compares_only_what_can_be(void **state)
{
	struct shop_page a = empty(), b = empty();

	(void)state;
	are(&a, &b, "");
	b.title = "t";
	b.print.browser = "c";
	are(&a, &b, "rebased ||;");
	b = empty();
	b.print.driver = 2;
	are(&a, &b, "rebased ||;");
	b = empty();
	b.height = 1001;
	are(&a, &b, "length ||;");
}

/* What a link says stays and where it leads does not: the gravest of links. */
static void
follows_links(void **state)
{
	struct shop_link x[] = {{"/a", "A"}, {"/b", "B"}, {"/b", "B"},
	    {"/c", NULL}};
	struct shop_link y[] = {{"/b", "B"}, {"/x", "A"}, {"/b", "B"},
	    {"/d", "D"}};
	struct shop_page a = empty(), b = empty();

	(void)state;
	a.link = x;
	a.nlinks = 4;
	b.link = y;
	b.nlinks = 4;
	are(&a, &b, "link-changed A|/a|/x;link-added D||/d;"
	    "link-removed |/c|;");
}

static void
tells_looks_only_where_nothing_else_was_told(void **state)
{
	struct shop_strip x[4], y[4];
	struct shop_line l = {"old", 70, 20}, m = {"new", 70, 20};
	struct shop_page a = empty(), b = empty();

	(void)state;
	for (int i = 0; i < 4; i++) {
		x[i] = (struct shop_strip){.y = 64 * i, .h = 64};
		memset(x[i].sha256, i, SHOP_HASH_LEN);
		y[i] = x[i];
	}
	a.strip = x;
	b.strip = y;
	a.nstrips = b.nstrips = 4;
	memset(y[1].sha256, 99, SHOP_HASH_LEN);
	are(&a, &b, "look ||;");
	a.text = &l;
	b.text = &m;
	a.ntext = b.ntext = 1;
	are(&a, &b, "text-changed |old|new;");
	memset(y[3].sha256, 98, SHOP_HASH_LEN);
	are(&a, &b, "text-changed |old|new;look ||;");
}

/* A line is of goods where it stands in their card; elsewhere it is its own. */
static void
leaves_goods_what_is_theirs(void **state)
{
	struct shop_item x[] = {{"1", NULL, "Tel", "￥1", NULL, 100, 50}};
	struct shop_item y[] = {{"1", NULL, "Tel", "￥2", NULL, 100, 50}};
	struct shop_line l[] = {{"Tel ￥1 a piece", 120, 20},
	    {"Tel. 0574-1234", 400, 20}, {"[hidden] Tel ￥1 (sale)", 0, 0}};
	struct shop_line m[] = {{"Tel ￥2 a piece", 120, 20},
	    {"Tel. 0574-9999", 400, 20}, {"[hidden] Tel ￥2 (sale)", 0, 0}};
	struct shop_page a = empty(), b = empty();

	(void)state;
	a.item = x;
	b.item = y;
	a.nitems = b.nitems = 1;
	a.text = l;
	b.text = m;
	a.ntext = b.ntext = 3;
	are(&a, &b, "price 1|￥1|￥2;"
	    "text-changed |Tel. 0574-1234|Tel. 0574-9999;");
}

/* Of goods that are there twice the first counts, in whatever order they lie. */
static void
takes_the_first_of_twins(void **state)
{
	struct shop_item x[] = {{"7", NULL, "A", "￥1", NULL, 0, 9},
	    {"8", NULL, "B", "￥5", NULL, 10, 9},
	    {"7", NULL, "A", "￥2", NULL, 20, 9},
	    {"7", NULL, "A", "￥3", NULL, 30, 9}};
	struct shop_item y[] = {{"7", NULL, "A", "￥1", NULL, 0, 9},
	    {"7", NULL, "A", "￥9", NULL, 10, 9},
	    {"8", NULL, "B", "￥5", NULL, 20, 9}};
	struct shop_page a = empty(), b = empty();

	(void)state;
	a.item = x;
	a.nitems = 4;
	b.item = y;
	b.nitems = 3;
	are(&a, &b, "");
	are(&b, &a, "");
	y[0].price = "￥4";
	are(&a, &b, "price 7|￥1|￥4;");
	b.nitems = 0;
	are(&a, &b, "item-removed 7|A|;item-removed 8|B|;");
	are(&b, &a, "item-added 7||A;item-added 8||B;");
}

/* What a list that was cut does not name is neither gone nor new. */
static void
knows_no_end_of_a_list_that_was_cut(void **state)
{
	struct shop_item x[] = {{.id = "1", .price = "1"}, {.id = "2"}};
	struct shop_item y[] = {{.id = "1", .price = "2"}, {.id = "3"}};
	struct shop_strip strip = {.y = 0, .h = 64};
	struct shop_page a = empty(), b = empty();

	(void)state;
	a.item = x;
	b.item = y;
	a.nitems = b.nitems = 2;
	b.cut = true;
	are(&a, &b, "price 1|1|2;item-added 3||;");
	a.cut = true;
	are(&a, &b, "price 1|1|2;");
	b.cut = false;
	are(&a, &b, "item-removed 2||;price 1|1|2;");
	/* a page is cut below what was seen: its goods are all there */
	a.cut = b.cut = true;
	a.strip = b.strip = &strip;
	a.nstrips = b.nstrips = 1;
	are(&a, &b, "item-removed 2||;price 1|1|2;item-added 3||;");
}

/* Lines that may be of any goods: the search has an end, and they are told. */
static void
bears_a_record_made_to_be_slow(void **state)
{
	enum { LINES = 4000 };
	struct shop_page a = empty(), b = empty();
	struct shop_line *y = calloc(LINES, sizeof(*y));
	struct shop_item *q = calloc(LINES, sizeof(*q));
	char (*text)[2][32] = calloc(LINES, sizeof(*text));
	struct buf out = BUF_INIT(16 << 20);
	struct err e = ERR_INIT;
	size_t n = 0;

	(void)state;
	assert_true(y && q && text);
	for (int i = 0; i < LINES; i++) {
		(void)snprintf(text[i][0], 32, "[hidden] %d aaaaab", i);
		(void)snprintf(text[i][1], 32, "%daaaaaab", LINES + i);
		y[i] = (struct shop_line){text[i][0], 0, 0};
		q[i] = (struct shop_item){.id = text[i][1],
		    .title = i == 0 ? "aaaaab" : text[i][1]};
	}
	b.text = y;
	b.item = q;
	b.ntext = b.nitems = LINES;
	assert_int_equal(shop_diff(&a, &b, list, &out, &e), 0);
	for (const char *at = buf_str(&out); (at = strstr(at, "text-hidden"));
	    at++)
		n++;
	/* Those that were searched before the end are of the first goods. */
	assert_true(n > LINES / 2 && n < LINES);
	buf_release(&out);
	free(y);
	free(q);
	free(text);
}

/* Everything is another, 5,000 rows of it: many changes, no long wait. */
static void
bears_another_page(void **state)
{
	struct shop_page a = empty(), b = empty();
	struct shop_line *x = calloc(MANY, sizeof(*x));
	struct shop_line *y = calloc(MANY, sizeof(*y));
	struct shop_item *p = calloc(MANY, sizeof(*p));
	struct shop_item *q = calloc(MANY, sizeof(*q));
	char (*text)[4][16] = calloc(MANY, sizeof(*text));
	struct buf out = BUF_INIT(64 << 20);
	struct err e = ERR_INIT;
	size_t n = 0;

	(void)state;
	assert_true(x && y && p && q && text);
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(text[i][0], 16, "line %d", i);
		(void)snprintf(text[i][1], 16, "row %d", i);
		(void)snprintf(text[i][2], 16, "A%d", i);
		(void)snprintf(text[i][3], 16, "B%d", i);
		x[i] = (struct shop_line){text[i][0], i, 1};
		y[i] = (struct shop_line){text[i][1], i, 1};
		p[i] = (struct shop_item){.id = text[i][2], .title = "t"};
		q[i] = (struct shop_item){.id = text[i][3], .title = "u"};
	}
	a.text = x;
	b.text = y;
	a.item = p;
	b.item = q;
	a.ntext = b.ntext = a.nitems = b.nitems = MANY;
	assert_int_equal(shop_diff(&a, &b, list, &out, &e), 0);
	for (const char *at = buf_str(&out); (at = strchr(at, ';')); at++)
		n++;
	assert_int_equal(n, 3 * MANY);	/* of lines a pair is one */
	/* And back to front, each of them is there. */
	for (int i = 0; i < MANY; i++) {
		x[i].text = text[i][0];
		y[MANY - 1 - i].text = text[i][0];
		q[MANY - 1 - i] = p[i];
	}
	buf_clear(&out);
	assert_int_equal(shop_diff(&a, &b, list, &out, &e), 0);
	assert_null(strstr(buf_str(&out), "item-removed"));
	assert_non_null(strstr(buf_str(&out), "item-moved"));
	buf_release(&out);
	free(x);
	free(y);
	free(p);
	free(q);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_only_what_can_be),
		cmocka_unit_test(follows_links),
		cmocka_unit_test(tells_looks_only_where_nothing_else_was_told),
		cmocka_unit_test(leaves_goods_what_is_theirs),
		cmocka_unit_test(takes_the_first_of_twins),
		cmocka_unit_test(knows_no_end_of_a_list_that_was_cut),
		cmocka_unit_test(bears_a_record_made_to_be_slow),
		cmocka_unit_test(bears_another_page)
	};
	struct err e = ERR_INIT;

	if (crypto_setup(&e) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
