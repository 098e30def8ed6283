/*
 * desk/target.h - a folder into which files are restored, and nothing beside
 * it.
 *
 * Every component of a path is opened from the one before without following a
 * symlink, so that neither a name nor a link that lies there leads out.  A
 * file is written under a temporary name and appears whole or not at all; what
 * is there already stays, unless it may be overwritten.
 * Needs: base.
 */
#ifndef LIUDI_DESK_TARGET_H
#define LIUDI_DESK_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct target;

/* DIR must be there. */
struct target *target_new(const char *dir, bool overwrite, struct err *e);
/* Removes what was begun and not ended. */
void target_free(struct target *t);

/*
 * Begin file INDEX (any number, each once) at PATH (borrowed until it is ended
 * or dropped).  0; 1: something is there and stays; -1: ERR_USAGE (the path
 * would lead out, or through something that is no folder), ERR_IO, ERR_SPACE.
 */
int target_begin(struct target *t, size_t index, const char *path,
	size_t path_len, struct err *e);
int target_write(struct target *t, size_t index, int64_t off,
	const void *data, size_t n, struct err *e);
/* Give it mode, time and name.  0, 1 (as target_begin), -1. */
int target_end(struct target *t, size_t index, unsigned mode,
	int64_t mtime_sec, uint32_t mtime_nsec, struct err *e);
void target_drop(struct target *t, size_t index);

#endif
