/*
 * desk/pick.h - which conversations and senders a filter of desk/chathistory means.
 *
 * Found once, before the rows are walked.
 * Needs: base, desk/{chathistory,glyphs,messages_in,tally}.
 */
#ifndef LIUDI_DESK_PICK_H
#define LIUDI_DESK_PICK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "desk/chathistory.h"
#include "desk/glyphs.h"
#include "desk/tally.h"

struct pick {
	bool chats;		/* only some conversations */
	bool senders;		/* or what some senders said in others */
	struct tally chat;	/* number -> PICK_ALL, PICK_SOME */
	struct tally sender;	/* number -> 1 */
	int64_t only;		/* the one conversation that it can be, or 0 */
	int64_t from, to;	/* numbers of messages, [from, to) */
};

enum { PICK_ALL = 1, PICK_SOME = 2 };

/* The number at or behind MS; the limits lie outside of all times. */
int64_t pick_number(int64_t ms);

/* 0 or -1 (ERR_NOMEM, ERR_IO); release in both cases. */
int pick_make(struct pick *p, struct messages *m,
	const struct history_filter *f, struct err *e);
void pick_release(struct pick *p);

/* Can a message of CHAT be among them? */
bool pick_chat(const struct pick *p, int64_t chat);
/* Is a message of CHAT by SENDER among them?  Its time was asked before. */
bool pick_has(const struct pick *p, int64_t chat, int64_t sender);

/* OUT becomes TEXT as a search folds it, blanks and signs included; 0 or -1. */
int pick_fold(struct glyphs *g, const char *text, struct buf *out,
	struct err *e);

#endif
