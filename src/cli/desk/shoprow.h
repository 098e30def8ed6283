/*
 * cli/desk/shoprow.h - how a shop stands, in a row: for the list of shops at a
 * terminal, and on the page.
 *
 * In the box, of a shopdesk whose b is set.  What comes out of pages is foreign.
 * Needs: cli/cli.h, cli/desk/{shopdesk,shopwords}, desk/shopday.
 */
#ifndef LIUDI_CLI_DESK_SHOPROW_H
#define LIUDI_CLI_DESK_SHOPROW_H

#include "cli/desk/shopdesk.h"

struct shoprow {
	const char *shop, *station;	/* station: the newest */
	size_t stations;
	int64_t today;
	int64_t day;		/* the last on which it was looked at */
	int64_t good_day, good_ts;
	int64_t pages, bad, missed, first;
	enum shop_state worst;
	int64_t change[SHOP_CHANGES];
	int64_t changes;	/* but SHOP_REBASED */
	int64_t ignored;
	struct shopday_open open;
	bool old;		/* seen longer ago than its station may be silent */
};

/* Of DAY, or SHOPDAY_NONE: the last.  Texts are S's and SHOP's.  0 or -1. */
int shoprow_fill(struct shoprow *r, struct shopdesk *k,
	const struct shopday *s, const char *shop, int64_t day,
	struct err *e);

/* In words: "yesterday 10:00"; "blocked, 1 of 3". */
const char *shoprow_seen(const struct shoprow *r,
	char out[static CLI_COUNT_LEN]);
const char *shoprow_state(const struct shoprow *r,
	char out[static CLI_COUNT_LEN]);
/* Append "price 1, picture replaced 1", the gravest first; or "nothing", …. */
int shoprow_changes(const struct shoprow *r, struct buf *out, struct err *e);

/* What a page is held against: "other than on 2026-11-22". */
#define SHOPROW_HELD_LEN CLI_FILLED_LEN
const char *shoprow_held(const struct shopday_page *p,
	char out[static SHOPROW_HELD_LEN]);

#endif
