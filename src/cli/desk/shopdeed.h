/*
 * cli/desk/shopdeed.h - what a manager decides on a shop, for commands and for
 * forms of the page alike: reviewed, accept, ignore.
 *
 *     shopdesk_open(&k, c, true, e);	or shopdesk_join()
 *     shopdesk_note(&k, shop, …);
 *     shopdeed_reviewed(&k, shop, since, day, note, &done, e);
 *
 * What is signed is what was asked for.  A box looks up what only the records
 * have: which they are; it is believed as far as it makes sense.
 * Needs: cli/desk/shopdesk.
 */
#ifndef LIUDI_CLI_DESK_SHOPDEED_H
#define LIUDI_CLI_DESK_SHOPDEED_H

#include "cli/desk/shopdesk.h"

#define SHOPDEED_TEXT_MAX 1000	/* bytes of a remark, of what is ignored */
#define SHOPDEED_PAGES_MAX 128	/* in a note */

struct shopdeed_done {
	int64_t day;		/* the day that is meant */
	int64_t open;		/* days that were open until now */
	bool kept;		/* it waits here for the next sync: */
	struct err why;		/* so this is said */
};

/*
 * Sign that all of SHOP was looked at on DAY (SHOPDAY_NONE: the last on which it
 * was captured), and on each day from SINCE on (SHOPDAY_NONE: on that day alone),
 * with NOTE (may be NULL).  1: that was signed before, and there is no NOTE: nothing
 * is signed.  0, or -1: ERR_USAGE, ERR_NOENT.
 */
int shopdeed_reviewed(struct shopdesk *k, const char *shop, int64_t since,
	int64_t day, const char *note, struct shopdeed_done *done,
	struct err *e);

/* Later days are held against DAY; or, ROLLING, each against the one before it. */
int shopdeed_accept(struct shopdesk *k, const char *shop, int64_t day,
	bool rolling, struct shopdeed_done *done, struct err *e);

/* CHANGE is not told any more; of WHAT and on PAGE alone where they are given. */
struct shopdeed_rule {
	const char *change;	/* shop_change_name() */
	const char *what, *page;	/* or NULL */
	int64_t until;		/* a day; SHOPDAY_NONE: for ever */
};
/* Does it make sense, and fit into a note?  0, or -1: ERR_USAGE (hint). */
int shopdeed_rule_check(const struct shopdeed_rule *r, struct err *e);
int shopdeed_ignore(struct shopdesk *k, const char *shop,
	const struct shopdeed_rule *r, struct shopdeed_done *done,
	struct err *e);

/* What the box says, in memory that it shares. */
struct shopdeed_told {
	int64_t day;
	int64_t n;
	int64_t open;
	bool done;
	uint8_t record[SHOPDAY_SEEN_MAX][SHOP_HASH_LEN];
	struct { char page[SHOPS_NAME_MAX + 1]; uint8_t view; }
		of[SHOPDEED_PAGES_MAX];
};
/*
 * *T is a copy of FROM, which nobody changes any more.  MOST: of its `n`; DAY: of its
 * `day`, where one was asked for, or SHOPDAY_NONE.  -1: it makes no sense.
 */
int shopdeed_believe(const struct shopdeed_told *from,
	struct shopdeed_told *t, int64_t most, int64_t day, struct err *e);

#endif
