/*
 * chat/notedids.h - ids that later lines speak of, kept as hashes.
 * Needs: base.
 */
#ifndef LIUDI_CHAT_NOTEDIDS_H
#define LIUDI_CHAT_NOTEDIDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define NOTEDIDS_MAX 1000000u	/* more are not kept */

struct notedids {
	uint64_t *slot;
	size_t n, cap;
};

void notedids_release(struct notedids *s);
int notedids_add(struct notedids *s, const void *id, size_t n, struct err *e);
bool notedids_has(const struct notedids *s, const void *id, size_t n);

#endif
