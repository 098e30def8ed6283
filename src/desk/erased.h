/*
 * desk/erased.h - what an order of erasure does at a desk, and what it explains.
 *
 * What goes is decided in the box, of what the orders and control say; the
 * desk process asks the orders once more, and then writes down what it is about
 * to do (docs/FORMAT.md section 20, `erasing`), so that a desk that was killed
 * goes on with it.  A branch goes
 * here only when the central has it no longer.
 * Needs: base, repo, control, desk/box, desk/tombstone.
 */
#ifndef LIUDI_DESK_ERASED_H
#define LIUDI_DESK_ERASED_H

#include "base/buf.h"
#include "desk/box.h"
#include "desk/seen.h"
#include "desk/tombstone.h"
#include "repo/drop.h"

struct erased_result {
	size_t branches;	/* that went */
	size_t still;		/* of them, heads that another branch reaches */
};

/*
 * Under the lock of sync, after a fetch with REWRITTEN (desk/sync.h): remove
 * the branches that orders explain, their objects and the catalogue, and their
 * lines in REWRITTEN.
 */
int erased_prune(const struct deskhome *h, struct buf *rewritten,
	struct erased_result *r, struct err *e);

/*
 * In the desk process: do all N branches of V go, by orders that hold?  -1:
 * ERR_INTEGRITY if one does not.
 */
int erased_ordered(const struct deskhome *h, const struct buf *rewritten,
	const struct drop_ref *v, size_t n, struct err *e);

/* In the box: orders that do not hold, or wait, as events. */
int erased_note(struct box *b, const struct buf *rewritten, int64_t now_utc,
	struct err *e);

/*
 * In the box: is the whole of branch REF up to SEQ, whose manifest had that
 * SHA-256, here, or erased by an order?  1, 0, -1.
 */
int erased_explains(const struct tombstones *t, struct mirror *records,
	const char *ref, int64_t seq, const uint8_t manifest[static 32],
	int64_t now_utc, struct err *e);

/* In the box: is branch REF, of any head, not here, by an order that holds? */
int erased_gone(const struct tombstones *t, struct mirror *records,
	const char *ref, int64_t now_utc, bool *gone, struct err *e);

/*
 * In the box: each branch that SEEN (may be NULL) knows, but that is gone, by
 * an order (counted in *BRANCHES) or not, and each order with something odd:
 * FN gets its TEXT.
 */
int erased_missing(struct box *b, const struct seen *seen,
	int (*fn)(void *arg, const char *ref, const char *text,
	struct err *e), void *arg, int64_t *branches, struct err *e);

#endif
