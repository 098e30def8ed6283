/*
 * agent/schedule.h - who wakes `liudi run --if-due`: units of systemd's user
 * manager, or lines of the user's crontab where there is none.
 *
 * They wake it every quarter of an hour, and systemd at the end of a session,
 * too; whether a run is due the program says (agent/due.h), so that a change of
 * the times needs nothing new here.
 * Needs: base, agent/station.
 */
#ifndef LIUDI_AGENT_SCHEDULE_H
#define LIUDI_AGENT_SCHEDULE_H

#include <stdbool.h>

#include "agent/station.h"
#include "base/buf.h"

enum schedule_kind { SCHEDULE_NONE, SCHEDULE_SYSTEMD, SCHEDULE_CRON };
/* "none", "systemd", "cron" */
const char *schedule_kind_name(enum schedule_kind k);

struct schedule_job {
	const struct station *s;
	const char *program;	/* absolute */
	const char *home;	/* --home, absolute; or NULL */
};

struct schedule {
	enum schedule_kind kind;
	bool stale;	/* it is not what schedule_install() would write now */
};

/*
 * The units' texts, appended: SERVICE wakes a run, LOGOUT has one made at the
 * end, TIMER wakes SERVICE.
 */
int schedule_service(const struct schedule_job *j, struct buf *out,
	struct err *e);
int schedule_logout(const struct schedule_job *j, struct buf *out,
	struct err *e);
int schedule_timer(const struct schedule_job *j, struct buf *out,
	struct err *e);
/*
 * The crontab TEXT without this station's lines, and with them at its end if
 * WANTED, appended.
 */
int schedule_crontab(const struct schedule_job *j, const char *text,
	bool wanted, struct buf *out, struct err *e);

/* What there is; asks crontab, and no systemd.  0 or -1. */
int schedule_look(const struct schedule_job *j, struct schedule *out,
	struct err *e);
/*
 * Write it and begin with it.  KIND: SCHEDULE_NONE takes systemd where a user
 * manager runs, else cron; *done says which it is.  What there is of the other
 * kind goes.  -1: ERR_CONFIG (neither is there), ERR_FAIL (what they say), …
 */
int schedule_install(const struct schedule_job *j, enum schedule_kind kind,
	enum schedule_kind *done, struct err *e);
/* Take all of it away; *was: there was something. */
int schedule_remove(const struct schedule_job *j, bool *was, struct err *e);

/* The timer is active, as far as systemd can be asked. */
bool schedule_wakes(const struct schedule_job *j);

#endif
