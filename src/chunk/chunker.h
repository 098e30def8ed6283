/*
 * chunk/chunker.h - where to cut a file: its content says so.
 *
 * Spec: docs/FORMAT.md "Chunks"; W. Xia et al., FastCDC, USENIX ATC 2016.
 * Invariant: cuts depend on the key and the bytes only, not on how they are
 * fed.  Pure.  Needs: base, crypto.
 */
#ifndef LIUDI_CHUNK_CHUNKER_H
#define LIUDI_CHUNK_CHUNKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CHUNKER_SECRET_LEN 32
#define CHUNKER_MAX_LEN (8 * 1024 * 1024)	/* of any class */

struct chunker_gear {
	uint64_t g[256];
};
/* Expand the station's secret. */
void chunker_gear_init(struct chunker_gear *gear,
	const uint8_t secret[static CHUNKER_SECRET_LEN]);

enum chunker_class {		/* stored in the cache: keep the numbers */
	CHUNKER_SMALL = 13, CHUNKER_MEDIUM = 16, CHUNKER_LARGE = 20
};
/* The class for a file of SIZE bytes when it is first stored. */
enum chunker_class chunker_class_for(int64_t size);

/*
 * How one file is cut.  PAGE 0: by content with CLASS; else every PAGE bytes
 * (at 64 KiB where SIZE is above 1 GiB).
 */
struct chunker {
	const struct chunker_gear *gear;
	uint64_t mask_hard, mask_easy;
	size_t min, avg, max;
	size_t page;
};
void chunker_init(struct chunker *c, const struct chunker_gear *gear,
	enum chunker_class class_, unsigned page, int64_t size);

/*
 * Length of the chunk that begins at DATA, of which N bytes are there; LAST:
 * the file ends behind them.  0 = not to be said before more bytes are there
 * (only if N < c->max and not LAST, or N = 0).
 */
size_t chunker_cut(const struct chunker *c, const uint8_t *data, size_t n,
	bool last);

#endif
