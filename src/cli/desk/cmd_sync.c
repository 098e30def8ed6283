/* cli/desk/cmd_sync.c - liudi-desk sync: fetch, verify, open, index, show. */
#include "cli/desk/show.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "cli/desk/acct.h"
#include "cli/desk/chatnews.h"
#include "cli/desk/deskcmds.h"
#include "cli/desk/digest_line.h"
#include "cli/desk/letin.h"
#include "cli/desk/progress.h"
#include "cli/desk/reads.h"
#include "cli/desk/shopdesk.h"
#include "cli/desk/dayfacts.h"
#include "desk/dayreports.h"
#include "desk/deskkeys.h"
#include "desk/finding.h"
#include "desk/heads.h"
#include "desk/ledger.h"
#include "desk/received.h"
#include "desk/shops.h"
#include "desk/sync.h"

#include "base/banned.h"

struct work {
	const struct cli *c;
	const struct buf *rewritten;
	const struct seen *seen;
	struct heads_accept aside;	/* what was witnessed of these */
	enum cli_exit worst;
	int64_t packs;		/* bytes of all that was fetched */
	struct progress progress;
	struct chatnews chats;
};

static int
print_station(void *arg, const struct query_station *s, struct err *e)
{
	const struct query_part *p = &s->last.first;
	char when[SHOW_TIME_LEN], size[CLI_SIZE_LEN];
	const int64_t *op = p->ops;
	int64_t changed = op[RECORD_APPENDED] + op[RECORD_REWRITTEN] +
	    op[RECORD_TRUNCATED] + op[RECORD_MOVED] + op[RECORD_TOUCHED];

	(void)arg;
	(void)e;
	show_padded(s->station, 18);
	show_padded(p->n ? show_time(p->started, when) : "-", 21);
	(void)printf("%8lld  %9s  %6lld  %7lld  %7lld  %lld\n",
	    (long long)s->files, cli_size((uint64_t)s->bytes, size),
	    (long long)op[RECORD_ADDED], (long long)changed,
	    (long long)op[RECORD_REMOVED],
	    (long long)(s->integrity + s->warnings));
	return 0;
}

static int
json_station(void *arg, const struct query_station *s, struct err *e)
{
	struct buf *line = arg;
	struct jsonw w;

	jsonw_init(&w, line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "station");
	jsonw_kstr(&w, "station", s->station);
	jsonw_kint(&w, "live_files", s->files);
	jsonw_kint(&w, "live_bytes", s->bytes);
	jsonw_kint(&w, "integrity", s->integrity);
	jsonw_kint(&w, "warnings", s->warnings);
	jsonw_key(&w, "last");
	if (s->last.first.n) {
		jsonw_object(&w);
		show_run_json(&w, &s->last);
		jsonw_object_end(&w);
	} else {
		jsonw_null(&w);
	}
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(line, e);
}

static void
weigh(struct work *k, int severity)
{
	if (severity >= FINDING_INTEGRITY)
		k->worst = cli_worse(k->worst, CLI_INTEGRITY);
	else if (severity == FINDING_WARN)
		k->worst = cli_worse(k->worst, CLI_WARNINGS);
}

static int
print_event(void *arg, const struct query_event *ev, struct err *e)
{
	struct work *k = arg;
	char out[CLI_FILLED_LEN];
	const char *text;

	(void)e;
	weigh(k, ev->severity);
	if (ev->severity < FINDING_WARN && !k->c->verbose)
		return 0;
	(void)printf("%s: %s: ", ev->station[0] ? ev->station :
	    cli_tr("central"), cli_tr(finding_severity_name(ev->severity)));
	text = cli_tr_filled(ev->text, out);
	cli_put_shown(stdout, text, strlen(text));
	(void)fputc('\n', stdout);
	return 0;
}

static int
json_event(void *arg, const struct query_event *ev, struct err *e)
{
	struct work *k = arg;
	struct buf line = BUF_INIT(1024 * 1024);
	struct jsonw w;
	int rc;

	weigh(k, ev->severity);
	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "event");
	jsonw_kstr(&w, "station", ev->station);
	jsonw_kstr(&w, "severity", finding_severity_name(ev->severity));
	jsonw_kstr(&w, "code", ev->code);
	jsonw_kstr(&w, "text", ev->text);
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

