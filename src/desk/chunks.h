/*
 * desk/chunks.h - which chunks a branch may refer to, and where they lie.
 *
 * A branch sees what its own commits stored and, where it forked, what its
 * parent stored up to there.  Nothing of another station, stream or epoch.
 * Needs: base.
 */
#ifndef LIUDI_DESK_CHUNKS_H
#define LIUDI_DESK_CHUNKS_H

#include <stdbool.h>

#include "desk/catalogue.h"

struct chunks;

struct chunks *chunks_new(struct catalogue *cat, struct err *e);
void chunks_free(struct chunks *c);

/*
 * Look from branch BRANCH of the catalogue from now on.  FORK: the last part
 * of its parent that it shares, or 0.
 */
int chunks_branch(struct chunks *c, int64_t branch, int64_t fork,
	struct err *e);

/* Forget what was looked up or promised (a new part, or one undone). */
void chunks_part(struct chunks *c);
/* A chunk that this part stores will have number N. */
int chunks_promise(struct chunks *c, const uint8_t id[static 32], int64_t n,
	struct err *e);

/* 1 and *n, 0 if the branch never stored it, -1. */
int chunks_find(struct chunks *c, const uint8_t id[static 32], int64_t *n,
	struct err *e);

/*
 * Number and length of a chunk that anybody stored: its bytes are the same
 * wherever they lie.  1, 0 if nobody did, -1.
 */
int chunks_any(struct chunks *c, const uint8_t id[static 32], int64_t *n,
	int64_t *len, struct err *e);

/* The first 8 bytes of an id as a number, for the index. */
int64_t chunks_word(const uint8_t id[static 32]);

#endif
