/* cli/agent/remember.c - how a run ended. */

#include "cli/agent/remember.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/banned.h"

#define TELL_AFTER 3	/* where liudi.ini could not be read */
#define TELL_AGAIN 86400
#define NOTIFY_MS 5000

/* The desktop's bus, which cron does not name. */
static char *
session_bus(void)
{
	char *path, *out = NULL;

	if (getenv("DBUS_SESSION_BUS_ADDRESS") != NULL)
		return NULL;
	path = str_fmt("/run/user/%u/bus", (unsigned)getuid());
	if (path != NULL && file_exists(path))
		out = str_fmt("DBUS_SESSION_BUS_ADDRESS=unix:path=%s", path);
	free(path);
	return out;
}

/* Where there is no notify-send, or no desktop, nothing happens. */
static void
notify(const struct lastrun *l)
{
	char filled[CLI_FILLED_LEN], text[2 * CLI_FILLED_LEN];
	char n[CLI_COUNT_LEN];
	char *bus = session_bus();
	const char *const env[] = {bus, NULL};
	const char *const argv[] = {"notify-send", "--app-name=liudi",
	    "--icon=dialog-warning", "--urgency=normal", "--", "liudi 留底",
	    text, NULL};
	struct buf out = BUF_INIT(4096), said = BUF_INIT(4096);
	struct err ignored = ERR_INIT;

	(void)snprintf(text, sizeof(text), cli_tr("%s; the last: %s. What to "
	    "do: liudi doctor"), cli_count(l->failures,
	    "%lld run failed", "%lld runs in a row failed", n),
	    cli_tr_filled(l->why, filled));
	(void)proc_run(argv, bus != NULL ? env : NULL, NULL, 0, &out, &said,
	    NOTIFY_MS, &ignored);
	buf_release(&out);
	buf_release(&said);
	free(bus);
}

static bool
is_time_to_tell(const struct lastrun *l, const struct config *cfg)
{
	/* an empty one was not read */
	const int after = cfg->station != NULL ? cfg->tell_after : TELL_AFTER;

	return after > 0 && l->failures >= after && (l->told == 0 ||
	    l->tried - l->told >= TELL_AGAIN || l->told > l->tried);
}

/* Only sending is no run: what was kept last stays the last. */
static void
take(struct lastrun *l, const struct remember *m, enum cli_exit rc,
	const struct err *e)
{
	const int64_t kept = l->kept, put_off = l->put_off;
	const bool waits = rc == CLI_SPOOLED;
	struct lastrun_end end = {.began = m->began,
	    .ended = clock_now_utc(), .status = (int)rc,
	    .kept = m->r != NULL && m->what != DUE_SEND,
	    .waiting = m->r != NULL ? m->r->spooled : l->waiting || waits,
	    .failed = rc != CLI_DONE && rc != CLI_WARNINGS &&
		m->what != DUE_KEEP && !(waits && m->s->waiting),
	    .why = m->r != NULL && m->r->why[0] != '\0' ? m->r->why :
		e->what};

	lastrun_add(l, &end);
	if (m->what == DUE_SEND && m->r != NULL) {
		l->kept = kept;
		if (!end.waiting)
			l->received = m->began;
	}
	if (m->what == DUE_KEEP && l->waiting) {
		l->put_off = put_off != 0 ? put_off : m->began;
		l->put_off_why = DUE_METERED;
	}
}

void
remember_run(const struct cli *c, const struct remember *m, enum cli_exit rc,
	const struct err *e)
{
	struct err ignored = ERR_INIT;
	struct lastrun l;

	if (rc == CLI_FAILED && e->code != ERR_NONE)
		rc = cli_exit_for(e);
	if (rc == CLI_LOCKED || rc == CLI_INTERRUPTED ||
	    m->s->path.state == NULL || !file_is_dir(m->s->path.state) ||
	    lastrun_load(&l, m->s->path.state, &ignored) != 0)
		return;
	take(&l, m, rc, e);
	if (m->s->have_control)
		(void)lastrun_policy(&l, m->s, &ignored);
	if (is_time_to_tell(&l, &m->s->cfg)) {
		notify(&l);
		l.told = l.tried;
	}
	if (lastrun_save(&l, m->s->path.state, &ignored) != 0 && c->verbose)
		cli_warn(c, "%s", ignored.what);
}

int
remember_put_off(const struct station *s, struct lastrun *l, enum due_why why,
	struct err *e)
{
	if (l->put_off != 0 && l->put_off_why == why)
		return 0;
	l->put_off = clock_now_utc();
	l->put_off_why = why;
	return lastrun_save(l, s->path.state, e);
}
