/*
 * cli/desk/reveal.h - the secrets of one account, for a terminal and for the page.
 *
 *     reveal_check()	is there anything of what is asked for?
 *     acct_note()	into the access log
 *     reveal_leave()	may he, and in the book it stands that he did
 *     reveal_open()	in the box: the secrets
 *     reveal_close()	wiped
 *
 * Needs: cli/desk/acct.
 */
#ifndef LIUDI_CLI_DESK_REVEAL_H
#define LIUDI_CLI_DESK_REVEAL_H

#include "cli/desk/acct.h"

struct reveal_what {
	bool password, codes, seed;
};

/* Warns of what is to be known of F.  -1: ERR_NOENT, nothing of W is sealed. */
int reveal_check(const struct acct *k, const struct reveal_what *w,
	struct err *e);

/*
 * Behind acct_note(): is all of W to be had, and may he see it?  Then the book has
 * that he did.  0; 1: two must agree, and the owner is asked (*E says so); -1.
 */
int reveal_leave(struct acct *k, const struct reveal_what *w, struct err *e);

/* What was opened, each of an event of its own. */
struct revealed {
	struct event_secret password[ACCT_PASSWORDS], totp, codes;
	size_t npasswords;
};

/*
 * In the box: W of account F for WHO.  To be closed also on failure.  -1: what
 * ledger_secret() gives.
 */
int reveal_open(struct revealed *o, struct box *b,
	const struct ledger_seer *who, const struct acct_found *f,
	const struct reveal_what *w, struct err *e);
void reveal_close(struct revealed *o);

#endif
