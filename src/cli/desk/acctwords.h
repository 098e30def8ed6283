/*
 * cli/desk/acctwords.h - accounts and their events in words, for a terminal and for
 * the page.
 *
 * Nothing here is safe to show as it is: names come out of events.
 * Needs: cli/cli.h, account, desk/people.
 */
#ifndef LIUDI_CLI_DESK_ACCTWORDS_H
#define LIUDI_CLI_DESK_ACCTWORDS_H

#include "account/book.h"
#include "base/buf.h"
#include "desk/people.h"

/* What is to be said of its password: "confirmed", "conflict", "closed". */
const char *acctwords_state(const struct book_account *a);

/* Those that are asked for; NULL: any. */
struct acctwords_filter {
	const char *person;		/* who holds it */
	const char *platform, *shop;
	bool closed;			/* closed ones as well */
};
bool acctwords_fits(const struct acctwords_filter *f,
	const struct book_account *a);

/* "Li", "Li @ ws-01", "ws-01": who made V.  P: or NULL. */
#define ACCTWORDS_WHO_LEN 256
const char *acctwords_who(const struct people *p,
	const struct account_event *v, char out[ACCTWORDS_WHO_LEN]);

/* Append "registered: platform eb, shop Lamps UK". */
int acctwords_event(const struct account_event *v, struct buf *out,
	struct err *e);

/* Append who knows the password, each once, a line each. */
int acctwords_known(const struct book *b, const struct people *p,
	const struct book_account *a, struct buf *out, struct err *e);

#endif
