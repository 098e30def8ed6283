/* cli/agent/cmd_run.c - liudi run: collect, seal, commit, send. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/run.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/power.h"
#include "base/proc.h"
#include "base/utf8.h"
#include "cli/agent/ask.h"
#include "cli/agent/commands.h"
#include "cli/agent/remember.h"
#include "cli/agent/tell.h"
#include "base/banned.h"

/* run --watch: in seconds, but for the first, which is in settle times. */
#define WATCH_GAP 4		/* least time between two runs */
#define WATCH_LOOK_MAX 15	/* longest time between two looks */
#define WATCH_DUE 3600		/* a run at least so often */
#define NAP_MS 200

static const struct cli_option options[] = {
	{"dry-run", 'n', NULL, "look and tell, keep nothing"},
	{"full", 0, NULL, "read and list every file again"},
	{"no-push", 0, NULL, "commit, and send with a later run"},
	{"watch", 0, NULL, "stay, and run when a chat export has come"},
	{"if-due", 0, NULL, "only if it is time: what the schedule calls"},
	{"at-logout", 0, NULL, "the session ends: if there was none just now"},
	{NULL, 0, NULL, NULL}
};

struct screen {
	const struct cli *c;
	bool tty;		/* standard error shows progress */
	bool drawn;
	bool dry, send_only;
	struct exports *exports;	/* by source of *cfg */
	const struct config *cfg;
};

static void
clear_line(struct screen *s)
{
	if (s->drawn)
		(void)fputs("\r\033[K", stderr);
	s->drawn = false;
}

/* "12.3 MB of 1.2 GB, 3 of 40 files, 110 MB/s, 12 s left" */
static void
on_progress(void *arg, const struct run_progress *p)
{
	struct screen *s = arg;
	char done[CLI_SIZE_LEN], all[CLI_SIZE_LEN], rate[CLI_SIZE_LEN];
	int64_t ms = clock_mono_ms() - p->started_ms;
	int64_t per_s = ms > 0 ? p->bytes * 1000 / ms : 0;
	int64_t left = per_s > 0 ? (p->total_bytes - p->bytes) / per_s : 0;

	if (!s->tty)
		return;
	(void)fputs("\r\033[K", stderr);
	(void)cli_size((uint64_t)p->bytes, done);
	(void)cli_size((uint64_t)p->total_bytes, all);
	(void)cli_size((uint64_t)per_s, rate);
	if (p->pushing)
		(void)fprintf(stderr, cli_tr("sending %s of %s"), done, all);
	else
		(void)fprintf(stderr,
		    cli_tr("%s of %s, %lld of %lld files, %s/s, %lld s left"),
		    done, all, (long long)p->files,
		    (long long)p->total_files, rate,
		    (long long)(left > 0 ? left : 0));
	(void)fflush(stderr);
	s->drawn = true;
}

static void
put_op(int64_t n, const char *word)
{
	if (n > 0)
		(void)printf("  %" PRId64 " %s", n, cli_tr(word));
}

static void
json_counts(struct jsonw *w, const int64_t ops[])
{
	for (int i = 0; i < RECORD_NOPS; i++)
		jsonw_kint(w, record_op_name((enum record_op)i), ops[i]);
}

static void
put_json(struct buf *b, struct jsonw *w)
{
	if (jsonw_end(w) == 0)
		(void)printf("%s\n", buf_str(b));
	buf_release(b);
}

