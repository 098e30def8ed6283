/*
 * repo/spool_part.h - the last steps of a part, which a new date shares.  For
 * this room only.
 * Needs: base, sign.
 */
#ifndef LIUDI_REPO_SPOOL_PART_H
#define LIUDI_REPO_SPOOL_PART_H

#include <stddef.h>
#include <stdint.h>

#include "repo/canon.h"
#include "repo/packw.h"
#include "repo/spool.h"
#include "repo/spool_packs.h"
#include "sign/sshkey.h"

#define SPOOL_MAX_MANIFEST ((size_t)16 << 20)

/* Build the commit object and put it into PACK; ID becomes its id. */
int spool_add_commit(struct packw *pack, const char *tree,
	const char *parent, const char *name, int64_t utc,
	const void *message, size_t n, const struct sshkey *key,
	char id[static CANON_ID_LEN], struct err *e);
/* Finish a pack in stage/ and note it in L. */
int spool_stage(struct spool *s, struct packw *w, enum pack_kind kind,
	struct spool_packs *l, struct err *e);
/* The list, then the packs from stage/: see invariant 1 in spool.c. */
int spool_publish(struct spool *s, const struct spool_packs *l,
	struct err *e);

#endif
