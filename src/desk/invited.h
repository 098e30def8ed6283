/*
 * desk/invited.h - what managers sealed into control: who was invited, and who
 * is behind a station.
 *
 * Spec: docs/FORMAT.md sections 9 and 13.  The desk process, which signs, goes
 * by this and not by a box that read foreign bytes: it is opened in a box of
 * its own that gets nothing but files of control, before any other box could
 * have spoken to the opener.
 * Needs: base, json, control, desk/box, desk/invites, desk/roster.
 */
#ifndef LIUDI_DESK_INVITED_H
#define LIUDI_DESK_INVITED_H

#include "base/buf.h"
#include "desk/box.h"
#include "desk/invites.h"
#include "desk/roster.h"

#define INVITED_TEXT_MAX (4u * 1024 * 1024)

/* One of control's sealed files. */
struct invited_file {
	bool current;		/* for all of today's readers, and no others */
	struct err why;		/* not ERR_NONE: it cannot be opened here */
};

struct invited_one {
	char invite[INVITE_ID_LEN];
	struct invited_file file;
	struct invites_secret s;	/* of this invitation, if it opened */
};

struct invited {
	struct invited_one *v;	/* owned, sorted by invite */
	size_t n;
	struct invited_file file;	/* roster.age; missing: current */
	struct roster roster;
};

/*
 * In the box (opener, bare): append what invited_read() takes of all
 * invitations of C and its roster.  What cannot be opened is said there; -1:
 * this machine.
 */
int invited_look(const struct box *b, const struct control *c,
	struct buf *out, struct err *e);

/* *i is set only on success.  -1: ERR_FORMAT. */
int invited_read(struct invited *i, const char *text, size_t n,
	struct err *e);
/* Wipes the secrets. */
void invited_release(struct invited *i);

/* That of INVITE, or NULL. */
const struct invited_one *invited_find(const struct invited *i,
	const char *invite);

#endif
