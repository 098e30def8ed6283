/*
 * desk/tally.h - a number for each of many 64-bit keys.
 *
 * SEED keeps those who choose the keys from choosing where they fall.
 * Needs: base.
 */
#ifndef LIUDI_DESK_TALLY_H
#define LIUDI_DESK_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct tally_slot {
	uint64_t key, value;
	bool used;
};

struct tally {
	struct tally_slot *slot;
	size_t n, cap;
	uint64_t seed;
};

#define TALLY_INIT(secret) {NULL, 0, 0, (secret)}

void tally_release(struct tally *t);
/* Empty; memory is kept. */
void tally_clear(struct tally *t);
/* KEY's number, 0 if it is new; valid until the next call.  NULL: ERR_NOMEM. */
uint64_t *tally_at(struct tally *t, uint64_t key, struct err *e);
/* The number of KEY; 0 if it is not there. */
uint64_t tally_get(const struct tally *t, uint64_t key);

#endif
