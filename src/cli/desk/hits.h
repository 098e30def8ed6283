/*
 * cli/desk/hits.h - the messages that a search finds.
 *
 * Needs: cli/desk/talkask, desk.
 */
#ifndef LIUDI_CLI_DESK_HITS_H
#define LIUDI_CLI_DESK_HITS_H

#include "cli/desk/talkask.h"

struct hits {
	int64_t *v;		/* numbers, the newest first; owned */
	size_t n;
	bool more;		/* than the limit */
};

/*
 * In the box: what TYPED finds in the filter of K and, with --person, at the
 * stations of that person, at most LIMIT.  *h is to be released also on failure.
 * -1: ERR_USAGE (nothing to look for).
 */
int hits_find(struct talkask *k, const char *typed, size_t limit,
	struct hits *h, struct err *e);
void hits_release(struct hits *h);

#endif
