/* tests/base/clock_test.c */
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"

#include "base/banned.h"

static void
set_zone(const char *tz)
{
	assert_int_equal(setenv("TZ", tz, 1), 0);
	tzset();
}

static void
days(void **state)
{
	static const char *const bad[] = {"2026-11-31", "2026-02-29",
	    "1969-12-31", "2026-13-01", "2026-1-01", "2026-11-23 ",
	    "20261123", ""};
	static const struct { int64_t day; const char *text, *week; } good[] = {
	    {0, "1970-01-01", "1970-W01"}, {20780, "2026-11-23", "2026-W48"},
	    {19782, "2024-02-29", "2024-W09"}, {20815, "2026-12-28",
	    "2026-W53"}, {20821, "2027-01-03", "2026-W53"},
	    {20087, "2024-12-30", "2025-W01"}};
	char text[CLOCK_DAY_LEN], week[CLOCK_WEEK_LEN];
	int64_t day;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(clock_day_parse(bad[i], &day), -1);
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_string_equal(clock_day_text(good[i].day, text),
		    good[i].text);
		assert_int_equal(clock_day_parse(text, &day), 0);
		assert_true(day == good[i].day);
		assert_string_equal(clock_week_text(day, week), good[i].week);
	}
	assert_true(clock_day_monday(20780) == 20780);
	assert_true(clock_day_monday(20786) == 20780);
	assert_true(clock_day_monday(-1) == -3);
}

static void
pinned(void **state)
{
	int64_t t;

	(void)state;
	assert_int_equal(unsetenv("LIUDI_NOW"), 0);
	t = clock_now_utc();
	assert_true(llabs((long long)(t - (int64_t)time(NULL))) <= 2);
	assert_in_range(clock_synced() + 1, 0, 2);
	assert_int_equal(setenv("LIUDI_NOW", "1795000000", 1), 0);
	assert_true(clock_now_utc() == 1795000000);
	assert_int_equal(clock_synced(), 0);
	assert_int_equal(setenv("LIUDI_NOW", "soon", 1), 0);
	assert_true(clock_now_utc() >= t);
	assert_int_equal(unsetenv("LIUDI_NOW"), 0);
	t = clock_mono_ms();
	assert_true(clock_mono_ms() >= t);
}

/* Each day of 1..9999 against the one before it, and against libc. */
static void
calendar(void **state)
{
	struct clock_date d = {1, 1, 1, 0, 0, 0}, back, last;
	int64_t day, first = clock_join_utc(&d) / 86400;
	struct tm tm;
	time_t t;

	(void)state;
	assert_true(first == -719162);
	clock_split_utc((first - 1) * 86400, &last);
	for (day = first; day < 2932897; day++) {
		clock_split_utc(day * 86400 + 86399, &back);
		assert_true(back.day == last.day + 1 || back.day == 1);
		assert_true(clock_join_utc(&back) == day * 86400 + 86399);
		last = back;
		if (day % 37 != 0)
			continue;
		t = (time_t)(day * 86400 + 86399);
		assert_non_null(gmtime_r(&t, &tm));
		assert_int_equal(back.year, tm.tm_year + 1900);
		assert_int_equal(back.month, tm.tm_mon + 1);
		assert_int_equal(back.day, tm.tm_mday);
		assert_int_equal(back.sec, 59);
	}
	assert_int_equal(last.year, 9999);
	assert_int_equal(last.day, 31);
}

static void
texts(void **state)
{
	char s[CLOCK_TEXT_LEN];
	struct clock_date d;
	int offset;

	(void)state;
	set_zone("Asia/Shanghai");
	assert_string_equal(clock_text_utc(1795429800, s),
	    "2026-11-23T10:30:00Z");
	assert_string_equal(clock_text_local(1795429800, s),
	    "2026-11-23 18:30:00");
	assert_string_equal(clock_text_utc(-1, s), "1969-12-31T23:59:59Z");
	clock_split_local(1795429800, &d, &offset);
	assert_int_equal(offset, 28800);
	assert_int_equal(d.hour, 18);
	set_zone("America/New_York");
	clock_split_local(1795429800, &d, &offset);
	assert_int_equal(offset, -18000);
	assert_int_equal(d.hour, 5);
}

