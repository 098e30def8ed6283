/*
 * unbundle/plain.h - what stands in a sealed file: zstd frames, then padding.
 *
 * Spec: docs/FORMAT.md section 3; hostile input.  Caps: zstd window <= 2^27,
 * all plain bytes <= MAX given.  Exactly one skippable frame 0x184D2A50 of zero
 * bytes ends the file; any other skippable frame is refused.
 * Needs: base; zstd.
 */
#ifndef LIUDI_UNBUNDLE_PLAIN_H
#define LIUDI_UNBUNDLE_PLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "unbundle/bundle_read.h"

struct plain;

/* NULL when out of memory.  PULL is asked for more only by plain_read. */
struct plain *plain_new(bundle_pull pull, void *arg, uint64_t max,
	struct err *e);
void plain_free(struct plain *p);

/*
 * Fill OUT with CAP > 0 bytes, fewer only at the end; 0 then means that the
 * file ended as it should.  -1: ERR_FORMAT, or what PULL set.
 */
int plain_read(struct plain *p, void *out, size_t cap, size_t *n,
	struct err *e);

/* Bytes given so far, and how many zeros in a row they end with. */
uint64_t plain_total(const struct plain *p);
uint64_t plain_zeros(const struct plain *p);

#endif
