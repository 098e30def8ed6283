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
extern const struct cli_command cmd_report;
extern const struct cli_command cmd_schedule_install;
extern const struct cli_command cmd_schedule_remove;
extern const struct cli_command cmd_schedule_show;
extern const struct cli_command cmd_doctor;
extern const struct cli_command cmd_mine;
extern const struct cli_command cmd_pause;
extern const struct cli_command cmd_resume;
extern const struct cli_command cmd_account_add;
extern const struct cli_command cmd_account_import;
extern const struct cli_command cmd_account_list;
extern const struct cli_command cmd_account_update;
extern const struct cli_command cmd_account_rotated;
extern const struct cli_command cmd_account_confirm;
extern const struct cli_command cmd_account_close;
extern const struct cli_command cmd_shop_list;
extern const struct cli_command cmd_shop_capture;
extern const struct cli_command cmd_shop_login;

#endif
