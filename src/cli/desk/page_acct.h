/*
 * cli/desk/page_acct.h - what the pages of accounts share: the book, who is who,
 * who gets in, and how an account and a person are named there.
 * Needs: cli/desk/{leave,pages}, desk/{custody,ledger,people,risk}.
 */
#ifndef LIUDI_CLI_DESK_PAGE_ACCT_H
#define LIUDI_CLI_DESK_PAGE_ACCT_H

#include "account/book.h"
#include "cli/desk/leave.h"
#include "cli/desk/pages.h"
#include "desk/risk.h"

struct page_acct {
	struct page *p;
	struct book *book;
	struct people *people;
	struct leave l;
	struct custody *c;
	struct risk risk;		/* behind page_acct_weigh() */
};

/* Released by page_acct_close() in any case. */
int page_acct_open(struct page_acct *k, struct page *p, struct err *e);
int page_acct_weigh(struct page_acct *k, struct err *e);
void page_acct_close(struct page_acct *k);

/* The account of id HEX, or NULL: ERR_NOENT, ERR_NOMEM. */
const struct book_account *page_acct_find(const struct book *b,
	const char *hex, struct err *e);

/* What is read, as the command says it: "account acme-eb-01". */
int page_acct_name(struct page *p, struct page_view *v, struct err *e);

/* Begin the page: its title, and what else there is of accounts. */
void page_acct_begin(struct page *p, const char *title);

/* Links: to an account, to what hangs on a person, to his handover. */
void page_acct_link(struct html *h, const struct book_account *a);
void page_acct_person(struct html *h, const char *person);
void page_acct_handover(struct html *h, const char *person, const char *text);

/* How much hangs on account number I, with a sign and in words. */
void page_acct_risk(const struct page_acct *k, size_t i);

/* Cells of a row; LABEL says on a telephone what a cell is. */
void page_acct_td(struct html *h, const char *class, const char *label,
	const char *text);
void page_acct_td_open(struct html *h, const char *class, const char *label);

/* A table's first row: texts up to NULL. */
void page_acct_head(struct html *h, const char *const *label);

/*
 * NAME as a command's operand, for somebody to type: as it is where no shell
 * could take it for anything else, else the account's id.
 */
const char *page_acct_word(const struct book_account *a,
	char out[EVENT_ID_HEX]);

/* Cards of what a manager has to look at today of accounts; *N: how many things. */
int page_acct_today(struct page *p, size_t *n, struct err *e);

#endif