static void
on_source(void *arg, const struct config_source *cfg,
	const struct source_report *r, const int64_t ops[])
{
	struct screen *s = arg;
	char size[CLI_SIZE_LEN];

	clear_line(s);
	if (s->c->json) {
		struct err e = ERR_INIT;
		struct buf b = BUF_INIT(65536);
		struct jsonw w;

		jsonw_init(&w, &b, &e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kstr(&w, "source", cfg->name);
		jsonw_kstr(&w, "state", source_state_name(r->state));
		jsonw_kstr(&w, "reason", r->reason);
		jsonw_kint(&w, "files", r->files);
		jsonw_kint(&w, "bytes", r->bytes);
		json_counts(&w, ops);
		jsonw_object_end(&w);
		put_json(&b, &w);
		return;
	}
	if (s->c->quiet && r->state == SOURCE_OK)
		return;
	(void)printf("%-12s %-10s %8" PRId64 " %s %10s", cfg->name,
	    cli_tr(source_state_name(r->state)), r->files, cli_tr("files"),
	    cli_size((uint64_t)r->bytes, size));
	put_op(ops[RECORD_ADDED], "new");
	put_op(ops[RECORD_APPENDED], "appended");
	put_op(ops[RECORD_REWRITTEN], "rewritten");
	put_op(ops[RECORD_TRUNCATED], "truncated");
	put_op(ops[RECORD_REMOVED], "removed");
	put_op(ops[RECORD_MOVED], "moved");
	put_op(ops[RECORD_TOUCHED], "touched");
	if (r->special > 0)
		put_op(r->special, "special, not kept");
	if (r->symlinks > 0)
		put_op(r->symlinks, "links, not followed");
	/* A remark on one that is ok is told at the end. */
	if (r->state != SOURCE_OK && r->reason[0] != '\0') {
		(void)fputs("  (", stdout);
		cli_put_shown(stdout, r->reason, strlen(r->reason));
		(void)fputs(")", stdout);
	}
	(void)printf("\n");
}

/* Told at the end, where a person looks. */
static void
on_exports(void *arg, const struct config_source *cfg,
	const struct exports *x)
{
	struct screen *s = arg;

	s->exports[cfg - s->cfg->source] = *x;
}

static void
put_exports(const struct screen *s, const struct config_source *cfg,
	const struct exports *x)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(65536);
	struct jsonw w;

	if (!x->there)
		return;
	if (!s->c->json) {
		tell_exports(s->c, cfg, x);
		return;
	}
	jsonw_init(&w, &b, &e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "exports", cfg->name);
	tell_exports_json(&w, cfg, x);
	jsonw_object_end(&w);
	put_json(&b, &w);
}

static void
on_file(void *arg, const char *source, const char *path, const char *why)
{
	struct screen *s = arg;
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(65536);
	char text[CLI_FILLED_LEN];

	clear_line(s);
	why = cli_tr_filled(why, text);
	if (utf8_add_shown(&b, path, strlen(path), &e) == 0 &&
	    buf_adds(&b, ": ", &e) == 0 &&
	    utf8_add_shown(&b, why, strlen(why), &e) == 0)
		cli_warn(s->c, "%s: %s", source, buf_str(&b));
	buf_release(&b);
}

/*
 * What the central's hooks say, line by line, nothing of it believed.  What the
 * run mends is no news: if it comes again, it is told then.
 */
static void
on_remote(void *arg, const char *text, size_t n, bool mended)
{
	struct screen *s = arg;

	if (mended && !s->c->verbose)
		return;
	clear_line(s);
	while (n > 0) {
		const char *nl = memchr(text, '\n', n);
		size_t len = nl != NULL ? (size_t)(nl - text) : n;

		if (len > 0 && (len < 14 ||
			memcmp(text, "liudi-receipt ", 14) != 0)) {
			(void)fputs(cli_tr("central: "), stderr);
			cli_put_shown(stderr, text, len);
			(void)fputc('\n', stderr);
		}
		text += len;
		n -= len;
		if (n > 0) {
			text++;
			n--;
		}
	}
}

static void
on_shop(void *arg, const struct shopkeep_page *p)
{
	struct screen *s = arg;

	clear_line(s);
	tell_page(s->c, p);
}

static void
on_note(void *arg, const char *text)
{
	struct screen *s = arg;
	char filled[CLI_FILLED_LEN];

	clear_line(s);
	if (!s->c->quiet)
		(void)fprintf(stderr, "liudi: %s\n", cli_tr_filled(text,
		    filled));
}

