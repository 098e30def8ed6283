/*
 * desk/sync.h - the manager's arrow: fetch -> verify -> open -> index.
 *
 * Fetching needs the network and parses nothing; indexing parses everything
 * and runs in a box.
 * Needs: base, repo, control, desk/box.
 */
#ifndef LIUDI_DESK_SYNC_H
#define LIUDI_DESK_SYNC_H

#include "base/buf.h"
#include "desk/box.h"
#include "desk/deskhome.h"
#include "desk/seen.h"

/* Remove what a sync that was killed left.  Under the lock of sync. */
int sync_sweep(const struct deskhome *h, struct err *e);

/*
 * Bring the three mirrors up to date.  REWRITTEN: a line per branch that the
 * central no longer has as we do (repo/mirror.h); our copy stays, and goes aside where ACCEPT
 * (may be NULL) says so of a branch of records.  Control is never replaced.
 * -1: ERR_NET: what is here stays good.
 */
int sync_fetch(const struct deskhome *h, const struct mirror_accept *accept,
	struct buf *rewritten, struct err *e);

/*
 * After it: is what came the control that follows on ours?  If not, ours stays
 * (control_take), and the branch is a line of REWRITTEN.  *WHY says what came,
 * code 0 where it is good.
 */
int sync_control(const struct deskhome *h, struct buf *rewritten,
	struct err *why, struct err *e);

/*
 * Does the mirror hold what sync_seen() has not noted yet, so that no catalogue
 * has it; with ALL: anything of a station?  1, 0, -1.
 */
int sync_news(const struct deskhome *h, bool all, struct err *e);

/*
 * Note what the mirror holds now, before anything is made of it; *SEEN is all
 * that was noted.
 */
int sync_seen(const struct deskhome *h, struct seen **seen, struct err *e);

/*
 * In the box (mirrors, make, opener): follow every branch into the catalogue.
 * REWRITTEN (may be NULL) becomes events; SEEN (may be NULL) says when.  *PARTS: how many were new;
 * *SINCE: the number of the newest event before.
 */
int sync_index(struct box *b, const struct buf *rewritten,
	const struct seen *seen, size_t *parts, int64_t *since,
	struct err *e);

/* -1 with a hint if none of the opener's identities is a reader today. */
int sync_may_read(const struct control *control, const struct opener *op,
	struct err *e);

#endif
