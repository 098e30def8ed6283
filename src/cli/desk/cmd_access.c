/* cli/desk/cmd_access.c - liudi-desk access: who read whose records. */
#include "cli/desk/deskcmds.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "cli/desk/reads.h"
#include "cli/desk/show.h"
#include "desk/access_read.h"
#include "desk/deskkeys.h"
#include "desk/opener.h"
#include "repo/mirror.h"

#include "base/banned.h"

#define LINE_MAX_LEN (256 * 1024)

struct work {
	const struct cli *c;
	const char *station;
	int64_t since;
	int64_t shown;
	struct buf line;
};

static bool
wanted(const struct work *k, const struct access_event *v)
{
	if (v->utc < k->since && v->sent_utc < k->since)
		return false;
	return !k->station || !v->station ||
	    strcmp(v->station, k->station) == 0;
}

/* Foreign text; blanks behind it up to COLUMNS. */
static void
put(const char *s, size_t columns)
{
	show_padded(s ? s : "-", columns);
	(void)fputs("  ", stdout);
}

static int
print_event(void *arg, const struct access_event *v, struct err *e)
{
	struct work *k = arg;
	char when[SHOW_TIME_LEN];

	(void)e;
	if (!wanted(k, v))
		return 0;
	k->shown++;
	put(show_time(v->utc, when), 19);
	put(v->reader, 12);
	put(v->action, 8);
	put(v->station, 12);
	if (v->view)
		cli_put_shown(stdout, v->view, strlen(v->view));
	if (v->first) {
		(void)printf(" %s ", cli_tr("as of"));
		cli_put_shown(stdout, v->first, strlen(v->first));
		if (!str_eq(v->first, v->last)) {
			(void)fputs(" - ", stdout);
			cli_put_shown(stdout, v->last, strlen(v->last));
		}
	}
	if (v->reason) {
		(void)printf("  %s ", cli_tr("why:"));
		cli_put_shown(stdout, v->reason, strlen(v->reason));
	}
	(void)fputc('\n', stdout);
	return 0;
}

static int
json_event(void *arg, const struct access_event *v, struct err *e)
{
	struct work *k = arg;
	struct jsonw w;

	if (!wanted(k, v))
		return 0;
	k->shown++;
	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "event");
	jsonw_kstr(&w, "key", v->key);
	jsonw_kint(&w, "n", v->n);
	jsonw_kint(&w, "utc", v->utc);
	jsonw_kint(&w, "sent", v->sent_utc);
	jsonw_kstr(&w, "reader", v->reader);
	jsonw_kstr(&w, "action", v->action);
	jsonw_kstr(&w, "station", v->station);
	jsonw_kstr(&w, "view", v->view);
	jsonw_key(&w, "days");
	if (v->first) {
		jsonw_array(&w);
		jsonw_str(&w, v->first);
		jsonw_str(&w, v->last);
		jsonw_array_end(&w);
	} else {
		jsonw_null(&w);
	}
	jsonw_kstr(&w, "reason", v->reason);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(&k->line, e);
}

static int
on_problem(void *arg, const char *where, const char *text, struct err *e)
{
	struct work *k = arg;
	char filled[CLI_FILLED_LEN];

	if (!k->c->json) {
		const char *told = cli_tr_filled(text, filled);

		(void)printf("%s: ", cli_tr("INTEGRITY"));
		cli_put_shown(stdout, where, strlen(where));
		(void)fputs(": ", stdout);
		cli_put_shown(stdout, told, strlen(told));
		(void)fputc('\n', stdout);
		return 0;
	}
	return show_json_problem(&k->line, where, text, e);
}

