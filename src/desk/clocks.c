/* desk/clocks.c - by how much the clock of an export was off. */
#include "desk/clocks.h"

#include "base/banned.h"

#define DAY (CLOCKS_QUARTERS * CLOCKS_QUARTER)

void
clocks_vote(struct clocks *c, int64_t old, int64_t new, int64_t grain)
{
	int64_t d = new - old;
	int64_t q = (d + (d < 0 ? -CLOCKS_QUARTER / 2 : CLOCKS_QUARTER / 2)) /
	    CLOCKS_QUARTER;
	int64_t off = d - q * CLOCKS_QUARTER;
	size_t k;

	if (d <= -DAY || d >= DAY)
		return;
	c->all++;
	if (off <= -grain || off >= grain)
		return;
	k = (size_t)(q + CLOCKS_QUARTERS);
	if (c->votes[k]++ == 0 || c->last[k] != clocks_moment(old, grain))
		c->moments[k]++;
	c->last[k] = clocks_moment(old, grain);
}

int64_t
clocks_shift(const struct clocks *c)
{
	size_t best = CLOCKS_QUARTERS, k;

	for (k = 0; k < CLOCKS_PLACES; k++)
		if (c->votes[k] > c->votes[best])
			best = k;
	/* Of one moment alone nobody believes it. */
	if (c->moments[best] < 2 || c->votes[best] * 2 <= c->all)
		return 0;
	return ((int64_t)best - CLOCKS_QUARTERS) * CLOCKS_QUARTER;
}
