/*
 * desk/importer.h - a process that starts a parser for each export.
 *
 * The box may start nothing, and a parser shall have neither its files nor the
 * opener.  So this one is forked before the box, and before any passphrase is
 * asked for: it holds no key and reads no foreign byte.  For each request it
 * forks a parser (desk/parser.h).
 * Exports go in and messages come out by two files without a name, which it,
 * the box and each parser hold open: no descriptor has to be sent, so the box
 * needs no further right.
 * One asks at a time.
 * Needs: base, chat.
 */
#ifndef LIUDI_DESK_IMPORTER_H
#define LIUDI_DESK_IMPORTER_H

#include <stdint.h>

#include "base/err.h"
#include "chat/format.h"

#define IMPORTER_IN_MAX ((int64_t)4 << 30)	/* bytes of one export */
#define IMPORTER_PATH_MAX 8192u			/* bytes of a path, the end is kept */
#define IMPORTER_SELF_MAX 64u			/* ids and names of an account */
#define IMPORTER_TEXT_MAX 65536u		/* bytes of all that hints say */

struct importer;

/*
 * Before the box.  The two files lie in the folder DIR until their last byte.
 * NULL: ERR_FAIL, ERR_IO, ERR_SPACE, ERR_NOMEM.
 */
struct importer *importer_new(const char *dir, struct err *e);
void importer_free(struct importer *i);	/* ends it; NULL is nothing */

/* What the box shall keep open. */
#define IMPORTER_FDS 3
void importer_fds(const struct importer *i, int fds[static IMPORTER_FDS]);

/*
 * Where the next export is to be written, by pwrite from 0; it is empty, and
 * stays the importer's.  -1: ERR_IO.
 */
int importer_in(struct importer *i, struct err *e);

struct importer_ask {
	int64_t size;		/* of what was written there */
	const char *path;	/* as stored, UTF-8; its name may help */
	const struct chat_hints *hints;
};

struct importer_report {
	const struct chat_format *format;	/* NULL: none is known */
	int64_t messages, system, unparsed;
	unsigned warn;		/* bits of chat_warn */
};

/*
 * Read it.  0: it was read, and importer_out() has its messages; 1: no format
 * is known that looks like it; -1: *e says why: ERR_FORMAT (damaged, over a
 * limit, no message in it), ERR_NOMEM (over that of memory), ERR_SPACE (no
 * room for the messages); ERR_FAIL: this importer is of no more use.  *r is as
 * far as it came.
 */
int importer_read(struct importer *i, const struct importer_ask *ask,
	struct importer_report *r, struct err *e);

/* What reading a list of goods gave; chat/goods.h has the words. */
struct importer_goods {
	int64_t items;		/* that are in the page */
	int64_t over, bare, repeated, damaged;
};

/*
 * Read it as a list of goods: importer_out() has a page (docs/FORMAT.md 22) that
 * is called "" and has these goods, "columns" being its fingerprint's flags.
 * Hints are not asked for.  0, or -1 as above.
 */
int importer_goods(struct importer *i, const struct importer_ask *ask,
	struct importer_goods *r, struct err *e);

/*
 * Lines of docs/REPORTS.md "Messages" from byte 0 on, its offset there; it
 * stays the importer's, and is another's with the next importer_read().  It was
 * written by whoever read foreign bytes.  -1: ERR_IO.
 */
int importer_out(struct importer *i, struct err *e);

#endif
