/*
 * cli/desk/pages.h - the pages of liudi-desk serve: which there are, and what each
 * is made with.
 *
 * A page is made in the box (desk/box.h) and goes to the browser as it is; what it
 * shows is in the access log before.  Every page is an address, works without a
 * script, and is in the language of the one process that makes it.
 *
 * What a page asks to be done is a form that is sent to it, and its kind's deed,
 * which is no work of the box: a page_deed.
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
	const struct buf *unsent;	/* notes_unsent(), by READER */
	const char *reader;		/* "": he signs nothing */
	const char *said;		/* page_deed.said of what was done just
					 * now, and that leads here; or NULL */
	bool kept;			/* the same */
	const void *answer;		/* page_deed.answer; or NULL */
	struct wire_answer *a;		/* 200, HTML at first */
	struct buf *out;		/* the body */
	struct html h;			/* into it */
	struct team team;		/* behind page_people() */
	bool has_team;
};

/* What is read of whom, for the access log. */
#define PAGE_VIEW_LEN 512
struct page_view {
	char station[33];		/* "": of more than one */
	char text[PAGE_VIEW_LEN];	/* cut where it is too long */
};

/*
 * A form that was sent, in the desk process, with its keys.  What is signed is
 * decided by the form's fields alone.  Whatever must be read for it is read in a
 * box, behind the access log as everywhere, and of that only is believed what may
 * be any of its like (cli/desk/shopdeed.h has an example): it parses foreign
 * bytes.  The fields are whatever was sent: to be held against caps and rules.
 *
 * The same form twice in a row is done once (cmd_serve.c).  Behind it the browser
 * is led to `to`, whose page says `said`.
 */
struct page_deed {
	const struct cli *c;
	struct opener *op;		/* of the page: not to be freed */
	const struct form *form;
	const char *arg;		/* as in struct page */
	/* for the deed to set */
	char to[WIRE_PATH_MAX + 1];	/* a path of ours; "" (at first): "/" */
	const char *said;		/* what was done: a constant in English */
	bool kept;			/* it is sent by the next sync only */
	/*
	 * Where it is not NULL, the browser is led nowhere, but gets the page
	 * itself, made with it and behind PASS; sent a second time, the same form
	 * leads to `to`.  On the heap, and freed behind that.
	 */
	void *answer;
	size_t nanswer;			/* bytes of it, to be wiped */
	struct access_pass pass;
};

struct page_kind {
	const char *path;		/* a "*" at its end: one more segment;
					 * "**": one or more */
	const char *title;		/* in the navigation; NULL: not there */
	const char *action, *view;	/* in the access log */
	/* What stands there where it depends on what was asked for; in a box
	 * without an opener.  1: nothing of the records is shown. */
	int (*name)(struct page *p, struct page_view *v, struct err *e);
	int (*make)(struct page *p, struct err *e);
	/* What its form asks for.  -1: nothing was done.  NULL: it has none. */
	int (*deed)(struct page_deed *d, struct err *e);
};

/* The page at PATH, *ARG into it; NULL: there is none. */
const struct page_kind *pages_find(const char *path, const char **arg);

/* In the box: make it.  -1: what is in *p->out is no page. */
int pages_make(struct page *p, const struct page_kind *kind, struct err *e);
/* In a box without an opener: what it will show.  As `name`. */
int pages_name(struct page *p, const struct page_kind *kind,
	struct page_view *v, struct err *e);

/* --- What pages share; in the box. */

/* Head of a page up to <main>, TITLE (text) on it; the end. */
void page_begin(struct page *p, const char *title);
void page_finish(struct page *p);

/*
 * A table up to its first row, with its HEADS (English, NULL behind the last; those
 * of numbers begin with PAGE_R), and its end.
 */
#define PAGE_R ">"
void page_table(struct page *p, const char *const *heads);
void page_table_end(struct page *p);
/* Cells: a time, a number, text of others. */
void page_time(struct page *p, int64_t utc);
void page_number(struct page *p, int64_t n);
void page_cell(struct page *p, const char *text);

/*
 * How old what is shown is: nobody shall take yesterday for now.  True: old enough
 * to be seen at once.
 */
bool page_age(const struct page *p, char *out, size_t n);

/* p->team; the first who asks loads it.  As team_load(). */
int page_people(struct page *p, struct err *e);

extern const struct page_kind page_access;
extern const struct page_kind page_account;
extern const struct page_kind page_accounts;
extern const struct page_kind page_boss;
extern const struct page_kind page_chat;
extern const struct page_kind page_chats;
extern const struct page_kind page_compare;
extern const struct page_kind page_day;
extern const struct page_kind page_day_ask;
extern const struct page_kind page_day_short;
extern const struct page_kind page_handover;
extern const struct page_kind page_handovers;
extern const struct page_kind page_help;
extern const struct page_kind page_integrity;
extern const struct page_kind page_person;
extern const struct page_kind page_picture;
extern const struct page_kind page_attached;
extern const struct page_kind page_raw;
extern const struct page_kind page_recover;
extern const struct page_kind page_reveal;
extern const struct page_kind page_risk;
extern const struct page_kind page_search;
extern const struct page_kind page_shop;
extern const struct page_kind page_shops;
extern const struct page_kind page_today;
extern const struct page_kind page_today_json;
extern const struct page_kind page_whatif;
extern const struct page_kind page_work;

#endif
