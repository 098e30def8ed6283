/*
 * cli/desk/page_day.h - what the parts of the page of a day share; only page_day*.c
 * include it.
 * Needs: cli/desk/pages, desk/{daygrid,query}.
 */
#ifndef LIUDI_CLI_DESK_PAGE_DAY_H
#define LIUDI_CLI_DESK_PAGE_DAY_H

#include "cli/desk/pages.h"
#include "desk/daygrid.h"
#include "desk/query.h"

#define PAGE_DAY_NAME 64
#define PAGE_DAY_SOURCES 256

struct day_source {
	char name[PAGE_DAY_NAME];
	char *kind, *state, *reason;	/* owned */
	int64_t files, bytes;
	int64_t messages, before;	/* of the day; of the days before */
};

struct day {
	struct page *p;
	char station[PAGE_DAY_NAME];
	int64_t day;
	struct daygrid grid;		/* of the station alone, up to DAY */
	int64_t from, until;		/* ms: the day there */
	struct query_run *run;
	size_t nruns;
	struct query_part *part;	/* of all runs, in order */
	size_t nparts;
	struct day_source source[PAGE_DAY_SOURCES];
	size_t nsources;
	/* while the lines of a run are walked */
	bool lost;			/* those that lost something, or others */
	int64_t lines, shown;
	int64_t findings, exports;
};

/* Sections of it; without anything to say, none.  0 or -1. */
int page_day_findings(struct day *d, struct err *e);
int page_day_files(struct day *d, struct err *e);
int page_day_exports(struct day *d, struct err *e);
void page_day_checks(struct day *d);

#endif
