/*
 * agent/due.h - whether a run is due; pure, but for the local zone.
 *
 * A scheduler only wakes: what is to be done is decided here, of what the
 * settings say, what the last runs left, and what the clock shows now.
 * Needs: base/clock, config.
 */
#ifndef LIUDI_AGENT_DUE_H
#define LIUDI_AGENT_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

#define DUE_TIMES "10:00 14:00 18:00"	/* where nobody says another */
#define DUE_WAIT_MAX 86400	/* s: for the mains, for an unmetered line */
#define DUE_SEND_AGAIN 3600	/* s between two tries to send what waits */
#define DUE_JUST_NOW 600	/* s: too soon for a run at logout */
#define DUE_SLACK 300		/* s that a clock may be set back unnoticed */

struct due_rule {
	int minute[CONFIG_TIMES_MAX];	/* of the local day, rising */
	size_t n;			/* 0: at no time */
	bool at_logout, on_battery, on_metered;
};

struct due_past {		/* UTC seconds, 0 = never */
	int64_t kept;		/* the last run that kept all it could began */
	int64_t tried;		/* the last run began, however it ended */
	int64_t received;	/* since when nothing waits to be sent */
	bool waiting;		/* something waits to be sent */
};

struct due_now {
	int64_t utc;
	bool leaving;		/* the session ends */
	bool battery, metered;
};

enum due_do {
	DUE_NOTHING,
	DUE_WAIT,	/* a run is due, and put off */
	DUE_SEND,	/* only send what waits */
	DUE_KEEP,	/* run, and send later */
	DUE_RUN
};

enum due_why {
	DUE_NOT_YET,	/* of DUE_NOTHING */
	DUE_FIRST,	/* nothing was ever kept */
	DUE_TIME,	/* one of the times has come */
	DUE_CLOCK,	/* the last run is dated in the future */
	DUE_LOGOUT,
	DUE_WAITING,	/* of DUE_SEND */
	DUE_BATTERY,	/* of DUE_WAIT */
	DUE_METERED	/* of DUE_KEEP */
};

struct due {
	enum due_do what;
	enum due_why why;
	int64_t next;	/* the next of the times; 0 = there is none */
};

/*
 * The newest of the times that has passed at UTC, and the one that comes next,
 * as the local zone has them; 0 where there are no times.
 */
int64_t due_passed(const struct due_rule *r, int64_t utc);
int64_t due_next(const struct due_rule *r, int64_t utc);

/*
 * A run is due where none began since the newest of the times (so one that was
 * missed while the machine was off is due at once, and all that were missed are
 * one), where the session ends, and where the last one is dated ahead of the
 * clock: one of the two was wrong, and a run tells which.
 * For the mains a due run waits a day at most since the last one, and sending
 * waits a day at most for a line that costs nothing.
 */
struct due due_decide(const struct due_rule *r, const struct due_past *p,
	const struct due_now *now);

#endif
