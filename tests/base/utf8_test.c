/* tests/base/utf8_test.c */
#include "base/utf8.h"

#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/banned.h"

static void
well_formed(void **state)
{
	static const char *const good[] = {
		"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
		"\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xe7\x95\x99z"
	};
	static const char *const bad[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41",
		"\xe0\x9f\xbf", "\xe0\xa0", "\xed\xa0\x80", "\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xf0\x90\x80", "\xff", "\xfe", "a\xe7\x95"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(utf8_valid(good[i], strlen(good[i])));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
	assert_true(utf8_valid("a\0b", 3));
}

/* Every code point by both roads: encoded by the definition, decoded here. */
static void
every_code_point(void **state)
{
	uint8_t s[4], put[4];
	uint32_t cp, got;
	size_t n;

	(void)state;
	for (cp = 0; cp <= 0x110000; cp++) {
		n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
		s[0] = (uint8_t)(n == 1 ? cp : n == 2 ? 0xc0 | cp >> 6 :
		    n == 3 ? 0xe0 | cp >> 12 : 0xf0 | cp >> 18);
		s[n > 3 ? 1 : 0] = (uint8_t)(n > 3 ?
		    0x80 | (cp >> 12 & 63) : s[0]);
		if (n > 2)
			s[n - 2] = (uint8_t)(0x80 | (cp >> 6 & 63));
		if (n > 1)
			s[n - 1] = (uint8_t)(0x80 | (cp & 63));
		if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) {
			assert_int_equal(utf8_next(s, n, &got), 0);
			continue;
		}
		assert_int_equal(utf8_next(s, n, &got), n);
		assert_int_equal(got, cp);
		assert_int_equal(utf8_put(cp, (char *)put), n);
		assert_memory_equal(put, s, n);
		if (n > 1)
			assert_int_equal(utf8_next(s, n - 1, &got), 0);
	}
}

/* Wherever the first other byte stands, and with nothing behind the end read. */
static void
ascii(void **state)
{
	char s[80];
	size_t n, i;

	(void)state;
	memset(s, 'a', sizeof(s));
	s[3] = '\0';
	for (n = 0; n <= 70; n++)
		for (i = 0; i <= n; i++) {
			s[i] = (char)0x80;
			assert_int_equal(utf8_ascii(s, n), i);
			assert_int_equal(utf8_valid(s, n), i == n);
			s[i] = i == 3 ? '\0' : 'a';
		}
}

/* Character by character it is the same, wherever good and bad lie. */
static void
runs(void **state)
{
	static const char *const pieces[] = {"a", "word ", "0123456789", "你",
	    "您好，有现货", "é", "한", "\xe1\x80\x80\xec\xbf\xbf",
	    "\xee\x80\x80你", "\xf0\x9f\x98\x80", "\xed\x9f\xbf你",
	    /* bad ones from here */
	    "\xff", "\xe4\xbd", "\x80", "\xed\xa0\x80你", "你\xed\xbf\xbf",
	    "\xe0\x80\x80你", "你\xe0\x9f\xbf", "\xf4\x90\x80\x80"};
	uint8_t s[64];
	uint32_t seed = 7, cp;
	size_t n, i, k, len, at;

	(void)state;
	for (i = 0; i < 20000; i++) {
		for (n = 0; n + 20 < sizeof(s); n += len) {
			seed = seed * 1664525 + 1013904223;
			k = (seed >> 8) % (i % 8 == 0 ? 19 : 11);
			len = strlen(pieces[k]);
			memcpy(s + n, pieces[k], len);
		}
		n -= (seed >> 20) % 5;
		for (at = 0; at < n; at += len)
			if ((len = utf8_next(s + at, n - at, &cp)) == 0)
				break;
		assert_int_equal(utf8_run(s, n), at);
		assert_int_equal(utf8_valid(s, n), at == n);
	}
	assert_int_equal(utf8_run("", 0), 0);
	assert_int_equal(utf8_run("a\0b\xff", 4), 3);
}

