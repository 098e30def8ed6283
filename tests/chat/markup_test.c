/* tests/chat/markup_test.c - HTML to text, good and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chat/markup.h"

#include "base/banned.h"

static void
becomes(const char *html, const char *want)
{
	struct buf b = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	bool cut = true;

	assert_int_equal(markup_text(&b, html, strlen(html), &cut, &e), 0);
	assert_string_equal(buf_str(&b), want);
	assert_false(cut);
	buf_release(&b);
}

static void
shows_what_is_shown(void **state)
{
	(void)state;
	becomes("", "");
	becomes("plain", "plain");
	becomes("\n  a \t\n b <b>c</b>d  ", "a b cd");
	becomes("a<br>b<BR/>\n c", "a\nb\nc");
	becomes("a<br><br>b", "a\n\nb");
	becomes("<p>a</p><p>b</p>", "a\nb");
	becomes("<div>a<div>b</div></div>c", "a\nb\nc");
	becomes("<table><tr><td>1</td><td>2</td></tr><tr><td>3</table>",
	    "1 2\n3");
	becomes("&lt;b&gt; &amp;&nbsp;&nbsp;x &#20215;&eacute;",
	    "<b> &  x 价é");
	becomes("价<font color=red>格", "价格");
}

static void
shows_nothing_else(void **state)
{
	(void)state;
	becomes("a<script>alert('x<b>y')</script>b", "ab");
	becomes("<head><title>t</title><style>p{}</style></head>b", "b");
	becomes("a<!-- x <b> -->b", "ab");
	becomes("<img src=x onerror=alert(1)>a", "a");
	becomes("<!DOCTYPE a [<!ENTITY x \"y\"><!ENTITY z SYSTEM "
	    "\"/etc/passwd\">]>b&z;",
	    "<!ENTITY z SYSTEM \"/etc/passwd\">]>b&z;");
	becomes("</b></div></p>a", "a");
}

/* PIECE so often that no reader is asked to hold all of it. */
static void
survives(const char *head, const char *piece, size_t times, const char *tail,
	const char *want)
{
	struct buf in = BUF_INIT(64u << 20), out = BUF_INIT(8u << 20);
	struct err e = ERR_INIT;
	bool cut;
	size_t i;

	assert_int_equal(buf_adds(&in, head, &e), 0);
	for (i = 0; i < times; i++)
		assert_int_equal(buf_adds(&in, piece, &e), 0);
	assert_int_equal(buf_adds(&in, tail, &e), 0);
	assert_int_equal(markup_text(&out, buf_str(&in), in.len, &cut, &e),
	    0);
	if (want)
		assert_string_equal(buf_str(&out), want);
	buf_release(&in);
	buf_release(&out);
}

static void
survives_bombs(void **state)
{
	(void)state;
	survives("a", "<div>", 300000, "b", "a\nb");
	survives("a", "<div></b>", 300000, "b", "a\nb");
	survives("a", "</div>", 300000, "b", "ab");
	survives("a", "<b><i>", 300000, "b", "ab");
	survives("<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\">", "<!ENTITY b \"&a;\">",
	    30000, "]>&b;", NULL);
	survives("a<!-- ", "x", 4000000, "-->b", "ab");
	survives("a<b title='", "x", 4000000, "'>b", NULL);
	survives("a<script>", "if (a<b) ", 400000, "</script>b", "ab");
	survives("a", "<", 300000, "", NULL);
	survives("a", "&", 300000, "", NULL);
}

static void
loses_no_text(void **state)
{
	struct buf out = BUF_INIT(64u << 20);
	struct err e = ERR_INIT;
	size_t n = 6000000, i;
	char *s = malloc(n);

	(void)state;
	assert_non_null(s);
	for (i = 0; i < n; i++)
		s[i] = (char)('a' + i % 26);
	assert_int_equal(markup_text(&out, s, n, NULL, &e), 0);
	assert_int_equal(out.len, n);
	assert_memory_equal(out.data, s, n);
	/* Among elements, too. */
	buf_clear(&out);
	for (i = 0; i < n; i += 30)
		memcpy(s + i, "<b>x", 4);
	assert_int_equal(markup_text(&out, s, n, NULL, &e), 0);
	assert_int_equal(out.len, n - n / 30 * 3);
	buf_release(&out);
	free(s);
}

static void
stops_at_the_cap(void **state)
{
	struct buf b = BUF_INIT(4);
	struct err e = ERR_INIT;
	bool cut = false;

	(void)state;
	assert_int_equal(markup_text(&b, "ab价价", 8, &cut, &e), 0);
	assert_string_equal(buf_str(&b), "ab");
	assert_true(cut);
	buf_release(&b);
	assert_int_equal(markup_fit("价价", 6, 6), 6);
	assert_int_equal(markup_fit("价价", 6, 5), 3);
	assert_int_equal(markup_fit("价价", 6, 2), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_what_is_shown),
		cmocka_unit_test(shows_nothing_else),
		cmocka_unit_test(survives_bombs),
		cmocka_unit_test(loses_no_text),
		cmocka_unit_test(stops_at_the_cap)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
