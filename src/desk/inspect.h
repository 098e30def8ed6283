/*
 * desk/inspect.h - what an age file says without a key, read in a box.
 * Needs: base, open.
 */
#ifndef LIUDI_DESK_INSPECT_H
#define LIUDI_DESK_INSPECT_H

#include "open/age_open.h"

/*
 * As age_inspect, in a forked helper that can only read memory and answer.
 * -1: ERR_FORMAT, or ERR_FAIL (no sandbox, or the helper broke off).
 */
int inspect_file(struct age_info *info, const void *data, size_t n,
	struct err *e);

#endif
