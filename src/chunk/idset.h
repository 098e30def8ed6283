/*
 * chunk/idset.h - is this chunk stored already?
 *
 * A sorted file of ids, mapped and searched by interpolation (ids are evenly
 * spread), and a table of those found new since.  40 bytes for each new id.
 * Needs: base.
 */
#ifndef LIUDI_CHUNK_IDSET_H
#define LIUDI_CHUNK_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define IDSET_ID_LEN 32

struct idset;

/* FILE: sorted ids, or NULL for none.  NULL: ERR_FORMAT (cut), ERR_IO. */
struct idset *idset_new(const char *file, struct err *e);
void idset_free(struct idset *s);

bool idset_has(const struct idset *s, const uint8_t id[static IDSET_ID_LEN]);
/* Add; 1 if it is new, 0 if it was there, -1. */
int idset_add(struct idset *s, const uint8_t id[static IDSET_ID_LEN],
	struct err *e);
size_t idset_count(const struct idset *s);
/* Write all ids, sorted, durably to FILE (may be the mapped one's name). */
int idset_save(struct idset *s, const char *file, struct err *e);

#endif
