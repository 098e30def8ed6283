/*
 * agent/reports.h - what the person at this station writes: reports of days,
 * plans of weeks, objections to numbers.
 *
 * Files of the state folder that each run takes along as the source `reports`;
 * written once, never changed.
 * Spec: docs/FORMAT.md section 23.
 * Needs: base, config/reportfile, control, agent/station.
 */
#ifndef LIUDI_AGENT_REPORTS_H
#define LIUDI_AGENT_REPORTS_H

#include "agent/station.h"
#include "config/reportfile.h"

#define REPORTS_SOURCE "reports"
#define REPORTS_VERSIONS_MAX 999

/*
 * The source of what was written, where there is any, unless CFG names one so.
 * -1: as config_imply().
 */
int reports_source(struct config *cfg, const char *state, struct err *e);

/*
 * By what clock S's days are cut, as control said when it was checked last (no
 * network): ZONE, a name of the zone files of this machine ("": its own zone),
 * and *CUTOFF seconds behind midnight.  What makes no sense is as if missing.
 */
#define REPORTS_ZONE_LEN 64
int reports_clock(const struct station *s, char zone[static REPORTS_ZONE_LEN],
	int64_t *cutoff, struct err *e);

/*
 * Keep R, which has a line at least, as the next version; fsynced.  *VERSION
 * gets which.  -1: ERR_CONFIG (liudi.ini names another source so, which would
 * take its place; hint), ERR_USAGE (too many versions), ERR_LOCKED, ERR_IO,
 * ERR_SPACE, ERR_NOMEM.
 */
int reports_keep(const struct station *s, const struct reportfile *r,
	int *version, struct err *e);

/*
 * FN for each that is kept: by name, then version; R is borrowed.  Files that are
 * none are passed over.  0, or -1 (ERR_IO, ERR_NOMEM, or what FN gave).
 */
typedef int (*reports_fn)(void *arg, const struct reportfile *r, int version,
	struct err *e);
int reports_each(const struct station *s, reports_fn fn, void *arg,
	struct err *e);

#endif
