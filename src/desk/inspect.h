/*
 * desk/inspect.h - what an age file says without a key, read in a box.
 * Needs: base, open.
 */
#ifndef LIUDI_DESK_INSPECT_H
#define LIUDI_DESK_INSPECT_H

#include "open/age_open.h"

/*
 * Both look in a forked helper that can only read and answer.
 * -1: as age_look, or ERR_FAIL (no sandbox, or the helper broke off).
 */
/* All of FD, whatever its length; *BYTES is that. */
int inspect_fd(struct age_info *info, uint64_t *bytes, int fd,
	struct err *e);
/* The header, which is among these N bytes: *INFO as of age_look_header. */
int inspect_head(struct age_info *info, const void *data, size_t n,
	struct err *e);

#endif
