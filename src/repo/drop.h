/*
 * repo/drop.h - branches that go for good: at the central, and here.
 *
 * The central's hook decides what may go there.  Here whoever calls has decided
 * already.
 * Needs: base; libgit2; stock git.
 */
#ifndef LIUDI_REPO_DROP_H
#define LIUDI_REPO_DROP_H

#include <stddef.h>

#include "repo/canon.h"
#include "repo/central.h"

#define DROP_REF_LEN 192	/* of a kept branch as well (repo/mirror.h) */

struct drop_ref {
	char ref[DROP_REF_LEN];
	char head[CANON_ID_LEN];
};

/*
 * Delete branches of records.git where they are at that head, all or none of
 * each eight.  DIR is the mirror.  -1: ERR_NET: not reached, or refused (with
 * what the hook says).
 */
int drop_central(const struct central *c, const char *dir,
	const struct drop_ref *v, size_t n, struct err *e);

/* Does the mirror DIR have any of these refs, at any head?  1, 0, -1. */
int drop_refs_there(const char *dir, const struct drop_ref *v, size_t n,
	struct err *e);

/* Delete refs of the mirror DIR where they are at that head still. */
int drop_refs(const char *dir, const struct drop_ref *v, size_t n,
	struct err *e);

/*
 * Write what refs of DIR reach into new packs, and remove everything else, also
 * what a fetch that was killed locked.  Takes as much room as that needs; nobody
 * may fetch into DIR meanwhile.  -1: ERR_FAIL with what git says, a full disk as
 * well: DIR holds what it held, and no half of a new pack.
 */
int drop_objects(const struct central *c, const char *dir, struct err *e);

/* Is object ID there?  1, 0, -1. */
int drop_there(const char *dir, const char *id, struct err *e);

#endif
