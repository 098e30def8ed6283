/* tests/cli/talk_test.c - conversations on a terminal, whatever a peer typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/desk/escape.h"
#include "cli/desk/talk.h"

#include "base/banned.h"

static const struct talk_style plain = {40, false}, bold = {40, true},
	endless = {0, false};

static const char *
wrapped(struct buf *b, const struct talk_style *s, size_t indent,
	const char *text, const struct talk_mark *mark, size_t nmark)
{
	struct err e = ERR_INIT;

	buf_clear(b);
	assert_int_equal(talk_wrap(b, s, indent, text, strlen(text), mark,
	    nmark, &e), 0);
	return buf_str(b);
}

/* No line is wider, the first one standing behind INDENT columns. */
static void
assert_fits(const char *text, size_t indent, size_t width)
{
	char line[512];
	size_t n, at = indent;

	for (; *text; text += n + (text[n] == '\n'), at = 0) {
		n = strcspn(text, "\n");
		assert_true(n < sizeof(line));
		memcpy(line, text, n);
		line[n] = '\0';
		assert_true(at + utf8_width(line) <= width);
	}
}

static void
breaks_at_blanks(void **state)
{
	struct buf b = BUF_INIT(65536);

	(void)state;
	assert_string_equal(wrapped(&b, &plain, 10, "aaaa bbbb cccc dddd eeee "
	    "ffff gggg", NULL, 0), "aaaa bbbb cccc dddd eeee ffff\n"
	    "          gggg");
	assert_string_equal(wrapped(&b, &plain, 10, "aaaa bbbb cccc dddd eeee "
	    "fffff gg", NULL, 0), "aaaa bbbb cccc dddd eeee fffff\n"
	    "          gg");
	/* lines of the text stay; blank ones too; none at the end */
	assert_string_equal(wrapped(&b, &plain, 4, "one\r\n\ntwo  \n\n", NULL,
	    0), "one\n    \n    two");
	/* nothing to break at */
	assert_string_equal(wrapped(&b, &plain, 30, "0123456789abcde", NULL,
	    0), "0123456789\n                              abcde");
	assert_string_equal(wrapped(&b, &endless, 4, "aaaa bbbb cccc dddd eeee"
	    " ffff gggg hhhh iiii jjjj", NULL, 0), "aaaa bbbb cccc dddd eeee "
	    "ffff gggg hhhh iiii jjjj");
	assert_string_equal(wrapped(&b, &plain, 4, "", NULL, 0), "");
	/* leading blanks are the text's own */
	assert_string_equal(wrapped(&b, &plain, 4, "a\n  b", NULL, 0),
	    "a\n      b");
	buf_release(&b);
}

static void
breaks_between_wide_characters(void **state)
{
	struct buf b = BUF_INIT(65536);
	const char *out;

	(void)state;
	/* 20 columns: ten of them, but none begins with what closes */
	out = wrapped(&b, &plain, 20, "一二三四五六七八九，十", NULL, 0);
	assert_string_equal(out, "一二三四五六七八九，\n"
	    "                    十");
	out = wrapped(&b, &plain, 20, "一二三四五六七八九十，一", NULL, 0);
	assert_string_equal(out, "一二三四五六七八九\n"
	    "                    十，一");
	out = wrapped(&b, &plain, 20, "报价FOB宁波港一二三四五六七八九十", NULL,
	    0);
	assert_fits(out, 20, 40);
	out = wrapped(&b, &plain, 21, "一二三四五六七八九十一二三四五六七八九十"
	    "ok，FOB。一二三四五六七八九十！！！！！！！！！！！！！！！！", NULL, 0);
	assert_fits(out, 21, 40);
	buf_release(&b);
}

