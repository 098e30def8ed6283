/*
 * cli/desk/handover_page.h - a handover for a terminal, for paper and for other
 * programs; the certificate of an account.
 *
 * Needs: cli/cli.h, cli/desk/leave.h, desk/{customers,handover}.
 */
#ifndef LIUDI_CLI_DESK_HANDOVER_PAGE_H
#define LIUDI_CLI_DESK_HANDOVER_PAGE_H

#include "cli/desk/leave.h"
#include "desk/customers.h"
#include "desk/handover.h"

struct handover_page {
	const struct leave *l;
	struct handover *h;
	const struct customers *customers;
	const char *org;
	int64_t utc;
	bool linked;		/* to other pages: for the screen */
};

/*
 * What is open with customers, for P->customers: ASK without its days.  *M is to
 * be closed, C released, also on failure; C borrows from M.
 */
int handover_customers(struct customers *c, struct messages **m,
	struct catalogue *catalogue, const struct customers_ask *ask,
	struct err *e);

/* Append.  0 or -1: ERR_NOMEM. */
int handover_text(const struct handover_page *p, struct buf *out,
	struct err *e);
/* One A4 page or more: nothing from elsewhere, all that is foreign escaped. */
int handover_html(const struct handover_page *p, struct buf *out,
	struct err *e);
/* Lines of docs/REPORTS.md "Handover", those of whatif left out. */
int handover_json(const struct handover_page *p, struct buf *out,
	struct err *e);
/* The tasks that are not done, must or all, with the command for each. */
int handover_missing(const struct handover_page *p, bool must,
	struct buf *out, struct err *e);

/* The same for a page of which it is a part: from behind the heading on. */
int handover_html_body(const struct handover_page *p, struct buf *out,
	struct err *e);
const char *handover_html_title(const struct handover_page *p,
	char out[static CLI_FILLED_LEN]);
/* Parts of pages: head up to <main>, and the end. */
int handover_html_head(const char *title, struct buf *out, struct err *e);
int handover_html_end(struct buf *out, struct err *e);
int handover_html_text(struct buf *out, const char *s, struct err *e);

/* The title of a step in the language of the user. */
const char *handover_title(enum handover_step s);

#endif
