/*
 * unbundle/node.h - the files of a fold: by path, in order, and those that the
 * run made not live.  For fold*.c and node.c only.
 *
 * Invariants:
 *  1. `live` holds each live file once; open addressing, linear probing, no
 *     tombstones (deletion shifts back).
 *  2. `order` holds every node that was not freed: its first `nsorted` entries
 *     ascend by section 6, dead ones among them; node_tidy() makes it all
 *     sorted and all live.
 *  3. `gone` holds the paths that the current run made not live: none of them
 *     may be named again in that run.
 * Needs: base, crypto, record.
 */
#ifndef LIUDI_UNBUNDLE_NODE_H
#define LIUDI_UNBUNDLE_NODE_H

#include "unbundle/fold.h"

#define NODE_SOURCE_MAX 32
#define NODE_KEY_LEN 16

struct node {
	struct fold_file file;	/* first: a file is its node */
	uint64_t hash;
	uint64_t run_no;	/* of the run that named it last; 0: before */
	bool dead;
	char path[];
};

/* Paths by hash; also of those that are gone. */
struct table {
	struct node **slot;
	size_t size;		/* a power of two, or 0 */
	size_t n;
};

struct source_name {
	struct source_name *next;
	char name[NODE_SOURCE_MAX + 1];
};

struct fold {
	/* of the hash: no station can choose slots */
	uint8_t key[NODE_KEY_LEN];
	struct table live, gone;
	struct node **order;
	size_t norder, order_cap, nsorted;
	struct source_name *sources;
	uint64_t bytes;		/* modulo 2^64: sizes are claims */
	struct buf scratch, applied;
	struct record_head head;
	uint64_t run_no;	/* ids of runs may come again */
	bool has_head;		/* a part was begun */
	bool ended;		/* and ended */
	bool keep;		/* what it does not name stays */
	int (*watch)(void *arg, const struct fold_change *c, struct err *e);
	void *watch_arg;
	int (*stored)(void *arg, const uint8_t id[static 32], struct err *e);
	void *stored_arg;
};

/* PATH and SOURCE within their bounds. */
uint64_t node_hash(const struct fold *f, const char *source, const char *path,
	size_t n);
struct node *node_find(const struct table *t, uint64_t hash,
	const char *source, const char *path, size_t len);

/* A live node for a path that is not live; no content yet.  NULL: *e. */
struct node *node_new(struct fold *f, const char *source, const char *path,
	size_t len, struct err *e);
/* No longer live; freed by node_tidy() or with the fold. */
void node_kill(struct fold *f, struct node *n);
void node_free(struct node *n);

/*
 * All of `order` live and sorted.  Only what came since last time is sorted: a
 * run changes few files of many.
 */
int node_tidy(struct fold *f, struct err *e);

/* What the run has made not live. */
int node_gone_add(struct fold *f, const struct node *n, struct err *e);
void node_gone_forget(struct fold *f);

#endif
