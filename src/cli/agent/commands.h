/*
 * cli/agent/commands.h - the commands of liudi, one file each.
 * Needs: cli/cli.h.
 */
#ifndef LIUDI_CLI_AGENT_COMMANDS_H
#define LIUDI_CLI_AGENT_COMMANDS_H

#include "cli/cli.h"

extern const struct cli_command cmd_init;
extern const struct cli_command cmd_join;
extern const struct cli_command cmd_agree;
extern const struct cli_command cmd_run;
extern const struct cli_command cmd_status;

#endif