static void
marks_words(void **state)
{
	static const struct talk_mark two[] = {{0, 3}, {8, 14}};
	struct buf b = BUF_INIT(65536);

	(void)state;
	assert_string_equal(wrapped(&b, &plain, 0, "FOB 5.2 宁波", two, 2),
	    "[FOB] 5.2 [宁波]");
	assert_string_equal(wrapped(&b, &bold, 0, "FOB 5.2 宁波 x", two, 2),
	    "\033[1mFOB\033[22m 5.2 \033[1m宁波\033[22m x");
	/* bold ends with the line, and goes on in the next */
	{
		static const struct talk_mark all[] = {{0, 9}};

		assert_string_equal(wrapped(&b, &bold, 36, "aaaa bbbb", all,
		    1), "\033[1maaaa\033[22m\n                          "
		    "          \033[1mbbbb\033[22m");
	}
	buf_release(&b);
}

/* What a peer types cannot move the cursor or look like a line of ours. */
static void
shows_codes(void **state)
{
	static const char evil[] = "\033[2J\033[H\007a\xe2\x80\xae" "exe.gpj"
		"\xe2\x80\xa8> 09:00  Boss\x9b" "31m\xff\r> x";
	struct talk_line l = {.at = 0, .sign = ' ', .name = "\033]0;x\007"
		"\xe2\x80\xae" "Boss\nBoss", .text = evil,
		.text_len = sizeof(evil) - 1};
	struct buf b = BUF_INIT(65536);
	struct err e = ERR_INIT;
	const char *out;
	size_t i;

	(void)state;
	assert_int_equal(talk_line(&b, &endless, &l, &e), 0);
	out = buf_str(&b);
	for (i = 0; i < b.len - 1; i++)
		assert_true((uint8_t)out[i] >= 0x20 && out[i] != 0x7f);
	assert_int_equal(out[b.len - 1], '\n');
	assert_null(strstr(out, "\xe2\x80\xae"));
	assert_null(strstr(out, "\xe2\x80\xa8"));
	assert_non_null(strstr(out, "\\x1b[2J\\x1b[H\\x07a\\u{202e}exe.gpj"));
	/* a line of his own begins behind the indent */
	l.name = "Eve";
	l.text = "hi\n> 09:05  Boss            yes";
	l.text_len = strlen(l.text);
	buf_clear(&b);
	assert_int_equal(talk_line(&b, &plain, &l, &e), 0);
	for (out = strchr(buf_str(&b), '\n') + 1; *out;
	    out = strchr(out, '\n') + 1)
		assert_memory_equal(out, "                 ", 17);
	buf_release(&b);
}

/* Whatever the bytes: lines of one width, behind the indent, without codes. */
static void
survives_anything(void **state)
{
	static const char *const pieces[] = {"a", "宁", "，", " ", "\n", "\t",
		"\r", "\033", "\xff", "\xe5", "👍", "\xe2\x80\xae", "e\xcc\x81",
		"word", "。", "\xf4\x8f\xbf\xbf", "\xc2\x9b", "0123456789"};
	const size_t n = sizeof(pieces) / sizeof(pieces[0]);
	struct buf in = BUF_INIT(65536), out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	uint32_t r = 1;
	int i, j;

	(void)state;
	for (i = 0; i < 2000; i++) {
		const size_t indent = 10 + (r >> 8) % 11;
		struct talk_mark mark[3];
		const char *p;

		buf_clear(&in);
		buf_clear(&out);
		for (j = 0; j < 60; j++) {
			r = r * 1664525 + 1013904223;
			assert_int_equal(buf_adds(&in, pieces[(r >> 16) % n],
			    &e), 0);
		}
		for (j = 0; j < 3; j++)
			mark[j] = (struct talk_mark){in.len * (size_t)j / 3,
				in.len * (size_t)j / 3 + in.len / 5};
		assert_int_equal(talk_wrap(&out, &bold, indent, buf_str(&in),
		    in.len, mark, 3, &e), 0);
		for (p = buf_str(&out); *p; p++) {
			if (strncmp(p, "\033[1m", 4) == 0)
				p += 3;
			else if (strncmp(p, "\033[22m", 5) == 0)
				p += 4;
			else
				assert_true((uint8_t)*p >= 0x20 || *p == '\n');
			if (*p == '\n')
				assert_int_equal(strspn(p + 1, " ") >= indent,
				    1);
		}
		buf_clear(&out);
		assert_int_equal(talk_wrap(&out, &plain, indent, buf_str(&in),
		    in.len, NULL, 0, &e), 0);
		assert_fits(buf_str(&out), indent, plain.width);
	}
	buf_release(&in);
	buf_release(&out);
}

