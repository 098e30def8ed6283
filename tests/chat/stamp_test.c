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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_iso),
		cmocka_unit_test(knows_the_epoch),
		cmocka_unit_test(goes_on_by_a_day),
		cmocka_unit_test(reads_clocks)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
