/*
 * cli/desk/shoppage.h - what the pages of shops share: a shopdesk inside a page,
 * addresses, days as a row of cells.
 * Needs: cli/desk/{pages,shoprow}, desk/people.
 */
#ifndef LIUDI_CLI_DESK_SHOPPAGE_H
#define LIUDI_CLI_DESK_SHOPPAGE_H

#include "cli/desk/pages.h"
#include "cli/desk/shoprow.h"
#include "desk/people.h"

struct shoppage {
	struct page *p;
	struct shopdesk k;		/* for what it has in the box; the
					 * buffers are the page's */
	struct people *people;
};

/*
 * With p->team, and notes that came to desk.git meanwhile; shoppage_close() also
 * after a failure.
 */
int shoppage_open(struct shoppage *g, struct page *p, struct err *e);
void shoppage_close(struct shoppage *g);

/* "/shop/NAME?day=2026-11-23"; DAY may be SHOPDAY_NONE. */
int shoppage_href(struct buf *out, const char *shop, int64_t day,
	struct err *e);
void shoppage_link(struct html *h, const char *shop, int64_t day,
	const char *text);

/* A state of pages as sign, colour and words. */
void shoppage_state(struct html *h, enum shop_state s, const char *words);

/* N days up to LAST as links, DAY being the one that is shown (SHOPDAY_NONE). */
int shoppage_days(struct shoppage *g, const struct shopday *s,
	const char *shop, int64_t last, int n, int64_t day, struct err *e);
/* What the signs of those days mean. */
void shoppage_legend(struct html *h);

/* "2 days that nobody reviewed, since 2026-11-22"; or who reviewed all. */
void shoppage_open_days(struct html *h, const struct shoprow *r);

/* "ws-01 +1 · answers: Wang · does: Li, Chen". */
void shoppage_who(struct shoppage *g, const struct shoprow *r);

/* For the page of today: shops with days that nobody reviewed. */
struct shoppage_today {
	int64_t n;		/* of such shops */
	struct buf rows;	/* of a table, HTML; of the first of them */
};
/* T is zeroed or released before; shoppage_today_release() also on failure. */
int shoppage_today(struct shoppage_today *t, struct page *p, struct err *e);
void shoppage_today_put(const struct shoppage_today *t, struct page *p);
void shoppage_today_release(struct shoppage_today *t);

#endif
