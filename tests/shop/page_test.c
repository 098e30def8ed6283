/* tests/shop/page_test.c - a page as JSON, there and back. */
#include "shop/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static const char whole[] = "{\"v\":1,\"type\":\"page\",\"page\":\"home\","
    "\"view\":\"desktop\",\"url\":\"https://shop.example/\",\"final\":null,"
    "\"status\":200,\"title\":\"灯 \\\"Lamps\\\"\",\"width\":1280,"
    "\"height\":5227,\"cut\":false,\"fingerprint\":{\"browser\":\"156\","
    "\"flags\":\"f\",\"view\":\"1280x800@1\",\"fonts\":\"t\",\"driver\":1},"
    "\"text\":[{\"text\":\"one\",\"y\":5,\"h\":20},"
    "{\"text\":\"\",\"y\":30,\"h\":0}],\"items\":[{\"id\":\"A7\",\"href\":\"/a7\","
    "\"title\":\"Lamp\",\"price\":\"￥19.49\",\"image\":null,\"y\":900,"
    "\"h\":340}],"
    "\"links\":[{\"href\":\"/x\",\"text\":\"More\"}],"
    "\"images\":[{\"src\":\"/a.jpg\",\"alt\":null,\"w\":10,\"h\":20,\"x\":-1,"
    "\"y\":2,\"cw\":3,\"ch\":4,\"sha256\":\"" HEX "\",\"broken\":false},"
    "{\"src\":\"/b.jpg\",\"alt\":\"b\",\"w\":0,\"h\":0,\"x\":0,\"y\":0,"
    "\"cw\":0,\"ch\":0,\"sha256\":null,\"broken\":true}],"
    "\"login\":false,\"captcha\":true,"
    "\"parts\":[{\"url\":\"https://shop.example/\",\"type\":\"text/html\","
    "\"sha256\":\"" HEX "\",\"bytes\":77}],"
    "\"strips\":[{\"y\":0,\"h\":64,\"sha256\":\"" HEX "\"}]}\n";

static void
comes_back_as_it_was(void **state)
{
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct shop_page p;

	(void)state;
	assert_int_equal(page_read(&p, whole, sizeof(whole) - 1, &e), 0);
	assert_string_equal(p.title, "灯 \"Lamps\"");
	assert_null(p.final);
	assert_int_equal(p.height, 5227);
	assert_int_equal(p.ntext, 2);
	assert_string_equal(p.text[1].text, "");
	assert_int_equal(p.nitems, 1);
	assert_string_equal(p.item[0].price, "￥19.49");
	assert_int_equal(p.nimages, 2);
	assert_true(p.image[0].has_hash);
	assert_int_equal(p.image[0].sha256[31], 0x1f);
	assert_false(p.image[1].has_hash);
	assert_true(p.image[1].broken);
	assert_int_equal(p.image[0].x, -1);
	assert_true(p.captcha);
	assert_int_equal(p.part[0].bytes, 77);
	assert_int_equal(p.strip[0].h, 64);
	assert_int_equal(page_write(&p, &out, &e), 0);
	assert_string_equal(buf_str(&out), whole);
	page_free(&p);
	buf_release(&out);
}

/* Each key of its own: gone, and of another type. */
static void
holds_every_key_to_its_form(void **state)
{
	static const char *const may_be_null[] = {
		"final", "title", "href", "image", "alt", "price"
	};
	struct err e = ERR_INIT;
	struct shop_page p;
	const char *at = whole;
	size_t tried = 0;

	(void)state;
	while ((at = strchr(at, '"')) != NULL) {
		const char *end = strchr(at + 1, '"');
		char *copy;
		bool may = false;

		if (end[1] != ':') {
			at = end + 1;
			if (end[-1] == '\\')
				at = strchr(at, ',');
			continue;
		}
		for (size_t i = 0; i < 6; i++)
			may |= strlen(may_be_null[i]) == (size_t)(end - at - 1) &&
			    memcmp(may_be_null[i], at + 1,
			    (size_t)(end - at - 1)) == 0;
		copy = malloc(sizeof(whole));
		assert_non_null(copy);
		memcpy(copy, whole, sizeof(whole));
		copy[at + 1 - whole] = '?';	/* no key of ours */
		err_clear(&e);
		if (page_read(&p, copy, sizeof(whole) - 1, &e) == 0) {
			if (!may && end[2] != 'n' &&
			    strncmp(at, "\"text\":\"M", 9) != 0 &&
			    strncmp(at, "\"title\":\"L", 10) != 0)
				fail_msg("taken without %.20s", at);
		} else {
			assert_int_equal(e.code, ERR_FORMAT);
		}
		page_free(&p);
		free(copy);
		tried++;
		at = end + 1;
	}
	assert_true(tried > 40);
}

static void
refuses(const char *text, size_t n, const char *what)
{
	struct err e = ERR_INIT;
	struct shop_page p;

	assert_int_equal(page_read(&p, text, n, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	if (!strstr(e.what, what))
		fail_msg("'%s' is not in '%s'", what, e.what);
	page_free(&p);
}

static void
refuses_what_is_no_page(void **state)
{
	char *big = calloc(1, PAGE_MAX + 1);
	size_t i;

	(void)state;
	assert_non_null(big);
	refuses("", 0, "");
	refuses("[]", 2, "type");
	refuses("{}", 2, "'v'");
	refuses(big, PAGE_MAX + 1, "over");
	for (i = 0; i + 1 < sizeof(whole) - 1; i++)
		refuses(whole, i, "");
	free(big);
}

static void
cuts_what_is_too_long(void **state)
{
	struct buf out = BUF_INIT(PAGE_MAX);
	static char text[SHOP_TEXT_MAX + 16];
	struct shop_line one = {text, 1, 2};
	struct shop_line *line = calloc(SHOP_LINES_MAX + 1, sizeof(*line));
	struct shop_page p = {.page = "p", .view = "v", .url = "u",
	    .print = {"b", "f", "v", "t", 1}, .text = &one, .ntext = 1}, q;
	struct err e = ERR_INIT;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text + SHOP_TEXT_MAX - 1, "灯", 3);	/* over the end */
	assert_int_equal(page_write(&p, &out, &e), 0);
	assert_int_equal(page_read(&q, out.data, out.len, &e), 0);
	assert_int_equal(strlen(q.text[0].text), SHOP_TEXT_MAX - 1);
	page_free(&q);
	assert_non_null(line);
	for (size_t i = 0; i <= SHOP_LINES_MAX; i++)
		line[i] = (struct shop_line){"y", 0, 0};
	p.text = line;
	p.ntext = SHOP_LINES_MAX + 1;
	buf_clear(&out);
	assert_int_equal(page_write(&p, &out, &e), 0);
	assert_int_equal(page_read(&q, out.data, out.len, &e), 0);
	assert_int_equal(q.ntext, SHOP_LINES_MAX);
	page_free(&q);
	free(line);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_was),
		cmocka_unit_test(holds_every_key_to_its_form),
		cmocka_unit_test(refuses_what_is_no_page),
		cmocka_unit_test(cuts_what_is_too_long)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
