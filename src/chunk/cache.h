/*
 * chunk/cache.h - what a station knows to be stored in one stream: a head, the
 * file state, the chunk ids, and the journals that lead from one to the next.
 *
 * Invariants:
 * 1. The cache changes only by journals.  A part's journal is durable before
 *    the part's commit becomes the ref's head; it counts if the ref has that
 *    commit, and is dropped if not.
 * 2. Head, files and ids are replaced as one: they carry a generation number,
 *    and the head, written last, names it.
 * 3. In any doubt cache_open says so, and the next run is a full one.
 * Folder: head, files-<gen>, ids-<gen>, journal-<seq>.
 * Needs: base, crypto.
 */
#ifndef LIUDI_CHUNK_CACHE_H
#define LIUDI_CHUNK_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "chunk/entry.h"
#include "chunk/idset.h"

#define CACHE_REF_LEN 128

/*
 * Where a branch stands: its newest commit, named by its Liudi-Manifest (a
 * commit that is dated anew keeps that, and loses its id).
 */
struct cache_point {
	char ref[CACHE_REF_LEN];
	int64_t seq;
	uint8_t manifest[32];
};

struct cache_head {
	struct cache_point at;
	uint64_t gen;
	int64_t files, bytes;		/* live */
	uint8_t state[32];
	uint8_t sources[32];		/* hash of the last run's source lines */
	int64_t full_utc;		/* start of the last full run */
	int64_t reread_day;		/* day (UTC / 86400) last reread */
};

/* What a journal says of its part, beside entries and ids. */
struct cache_part {
	struct cache_point at;		/* the part's own commit */
	uint8_t has_prev;		/* 0 = the branch begins here */
	uint8_t prev[32];
	uint8_t run[16];
	int64_t part;
	int64_t started;
	uint8_t final, full;
	uint8_t fresh;			/* nothing stored before the run counts */
	uint8_t has_before;
	struct cache_point before;	/* the branch before, if it began one */
	struct cache_head after;	/* final: the head to be, gen and all */
};

struct cache;

/*
 * Open the cache in DIR (made if missing) for the branch whose newest commit
 * has this MANIFEST hash (NULL = no commit): drops journals that did not come
 * to count, finishes what a killed run left.  Then:
 * cache_head() is NULL where there is nothing or it does not fit the branch: the
 * next run is full (DOUBT says whether something was there);
 * cache_resume() is the last part of a run that was not finished, or NULL.
 */
struct cache *cache_open(const char *dir, const uint8_t *manifest, bool *doubt,
	struct err *e);
/* Frees; nothing is written.  NULL does nothing. */
void cache_close(struct cache *c);

const struct cache_head *cache_head(const struct cache *c);
const struct cache_part *cache_resume(const struct cache *c);

/* Forget everything (a new branch begins), in memory and on disk. */
int cache_reset(struct cache *c, struct err *e);
/*
 * A new branch begins with a full run: no chunk counts as stored any more, the
 * file state stays readable until cache_finish.
 */
int cache_fresh(struct cache *c, struct err *e);

/* All ids known to be stored, those of an unfinished run too; borrowed. */
struct idset *cache_ids(struct cache *c);

/* Read the file state of the head; NULL and e->code ERR_NONE if there is none. */
struct entry_reader *cache_files(struct cache *c, struct err *e);
/* Read the entries journalled by an unfinished run, in order, part by part. */
int cache_resumed_each(struct cache *c, int (*fn)(void *arg,
	const struct entry *en, struct err *e), void *arg, struct err *e);

/* A part's journal being written. */
struct cache_journal;
struct cache_journal *cache_journal_new(struct cache *c, struct err *e);
/* Entries in the order of their keys, over all parts of a run. */
int cache_journal_entry(struct cache_journal *j, const struct entry *en,
	struct err *e);
/* A chunk that this part stores. */
int cache_journal_id(struct cache_journal *j, const uint8_t id[static 32],
	struct err *e);
/* Durable; from now on it counts if the commit does. */
int cache_journal_save(struct cache_journal *j, const struct cache_part *part,
	struct err *e);
/* Frees; a journal that was not saved is removed.  NULL does nothing. */
void cache_journal_free(struct cache_journal *j);

/*
 * Merge the head's files with the run's journals so far, J's entries and GONE
 * (sorted keys, may be NULL) into files-<gen + 1>; LINE is called with each
 * live entry in order.  *gen gets the generation for cache_part.after.  FULL:
 * start from nothing.  GONE: u32 length and bytes of each key.
 * Returns 0; 1 if nothing changed at all (*gen is the present one, LINE was not
 * called); -1.
 */
int cache_merge(struct cache *c, struct cache_journal *j, struct buf *gone,
	bool full, void (*line)(void *arg, const struct entry *en), void *arg,
	uint64_t *gen, struct err *e);

/* The ref has the final part's commit: make AFTER the head, drop journals. */
int cache_finish(struct cache *c, const struct cache_part *part,
	struct err *e);
/* A part that is not final has its commit. */
int cache_advance(struct cache *c, const struct cache_part *part,
	struct err *e);

#endif
