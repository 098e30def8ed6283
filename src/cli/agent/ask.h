/*
 * cli/agent/ask.h - show a notice, and ask whether it is agreed to.
 * Needs: cli, agent/station, control/notice.
 */
#ifndef LIUDI_CLI_AGENT_ASK_H
#define LIUDI_CLI_AGENT_ASK_H

#include <stdbool.h>

#include "agent/station.h"
#include "cli/cli.h"
#include "control/notice.h"

#define ASK_TEXT_MAX (1024 * 1024)

/* The user's language as notices are named: "zh", "en"; as cli_tr() has it. */
const char *ask_language(void);

/* Is there a person who reads what is printed, and may be asked? */
bool ask_can(const struct cli *c);

/*
 * Show TEXT of notice N; then ask on the terminal, unless --agree names this
 * version.  1 yes, 0 no, -1 (ERR_USAGE: neither).
 */
int ask_notice(const struct cli *c, const struct notice *n,
	const struct buf *text, struct err *e);

/*
 * The same with what S is to agree to, after agree_wanted(); a yes is kept.
 * 0, or -1 (ERR_USAGE: no).
 */
int ask_consent(const struct cli *c, struct station *s, struct err *e);

#endif
