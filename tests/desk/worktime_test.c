/* tests/desk/worktime_test.c - days and hours, counted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "desk/worktime.h"

#include "base/banned.h"

static struct worktime *
made(const char *policy)
{
	struct err e = ERR_INIT;
	struct worktime *w = worktime_new(policy, "ws-01", &e);

	if (!w)
		print_message("%s\n", e.what);
	assert_non_null(w);
	return w;
}

/* "2026-11-23T10:30:00Z" in ms. */
static int64_t
utc(const char *s)
{
	struct err e = ERR_INIT;
	int64_t t;

	assert_int_equal(clock_parse(s, &t, &e), 0);
	return t * 1000;
}

/* Minutes of work. */
static int
worked(struct worktime *w, const char *from, const char *until)
{
	int64_t ms = worktime_between(w, utc(from), utc(until));

	assert_true(ms % 60000 == 0);
	return (int)(ms / 60000);
}

static void
hours(void **state)
{
	/* 2026-11-23 is a Monday; Shanghai is eight hours ahead */
	struct worktime *w = made("[team]\nzone = Asia/Shanghai\n");

	(void)state;
	assert_int_equal(worked(w, "2026-11-23T01:00:00Z",
	    "2026-11-23T10:00:00Z"), 540);
	assert_int_equal(worked(w, "2026-11-23T00:00:00Z",
	    "2026-11-23T01:30:00Z"), 30);
	/* Friday 17:30 to Monday 09:20 */
	assert_int_equal(worked(w, "2026-11-20T09:30:00Z",
	    "2026-11-23T01:20:00Z"), 50);
	/* a whole week, and a weekend */
	assert_int_equal(worked(w, "2026-11-16T00:00:00Z",
	    "2026-11-23T00:00:00Z"), 5 * 540);
	assert_int_equal(worked(w, "2026-11-20T10:00:00Z",
	    "2026-11-23T01:00:00Z"), 0);
	assert_int_equal(worked(w, "2026-11-23T02:00:00Z",
	    "2026-11-23T02:00:00Z"), 0);
	assert_int_equal(worked(w, "2026-11-23T03:00:00Z",
	    "2026-11-23T02:00:00Z"), 0);
	worktime_free(w);
}

static void
several_hours_and_holidays(void **state)
{
	struct worktime *w = made("[team]\nzone = UTC\nholidays = 2026-11-25\n"
	    "[station ws-01]\nwork = mon-fri 09:00-12:00,mon-thu 13:30-18:00 ,"
	    " sat 10:00-11:00\nholidays = 2026-12-24..2026-12-26, 2027-01-01\n");

	(void)state;
	assert_int_equal(worked(w, "2026-11-23T00:00:00Z",
	    "2026-11-24T00:00:00Z"), 450);
	assert_int_equal(worked(w, "2026-11-23T11:00:00Z",
	    "2026-11-23T14:00:00Z"), 90);
	assert_int_equal(worked(w, "2026-11-27T00:00:00Z",
	    "2026-11-30T00:00:00Z"), 180 + 60);
	/* the station's own holidays are instead of the team's */
	assert_int_equal(worked(w, "2026-11-25T00:00:00Z",
	    "2026-11-26T00:00:00Z"), 450);
	assert_int_equal(worked(w, "2026-12-23T00:00:00Z",
	    "2026-12-28T00:00:00Z"), 450);
	assert_int_equal(worked(w, "2027-01-01T00:00:00Z",
	    "2027-01-02T00:00:00Z"), 0);
	worktime_free(w);
}

/* Besides the holidays, of whoever said those. */
static void
leave(void **state)
{
	struct worktime *w = made("[team]\nzone = UTC\nholidays = 2026-11-25\n"
	    "[station ws-01]\nleave = 2026-11-26..2026-11-27\n");
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(worked(w, "2026-11-23T00:00:00Z",
	    "2026-11-30T00:00:00Z"), 2 * 540);
	worktime_free(w);
	assert_null(worktime_new("[team]\nleave = tomorrow\n", "ws-01", &e));
	assert_int_equal(e.code, ERR_FORMAT);
}

