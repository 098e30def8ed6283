/* agent/due.c - whether a run is due. */

#include "agent/due.h"

#include "base/clock.h"
#include "base/banned.h"

/* The time MINUTE of the local day that is DAYS behind that of UTC. */
static int64_t
moment(int64_t utc, int days, int minute)
{
	struct clock_date d;
	int64_t at;
	int offset;

	clock_split_local(utc, &d, &offset);
	d.day += days;
	d.hour = minute / 60;
	d.min = minute % 60;
	d.sec = 0;
	return clock_join_local(&d, &at) == 0 ? at : utc;
}

/* A day at either side: a zone's day may have 23 hours, or 25. */
int64_t
due_passed(const struct due_rule *r, int64_t utc)
{
	int64_t newest = 0, at;

	for (int day = -1; day <= 1; day++) {
		for (size_t i = 0; i < r->n; i++) {
			at = moment(utc, day, r->minute[i]);
			if (at <= utc && at > newest)
				newest = at;
		}
	}
	return newest;
}

int64_t
due_next(const struct due_rule *r, int64_t utc)
{
	int64_t next = 0, at;

	for (int day = -1; day <= 2; day++) {
		for (size_t i = 0; i < r->n; i++) {
			at = moment(utc, day, r->minute[i]);
			if (at > utc && (next == 0 || at < next))
				next = at;
		}
	}
	return next;
}

/* WHEN lies in the last SECONDS; a date ahead of the clock does not. */
static bool
within(int64_t when, int64_t now, int64_t seconds)
{
	return when != 0 && when <= now + DUE_SLACK && now - when < seconds;
}

static bool
is_due(const struct due_rule *r, const struct due_past *p,
	const struct due_now *now, enum due_why *why)
{
	if (p->kept == 0)
		*why = DUE_FIRST;
	else if (p->kept > now->utc + DUE_SLACK)
		*why = DUE_CLOCK;
	else if (p->kept < due_passed(r, now->utc))
		*why = DUE_TIME;
	else if (now->leaving && r->at_logout &&
	    !within(p->kept, now->utc, DUE_JUST_NOW))
		*why = DUE_LOGOUT;
	else
		return false;
	return true;
}

struct due
due_decide(const struct due_rule *r, const struct due_past *p,
	const struct due_now *now)
{
	struct due d = {DUE_NOTHING, DUE_NOT_YET, due_next(r, now->utc)};
	const bool may_send = !now->metered || r->on_metered ||
	    !within(p->received, now->utc, DUE_WAIT_MAX);

	if (!is_due(r, p, now, &d.why)) {
		if (p->waiting && may_send &&
		    !within(p->tried, now->utc, DUE_SEND_AGAIN)) {
			d.what = DUE_SEND;
			d.why = DUE_WAITING;
		}
		return d;
	}
	d.what = DUE_RUN;
	/* Who goes takes the machine along: no waiting then. */
	if (now->battery && !r->on_battery && !now->leaving &&
	    within(p->kept, now->utc, DUE_WAIT_MAX)) {
		d.what = DUE_WAIT;
		d.why = DUE_BATTERY;
	} else if (!may_send) {
		d.what = DUE_KEEP;
		d.why = DUE_METERED;
	}
	return d;
}
