/*
 * desk/restore.h - files as they were: plan, then each bundle once, in order.
 *
 * The plan says for every chunk of every bundle where its bytes go.  Bundles
 * are opened one ahead (desk/feed.h); each chunk is hashed, held against the
 * catalogue, and written at its place.  A file whose last byte is there is
 * finished; one that cannot be completed is left out and reported.
 * Runs in the box.
 * Needs: base, crypto, desk/box.
 */
#ifndef LIUDI_DESK_RESTORE_H
#define LIUDI_DESK_RESTORE_H

#include "desk/box.h"

enum restore_note {	/* why a file is not there under its name */
	RESTORE_EXISTS,		/* something is there and stays */
	RESTORE_RENAMED,	/* TEXT is the new name */
	RESTORE_FAILED		/* TEXT says why */
};
typedef int (*restore_note_fn)(void *arg, enum restore_note kind,
	const char *path, size_t path_len, const char *text, struct err *e);

struct restore_ask {
	const char *station;
	const char *source;	/* NULL = all */
	const char *path;	/* NULL = all of it */
	int64_t at;		/* INT64_MAX = now */
	const char *to;		/* a folder that is there, or a file name
				 * ending in .tar.zst or .zip whose folder is */
	bool overwrite;
	restore_note_fn note;
	/* how many sealed bytes will be opened; may be NULL */
	void (*planned)(void *arg, int64_t bytes);
	void *arg;
};

struct restore_report {
	int64_t files, bytes;
	int64_t exists, renamed, failed;
	int64_t older;		/* perhaps not the newest: query_file.older */
	int64_t bundles;
};

/*
 * Files go to TO/<source>/<path>.  0 (look at the report), or -1: ERR_NOENT
 * (nothing matches), ERR_SPACE, …
 */
int restore_run(struct box *b, const struct restore_ask *ask,
	struct restore_report *r, struct err *e);

#endif