static void
lays_out_a_line(void **state)
{
	struct talk_line l = {.own = true, .sign = '-', .at = 1763888580000,
		.name = "Sales-Li", .text = "ok", .text_len = 2,
		.note = {"gone"}, .nnote = 1};
	struct buf b = BUF_INIT(65536);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(talk_line(&b, &endless, &l, &e), 0);
	assert_string_equal(buf_str(&b), ">-09:03  Sales-Li        ok\n"
	    "                         (gone)\n");
	buf_clear(&b);
	l = (struct talk_line){.sign = ' ', .at = TALK_NO_TIME,
		.name = "一二三四五六七八九", .text = "", .text_len = 0,
		.note = {"gone"}, .nnote = 1};
	assert_int_equal(talk_line(&b, &plain, &l, &e), 0);
	assert_string_equal(buf_str(&b), "  --:--  一二三…   (gone)\n");
	buf_release(&b);
}

static void
cuts_cells(void **state)
{
	struct buf b = BUF_INIT(4096);
	struct err e = ERR_INIT;
	static const struct {
		const char *in;
		size_t columns;
		const char *out;
	} cases[] = {
		{"", 3, "   "}, {"abc", 3, "abc"}, {"abcd", 3, "ab…"},
		{"ab", 3, "ab "}, {"宁波港", 6, "宁波港"},
		{"宁波港", 5, "宁波…"}, {"宁波港", 4, "宁… "},
		{"\033[1m", 8, "\\x1b[1m "}, {"\033[1m", 6, "\\x1b[…"}
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&b);
		assert_int_equal(talk_cell(&b, cases[i].in, cases[i].columns,
		    &e), 0);
		assert_string_equal(buf_str(&b), cases[i].out);
	}
	buf_release(&b);
}

static void
tells_days(void **state)
{
	struct talk_style s = {40, false};
	struct buf b = BUF_INIT(4096);
	struct err e = ERR_INIT;
	char text[TALK_DAY_LEN];

	(void)state;
	assert_string_equal(talk_day_text(-1, text), "1969-12-31");
	assert_string_equal(talk_day_text(0, text), "1970-01-01");
	assert_string_equal(talk_day_text(TALK_NO_TIME, text), "");
	assert_string_equal(talk_weekday(0), "Thursday");
	assert_string_equal(talk_weekday(-1), "Wednesday");
	assert_string_equal(talk_weekday(1763888580000), "Sunday");
	assert_string_equal(talk_clock(1763888580000, false, text), "09:03");
	assert_string_equal(talk_clock(1763888580000, true, text), "--:--");
	assert_int_equal(talk_day(&b, &s, 1763888580000, &e), 0);
	assert_string_equal(buf_str(&b), "── 2025-11-23 Sunday "
	    "───────────────────\n");
	assert_int_equal(utf8_width(buf_str(&b)), 41);
	buf_release(&b);
}

static void
takes_a_part(void **state)
{
	const char *text = "一二三四五六七八九十";
	size_t a, b;

	(void)state;
	talk_part(text, strlen(text), 0, 100, &a, &b);
	assert_int_equal(a, 0);
	assert_int_equal(b, strlen(text));
	talk_part(text, strlen(text), 18, 10, &a, &b);
	assert_true(a <= 18 && b > 18 && b - a <= 16);
	assert_true(utf8_valid(text + a, b - a));
	talk_part(text, strlen(text), 29, 7, &a, &b);
	assert_int_equal(b, strlen(text));
	assert_true(utf8_valid(text + a, b - a));
}

