/*
 * desk/invites.h - the invitations in control, and making one.
 *
 * Spec: docs/FORMAT.md section 13.  The sealed half of an invitation is for any
 * manager's desk to check a request with.
 * Needs: base, json, repo, control, desk/sealed, desk/roster.
 */
#ifndef LIUDI_DESK_INVITES_H
#define LIUDI_DESK_INVITES_H

#include <stdbool.h>

#include "control/control.h"
#include "control/invite.h"
#include "desk/roster.h"

#define INVITES_PATH_LEN 40		/* "invites/<16 hex>.age" */
#define INVITES_DAYS_MAX 90		/* for which one may be worth something */

/* What the file invites/<invite>.age says. */
struct invites_secret {
	uint8_t secret[INVITE_SECRET_LEN];
	char station[33];
	char person[ROSTER_TEXT_LEN], team[ROSTER_TEXT_LEN];
	bool again;
	char by[33];
};

int invites_secret_text(const struct invites_secret *s, struct buf *out,
	struct err *e);
/* -1: ERR_FORMAT. */
int invites_secret_parse(struct invites_secret *s, const char *text, size_t n,
	struct err *e);

void invites_path(const char *invite, bool sealed,
	char out[static INVITES_PATH_LEN]);

/* The public file of INVITE at COMMIT in DIR: 1, 0 if there is none, -1. */
int invites_load(const char *dir, const char *commit, const char *invite,
	struct invite_file *f, struct err *e);

/* Each of them, sorted by name.  FN returns -1 to stop. */
int invites_each(const char *dir, const char *commit,
	int (*fn)(void *arg, const char *invite, const struct invite_file *f,
	struct err *e), void *arg, struct err *e);

/*
 * The two files of a new invitation: PUBLIC_FILE, and SEALED to the recipients
 * of C.  I (secret, station, expires) and S are filled in already.
 */
int invites_make(const struct control *c, const struct invite *i,
	const struct invites_secret *s, struct buf *public_file,
	struct buf *sealed, struct err *e);

#endif
