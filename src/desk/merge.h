/*
 * desk/merge.h - an export laid on what was kept of the same conversation.
 *
 * Exports are written whole again and again: what matters is which messages
 * of before are still there, which are others now, and which are gone.  Both
 * sides are rows in the order of time; nothing is read or written here.
 *
 * What is one message, what an export should hold, and what became of the
 * rest: docs/REPORTS.md "What became of a message", in the order in which it
 * is done here.
 * Needs: base.
 */
#ifndef LIUDI_DESK_MERGE_H
#define LIUDI_DESK_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define MERGE_NONE SIZE_MAX
#define MERGE_DAY ((int64_t)86400000)
/* How long after a message a notice can be about it. */
#define MERGE_NOTICE_MS ((int64_t)300000)

struct merge_row {
	int64_t at;		/* ms since 1970, below 2^60; of a row without a
				 * time that of the one before it */
	int64_t grain;		/* how exact, in ms: 1, 1000, 60000, MERGE_DAY
				 * (also of a row without a time) */
	uint64_t id;		/* of the platform's number; 0: it has none */
	uint64_t key;		/* of kind and text as they are compared; not of
				 * the sender, whose name may change */
	uint64_t sender;	/* 0: not said, or the program itself */
	size_t was;		/* of OLD: the row of OLD that it is the newer
				 * text of, or MERGE_NONE */
	bool gone;		/* of OLD: lost, or written over */
	bool notice;		/* says that something was taken back */
	bool mark;		/* it is not as it was sent: edited, or, of a
				 * notice, left in the place of a recalled one */
};

enum merge_fate {
	MERGE_KEPT,		/* the same is in the export: `to` */
	MERGE_CHANGED,		/* it is there with another text: `to`; if only
				 * the older is a mark, `to` was there before */
	MERGE_RECALLED,		/* taken back: `to` is its mark or the notice */
	MERGE_VANISHED,		/* it should be there and is not */
	MERGE_OUT		/* the export need not hold it */
};

struct merge_span {		/* ms by NEW's clock: what it should hold */
	int64_t first, until;
};

struct merge {
	/* one each of OLD: */
	enum merge_fate *fate;
	size_t *to;		/* row of NEW, or MERGE_NONE */
	/*
	 * one each of NEW: the row of OLD that it is, else that of which it is
	 * the other text or the mark, or MERGE_NONE: it is a message never seen
	 */
	size_t *from;
	int64_t shift;		/* ms by which NEW's clock was off; to be taken
				 * from its times */
};

/*
 * OLD and NEW: each sorted by `at`, equal ones in the order of their file.
 * EXPECTED (one each of OLD; NULL: all): was it in exports of this kind before,
 * is it neither lost nor superseded?  Only such are changed, recalled or
 * vanished.  0 and *m (to be released), or -1: ERR_NOMEM, and *m is zeroed.
 * Time: (nold + nnew) log.
 */
int merge_make(struct merge *m, const struct merge_row *old, size_t nold,
	const bool *expected, const struct merge_row *new, size_t nnew,
	const struct merge_span *span, struct err *e);
void merge_release(struct merge *m);	/* zeroed: nothing */

#endif
