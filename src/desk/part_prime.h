/*
 * desk/part_prime.h - going on from what the catalogue holds.
 * Needs: base, unbundle, desk/catalogue.
 */
#ifndef LIUDI_DESK_PART_PRIME_H
#define LIUDI_DESK_PART_PRIME_H

#include "desk/catalogue.h"
#include "unbundle/fold.h"

/*
 * Put the live files of the line into FOLD; *DOUBT: one of them may be older
 * than it should.
 */
int part_prime(struct catalogue *c, int64_t line, struct fold *fold,
	bool *doubt, struct err *e);

/* Append the ids of the N bytes of RUNS (desk/runs.h). */
int part_prime_ids(struct catalogue *c, const void *runs, size_t n,
	struct buf *ids, struct err *e);

#endif
