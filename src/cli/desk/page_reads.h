/*
 * cli/desk/page_reads.h - how often each one read records, for the pages that say
 * so: the log of readers itself, and the sheet for the boss.
 *
 * Who is no owner cannot open the log, but sees who signed how many of its events
 * and when: that is enough to know that somebody reads.
 * Needs: cli/desk/pages, desk/access_read.
 */
#ifndef LIUDI_CLI_DESK_PAGE_READS_H
#define LIUDI_CLI_DESK_PAGE_READS_H

#include "cli/desk/pages.h"
#include "desk/access_read.h"

#define PAGE_READS_DAYS 30
#define PAGE_READS_SHOWN 100	/* problems */

struct page_reads_of {
	char reader[64];
	int64_t month, all;		/* events, of the last 30 days */
	int64_t last;			/* seconds */
};

struct page_reads {
	bool owner;			/* he sees what was read */
	struct page_reads_of *of;	/* by name */
	size_t n;
	char **problem;			/* "WHERE: TEXT", translated */
	size_t nproblems;
	int64_t problems, events, sealed;
	/* while it is read */
	int64_t now;
	int (*fn)(void *arg, const struct access_event *v, struct err *e);
	void *arg;
};

/*
 * In the box, with mirrors and an opener: desk.git as it was fetched last.  FN (ARG)
 * gets each event that opens.  *R is to be released also on failure.
 */
int page_reads_load(struct page_reads *r, struct page *p,
	int (*fn)(void *arg, const struct access_event *v, struct err *e),
	void *arg, struct err *e);
void page_reads_release(struct page_reads *r);

/* A section each; of no problem there is none. */
void page_reads_problems(struct page *p, const struct page_reads *r);
void page_reads_table(struct page *p, const struct page_reads *r);

#endif