/* Which of `show` and `log` shows all of it. */
static int
print_lost(void *arg, const struct query_lost *l, struct err *e)
{
	(void)arg;
	(void)e;
	(void)printf(cli_tr("%s: %lld rewritten or cut, %lld removed; look: "
	    "liudi-desk %s"), l->station, (long long)l->cut,
	    (long long)l->removed, l->runs > 1 ? "log" : "show");
	if (l->runs > 1 || l->last)
		(void)printf(" %s\n", l->station);
	else
		(void)printf(" %.8s\n", l->run);
	return 0;
}

static int
json_lost(void *arg, const struct query_lost *l, struct err *e)
{
	struct buf *line = arg;
	struct jsonw w;

	jsonw_init(&w, line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "chats");
	jsonw_kstr(&w, "station", l->station);
	jsonw_kint(&w, "cut", l->cut);
	jsonw_kint(&w, "removed", l->removed);
	jsonw_kint(&w, "runs", l->runs);
	jsonw_kstr(&w, "run", l->run);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(line, e);
}

/* In the box. */
static int
show_events(void *arg, struct box *b, int64_t since, struct err *e)
{
	struct work *k = arg;

	return query_events_since(b->catalogue, since, k->c->json ?
	    json_event : print_event, k, e) < 0 ? -1 : (int)k->worst;
}

/*
 * Last, and after all else was told: it may take long, and what it leaves undone
 * the next sync does.
 */
static int
gather_chats(struct work *k, struct box *b, struct err *e)
{
	char why[CLI_FILLED_LEN];

	(void)fflush(stdout);
	if (chatnews_gather(&k->chats, b, e) < 0) {
		if (e->code == ERR_INTR)
			return -1;
		cli_warn(k->c, "%s", cli_tr_filled(e->what, why));
		k->worst = cli_worse(k->worst, cli_exit_for(e));
		err_clear(e);
	}
	return chatnews_print(&k->chats, e);
}

/* What is wrong with an event file is told with all else that is. */
static int
index_accounts(struct work *k, struct box *b, struct ledger_report *r,
	struct err *e)
{
	char later[CLI_COUNT_LEN];

	if (ledger_index(b, r, e) < 0)
		return -1;
	if (r->later > 0)
		cli_warn(k->c, "%s", cli_count(r->later, "%lld file of account "
		    "events cannot be opened here yet", "%lld files of "
		    "account events cannot be opened here yet", later));
	return 0;
}

/* The same of what stations captured of shops, and of managers' notes. */
static int
index_shops(struct work *k, struct box *b, struct shops_report *r,
	struct err *e)
{
	char later[CLI_COUNT_LEN];
	struct notes_report notes;

	if (shops_index(b, r, e) < 0 || notes_index(b, &notes, e) < 0)
		return -1;
	if (r->later > 0)
		cli_warn(k->c, "%s", cli_count(r->later, "%lld file of a shop "
		    "cannot be had now", "%lld files of shops cannot be had "
		    "now", later));
	return 0;
}

/* The same of what persons wrote. */
static int
index_reports(struct work *k, struct box *b, struct dayreports_report *r,
	struct err *e)
{
	char later[CLI_COUNT_LEN];

	if (dayreports_index(b, r, e) < 0)
		return -1;
	if (r->later > 0)
		cli_warn(k->c, "%s", cli_count(r->later, "%lld report cannot "
		    "be had now", "%lld reports cannot be had now", later));
	return 0;
}

