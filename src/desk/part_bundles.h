/*
 * desk/part_bundles.h - a part's bundles: named, opened, hashed.  For
 * desk/part_in.c.
 * Needs: base, unbundle, desk/part_in, desk/fetch.
 */
#ifndef LIUDI_DESK_PART_BUNDLES_H
#define LIUDI_DESK_PART_BUNDLES_H

#include "desk/part_in.h"
#include "unbundle/manifest.h"

/* manifest_handler's `bundle`; ARG: a part_in. */
int part_bundles_line(void *arg, const struct manifest_bundle *b,
	struct err *e);

/* All of them; 1: some did not hold, and are marked now. */
int part_bundles_read(struct part_in *p, struct err *e);

#endif
