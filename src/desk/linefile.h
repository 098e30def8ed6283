/*
 * desk/linefile.h - a file of lines, read in order and then here and there.
 *
 * A small one is read once and kept, so what was looked at is what is got
 * later.  Of a larger one there is a window, and whoever can write to it may
 * have changed it meanwhile.
 * Needs: base.
 */
#ifndef LIUDI_DESK_LINEFILE_H
#define LIUDI_DESK_LINEFILE_H

#include <stdbool.h>

#include "base/buf.h"

#define LINEFILE_WHOLE (64u << 20)	/* a file up to here is kept */

struct linefile {
	int fd;			/* borrowed */
	size_t line_max;
	struct buf window;	/* its bytes from `off` on */
	int64_t off;
	int64_t asked;		/* the end of the line that was got last */
	bool whole;
};

/* Lines of at most LINE_MAX bytes.  0, or -1: ERR_IO, ERR_NOMEM; release. */
int linefile_init(struct linefile *l, int fd, size_t line_max, struct err *e);
void linefile_release(struct linefile *l);

/*
 * The line at OFF, without its LF, borrowed until the next call; OFF is behind
 * the one before.  1, 0 at the end, -1: ERR_FORMAT (too long, no LF), ERR_IO.
 */
int linefile_next(struct linefile *l, int64_t off, const char **line,
	size_t *n, struct err *e);

/*
 * The N bytes at OFF, where a line was, borrowed until the next call.  0, or
 * -1: ERR_FORMAT (it is no line any more), ERR_IO.
 */
int linefile_get(struct linefile *l, int64_t off, size_t n, const char **line,
	struct err *e);

#endif