/* In the box. */
static int
index_and_show(struct box *b, void *arg, struct err *e)
{
	struct work *k = arg;
	struct buf line = BUF_INIT(1024 * 1024);
	const bool json = k->c->json;
	char commits[CLI_COUNT_LEN];
	size_t parts = 0;
	int64_t since = 0, stopped = 0, before = 0, bytes = 0, ignored;
	int64_t apart = 0;
	struct received_open open;
	struct ledger_report accounts;
	struct shops_report shops;
	struct dayreports_report reports;
	int rc = -1;

	if (query_part_newest(b->catalogue, &before, e) < 0 ||
	    query_bundle_bytes(b->catalogue, &bytes, e) < 0 ||
	    query_event_last(b->catalogue, &since, e) < 0)
		goto out;
	progress_total(&k->progress, k->packs - bytes);
	rc = sync_index(b, k->rewritten, k->seen, &parts, &ignored, e);
	progress_clear(&k->progress);
	if (rc < 0)
		goto out;
	rc = -1;
	if (heads_check(b, clock_now_utc(), true, &apart, e) < 0 ||
	    heads_save(b, clock_now_utc(), k->aside.fn ? &k->aside : NULL,
	    e) < 0)
		goto out;
	if (index_accounts(k, b, &accounts, e) < 0 ||
	    index_shops(k, b, &shops, e) < 0 ||
	    index_reports(k, b, &reports, e) < 0 ||
	    show_events(k, b, since, e) < 0)
		goto out;
	/* Told once, but not over: until it is mended each sync ends with it. */
	if (query_stopped(b->catalogue, &stopped, e) < 0 ||
	    received_count(b->catalogue, clock_now_utc(), &open, e) < 0)
		goto out;
	if (stopped > 0 || k->rewritten->len > 0 || open.all > 0 ||
	    apart > 0)
		k->worst = cli_worse(k->worst, CLI_INTEGRITY);
	if (open.hidden > 0 && k->rewritten->len == 0)
		cli_warn(k->c, "the central says that it had %lld commits "
		    "which it does not show; if they are gone for good, to "
		    "settle it: liudi-desk sync --accept-rewrite STATION",
		    (long long)open.hidden);
	if (!json && !k->c->quiet) {
		(void)printf("%s\n", cli_count((int64_t)parts,
		    "%lld new commit", "%lld new commits", commits));
		if (accounts.events > 0)
			(void)printf("%s\n", cli_count(accounts.events,
			    "%lld new event of accounts",
			    "%lld new events of accounts", commits));
		if (shops.captures > 0)
			(void)printf("%s\n", cli_count(shops.captures,
			    "%lld page of shops was looked at", "%lld pages "
			    "of shops were looked at", commits));
		if (reports.added > 0)
			(void)printf("%s\n", cli_count(reports.added,
			    "%lld new report of persons",
			    "%lld new reports of persons", commits));
		show_padded(cli_tr("station"), 18);
		show_padded(cli_tr("last run"), 21);
		show_right(cli_tr("files"), 6);
		show_right(cli_tr("size"), 9);
		show_right(cli_tr("new"), 6);
		show_right(cli_tr("changed"), 7);
		show_right(cli_tr("removed"), 7);
		(void)printf("  %s\n", cli_tr("problems"));
	}
	if ((json || !k->c->quiet) && query_stations(b->catalogue, json ?
	    json_station : print_station, &line, e) < 0)
		goto out;
	if (gather_chats(k, b, e) < 0)
		goto out;
	if (query_chat_lost(b->catalogue, before, json ? json_lost :
	    print_lost, &line, e) < 0)
		goto out;
	rc = (int)k->worst;
out:
	buf_release(&line);
	return rc;
}

/* Which branches may follow the central whatever it has. */
struct accepting {
	const char *what;	/* a branch, a station; NULL = all */
	size_t n;		/* were moved aside */
};

/* "ws-01", "ws-01/main", "ws/ws-01/main/2026.0" and the full name. */
static bool
accepts(void *arg, const char *ref)
{
	static const char *const fronts[] = {"", "refs/heads/",
	    "refs/heads/ws/"};
	struct accepting *a = arg;
	size_t i, n, front;

	for (i = 0; a->what && i < sizeof(fronts) / sizeof(*fronts); i++) {
		front = strlen(fronts[i]);
		n = strlen(a->what);
		if (strncmp(ref, fronts[i], front) == 0 &&
		    strncmp(ref + front, a->what, n) == 0 &&
		    (ref[front + n] == '\0' || ref[front + n] == '/'))
			break;
	}
	if (a->what && i == sizeof(fronts) / sizeof(*fronts))
		return false;
	a->n++;
	return true;
}

/* Control is checked before anything is made of it; a bad one is told. */
static int
look_at_control(struct cli *c, const struct deskhome *h,
	struct buf *rewritten, struct err *e)
{
	struct err bad = ERR_INIT;
	char why[CLI_FILLED_LEN];

