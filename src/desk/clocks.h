/*
 * desk/clocks.h - by how much the clock of an export was off.
 *
 * Who moved to another zone, or told his telephone another, writes the same
 * messages by whole quarters of an hour earlier or later.  Pairs that are
 * taken for one message vote; nothing is read or written.  Needs: base.
 *
 *	struct clocks c = {0};
 *	clocks_vote() for each pair, then clocks_shift()
 */
#ifndef LIUDI_DESK_CLOCKS_H
#define LIUDI_DESK_CLOCKS_H

#include <stddef.h>
#include <stdint.h>

#define CLOCKS_QUARTER ((int64_t)900000)	/* ms */
#define CLOCKS_QUARTERS 96			/* of a day */
#define CLOCKS_PLACES (2 * CLOCKS_QUARTERS + 1)

struct clocks {		/* zeroed at first; one place for each amount */
	size_t votes[CLOCKS_PLACES], moments[CLOCKS_PLACES];
	int64_t last[CLOCKS_PLACES];
	size_t all;
};

/* Which moment of GRAIN ms the time AT lies in. */
static inline int64_t
clocks_moment(int64_t at, int64_t grain)
{
	return at / grain - (at % grain < 0);
}

/*
 * One message was at OLD and is now at NEW, ms, both known to GRAIN ms, which is
 * less than a day.  OLD ascends from call to call.
 */
void clocks_vote(struct clocks *c, int64_t old, int64_t new, int64_t grain);

/*
 * The ms by which NEW is ahead in more than half of the votes, in two moments
 * and more; 0: none is.
 */
int64_t clocks_shift(const struct clocks *c);

#endif
