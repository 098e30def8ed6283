/*
 * desk/numbered.h - files of desk.git that are called after a number.
 *
 * Spec: docs/FORMAT.md section 17.  What does not have such a name is passed
 * over, so that a file that somebody put there by hand takes no number; nor
 * does a gap stop anybody: the next number follows on the highest.
 * Needs: base, repo, desk/reheads.
 */
#ifndef LIUDI_DESK_NUMBERED_H
#define LIUDI_DESK_NUMBERED_H

#include <stdint.h>

#include "repo/mirror.h"

#define NUMBERED_MAX 999999999

/* Is NAME "<n>ENDING", n unpadded and <= NUMBERED_MAX?  0, or -1. */
int numbered_name(const char *name, const char *ending, int64_t *n);

/*
 * One more than the highest "<n>ENDING" in the folder PATH of TREE, 0 where
 * there is none.  -1: ERR_INTEGRITY (hint): the highest is NUMBERED_MAX; as
 * mirror_entries().
 */
int numbered_next(struct mirror *desk, const char *tree, const char *path,
	const char *ending, int64_t *next, struct err *e);

#endif