static void
clean(void **state)
{
	(void)state;
	assert_true(utf8_clean("a b", 3));
	assert_true(utf8_clean("", 0));
	assert_true(utf8_clean("\xc2\x85", 2));
	assert_false(utf8_clean("a\0b", 3));
	assert_false(utf8_clean("a\nb", 3));
	assert_false(utf8_clean("\x7f", 1));
	assert_false(utf8_clean("\xff", 1));
}

static void
widths(void **state)
{
	(void)state;
	assert_int_equal(utf8_width(""), 0);
	assert_int_equal(utf8_width("abc"), 3);
	assert_int_equal(utf8_width("\xe7\x95\x99\xe5\xba\x95"), 4);
	assert_int_equal(utf8_width("\xef\xbc\xa1"), 2);	/* U+FF21 */
	assert_int_equal(utf8_width("\xef\xbd\xb1"), 1);	/* U+FF71 */
	assert_int_equal(utf8_width("e\xcc\x81"), 1);		/* U+0301 */
	assert_int_equal(utf8_width("\xc3\xa9"), 1);
	assert_int_equal(utf8_width("\xed\x95\x9c"), 2);	/* Hangul */
	assert_int_equal(utf8_width("\xf0\x9f\x98\x80"), 2);	/* U+1F600 */
	assert_int_equal(utf8_width("\xe2\x80\x94"), 1);	/* em dash */
	assert_int_equal(utf8_width("\xff" "a"), 2);
	assert_int_equal(utf8_width("\xf0\xa0\x80\x80"), 2);	/* U+20000 */
}

static void
shown(void **state)
{
	struct buf b = BUF_INIT(1000);
	struct err e = ERR_INIT;
	static const char in[] = "a\x1b[31m\n\x7f\0\xc2\x9b\xe2\x80\xae"
		"\xd8\x9c\xe2\x81\xa6\xff\xe7\x95\x99\xf0\x9f\x98\x80\xe2\x80";

	(void)state;
	assert_int_equal(utf8_add_shown(&b, in, sizeof(in) - 1, &e), 0);
	assert_string_equal(buf_str(&b), "a\\x1b[31m\\x0a\\x7f\\x00"
	    "\\u{009b}\\u{202e}\\u{061c}\\u{2066}\\xff"
	    "\xe7\x95\x99\xf0\x9f\x98\x80\\xe2\\x80");
	buf_release(&b);
	buf_init(&b, 3);
	assert_int_equal(utf8_add_shown(&b, "\n", 1, &e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	buf_release(&b);
}

/* Nothing that cannot be seen hides in a word; letters and emoji stay whole. */
static void
shown_hidden(void **state)
{
	static const struct { const char *in, *want; } cases[] = {
		{"pay\xe2\x80\x8bpal", "pay\\u{200b}pal"},
		{"pay\xe2\x80\x8dpal", "pay\\u{200d}pal"},
		{"\xe5\x9b\x9e\xe2\x80\x8c\xe6\x89\xa3",
		    "\xe5\x9b\x9e\\u{200c}\xe6\x89\xa3"},
		{"a\xef\xbb\xbf", "a\\u{feff}"},
		{"\xe3\x85\xa4", "\\u{3164}"},
		{"a\xc2\xad", "a\\u{00ad}"},
		{"a\xf3\xa0\x81\xa2", "a\\u{e0062}"},
		/* a family; Persian; Scotland's flag */
		{"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa7",
		    "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa7"},
		{"\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae",
		    "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae"},
		{"\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xbf",
		    "\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xbf"},
	};
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT(1000);

		assert_int_equal(utf8_add_shown(&b, cases[i].in,
		    strlen(cases[i].in), &e), 0);
		assert_string_equal(buf_str(&b), cases[i].want);
		buf_release(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed),
		cmocka_unit_test(every_code_point),
		cmocka_unit_test(ascii),
		cmocka_unit_test(runs),
		cmocka_unit_test(clean),
		cmocka_unit_test(widths),
		cmocka_unit_test(shown),
		cmocka_unit_test(shown_hidden)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
