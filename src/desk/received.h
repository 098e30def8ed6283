/*
 * desk/received.h - the central's receipts, held against what is here.
 *
 * Each good receipt gives its time to the commits that it covers.  What cannot
 * be is an event: a line that no server key signed, a receipt for a commit that
 * the central does not show, a commit that has none, a station's clock that is
 * far from the central's.  Where control names no server key there is nothing
 * to hold.
 * Spec: docs/FORMAT.md sections 10 and 20.
 * Needs: base, repo, control, desk/box.
 */
#ifndef LIUDI_DESK_RECEIVED_H
#define LIUDI_DESK_RECEIVED_H

#include <stdbool.h>

#include "desk/box.h"
#include "desk/catalogue.h"
#include "desk/seen.h"

/* How long, from first sight, a receipt may be missing. */
#define RECEIVED_GRACE_S 3600
/* How far the clock of a station and of the central may lie apart. */
#define RECEIVED_APART_S 900

/*
 * In the box, after the branches were indexed.  What the central does not show
 * is no alarm where a manager settled it: b->lost (may be NULL) has its ref and
 * head, or b->settle (may be NULL) takes its branch; then its line is added to
 * the desk's file `settled`.  0 or -1.
 */
int received_index(struct box *b, int64_t now_utc, struct err *e);

/*
 * Not in the box, after it: what SETTLE took and `settled` holds goes to LOST
 * and its file, for good; *N such lines.  0, or -1: then only seen_free(LOST).
 */
int received_settled(const struct deskhome *h,
	const struct mirror_accept *settle, struct seen *lost, size_t *n,
	struct err *e);

/* What of it is not settled yet. */
struct received_open {
	int64_t wrong;		/* commits of the branch that do not hold */
	int64_t hidden;		/* received, and not shown */
	int64_t waiting;	/* branches that end without a receipt */
	int64_t all;
};
int received_count(struct catalogue *c, int64_t now_utc,
	struct received_open *o, struct err *e);

#endif
