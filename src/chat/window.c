/* chat/window.c - one buffer that grows as far as it may. */
#include "chat/window.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define BLOCK (256u * 1024)

void
window_init(struct window *w, const struct chat_input *in, size_t max)
{
	memset(w, 0, sizeof(*w));
	w->in = in;
	w->max = max;
	w->s = (const uint8_t *)"";
}

void
window_release(struct window *w)
{
	free(w->data);
	memset(w, 0, sizeof(*w));
}

static int
make_room(struct window *w, struct err *e)
{
	size_t cap = w->cap == 0 ? BLOCK : w->cap * 2;
	uint8_t *p;

	/* Moved only when half of it is behind: else each call would. */
	if (w->begin > 0 && (w->begin >= w->cap / 2 ||
	    w->begin + w->n == w->cap)) {
		memmove(w->data, w->data + w->begin, w->n);
		w->begin = 0;
	}
	if (w->cap - w->begin - w->n >= BLOCK / 4 || w->cap >= w->max)
		return 0;
	if (cap > w->max)
		cap = w->max;
	p = realloc(w->data, cap);
	if (!p)
		return err_nomem(e);
	w->data = p;
	w->cap = cap;
	return 0;
}

int
window_more(struct window *w, struct err *e)
{
	int64_t got;
	size_t room;

	if (w->eof || w->n >= w->max)
		return 0;
	if (make_room(w, e) < 0)
		return -1;
	room = w->cap - w->begin - w->n;
	w->s = w->data + w->begin;
	if (room == 0)
		return 0;
	got = w->in->read(w->in->arg, w->off + w->n,
	    w->data + w->begin + w->n, room, e);
	if (got < 0)
		return -1;
	w->n += (size_t)got;
	w->eof = got == 0;
	return got > 0;
}

void
window_drop(struct window *w, size_t n)
{
	w->begin += n;
	w->n -= n;
	w->off += n;
	w->s = w->data ? w->data + w->begin : w->s;
}

int64_t
window_line(struct window *w, struct err *e)
{
	size_t seen = 0;
	const uint8_t *lf;
	int rc;

	for (;;) {
		lf = w->n > seen ? memchr(w->s + seen, '\n', w->n - seen) :
		    NULL;
		if (lf)
			return lf + 1 - w->s;
		seen = w->n;
		rc = window_more(w, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return (int64_t)w->n;
	}
}
