/*
 * desk/verify.h - is what we hold what was signed?
 *
 * Three depths: the chains (no key needed), a sample of bundles, everything.
 * All run in a box.
 * Needs: base, repo, control, desk/box.
 */
#ifndef LIUDI_DESK_VERIFY_H
#define LIUDI_DESK_VERIFY_H

#include "desk/box.h"
#include "desk/seen.h"

struct verify_report {
	int64_t branches, commits;	/* chains checked */
	int64_t receipts;		/* of the central */
	int64_t bundles;		/* opened and hashed */
	int64_t bytes;			/* of those, sealed */
	int64_t erased;			/* branches, by orders */
	int64_t problems;
};

/* Called for each problem; TEXT is clean. */
typedef int (*verify_fn)(void *arg, const char *ref, const char *text,
	struct err *e);

/*
 * Every commit of every branch: form, signature, signer, order, tree; every
 * receipt, and that what it is for is there.
 */
int verify_chains(struct box *b, struct verify_report *r, verify_fn fn,
	void *arg, struct err *e);

/*
 * What this desk has SEEN (NULL: nothing) is here, or an order that holds says
 * that it was erased; and every order is one.
 */
int verify_erased(struct box *b, const struct seen *seen,
	struct verify_report *r, verify_fn fn, void *arg, struct err *e);

/*
 * PERCENT of the bundles that the catalogue knows, chosen at random: sealed
 * bytes, and each chunk against its id and its place.  Needs the opener.
 */
int verify_sample(struct box *b, int percent, struct verify_report *r,
	verify_fn fn, void *arg, struct err *e);

/*
 * Everything again, from the repository alone, into a scratch catalogue that
 * is then held against ours.  Needs the opener.
 */
int verify_all(struct box *b, struct verify_report *r, verify_fn fn,
	void *arg, struct err *e);

#endif
