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
		cmocka_unit_test(bears_another_page)
	};
	struct err e = ERR_INIT;

	if (crypto_setup(&e) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
