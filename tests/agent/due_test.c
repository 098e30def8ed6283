/* tests/agent/due_test.c - when a run is due. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "agent/due.h"
#include "base/clock.h"

#include "base/banned.h"

#define H 3600
#define DAY 86400

static void
zone(const char *tz)
{
	assert_int_equal(setenv("TZ", tz, 1), 0);
	tzset();
}

/* Local wall time. */
static int64_t
at(int y, int m, int d, int hour, int min)
{
	struct clock_date c = {y, m, d, hour, min, 0};
	int64_t utc;

	assert_int_equal(clock_join_local(&c, &utc), 0);
	return utc;
}

static struct due_rule
rule(const char *times)
{
	struct due_rule r = {.at_logout = true, .on_battery = true};

	assert_true(config_times(times, r.minute, &r.n));
	return r;
}

static struct due
decide(const struct due_rule *r, int64_t kept, int64_t now)
{
	const struct due_past p = {.kept = kept, .tried = kept,
	    .received = kept};
	const struct due_now n = {.utc = now};

	return due_decide(r, &p, &n);
}

static void
times(void **state)
{
	const struct due_rule r = rule(DUE_TIMES);
	int64_t day;

	(void)state;
	zone("Asia/Shanghai");
	day = at(2026, 3, 2, 0, 0);
	assert_int_equal(due_passed(&r, day), day - 6 * H);
	assert_int_equal(due_passed(&r, day + 10 * H - 1), day - 6 * H);
	assert_int_equal(due_passed(&r, day + 10 * H), day + 10 * H);
	assert_int_equal(due_next(&r, day + 10 * H), day + 14 * H);
	assert_int_equal(due_next(&r, day + 18 * H), day + 34 * H);
}

static void
by_the_day(void **state)
{
	const struct due_rule r = rule(DUE_TIMES);
	const int64_t ten = at(2026, 3, 2, 10, 0);
	struct due d;

	(void)state;
	d = decide(&r, 0, ten - H);
	assert_int_equal(d.what, DUE_RUN);
	assert_int_equal(d.why, DUE_FIRST);
	assert_int_equal(decide(&r, ten - 16 * H, ten - 1).what, DUE_NOTHING);
	d = decide(&r, ten - 16 * H, ten);
	assert_int_equal(d.what, DUE_RUN);
	assert_int_equal(d.why, DUE_TIME);
	assert_int_equal(decide(&r, ten, ten + 1).what, DUE_NOTHING);
	assert_int_equal(decide(&r, ten + 60, ten + 4 * H - 1).what,
	    DUE_NOTHING);
	assert_int_equal(decide(&r, ten + 60, ten + 4 * H).what, DUE_RUN);
	/* off for a month: one run, at once */
	assert_int_equal(decide(&r, ten - 30 * DAY, ten + H).what, DUE_RUN);
	assert_int_equal(decide(&r, ten + H, ten + H + 60).what, DUE_NOTHING);
}

/* A laptop that travels: what counts is the wall where it is. */
static void
zones(void **state)
{
	const struct due_rule r = rule("10:00 18:00");
	int64_t kept;

	(void)state;
	zone("Asia/Shanghai");
	kept = at(2026, 3, 2, 18, 0);		/* 05:00 in New York */
	assert_int_equal(decide(&r, kept, kept + 4 * H).what, DUE_NOTHING);
	zone("America/New_York");
	assert_int_equal(decide(&r, kept, kept + 4 * H).what, DUE_NOTHING);
	assert_int_equal(decide(&r, kept, at(2026, 3, 2, 10, 0)).what,
	    DUE_RUN);
	/* and back: 18:00 here is 07:00 of the next day there */
	kept = at(2026, 3, 2, 18, 0);
	zone("Asia/Shanghai");
	assert_int_equal(decide(&r, kept, kept + 2 * H).what, DUE_NOTHING);
	assert_int_equal(decide(&r, kept, kept + 3 * H).what, DUE_RUN);
}

static void
daylight_saving(void **state)
{
	const struct due_rule r = rule("02:30 10:00");
	int64_t ten;

	(void)state;
	zone("America/New_York");
	/* 2026-03-08: 02:00 is 03:00; the time that is not there is one all
	 * the same, and the day has 23 hours */
	ten = at(2026, 3, 7, 10, 0);
	assert_int_equal(at(2026, 3, 8, 10, 0) - ten, 23 * H);
	assert_int_equal(decide(&r, ten, ten + 15 * H).what, DUE_NOTHING);
	assert_int_equal(decide(&r, ten, ten + 17 * H).what, DUE_RUN);
	assert_int_equal(decide(&r, ten + 17 * H, ten + 23 * H).what,
	    DUE_RUN);
	/* 2026-11-01: 25 hours, 01:00 to 02:00 twice; 02:30 is there once */
	ten = at(2026, 10, 31, 10, 0);
	assert_int_equal(at(2026, 11, 1, 10, 0) - ten, 25 * H);
	assert_int_equal(decide(&r, ten, ten + 17 * H).what, DUE_NOTHING);
	assert_int_equal(decide(&r, ten, ten + 17 * H + 1800).what, DUE_RUN);
	assert_int_equal(decide(&r, ten + 18 * H, ten + 24 * H).what,
	    DUE_NOTHING);
}

