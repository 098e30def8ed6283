/*
 * agent/lastrun.h - how the last runs went: state/lastrun.
 *
 * What the schedule decides by, and what `status` and `doctor` tell.  It is a
 * memory and no record: lost or damaged, it is as if nothing had run yet.
 * Spec: docs/FORMAT.md section 23.
 * Needs: base, config, control, agent/{due,station}.
 */
#ifndef LIUDI_AGENT_LASTRUN_H
#define LIUDI_AGENT_LASTRUN_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/due.h"
#include "agent/station.h"
#include "base/err.h"

#define LASTRUN_WHY_LEN 512
#define LASTRUN_TIMES_LEN 256

struct lastrun {		/* UTC seconds, 0 = never */
	int64_t tried;		/* it began, however it ended */
	int64_t ended;
	int64_t kept;		/* the last that kept all it could began */
	int64_t received;	/* the last that ended with nothing waiting */
	int64_t failing;	/* the first of the failures in a row began */
	int64_t told;		/* the person was told of them */
	int64_t put_off;	/* since when a run or sending waits */
	enum due_why put_off_why;	/* DUE_BATTERY, DUE_METERED */
	int64_t status;		/* exit status of the last */
	int64_t failures;	/* in a row */
	bool waiting;		/* something is kept and not received */
	char why[LASTRUN_WHY_LEN];	/* of a failure, in English */
	char times[LASTRUN_TIMES_LEN];	/* as the managers' policy has them */
};

/* *l is all zeros where there is none.  -1: ERR_IO, ERR_NOMEM. */
int lastrun_load(struct lastrun *l, const char *state, struct err *e);
int lastrun_save(const struct lastrun *l, const char *state, struct err *e);

/* For due_decide(). */
void lastrun_past(const struct lastrun *l, struct due_past *p);

/*
 * When runs are due: by liudi.ini, else by the managers' policy as the last run
 * saw it, else DUE_TIMES.  *times is the text of it.
 */
enum lastrun_times { LASTRUN_INI, LASTRUN_POLICY, LASTRUN_DEFAULT };
enum lastrun_times lastrun_rule(const struct lastrun *l,
	const struct config *cfg, struct due_rule *r, const char **times);

/*
 * Take over what the control that S has checked says of the times ("run_at" of
 * [station ID], else of [team], in policy.ini).
 */
int lastrun_policy(struct lastrun *l, const struct station *s, struct err *e);

/* How a run ended. */
struct lastrun_end {
	int64_t began, ended;
	int status;		/* exit status */
	bool kept;		/* it kept all it could */
	bool waiting;		/* something waits to be sent */
	bool failed;		/* somebody has to do something about it */
	const char *why;	/* or NULL */
};
/* Put into *l what END says. */
void lastrun_add(struct lastrun *l, const struct lastrun_end *end);

#endif
