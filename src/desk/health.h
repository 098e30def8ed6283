/*
 * desk/health.h - does the central do what a desk relies on?
 *
 * Spec: docs/FORMAT.md sections 1 and 10.
 * Needs: base, sign, repo, control, desk/receipts.
 */
#ifndef LIUDI_DESK_HEALTH_H
#define LIUDI_DESK_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "control/control.h"
#include "repo/central.h"
#include "repo/mirror.h"

/* What the mirror of records shows of the central. */
struct health {
	bool receipts;		/* it has a branch of them: hooks are there */
	bool key;		/* control names the key that it begins with */
	int64_t good, wrong;	/* receipts that hold, and that do not */
	int64_t newest;		/* UTC of the newest that holds; 0 = none */
};

/* Parses: in the box. */
int health_look(struct health *h, struct mirror *records,
	const struct control *control, struct err *e);

/*
 * Of a central in a folder: a line in PROBLEMS for each hook that is not byte
 * for byte that of HOOKS, or is missing.
 */
int health_hooks(const struct central *c, const char *hooks,
	struct buf *problems, struct err *e);

#endif
