/*
 * cli/desk/pages.h - the pages of liudi-desk serve: which there are, and what each
 * is made with.
 *
 * A page is made in the box (desk/box.h) and goes to the browser as it is; what it
 * shows is in the access log before.  Every page is an address, works without a
 * script, and is in the language of the one process that makes it.
 * Needs: cli/cli.h, web/{form,wire}, desk.
 */
#ifndef LIUDI_CLI_DESK_PAGES_H
#define LIUDI_CLI_DESK_PAGES_H

#include "cli/desk/html.h"
#include "cli/desk/team.h"
#include "desk/box.h"
#include "desk/worktime.h"
#include "web/form.h"
#include "web/wire.h"

struct page {
	struct box *b;
	struct opener *op;
	const struct wire_ask *ask;
	struct form query;		/* behind "?" */
	const char *arg;		/* what "*" of the path stands for, or "" */
	int64_t now;			/* UTC seconds */
	int64_t synced;			/* or DESKHOME_NEVER */
	struct wire_answer *a;		/* 200, HTML at first */
	struct buf *out;		/* the body */
	struct html h;			/* into it */
	struct team team;		/* behind page_people() */
	bool has_team;
};

struct page_kind {
	const char *path;		/* a "*" at its end: one more segment */
	const char *action, *view;	/* in the access log; NULL: nothing that
					 * is sealed is shown */
	int (*make)(struct page *p, struct err *e);
};

/* The page at PATH, *ARG into it; NULL: there is none. */
const struct page_kind *pages_find(const char *path, const char **arg);

/* In the box: make it.  -1 leaves *p->out as it is. */
int pages_make(struct page *p, const struct page_kind *kind, struct err *e);

/* --- What pages share; in the box. */

/* Head of a page up to <main>, TITLE (text) on it; the end. */
void page_begin(struct page *p, const char *title);
void page_finish(struct page *p);

/* p->team; the first who asks loads it.  As team_load(). */
int page_people(struct page *p, struct err *e);

extern const struct page_kind page_today;

#endif
