/*
 * desk/access.h - who read whose records: the log that the owner can read.
 *
 * Spec: docs/FORMAT.md sections 17 (access/) and 20 (access.unsent,
 * access.recent).  An event is sealed to the owner, signed by the reader's key
 * in a commit, and on this disk before anything of the records is shown; it is
 * sent at once or at the next sync.
 *
 *     access_note(&log, &ask, now, &pass, e);	written, or it was already
 *     access_send(&log, e);			may fail: it waits then
 *     box.pass = &pass;			or box_run() opens nothing
 *
 * Needs: base, crypto, seal, sign, repo, control, desk/deskhome.
 */
#ifndef LIUDI_DESK_ACCESS_H
#define LIUDI_DESK_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "control/control.h"
#include "desk/deskhome.h"
#include "sign/sshkey.h"

#define ACCESS_AGAIN_S 600	/* the same within it is one event */
#define ACCESS_REASON_MAX 1000	/* bytes */
#define ACCESS_FILE_MAX 65536	/* of an event, sealed */
#define ACCESS_NO_DAY INT64_MIN

/*
 * Leave to open records.  Zeroed it is none; only access_note() and
 * access_unlogged() make one, and access_own is the program's own, for what it
 * opens and does not show.
 */
struct access_pass {
	bool given;
};
extern const struct access_pass access_own;

struct access_log {
	const struct deskhome *home;	/* opened */
	const struct control *control;	/* whose owners can read the event */
	const char *name;		/* who reads, as control calls him */
	const struct sshkey *key;	/* his; NULL: only what waits is sent */
};

struct access_ask {
	const char *action;		/* "restore", "open", "index" */
	const char *station;		/* NULL = all, or it cannot be said */
	const char *view;		/* what of it; NULL = all */
	int64_t first, last;		/* days; ACCESS_NO_DAY */
	const char *reason;		/* NULL = none was given */
};

/*
 * Write the event down, commit it, sync it.  1: written; 0: it is one with an
 * event of the last ACCESS_AGAIN_S seconds.  -1: ERR_USAGE (the reason is too
 * long or no text), ERR_LOCKED, ERR_IO; nothing may be shown then.
 */
int access_note(const struct access_log *l, const struct access_ask *ask,
	int64_t utc, struct access_pass *pass, struct err *e);

/*
 * Send what waits; where another desk was first, on top of that.  *WAITS
 * (may be NULL): events that are still to be sent.  -1: ERR_NET.
 */
int access_send(const struct access_log *l, size_t *waits, struct err *e);

/*
 * Hold what guards this desk's own commits to desk.git, until *FD is closed;
 * another command is waited for.  -1: ERR_LOCKED, ERR_IO.
 */
int access_lock(const struct deskhome *h, int *fd, struct err *e);

/* Is there something to be sent?  Cheap. */
bool access_waits(const struct deskhome *h);

/*
 * Leave for an owner who has no signing key: nobody can sign his event, and the
 * log is his own.
 */
void access_unlogged(struct access_pass *pass);

/* An event's line without LF, appended; PREV NULL at n 0. */
int access_line(const struct access_log *l, const struct access_ask *ask,
	int64_t utc, int64_t n, const uint8_t *prev, struct buf *out,
	struct err *e);

#endif
