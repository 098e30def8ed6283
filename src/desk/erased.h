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
	/* Branches whose names went and whose bytes did not: WHY, to be tried
	 * again by the next call (a full disk). */
	size_t waiting;
	struct err why;
};

/*
 * Under the lock of sync, after a fetch with REWRITTEN (desk/sync.h): remove
 * the branches that orders explain, their objects and the catalogue, and their
 * lines in REWRITTEN.  0, also where something is waiting; -1: nothing more can
 * be done with this folder now, and the next call goes on.
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

/*
 * In the box: is branch REF not here, and does an order that holds go as far
 * as commit SEQ of that manifest?  *GONE says so.  0 or -1.
 */
int erased_gone(const struct tombstones *t, struct mirror *records,
	const char *ref, int64_t seq, const uint8_t manifest[static 32],
	int64_t now_utc, bool *gone, struct err *e);

/*
 * Which receipts do orders explain?  A receipt names no number, and its commit
 * may be gone: an order reaches as far back as the first receipt for the head
 * that it names.  What was received behind that, or where that head has no
 * receipt at all, no order explains.
 */
struct erased_receipts {
	const struct tombstones *t;	/* borrowed */
	struct mirror *records;		/* borrowed */
	int64_t now_utc;
	struct erased_reach *v;		/* of each order, owned */
};

/* 0, or -1 (ERR_NOMEM); to be released in any case.  In the box. */
int erased_receipts_init(struct erased_receipts *r,
	const struct tombstones *t, struct mirror *records, int64_t now_utc,
	struct err *e);
void erased_receipts_release(struct erased_receipts *r);

/* First each receipt that there is: HEAD of REF was received at UTC. */
void erased_receipts_met(struct erased_receipts *r, const char *ref,
	const char *head, int64_t utc);

/* Then: is that of REF at UTC explained, its branch not being here?  0, -1. */
int erased_receipts_gone(struct erased_receipts *r, const char *ref,
	int64_t utc, bool *gone, struct err *e);

/*
 * In the box: each branch that SEEN (may be NULL) knows, but that is gone, by
 * an order (counted in *BRANCHES) or not, or was longer here than its order
 * says, and each order with something odd: FN gets its TEXT.
 */
int erased_missing(struct box *b, const struct seen *seen,
	int (*fn)(void *arg, const char *ref, const char *text,
	struct err *e), void *arg, int64_t *branches, struct err *e);

#endif
