/*
 * desk/erase_plan.h - may an epoch go, and what would go with it?
 *
 * In the box: the catalogue says what needs the epoch, control what forbids it,
 * desk.git who ordered it already.  What is found goes to the desk process as a
 * text, which is read there as if a stranger had written it.
 * Needs: base, repo, control, desk/box, desk/tombstone.
 */
#ifndef LIUDI_DESK_ERASE_PLAN_H
#define LIUDI_DESK_ERASE_PLAN_H

#include "base/buf.h"
#include "desk/box.h"
#include "desk/tombstone.h"
#include "repo/drop.h"

#define ERASE_TARGETS_MAX 1000

struct erase_what {
	char station[33];
	char stream[33];
	int epoch;
};

/* Why it may not go yet; TEXT is clean.  UNTIL: UTC seconds, 0 = not known. */
typedef int (*erase_tell)(void *arg, const char *text, int64_t until,
	struct err *e);

struct erase_plan_job {
	struct erase_what what;
	const struct buf *rewritten;	/* of the fetch before (desk/sync.h) */
	int64_t now_utc;
	erase_tell tell;
	void *arg;
	const char *file;		/* the plan, for erase_plan_load() */
};

/*
 * In the box (mirrors, no opener).  Returns how many reasons TELL got: 0 = it
 * may go, and the plan is in the file.  -1: ERR_NOENT (no such epoch), ERR_FAIL
 * (the catalogue is not of today; hint).
 */
int erase_plan_make(struct box *b, struct erase_plan_job *job,
	struct err *e);

/* One branch that is here. */
struct erase_target {
	char ref[CANON_REF_LEN];	/* as it is, or was, called alive */
	char head[CANON_ID_LEN];
	int64_t seq;
	uint8_t manifest[32];
	int64_t n;			/* its order, -1 = none yet */
	struct buf text;		/* of the order */
	struct tombstone_order order;
	bool central;			/* the central has it */
};

struct erase_plan {
	struct erase_target *v;		/* owned; the newest incarnation first */
	size_t n;
	char signer[TOMBSTONE_SIGS][33];	/* who signed every order */
	size_t nsigners;
	int64_t next;			/* number of the next order */
	size_t gone;			/* branches that orders erased before */
	bool decided;			/* orders that hold name all of it */
};

/* *p can be released in any case.  -1: ERR_FORMAT. */
int erase_plan_load(struct erase_plan *p, const struct erase_what *what,
	const char *file, struct err *e);
void erase_plan_release(struct erase_plan *p);

#endif
