/*
 * cli/desk/acctcode.h - the digits that a platform asks for now, for a terminal and
 * for the page.
 *
 * That they were read is in the access log each time, and in the book once for each
 * seed: who reads codes counts as somebody who knows it.
 * Needs: cli/desk/acct, vault.
 */
#ifndef LIUDI_CLI_DESK_ACCTCODE_H
#define LIUDI_CLI_DESK_ACCTCODE_H

#include "cli/desk/acct.h"
#include "vault/totp.h"

/* What the box makes of the seed: two, for the first may end meanwhile. */
struct acctcode {
	char now[TOTP_CODE_LEN], next[TOTP_CODE_LEN];
	int64_t until;		/* UTC seconds at which `next` begins */
	unsigned period;	/* 0: of a counter */
	uint64_t counter;
	bool known;		/* that he saw the seed stands in the book */
};

/*
 * Behind acct_open() or acct_join(), with a reason: those of the account that
 * acct_find() found.  *OUT is to be wiped, also on failure.  0; 1: two must agree,
 * and the owner is asked (*E says so); -1: ERR_NOENT (no seed is on file; hint),
 * what acct_may_see() gives.
 */
int acctcode_make(struct acct *k, struct acctcode *out, struct err *e);

/* Which of them holds at NOW, and for how many seconds (0: of a counter). */
const char *acctcode_at(const struct acctcode *c, int64_t now, int64_t *left);

#endif
