/* cli/agent/cmd_pause.c - liudi pause, liudi resume: nothing is read for a while. */

#include "agent/pause.h"
#include "base/clock.h"
#include "cli/agent/commands.h"
#include "cli/agent/ownday.h"
#include "base/banned.h"

#define DAY_S 86400

/* Until when: as it was said, else until this logical day ends. */
static int
until_of(const struct cli *c, const struct station *s, int64_t *until,
	struct err *e)
{
	struct ownday now;

	if (ownday_now(s, &now, e) != 0)
		return -1;
	*until = (now.day + 1) * DAY_S + now.cutoff - now.offset;
	if (c->nargs > 0 && clock_parse(c->args[0], until, e) != 0)
		return -1;
	if (*until > now.now && *until <= now.now + PAUSE_DAYS_MAX * DAY_S)
		return 0;
	(void)err_set(e, ERR_USAGE, "a pause ends in the future, and within "
	    "%d days", PAUSE_DAYS_MAX);
	return err_hint(e, "write its end as '2026-11-23 18:00', or "
	    "2026-11-23");
}

static enum cli_exit
run_pause(struct cli *c, struct err *e)
{
	char when[CLOCK_TEXT_LEN];
	struct station s;
	int64_t until;
	int rc = -1;

	if (station_open(&s, c->home, e) == 0 &&
	    until_of(c, &s, &until, e) == 0)
		rc = pause_begin(&s, until, e);
	if (rc == 0 && c->json)
		(void)printf("{\"v\":1,\"type\":\"pause\",\"until\":%lld}\n",
		    (long long)until);
	else if (rc == 0 && !c->quiet)
		(void)printf(cli_tr("Nothing is read until %s. Runs go on, "
		    "and the managers see that and until when; to end it: "
		    "liudi resume\n"), clock_text_local(until, when));
	station_close(&s);
	return rc == 0 ? CLI_DONE : CLI_FAILED;
}

static enum cli_exit
run_resume(struct cli *c, struct err *e)
{
	struct station s;
	int rc = -1;

	if (station_open(&s, c->home, e) == 0)
		rc = pause_end(&s, e);
	if (rc == 0 && !c->json && !c->quiet)
		(void)printf("%s", cli_tr("The next run reads as ever.\n"));
	station_close(&s);
	return rc == 0 ? CLI_DONE : CLI_FAILED;
}

const struct cli_command cmd_pause = {
	.name = "pause",
	.operands = "[UNTIL]",
	.help = "let nothing be read for a while; the managers see it",
	.min_args = 0,
	.max_args = 1,
	.run = run_pause,
};

const struct cli_command cmd_resume = {
	.name = "resume",
	.operands = "",
	.help = "end the pause",
	.run = run_resume,
};
