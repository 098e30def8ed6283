/*
 * desk/restore_plan.h - which bytes of which bundle go where.
 * Needs: base, crypto.
 */
#ifndef LIUDI_DESK_RESTORE_PLAN_H
#define LIUDI_DESK_RESTORE_PLAN_H

#include "desk/catalogue.h"
#include "desk/restore.h"

struct restore_file {
	char *path;		/* source/path, as it will be called */
	int64_t size, left;	/* bytes not written yet */
	int64_t mtime_sec;
	uint32_t mtime_nsec;
	unsigned mode;
	int64_t base;		/* where it begins in a pool */
	enum { FILE_WAITS, FILE_BEGUN, FILE_DONE, FILE_OUT } state;
};

/* Chunks [first, first + count) go to a file from OFF on. */
struct restore_piece {
	int64_t first, count;
	int64_t off;
	size_t file;
};

struct restore_bundle {
	int64_t first, count;
	size_t piece, npieces;	/* its pieces */
};

struct restore_plan {
	struct restore_file *file;
	size_t nfiles;
	struct restore_piece *piece;	/* ascending by first */
	size_t npieces;
	struct restore_bundle *bundle;	/* only those that are needed */
	char (*blob)[CANON_ID_LEN];	/* of each */
	size_t nbundles;
};

/* PORTABLE: names that a zip can hold.  -1: ERR_NOENT (nothing matches). */
int restore_plan_make(struct restore_plan *p, struct catalogue *c,
	const struct restore_ask *ask, bool portable,
	struct restore_report *r, struct err *e);
void restore_plan_release(struct restore_plan *p);

#endif
