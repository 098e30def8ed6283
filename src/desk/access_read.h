/*
 * desk/access_read.h - the log of readers, read and checked.
 *
 * Spec: docs/FORMAT.md section 17.  All of desk.git's history is walked: each
 * commit signed by who is or was a root, each only adding, each event with the
 * number and hash that follow on the one before.
 * Caps: an event ACCESS_FILE_MAX sealed, 4,096 keys.
 * Needs: base, json, sign, repo, control, desk/box, desk/opener.
 */
#ifndef LIUDI_DESK_ACCESS_READ_H
#define LIUDI_DESK_ACCESS_READ_H

#include "control/request.h"
#include "desk/box.h"

/* Texts are borrowed and valid during the call; NULL where null. */
struct access_event {
	char key[REQUEST_KEY_LEN];
	int64_t n;
	int64_t utc;			/* the reader's clock */
	int64_t sent_utc;		/* the commit's date */
	const char *reader;
	const char *action;
	const char *station, *view;
	const char *first, *last;	/* days */
	const char *reason;
};

struct access_read {
	void *arg;
	int (*event)(void *arg, const struct access_event *v, struct err *e);
	/* WHERE: a file or commit of desk.git. */
	int (*problem)(void *arg, const char *where, const char *text,
		struct err *e);
	/* NULL, or: an event that is not for the identities here; of it KEY, N,
	 * SENT_UTC and READER, who signed it, alone */
	int (*shut)(void *arg, const struct access_event *v, struct err *e);
	/* out */
	int64_t events, problems;
	int64_t sealed;			/* from before this owner could read */
};

/*
 * In the box, with mirrors and an opener: an owner's, or all events are shut.  What does not fit is told
 * and counted, and the walk goes on.  -1: what reading or a callback gave.
 */
int access_read(struct box *b, struct access_read *r, struct err *e);

#endif