	if (sync_control(h, rewritten, &bad, e) < 0)
		return -1;
	if (bad.code != ERR_NONE)
		cli_warn(c, "%s", cli_tr_filled(bad.what, why));
	return 0;
}

static int
fetch(struct cli *c, const struct deskhome *h, struct buf *rewritten,
	size_t *aside, bool *offline, struct err *e)
{
	struct accepting a = {cli_value(c, "accept-rewrite"), 0};
	const struct mirror_accept accept = {accepts, &a, clock_now_utc()};
	char why[CLI_FILLED_LEN];
	bool asked = a.what || cli_has(c, "new-central");

	*offline = false;
	if (cli_has(c, "offline"))
		return 0;
	if (cli_has(c, "new-central"))
		a.what = NULL;
	if (sync_fetch(h, asked ? &accept : NULL, rewritten, e) == 0) {
		*aside = a.n;
		return look_at_control(c, h, rewritten, e);
	}
	if (e->code != ERR_NET || !file_exists(h->records))
		return -1;
	/* What is here can still be looked at. */
	cli_warn(c, "%s", cli_tr_filled(e->what, why));
	if (e->hint[0])
		cli_hint(c, "%s", cli_tr_filled(e->hint, why));
	err_clear(e);
	*offline = true;
	return 0;
}

/* Each sync ends with 5 until it is settled: say why, and the way on. */
static void
say_rewritten(const struct cli *c, const struct buf *rewritten)
{
	const char *s = buf_str(rewritten);
	int n = (int)strcspn(s, " \n");

	if (rewritten->len == 0)
		return;
	if (strncmp(s, "refs/heads/control ", 19) == 0)
		cli_warn(c, "the central's control is not the one that this "
		    "desk knows; it is never replaced: put "
		    "control.git of this desk back to the central");
	else
		cli_warn(c, "the central has other histories than this desk "
		    "(%.*s …); to keep ours aside and follow it: liudi-desk "
		    "sync --accept-rewrite STATION, or --new-central for all",
		    n, s);
}

/* Whoever has this machine, its backups and the passphrase has it all. */
static void
remind_of_owner(const struct cli *c, const struct deskhome *h)
{
	static const char *const ends[] = {".identity", ".sign.age"};
	bool there = false;
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		char *file = str_fmt("%s/%s%s", h->keys, DESKKEYS_OWNER,
		    ends[i]);

		there = there || (file && file_exists(file));
		free(file);
	}
	if (there)
		cli_hint(c, "the owner's keys still lie in '%s': move "
		    "owner.identity and owner.sign.age to a stick, and that "
		    "into a safe", h->keys);
}

/* What cannot go together. */
static int
check_options(const struct cli *c, struct err *e)
{
	bool accept = cli_has(c, "accept-rewrite");
	bool all = cli_has(c, "new-central");

	if (accept && all)
		return err_set(e, ERR_USAGE, "--accept-rewrite names one, "
		    "--new-central means all: not both");
	if ((accept || all) && cli_has(c, "offline"))
		return err_set(e, ERR_USAGE,
		    "--offline does not ask the central");
	return 0;
}

/*
 * The texts of chats stay in the catalogue, so one that gets something new is an
 * event.  PASS comes as the program's own: nothing new, nothing opened for it.
 * Before the heads are noted: what could not be written down is new next time.
 */
static int
note_index(struct cli *c, const struct deskhome *h, struct opener *op,
	bool at_once, struct access_pass *pass, struct err *e)
{
	bool all = cli_has(c, "rebuild") || !file_exists(h->catalogue);
	int news = sync_news(h, all, e);

	return news > 0 ? reads_index(c, op, at_once, pass, e) : news;
}

/*
 * Index what was fetched, in a box, and show it.  *GONE as received_settled().
 * What index_and_show() gave, or -1.
 */
static int
index_fetched(struct cli *c, struct work *k, struct box *b,
	struct accepting *aside, const struct mirror_accept *settle,
	struct seen *lost, size_t *gone, struct err *e)
{
	int rc;

