/*
 * agent/collect.h - what changed since the last run, and its chunks.
 *
 * collect_scan() walks the sources of a stream in step with the file state and
 * writes a work list; collect_store() reads what stands on it.
 * Needs: base, chunk, config, crypto, record, source.
 */
#ifndef LIUDI_AGENT_COLLECT_H
#define LIUDI_AGENT_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/exports.h"
#include "agent/run.h"
#include "chunk/cache.h"
#include "chunk/idset.h"

struct collect_source {
	const struct config_source *cfg;
	struct source *src;
	int64_t ops[RECORD_NOPS];
	struct exports exports;	/* of kind chat, if it was looked at */
	bool complete;		/* its walk saw everything */
	bool failed;		/* a file of it could not be read */
};

struct collect {
	const struct station *s;
	const struct run_options *o;
	const char *stream;
	struct cache *cache;
	bool full;		/* list everything */
	bool fresh;		/* the chunks must be stored anew (no base) */
	bool reread;		/* reread today's share of the unchanged */
	int64_t today;		/* UTC day */
	struct collect_source *src;
	size_t nsrc;
	/* names of sources that are not configured any more; sorted */
	struct buf orphans;		/* each with its NUL */
	int list_fd;		/* the work list, unlinked */
	/* of a run that is resumed: */
	struct buf cursor;	/* go on behind this key; empty = all */
	struct idset *left;	/* hashes of keys it moved files from, or NULL */
	struct run_progress progress;
	int64_t told_ms;
	/* files that are gone, by content, for moves */
	struct collect_gone *gone;
	struct gone_class *gone_class;
	size_t ngone, capgone;
	struct buf gone_keys;	/* for cache_merge, sorted */
	/* exports that were still being written, by hash of their key */
	struct idset *left_before;	/* in the run before: taken now */
	struct idset *left_now;
	int64_t wait_until_ms;	/* monotonic; 0 = nothing was waited for */
	struct record_point elsewhere;	/* the branch before, if fresh */
};

/* Where the lines and chunks go: the part being made (agent/part.c). */
struct collect_sink {
	/* Is this chunk stored already?  If not it is stored now. */
	int (*chunk)(void *arg, const uint8_t id[static 32], const void *data,
		size_t n, bool packed, struct err *e);
	/* A line for the manifest (NULL: only the local state changed) and the
	 * entry for the journal (NULL: removed). */
	int (*line)(void *arg, const struct record_file *f,
		const struct entry *en, struct err *e);
	/* A file could not be read: a run that is gone on with must know. */
	int (*unread)(void *arg, const struct entry *en, struct err *e);
	void *arg;
};

/* Open the stream's sources.  collect_release on every way out. */
int collect_init(struct collect *c, const struct station *s,
	const struct run_options *o, const char *stream, struct cache *cache,
	struct err *e);
void collect_release(struct collect *c);

/* An entry that an earlier part of this run journalled; in order. */
int collect_resumed(struct collect *c, const struct entry *en, struct err *e);
/* PATH of CS could not be read in this run. */
void collect_unread(struct collect *c, struct collect_source *cs,
	const char *path, const char *why);
/* After the scan: is NAME a source that was, and is no longer, configured? */
bool collect_is_orphan(const struct collect *c, const char *name);
/* NULL if the stream has no such source. */
struct collect_source *collect_source_named(struct collect *c,
	const char *name);
/*
 * Walk.  A chat export that changed within the last seconds (key `settle`) is
 * waited for, all of them together for that time at most; one that goes on
 * changing is left for the next run, once.  -1 with ERR_FORMAT: the file state
 * is damaged.
 */
int collect_scan(struct collect *c, struct err *e);
int collect_store(struct collect *c, const struct collect_sink *k,
	struct err *e);
/* Lines for what is gone and was not moved; fills gone_keys, in order. */
int collect_removed(struct collect *c, const struct collect_sink *k,
	struct err *e);

#endif
