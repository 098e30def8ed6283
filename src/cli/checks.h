/*
 * cli/checks.h - what the two doctors share: a line for each thing that was
 * looked at, and with what is wrong the command that mends it.
 * Needs: cli/cli.h.
 */
#ifndef LIUDI_CLI_CHECKS_H
#define LIUDI_CLI_CHECKS_H

#include <stdarg.h>

#include "cli/cli.h"

enum checks_state { CHECKS_OK, CHECKS_NOTE, CHECKS_WARN, CHECKS_BAD };

struct checks {
	const struct cli *c;
	enum cli_exit bad;	/* what CHECKS_BAD makes of the exit code */
	enum cli_exit worst;	/* so far; warnings are CLI_WARNINGS */
};

/*
 * One line on NAME; FMT is in the user's language already.  MEND is a command
 * for the shell, or NULL, and stands in a line of its own behind.  With --json
 * an object, with -q nothing that is CHECKS_OK.
 */
void checks_say(struct checks *k, enum checks_state state, const char *name,
	const char *mend, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void checks_vsay(struct checks *k, enum checks_state state, const char *name,
	const char *mend, const char *fmt, va_list ap)
	__attribute__((format(printf, 5, 0)));

#endif