	k->packs = progress_packs(b->home->records);
	progress_init(&k->progress, c, b->opener);
	chatnews_init(&k->chats, c, &k->progress);
	b->make = b->mirrors = true;
	b->lost = lost;
	if (aside->what || cli_has(c, "new-central")) {
		k->aside = (struct heads_accept){accepts, aside};
		b->settle = settle;
	}
	rc = box_run(b, index_and_show, k, e);
	return rc >= 0 && received_settled(b->home, b->settle, lost, gone,
	    e) < 0 ? -1 : rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct buf rewritten = BUF_INIT(1024 * 1024);
	struct work k = {.c = c, .rewritten = &rewritten};
	struct accepting aside = {cli_value(c, "accept-rewrite"), 0};
	enum cli_exit asked = CLI_DONE;
	const struct mirror_accept settle = {accepts, &aside, 0};
	struct seen *seen = NULL, *lost = NULL;
	size_t moved = 0, gone = 0;
	struct access_pass pass = access_own;
	struct box b = {0};
	struct importer *importer = NULL;
	struct opener *op = NULL;
	struct err ignored = ERR_INIT;
	struct deskhome h;
	bool offline = false, online;
	int lock = -1, rc = -1;

	if (check_options(c, e) < 0 || deskhome_open(&h, c->home, e) < 0)
		return CLI_FAILED;
	if (deskhome_lock(&h, &lock, e) < 0 || sync_sweep(&h, e) < 0 ||
	    file_mkdirs(h.index, 0700, e) < 0)
		goto out;
	/* Before there is a passphrase. */
	importer = importer_new(h.index, e);
	op = importer ? show_opener(c, &h, e) : NULL;
	if (!op || fetch(c, &h, &rewritten, &moved, &offline, e) < 0 ||
	    deskcmd_prune(c, &h, &rewritten, &k.worst, e) < 0)
		goto out;
	online = !offline && !cli_has(c, "offline");
	if (online)
		reads_send(c, &h, op);
	if (note_index(c, &h, op, online, &pass, e) < 0 ||
	    sync_seen(&h, &seen, e) < 0)
		goto out;
	lost = seen_load(h.lost, e);
	if (!lost || (cli_has(c, "rebuild") &&
	    catalogue_remove(h.catalogue, e) < 0))
		goto out;
	if (online)
		letin_run(c, &h, op, show_events, &k, &asked);
	k.seen = seen;
	b = (struct box){.home = &h, .opener = op, .importer = importer,
	    .pass = &pass};
	rc = index_fetched(c, &k, &b, &aside, &settle, lost, &gone, e);
	if (rc >= 0 && b.settle && !offline && moved + gone == 0)
		cli_warn(c, "nothing of it was rewritten: the central is "
		    "followed as before");
	if (rc < 0)
		goto out;
	b.make = false;
	b.importer = NULL;
	(void)box_run(&b, dayfacts_keep, NULL, &ignored);
	say_rewritten(c, &rewritten);
	if (online && deskhome_synced_save(&h, clock_now_utc(), e) < 0) {
		rc = -1;
		goto out;
	}
	if (online)
		acct_send(c, &h, op, &asked);
	if (online)
		shopdesk_send(c, &h, op);
	if (online)
		digest_line_witness(c, &(struct vouch){&h, seen, k.aside.fn ?
		    &k.aside : NULL, clock_now_utc()}, op);
	remind_of_owner(c, &h);
	rc = (int)cli_worse((enum cli_exit)rc, asked);
	if (offline)
		rc = (int)cli_worse((enum cli_exit)rc, CLI_FAILED);
out:
	chatnews_release(&k.chats);
	importer_free(importer);
	opener_free(op);
	seen_free(seen);
	seen_free(lost);
	if (lock >= 0)
		(void)close(lock);	/* the lock ends with it */
	buf_release(&rewritten);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{"offline", 0, NULL, "index what was fetched before"},
	{"rebuild", 0, NULL, "build the catalogue anew"},
	{"accept-rewrite", 0, "REF",
	    "keep our history of this branch or station aside, follow the "
	    "central's"},
	{"new-central", 0, NULL,
	    "the same for all: the central was made anew"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_sync = {
	.name = "sync",
	.operands = "",
	.help = "receive, check and index what stations sent",
	.options = options,
	.min_args = 0,
	.max_args = 0,
	.run = run
};