static const char *
escaped(struct buf *b, int (*fn)(struct buf *out, const char *s, size_t n,
	struct err *e), const char *s, size_t n)
{
	struct err e = ERR_INIT;

	buf_clear(b);
	assert_int_equal(fn(b, s, n, &e), 0);
	return buf_str(b);
}

static void
escapes_html(void **state)
{
	struct buf b = BUF_INIT(4096);

	(void)state;
#define HTML(s) escaped(&b, escape_html, s, sizeof(s) - 1)
	assert_string_equal(HTML("<script>alert('1')</script>"),
	    "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
	assert_string_equal(HTML("\" onload=\"x&amp;"),
	    "&quot; onload=&quot;x&amp;amp;");
	assert_string_equal(HTML("a\r\nb\tc"), "a\nb\tc");
	assert_string_equal(HTML("\033[1m\xe2\x80\xae" "a\0b\rc\xff"),
	    "\\x1b[1m\\u{202e}a\\x00b\\x0dc\\xff");
	assert_string_equal(HTML("宁波 👍"), "宁波 👍");
	assert_string_equal(HTML(""), "");
#undef HTML
	buf_release(&b);
}

static void
escapes_csv(void **state)
{
	static const char *const formulas[] = {"=1+1", "+86 139", "-1", "@x",
		"\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x",
		"\xe2\x80\x8b=1", "\xef\xbb\xbf+1", "\xe2\x80\xae-1",
		"\xe2\x81\xa6\xe2\x80\x8d@x", "\xc2\xad\n=1"};
	struct buf b = BUF_INIT(4096);
	size_t i;

	(void)state;
#define CSV(s) escaped(&b, escape_csv, s, sizeof(s) - 1)
	assert_string_equal(CSV(""), "\"\"");
	assert_string_equal(CSV("say \"hi\", ok"), "\"say \"\"hi\"\", ok\"");
	assert_string_equal(CSV("a\nb\r\nc"), "\"a\nb\r\nc\"");
	assert_string_equal(CSV("a=1"), "\"a=1\"");
	assert_string_equal(CSV("\"=1"), "\"\"\"=1\"");
	assert_string_equal(CSV("\xe2\x80\x8b" "a=1"),
	    "\"\\u{200b}a=1\"");
	assert_string_equal(CSV("\xe2\x80\x8b"), "\"\\u{200b}\"");
	assert_string_equal(CSV("=HYPERLINK(\"x\")"),
	    "\"'=HYPERLINK(\"\"x\"\")\"");
	assert_string_equal(CSV("a\0b\033[1m\xe2\x80\xae"),
	    "\"a\\x00b\\x1b[1m\\u{202e}\"");
#undef CSV
	for (i = 0; i < sizeof(formulas) / sizeof(formulas[0]); i++)
		assert_memory_equal(escaped(&b, escape_csv, formulas[i],
		    strlen(formulas[i])), "\"'", 2);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(breaks_at_blanks),
		cmocka_unit_test(breaks_between_wide_characters),
		cmocka_unit_test(marks_words),
		cmocka_unit_test(shows_codes),
		cmocka_unit_test(survives_anything),
		cmocka_unit_test(lays_out_a_line),
		cmocka_unit_test(cuts_cells),
		cmocka_unit_test(tells_days),
		cmocka_unit_test(takes_a_part),
		cmocka_unit_test(escapes_html),
		cmocka_unit_test(escapes_csv),
	};

	(void)setenv("TZ", "UTC0", 1);
	(void)unsetenv("LC_ALL");
	(void)setenv("LANG", "C", 1);
	(void)unsetenv("LC_MESSAGES");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
