/*
 * cli/agent/accounts.h - what the commands of accounts have in common.
 * Needs: cli/cli.h, agent/register, account/{naming,platform}.
 */
#ifndef LIUDI_CLI_AGENT_ACCOUNTS_H
#define LIUDI_CLI_AGENT_ACCOUNTS_H

#include "account/naming.h"
#include "account/platform.h"
#include "agent/register.h"
#include "cli/cli.h"

struct accounts {
	struct station s;
	struct registrar *r;
	struct buf policy;		/* platforms.ini and policy.ini */
	struct platforms *platforms;
	struct naming *naming;		/* knows the names given here */
};

/* To write.  accounts_close() on every way out. */
int accounts_open(const struct cli *c, struct accounts *a, struct err *e);
void accounts_close(struct accounts *a);

/* A code or name as people write it; NULL: ERR_USAGE with a hint. */
const struct platform *accounts_platform(const struct accounts *a,
	const char *word, struct err *e);

/* --by of this command into V. */
void accounts_by(const struct cli *c, struct account_event *v);
/* After register_commit(): say that V, of the account NAME, is on file. */
void accounts_told(const struct cli *c, const struct accounts *a,
	const struct account_event *v, const char *name);

/* Append the readers' names, ", " between. */
int accounts_readers(const struct accounts *a, struct buf *out,
	struct err *e);

#endif
