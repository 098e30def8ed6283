/*
 * desk/approve.h - let in who asks with an invitation.
 *
 * Spec: docs/FORMAT.md sections 13 and 14.  Requests are foreign bytes: they
 * are read and judged in the box, where what is wrong becomes an event.  What
 * the box says is then held against control once more by the process that has
 * the signing key: it can let in nobody but for an invitation that is open, and
 * no key but one that the central took a request of.
 * Needs: base, json, repo, control, desk/box, desk/invites, desk/roster.
 */
#ifndef LIUDI_DESK_APPROVE_H
#define LIUDI_DESK_APPROVE_H

#include "base/buf.h"
#include "control/edit.h"
#include "desk/box.h"
#include "desk/invites.h"
#include "desk/roster.h"

#define APPROVE_TEXT_MAX (2u * 1024 * 1024)
#define APPROVE_REFS_MAX 1000	/* requests that are looked at */

/* Who is to be let in. */
struct approve_one {
	char invite[INVITE_ID_LEN];
	char station[33];
	char person[ROSTER_TEXT_LEN];	/* "" = not said */
	bool again;			/* in place of the keys it had */
	int64_t since;			/* its key is good from then on */
	struct sshkey_pub sign;
	bool has_ssh;
	struct sshkey_pub ssh;
};

/* An invitation that not all of today's readers can open. */
struct approve_seal {
	char invite[INVITE_ID_LEN];
	char *text;		/* owned; the line of its sealed half */
};

struct approve {
	struct approve_one *v;	/* owned */
	size_t n;
	struct approve_seal *seal;	/* owned */
	size_t nseal;
	struct buf roster;	/* the new text of roster.age; empty: as it is */
};

/*
 * In the box (mirrors, make, opener): judge the requests that were not handled
 * before, and look whether the sealed files of control are for today's readers.
 * OUT gets what approve_read() takes, nothing if there is nothing to do.
 */
int approve_look(struct box *b, int64_t now, struct buf *out, struct err *e);

/* Anything to be done by a signature? */
bool approve_is_empty(const struct approve *a);

/* *a is set only on success.  -1: ERR_FORMAT. */
int approve_read(struct approve *a, const char *text, size_t n,
	struct err *e);
void approve_release(struct approve *a);

/*
 * One commit: A is let in, what A names is sealed anew, and invitations that
 * have expired go.  JOB says where and by whom; CONTROL is what its clone holds,
 * RECORDS the mirror with the requests.
 * 1, 0 if there is nothing to do, -1: ERR_INTEGRITY (control has no such open
 * invitation, or no such key asked), ERR_NET.
 */
int approve_commit(const struct approve *a, const struct control *control,
	const char *records, const struct edit_job *job, struct err *e);

#endif
