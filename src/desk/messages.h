/*
 * desk/messages.h - all messages of all chats, which only become more.
 *
 * Part of the catalogue: rows to filter and sort by, FTS5 over their texts
 * (desk/words.h, no content of its own), and the messages themselves, lines of
 * docs/REPORTS.md "Messages", 64 at a time under zstd.
 *
 * A message's number is its place in time: seconds since 1970 << 4, and a
 * count; so newest first is a walk down, whatever was imported last.  Where a
 * second has more than fit, they go on behind it; one without any time has that
 * of the message before it in its file, else of the first that has one.  Where
 * none has, it is that of such messages of before, else of the file.
 *
 * A message that changed has one row for each text: the older points to the
 * newer.  Nothing is ever deleted.
 *
 * Tables: desk/sql.c.
 * Needs: base, json, crypto, chat, desk/{catalogue,enter,intake,words,zone};
 * zstd.
 */
#ifndef LIUDI_DESK_MESSAGES_H
#define LIUDI_DESK_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "desk/catalogue.h"

/* A message's number >> this is a second since 1970. */
#define MESSAGES_SHIFT 4	/* small: it is in each entry of the index */

struct messages;

/*
 * Over an open catalogue, which it must not outlive; makes its tables if the
 * catalogue may be made.  Without MAKE all is read as it was at one moment, and
 * C cannot be written, until messages_close().  One thread.  NULL: ERR_NOENT
 * (nothing was gathered yet: hint to sync), ERR_NOMEM, ERR_FAIL.
 */
struct messages *messages_open(struct catalogue *c, bool make,
	struct err *e);
void messages_close(struct messages *m);

/* A file version and what is known about it. */
struct messages_file {
	int64_t version;	/* its row in the catalogue */
	const char *station, *source;
	const char *path;	/* as shown */
	const char *account;	/* as configured; NULL: what the file says */
	const char *zone;	/* IANA, of clocks without one; "" = UTC */
	bool zone_sure;		/* it is configured, not the workstation's */
	const char *const *self_id;	/* ids and names of the own account */
	size_t nself;
	int64_t mtime;		/* of the file, seconds; a later one than
				 * `taken` counts as that */
	int64_t taken;		/* when the run took it, seconds; to 2200 */
	const char *format, *platform;	/* NULL: nobody can read it */
	int parser;
	int64_t messages, system, unparsed;
	unsigned warn;		/* chat_warn bits; CHAT_WARN_TAIL: what
				 * is behind its end is not missing */
	const char *error;	/* why it could not be read; NULL */
};

struct messages_report {
	int64_t fresh;		/* not seen before */
	int64_t same, changed, recalled, vanished;
};

/*
 * One transaction for all that is done to the catalogue until messages_end(),
 * as each costs a segment of the index.  Until then nobody else sees it,
 * history_*() of M included, and after a crash it was never done.  What a
 * search finds the messages by is held in memory so long.
 * 0, or -1: ERR_LOCKED, ERR_IO.
 */
int messages_begin(struct messages *m, struct err *e);
/*
 * The end of it, if there is one.  0, or -1 (ERR_IO, ERR_SPACE, ERR_NOMEM): then
 * nothing of it is done.
 */
int messages_end(struct messages *m, struct err *e);

/*
 * Add what FD, a file of lines of docs/REPORTS.md "Messages" in the order of
 * the export (-1: none), holds: all of it or nothing, in a transaction of its
 * own where none was begun.  The same version again does nothing.  -1:
 * ERR_FORMAT (a line is none), ERR_IO, ERR_NOMEM; what a transaction that was
 * begun had before, it still has, or messages_end() will say that it has not.
 */
int messages_add(struct messages *m, const struct messages_file *f, int fd,
	struct messages_report *r, struct err *e);

#endif
