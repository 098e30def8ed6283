/*
 * repo/spool_packs.h - the spool as its modules see it, and the files of its
 * folder packs/.  For this room only.
 *
 * packs/<commit> says which packs hold what the commit adds:
 *
 *	bundle <40 hex> <bytes>		may go once the commit is received
 *	skeleton <40 hex> <bytes>	commit, trees and manifest
 *	sent <40 hex> <bytes>		was a bundle; its file may be gone
 *	received			the central has the commit
 *
 * Needs: base; libgit2.
 */
#ifndef LIUDI_REPO_SPOOL_PACKS_H
#define LIUDI_REPO_SPOOL_PACKS_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "repo/canon.h"

#define SPOOL_MAX_PACKS 8	/* of a commit */

enum pack_kind { PACK_BUNDLE, PACK_SKELETON, PACK_SENT };

/* A file of packs/. */
struct spool_packs {
	char id[CANON_ID_LEN];	/* the commit */
	bool received;
	bool alive;		/* reachable; while looking for dead ones */
	size_t npacks;
	struct {
		enum pack_kind kind;
		char name[41];
		uint64_t bytes;
	} pack[SPOOL_MAX_PACKS];
};

struct spool {
	char *dir;
	char *packs;		/* objects/pack */
	char *stage;
	char *lists;		/* packs */
	git_repository *repo;
	git_odb *odb;		/* borrowed from repo's; own reference */
	bool started;		/* libgit2 */
	struct spool_packs *part;
	size_t nparts, cap;
};

/* NULL if there is none; valid until the next change. */
struct spool_packs *spool_packs_find(struct spool *s, const char *id);
int spool_packs_add(struct spool_packs *p, enum pack_kind kind,
	const char *name, uint64_t bytes, struct err *e);
/* For file_each() over packs/; ARG is the spool. */
int spool_packs_load(const char *name, void *arg, struct err *e);
/* Write the file and keep a copy of *P. */
int spool_packs_save(struct spool *s, const struct spool_packs *p,
	struct err *e);
/* Forget number I; the order of the others stays. */
int spool_packs_remove(struct spool *s, size_t i, struct err *e);

/* DIR/pack-NAME.EXT, or NULL. */
char *spool_pack_path(const char *dir, const char *name, const char *ext);
bool spool_pack_exists(struct spool *s, const char *name);
/* Shuts the objects first: see spool_odb.h. */
int spool_pack_remove(struct spool *s, const char *name, struct err *e);
/* True if a commit other than NOT (or NULL) still wants the pack. */
bool spool_pack_wanted(const struct spool *s, const char *name,
	const struct spool_packs *not);

#endif
