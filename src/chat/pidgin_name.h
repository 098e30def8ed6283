/*
 * chat/pidgin_name.h - what the logs of Pidgin have in common, their name first.
 *
 *	…/<protocol>/<account>/<peer>[.chat]/2010-01-11.000101+0000GMT.txt
 *
 * Needs: chat/{draft,scan}.
 */
#ifndef LIUDI_CHAT_PIDGIN_NAME_H
#define LIUDI_CHAT_PIDGIN_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "chat/draft.h"
#include "chat/message.h"
#include "chat/scan.h"

struct pidgin_name {
	struct chat_stamp begin;	/* precision NONE: the name has none */
	struct chat_str peer, account;	/* s == NULL: no such folder */
	bool room;			/* "peer.chat" */
};

void pidgin_name(struct pidgin_name *p, const char *path);

/*
 * "Conversation with X at <date> on ACCOUNT (proto)": *peer, *account; their s
 * is NULL where the title has them not.  False: S is no such title.
 */
bool pidgin_title(const char *s, size_t n, struct chat_str *peer,
	struct chat_str *account);

/*
 * "(00:01:01)", "(01/11/2010 12:01:01 AM)" at C into *s, with the date and the
 * zone of BEGIN, or of the last moment *s, which a clock that fell back makes
 * a day later.  False: there is none.
 */
bool pidgin_time(struct scan *c, const struct pidgin_name *name,
	struct chat_stamp *s);

/*
 * "---- text @ 10/12/10 16:25:31 ----", of the log of an account: the text S
 * of LINE as a message; *last moves on.  What is none is unparsed.
 */
int pidgin_presence(struct draft *d, const struct pidgin_name *name,
	struct chat_stamp *last, const struct chat_line *line, const char *s,
	size_t n, struct err *e);

#endif
