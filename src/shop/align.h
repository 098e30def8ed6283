/*
 * shop/align.h - which members of two sequences are the same, in order.
 *
 * For lines of text, ids of goods, strips and rows of pixels, each as a hash.
 * What begins and ends alike is matched first, then what stands once in both
 * (patience diff), then what is between; n log n, whatever the sequences are.
 * Needs: base.
 */
#ifndef LIUDI_SHOP_ALIGN_H
#define LIUDI_SHOP_ALIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define ALIGN_NONE SIZE_MAX

/*
 * For each of the NA of A its partner's place in B, or ALIGN_NONE, into MATCH;
 * partners are equal, and rise.  0, or -1 (ERR_NOMEM).
 */
int align(const uint64_t *a, size_t na, const uint64_t *b, size_t nb,
	size_t *match, struct err *e);

#endif
