/*
 * desk/bytes.h - the bytes of files, version after version.
 *
 * A restore knows all that it wants beforehand (desk/restore.h).  Here files of
 * many runs are wanted one after the other, and most of the chunks of each are
 * those of the one before: what was opened is kept in a file without a name in
 * the catalogue's folder, so that each bundle is opened about once.
 * Runs in the box (mirrors, opener), which it must not outlive.
 * Needs: base, desk/{box,feed,runs}.
 */
#ifndef LIUDI_DESK_BYTES_H
#define LIUDI_DESK_BYTES_H

#include <stdint.h>

#include "desk/box.h"

#define BYTES_KEPT_MAX ((int64_t)1 << 30)	/* but for one larger file */

struct bytes;

struct bytes *bytes_new(struct box *b, struct err *e);
void bytes_free(struct bytes *y);

/* The chunks of a version, as its row has them (desk/runs.h). */
struct bytes_of {
	const void *runs;
	size_t len;
	int64_t limit;		/* its beginning only; INT64_MAX: all of it */
};

/*
 * Say that OF will be written: bytes_fetch() opens the bundles of all that was
 * said, each once and in their order.  1: there is no room to keep so much, and
 * it was not noted; 0; -1.
 */
int bytes_want(struct bytes *y, const struct bytes_of *of, struct err *e);
int bytes_fetch(struct bytes *y, struct err *e);

/*
 * Write OF into FD from 0 and cut it off behind; what was not fetched is.
 * *SIZE: how many bytes.  1: they cannot be had now, *e says why (a bundle for
 * other readers, or one that is not here); 0; -1.
 */
int bytes_write(struct bytes *y, const struct bytes_of *of, int fd,
	int64_t *size, struct err *e);

/* Row VERSION of the catalogue into FD.  0, or -1, also for what is 1 above. */
int bytes_version(struct box *b, int64_t version, int fd, struct err *e);

#endif