static void
nights(void **state)
{
	struct worktime *w = made("[team]\nzone = UTC\n"
	    "work = sun-thu 22:00-06:00\nholidays = 2026-11-24\n");

	(void)state;
	/* Sunday's night ends on Monday morning; Friday has none */
	assert_int_equal(worked(w, "2026-11-23T05:00:00Z",
	    "2026-11-23T23:00:00Z"), 60 + 60);
	assert_int_equal(worked(w, "2026-11-27T00:00:00Z",
	    "2026-11-28T12:00:00Z"), 360);
	/* a holiday's night is free, the night before it ends in it */
	assert_int_equal(worked(w, "2026-11-24T00:00:00Z",
	    "2026-11-25T12:00:00Z"), 360);
	worktime_free(w);
}

static void
summer_time(void **state)
{
	struct worktime *w = made("[team]\nzone = America/New_York\n"
	    "work = sun-sat 00:00-24:00\n");
	struct worktime *v = made("[team]\nzone = America/New_York\n"
	    "work = sun 01:00-04:00\n");

	(void)state;
	/* days of 23 and of 25 hours */
	assert_int_equal(worked(w, "2026-03-08T05:00:00Z",
	    "2026-03-09T04:00:00Z"), 23 * 60);
	assert_int_equal(worked(w, "2026-11-01T04:00:00Z",
	    "2026-11-02T05:00:00Z"), 25 * 60);
	assert_true(worktime_start(w, worktime_day(w,
	    utc("2026-03-08T12:00:00Z"))) == utc("2026-03-08T05:00:00Z"));
	assert_true(worktime_start(w, worktime_day(w,
	    utc("2026-03-09T12:00:00Z"))) == utc("2026-03-09T04:00:00Z"));
	/* 01:00 to 04:00 by the clock: two hours in spring, four in autumn */
	assert_int_equal(worked(v, "2026-03-08T00:00:00Z",
	    "2026-03-09T00:00:00Z"), 120);
	assert_int_equal(worked(v, "2026-11-01T00:00:00Z",
	    "2026-11-02T00:00:00Z"), 240);
	worktime_free(w);
	worktime_free(v);
}

/* LOCAL is what the clock there shows, with the offset of that moment. */
static void
day_is(const char *zone, const char *cutoff, const char *at, const char *want)
{
	char policy[128], text[WORKTIME_DAY_LEN];
	struct worktime *w;
	int64_t day, ms = utc(at);

	(void)snprintf(policy, sizeof(policy), "[station ws-01]\nzone = %s\n"
	    "cutoff = %s\n", zone, cutoff);
	w = made(policy);
	day = worktime_day(w, ms);
	assert_string_equal(worktime_day_text(day, text), want);
	assert_true(worktime_start(w, day) <= ms);
	assert_true(worktime_start(w, day + 1) > ms);
	worktime_free(w);
}

static void
days(void **state)
{
	(void)state;
	day_is("Asia/Shanghai", "12:00", "2026-03-01T14:15:00Z", "2026-03-01");
	day_is("Asia/Shanghai", "12:00", "2026-03-01T21:40:00Z", "2026-03-01");
	day_is("Asia/Shanghai", "12:00", "2026-03-02T03:59:00Z", "2026-03-01");
	day_is("Asia/Shanghai", "12:00", "2026-03-02T04:00:00Z", "2026-03-02");
	day_is("Asia/Shanghai", "00:00", "2026-03-01T21:40:00Z", "2026-03-02");
	day_is("America/New_York", "05:00", "2026-03-08T06:30:00Z",
	    "2026-03-07");
	day_is("America/New_York", "05:00", "2026-03-08T07:30:00Z",
	    "2026-03-07");
	day_is("America/New_York", "05:00", "2026-03-08T09:00:00Z",
	    "2026-03-08");
	day_is("America/New_York", "05:00", "2026-11-01T05:30:00Z",
	    "2026-10-31");
	day_is("Pacific/Kiritimati", "00:00", "2026-12-31T09:59:00Z",
	    "2026-12-31");
	day_is("Asia/Kathmandu", "00:00", "2026-12-31T18:16:00Z",
	    "2027-01-01");
}

