/*
 * repo/gitx.h - what spool, mirror and push share: libgit2's start and errors,
 * raw trees, and an empty bare repository.  For this room only.
 * Needs: base; libgit2.
 */
#ifndef LIUDI_REPO_GITX_H
#define LIUDI_REPO_GITX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Start libgit2 (counted; user and system configuration off).  0 or -1. */
int gitx_setup(struct err *e);
void gitx_teardown(void);

/* Set CODE and TEXT and what libgit2 said last.  Always -1. */
int gitx_err(struct err *e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Make the bare repository DIR (mode 0700) with CONFIG below [core], HEAD at
 * branch HEAD.  A repository that is there already is left alone.
 */
int gitx_bare(const char *dir, const char *head, const char *config,
	struct err *e);

/* Refuse a folder that is not ours or that others may write (ERR_CONFIG). */
int gitx_own(const char *dir, struct err *e);

/* Modes of tree entries. */
#define GITX_FILE 0100644u
#define GITX_DIR 0040000u

/* One entry of a raw tree; name and id are borrowed. */
struct gitx_entry {
	unsigned mode;
	const char *name;	/* NUL-terminated */
	size_t name_len;
	const uint8_t *id;	/* 20 bytes */
};

/*
 * The entry at *POS of the N bytes of a raw tree; *POS moves on.  1, 0 at the
 * end, -1 (ERR_FORMAT).
 */
int gitx_tree_next(const uint8_t *data, size_t n, size_t *pos,
	struct gitx_entry *out, struct err *e);

/* The order of git's trees: folders compare as if a '/' followed. */
int gitx_tree_cmp(const struct gitx_entry *a, const struct gitx_entry *b);

/*
 * Put an entry into a raw tree, in place of one with the same name.  A file
 * that is there already is an error (ERR_INTEGRITY).
 */
int gitx_tree_put(struct buf *tree, unsigned mode, const char *name,
	const uint8_t id[static 20], struct err *e);

/* The tree and first parent ("" = none) of a raw commit, -1: ERR_FORMAT or,
 * for two parents, ERR_INTEGRITY. */
int gitx_commit_links(const void *data, size_t n, char tree[static 41],
	char parent[static 41], struct err *e);

#endif