static int
on_agree(void *arg, const struct notice *n, const struct buf *text,
	struct err *e)
{
	struct screen *s = arg;

	clear_line(s);
	return ask_notice(s->c, n, text, e);
}

static void
print_result(const struct screen *s, const struct run_result *r)
{
	char size[CLI_SIZE_LEN], stored[CLI_SIZE_LEN];

	(void)cli_size((uint64_t)r->bytes, size);
	(void)cli_size((uint64_t)r->stored, stored);
	if (s->dry) {
		(void)printf(cli_tr("would read %lld files, %s; nothing was "
		    "kept\n"), (long long)r->files, size);
		return;
	}
	if (!s->send_only)
		(void)printf(cli_tr("on file: %lld files, %s; new: %lld "
		    "pieces, %s\n"), (long long)r->files, size,
		    (long long)r->chunks, stored);
	if (r->spooled || r->integrity)
		return;
	(void)printf(cli_tr("run %lld received by the central"),
	    (long long)r->seq);
	if (r->receipt_utc != 0) {
		char when[CLOCK_TEXT_LEN];

		(void)printf(" (%s)", clock_text_local(r->receipt_utc, when));
	}
	(void)printf("\n");
}

static void
print_json_result(const struct run_result *r, bool central_is_path)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(65536);
	struct jsonw w;

	jsonw_init(&w, &b, &e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "ref", r->ref[0] != '\0' ? r->ref : NULL);
	jsonw_kint(&w, "seq", r->seq);
	jsonw_kint(&w, "parts", r->parts);
	jsonw_kint(&w, "files", r->files);
	jsonw_kint(&w, "bytes", r->bytes);
	jsonw_kint(&w, "chunks", r->chunks);
	jsonw_kint(&w, "stored", r->stored);
	json_counts(&w, r->ops);
	jsonw_kbool(&w, "received", !r->spooled && !r->integrity);
	jsonw_kint(&w, "receipt", r->receipt_utc);
	jsonw_kbool(&w, "append_only", !central_is_path);
	jsonw_kstr(&w, "why", r->why[0] != '\0' ? r->why : NULL);
	jsonw_object_end(&w);
	put_json(&b, &w);
}

static enum cli_exit
exit_of(const struct cli *c, const struct run_result *r, enum due_do what)
{
	enum cli_exit rc = CLI_DONE;
	struct err e = ERR_INIT;
	char why[CLI_FILLED_LEN];

	if (r->blocked)
		cli_hint(c, "nothing is read until the notice is agreed to: "
		    "liudi agree");
	if (r->paused)
		cli_hint(c, "nothing is read, for it was paused here; to end "
		    "that: liudi resume");
	if (r->warnings || r->blocked || r->paused)
		rc = cli_worse(rc, CLI_WARNINGS);
	if (r->spooled)
		rc = cli_worse(rc, CLI_SPOOLED);
	if (r->integrity)
		rc = cli_worse(rc, CLI_INTEGRITY);
	if (r->spooled && !r->integrity && what == DUE_KEEP) {
		if (!c->json && !c->quiet)
			(void)printf("%s", cli_tr("kept here; sent later, for "
			    "the connection is metered\n"));
		return rc;
	}
	if ((r->spooled || r->integrity) && !c->json) {
		/* git's words for it; the hook's own stand above */
		bool declined = strcmp(r->why, "pre-receive hook declined") ==
		    0;

		(void)err_set(&e, r->integrity ? ERR_INTEGRITY : ERR_NET,
		    r->integrity ? "%s" : cli_tr("kept here, not yet received "
		    "by the central: %s"), declined ?
		    cli_tr("its rules do not let through what was sent") :
		    cli_tr_filled(r->why, why));
		(void)err_hint(&e, "%s", r->hint);
		cli_error(c, &e);
	}
	return rc;
}

/*
 * One run of the open station S, or as much of one as WHAT says; *left: exports
 * still being written.
 */
