/*
 * desk/fresh.h - messages that are new: numbered at once, indexed in batches.
 *
 * FTS5 wants them in the order of their numbers, an export has them by
 * conversation; so they wait until they are many, or the transaction ends.
 * Inside a transaction.
 * Needs: base, desk/{catalogue,msgrows,tally}.
 */
#ifndef LIUDI_DESK_FRESH_H
#define LIUDI_DESK_FRESH_H

#include "base/buf.h"
#include "desk/msgrows.h"
#include "desk/tally.h"

struct fresh_row {
	int64_t n, chat;
	size_t text, len;	/* what a search finds it by */
};

struct fresh {
	struct catalogue *c;	/* borrowed, as RECORDS */
	struct msgrows *rows;
	struct fresh_row *row;
	size_t n, cap;
	struct buf texts;
	struct tally seconds;	/* second -> the next number in it */
	bool held;		/* until fresh_flush(), however many */
};

/* SEED: of desk/tally.h. */
void fresh_init(struct fresh *t, struct catalogue *c, struct msgrows *rows,
	uint64_t seed);
void fresh_release(struct fresh *t);

/* Where what a search finds the next message by is to be put: at its end. */
struct buf *fresh_text(struct fresh *t);

/*
 * A message of CHAT in SECOND, whose text was put there since the last one.
 * *n: its number, the next at or behind the second that nobody has.  0 or -1.
 */
int fresh_add(struct fresh *t, int64_t chat, int64_t second, int64_t *n,
	struct err *e);

/* Write all that waits.  0 or -1. */
int fresh_flush(struct fresh *t, struct err *e);

/* Forget all that waits: the transaction is given up. */
void fresh_drop(struct fresh *t);
/* Forget all but the first N that wait; nothing was written meanwhile. */
void fresh_cut(struct fresh *t, size_t n);

#endif
