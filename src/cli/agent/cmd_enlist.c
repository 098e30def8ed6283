/* cli/agent/cmd_enlist.c - liudi init: keys and configuration of a station. */

#include <string.h>

#include "agent/station.h"
#include "base/jsonw.h"
#include "cli/agent/commands.h"
#include "base/banned.h"

static const struct cli_option options[] = {
	{"central", 0, "PATH|URL", "where the team's records go"},
	{"station", 0, "ID", "name of this workstation login, e.g. ws-01"},
	{"ssh", 0, "COMMAND", "ssh command to reach the central with"},
	{NULL, 0, NULL, NULL}
};

static enum cli_exit
print_json(const char *line, struct err *e)
{
	struct buf b = BUF_INIT(16384);
	struct jsonw w;

	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "line", line);
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0)
		(void)printf("%s\n", buf_str(&b));
	buf_release(&b);
	return CLI_DONE;
}

static enum cli_exit
run_init(struct cli *c, struct err *e)
{
	struct station_init_options o = {
	    .home = c->home,
	    .id = cli_value(c, "station"),
	    .central = cli_value(c, "central"),
	    .ssh = cli_value(c, "ssh"),
	};
	struct station_paths p = {.ini = NULL};
	struct buf line = BUF_INIT(4096);
	enum cli_exit rc = CLI_FAILED;

	if (o.id == NULL || o.central == NULL) {
		(void)err_set(e, ERR_USAGE,
		    "init needs --central and --station");
		(void)err_hint(e, "for example: liudi init --central "
		    "ssh://git@host/srv/liudi --station ws-01");
		return CLI_USAGE;
	}
	if (station_init(&o, &line, e) != 0 ||
	    station_paths_init(&p, c->home, e) != 0)
		goto out;
	if (c->json) {
		rc = print_json(buf_str(&line), e);
		goto out;
	}
	if (!c->quiet)
		(void)printf(cli_tr("Keys and %s are made. Give this line to "
		    "the manager, who adds it with "
		    "'liudi-desk station add LINE':\n\n"), p.ini);
	(void)printf("%s\n", buf_str(&line));
	if (!c->quiet)
		(void)printf(cli_tr("\nThen say in %s what to keep, and type: "
		    "liudi run\n"), p.ini);
	rc = CLI_DONE;
out:
	station_paths_release(&p);
	buf_release(&line);
	return rc;
}

const struct cli_command cmd_init = {
	.name = "init",
	.operands = "",
	.help = "make this workstation's keys and configuration",
	.options = options,
	.run = run_init,
};
