/*
 * cli/desk/page_facts.h - what the pages of days, work and persons share: the
 * facts of a day, as liudi-desk digest counts them, and its sections in HTML.
 * Needs: cli/desk/{digest_page,pages}.
 */
#ifndef LIUDI_CLI_DESK_PAGE_FACTS_H
#define LIUDI_CLI_DESK_PAGE_FACTS_H

#include "cli/desk/dayfacts.h"
#include "cli/desk/digest_page.h"
#include "cli/desk/pages.h"

/* That and when F was counted too early, where it was. */
void page_facts_early(struct page *p, const struct dayfacts *f);

/* Where all that was found of DAY stands. */
#define PAGE_FACTS_ALL_LEN 48
const char *page_facts_all(int64_t day, char out[PAGE_FACTS_ALL_LEN]);

/*
 * A section, of its rows MOST, behind them a link to ALL where there are more;
 * persons lead to their pages.
 */
void page_facts_section(struct page *p, const struct digest_section *s,
	size_t most, const char *all);

/* "/person/<name>"; -1: ERR_NOMEM. */
int page_facts_href(struct buf *out, const char *person, struct err *e);

#endif