static void
check_parse(const char *text, const char *utc)
{
	struct err e = ERR_INIT;
	char s[CLOCK_TEXT_LEN];
	int64_t t;

	if (clock_parse(text, &t, &e) < 0)
		fail_msg("'%s': %s", text, e.what);
	assert_string_equal(clock_text_utc(t, s), utc);
}

static void
parses(void **state)
{
	(void)state;
	assert_int_equal(setenv("LIUDI_NOW", "1795429800", 1), 0);
	set_zone("Asia/Shanghai");
	check_parse("now", "2026-11-23T10:30:00Z");
	check_parse("yesterday", "2026-11-22T15:59:59Z");
	check_parse("2026-11-23", "2026-11-23T15:59:59Z");
	check_parse("2024-02-29", "2024-02-29T15:59:59Z");
	check_parse("2026-12-31", "2026-12-31T15:59:59Z");
	check_parse("2026-11-23 18:00", "2026-11-23T10:00:00Z");
	check_parse("2026-11-23 18:00:05", "2026-11-23T10:00:05Z");
	check_parse("2026-11-23T18:00:05", "2026-11-23T10:00:05Z");
	check_parse("2026-11-23T18:00:05Z", "2026-11-23T18:00:05Z");
	check_parse("2026-11-23T18:00Z", "2026-11-23T18:00:00Z");
	/* The day that the clocks go back has 25 hours. */
	set_zone("Europe/Berlin");
	check_parse("2026-10-25", "2026-10-25T22:59:59Z");
	check_parse("2026-10-24", "2026-10-24T21:59:59Z");
	assert_int_equal(unsetenv("LIUDI_NOW"), 0);
}

static void
refuses(void **state)
{
	static const char *const bad[] = {
		"", "2026", "2026-11", "2026-13-01", "2026-00-01",
		"2026-02-29", "2100-02-29", "2026-11-31", "2026-11-23 ",
		"2026-11-23 1:00", "2026-11-23 24:00", "2026-11-23 10:60",
		"2026-11-23 10:00:60", "2026-11-23 10", "2026-11-23Z",
		"2026-11-23 10:00 ", "2026-11-23T10:00:00z", "26-11-23",
		" 2026-11-23", "0000-01-01", "tomorrow", "2026/11/23",
		"2026-11-23 10:00:00Zx"
	};
	int64_t t = 5;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = ERR_INIT;

		if (clock_parse(bad[i], &t, &e) != -1)
			fail_msg("'%s'", bad[i]);
		assert_int_equal(e.code, ERR_USAGE);
		assert_true(e.hint[0] != '\0');
		assert_true(t == 5);
	}
}

static void
check_zone(const char *tz, const char *want)
{
	char zone[64];

	set_zone(tz);
	clock_zone(zone, sizeof(zone));
	assert_string_equal(zone, want);
}

static void
zones(void **state)
{
	char zone[64], tiny[4];

	(void)state;
	check_zone("Asia/Shanghai", "Asia/Shanghai");
	check_zone(":Asia/Shanghai", "Asia/Shanghai");
	check_zone("/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo");
	check_zone("Etc/UTC", "UTC");
	check_zone("UTC", "UTC");
	check_zone("CST-8", "UTC");
	check_zone("x\ny/z", "UTC");
	set_zone("Asia/Shanghai");
	clock_zone(tiny, sizeof(tiny));
	assert_string_equal(tiny, "UTC");
	assert_int_equal(unsetenv("TZ"), 0);
	clock_zone(zone, sizeof(zone));
	assert_true(strlen(zone) > 0);
}

static void
boot(void **state)
{
	char a[33], b[33];

	(void)state;
	clock_boot_id(a);
	clock_boot_id(b);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	assert_string_equal(a, b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days),
		cmocka_unit_test(pinned),
		cmocka_unit_test(calendar),
		cmocka_unit_test(texts),
		cmocka_unit_test(parses),
		cmocka_unit_test(refuses),
		cmocka_unit_test(zones),
		cmocka_unit_test(boot)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
