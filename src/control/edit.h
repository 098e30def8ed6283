/*
 * control/edit.h - change control or desk: files in one signed commit, pushed.
 *
 * Spec: docs/FORMAT.md sections 9 and 17.  The local clone's branch moves only
 * when the central has taken the commit.
 * Needs: base, sign, repo, control/control.
 */
#ifndef LIUDI_CONTROL_EDIT_H
#define LIUDI_CONTROL_EDIT_H

#include <stdbool.h>
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

/*
 * For what must be on this disk before the central has it: one commit of the
 * files on top of the clone's branch, synced, at EDIT_UNSENT and the repository's
 * name, in the place of what was there.  Nothing is sent; the branch stays.
 */
#define EDIT_UNSENT "refs/liudi/unsent/"
int edit_keep(const struct edit_job *job, struct err *e);

enum edit_kept {
	EDIT_KEPT_NONE,
	EDIT_KEPT_WAITS,
	EDIT_KEPT_SENT		/* the branch stands on it */
};
/* What of JOB (central, repo, dir) was kept: an edit_kept, or -1. */
int edit_kept(const struct edit_job *job, struct err *e);

/*
 * Push what was kept; the branch then stands on it.  JOB as above.  -1: ERR_NET;
 * *RACED: the central's branch is another by now, so fetch, and edit_keep()
 * anew.
 */
int edit_send(const struct edit_job *job, bool *raced, struct err *e);

/* Forget what was kept. */
int edit_drop(const struct edit_job *job, struct err *e);

/* edit_commit to control.git. */
int control_edit(const struct central *c, const char *dir, const char *name,
	const struct sshkey *key, int64_t utc, const char *message,
	const struct control_file *files, size_t n, struct err *e);

#endif
