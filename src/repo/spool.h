/*
 * repo/spool.h - the station's own bare repository: commits made, and not yet
 * known to be received.
 *
 * The caller holds the station's lock.  A part is written as two packs: one of
 * its bundles, one of commit, trees and manifest.  Once the central has the
 * part, spool_received() drops the bundles and keeps the skeleton, so that
 * later trees and commits can be made and pushed.
 * Steps: spool_part_new, spool_part_add…, spool_part_commit (packs are on the
 * disk, the ref has not moved), the caller fsyncs its journal, spool_move.
 * Needs: base, crypto, sign; libgit2.
 */
#ifndef LIUDI_REPO_SPOOL_H
#define LIUDI_REPO_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "repo/canon.h"
#include "sign/sshkey.h"

struct spool;

/*
 * Open or make the bare repository DIR; stale *.lock, tmp_pack_* and tmp_idx_*
 * of a killed run are removed, and parts whose ref never moved.
 */
struct spool *spool_open(const char *dir, struct err *e);
void spool_close(struct spool *s);

/* The commit of REF: 1 and *id, 0 if there is none, -1. */
int spool_head(struct spool *s, const char *ref, char id[static CANON_ID_LEN],
	struct err *e);

/* The raw commit object, appended.  1, 0 if not here, -1. */
int spool_commit_read(struct spool *s, const char *id, struct buf *out,
	struct err *e);

struct spool_part;

/*
 * Begin a part.  Until spool_part_commit it is apart from the spool: another
 * thread may commit the part before while this one is filled.
 */
struct spool_part *spool_part_new(struct spool *s, struct err *e);
/* Add one file at PATH of the tree; bundles are written at once. */
int spool_part_add(struct spool_part *p, const struct canon_path *path,
	const void *data, size_t n, struct err *e);
/* As spool_part_add for a bundle, in pieces. */
int spool_part_begin(struct spool_part *p, const struct canon_path *path,
	struct err *e);
int spool_part_write(struct spool_part *p, const void *data, size_t n,
	struct err *e);
int spool_part_end(struct spool_part *p, struct err *e);
/*
 * Write trees and the signed commit on top of PARENT ("" for an orphan), finish
 * the packs.  RUN: the message; its numbers must follow on the parent's
 * (ERR_FAIL).  The date is TIME_UTC or the parent's, whichever is later.
 * ID gets the commit's id.  The ref does not move.
 */
int spool_part_commit(struct spool_part *p, const char *parent,
	const char *station, int64_t time_utc, const struct canon_run *run,
	const struct sshkey *key, char id[static CANON_ID_LEN], struct err *e);
void spool_part_free(struct spool_part *p);

/* Move REF from OLD ("" = must not exist) to NEW, durably. */
int spool_move(struct spool *s, const char *ref, const char *old,
	const char *new_id, struct err *e);

/* Forget REF, if there is one, and what no other branch reaches. */
int spool_drop(struct spool *s, const char *ref, struct err *e);

/*
 * Re-date commits: rewrite the commits after BASE ("" = all) up to REF's head
 * with the same trees and messages and the time NEW_UTC, or BASE's if that is
 * later, signed by KEY; moves the ref.  For a clock that was ahead.  Commits
 * that were received are refused (ERR_FAIL).
 */
int spool_redate(struct spool *s, const char *ref, const char *base,
	int64_t new_utc, const struct sshkey *key, struct err *e);

/*
 * The commits of REF after RECEIVED ("" = all), oldest first: calls FN for
 * each with the paths of the packs that hold what it adds.  -1: ERR_INTEGRITY
 * (RECEIVED is not in the history, or the central lost what we no longer hold).
 */
int spool_unsent(struct spool *s, const char *ref, const char *received,
	int (*fn)(void *arg, const char *id, const char *const packs[],
		size_t npacks, uint64_t bytes, struct err *e),
	void *arg, struct err *e);

/* True if ID is an ancestor of, or equal to, REF's head. */
int spool_has(struct spool *s, const char *ref, const char *id, bool *yes,
	struct err *e);

/* The central has everything of REF up to ID: drop the bundles' packs. */
int spool_received(struct spool *s, const char *ref, const char *id,
	struct err *e);

/* Bytes of packs that wait to be sent. */
int spool_size(struct spool *s, uint64_t *bytes, struct err *e);

#endif
