/*
 * desk/fresh.h - messages that are new: numbered at once, written in batches.
 *
 * FTS5 wants rows in the order of their numbers, an export has them by
 * conversation; so they wait until they are many.  Inside a transaction.
 * Needs: base, desk/{intake,messages_in,tally}.
 */
#ifndef LIUDI_DESK_FRESH_H
#define LIUDI_DESK_FRESH_H

#include <stdbool.h>

#include "desk/intake.h"
#include "desk/tally.h"

struct fresh_row {
	int64_t n, chat, sender, flags, ms, line;
	uint64_t key, id, seen;
	size_t text, len;
};

struct fresh {
	struct messages *m;
	struct fresh_row *row;
	size_t n, cap;
	size_t written;		/* rows that do not wait any more */
	struct buf texts;
	struct tally seconds;	/* second -> the next number in it */
	struct tally waiting;	/* conversations with rows that wait */
};

void fresh_init(struct fresh *t, struct messages *m);
void fresh_release(struct fresh *t);

/*
 * ROW of IN, a message of K at the moment AT (ms), with FLAGS.  *n: its number;
 * *place: for fresh_flags().  0 or -1.
 */
int fresh_add(struct fresh *t, struct intake *in, const struct intake_row *row,
	const struct intake_chat *k, int64_t at, unsigned flags, int64_t *n,
	size_t *place, struct err *e);

/* Does a row of conversation CHAT wait? */
bool fresh_waits(const struct fresh *t, int64_t chat);

/* Other flags for the row at PLACE: false if it was written already. */
bool fresh_flags(struct fresh *t, size_t place, int64_t flags);

/* Write all that waits. */
int fresh_flush(struct fresh *t, struct err *e);

#endif
