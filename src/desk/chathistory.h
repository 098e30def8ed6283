/*
 * desk/chathistory.h - what is asked of all messages.
 *
 * Callbacks get borrowed structs, valid during the call; return not 0 to stop:
 * that is returned (so -1 with *e).
 * Needs: base, json, desk/messages.
 */
#ifndef LIUDI_DESK_CHATHISTORY_H
#define LIUDI_DESK_CHATHISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "desk/messages.h"

#define HISTORY_NEVER INT64_MIN

struct history_filter {		/* NULL, 0 and HISTORY_NEVER: all */
	const char *station;	/* exactly */
	const char *source;
	const char *platform;	/* "qq" */
	const char *peer;	/* part of a conversation's or a sender's name
				 * or id, folded as words are */
	int64_t chat;		/* number */
	int64_t since, until;	/* ms, [since, until) */
};

struct history_chat {
	int64_t n;
	const char *station, *source, *platform, *account;
	const char *id, *name;		/* of the conversation; "" */
	const char *type;		/* "private", … */
	bool internal;			/* own staff on both sides */
	int64_t messages, in, out;	/* in the filter's time */
	int64_t first, last;		/* ms; HISTORY_NEVER */
	int64_t lost, changed, recalled;	/* in the filter's time */
};
typedef int (*history_chat_fn)(void *arg, const struct history_chat *c,
	struct err *e);
/* Conversations with a message in the filter, the newest message first. */
int history_chats(struct messages *m, const struct history_filter *f,
	history_chat_fn fn, void *arg, struct err *e);

/* Has conversation CHAT a message before BEFORE (ms)?  1, 0, -1. */
int history_older(struct messages *m, int64_t chat, int64_t before,
	struct err *e);
/*
 * The number of the last message of CHAT, whatever became of it: 1 and *n, 0
 * (there is none), -1.
 */
int history_last(struct messages *m, int64_t chat, int64_t *n, struct err *e);

/* Whoever wrote in a conversation, by what he is called there; no order. */
typedef int (*history_sender_fn)(void *arg, int64_t chat, const char *id,
	const char *name, struct err *e);
int history_senders(struct messages *m, history_sender_fn fn, void *arg,
	struct err *e);

enum history_state { HISTORY_LIVE, HISTORY_CHANGED, HISTORY_RECALLED,
	HISTORY_VANISHED };

struct history_message {
	int64_t n;			/* its number */
	int64_t chat;
	int64_t at;			/* ms UTC; HISTORY_NEVER */
	const char *ts_raw, *precision, *tz_src;
	const char *sender, *sender_id;	/* name; ""; as the file says */
	const char *role;		/* "self", "peer", "bot", "system",
					 * "unknown": as desk/messages decided */
	const char *kind;		/* "text", … */
	const char *text;
	size_t text_len;
	enum history_state state;
	int64_t next;			/* number of what it became; 0 */
	int64_t was;			/* number of what it was before; 0 */
	int64_t first_taken, lost_taken;	/* seconds; HISTORY_NEVER */
	/* where its bytes are */
	int64_t version;
	const char *station, *source, *path, *member;
	int64_t off, len;
	const char *line;		/* the whole line of JSON */
	size_t line_len;
};
typedef int (*history_message_fn)(void *arg, const struct history_message *h,
	struct err *e);

/* In the filter, oldest first; every state. */
int history_each(struct messages *m, const struct history_filter *f,
	history_message_fn fn, void *arg, struct err *e);
/* COUNT messages of its conversation before and behind N, and N itself. */
int history_around(struct messages *m, int64_t n, int count,
	history_message_fn fn, void *arg, struct err *e);
/* Message N: 1 (FN was called), 0: there is none, -1. */
int history_get(struct messages *m, int64_t n, history_message_fn fn,
	void *arg, struct err *e);

/*
 * What TYPED (desk/words_query.h) finds in the filter, newest first, at most
 * LIMIT.  1: nothing to look for.
 */
int history_search(struct messages *m, const char *typed,
	const struct history_filter *f, int64_t limit, history_message_fn fn,
	void *arg, struct err *e);

/* Every file version that was read or tried; newest reading last. */
struct history_reading {
	int64_t version;
	const char *station, *source, *path;
	const char *format, *platform, *account;	/* NULL: unknown */
	const char *error;		/* NULL: it was read */
	int64_t messages, system, unparsed;
	unsigned warn;
	int64_t mtime, taken;		/* seconds */
	int64_t first, last;		/* ms of its messages; HISTORY_NEVER */
};
typedef int (*history_reading_fn)(void *arg, const struct history_reading *r,
	struct err *e);
int history_readings(struct messages *m, const char *station,
	int64_t taken_since, history_reading_fn fn, void *arg, struct err *e);

/* What became of messages in readings taken in [SINCE, UNTIL) seconds. */
struct history_change {
	enum history_state what;	/* not LIVE */
	int64_t message;		/* the one of before */
	int64_t now;			/* what it became; 0 */
	int64_t version;		/* in which it showed */
	int64_t taken;
};
typedef int (*history_change_fn)(void *arg, const struct history_change *c,
	struct err *e);
int history_changes(struct messages *m, int64_t since, int64_t until,
	history_change_fn fn, void *arg, struct err *e);

#endif
