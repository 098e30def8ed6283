/*
 * desk/msgrows.h - what the catalogue knows of each message beside its text.
 *
 * A row of SQLite for each of millions of messages is half frame, and its entry
 * in an index by conversation is more.  So the rows of a conversation lie
 * together, some eighty in a blob, in the order of their numbers, each told by
 * how it differs from the one before (docs/DECISIONS.md).  Conversation
 * MSGROWS_ALL has all messages there are: their numbers, and in `who` the
 * conversation that each is of.
 *
 * Table `block`: n = conversation << MSGROWS_SHIFT | number of its first row.
 * Blocks of one conversation do not overlap.
 * One thread.  Needs: base, desk/catalogue.
 */
#ifndef LIUDI_DESK_MSGROWS_H
#define LIUDI_DESK_MSGROWS_H

#include <stddef.h>
#include <stdint.h>

#include "desk/catalogue.h"

#define MSGROWS_ALL 0

#define MSGROWS_SHIFT 37	/* numbers reach the year 2242 */
#define MSGROWS_END ((int64_t)1 << MSGROWS_SHIFT)	/* above all numbers */

struct msgrow {
	int64_t n;		/* the message's number */
	int64_t who;		/* its sender; 0: the program itself */
	int64_t flags;		/* desk/messages_in.h */
	int64_t ms;		/* from the second of n to its moment */
	int64_t line;		/* where it stands in the records */
	uint64_t key, id;	/* 48 bits each; id 0: it has none */
	uint64_t seen;		/* a bit for each lane that had it */
};

struct msgrows;

/* Over C, which it must not outlive.  NULL: ERR_NOMEM. */
struct msgrows *msgrows_new(struct catalogue *c, struct err *e);
void msgrows_free(struct msgrows *r);	/* NULL does nothing */

/*
 * The first rows of CHAT at or behind number FROM, and the last ones before
 * number TO: in both cases as many as lie together, ascending, *n of them, 0 if
 * there is none.  Borrowed until anything else is asked of R.  FROM and TO may
 * lie outside of all numbers.  0, or -1: ERR_FORMAT (the catalogue is damaged,
 * hint to rebuild it; also where CHAT cannot be a conversation), ERR_NOMEM,
 * ERR_IO.
 */
int msgrows_from(struct msgrows *r, int64_t chat, int64_t from,
	const struct msgrow **v, size_t *n, struct err *e);
int msgrows_before(struct msgrows *r, int64_t chat, int64_t to,
	const struct msgrow **v, size_t *n, struct err *e);

/* The row of message N in CHAT: 1 and *out, 0: there is none, -1 as above. */
int msgrows_get(struct msgrows *r, int64_t chat, int64_t n,
	struct msgrow *out, struct err *e);

/*
 * Put the N rows of V, whose numbers ascend, into CHAT, inside a transaction;
 * one that is there already is replaced.  0, or -1: ERR_FORMAT (also: there are
 * more conversations or times than have a number), ERR_NOMEM, ERR_IO,
 * ERR_SPACE.
 */
int msgrows_put(struct msgrows *r, int64_t chat, const struct msgrow *v,
	size_t n, struct err *e);

/* Forget what was read: a transaction that put something was given up. */
void msgrows_forget(struct msgrows *r);

#endif
