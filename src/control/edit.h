/*
 * control/edit.h - change control or desk: files in one signed commit, pushed.
 *
 * Spec: docs/FORMAT.md sections 9 and 17.  The local clone moves only when the
 * central has taken the commit.
 * Needs: base, sign, repo, control/control.
 */
#ifndef LIUDI_CONTROL_EDIT_H
#define LIUDI_CONTROL_EDIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "control/control.h"
#include "repo/central.h"
#include "sign/sshkey.h"

#define EDIT_TRIES 5	/* enough where desks are people */

struct edit_job {
	const struct central *central;
	const char *repo;	/* "control" or "desk"; its branch's name too */
	const char *dir;	/* local clone, made if missing */
	const char *name;	/* who signs */
	const struct sshkey *key;
	int64_t utc;		/* the parent's time where that is later */
	const char *message;
	const struct control_file *files;
	size_t n;
};

/*
 * Commit the files on top of the clone's branch (an orphan if there is none)
 * and push.  -1: ERR_NET: the central was not reached, or refused, or another
 * desk was first (hint: sync, then try again).
 */
int edit_commit(const struct edit_job *job, struct err *e);

/*
 * The same, and where another desk was first: fetch, check (control only), and
 * commit on the new head, TRIES times in all.  -1, besides: ERR_FAIL (the other
 * changed one of the same files), what control_load gives.  Files of approve/
 * hold for one parent only, so with them there is one try.
 */
int edit_commit_again(const struct edit_job *job, unsigned tries,
	struct err *e);

/* edit_commit to control.git. */
int control_edit(const struct central *c, const char *dir, const char *name,
	const struct sshkey *key, int64_t utc, const char *message,
	const struct control_file *files, size_t n, struct err *e);

#endif
