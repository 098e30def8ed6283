/*
 * cli/desk/deskcmds.h - the commands of liudi-desk, one file each, and what
 * several of them need.
 * Needs: cli/cli.h, desk.
 */
#ifndef LIUDI_CLI_DESK_DESKCMDS_H
#define LIUDI_CLI_DESK_DESKCMDS_H

#include "base/buf.h"
#include "cli/cli.h"
#include "control/control.h"
#include "desk/deskhome.h"
#include "desk/opener.h"
#include "desk/proposal.h"
#include "sign/sshkey.h"

extern const struct cli_command cmd_account_certificate;
extern const struct cli_command cmd_access;
extern const struct cli_command cmd_account_add;
extern const struct cli_command cmd_account_alias;
extern const struct cli_command cmd_account_bound;
extern const struct cli_command cmd_account_close;
extern const struct cli_command cmd_account_confirm;
extern const struct cli_command cmd_account_flag;
extern const struct cli_command cmd_account_grant;
extern const struct cli_command cmd_account_code;
extern const struct cli_command cmd_account_export;
extern const struct cli_command cmd_account_list;
extern const struct cli_command cmd_account_rename;
extern const struct cli_command cmd_account_requests;
extern const struct cli_command cmd_account_reveal;
extern const struct cli_command cmd_account_rotated;
extern const struct cli_command cmd_account_seen;
extern const struct cli_command cmd_account_show;
extern const struct cli_command cmd_account_transfer;
extern const struct cli_command cmd_account_twofa;
extern const struct cli_command cmd_account_update;
extern const struct cli_command cmd_approve;
extern const struct cli_command cmd_erase;
extern const struct cli_command cmd_handover_close;
extern const struct cli_command cmd_handover_show;
extern const struct cli_command cmd_handover_signoff;
extern const struct cli_command cmd_handover_start;
extern const struct cli_command cmd_hold_add;
extern const struct cli_command cmd_hold_list;
extern const struct cli_command cmd_hold_remove;
extern const struct cli_command cmd_chat;
extern const struct cli_command cmd_chats;
extern const struct cli_command cmd_doctor;
extern const struct cli_command cmd_export;
extern const struct cli_command cmd_import;
extern const struct cli_command cmd_audit;
extern const struct cli_command cmd_digest;
extern const struct cli_command cmd_digest_line;
extern const struct cli_command cmd_init;
extern const struct cli_command cmd_invite;
extern const struct cli_command cmd_inspect;
extern const struct cli_command cmd_station_add;
extern const struct cli_command cmd_station_list;
extern const struct cli_command cmd_station_resume;
extern const struct cli_command cmd_station_revoke;
extern const struct cli_command cmd_station_suspend;
extern const struct cli_command cmd_key_accept;
extern const struct cli_command cmd_key_add;
extern const struct cli_command cmd_key_list;
extern const struct cli_command cmd_key_renew;
extern const struct cli_command cmd_key_retire;
extern const struct cli_command cmd_lock;
extern const struct cli_command cmd_log;
extern const struct cli_command cmd_ls;
extern const struct cli_command cmd_naming_audit;
extern const struct cli_command cmd_notice_set;
extern const struct cli_command cmd_notice_show;
extern const struct cli_command cmd_person_set;
extern const struct cli_command cmd_rehead;
extern const struct cli_command cmd_restore;
extern const struct cli_command cmd_risk;
extern const struct cli_command cmd_retention_set;
extern const struct cli_command cmd_retention_show;
extern const struct cli_command cmd_shares_make;
extern const struct cli_command cmd_shares_recover;
extern const struct cli_command cmd_shares_rehearse;
extern const struct cli_command cmd_search;
extern const struct cli_command cmd_page_shortcut;
extern const struct cli_command cmd_serve;
extern const struct cli_command cmd_shop_accept;
extern const struct cli_command cmd_shop_ignore;
extern const struct cli_command cmd_shop_ignored;
extern const struct cli_command cmd_shop_check;
extern const struct cli_command cmd_shop_diff;
extern const struct cli_command cmd_shop_list;
extern const struct cli_command cmd_shop_package;
extern const struct cli_command cmd_shop_reviewed;
extern const struct cli_command cmd_shop_set;
extern const struct cli_command cmd_shop_show;
extern const struct cli_command cmd_shops;
extern const struct cli_command cmd_show;
extern const struct cli_command cmd_source;
extern const struct cli_command cmd_sync;
extern const struct cli_command cmd_vault_import;
extern const struct cli_command cmd_verify;
extern const struct cli_command cmd_unseal;
extern const struct cli_command cmd_whatif;

/* Whose keys this desk uses: `name` of desk.ini, else the manager's. */
const char *deskcmd_name(const struct deskhome *h);

/*
 * Open the home; where there is none, option --central says of which team, and
 * it is made for NAME once control could be read.  Then control is fetched,
 * checked and pinned; *h and *control are to be released also on failure.
 */
int deskcmd_attach(const struct cli *c, const char *name,
	struct deskhome *h, struct control *control, struct err *e);

/*
 * Who signs what only an owner may: the owner whose keys are in the home (the
 * first in control's roots).  NULL: none.
 */
const char *deskcmd_owner(const struct deskhome *h,
	const struct control *control);

/*
 * Ask for the passphrase of NAME's keys, start the opener with its identity, and
 * take the signing key.  *SIGN may be NULL.
 */
struct opener *deskcmd_open_as(const struct cli *c, const struct deskhome *h,
	const char *name, struct sshkey **sign, struct err *e);

/*
 * Change the protected files that P holds: signed by the owner whose keys are
 * here, or, with option --propose FILE, only proposed.  1: proposed, 0, -1.
 */
int deskcmd_decide(const struct cli *c, const struct deskhome *h,
	const struct control *control, struct proposal *p,
	const char *message, struct err *e);

/* Where the hooks lie: as told, installed, or beside the sources. */
const char *deskcmd_hooks(void);

/*
 * Under the lock of sync: erase here what orders say and the central has erased
 * (desk/erased.h), and say so.  *WORST becomes CLI_WARNINGS where the disk has
 * no room to finish it.  0 or -1.
 */
int deskcmd_prune(const struct cli *c, const struct deskhome *h,
	struct buf *rewritten, enum cli_exit *worst, struct err *e);

/* Option --scrypt-log-n. */
int deskcmd_log_n(const struct cli *c, unsigned *out, struct err *e);

/*
 * Open the home, fetch control, check and pin it; *h and *control are to be
 * released also on failure.  OFFLINE: what was known last will do, with a
 * warning.
 */
int deskcmd_control(const struct cli *c, bool offline, struct deskhome *h,
	struct control *control, struct err *e);

/*
 * Ask for the passphrase and commit FILES to control, signed by whoever works
 * at this desk.
 */
int deskcmd_commit(const struct cli *c, const struct deskhome *h,
	const char *message, const struct control_file *files, size_t n,
	struct err *e);

/* Ask for the manager's passphrase and start the opener; NULL on failure. */
struct opener *deskcmd_opener(const struct cli *c, const struct deskhome *h,
	struct err *e);

/* As `ssh-keygen -l` shows it, to be compared by telephone or on paper. */
int deskcmd_fingerprint(const struct sshkey_pub *pub, struct buf *out,
	struct err *e);

/* Open FILE to be read, "-" being standard input (not to be closed). */
int deskcmd_open(const char *file, int *fd, struct err *e);

#endif
