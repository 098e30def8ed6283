/*
 * record/record.h - the lines of a manifest as structs, and how they are
 * written.
 *
 * Spec: docs/FORMAT.md sections 4 to 6.  Shared by the writer (bundle, agent)
 * and the reader (unbundle, desk): one place says what a line is.
 * Needs: base, crypto.
 */
#ifndef LIUDI_RECORD_RECORD_H
#define LIUDI_RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define RECORD_ID_LEN 32
#define RECORD_MAX_RECIPIENTS 32

struct record_point {		/* {"ref","seq","manifest"} */
	bool have;
	char ref[128];
	int64_t seq;
	uint8_t manifest[32];
};

enum record_op { RECORD_ADDED, RECORD_APPENDED, RECORD_REWRITTEN,
	RECORD_TRUNCATED, RECORD_REMOVED, RECORD_MOVED, RECORD_TOUCHED,
	RECORD_NOPS };
const char *record_op_name(enum record_op op);
/* -1 if S names no op. */
int record_op_parse(const char *s, size_t n);

struct record_head {		/* line 1; strings are fixed and clean */
	char org[128];
	char station[33];
	char stream[33];
	int epoch;
	int64_t seq;
	uint8_t run[16];
	int64_t part;
	bool final;
	bool full;		/* base */
	bool has_prev;
	uint8_t prev[32];
	struct record_point continues, prev_epoch_head;
	size_t nrecipients;
	char recipient[RECORD_MAX_RECIPIENTS][80];
	uint8_t recipients_sha256[32];
	int64_t policy_version;
	char policy_commit[41];
	int64_t control_seen;
	bool has_receipt;
	int64_t receipt_utc;
	char receipt_ref[128];
	char receipt_head[41];
	bool has_notice;
	int64_t notice_version;
	uint8_t notice_sha256[32];
	int64_t started, finished;
	char tz[64];
	int64_t utc_offset;
	int clock_synced;	/* 1, 0, -1 = null */
	char boot_id[33];
	int64_t spooled;
	char agent[64];
	bool has_state;
	uint8_t state[32];
	int64_t files, bytes;	/* counts */
	int64_t ops[RECORD_NOPS];
	int64_t chunks, stored;
};

struct record_source {
	char name[33];
	char kind[16];
	char state[16];
	char reason[256];	/* "" = absent */
	int64_t files, bytes, symlinks, empty_dirs, special, unreadable,
		skipped;
};

struct record_edit {		/* replaces REMOVED ids at INDEX by N ids */
	uint32_t index;
	uint32_t removed;
	uint32_t n;
	const uint8_t *ids;	/* n * RECORD_ID_LEN, borrowed */
};

enum record_content { RECORD_NOTHING, RECORD_CHUNKS, RECORD_EDITS,
	RECORD_ELSEWHERE };

struct record_file {		/* pointers are borrowed */
	enum record_op op;
	const char *source;
	const char *path;	/* raw bytes */
	size_t path_len;
	const char *from;	/* NULL unless moved */
	size_t from_len;
	int64_t size;
	int64_t mtime_sec;
	uint32_t mtime_nsec;
	unsigned mode;
	uint8_t sum[32];
	enum record_content content;
	const uint8_t *chunks;	/* nchunks * RECORD_ID_LEN */
	size_t nchunks;
	const struct record_edit *edits;
	size_t nedits;
	struct record_point elsewhere;
	bool torn;
};

/* Append a line with its LF.  0 or -1 (ERR_NOMEM). */
int record_head_line(const struct record_head *h, struct buf *out,
	struct err *e);
int record_bundle_line(const char *path, const uint8_t sha256[static 32],
	uint64_t bytes, const uint8_t *ids, size_t n, struct buf *out,
	struct err *e);
int record_source_line(const struct record_source *s, struct buf *out,
	struct err *e);
int record_file_line(const struct record_file *f, struct buf *out,
	struct err *e);

/* Append liudi.json of a bundle. */
int record_bundle_json(const struct record_head *h, struct buf *out,
	struct err *e);

/* BLAKE2b-256 of the ids. */
void record_sum(uint8_t sum[static 32], const uint8_t *ids, size_t n);

/*
 * BLAKE2b-256 of a live file's canonical line (section 6): source, path, size,
 * mtime, mode, sum and chunks or elsewhere of F are used.  SCRATCH is cleared
 * and used.
 */
int record_state_hash(uint8_t hash[static 32], const struct record_file *f,
	struct buf *scratch, struct err *e);

/* The order of section 6: as memcmp of source, 0x00, path. */
int record_cmp(const char *source_a, const char *path_a, size_t len_a,
	const char *source_b, const char *path_b, size_t len_b);

/*
 * The edits that make NEW of OLD (id lists); *out is on the heap with *n
 * entries, ids point into NEW.  Not minimal, but common runs of ids that stand
 * in order are kept.  0 or -1.
 */
int record_diff(const uint8_t *old, size_t nold, const uint8_t *new_ids,
	size_t nnew, struct record_edit **out, size_t *n, struct err *e);
/*
 * Apply; the list goes to OUT.  -1: ERR_FORMAT (not ascending, overlapping, out
 * of range), ERR_NOMEM.
 */
int record_apply(const uint8_t *old, size_t nold,
	const struct record_edit *edits, size_t n, struct buf *out,
	struct err *e);

#endif
