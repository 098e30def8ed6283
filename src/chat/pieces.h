/*
 * chat/pieces.h - a file of markup, cut before the tags that begin a record.
 *
 * In markup a tag's "<" stands nowhere but in tags, so that the cut is safe.
 * Caps: a piece PIECE_MAX bytes; what is more is a piece of its own, `torn`.
 * Needs: base, chat/{format,text,window}.
 */
#ifndef LIUDI_CHAT_PIECES_H
#define LIUDI_CHAT_PIECES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "chat/format.h"
#include "chat/text.h"
#include "chat/window.h"

#define PIECE_MAX (4u << 20)

struct pieces {
	struct window w;
	const char *encoding;
	const char *const *marks;	/* "<message "; ends with NULL */
	struct buf text;
	bool torn;			/* the piece does not begin with one */
};

void pieces_init(struct pieces *p, const struct chat_job *job,
	const char *const *marks);
void pieces_release(struct pieces *p);

/*
 * 1 and the next piece as *line, whose text is valid until the next call; 0 at
 * the end; -1.  The first one is what stands before all marks.
 */
int pieces_next(struct pieces *p, struct chat_line *line, struct err *e);

/* Every piece of JOB's file to TAKE(ARG, …).  0 or -1. */
int pieces_each(struct chat_job *job, const char *const *marks,
	int (*take)(void *arg, const struct pieces *p,
	const struct chat_line *line, struct err *e), void *arg,
	struct err *e);

/* How many of MARKS are in the head of a file. */
unsigned pieces_count(const struct chat_sniff *s, const char *mark);

#endif
