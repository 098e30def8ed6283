/* cli/agent/cmd_schedule.c - liudi schedule: runs that happen by themselves. */

#include <stdlib.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/agent/commands.h"
#include "cli/agent/tellrun.h"
#include "base/banned.h"

static const struct cli_option install_options[] = {
	{"with", 0, "KIND", "systemd or cron, instead of what is there"},
	{NULL, 0, NULL, NULL}
};

struct scheduling {
	struct station s;
	struct schedule_job job;
	struct lastrun last;
	char program[TELLRUN_PATH_MAX], home[TELLRUN_PATH_MAX];
};

static int
begin(struct scheduling *x, const struct cli *c, struct err *e)
{
	if (station_open(&x->s, c->home, e) != 0 ||
	    tellrun_job(&x->job, c, &x->s, x->program, x->home, e) != 0)
		return -1;
	return lastrun_load(&x->last, x->s.path.state, e);
}

static int
tell(const struct scheduling *x, const struct cli *c, struct err *e)
{
	struct buf b = BUF_INIT(65536);
	struct schedule sched;
	struct jsonw w;
	int rc = -1;

	if (schedule_look(&x->job, &sched, e) != 0)
		goto out;
	rc = 0;
	if (!c->json) {
		if (!c->quiet)
			tellrun_text(&x->s, &sched, &x->last);
		goto out;
	}
	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	tellrun_json(&w, &x->s, &sched, &x->last);
	jsonw_object_end(&w);
	rc = jsonw_end(&w);
	if (rc == 0)
		(void)printf("%s\n", buf_str(&b));
out:
	buf_release(&b);
	return rc;
}

static enum cli_exit
run_install(struct cli *c, struct err *e)
{
	struct scheduling *x = calloc(1, sizeof(*x));
	enum schedule_kind kind = SCHEDULE_NONE, done;
	const char *with = cli_value(c, "with");
	enum cli_exit rc = CLI_FAILED;

	if (x == NULL) {
		(void)err_nomem(e);
		return rc;
	}
	if (with != NULL && !str_eq(with, "systemd") &&
	    !str_eq(with, "cron")) {
		(void)err_set(e, ERR_USAGE, "no schedule with '%s'", with);
		(void)err_hint(e, "one of: systemd, cron");
		goto out;
	}
	if (with != NULL)
		kind = str_eq(with, "cron") ? SCHEDULE_CRON :
		    SCHEDULE_SYSTEMD;
	if (begin(x, c, e) == 0 &&
	    schedule_install(&x->job, kind, &done, e) == 0 &&
	    tell(x, c, e) == 0)
		rc = CLI_DONE;
out:
	station_close(&x->s);
	free(x);
	return rc;
}

static enum cli_exit
run_remove(struct cli *c, struct err *e)
{
	struct scheduling *x = calloc(1, sizeof(*x));
	enum cli_exit rc = CLI_FAILED;
	bool was;

	if (x == NULL) {
		(void)err_nomem(e);
		return rc;
	}
	if (begin(x, c, e) == 0 && schedule_remove(&x->job, &was, e) == 0) {
		rc = CLI_DONE;
		if (c->json)
			(void)printf("{\"v\":1,\"removed\":%s}\n",
			    was ? "true" : "false");
		else if (!c->quiet)
			(void)printf("%s", was ? cli_tr("nothing makes it run "
			    "by itself any more\n") :
			    cli_tr("there was no schedule\n"));
	}
	station_close(&x->s);
	free(x);
	return rc;
}

static enum cli_exit
run_show(struct cli *c, struct err *e)
{
	struct scheduling *x = calloc(1, sizeof(*x));
	enum cli_exit rc = CLI_FAILED;

	if (x == NULL) {
		(void)err_nomem(e);
		return rc;
	}
	if (begin(x, c, e) == 0 && tell(x, c, e) == 0)
		rc = CLI_DONE;
	station_close(&x->s);
	free(x);
	return rc;
}

const struct cli_command cmd_schedule_install = {
	.name = "schedule install",
	.operands = "",
	.help = "have runs happen by themselves",
	.options = install_options,
	.run = run_install,
};

const struct cli_command cmd_schedule_remove = {
	.name = "schedule remove",
	.operands = "",
	.help = "have none happen by themselves any more",
	.run = run_remove,
};

const struct cli_command cmd_schedule_show = {
	.name = "schedule show",
	.operands = "",
	.help = "when runs happen, and how the last went",
	.run = run_show,
};
