/* cli/agent/cmd_agree.c - liudi agree: what the team's notice says, and yes. */

#include <inttypes.h>

#include "agent/agree.h"
#include "base/clock.h"
#include "cli/agent/ask.h"
#include "cli/agent/commands.h"
#include "base/banned.h"

static const struct cli_option options[] = {
	{"agree", 0, "VERSION", "the version of the notice that was read"},
	{NULL, 0, NULL, NULL}
};

static enum cli_exit
agreed(const struct cli *c, const struct station *s)
{
	char when[CLOCK_TEXT_LEN];

	if (c->json)
		(void)printf("{\"v\":1,\"notice\":%" PRId64 "}\n",
		    s->agreed.version);
	else if (c->quiet)
		return CLI_DONE;
	else if (s->agreed.version == 0)
		(void)printf("%s", cli_tr("There is no notice to agree to.\n"));
	else
		(void)printf(cli_tr("Notice %lld is agreed to since %s.\n"),
		    (long long)s->agreed.version,
		    clock_text_local(s->agreed.agreed, when));
	return CLI_DONE;
}

static enum cli_exit
run_agree(struct cli *c, struct err *e)
{
	struct station s;
	enum cli_exit rc = CLI_FAILED;
	bool offline;

	if (station_open(&s, c->home, e) != 0 || station_lock(&s, e) != 0 ||
	    station_control(&s, &offline, e) != 0 || agree_load(&s, e) != 0)
		goto out;
	if (agree_wanted(&s) && ask_consent(c, &s, e) != 0)
		goto out;
	rc = agreed(c, &s);
out:
	station_close(&s);
	return rc;
}

const struct cli_command cmd_agree = {
	.name = "agree",
	.operands = "",
	.help = "show the team's notice, and agree to it",
	.options = options,
	.run = run_agree,
};