static enum cli_exit
run_once(struct cli *c, struct station *s, enum due_do what, bool *left,
	struct err *e)
{
	struct remember m = {.s = s, .began = clock_now_utc(), .what = what};
	struct screen scr = {.c = c, .tty = isatty(STDERR_FILENO) == 1 &&
	    !c->quiet && !c->json, .dry = cli_has(c, "dry-run"),
	    .send_only = what == DUE_SEND, .cfg = &s->cfg};
	struct run_options o = {
	    .dry_run = scr.dry,
	    .full = cli_has(c, "full"),
	    .no_push = cli_has(c, "no-push") || what == DUE_KEEP,
	    .send_only = scr.send_only,
	    .language = ask_language(),
	    .watch = {on_progress, on_source, on_exports, on_file, on_remote,
		on_shop, on_note, ask_can(c) ? on_agree : NULL, &scr},
	};
	struct run_result r;
	enum cli_exit rc = CLI_FAILED;

	scr.exports = calloc(s->cfg.nsources + 1, sizeof(*scr.exports));
	if (scr.exports == NULL) {
		(void)err_nomem(e);
		return rc;
	}
	if (s->cfg.nsources == 0 && !c->quiet)
		cli_warn(c, cli_tr("'%s' names no source yet: this run only "
		    "says that the station is alive"), s->path.ini);
	if (run_station(s, &o, &r, e) != 0) {
		clear_line(&scr);
		/* Without a first contact nothing can be kept yet. */
		if (e->code == ERR_NET)
			rc = CLI_SPOOLED;
		goto out;
	}
	m.r = &r;
	clear_line(&scr);
	if (c->json)
		print_json_result(&r, s->central.kind == CENTRAL_PATH);
	else if (!c->quiet)
		print_result(&scr, &r);
	for (size_t i = 0; i < s->cfg.nsources; i++)
		put_exports(&scr, &s->cfg.source[i], &scr.exports[i]);
	*left = r.left > 0;
	rc = exit_of(c, &r, what);
out:
	free(scr.exports);
	if (!scr.dry)
		remember_run(c, &m, rc, e);
	return rc;
}

/* --- run --watch */

/* The longest time for which an export must not change. */
static int64_t
longest_settle(const struct config *cfg)
{
	int64_t longest = 1;

	for (size_t i = 0; i < cfg->nsources; i++)
		if (cfg->source[i].kind == CONFIG_CHAT &&
		    cfg->source[i].settle > longest)
			longest = cfg->source[i].settle;
	return longest;
}

/*
 * Wait until an export has come since SINCE, or a run is due anyway.  The
 * folders are looked at, not listened to: see docs/DECISIONS.md.  0; 1: told to
 * stop; -1.
 */
static int
wait_for_exports(const struct station *s, int64_t since, struct err *e)
{
	const int64_t settle = longest_settle(&s->cfg);
	const int64_t look_ms = 1000 * (settle < WATCH_LOOK_MAX ? settle :
	    WATCH_LOOK_MAX);
	const int64_t begin = clock_mono_ms();
	int64_t look = begin + WATCH_GAP * settle * 1000;
	int rc = 0;

	while (rc == 0 && clock_mono_ms() - begin < WATCH_DUE * 1000) {
		if (proc_interrupted())
			return 1;
		if (clock_mono_ms() < look) {
			clock_nap_ms(NAP_MS);
			continue;
		}
		rc = exports_arrived(&s->cfg, s->path.state, since,
		    clock_now_utc(), e);
		look = clock_mono_ms() + look_ms;
	}
	return rc < 0 ? -1 : 0;
}

