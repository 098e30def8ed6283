/*
 * cli/desk/shoplook.h - pages of a shop twice, and what is different: as lines, as
 * JSON, as a report.
 *
 *	shoplook_add()		what each side has of a page in a view
 *	shoplook_compare()	the changes of each
 *	shoplook_put()		lines for a terminal, or JSON Lines
 *	shoplook_html()		cli/desk/shopreport.h
 *
 * Everything in it is foreign.  Runs in the box.
 * Needs: cli/cli.h, cli/desk/shopreport, base, shop/{captures,diff,page}.
 */
#ifndef LIUDI_CLI_DESK_SHOPLOOK_H
#define LIUDI_CLI_DESK_SHOPLOOK_H

#include "cli/cli.h"
#include "cli/desk/shopreport.h"

#define SHOPLOOK_STATION_LEN 65

struct shoplook_side {
	char *who, *url, *reason, *by;	/* owned; c has them, too */
	bool has_c;
	struct shop_capture c;
	bool has_page;
	struct shop_page page;
};

struct shoplook_page {
	char *page, *view;
	bool manual;		/* saved by a person; such have their own */
	struct shoplook_side side[2];
	struct shop_event *event;
	size_t n, cap;
	size_t hidden;		/* events, by shoplook_hide() */
	bool facts_only;
	bool strange;		/* most of the text is other */
};

struct shoplook {
	struct shoplook_page *v;
	size_t n, cap;
	char station[SHOPLOOK_STATION_LEN];	/* the first that was met */
};

/*
 * Is STATION's capture none of those that are meant: of the station ASKED for, or,
 * with NULL, of the only one there is?  1; 0; -1: ERR_USAGE (there are two).
 */
int shoplook_is_other(struct shoplook *l, const char *asked,
	const char *station, struct err *e);

/* What side SIDE (0: before) of WHO's page is; P (may be NULL) becomes its. */
int shoplook_add(struct shoplook *l, int side, const char *who,
	const struct shop_capture *c, struct shop_page *p, struct err *e);
void shoplook_release(struct shoplook *l);

/*
 * Find the changes of each page.  FACTS: what pages say is compared even where
 * their fingerprints are not equal; where most of the text is another one, that
 * alone is said.  0, -1 (ERR_NOMEM).
 */
int shoplook_compare(struct shoplook *l, bool facts, struct err *e);

/* Take out the events for which FN says so; returns how many. */
int64_t shoplook_hide(struct shoplook *l, bool (*fn)(void *arg,
	const struct shoplook_page *p, const struct shop_event *v), void *arg);

/* Is there a change, or a page that cannot be compared? */
bool shoplook_differs(const struct shoplook *l);
/* Is there a change? */
bool shoplook_changed(const struct shoplook *l);

/* NAMES: of the sides; TYPE: of the JSON lines.  -1: standard output. */
int shoplook_put(const struct shoplook *l, const struct cli *c,
	const char *type, const char *shop, const char *const names[2],
	struct err *e);

/* R: all but its pairs is the caller's. */
int shoplook_html(const struct shoplook *l, struct shopreport *r,
	struct buf *out, struct err *e);

#endif
