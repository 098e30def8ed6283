/*
 * cli/complete.h - completion scripts for shells, made from the same tables
 * that parse.
 * Needs: cli/cli.h.
 */
#ifndef LIUDI_CLI_COMPLETE_H
#define LIUDI_CLI_COMPLETE_H

#include "cli/cli.h"

/*
 * The script for SHELL ("bash", "zsh", "fish") with which it completes the
 * commands and options of PROGRAM, files where an option or operand is one,
 * and nothing where it is anything else.  False: no script for such a shell.
 */
bool complete_print(FILE *out, const char *shell, const char *program,
	const struct cli_command *const commands[]);

#endif
