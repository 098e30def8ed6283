/* tests/chat/stamp_test.c - moments, as exports write them. */
#include "chat/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "chat/scan.h"

#include "base/banned.h"

static void
reads_iso(void **state)
{
	static const char *const cases[][2] = {
		{"2024-03-01 8:59:07", "2024-03-01T08:59:07"},
		{"2024/3/1 8:59", "2024-03-01T08:59:00"},
		{"2024-03-01", "2024-03-01"},
		{"2024-03-01T00:59:07.123Z", "2024-03-01T00:59:07.123Z"},
		{"2024-03-01T00:59:07.1234567Z", "2024-03-01T00:59:07.123456Z"},
		{"2024-03-01T00:59:07.500+08:00",
		    "2024-03-01T00:59:07.5+08:00"},
		{"2024-03-01T00:59:07-0330", "2024-03-01T00:59:07-03:30"},
		{"2024-03-01 00:59:07 UTC", "2024-03-01T00:59:07Z"},
		{"2024-02-29 00:00:00", "2024-02-29T00:00:00"},
		/* none */
		{"2023-02-29 00:00:00", NULL}, {"2024-13-01", NULL},
		{"2024-03-01 24:00:00", NULL}, {"2024-03-01 00:60:00", NULL},
		{"1989-12-31", NULL}, {"2101-01-01", NULL}, {"", NULL},
		{"2024-03-01 1", NULL}, {"2024-03/01", NULL},
		{"2024-03-01 00:00:00 x", NULL}, {"0000-03-01", NULL},
		{"2024-03-01T00:00:00+99:00", NULL}, {"2024-03-01T", NULL}
	};
	char text[STAMP_TEXT_LEN];
	struct chat_stamp s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		memset(&s, 0, sizeof(s));
		assert_int_equal(stamp_parse_iso(&s, cases[i][0],
		    strlen(cases[i][0])), cases[i][1] != NULL);
		stamp_text(text, &s);
		assert_string_equal(text, cases[i][1] ? cases[i][1] : "");
	}
}

static void
knows_the_epoch(void **state)
{
	struct chat_stamp s;
	char text[STAMP_TEXT_LEN];

	(void)state;
	stamp_from_us(&s, 1709254747005000, STAMP_MS);
	stamp_text(text, &s);
	assert_string_equal(text, "2024-03-01T00:59:07.005Z");
	assert_int_equal(stamp_us(&s), 1709254747005000);
	assert_true(stamp_parse_iso(&s, "2024-03-01T08:59:07+08:00", 25));
	assert_int_equal(stamp_us(&s), 1709254747000000);
	/* Out of range: 1970, 2405, far ends. */
	stamp_from_us(&s, 0, STAMP_S);
	assert_int_equal(s.precision, STAMP_NONE);
	stamp_from_us(&s, (int64_t)13727232000 * 1000000, STAMP_S);
	assert_int_equal(s.precision, STAMP_NONE);
	stamp_from_us(&s, INT64_MAX, STAMP_S);
	assert_int_equal(s.precision, STAMP_NONE);
	stamp_from_us(&s, INT64_MIN, STAMP_S);
	assert_int_equal(s.precision, STAMP_NONE);
}

static void
goes_on_by_a_day(void **state)
{
	struct chat_stamp s;
	char text[STAMP_TEXT_LEN];

	(void)state;
	assert_true(stamp_parse_iso(&s, "2024-02-29 23:59", 16));
	stamp_next_day(&s);
	stamp_text(text, &s);
	assert_string_equal(text, "2024-03-01T23:59:00");
	assert_true(stamp_parse_iso(&s, "2024-12-31", 10));
	stamp_next_day(&s);
	stamp_text(text, &s);
	assert_string_equal(text, "2025-01-01");
	/* Without a date there is none to go on by. */
	memset(&s, 0, sizeof(s));
	s.precision = STAMP_MIN;
	s.hour = 23;
	assert_true(stamp_valid(&s));
	stamp_next_day(&s);
	stamp_text(text, &s);
	assert_string_equal(text, "23:00:00");
}

static void
reads_clocks(void **state)
{
	static const struct {
		const char *text;
		int hour, min, sec;
	} cases[] = {
		{"9:03", 9, 3, 0}, {"21:03:59", 21, 3, 59}, {"12:00 AM", 0, 0, 0},
		{"12:00 PM", 12, 0, 0}, {"23:59 PM", 23, 59, 0},
		{"00:04 AM", 0, 4, 0}, {"上午12:05", 0, 5, 0},
		{"下午 1:05", 13, 5, 0}, {"오후 12:00", 12, 0, 0},
		{"9:15 p. m.", 21, 15, 0}, {"9:15:01\xe2\x80\xafPM", 21, 15, 1},
		{"凌晨1:00", 1, 0, 0}, {"39:95:90", 39, 95, 90}
	};
	struct chat_stamp s = {0};
	struct scan c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		c = scan_of(cases[i].text, strlen(cases[i].text));
		assert_true(scan_clock(&c, ":", &s, NULL));
		assert_true(scan_done(&c));
		assert_int_equal(s.hour, cases[i].hour);
		assert_int_equal(s.min, cases[i].min);
		assert_int_equal(s.sec, cases[i].sec);
	}
	/* What follows stays. */
	c = scan_of("9:15 amazing", 12);
	assert_true(scan_clock(&c, ":", &s, NULL));
	assert_int_equal(scan_left(&c), 8);
	c = scan_of("9.15", 4);
	assert_false(scan_clock(&c, ":", &s, NULL));
	assert_int_equal(scan_left(&c), 4);
	c = scan_of("9:1", 3);
	assert_false(scan_clock(&c, ":", &s, NULL));
}

