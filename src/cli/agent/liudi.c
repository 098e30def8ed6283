/* cli/agent/liudi.c - liudi: the workstation's program. */

#include "base/proc.h"
#include "cli/agent/commands.h"
#include "cli/cli.h"
#include "crypto/hash.h"
#include "base/banned.h"

static const struct cli_command *const commands[] = {
	&cmd_init,
	&cmd_join,
	&cmd_agree,
	&cmd_run,
	&cmd_status,
	&cmd_schedule_install,
	&cmd_schedule_remove,
	&cmd_schedule_show,
	&cmd_doctor,
	&cmd_report,
	&cmd_mine,
	&cmd_pause,
	&cmd_resume,
	&cmd_account_add,
	&cmd_account_import,
	&cmd_account_list,
	&cmd_account_update,
	&cmd_account_rotated,
	&cmd_account_confirm,
	&cmd_account_close,
	&cmd_shop_list,
	&cmd_shop_capture,
	&cmd_shop_login,
	NULL
};

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;

	proc_setup();
	if (crypto_setup(&e) != 0) {
		(void)fprintf(stderr, "liudi: error: %s\n", e.what);
		return CLI_FAILED;
	}
	return cli_main(argc, argv, "liudi",
	    "keeps a workstation's records on file, sealed and signed",
	    commands);
}
