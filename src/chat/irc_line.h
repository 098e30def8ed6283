/*
 * chat/irc_line.h - what the logs of IRC clients have in common.
 * Needs: chat/draft.
 */
#ifndef LIUDI_CHAT_IRC_LINE_H
#define LIUDI_CHAT_IRC_LINE_H

#include "chat/draft.h"
#include "chat/scan.h"

/*
 * "<@nick> text": what stands before the nick in the list of a channel is none
 * of it.  *text is what follows.  False: it is no such line.
 */
bool irc_said(const char *s, size_t n, struct chat_str *nick,
	struct chat_str *text);

/* NICK without "@", "+" and the like before it. */
void irc_nick(struct chat_str *nick);

/*
 * A message of one line, open or not: text of NICK, an action of NICK, an event
 * (CHAT_SYSTEM), whose first word is shown as a name where it is one of a
 * person that came, went or was renamed.
 */
int irc_emit(struct draft *d, const struct chat_line *line,
	const struct chat_stamp *when, enum chat_kind kind,
	const struct chat_str *nick, const char *text, size_t n,
	struct err *e);

/* "nick waves": an action's nick and the rest; false: no second word. */
bool irc_action(const char *s, size_t n, struct chat_str *nick,
	struct chat_str *text);

/*
 * How sure it is that a file is a log whose lines WHAT tells apart: SURE where
 * the log speaks of itself, less where only its lines look like one.
 */
enum irc_what { IRC_OTHER, IRC_LOG, IRC_LINE };
int irc_score(const struct chat_sniff *s, int sure,
	enum irc_what (*what)(const char *s, size_t n));

/* Colours and other codes of mIRC out of the N bytes; returns how many stay. */
size_t irc_strip(char *s, size_t n);

#endif
