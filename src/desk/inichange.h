/*
 * desk/inichange.h - who changed what is asked of stations.
 *
 * policy.ini is any manager's to change, and what it says of silence decides
 * which alarms there are; control's signed history has every state of it.
 * Spec: docs/FORMAT.md section 9.  Values are cut and clean of what is no text.
 * Needs: base, repo, config/teamini.
 */
#ifndef LIUDI_DESK_INICHANGE_H
#define LIUDI_DESK_INICHANGE_H

#include "repo/mirror.h"

struct inichange {
	char key[8];		/* expect, cutoff, zone */
	char station[33];	/* "" = all, where it says nothing of its own */
	char from[64], to[64];	/* "" = nothing was, is said */
	char by[64];		/* who signed the commit */
	int64_t utc;		/* its date */
};
typedef int (*inichange_fn)(void *arg, const struct inichange *c,
	struct err *e);

/*
 * In the box: each change in commits of control up to HEAD, which was checked,
 * that are dated SINCE or later; the oldest first.  FN returns -1 to stop.  0 or
 * -1.
 */
int inichange_each(struct mirror *control, const char *head, int64_t since,
	inichange_fn fn, void *arg, struct err *e);

#endif