/* What stands in the way of this run may be gone at the next. */
static enum cli_exit
run_watch(struct cli *c, struct station *s, struct err *e)
{
	enum cli_exit rc;
	bool left = false;
	int64_t since;
	int stop;

	for (;;) {
		since = clock_now_utc();
		rc = run_once(c, s, DUE_RUN, &left, e);
		if (proc_interrupted())
			break;
		if (e->code != ERR_NONE)
			cli_error(c, e);
		err_clear(e);
		(void)fflush(stdout);
		if (left)
			since -= longest_settle(&s->cfg);
		/* What the file says by now; and the lock is let go. */
		station_close(s);
		if (station_open(s, c->home, e) != 0)
			return CLI_FAILED;
		stop = wait_for_exports(s, since, e);
		if (stop != 0)
			return stop < 0 ? CLI_FAILED : CLI_DONE;
	}
	if (e->code != ERR_INTR && e->code != ERR_NONE)
		return rc;
	err_clear(e);
	return CLI_DONE;
}

/* --- run --if-due */

/* Not due: said where somebody asked. */
static void
say_not_due(const struct cli *c, const struct due *d)
{
	char when[CLOCK_TEXT_LEN];

	if (c->json)
		(void)printf("{\"v\":1,\"due\":false,\"next\":%" PRId64 "}\n",
		    d->next);
	else if (!c->quiet && d->what == DUE_WAIT)
		(void)printf("%s", cli_tr("put off: on battery\n"));
	else if (!c->quiet)
		(void)printf(cli_tr("nothing is due before %s\n"),
		    clock_text_local(d->next, when));
}

static enum cli_exit
run_if_due(struct cli *c, struct station *s, struct err *e)
{
	const char *times;
	struct due_rule rule;
	struct due_past past;
	struct due_now now = {.utc = clock_now_utc(),
	    .leaving = cli_has(c, "at-logout")};
	struct lastrun l;
	enum cli_exit rc;
	bool left = false;
	struct due d;

	if (lastrun_load(&l, s->path.state, e) != 0)
		return CLI_FAILED;
	(void)lastrun_rule(&l, &s->cfg, &rule, &times);
	lastrun_past(&l, &past);
	d = due_decide(&rule, &past, &now);
	/* asked only where it could put something off */
	if (d.what != DUE_NOTHING) {
		now.battery = !rule.on_battery && power_on_battery();
		now.metered = !rule.on_metered && power_metered();
		d = due_decide(&rule, &past, &now);
	}
	if (d.what == DUE_WAIT && remember_put_off(s, &l, d.why, e) != 0)
		return CLI_FAILED;
	if (d.what == DUE_NOTHING || d.what == DUE_WAIT) {
		say_not_due(c, &d);
		return CLI_DONE;
	}
	rc = run_once(c, s, d.what, &left, e);
	if (e->code != ERR_LOCKED)
		return rc;
	/* it is being done */
	err_clear(e);
	return CLI_DONE;
}

static enum cli_exit
run_run(struct cli *c, struct err *e)
{
	const bool due = cli_has(c, "if-due") || cli_has(c, "at-logout");
	struct remember m = {.began = clock_now_utc(), .what = DUE_RUN};
	struct station s;
	enum cli_exit rc = CLI_FAILED;
	bool left = false;

	if (cli_has(c, "watch") && cli_has(c, "dry-run")) {
		(void)err_set(e, ERR_USAGE, "--watch and --dry-run do not go "
		    "together");
		return rc;
	}
	if (due && (cli_has(c, "watch") || cli_has(c, "dry-run"))) {
		(void)err_set(e, ERR_USAGE, "--if-due and --at-logout go "
		    "with neither --watch nor --dry-run");
		return rc;
	}
	if (station_open(&s, c->home, e) != 0) {
		m.s = &s;
		if (!cli_has(c, "dry-run"))
			remember_run(c, &m, cli_exit_for(e), e);
	} else if (cli_has(c, "watch")) {
		rc = run_watch(c, &s, e);
	} else {
		rc = due ? run_if_due(c, &s, e) :
		    run_once(c, &s, DUE_RUN, &left, e);
	}
	station_close(&s);
	return rc;
}

const struct cli_command cmd_run = {
	.name = "run",
	.operands = "",
	.help = "keep on file what is new since the last run",
	.options = options,
	.run = run_run,
};
