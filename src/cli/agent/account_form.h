/*
 * cli/agent/account_form.h - what is said of an account that is registered:
 * from a template or asked, and held against the rules.
 *
 * Nothing of a secret is ever printed, or in an error.
 * Needs: cli/cli.h, cli/agent/accounts.
 */
#ifndef LIUDI_CLI_AGENT_ACCOUNT_FORM_H
#define LIUDI_CLI_AGENT_ACCOUNT_FORM_H

#include "cli/agent/accounts.h"

#define ACCOUNT_FORM_MAX (256 * 1024)	/* bytes of a template */

struct account_form {
	char *value[EVENT_FIELDS];	/* heap, or NULL */
	char *password, *totp, *codes;	/* secure memory, or NULL */
};

void account_form_release(struct account_form *f);
/* A copy of TEXT, or none where it is "".  -1: ERR_NOMEM, ERR_USAGE (no text). */
int account_form_set(struct account_form *f, enum event_field field,
	const char *text, struct err *e);

/*
 * The section [account] of FILE; then the secrets from standard input, a line
 * each: the password, the seed, and any number of recovery codes; from the
 * terminal without echo where standard input is one.  Proposes what is not
 * said.  -1: ERR_USAGE, ERR_NOENT, ….
 */
int account_form_load(struct account_form *f, struct accounts *a,
	const char *file, struct err *e);
/* Ask for it, step by step.  -1: ERR_USAGE (no terminal), ERR_INTR. */
int account_form_ask(struct account_form *f, struct accounts *a,
	const char *reason, struct err *e);

/*
 * A name of PLATFORM that breaks a rule: into WHY, and 1; 0: it is fine; -1:
 * ERR_USAGE (it was used before, which no reason allows).  RECORD: our name, else
 * the login.
 */
int account_form_rule(const struct accounts *a, const struct platform *p,
	bool record, const char *name, struct buf *why, struct err *e);

/*
 * The seed as typed (an otpauth address, or its letters) as an otpauth address
 * in secure memory; ABOUT gets what may be shown of it.  NULL: ERR_USAGE.
 */
char *account_form_seed(const char *typed, struct buf *about, struct err *e);

#endif
