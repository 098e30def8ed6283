/*
 * repo/spool_odb.h - objects of the spool, and the history they make.  For this
 * room only.
 * Needs: base; libgit2.
 */
#ifndef LIUDI_REPO_SPOOL_ODB_H
#define LIUDI_REPO_SPOOL_ODB_H

#include <stddef.h>

#include "base/buf.h"
#include "repo/canon.h"
#include "repo/spool.h"
#include "repo/spool_packs.h"

/*
 * libgit2 keeps packs open, and what is open cannot be removed on every system:
 * shut it before, open it again behind.  What looks for objects must not be
 * called between.
 */
void spool_shut(struct spool *s);
int spool_reopen(struct spool *s, struct err *e);
/* Append the object; 1, 0 if it is not here, -1. */
int spool_object(struct spool *s, const char *id, git_object_t type,
	struct buf *out, struct err *e);
/* As spool_object, for one that must be here: ERR_INTEGRITY. */
int spool_need(struct spool *s, const char *id, git_object_t type,
	struct buf *out, struct err *e);
/* Tree and parent of a commit. */
int spool_links(struct spool *s, const char *id,
	char tree[static CANON_ID_LEN], char parent[static CANON_ID_LEN],
	struct err *e);

/* Commits, newest first; free(id). */
struct spool_chain {
	char (*id)[CANON_ID_LEN];
	size_t n, cap;
};

int spool_chain_add(struct spool_chain *c, const char *id, struct err *e);
/*
 * Those from HEAD down to, not including, STOP ("" = all).  ERR_INTEGRITY: STOP
 * is not among them.
 */
int spool_chain_walk(struct spool *s, struct spool_chain *c, const char *head,
	const char *stop, struct err *e);

#endif
