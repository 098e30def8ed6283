/*
 * desk/part_tails.h - changes that ids alone do not explain.  For
 * desk/part_*.c.
 * Needs: base, unbundle, desk/part_in, desk/fetch, desk/tail.
 */
#ifndef LIUDI_DESK_PART_TAILS_H
#define LIUDI_DESK_PART_TAILS_H

#include "desk/part_in.h"

/* Look at the change whose row was added last when all bytes are there. */
int part_tails_add(struct part_in *p, const struct fold_change *c,
	struct err *e);
/* Note the chunks whose bytes will be looked at, before they come by. */
int part_tails_want(struct part_in *p, struct err *e);
/* Where the bytes of that chunk are wanted, or NULL. */
struct captured *part_tails_captured(const struct part_in *p,
	const uint8_t *id);
/* Behind the bundles: what each change was, and whether it was said. */
int part_tails_judge(struct part_in *p, struct err *e);

#endif
