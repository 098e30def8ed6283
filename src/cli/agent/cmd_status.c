/* cli/agent/cmd_status.c - liudi status: how this station stands. */

#include <stdlib.h>

#include "agent/pause.h"
#include "agent/register.h"
#include "agent/status.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "cli/agent/commands.h"
#include "cli/agent/tell.h"
#include "cli/agent/tellrun.h"
#include "base/banned.h"

static const char *
in_text(enum status_in in)
{
	switch (in) {
	case STATUS_OUT:
		return cli_tr("the manager has not added this station yet");
	case STATUS_NOT_ASKED:
		return cli_tr("this station has not asked to be let in yet");
	case STATUS_WAITING:
		return cli_tr("waiting for the manager to let this station "
		    "in");
	case STATUS_IN:
		return cli_tr("this station is let in");
	case STATUS_SUSPENDED:
		return cli_tr("the managers have suspended this station: what "
		    "it keeps waits here; ask them to resume it");
	case STATUS_REVOKED:
		return cli_tr("the managers have revoked the keys of this "
		    "station: ask them for a new invitation");
	case STATUS_BARRED:
		return cli_tr("the central lets the login of this station in "
		    "no more: the managers may have revoked it; ask them");
	case STATUS_UNKNOWN:
		break;
	}
	return cli_tr("the central was not reached yet");
}

static void
put_notice(const struct station *s)
{
	char when[CLOCK_TEXT_LEN];

	if (s->agreed.version > 0)
		(void)printf(cli_tr("Notice %lld is agreed to since %s.\n"),
		    (long long)s->agreed.version,
		    clock_text_local(s->agreed.agreed, when));
	if (s->blocked[0] != '\0')
		(void)printf(cli_tr("Notice %lld is not agreed to: nothing is "
		    "read until then (liudi agree).\n"),
		    (long long)s->control.notice);
	else if (s->have_control && s->control.notice == 0)
		(void)printf("%s", cli_tr("There is no notice to agree "
		    "to.\n"));
}

static void
put_pause(const struct station *s)
{
	char when[CLOCK_TEXT_LEN];
	struct err ignored = ERR_INIT;
	int64_t until;

	if (pause_load(s, clock_now_utc(), &until, &ignored) == 0 &&
	    until != 0)
		(void)printf(cli_tr("Paused here: nothing is read until %s "
		    "(liudi resume).\n"), clock_text_local(until, when));
}

/* Who can open what this station sends from now on. */
static void
put_readers(const struct station *s)
{
	size_t index[CONTROL_MAX_RECIPIENTS];
	size_t n = control_readers(&s->control, s->cfg.station, index);

	(void)printf("%s", cli_tr("It can be read by:"));
	for (size_t i = 0; i < n; i++)
		(void)printf(" %s", s->control.recipient[index[i]].name);
	(void)printf("\n");
}

/* How far back a manager is left without this account. */
static void
put_exports(const struct cli *c, const struct config_source *cfg,
	const struct exports *x)
{
	char when[CLOCK_TEXT_LEN];

	if (!x->there)
		return;
	if (x->readable != 0)
		(void)printf(cli_tr("%s: can be read until %s"), cfg->name,
		    clock_text_local(x->readable, when));
	if (x->readable != 0 && x->readable_is.what[0] != '\0')
		(void)printf(" (%s)", cli_tr(x->readable_is.what));
	if (x->readable != 0)
		(void)printf("\n");
	tell_exports(c, cfg, x);
}

/* They are a source that no file names, unless one does. */
static void
put_accounts(size_t n)
{
	char text[CLI_COUNT_LEN];

	if (n > 0)
		(void)printf("%s\n", cli_count((int64_t)n, "%lld account was "
		    "registered here; each run takes it along",
		    "%lld accounts were registered here; each run takes them "
		    "along", text));
}

static void
put_text(const struct station *s, const struct status *st, size_t accounts,
	const struct schedule *sched, const struct lastrun *last)
{
	char when[CLOCK_TEXT_LEN];

	(void)printf("%s: %s\n", s->cfg.station, in_text(st->in));
	put_notice(s);
	tellrun_text(s, sched, last);
	if (!s->have_control)
		return;
	put_pause(s);
	put_readers(s);
	for (size_t i = 0; i < st->nreceipts; i++)
		(void)printf(cli_tr("last receipt of %s: %s, commit %.12s\n"),
		    st->receipt[i].stream,
		    clock_text_local(st->receipt[i].last.utc, when),
		    st->receipt[i].last.head);
	if (st->nreceipts == 0)
		(void)printf("%s", cli_tr("no receipt of the central yet\n"));
	put_accounts(accounts);
}

