/*
 * cli/desk/deskcmds.h - the commands of liudi-desk, one file each, and what
 * several of them need.
 * Needs: cli/cli.h, desk.
 */
#ifndef LIUDI_CLI_DESK_DESKCMDS_H
#define LIUDI_CLI_DESK_DESKCMDS_H

#include "base/buf.h"
#include "cli/cli.h"
#include "desk/deskhome.h"
#include "desk/opener.h"
#include "sign/sshkey.h"

extern const struct cli_command cmd_init;
extern const struct cli_command cmd_inspect;
extern const struct cli_command cmd_station_add;
extern const struct cli_command cmd_station_list;
extern const struct cli_command cmd_log;
extern const struct cli_command cmd_ls;
extern const struct cli_command cmd_restore;
extern const struct cli_command cmd_show;
extern const struct cli_command cmd_sync;
extern const struct cli_command cmd_verify;
extern const struct cli_command cmd_unseal;

/* Ask for the manager's passphrase and start the opener; NULL on failure. */
struct opener *deskcmd_opener(const struct cli *c, const struct deskhome *h,
	struct err *e);

/* As `ssh-keygen -l` shows it, to be compared by telephone or on paper. */
int deskcmd_fingerprint(const struct sshkey_pub *pub, struct buf *out,
	struct err *e);

/* Open FILE to be read, "-" being standard input (not to be closed). */
int deskcmd_open(const char *file, int *fd, struct err *e);

#endif
