/*
 * cli/help.h - usage texts, made from the same tables that parse.
 * Needs: cli/cli.h.
 */
#ifndef LIUDI_CLI_HELP_H
#define LIUDI_CLI_HELP_H

#include "cli/cli.h"

/* The options that every command has; NULL-name terminated. */
enum { HELP_HOME, HELP_JSON, HELP_QUIET, HELP_VERBOSE, HELP_HELP, HELP_VERSION };
const struct cli_option *help_globals(void);

/* What the program is and its commands. */
void help_program(FILE *out, const char *program, const char *one_line,
	const struct cli_command *const commands[]);
/* Those of two words whose first is GROUP. */
void help_group(FILE *out, const char *program, const char *group,
	const struct cli_command *const commands[]);
/* One command: usage, what it does, its options. */
void help_command(FILE *out, const char *program,
	const struct cli_command *cmd);

#endif
