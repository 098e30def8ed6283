/* cli/agent/tellrun.c - when runs happen by themselves. */

#include "cli/agent/tellrun.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/banned.h"

int
tellrun_job(struct schedule_job *j, const struct cli *c,
	const struct station *s, char program[TELLRUN_PATH_MAX],
	char home[TELLRUN_PATH_MAX], struct err *e)
{
	const char *dir = c->home != NULL ? c->home : getenv("LIUDI_HOME");
	ssize_t n = readlink("/proc/self/exe", program, TELLRUN_PATH_MAX - 1);
	char *full;

	*j = (struct schedule_job){s, program, NULL};
	if (n <= 0)
		return err_set(e, ERR_FAIL, "where this program lies is not "
		    "known");
	program[n] = '\0';
	if (dir == NULL || dir[0] == '\0')
		return 0;
	full = path_expand(dir, NULL, e);
	if (full == NULL)
		return -1;
	(void)snprintf(home, TELLRUN_PATH_MAX, "%s", full);
	free(full);
	j->home = home;
	return 0;
}

static void
put_schedule(const struct schedule *sched)
{
	switch (sched->kind) {
	case SCHEDULE_SYSTEMD:
		(void)printf("%s", cli_tr("runs by itself: systemd wakes it "
		    "every quarter of an hour\n"));
		break;
	case SCHEDULE_CRON:
		(void)printf("%s", cli_tr("runs by itself: cron wakes it every "
		    "quarter of an hour\n"));
		break;
	case SCHEDULE_NONE:
		(void)printf("%s", cli_tr("nothing makes it run by itself: "
		    "liudi schedule install\n"));
		return;
	}
	if (sched->stale)
		(void)printf("%s", cli_tr("the schedule is of another program "
		    "or other sources: liudi schedule install\n"));
}

static void
put_times(const struct station *s, const struct schedule *sched,
	const struct lastrun *l)
{
	char when[CLOCK_TEXT_LEN];
	struct due_rule r;
	const char *times;
	enum lastrun_times of = lastrun_rule(l, &s->cfg, &r, &times);

	if (sched->kind == SCHEDULE_NONE)
		return;
	(void)printf(of == LASTRUN_POLICY ? cli_tr("due at %s, as the "
	    "managers have it; next: %s\n") : cli_tr("due at %s; next: %s\n"),
	    times, clock_text_local(due_next(&r, clock_now_utc()), when));
}

static void
put_last(const struct lastrun *l)
{
	char when[CLOCK_TEXT_LEN], n[CLI_COUNT_LEN], why[CLI_FILLED_LEN];

	if (l->tried == 0)
		return;
	if (l->failures == 0)
		(void)printf(l->waiting ? cli_tr("last run: %s, kept here, not "
		    "yet received by the central\n") : l->kept != 0 &&
		    l->received >= l->kept ? cli_tr("last run: %s, received by "
		    "the central\n") : cli_tr("last run: %s\n"),
		    clock_text_local(l->tried, when));
	else
		(void)printf(cli_tr("%s since %s: %s\n"), cli_count(
		    l->failures, "%lld run failed", "%lld runs in a row "
		    "failed", n), clock_text_local(l->failing, when),
		    cli_tr_filled(l->why, why));
	if (l->failures != 0 && l->received != 0)
		(void)printf(cli_tr("last run that was received: %s\n"),
		    clock_text_local(l->received, when));
	if (l->put_off != 0)
		(void)printf(l->put_off_why == DUE_METERED ?
		    cli_tr("sending is put off since %s, for the connection "
			"is metered\n") :
		    cli_tr("put off since %s, for there is no mains\n"),
		    clock_text_local(l->put_off, when));
}

void
tellrun_text(const struct station *s, const struct schedule *sched,
	const struct lastrun *l)
{
	put_last(l);
	put_schedule(sched);
	put_times(s, sched, l);
}

static void
put_utc(struct jsonw *w, const char *key, int64_t utc)
{
	if (utc != 0)
		jsonw_kint(w, key, utc);
	else
		jsonw_knull(w, key);
}

void
tellrun_json(struct jsonw *w, const struct station *s,
	const struct schedule *sched, const struct lastrun *l)
{
	struct due_rule r;
	const char *times;

	(void)lastrun_rule(l, &s->cfg, &r, &times);
	jsonw_kstr(w, "schedule", schedule_kind_name(sched->kind));
	jsonw_kbool(w, "stale", sched->stale);
	jsonw_kstr(w, "times", times);
	jsonw_kint(w, "next", due_next(&r, clock_now_utc()));
	jsonw_key(w, "last_run");
	jsonw_object(w);
	put_utc(w, "began", l->tried);
	put_utc(w, "ended", l->ended);
	jsonw_kint(w, "exit", l->status);
	put_utc(w, "kept", l->kept);
	put_utc(w, "received", l->received);
	jsonw_kbool(w, "waiting", l->waiting);
	jsonw_kint(w, "failures", l->failures);
	put_utc(w, "failing", l->failing);
	jsonw_kstr(w, "why", l->why[0] != '\0' ? l->why : NULL);
	put_utc(w, "put_off", l->put_off);
	jsonw_kstr(w, "put_off_why", l->put_off == 0 ? NULL :
	    l->put_off_why == DUE_METERED ? "metered" : "battery");
	jsonw_object_end(w);
}
