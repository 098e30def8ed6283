/* tests/desk/shoplist_test.c - what lists of goods are called, and their page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "desk/shoplist.h"

#include "base/banned.h"

static void
name(const char *path, const char *want)
{
	char out[SHOPS_NAME_MAX + 1] = "";

	assert_int_equal(shoplist_name(path, strlen(path), out),
	    want != NULL);
	if (want)
		assert_string_equal(out, want);
}

static void
names(void **state)
{
	char a[SHOPS_NAME_MAX + 1], b[SHOPS_NAME_MAX + 1], path[200];

	(void)state;
	name("products.csv", "products");
	name("20261124.XLSX", "products");
	name("products-2026-11-24 (1).csv", "products");
	name("Products_lazada_20261124.csv", "products/lazada");
	name("2026/11/Listing_24.xlsx", "products/listing");
	name("shopee/Mass Update 1/list.tsv", "products/shopee/mass update/list");
	name("商品列表20261124.xls", "products/商品列表");
	name("inventory.txt", "products/inventory");
	/* no lists */
	name("photo.jpg", NULL);
	name(".csv", NULL);
	name("csv", NULL);
	name("", NULL);
	name("a\nb.csv", NULL);
	name("\xff.csv", NULL);
	/* long ones are told apart, and no character is torn */
	memset(path, 'a', sizeof(path));
	memcpy(path, "价价", 6);
	memcpy(path + 150, "b.csv", 5);
	assert_true(shoplist_name(path, 155, a));
	path[150] = 'c';
	assert_true(shoplist_name(path, 155, b));
	assert_int_equal(strlen(a), SHOPS_NAME_MAX);
	assert_string_not_equal(a, b);
}

static void
pages(void **state)
{
	struct goods_item item[] = {{"1", "A \"quoted\" \\ lamp", "9.9"},
	    {"2", NULL, NULL}};
	struct goods g = {.item = item, .n = 2, .columns = "id; title"};
	struct buf out = BUF_INIT(PAGE_MAX);
	struct err e = ERR_INIT;
	struct shop_page p;
	size_t n;

	(void)state;
	assert_int_equal(shoplist_goods(&g, &out, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_int_equal(page_read(&p, out.data, out.len, &e), 0);
	assert_string_equal(p.view, "list");
	assert_string_equal(p.print.flags, "id; title");
	assert_string_equal(p.item[0].title, "A \"quoted\" \\ lamp");
	assert_null(p.item[1].price);
	assert_false(p.cut);
	page_free(&p);
	buf_release(&out);
}

/* What does not go into a page is left out of it, and said. */
static void
too_much(void **state)
{
	struct goods g = {.n = 10000, .columns = "id"};
	struct buf out = BUF_INIT(PAGE_MAX);
	char title[1001], *ids = malloc(g.n * 8);
	struct err e = ERR_INIT;
	struct shop_page p;
	size_t n, i;

	(void)state;
	g.item = calloc(g.n, sizeof(*g.item));
	assert_true(g.item && ids);
	memset(title, '"', 1000);	/* each takes two */
	title[1000] = '\0';
	for (i = 0; i < g.n; i++) {
		(void)snprintf(ids + 8 * i, 8, "%06zu", i);
		g.item[i] = (struct goods_item){ids + 8 * i, title, NULL};
	}
	assert_int_equal(shoplist_goods(&g, &out, &n, &e), 0);
	assert_true(n > 1000 && n < g.n);
	assert_int_equal(page_read(&p, out.data, out.len, &e), 0);
	assert_int_equal(p.nitems, n);
	assert_true(p.cut);
	page_free(&p);
	free(g.item);
	free(ids);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(pages),
		cmocka_unit_test(too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
