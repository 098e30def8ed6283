/*
 * desk/chain.h - does a records branch say what it must, commit by commit?
 *
 * No key is needed: canonical form, signature, the right to sign at that date,
 * order (seq, prev, dates), and that the tree adds exactly the named files with
 * the named sizes.  What the files hold is desk/indexer.h's business.
 * Spec: docs/FORMAT.md section 2.
 * Needs: base, sign, repo, control.
 */
#ifndef LIUDI_DESK_CHAIN_H
#define LIUDI_DESK_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/control.h"
#include "repo/canon.h"
#include "repo/mirror.h"

/* Caps of a part, docs/FORMAT.md section 2. */
#define CHAIN_MANIFEST_MAX (16 * 1024 * 1024)
#define CHAIN_BUNDLE_MAX (32 * 1024 * 1024)
#define CHAIN_PART_MAX (48 * 1024 * 1024)

struct chain_file {
	char path[CANON_PATH_LEN];
	char blob[CANON_ID_LEN];
	uint64_t bytes;
};

/* One checked commit. */
struct chain_link {
	char id[CANON_ID_LEN];
	char parent[CANON_ID_LEN];
	char tree[CANON_ID_LEN];
	int64_t time_utc;	/* claimed */
	int64_t started_utc;	/* of the run, from the paths */
	struct canon_run run;
	struct chain_file manifest;
	struct chain_file bundle[CANON_MAX_BUNDLES];
};

/* Where a walk along a branch stands; set by the caller to go on from. */
struct chain {
	struct mirror *records;
	const struct control *control;
	struct canon_ref ref;
	/* the commit before; id "" = none */
	char id[CANON_ID_LEN];
	char tree[CANON_ID_LEN];
	int64_t seq;
	int64_t time_utc;
	uint8_t manifest[32];
};

/* At the root of branch REF.  -1: ERR_FORMAT (not a name of a branch). */
int chain_begin(struct chain *c, struct mirror *records,
	const struct control *control, const char *ref, struct err *e);

/*
 * Check commit ID, which follows what C holds, and step onto it.
 * -1: ERR_INTEGRITY, ERR_FORMAT, ERR_CRYPTO: the chain is broken here.
 */
int chain_next(struct chain *c, const char *id, struct chain_link *link,
	struct err *e);

#endif
