/* desk/linefile.c - a file of lines, read in order and then here and there. */
#include "desk/linefile.h"

#include <string.h>

#include "base/file.h"

#include "base/banned.h"

#define READ_LEN (1u << 20)
#define NEAR_LEN (64 * 1024)	/* lines so near are read together */

/* Up to N more bytes behind the window; *got of them. */
static int
read_more(struct linefile *l, size_t n, size_t *got, struct err *e)
{
	struct buf *w = &l->window;

	if (buf_reserve(w, n, e) < 0 || file_pread(l->fd, w->data + w->len, n,
	    l->off + (int64_t)w->len, got, "messages", e) < 0)
		return -1;
	w->len += *got;
	return 0;
}

int
linefile_init(struct linefile *l, int fd, size_t line_max, struct err *e)
{
	size_t got = 1;

	memset(l, 0, sizeof(*l));
	l->fd = fd;
	l->line_max = line_max;
	buf_init(&l->window, (line_max > LINEFILE_WHOLE ? line_max :
	    LINEFILE_WHOLE) + 2 * READ_LEN);
	while (got > 0 && l->window.len < LINEFILE_WHOLE)
		if (read_more(l, READ_LEN, &got, e) < 0)
			return -1;
	l->whole = got == 0;
	return 0;
}

void
linefile_release(struct linefile *l)
{
	buf_release(&l->window);
}

int
linefile_next(struct linefile *l, int64_t off, const char **line, size_t *n,
	struct err *e)
{
	struct buf *w = &l->window;
	size_t from = (size_t)(off - l->off), seen = 0, got;
	const char *lf;

	for (;;) {
		lf = w->len > from + seen ? memchr(w->data + from + seen,
		    '\n', w->len - from - seen) : NULL;
		if (lf)
			break;
		seen = w->len - from;
		if (seen > l->line_max)
			return err_set(e, ERR_FORMAT, "a line is too long");
		got = 0;
		if (!l->whole) {
			buf_drop(w, from);
			l->off += (int64_t)from;
			from = 0;
			if (read_more(l, READ_LEN, &got, e) < 0)
				return -1;
		}
		if (got == 0 && seen == 0)
			return 0;
		if (got == 0)
			return err_set(e, ERR_FORMAT,
			    "the last message is cut off");
	}
	*line = (const char *)w->data + from;
	*n = (size_t)(lf - *line);
	if (*n > l->line_max)
		return err_set(e, ERR_FORMAT, "a line is too long");
	return 1;
}

int
linefile_get(struct linefile *l, int64_t off, size_t n, const char **line,
	struct err *e)
{
	struct buf *w = &l->window;
	size_t want = n, got;

	if (off < l->off || off + (int64_t)n > l->off + (int64_t)w->len) {
		if (off >= l->asked && off - l->asked < NEAR_LEN &&
		    want < NEAR_LEN * 4)
			want = NEAR_LEN * 4;
		buf_clear(w);
		l->off = off;
		if (read_more(l, want, &got, e) < 0)
			return -1;
	}
	l->asked = off + (int64_t)n;
	*line = (const char *)w->data + (off - l->off);
	if (off + (int64_t)n > l->off + (int64_t)w->len ||
	    memchr(*line, '\n', n))
		return err_set(e, ERR_FORMAT, "the messages changed");
	return 0;
}
