/*
 * desk/receipts.h - the branch on which the central says what it received.
 *
 * Each commit is held against the one form that the central writes, and its
 * line against control's server keys.  A commit that is not so is told and
 * passed over: a line stands for itself, and those behind it as well.
 * Spec: docs/FORMAT.md section 10.
 * Cap: 1,000,000 receipts.  Needs: base, sign, repo.
 */
#ifndef LIUDI_DESK_RECEIPTS_H
#define LIUDI_DESK_RECEIPTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "repo/mirror.h"
#include "repo/receipt.h"
#include "sign/signers.h"

#define RECEIPTS_REF "refs/heads/receipts"

/* Where a walk stands; all zero = before the first commit. */
struct receipts_at {
	char id[CANON_ID_LEN];
	char tree[CANON_ID_LEN];	/* of the first commit, so of all */
};

/*
 * Commit ID (borrowed) says R, or, where R is NULL, does not hold, and WHY says
 * in what.  -1 stops with *e.
 */
typedef int (*receipts_fn)(void *arg, const char *id, const struct receipt *r,
	const char *why, struct err *e);

/*
 * From behind AT to the head of branch REF (RECEIPTS_REF, or where that is
 * kept), oldest first; AT moves along.  1: AT is not in the history: the branch
 * is another now.  -1: *e; a branch that is no line of commits is
 * ERR_INTEGRITY.  No branch is no error.
 */
int receipts_walk(struct mirror *records, const char *ref,
	const struct signers *servers, struct receipts_at *at, receipts_fn fn,
	void *arg, struct err *e);

/*
 * The same for commit ID alone, which is not the first; AT: of a walk that was
 * there.
 */
int receipts_again(struct mirror *records, const struct signers *servers,
	const struct receipts_at *at, const char *id, receipts_fn fn,
	void *arg, struct err *e);

#endif
