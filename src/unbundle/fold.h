/*
 * unbundle/fold.h - from manifests to the live files at a point: one fold per
 * (station, stream), fed part by part in order.
 *
 * Spec: docs/FORMAT.md section 5 "Rules" and section 6.  The fold refuses what
 * breaks a rule (ERR_INTEGRITY with station, seq, path), knows which chunks
 * were stored, recomputes `state`, and recomputes change classes as far as ids
 * tell them.
 * Needs: base, crypto, record.
 */
#ifndef LIUDI_UNBUNDLE_FOLD_H
#define LIUDI_UNBUNDLE_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "record/record.h"

struct fold_file {		/* a live file; owned by the fold */
	char *source;
	char *path;
	size_t path_len;
	int64_t size;
	int64_t mtime_sec;
	uint32_t mtime_nsec;
	unsigned mode;
	bool torn;
	uint8_t sum[32];
	uint8_t *chunks;
	size_t nchunks;
	struct record_point elsewhere;	/* have = content lies elsewhere */
	uint8_t line_hash[32];
	uint8_t run[16];	/* the run that named it last */
	uint64_t tag;		/* free for the caller */
};

/* What one line did, after it was applied. */
struct fold_change {
	enum record_op claimed;
	/*
	 * Recomputed.  FOLD_SAME: a full run names what was there already.
	 * Where ids alone cannot tell appended, truncated and rewritten apart
	 * (the old last chunk grew or shrank), tail = true and both lists are
	 * given for a closer look.
	 */
	enum record_op op;
	bool same;
	bool tail;
	const struct fold_file *now;	/* NULL when removed */
	const uint8_t *old_chunks;	/* before; NULL if not live before */
	size_t old_nchunks;
	int64_t old_size;
	const char *source;		/* of the line */
	const char *path;
	size_t path_len;
	const char *from;
	size_t from_len;
};

struct fold;

struct fold *fold_new(struct err *e);
void fold_free(struct fold *f);

/* Told about each change, during fold_file_line and fold_end. */
void fold_watch(struct fold *f, int (*fn)(void *arg,
	const struct fold_change *c, struct err *e), void *arg);

/* Whether a chunk was stored in this ref's history: the caller's index. */
void fold_stored(struct fold *f, int (*fn)(void *arg,
	const uint8_t id[static 32], struct err *e), void *arg);

/* A part: head, its file lines, end.  -1: ERR_INTEGRITY, ERR_NOMEM. */
int fold_begin(struct fold *f, const struct record_head *h, struct err *e);
int fold_file_line(struct fold *f, const struct record_file *r,
	struct err *e);
/*
 * At the end of the final part of a full run unnamed files are dropped; then
 * `state` is compared where CHECK_STATE.
 */
int fold_end(struct fold *f, bool check_state, struct err *e);

/*
 * Something of the run is not here: fold_end() drops nothing in this part.
 * Between fold_begin and fold_end.
 */
void fold_keep(struct fold *f);

/* The state of the live files now. */
int fold_state(struct fold *f, uint8_t state[static 32], struct err *e);

/* Live files in the order of section 6.  FN -1 stops. */
int fold_each(struct fold *f, int (*fn)(void *arg, struct fold_file *file,
	struct err *e), void *arg, struct err *e);
size_t fold_count(const struct fold *f);
int64_t fold_bytes(const struct fold *f);
struct fold_file *fold_find(struct fold *f, const char *source,
	const char *path, size_t path_len);
/* Put a live file in (to go on from a saved point).  CHUNKS is copied. */
int fold_put(struct fold *f, const struct fold_file *file, struct err *e);

#endif
