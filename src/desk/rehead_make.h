/*
 * desk/rehead_make.h - new headers for the files of every branch.
 *
 * Spec: docs/FORMAT.md section 17 `rewrap/`.  In a box with mirrors, make and
 * an opener that reads the files: each commit is checked, each file held against
 * its signed SHA-256, and the opener makes the header.  What has that header
 * already, in itself or in desk.git, is passed over, so a rehead that was cut
 * off goes on where it stood.  Branches that are only kept are not looked at.
 * Behind the branches come desk.git's event files of accounts, each and the
 * secrets that are sealed in it, as the folder `accounts`, and its notes as the
 * folder `notes`.
 * Needs: base, control, repo, desk/box.
 */
#ifndef LIUDI_DESK_REHEAD_MAKE_H
#define LIUDI_DESK_REHEAD_MAKE_H

#include <stdbool.h>

#include "desk/box.h"

struct rehead_job {
	uint32_t to;		/* bit i: control's recipient[i]; 0 = all */
	const char *dir;	/* where the tars go; the box's `rw` */
	/* Called for what could not be done; TEXT is of any kind. */
	int (*problem)(void *arg, const char *ref, const char *text,
		struct err *e);
	void *arg;
	int64_t branches, files, made, tars, problems;
};

/*
 * Write DIR/<ref with / as _>/<n>.tar, each at most REHEADS_TAR_MAX, n going on
 * behind those of desk.git.
 */
int rehead_make(struct box *b, struct rehead_job *job, struct err *e);

/* "refs/heads/ws/a/main/2026.0" as the name of a folder; 0 or -1. */
int rehead_folder(const char *ref, char out[static CANON_REF_LEN]);

#endif
