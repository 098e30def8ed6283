/*
 * cli/desk/page_facts.h - what the pages of days, work and persons share: the
 * facts of a day, as liudi-desk digest counts them, and its sections in HTML.
 * Needs: cli/desk/{digest_page,pages}.
 */
#ifndef LIUDI_CLI_DESK_PAGE_FACTS_H
#define LIUDI_CLI_DESK_PAGE_FACTS_H

#include "cli/desk/digest_page.h"
#include "cli/desk/pages.h"

struct page_facts {
	struct page *p;
	struct messages *m;
	struct worktime *time;		/* the team's */
	int64_t today;			/* its day */
	const char **station;		/* of one person; NULL: all */
	size_t nstations, nactive;
	struct facts facts;		/* of the day that was made last */
	struct digest_page digest;
};

/*
 * The team, its clock, the messages.  PERSON NULL: all stations.  Released by
 * page_facts_close() in any case.
 */
int page_facts_open(struct page_facts *k, struct page *p, const char *person,
	struct err *e);
/* k->facts of DAY; NUMBERS as in struct facts_ask. */
int page_facts_day(struct page_facts *k, int64_t day, bool numbers,
	struct err *e);
/* k->digest of k->facts. */
int page_facts_digest(struct page_facts *k, struct err *e);
void page_facts_close(struct page_facts *k);

/* A section, of its rows MOST at first; persons lead to their pages. */
void page_facts_section(struct page *p, const struct digest_section *s,
	size_t most);

/* "/person/<name>"; -1: ERR_NOMEM. */
int page_facts_href(struct buf *out, const char *person, struct err *e);

#endif
