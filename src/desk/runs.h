/*
 * desk/runs.h - a file's chunk numbers, packed.
 *
 * Chunks that were stored together have numbers in a row, so a list is a few
 * runs: pairs of varints, (first number minus the end of the run before,
 * zigzag) and (count - 1).  A database of 5,000 pages of which three changed
 * costs a dozen bytes more than before.
 * Needs: base.
 */
#ifndef LIUDI_DESK_RUNS_H
#define LIUDI_DESK_RUNS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct runs_writer {
	struct buf *out;
	int64_t first, count;	/* of the run being built; count 0 = none */
	int64_t end;		/* behind the last run written */
};

void runs_begin(struct runs_writer *w, struct buf *out);
int runs_add(struct runs_writer *w, int64_t number, struct err *e);
int runs_finish(struct runs_writer *w, struct err *e);

struct runs_reader {
	const uint8_t *p, *end;
	int64_t at;
};

void runs_open(struct runs_reader *r, const void *data, size_t n);
/* The next run: 1, 0 at the end, -1 (ERR_FORMAT). */
int runs_next(struct runs_reader *r, int64_t *first, int64_t *count,
	struct err *e);

#endif
