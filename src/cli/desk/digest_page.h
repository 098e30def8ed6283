/*
 * cli/desk/digest_page.h - the facts of a day as one page, in the language of the
 * user: what wants to be done first, the numbers after it.
 *
 *	digest_page_make()	facts -> titles, rows, cells
 *	digest_text(), digest_html()	the page for a terminal, for a browser
 *	digest_json()		the facts themselves, docs/REPORTS.md
 *
 * Cells are foreign text: whoever puts them out escapes them.
 * Needs: cli/cli.h, base, desk.
 */
#ifndef LIUDI_CLI_DESK_DIGEST_PAGE_H
#define LIUDI_CLI_DESK_DIGEST_PAGE_H

#include "base/buf.h"
#include "desk/facts.h"
#include "desk/worktime.h"

#define DIGEST_CELLS 10
#define DIGEST_SECTIONS 24

struct digest_row {
	char *cell[DIGEST_CELLS];	/* owned; NULL behind the last */
	int64_t chat;			/* the second cell is that one; or 0 */
	int64_t message;		/* of it, the one it is about; or 0 */
};

struct digest_section {
	const char *title;		/* borrowed */
	bool urgent;
	bool persons;			/* the first cell is one */
	bool work;			/* of customers and of reports: on the
					 * page Work */
	size_t count;			/* 0: none is shown */
	size_t cells;
	const char *head[DIGEST_CELLS];	/* head[0] NULL: no heading */
	size_t width[DIGEST_CELLS];	/* in a terminal; 0: all that is left */
	bool right[DIGEST_CELLS];	/* numbers */
	struct digest_row *row;
	size_t n;
};

struct digest_page {
	char *title, *made;
	struct digest_section section[DIGEST_SECTIONS];
	size_t n;
	char *quiet;		/* of what nothing was found; NULL */
	const char *foot;	/* what brackets mean */
};

/*
 * TIME: the clock that the page shows.  *P is to be released also on failure.
 * -1: ERR_NOMEM.
 */
int digest_page_make(struct digest_page *p, const struct facts *f,
	const char *org, const char *zone, struct worktime *time,
	struct err *e);
void digest_page_release(struct digest_page *p);

/* "5 min", "2 h 05 min"; "-" below 0. */
#define DIGEST_SPAN_LEN 64
const char *digest_span(int64_t ms, char out[DIGEST_SPAN_LEN]);
/* "yes", "late", "MISSING", "not yet", "-" */
const char *digest_written(const struct facts_report *r);

/* Append.  MOST: rows shown of each section. */
int digest_text(const struct digest_page *p, size_t most, struct buf *out,
	struct err *e);
int digest_html(const struct digest_page *p, struct buf *out, struct err *e);
/* Lines of docs/REPORTS.md "Digest". */
int digest_json(const struct facts *f, struct buf *out, struct err *e);

#endif
