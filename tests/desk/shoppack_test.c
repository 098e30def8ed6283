/* tests/desk/shoppack_test.c - pages to take along ask nobody. */
#include "desk/shoppack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/banned.h"

static const char *
local(void *arg, const char *url, size_t n)
{
	static const char *const known[] = {"cid:1", "https://s.example/a?b=1&c=2",
	    "http://s.example/p.png"};

	(void)arg;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i]) == n && memcmp(known[i], url, n) == 0)
			return "x.png";
	return NULL;
}

/* HTML as it comes out, without what is put in front. */
static void
becomes(const char *html, const char *want)
{
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	const char *tail;

	assert_int_equal(shoppack_html(html, strlen(html), local, NULL, &out,
	    &e), 0);
	tail = strstr(buf_str(&out), "no-referrer\">");
	assert_non_null(tail);
	assert_string_equal(tail + 13, want);
	buf_release(&out);
}

static void
names_what_lies_beside(void **state)
{
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	const char css[] = "a{background:url(cid:1)}@import 'http://o.example/'";

	(void)state;
	becomes("<img src=\"cid:1\">", "<img src=\"x.png\">");
	becomes("<img src=cid:1>", "<img src=x.png>");
	becomes("<img src='https://s.example/a?b=1&amp;c=2'>",
	    "<img src='x.png'>");
	becomes("<img srcset=\"http://s.example/p.png 1x, cid:1 2x\">",
	    "<img srcset=\"x.png 1x, x.png 2x\">");
	becomes("<img srcset=\"http://s.example/p.png, cid:1\">",
	    "<img srcset=\"x.png, x.png\">");
	becomes("<a href=\"http://s.example/p.png2\">",
	    "<a href=\"http://s.example/p.png2\">");
	becomes("http", "http");
	becomes("\"http://", "\"http://");
	becomes("", "");
	assert_int_equal(shoppack_css(css, sizeof(css) - 1, local, NULL, &out,
	    &e), 0);
	assert_string_equal(buf_str(&out), "a{background:url(x.png)}@import "
	    "'http://o.example/'");
	buf_release(&out);
}

static void
leads_nowhere_by_itself(void **state)
{
	(void)state;
	becomes("<meta HTTP-Equiv=refresh content='0;url=http://o.example/'>",
	    "<meta data-was=refresh content='0;url=http://o.example/'>");
	becomes("<link rel=preconnect href=//o.example>",
	    "<link rel=none href=//o.example>");
}

/* The policy stands in front of all that the page says, and its bytes are ours. */
static void
begins_with_its_policy(void **state)
{
	static const struct { const char *html; size_t n; const char *head; }
	rows[] = {
#define ROW(html, head) {html, sizeof(html) - 1, head}
		ROW("<script>", "<meta charset=\"utf-8\"><meta http-equiv="),
		ROW("<!DOCTYPE html><p>", "<!DOCTYPE html><meta charset"),
		ROW(" \n<!doctype html SYSTEM \"x>y\"><p>",
		    " \n<!doctype html SYSTEM \"x><meta charset"),
		ROW("<!--<!doctype html>", "<meta charset=\"utf-8\">"),
		ROW("<!doctype html", "<meta charset=\"utf-8\">"),
		ROW("\xff\xfe<\0m\0", "<meta charset=\"utf-8\">"),
		ROW("<meta charset='gbk'>", "<meta charset=\"gbk\">"),
		ROW("<meta charset=iso-2022-jp>", "<meta charset=\"utf-8\">"),
		ROW("<meta charset=\"windows-1252\"y>",
		    "<meta charset=\"windows-1252\">"),
		ROW("<meta charset=0-http-equiv>", "<meta charset=\"utf-8\">"),
		ROW("<meta charset=\">", "<meta charset=\"utf-8\">")
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf out = BUF_INIT(1 << 20);
		struct err e = ERR_INIT;

		assert_int_equal(shoppack_html(rows[i].html, rows[i].n, local,
		    NULL, &out, &e), 0);
		assert_memory_equal(buf_str(&out), rows[i].head,
		    strlen(rows[i].head));
		assert_non_null(strstr(buf_str(&out), "default-src 'none'"));
		buf_release(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_what_lies_beside),
		cmocka_unit_test(leads_nowhere_by_itself),
		cmocka_unit_test(begins_with_its_policy)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
