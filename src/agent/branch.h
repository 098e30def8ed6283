/*
 * agent/branch.h - which branches this station writes, and what of them the
 * central has.
 *
 * state/branch-<stream> holds one ref per line, the one being written last;
 * earlier ones only while they have commits to send.  The newest commit of each
 * that the central is known to have stands in
 * state/received/<stream>-<epoch>.<n>; " fork" behind it says that the central
 * has it in an earlier incarnation, and this ref not yet.
 * Needs: base, control, repo.
 */
#ifndef LIUDI_AGENT_BRANCH_H
#define LIUDI_AGENT_BRANCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/run.h"
#include "agent/station.h"
#include "record/record.h"
#include "repo/spool.h"

#define BRANCH_MAX 64
#define BRANCH_LIST_PREFIX "branch-"

struct branch {
	char stream[33];
	size_t n;
	struct canon_ref ref[BRANCH_MAX];	/* ref[n - 1] is written */
	/* of the one being written */
	char head[CANON_ID_LEN];		/* "" = no commit yet */
	struct canon_run at;			/* its message, if head */
	int64_t head_utc;
};

/* Load the list and the newest commit's facts. */
int branch_load(struct branch *b, const struct station *s, struct spool *sp,
	const char *stream, struct err *e);
/* Write the list, durably.  0 or -1. */
int branch_save(const struct branch *b, const struct station *s,
	struct err *e);
/* Look at the head again, after a commit. */
int branch_refresh(struct branch *b, struct spool *sp, struct err *e);

/*
 * Begin to write REF, without commits: appended to the list, durable.  What the
 * spool has under that name, from before the central lost it, is dropped.
 */
int branch_begin(struct branch *b, const struct station *s,
	const struct canon_ref *ref, struct spool *sp, struct err *e);

/* The point where the branch stands, for manifests. */
void branch_point(const struct branch *b, struct record_point *p);

/*
 * Commits that the central does not have yet, of the branch being written; 0
 * where spool and list do not fit each other (sending will find out).
 */
int branch_unsent(const struct branch *b, const struct station *s,
	struct spool *sp, int64_t *n, struct err *e);

/*
 * Ask the central for the next free incarnation of this stream in EPOCH.
 * -1: ERR_NET.
 */
int branch_ask(const struct station *s, const char *stream, int epoch,
	int *incarnation, struct err *e);

/*
 * Send all that is unsent of all branches of the list.  Outcomes are put in R
 * (spooled, integrity, sent, receipt); 0 even if the central is away.
 */
int branch_send(struct branch *b, struct station *s, struct spool *sp,
	const struct run_options *o, struct run_result *r, struct err *e);

#endif
