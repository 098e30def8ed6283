/*
 * account/markset.h - keyed hashes, each with a number: what was seen before.
 *
 * A mark is made with a random key, so that nobody chooses where it goes, and
 * stands for what it was made of: of a million, two have one by a chance of one in
 * thirty million.
 * Callers have called crypto_setup().
 * Needs: base, crypto.
 */
#ifndef LIUDI_ACCOUNT_MARKSET_H
#define LIUDI_ACCOUNT_MARKSET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define MARK_LEN 8
#define MARK_NONE UINT32_MAX

struct mark {				/* 12 bytes: there are many */
	uint8_t hash[MARK_LEN];
	uint32_t value;			/* MARK_NONE: nothing is here */
};

struct markset {
	struct mark *slot;		/* owned */
	size_t n, cap;			/* cap: a power of two, or 0 */
};
#define MARKSET_INIT {NULL, 0, 0}

void markset_release(struct markset *m);	/* empty again */

/* The number of the mark, or MARK_NONE. */
uint32_t markset_find(const struct markset *m,
	const uint8_t mark[static MARK_LEN]);
/*
 * The number that the mark has; it is put in with VALUE (< MARK_NONE) if it is
 * new.  -1: ERR_NOMEM.
 */
int64_t markset_add(struct markset *m, const uint8_t mark[static MARK_LEN],
	uint32_t value, struct err *e);

#endif
