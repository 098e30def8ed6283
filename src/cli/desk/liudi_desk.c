/* cli/desk/liudi_desk.c - liudi-desk: the manager's program. */
#include "cli/desk/deskcmds.h"

#include "base/banned.h"

static const struct cli_command *const commands[] = {
	&cmd_init,
	&cmd_invite,
	&cmd_station_add,
	&cmd_station_list,
	&cmd_station_suspend,
	&cmd_station_resume,
	&cmd_station_revoke,
	&cmd_notice_show,
	&cmd_notice_set,
	&cmd_source,
	&cmd_shop_set,
	&cmd_shop_list,
	&cmd_person_set,
	&cmd_sync,
	&cmd_audit,
	&cmd_log,
	&cmd_show,
	&cmd_ls,
	&cmd_restore,
	&cmd_digest,
	&cmd_chats,
	&cmd_chat,
	&cmd_search,
	&cmd_export,
	&cmd_verify,
	&cmd_digest_line,
	&cmd_unseal,
	&cmd_inspect,
	&cmd_import,
	&cmd_key_list,
	&cmd_key_add,
	&cmd_key_accept,
	&cmd_key_renew,
	&cmd_key_retire,
	&cmd_approve,
	&cmd_shares_make,
	&cmd_shares_rehearse,
	&cmd_shares_recover,
	&cmd_rehead,
	&cmd_retention_show,
	&cmd_retention_set,
	&cmd_hold_list,
	&cmd_hold_add,
	&cmd_hold_remove,
	&cmd_erase,
	&cmd_access,
	&cmd_lock,
	&cmd_doctor,
	NULL
};

int
main(int argc, char **argv)
{
	return cli_main(argc, argv, "liudi-desk",
	    "what the managers of a team do: receive, check and read its "
	    "records", commands);
}