static void
working_days(void **state)
{
	struct worktime *w = made("[team]\nzone = UTC\n"
	    "holidays = 2026-11-24\n");
	int64_t day;

	(void)state;
	/* Friday 17:00 to Sunday midnight: seven hours of a working day */
	assert_true(worktime_days_between(w, utc("2026-11-20T17:00:00Z"),
	    utc("2026-11-23T00:00:00Z")) == 7 * INT64_C(3600000));
	/* to Thursday 12:00, with Monday and Wednesday between */
	assert_true(worktime_days_between(w, utc("2026-11-20T17:00:00Z"),
	    utc("2026-11-26T12:00:00Z")) == (7 + 24 + 24 + 12) *
	    INT64_C(3600000));
	assert_true(worktime_days_between(w, 5, 5) == 0);
	assert_int_equal(worktime_day_parse("2026-11-23", &day), 0);
	assert_true(worktime_works(w, day));
	assert_false(worktime_works(w, day + 1));	/* holiday */
	assert_true(worktime_works(w, day + 2));
	assert_false(worktime_works(w, day + 5));	/* Saturday */
	assert_true(worktime_works(w, -3));	/* 1969-12-29, a Monday */
	assert_false(worktime_works(w, -4));
	worktime_free(w);
}

static void
no_work(void **state)
{
	struct worktime *w = made("[team]\nzone = UTC\nwork = none\n");

	(void)state;
	assert_int_equal(worked(w, "2026-01-01T00:00:00Z",
	    "2026-12-31T00:00:00Z"), 0);
	assert_false(worktime_works(w, 20000));
	worktime_free(w);
}

static void
texts(void **state)
{
	struct worktime *w = made("[team]\nzone = Asia/Shanghai\n");
	char text[WORKTIME_CLOCK_LEN];
	int64_t day;

	(void)state;
	assert_string_equal(worktime_clock(w, utc("2026-11-23T20:05:59Z"),
	    text), "2026-11-24 04:05");
	assert_int_equal(worktime_day_parse("1970-01-01", &day), 0);
	assert_true(day == 0);
	assert_int_equal(worktime_day_parse("2024-02-29", &day), 0);
	assert_int_equal(worktime_day_parse("2026-02-29", &day), -1);
	assert_int_equal(worktime_day_parse("2026-11-31", &day), -1);
	assert_int_equal(worktime_day_parse("2026-13-01", &day), -1);
	assert_int_equal(worktime_day_parse("2026-11-23 ", &day), -1);
	assert_int_equal(worktime_day_parse("2026-1-2", &day), -1);
	assert_int_equal(worktime_day_parse("", &day), -1);
	worktime_free(w);
}

static void
refused(const char *line)
{
	struct err e = ERR_INIT;
	char policy[256];

	(void)snprintf(policy, sizeof(policy), "[team]\n%s\n", line);
	assert_null(worktime_new(policy, "ws-01", &e));
	assert_int_equal(e.code, ERR_FORMAT);
	assert_true(e.hint[0] != '\0');
}

static void
what_makes_no_sense(void **state)
{
	(void)state;
	refused("zone = Asia/Nowhere");
	refused("work = always");
	refused("work = mon");
	refused("work = mon-");
	refused("work = mon 9:00-18:00");
	refused("work = mon 09:00-18:00,");
	refused("work = mon 09:00-25:00");
	refused("work = mon 09:60-10:00");
	refused("work = mon 24:00-02:00");
	refused("work = mon-fri 09:00-18:00, wed 17:00-19:00");
	refused("work = mon 09:00-18:00 tue 09:00-18:00");
	refused("holidays = 2026-02-30");
	refused("holidays = 2026-10-07..2026-10-01");
	refused("holidays = 2026-10-01..");
	refused("cutoff = 12");
	refused("cutoff = 24:00");
	refused("cutoff = 12:00 h");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours),
		cmocka_unit_test(several_hours_and_holidays),
		cmocka_unit_test(leave),
		cmocka_unit_test(nights),
		cmocka_unit_test(summer_time),
		cmocka_unit_test(days),
		cmocka_unit_test(working_days),
		cmocka_unit_test(no_work),
		cmocka_unit_test(texts),
		cmocka_unit_test(what_makes_no_sense)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
