/*
 * repo/mirror.h - the desk's copy of a repository: fetch it, walk it.
 *
 * Fetching runs stock `git fetch` without '+': a history that was rewritten is
 * refused and reported, never followed.  Reading uses libgit2 with strict hash
 * verification; a walk can run in a sandboxed process (open before entering).
 * Needs: base, crypto, sign; libgit2.
 */
#ifndef LIUDI_REPO_MIRROR_H
#define LIUDI_REPO_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "repo/canon.h"
#include "repo/central.h"

/*
 * Fetch all branches of repository NAME into the bare repository DIR (made if
 * missing).  REWRITTEN (may be NULL): a line "<ref> <id that we hold> <id of
 * the central>" per ref that the central no longer has as a descendant of what
 * we hold, or, with "-" for its id, no longer has at all.
 * -1: ERR_NET (hint); a rewritten history is not an error here.
 */
int mirror_fetch(const struct central *c, const char *name, const char *dir,
	struct buf *rewritten, struct err *e);

/*
 * A central that was made anew, or set back, is followed only where a manager
 * says so, branch by branch.  What was held stays: at MIRROR_KEPT
 * "<YYYYMMDDTHHMMSSZ>/" and its name without "refs/heads/".
 */
#define MIRROR_KEPT "refs/liudi/kept/"
struct mirror_accept {
	bool (*fn)(void *arg, const char *ref);	/* "refs/heads/..." */
	void *arg;
	int64_t utc;		/* of the decision */
};

/*
 * As mirror_fetch.  A branch for which ACCEPT (may be NULL) says true is moved
 * aside and then follows the central; it is no line of REWRITTEN.  Done again
 * after a crash it is still right.
 */
int mirror_fetch_accept(const struct central *c, const char *name,
	const char *dir, const struct mirror_accept *accept,
	struct buf *rewritten, struct err *e);

/*
 * LIVE: the name that REF has or, where it is kept, had ("" if it is too
 * long).  Returns the time since which it is kept, as the number YYYYMMDDHHMMSS,
 * or INT64_MAX if it is not.
 */
int64_t mirror_kept(const char *ref, char live[static CANON_REF_LEN]);

struct mirror;

/*
 * Start and stop what mirror_open() needs, counted: for a process that opens
 * mirrors only when it is boxed.
 */
int mirror_setup(struct err *e);
void mirror_teardown(void);

struct mirror *mirror_open(const char *dir, struct err *e);
void mirror_close(struct mirror *m);

/* Each branch with PREFIX, sorted by name. */
int mirror_refs(struct mirror *m, const char *prefix,
	int (*fn)(void *arg, const char *ref, const char *id, struct err *e),
	void *arg, struct err *e);

/* The head of REF: 1, 0, -1. */
int mirror_head(struct mirror *m, const char *ref,
	char id[static CANON_ID_LEN], struct err *e);

/* True if commit ID is HELD, or stands on it; where one is missing, false. */
bool mirror_follows(struct mirror *m, const char *id, const char *held);

/* Put the branch REF of our copy back to commit ID, which it held before. */
int mirror_put_back(struct mirror *m, const char *ref, const char *id,
	struct err *e);

/*
 * Ids of the first-parent chain from HEAD down to, not including, STOP ("" =
 * the root), oldest first; *ids is freed with free().  A commit with two
 * parents, or STOP not met, is ERR_INTEGRITY.  At most 1,000,000.
 */
int mirror_chain(struct mirror *m, const char *head, const char *stop,
	char (**ids)[CANON_ID_LEN], size_t *n, struct err *e);

/* A whole object, appended to OUT (whose max caps it).  TYPE as in packw.h. */
int mirror_read(struct mirror *m, const char *id, int type, struct buf *out,
	struct err *e);

/* The tree that commit ID names first.  -1: ERR_FORMAT, as mirror_read(). */
int mirror_tree(struct mirror *m, const char *id,
	char tree[static CANON_ID_LEN], struct err *e);

/* What a commit's tree adds to its parent's. */
struct mirror_file {
	char path[CANON_PATH_LEN];	/* cut paths never match the pattern */
	char id[CANON_ID_LEN];
	uint64_t bytes;
};
/*
 * Compare tree NEW with OLD ("" = empty).  Calls FN for each file added, in
 * order; anything else (changed, removed, other mode, path too long) is
 * ERR_INTEGRITY.  Only trees that differ are read.
 */
int mirror_added(struct mirror *m, const char *old_tree, const char *new_tree,
	int (*fn)(void *arg, const struct mirror_file *f, struct err *e),
	void *arg, struct err *e);

/*
 * Each entry of TREE itself, in order: its name, git's mode (0100644 a file,
 * 040000 a folder) and id.  FN returns -1 to stop.
 */
int mirror_entries(struct mirror *m, const char *tree,
	int (*fn)(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e), void *arg, struct err *e);

/*
 * The same of the folder PATH below TREE.  1: it was gone through; 0: there is
 * no such folder; -1.
 */
int mirror_entries_at(struct mirror *m, const char *tree, const char *path,
	int (*fn)(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e), void *arg, struct err *e);

/* The blob at PATH of TREE, appended: 1, 0 if there is none, -1. */
int mirror_blob_at(struct mirror *m, const char *tree, const char *path,
	struct buf *out, struct err *e);

#endif
