/*
 * chat/markup.h - HTML that somebody else wrote, as events or as text.
 *
 * Nothing is fetched, no entity is expanded but HTML's own characters, what
 * lies in scripts and styles is no text.  Depth and length of the input cost
 * memory only as far as one piece of it does.
 * Needs: base; libxml2.
 */
#ifndef LIUDI_CHAT_MARKUP_H
#define LIUDI_CHAT_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct markup_events {
	/*
	 * Names in small letters.  ATTR: name, value (or NULL), ... NULL; may
	 * be NULL.  Text comes in pieces.
	 */
	void (*open)(void *arg, const char *name, const char *const *attr);
	void (*close)(void *arg, const char *name);
	void (*text)(void *arg, const char *s, size_t n);
	void *arg;
};

/* N bytes of UTF-8 at S, a document or any piece of one.  0, or -1. */
int markup_parse(const struct markup_events *h, const char *s, size_t n,
	struct err *e);

/* The value of NAME, "" if it has none; NULL if it is not there. */
const char *markup_attr(const char *const *attr, const char *name);
/* WORD is one of the blank-separated words of the attribute "class". */
bool markup_class(const char *const *attr, const char *word);

/* How many of N bytes fit into ROOM, no character torn. */
size_t markup_fit(const char *s, size_t n, size_t room);

/*
 * Text as it is shown: blanks run together, <br> and blocks end lines.
 * Zero it, set b; feed it events; text_end() takes off what hangs over.
 */
struct markup_out {
	struct buf *b;		/* its max is the cap */
	bool keep;		/* blanks and line feeds stay */
	bool cut;		/* the cap was reached */
	bool failed;		/* out of memory */
	/* Private. */
	bool space;
	unsigned lines;		/* line feeds that are due */
	unsigned skip;		/* in so many scripts and styles */
};

void markup_out_open(struct markup_out *o, const char *name);
void markup_out_close(struct markup_out *o, const char *name);
void markup_out_text(struct markup_out *o, const char *s, size_t n);
/* 0, or -1 (ERR_NOMEM). */
int markup_out_end(struct markup_out *o, struct err *e);

/* All of it at once, appended to OUT up to its max; *cut (may be NULL). */
int markup_text(struct buf *out, const char *s, size_t n, bool *cut,
	struct err *e);
/* The same, where blanks and line feeds are as they were. */
int markup_text_kept(struct buf *out, const char *s, size_t n, bool *cut,
	struct err *e);

#endif
