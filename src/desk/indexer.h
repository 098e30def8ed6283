/*
 * desk/indexer.h - from a verified branch to the catalogue.
 *
 * Each new commit of a branch is checked (desk/chain.h), its files are opened,
 * every chunk is hashed, the manifest is folded, and what it says is held
 * against the commit, the policy and the files before.  A part is one
 * transaction: a process killed at any point leaves whole parts.
 * A part whose content does not hold is written down as an event and left out;
 * a branch whose chain is broken stops there.
 * Runs in a sandboxed process.
 * Needs: base, crypto, sign, repo, control, record, unbundle.
 */
#ifndef LIUDI_DESK_INDEXER_H
#define LIUDI_DESK_INDEXER_H

#include "control/control.h"
#include "desk/catalogue.h"
#include "desk/opener.h"
#include "desk/policy.h"
#include "desk/seen.h"
#include "desk/tombstone.h"
#include "repo/mirror.h"

struct indexer;

struct indexer_with {		/* all borrowed */
	struct catalogue *catalogue;
	struct mirror *records;
	const struct control *control;
	struct policy *policy;
	struct opener *opener;
	int64_t now_utc;
	const struct seen *seen;	/* NULL: all is seen now */
	const struct tombstones *erased;	/* NULL: nothing was */
};

struct indexer *indexer_new(const struct indexer_with *w, struct err *e);
void indexer_free(struct indexer *ix);

/*
 * Follow every branch of the mirror, station by station, in the order in which
 * they came to be: of epochs and incarnations, and what a central that was made
 * anew holds behind all that is kept of the one before.  *PARTS counts the new ones.  0, or -1 (*e: what
 * keeps everything from going on; what does not fit is in the events).
 */
int indexer_run(struct indexer *ix, size_t *parts, struct err *e);

#endif
