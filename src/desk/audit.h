/*
 * desk/audit.h - how it stands: which station is silent, and what does not
 * agree.
 *
 * From what was verified before, and policy; no key is needed.
 * Needs: base, control, desk/box.
 */
#ifndef LIUDI_DESK_AUDIT_H
#define LIUDI_DESK_AUDIT_H

#include <stdbool.h>

#include "desk/box.h"
#include "desk/received.h"

#define AUDIT_GAP_DAYS 30
#define AUDIT_NEWS_DAYS 7

struct audit_station {
	char station[33];
	int64_t keys;		/* of it that may sign today; > 1: see THREATS */
	bool suspended;		/* none may, and none was revoked for good */
	int64_t started;	/* its last run, by its clock; QUERY_NONE */
	int64_t received;	/* the last receipt; QUERY_NONE */
	int64_t sign;		/* its last sign of life that we can prove */
	int64_t limit;		/* how long it may be silent: EXPECT_NEVER */
	struct err unclear;	/* code not 0: `expect` makes no sense, and the
				 * limit is what holds without it */
	bool silent;		/* it is, for longer */
	int64_t gaps;		/* longer than that, in the last 30 days */
	int64_t integrity;	/* such events of the last 7 days */
	int64_t warnings;	/* the same */
};
typedef int (*audit_fn)(void *arg, const struct audit_station *s,
	struct err *e);

/* In the box: each station of control or of the catalogue, by name. */
int audit_stations(struct box *b, int64_t now_utc, audit_fn fn, void *arg,
	struct err *e);

/* What stands open, whenever it was told. */
struct audit_open {
	int64_t stopped;	/* branches whose chain is broken */
	struct received_open receipts;
	int64_t apart;		/* lines of witness/heads */
	int64_t all;
};
/*
 * In the box, of its catalogue and mirrors as they are: *o holds counts only,
 * nothing to release.  0, or -1 (the catalogue or control cannot be read): *o
 * may be half filled.
 */
int audit_open(struct box *b, int64_t now_utc, struct audit_open *o,
	struct err *e);

#endif
