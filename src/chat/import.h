/*
 * chat/import.h - find out what an export is, read it, and say how that went.
 *
 * Hostile bytes: run it in a box.  Archives: caps in chat/archive.h.  Where no
 * format wants the archive itself, each member that some format knows is read
 * as a file of its own; an archive in an archive is not opened.
 * Needs: base, chat/format, chat/archive.
 */
#ifndef LIUDI_CHAT_IMPORT_H
#define LIUDI_CHAT_IMPORT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "chat/archive.h"
#include "chat/format.h"

/* The first and the last message handed over. */
struct chat_edge {
	char when[STAMP_TEXT_LEN];
	char sender[CHAT_NAME_MAX / 16];	/* name, else id; cut, "" */
	char text[256];				/* its beginning */
};

struct chat_report {
	const struct chat_format *format;	/* NULL: nobody can read it */
	uint64_t messages;	/* all that were handed over */
	uint64_t system;	/* of them, what the program itself said */
	uint64_t unparsed;	/* lines or pieces */
	struct chat_edge first, last;
	unsigned warn;		/* of the file and of all messages */
};

/*
 * Read IN.  The format is that of the highest score; where others come within
 * 15 points each is tried, and the one that leaves less unparsed is taken, and
 * only its messages reach SINK (which may be NULL); r->format is set before.
 * 0: read, *r says how.  1: nobody can read it, r->format is NULL.
 * -1: ERR_FORMAT (also: a file that is not empty and has no message),
 * ERR_NOMEM, or what IN and SINK said; *r is as far as it went.
 */
int chat_import(const struct chat_input *in, const struct chat_hints *hints,
	const struct chat_sink *sink, struct chat_report *r, struct err *e);

/*
 * A line of JSON with LF: the self-check of a file ("type":"import"), and a
 * message in the order of docs/REPORTS.md, N counted from 1.  0, or -1.
 */
int chat_report_line(struct buf *out, const char *file,
	const struct chat_report *r, struct err *e);
int chat_message_line(struct buf *out, const struct chat_format *f,
	uint64_t n, const struct chat_msg *m, struct err *e);

#endif
