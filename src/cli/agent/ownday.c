/* cli/agent/ownday.c - the logical day of the person at this station. */
#include "cli/agent/ownday.h"

#include <stdlib.h>
#include <time.h>

#include "agent/reports.h"
#include "base/clock.h"
#include "base/banned.h"

#define DAY_S 86400

int
ownday_now(const struct station *s, struct ownday *o, struct err *e)
{
	char zone[REPORTS_ZONE_LEN];
	struct clock_date d;
	int64_t wall;

	if (reports_clock(s, zone, &o->cutoff, e) != 0)
		return -1;
	if (zone[0] != '\0' && setenv("TZ", zone, 1) != 0)
		return err_nomem(e);
	tzset();
	o->now = clock_now_utc();
	clock_split_local(o->now, &d, &o->offset);
	wall = o->now + o->offset - o->cutoff;
	o->day = wall / DAY_S - (wall % DAY_S < 0);
	return 0;
}

int
ownday_asked(const struct cli *c, const struct ownday *o, int64_t back,
	int64_t ahead, int64_t *day, struct err *e)
{
	const char *text = cli_value(c, "day");

	*day = o->day;
	if (text == NULL)
		return 0;
	if (clock_day_parse(text, day) != 0) {
		(void)err_set(e, ERR_USAGE, "--day takes a day, not '%s'",
		    text);
		return err_hint(e, "write it as 2026-11-23");
	}
	if (*day >= o->day - back && *day <= o->day + ahead)
		return 0;
	(void)err_set(e, ERR_USAGE, "the day %s is too far from today", text);
	return err_hint(e, "from %lld days before today to %lld behind it",
	    (long long)back, (long long)ahead);
}
