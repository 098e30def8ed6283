/*
 * chat/wide.h - a file in UTF-16 as if it were in UTF-8.
 *
 * JSON is read by its bytes, wherever they are asked for; so this is an input of
 * its own.  Where a byte of it stands in the file is known, too: each message
 * points to what it was made of.
 * Needs: base, chat/input.
 */
#ifndef LIUDI_CHAT_WIDE_H
#define LIUDI_CHAT_WIDE_H

#include <stdbool.h>

#include "chat/input.h"

struct chat_wide;

/*
 * Over IN, which it must not outlive, from byte BOM on; BIG: the high byte comes
 * first.  Reads all of it once.  What is no character becomes U+FFFD.  NULL: what
 * IN says, or ERR_NOMEM.
 */
struct chat_wide *chat_wide_new(const struct chat_input *in, uint64_t bom,
	bool big, struct err *e);
void chat_wide_free(struct chat_wide *w);	/* NULL does nothing */

/* *out is good as long as W. */
void chat_wide_input(struct chat_wide *w, struct chat_input *out);

/*
 * Where in the file the character stands that byte OFF of the input belongs to;
 * its end, behind the last.  0, or -1: what IN says.
 */
int chat_wide_place(struct chat_wide *w, uint64_t off, uint64_t *place,
	struct err *e);

#endif