static int
print_end(struct work *k, const struct access_read *r, struct err *e)
{
	char events[CLI_COUNT_LEN], problems[CLI_COUNT_LEN];
	struct jsonw w;

	if (!k->c->json) {
		if (!k->c->quiet)
			(void)printf(cli_tr("%s in the log, %lld shown: %s\n"),
			    cli_count(r->events, "%lld event", "%lld events",
			    events), (long long)k->shown,
			    cli_count(r->problems, "%lld problem",
			    "%lld problems", problems));
		if (r->sealed > 0)
			cli_warn(k->c, "%lld of them are from before this "
			    "owner was one, and do not open for him",
			    (long long)r->sealed);
		return 0;
	}
	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "summary");
	jsonw_kint(&w, "events", r->events);
	jsonw_kint(&w, "shown", k->shown);
	jsonw_kint(&w, "sealed", r->sealed);
	jsonw_kint(&w, "problems", r->problems);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(&k->line, e);
}

/* In the box. */
static int
show_log(struct box *b, void *arg, struct err *e)
{
	struct work *k = arg;
	struct access_read r = {.arg = k, .problem = on_problem,
	    .event = k->c->json ? json_event : print_event};

	if (access_read(b, &r, e) < 0 || print_end(k, &r, e) < 0)
		return -1;
	if (r.problems > 0)
		return (int)CLI_INTEGRITY;
	return r.sealed > 0 ? (int)CLI_WARNINGS : (int)CLI_DONE;
}

/* A log that the central cut or changed since this desk last looked. */
static int
fetch(struct work *k, const struct deskhome *h, bool *rewritten,
	struct err *e)
{
	struct buf lines = BUF_INIT(LINE_MAX_LEN);
	int rc = mirror_fetch(&h->central, "desk", h->desk, &lines, e);

	*rewritten = rc == 0 && lines.len > 0;
	if (*rewritten)
		rc = on_problem(k, "desk.git", "the central has another "
		    "history of it than this desk: here is ours", e);
	buf_release(&lines);
	return rc;
}

/* With -i FILE, or the owner's keys that are here. */
static struct opener *
open_log(const struct cli *c, const struct deskhome *h,
	const struct control *control, struct err *e)
{
	const char *as = cli_value(c, "as");
	struct opener *op;

	if (cli_value(c, "identity")) {
		op = show_opener(c, h, e);
		if (!op || reads_is_owner(op, control))
			return op;
		opener_free(op);
		(void)err_set(e, ERR_USAGE, "the log of readers is sealed to "
		    "the owner, and '%s' is not his", cli_value(c, "identity"));
		return NULL;
	}
	if (!as)
		as = deskcmd_owner(h, control);
	if (as && control_is_owner(as))
		return deskcmd_open_as(c, h, as, NULL, e);
	(void)err_set(e, ERR_USAGE, "the log of readers is sealed to the "
	    "owner, whose keys are not in '%s'", h->keys);
	(void)err_hint(e, "put owner.identity there, name it with -i, or "
	    "another desk's folder with --home");
	return NULL;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work k = {.c = c, .station = cli_value(c, "station"),
	    .line = BUF_INIT(LINE_MAX_LEN)};
	struct opener *op = NULL;
	struct control control;
	struct deskhome h;
	struct box b = {0};
	bool rewritten = false;
	int rc = -1;

	if (show_since(c, &k.since, e) < 0)
		return CLI_FAILED;
	if (deskcmd_attach(c, DESKKEYS_OWNER, &h, &control, e) < 0)
		goto out;
	op = open_log(c, &h, &control, e);
	if (!op || fetch(&k, &h, &rewritten, e) < 0)
		goto out;
	b.home = &h;
	b.opener = op;
	b.mirrors = b.no_records = true;
	b.pass = &access_own;	/* the log is the owner's */
	rc = box_run(&b, show_log, &k, e);
	if (rc >= 0 && rewritten)
		rc = (int)CLI_INTEGRITY;
out:
	opener_free(op);
	buf_release(&k.line);
	control_release(&control);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"station", 0, "STATION", "only what was read of this one"},
	{"since", 0, "DATE", "only what was read from this day or time on"},
	{"as", 0, "NAME", "which owner's keys open it"},
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_access = {
	.name = "access",
	.operands = "",
	.help = "show the owner who read whose records",
	.options = options,
	.min_args = 0,
	.max_args = 0,
	.run = run
};