static void
put_json(const struct station *s, const struct status *st,
	const struct exports *x, size_t accounts,
	const struct schedule *sched, const struct lastrun *last)
{
	size_t index[CONTROL_MAX_RECIPIENTS];
	size_t n = s->have_control ? control_readers(&s->control,
	    s->cfg.station, index) : 0;
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(1024 * 1024);
	struct jsonw w;

	jsonw_init(&w, &b, &e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "station", s->cfg.station);
	jsonw_kstr(&w, "central", s->central.url);
	jsonw_kstr(&w, "state", status_in_name(st->in));
	jsonw_kint(&w, "notice", s->have_control ? s->control.notice : 0);
	jsonw_kint(&w, "agreed", s->agreed.version);
	jsonw_key(&w, "readers");
	jsonw_array(&w);
	for (size_t i = 0; i < n; i++)
		jsonw_str(&w, s->control.recipient[index[i]].name);
	jsonw_array_end(&w);
	jsonw_key(&w, "receipts");
	jsonw_array(&w);
	for (size_t i = 0; i < st->nreceipts; i++) {
		jsonw_object(&w);
		jsonw_kstr(&w, "stream", st->receipt[i].stream);
		jsonw_kint(&w, "utc", st->receipt[i].last.utc);
		jsonw_kstr(&w, "ref", st->receipt[i].last.ref);
		jsonw_kstr(&w, "head", st->receipt[i].last.head);
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	jsonw_kint(&w, "accounts", (int64_t)accounts);
	tellrun_json(&w, s, sched, last);
	jsonw_key(&w, "exports");
	jsonw_array(&w);
	for (size_t i = 0; i < s->cfg.nsources; i++) {
		if (!x[i].there)
			continue;
		jsonw_object(&w);
		jsonw_kstr(&w, "source", s->cfg.source[i].name);
		tell_exports_json(&w, &s->cfg.source[i], &x[i]);
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0)
		(void)printf("%s\n", buf_str(&b));
	buf_release(&b);
}

/* How many accounts were registered here. */
static int
count_accounts(const struct station *s, size_t *n, struct err *e)
{
	struct registrar *r = register_look(s, e);

	if (r == NULL)
		return -1;
	(void)register_accounts(r, n);
	register_close(r);
	return 0;
}

/* The chats of S, by source; nothing is read before it is agreed to. */
static int
look(const struct station *s, struct exports *x, bool *unreadable,
	struct err *e)
{
	*unreadable = false;
	for (size_t i = 0; i < s->cfg.nsources; i++) {
		if (s->cfg.source[i].kind != CONFIG_CHAT ||
		    s->blocked[0] != '\0')
			continue;
		if (exports_look(&s->cfg.source[i], s->path.state,
			clock_now_utc(), &x[i], e) != 0)
			return -1;
		*unreadable = *unreadable || x[i].unreadable;
	}
	return 0;
}

static enum cli_exit
run_status(struct cli *c, struct err *e)
{
	struct exports *x = NULL;
	struct status st;
	struct station s;
	enum cli_exit rc = CLI_FAILED;
	bool unreadable;
	size_t accounts;
	char program[TELLRUN_PATH_MAX], home[TELLRUN_PATH_MAX];
	struct schedule_job job;
	struct schedule sched;
	struct lastrun last;

	if (station_open(&s, c->home, e) != 0 ||
	    tellrun_job(&job, c, &s, program, home, e) != 0 ||
	    schedule_look(&job, &sched, e) != 0 ||
	    lastrun_load(&last, s.path.state, e) != 0 ||
	    status_load(&st, &s, e) != 0 ||
	    count_accounts(&s, &accounts, e) != 0)
		goto out;
	x = calloc(s.cfg.nsources + 1, sizeof(*x));
	if (x == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	if (look(&s, x, &unreadable, e) != 0)
		goto out;
	if (c->json)
		put_json(&s, &st, x, accounts, &sched, &last);
	else if (!c->quiet)
		put_text(&s, &st, accounts, &sched, &last);
	for (size_t i = 0; i < s.cfg.nsources && !c->json && !c->quiet; i++)
		put_exports(c, &s.cfg.source[i], &x[i]);
	rc = st.in == STATUS_IN && s.blocked[0] == '\0' && !unreadable ?
	    CLI_DONE : CLI_WARNINGS;
out:
	free(x);
	station_close(&s);
	return rc;
}

const struct cli_command cmd_status = {
	.name = "status",
	.operands = "",
	.help = "show how this station stands, and its last receipts",
	.run = run_status,
};