/* Each word where it stands; a name that begins like one is a name. */
static void
knows_halves_of_the_day(void **state)
{
	static const struct {
		const char *word;
		bool pm, before, after;
	} words[] = {
		{"AM", false, true, true}, {"PM", true, true, true},
		{"Am", false, true, true}, {"Pm", true, true, true},
		{"am", false, true, true}, {"pm", true, true, true},
		{"A.M.", false, false, true}, {"P.M.", true, false, true},
		{"a.m.", false, false, true}, {"p.m.", true, false, true},
		{"a. m.", false, false, true}, {"p. m.", true, false, true},
		{"a.\xc2\xa0m.", false, false, true},
		{"p.\xc2\xa0m.", true, false, true},
		{"a.\xe2\x80\xafm.", false, false, true},
		{"p.\xe2\x80\xafm.", true, false, true},
		{"上午", false, true, true}, {"下午", true, true, true},
		{"中午", true, true, true}, {"凌晨", false, true, true},
		{"傍晚", true, true, true}, {"清晨", false, true, false},
		{"早上", false, true, false}, {"早晨", false, true, false},
		{"晚上", true, true, false}, {"午前", false, true, true},
		{"午後", true, true, true}, {"오전", false, true, true},
		{"오후", true, true, true}, {"vm.", false, false, true},
		{"nm.", true, false, true}, {"π.μ.", false, false, true},
		{"μ.μ.", true, false, true}, {"πμ", false, false, true},
		{"μμ", true, false, true}, {"de.", false, true, true},
		{"du.", true, true, true}, {"ÖÖ", false, true, true},
		{"ÖS", true, true, true}, {"SA", false, false, true},
		{"CH", true, false, true}, {"PG", false, false, true},
		{"PTG", true, false, true}, {"p.d.", false, false, true},
		{"m.d.", true, false, true}, {"PD", false, false, true},
		{"MD", true, false, true}, {"пр.об.", false, false, true},
		{"сл.об.", true, false, true}, {"дп", false, false, true},
		{"пп", true, false, true}, {"म.पू.", false, false, true},
		{"म.उ.", true, false, true},
		{"पूर्वाह्न", false, true, true}, {"अपराह्न", true, true, true},
		{"முற்பகல்", false, true, true},
		{"பிற்பகல்", true, true, true}, {"ص", false, false, true},
		{"م", true, false, true}, {"ق.ظ.", false, false, true},
		{"ب.ظ.", true, false, true}
	};
	static const char *const names[] = {"下午茶", "PM小李", "amar", "客户",
	    "a", "Ömer", "\xff", "晚上好"};
	struct chat_stamp s = {0};
	enum scan_half half;
	struct scan c;
	char text[64];
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		n = snprintf(text, sizeof(text), "%s 1:05", words[i].word);
		c = scan_of(text, (size_t)n);
		assert_int_equal(scan_clock(&c, ":", &s, &half),
		    words[i].before);
		assert_true(!words[i].before || (scan_done(&c) &&
		    half == SCAN_BEFORE && s.hour == 1 + words[i].pm * 12));
		n = snprintf(text, sizeof(text), "1:05 %s-", words[i].word);
		c = scan_of(text, (size_t)n);
		assert_true(scan_clock(&c, ":", &s, &half));
		assert_int_equal(half, words[i].after ? SCAN_AFTER :
		    SCAN_NO_HALF);
		assert_int_equal(s.hour, 1 + (words[i].after && words[i].pm) *
		    12);
		assert_int_equal(scan_left(&c), words[i].after ? 1 : n - 4);
	}
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		n = snprintf(text, sizeof(text), "1:05 %s(10001)", names[i]);
		c = scan_of(text, (size_t)n);
		assert_true(scan_clock(&c, ":", &s, &half));
		assert_int_equal(half, SCAN_NO_HALF);
		assert_int_equal(s.hour, 1);
		assert_int_equal(scan_left(&c), n - 4);
	}
	/* "SA" is a name behind an hour that none of twelve is. */
	c = scan_of("13:05 SA-", 9);
	assert_true(scan_clock(&c, ":", &s, &half));
	assert_int_equal(half, SCAN_NO_HALF);
}

static void
reads_numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned min, max;
		int value;		/* -1: none */
		size_t left;
	} cases[] = {
		{"12", 1, 2, 12, 0}, {"123", 1, 2, 12, 1}, {"1", 2, 2, -1, 1},
		{"7:", 1, 2, 7, 1}, {"", 1, 2, -1, 0}, {"x", 1, 4, -1, 1},
		{"٢٣", 1, 2, 23, 0}, {"۱۲x", 2, 4, 12, 1}, {"२৩", 1, 2, 23, 0},
		{"1٢3", 1, 4, 123, 0}, {"1年", 1, 4, 1, 3}, {"\xd9", 1, 2, -1, 1},
		{"2024", 4, 4, 2024, 0}, {"", 0, 2, 0, 0}
	};
	struct scan c;
	unsigned digits;
	size_t i;
	int v;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		c = scan_of(cases[i].text, strlen(cases[i].text));
		v = -1;
		digits = 99;
		assert_int_equal(scan_number(&c, cases[i].min, cases[i].max,
		    &v, &digits), cases[i].value >= 0);
		assert_int_equal(v, cases[i].value);
		assert_int_equal(scan_left(&c), cases[i].left);
		assert_int_equal(digits == 99, cases[i].value < 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_iso),
		cmocka_unit_test(knows_the_epoch),
		cmocka_unit_test(goes_on_by_a_day),
		cmocka_unit_test(reads_clocks),
		cmocka_unit_test(knows_halves_of_the_day),
		cmocka_unit_test(reads_numbers)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
