/*
 * desk/customers.h - what is open with the customers of one who goes.
 *
 * Rules: docs/REPORTS.md "Handover": what "Facts of a day" calls unanswered and
 * open inquiries, and promises that nothing was said behind.
 * Needs: base, account/book, desk/{chathistory,facts,people}.
 */
#ifndef LIUDI_DESK_CUSTOMERS_H
#define LIUDI_DESK_CUSTOMERS_H

#include "account/book.h"
#include "desk/facts.h"
#include "desk/people.h"

#define CUSTOMERS_PROMISE_DAYS 14

enum customers_kind { CUSTOMERS_UNANSWERED, CUSTOMERS_INQUIRY,
	CUSTOMERS_PROMISE, CUSTOMERS_KINDS };
/* "unanswered", "inquiry_open", "promise" */
const char *customers_kind_name(enum customers_kind k);

struct customer {
	enum customers_kind kind;
	const char *station, *platform, *account;	/* ""; not NULL */
	const char *peer;		/* how the conversation is called */
	int64_t chat;			/* its number */
	int64_t at;			/* ms: since when it waits */
	const char *text;		/* the beginning of the message */
	const char *shop, *successor;	/* or NULL */
};

struct customers {
	struct customer *v;	/* by successor, then kind, the oldest first */
	size_t n;
	struct facts facts;	/* whose strings they are */
};

struct customers_ask {
	const char *person;
	const struct people *people;
	const struct book *book;
	const char *policy;
	const struct roster *roster;
	int64_t day, now;		/* of facts_ask */
};
/*
 * *C is to be released also on failure.  Someone without a station has none.
 * -1: what facts_make() gives.
 */
int customers_make(struct customers *c, struct messages *m,
	struct catalogue *catalogue, const struct customers_ask *ask,
	struct err *e);
void customers_release(struct customers *c);

/* Does TEXT promise something? */
bool customers_promises(const char *text, size_t n);

#endif
