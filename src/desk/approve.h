/*
 * desk/approve.h - let in who asks with an invitation.
 *
 * Spec: docs/FORMAT.md sections 13 and 14.  Requests are foreign bytes: they
 * are read and judged in the box, where what is wrong becomes an event.  The
 * box says no more than which keys asked well by which invitations.  The
 * process that has the signing key holds that against control, and takes who
 * that is, and whether he is let in anew, from the invitations themselves
 * (desk/invited.h).  So a box that lies can let in nobody but for an invitation
 * that is open, and no key but one that the central took a request of.
 * Needs: base, repo, control, desk/box, desk/invited.
 */
#ifndef LIUDI_DESK_APPROVE_H
#define LIUDI_DESK_APPROVE_H

#include "base/buf.h"
#include "control/edit.h"
#include "desk/box.h"
#include "desk/invited.h"

#define APPROVE_TEXT_MAX (256u * 1024)
#define APPROVE_REFS_MAX 1000	/* requests that are looked at */

/* Who is to be let in. */
struct approve_one {
	char invite[INVITE_ID_LEN];
	int64_t since;			/* its key is good from then on */
	struct sshkey_pub sign;
	bool has_ssh;
	struct sshkey_pub ssh;
};

struct approve {
	struct approve_one *v;	/* owned */
	size_t n;
};

/*
 * In the box (mirrors, make): judge the requests that were not handled before,
 * by INVITED.  OUT gets what approve_read() takes.
 */
int approve_look(struct box *b, const struct invited *invited, int64_t now,
	struct buf *out, struct err *e);

/* *a is set only on success.  -1: ERR_FORMAT. */
int approve_read(struct approve *a, const char *text, size_t n,
	struct err *e);
/* What approve_read() gave; *a is empty then, and may be released again. */
void approve_release(struct approve *a);

/*
 * One commit: A is let in, what INVITED says is not for today's readers is
 * sealed anew, and invitations that have expired go.  JOB says where and by
 * whom; INVITED was read from CONTROL, which JOB's clone holds, and its roster
 * is then the new one; RECORDS is the mirror with the requests.
 * 1, 0 if there is nothing to do, -1: ERR_INTEGRITY (control has no such open
 * invitation, or no such key asked), ERR_NET, ERR_FAIL (another desk changed
 * one of the files at the same time), INVITED's reason for a roster that it
 * could not read.
 */
int approve_commit(const struct approve *a, struct invited *invited,
	const struct control *control, const char *records,
	const struct edit_job *job, struct err *e);

#endif
