/*
 * chat/window.h - a stretch of an input, moved forward, for formats that are
 * not lines.  Needs: base, chat/input.
 */
#ifndef LIUDI_CHAT_WINDOW_H
#define LIUDI_CHAT_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "chat/input.h"

struct window {
	const struct chat_input *in;
	uint64_t off;		/* of its first byte in the input */
	const uint8_t *s;	/* what it shows; changes with each call */
	size_t n;
	bool eof;		/* there is nothing behind it */
	/* Private. */
	uint8_t *data;
	size_t begin, cap, max;
};

/* It never shows more than MAX bytes.  Nothing is read yet. */
void window_init(struct window *w, const struct chat_input *in, size_t max);
void window_release(struct window *w);

/*
 * Show more behind what it shows.  1: there is more; 0: the input ends, or it
 * shows MAX bytes already; -1.
 */
int window_more(struct window *w, struct err *e);

/* Leave its first N <= w->n bytes behind. */
void window_drop(struct window *w, size_t n);

/*
 * How many bytes up to the end of the first line, its LF counted; up to the end
 * of the input or MAX bytes if there is none; 0: the end.  -1.
 */
int64_t window_line(struct window *w, struct err *e);

#endif
