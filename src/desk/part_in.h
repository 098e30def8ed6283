/*
 * desk/part_in.h - one part on its way into the catalogue: what indexer.c,
 * part_in.c and the modules of its stages (part_*.c) share.  For these only.
 * Needs: base, crypto, repo, record, unbundle.
 */
#ifndef LIUDI_DESK_PART_IN_H
#define LIUDI_DESK_PART_IN_H

#include "desk/chain.h"
#include "desk/chunks.h"
#include "desk/fetch.h"
#include "desk/finding.h"
#include "desk/indexer.h"
#include "record/record.h"
#include "unbundle/fold.h"

/* Events of one severity that a part is told one by one. */
#define PART_TOLD_MAX 1000
#define PART_SKIPPED_MAX 20	/* lines of a part that are told one by one */

struct tail_case {		/* a change that ids alone do not explain */
	int64_t version;
	enum record_op claimed;
	char *source;
	char *path;
	size_t path_len;
	int64_t old_size, new_size;
	struct buf old_ids, new_ids;	/* from the first difference on */
};

struct captured {		/* bytes kept for a tail case */
	uint8_t id[32];
	size_t at, len;		/* in part_in.bytes; len 0 = not seen */
};

/*
 * Bundles that did not hold at the first try: at the second their chunks count
 * as never stored.
 */
struct bad_bundles {
	bool is[CANON_MAX_BUNDLES];
	char why[CANON_MAX_BUNDLES][256];
};

/* The part before in its branch. */
struct part_before {
	bool have;
	uint8_t run[16];
	int64_t part;
	bool final, full;
	bool gap;		/* something of its run is missing */
};

struct part_in {
	const struct indexer_with *with;
	struct chunks *chunks;
	struct fetch *fetch;
	struct fold *fold;
	const struct chain *chain;
	const struct chain_link *link;
	const struct part_before *before;
	struct finding_place at;
	int64_t line;

	struct bad_bundles *bad;
	bool *doubt;		/* some live file may be older than it should */
	bool behind;		/* parts that nobody here can read, told, come
				 * before: what lacks them is no event */
	bool gap;		/* something of the run up to here is missing */
	size_t skipped;		/* lines */
	bool stuck;		/* a line failed when half applied */
	size_t told[FINDING_INTEGRITY + 1];	/* by severity */

	struct record_head head;
	bool have_head;
	size_t nbundles;
	int64_t first[CANON_MAX_BUNDLES];	/* number of its first chunk */
	size_t nchunks[CANON_MAX_BUNDLES];
	struct buf ids;		/* of all its bundles, in order */
	struct seal_recipient reader[RECORD_MAX_RECIPIENTS];
	size_t nreaders;
	int64_t next;		/* number of the next chunk */
	int64_t chunks_in, bytes_in;	/* that bundles held */
	int64_t ops[RECORD_NOPS];
	int64_t same;
	struct tail_case *tail;
	size_t ntails;
	struct captured *captured;
	size_t ncaptured;
	struct buf bytes;
};

/* Ready for reading; the rest of the pointers are the caller's. */
void part_in_init(struct part_in *p);
void part_in_release(struct part_in *p);

/*
 * Read the part whose row is in the catalogue already, inside a transaction.
 * A line that does not hold is passed over with an event: its file stays as it
 * was and is marked.  1: bundles did not hold; undo, and read once more with
 * the same `bad`.  -1: ERR_FORMAT, ERR_INTEGRITY, ERR_CRYPTO, ERR_NOMEM where
 * it is the part's own fault.
 */
int part_in_read(struct part_in *p, struct err *e);

/*
 * As finding_add() for what a line of the part may bring about any number of
 * times: behind PART_TOLD_MAX of a severity they are only counted, or a station
 * could fill the catalogue.  part_in_told() says how many at the end.
 */
int part_in_tell(struct part_in *p, enum finding_severity severity,
	const char *code, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
int part_in_told(struct part_in *p, struct err *e);

/* ERR_INTEGRITY, "manifest: WHAT".  Always -1. */
int part_in_wrong(struct err *e, const char *what);

#endif
