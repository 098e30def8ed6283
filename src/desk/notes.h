/*
 * desk/notes.h - what managers decide, signed and only ever added: notes.
 *
 * Spec: docs/FORMAT.md sections 17 (notes/) and 20 (notes.unsent).  A note is
 * signed by its author's key in a commit of desk.git, in the folder of that key,
 * sealed to all readers, and on this disk before anything is said to be done.
 * What it says is JSON of whoever reads it.
 * Caps: NOTES_LINE_MAX bytes of a note, NUMBERED_FILE_MAX sealed.
 * Needs: base, crypto, json, seal, sign, repo, control, desk/{access,box,
 * finding,newfiles,numbered}.
 */
#ifndef LIUDI_DESK_NOTES_H
#define LIUDI_DESK_NOTES_H

#include "base/buf.h"
#include "desk/access.h"
#include "desk/box.h"

#define NOTES_LINE_MAX 40000u
#define NOTES_UNSENT_MAX ((size_t)16 << 20)

/* --- In the desk process. */

/*
 * Keep and send the note {"v":1,"n","prev","utc","by","type":TYPE,REST}, REST
 * being the N bytes of further members, as JSON without braces.  0: desk.git has
 * it; 1: it is kept, and sent by the next sync (*e says why); -1: nothing is kept
 * (ERR_USAGE: it is too large; ERR_LOCKED, ERR_IO).
 */
int notes_write(const struct access_log *l, int64_t utc, const char *type,
	const char *rest, size_t n, struct err *e);

/* Send what waits.  *WAITS: notes that still do.  0, or -1 (ERR_NET). */
int notes_send(const struct access_log *l, size_t *waits, struct err *e);

/* Append what waits, for notes_each(): the box cannot read it. */
int notes_unsent(const struct deskhome *h, struct buf *out, struct err *e);

/* --- In the box. */

struct notes_report {
	int64_t notes;		/* new here */
	int64_t wrong;		/* that do not count, or do not follow */
	int64_t later;		/* that cannot be opened yet */
};
/*
 * A step of sync, and of whoever wants the newest (mirrors, opener): notes that
 * came to desk.git.  What is wrong becomes a finding.  0 or -1.
 */
int notes_index(struct box *b, struct notes_report *r, struct err *e);

/* What every note begins with. */
struct notes_head {
	size_t len;		/* of the note, without its LF */
	int64_t n, utc;
	const char *by, *prev;	/* borrowed from J; NULL: not there */
};
/*
 * The note in N bytes of TEXT: JSON up to the first LF, behind which is padding.
 * Pure; J is the caller's.  -1: ERR_FORMAT (none), ERR_NOMEM.
 */
struct json;
int notes_head(struct json *j, const void *text, size_t n,
	struct notes_head *h, struct err *e);

struct notes_note {
	const char *by;
	int64_t utc;
	const char *line;	/* JSON, all of it */
	size_t n;
};
/*
 * FN for each note of the catalogue that counts, by their clocks, and behind them
 * for those of UNSENT (notes_unsent(); may be NULL), by NAME.  0, or what FN gave.
 */
int notes_each(struct catalogue *c, const struct buf *unsent, const char *name,
	int (*fn)(void *arg, const struct notes_note *v, struct err *e),
	void *arg, struct err *e);

#endif