static void
wrong_clock(void **state)
{
	const struct due_rule r = rule(DUE_TIMES);
	int64_t ten;
	struct due d;

	(void)state;
	zone("Asia/Shanghai");
	ten = at(2026, 3, 2, 10, 0);
	/* a year ahead, then mended: the last run is of next year */
	assert_int_equal(decide(&r, ten, ten + 365 * (int64_t)DAY).what,
	    DUE_RUN);
	d = decide(&r, ten + 365 * (int64_t)DAY, ten + H);
	assert_int_equal(d.what, DUE_RUN);
	assert_int_equal(d.why, DUE_CLOCK);
	/* a year behind, once: as any other day from then on */
	d = decide(&r, ten, ten - 365 * (int64_t)DAY + H);
	assert_int_equal(d.why, DUE_CLOCK);
	assert_int_equal(decide(&r, ten - 365 * (int64_t)DAY + H,
	    ten - 365 * (int64_t)DAY + 2 * H).what, DUE_NOTHING);
	/* a clock that is set back a little is no news */
	assert_int_equal(decide(&r, ten + 60, ten).what, DUE_NOTHING);
	assert_int_equal(decide(&r, ten + DUE_SLACK, ten).what, DUE_NOTHING);
	assert_int_equal(decide(&r, ten + DUE_SLACK + 1, ten).what, DUE_RUN);
}

static void
logout(void **state)
{
	struct due_rule r = rule(DUE_TIMES);
	const int64_t ten = at(2026, 3, 2, 10, 0);
	struct due_past p = {.kept = ten, .tried = ten, .received = ten};
	struct due_now now = {.utc = ten + H, .leaving = true};

	(void)state;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_RUN);
	assert_int_equal(due_decide(&r, &p, &now).why, DUE_LOGOUT);
	now.utc = ten + DUE_JUST_NOW - 1;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_NOTHING);
	now.utc++;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_RUN);
	r.at_logout = false;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_NOTHING);
}

static void
battery(void **state)
{
	struct due_rule r = rule(DUE_TIMES);
	const int64_t ten = at(2026, 3, 2, 10, 0);
	struct due_past p = {.kept = ten, .tried = ten, .received = ten};
	struct due_now now = {.utc = ten + 4 * H, .battery = true};

	(void)state;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_RUN);
	r.on_battery = false;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_WAIT);
	assert_int_equal(due_decide(&r, &p, &now).why, DUE_BATTERY);
	now.utc = ten + DAY - 1;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_WAIT);
	now.utc++;		/* a day is enough */
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_RUN);
	now.utc = ten + 4 * H;
	now.leaving = true;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_RUN);
	now.leaving = false;
	p.kept = 0;		/* the very first does not wait */
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_RUN);
	p.kept = ten + 400 * (int64_t)DAY;	/* nor for a clock */
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_RUN);
}

static void
metered(void **state)
{
	struct due_rule r = rule(DUE_TIMES);
	const int64_t ten = at(2026, 3, 2, 10, 0);
	struct due_past p = {.kept = ten, .tried = ten, .received = ten};
	struct due_now now = {.utc = ten + 4 * H, .metered = true};

	(void)state;
	/* what is new is kept, and only the sending waits */
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_KEEP);
	assert_int_equal(due_decide(&r, &p, &now).why, DUE_METERED);
	p.kept = p.tried = ten + 4 * H;
	p.waiting = true;
	now.utc = ten + 6 * H;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_NOTHING);
	now.metered = false;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_SEND);
	now.metered = true;
	now.utc = ten + DAY;
	p.kept = p.tried = ten + 9 * H;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_RUN);
	r.on_metered = true;
	now.utc = ten + 4 * H;
	p.kept = ten;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_RUN);
}

/* Offline: what is kept is sent soon after the line is back. */
static void
sending(void **state)
{
	const struct due_rule r = rule(DUE_TIMES);
	const int64_t ten = at(2026, 3, 2, 10, 0);
	struct due_past p = {.kept = ten, .tried = ten,
	    .received = ten - DAY, .waiting = true};
	struct due_now now = {.utc = ten + DUE_SEND_AGAIN - 1};
	struct due d;

	(void)state;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_NOTHING);
	now.utc++;
	d = due_decide(&r, &p, &now);
	assert_int_equal(d.what, DUE_SEND);
	assert_int_equal(d.why, DUE_WAITING);
	assert_int_equal(d.next, ten + 4 * H);
	p.waiting = false;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_NOTHING);
	/* a run that failed is tried again at the next time it is asked */
	p.kept = ten - 16 * H;
	assert_int_equal(due_decide(&r, &p, &now).what, DUE_RUN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),
		cmocka_unit_test(by_the_day),
		cmocka_unit_test(zones),
		cmocka_unit_test(daylight_saving),
		cmocka_unit_test(wrong_clock),
		cmocka_unit_test(logout),
		cmocka_unit_test(battery),
		cmocka_unit_test(metered),
		cmocka_unit_test(sending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
