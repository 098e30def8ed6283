/* cli/desk/cmd_erase.c - liudi-desk erase: an epoch goes, by two signatures. */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/show.h"
#include "control/edit.h"
#include "desk/deskkeys.h"
#include "desk/erase_plan.h"
#include "desk/erased.h"
#include "desk/sync.h"

#include "base/banned.h"

#define REWRITTEN_MAX (1024 * 1024)
#define STREAM "main"

struct work {
	struct cli *c;
	struct erase_what what;
	struct deskhome home;
	struct control control;
	struct buf rewritten;
	char *file;		/* of the plan */
	int lock;
	struct erase_plan plan;
	enum cli_exit worst;
};

/* --- What goes, here. */

int
deskcmd_prune(const struct cli *c, const struct deskhome *h,
	struct buf *rewritten, enum cli_exit *worst, struct err *e)
{
	struct erased_result r;
	char count[CLI_COUNT_LEN], why[CLI_FILLED_LEN];

	if (erased_prune(h, rewritten, &r, e) < 0)
		return -1;
	if (r.waiting > 0) {
		*worst = cli_worse(*worst, CLI_WARNINGS);
		cli_warn(c, "what was erased still lies on this disk: %s",
		    cli_tr_filled(r.why.what, why));
		cli_hint(c, "make room for a second copy of '%s'; the next "
		    "liudi-desk sync goes on with it", h->records);
	}
	if (r.branches > 0 && !c->json && !c->quiet)
		(void)printf("%s\n", cli_count((int64_t)r.branches,
		    "%lld branch was erased here, as two decided; the "
		    "catalogue is built anew", "%lld branches were erased "
		    "here, as two decided; the catalogue is built anew",
		    count));
	if (r.still > 0)
		cli_warn(c, "something of what was erased is still here: "
		    "another branch holds the same commits");
	return 0;
}

/* --- Telling. */

static int
say_json(const struct work *w, const char *kind, const char *text,
	int64_t until, struct err *e)
{
	struct buf b = BUF_INIT(65536);
	struct jsonw j;
	int rc;

	jsonw_init(&j, &b, e);
	jsonw_object(&j);
	jsonw_kint(&j, "v", 1);
	jsonw_kstr(&j, "kind", kind);
	jsonw_kstr(&j, "station", w->what.station);
	jsonw_kstr(&j, "stream", w->what.stream);
	jsonw_kint(&j, "epoch", w->what.epoch);
	jsonw_kstr(&j, "text", text);
	if (until)
		jsonw_kint(&j, "until", until);
	jsonw_object_end(&j);
	rc = jsonw_end(&j) < 0 ? -1 : show_json_line(&b, e);
	buf_release(&b);
	return rc;
}

/* In the box: a reason. */
static int
on_reason(void *arg, const char *text, int64_t until, struct err *e)
{
	const struct work *w = arg;
	char filled[CLI_FILLED_LEN];
	const char *told;

	if (w->c->json)
		return say_json(w, "reason", text, until, e);
	told = cli_tr_filled(text, filled);
	(void)printf("%s/%s/%d: ", w->what.station, w->what.stream,
	    w->what.epoch);
	cli_put_shown(stdout, told, strlen(told));
	(void)putchar('\n');
	return 0;
}

static int
say(const struct work *w, const char *kind, const char *text, struct err *e)
{
	if (w->c->json)
		return say_json(w, kind, text, 0, e);
	if (!w->c->quiet)
		(void)printf("%s/%s/%d: %s\n", w->what.station,
		    w->what.stream, w->what.epoch, cli_tr(text));
	return 0;
}

/* Who ordered what and why, before it is signed. */
static void
say_orders(const struct work *w)
{
	char when[CLOCK_TEXT_LEN];
	size_t i;

	for (i = 0; i < w->plan.n && !w->c->json && !w->c->quiet; i++) {
		const struct erase_target *t = &w->plan.v[i];

		(void)printf(cli_tr("  %s: %lld commits up to %.12s"), t->ref,
		    (long long)t->seq + 1, t->head);
		if (t->n >= 0) {
			(void)printf(cli_tr("; ordered by %s on %s: "),
			    t->order.by, clock_text_local(t->order.date,
			    when));
			cli_put_shown(stdout, t->order.reason,
			    strlen(t->order.reason));
		}
		(void)putchar('\n');
	}
	(void)fflush(stdout);
}

/* --- The plan. */

static int
plan_in_box(struct box *b, void *arg, struct err *e)
{
	struct work *w = arg;
	struct erase_plan_job job = {w->what, &w->rewritten, clock_now_utc(),
	    on_reason, w, w->file};

	return erase_plan_make(b, &job, e);
}

static int
make_plan(struct work *w, struct err *e)
{
	struct box b = {.home = &w->home, .mirrors = true};
	struct err ignored = ERR_INIT;
	int rc;

	erase_plan_release(&w->plan);
	if (file_mkdirs(w->home.index, 0700, e) < 0)
		return -1;
	rc = box_run(&b, plan_in_box, w, e);
	if (rc > 0)
		return err_set(e, ERR_FAIL, "it is not erased: the reasons "
		    "stand above");
	if (rc == 0)
		rc = erase_plan_load(&w->plan, &w->what, w->file, e);
	(void)file_remove(w->file, &ignored);	/* a sync removes it as well */
	return rc;
}

/* --- Signing. */

static bool
has_signed(const struct work *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->plan.nsigners; i++)
		if (strcmp(w->plan.signer[i], name) == 0)
			return true;
	return false;
}

static bool
all_ordered(const struct work *w)
{
	size_t i;

	for (i = 0; i < w->plan.n; i++)
		if (w->plan.v[i].n < 0)
			return false;
	return true;
}

/* Whose turn it is: this desk's manager, then an owner whose keys are here. */
static const char *
who_signs(const struct work *w, struct err *e)
{
	const char *name = deskcmd_name(&w->home);
	const char *owner = deskcmd_owner(&w->home, &w->control);
	bool done = all_ordered(w);

	if (signers_named(&w->control.roots, name, 0) &&
	    deskkeys_has(w->home.keys, name) && !(done && has_signed(w, name)))
		return name;
	if (owner && !(done && has_signed(w, owner)))
		return owner;
	if (done && has_signed(w, name)) {
		(void)err_set(e, ERR_FAIL, "'%s' signed it already; it takes "
		    "another", name);
		(void)err_hint(e, "another manager, or an owner, runs the same "
		    "command at a desk of his own");
	} else {
		(void)err_set(e, ERR_NOENT,
		    "no keys of anybody who decides are on this machine");
		(void)err_hint(e, "put them into '%s'", w->home.keys);
	}
	return NULL;
}

struct files {
	struct control_file *v;
	struct buf *data;
	char (*path)[TOMBSTONE_PATH_LEN];
	size_t n;
};

static void
files_release(struct files *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		buf_release(&f->data[i]);
	free(f->v);
	free(f->data);
	free(f->path);
}

/* Room for one more file; it is to be filled and its path to be set. */
static struct buf *
files_add(struct files *f, int64_t n, const struct sshkey_pub *pub)
{
	buf_init(&f->data[f->n], TOMBSTONE_MAX);
	tombstone_path(n, pub, f->path[f->n]);
	return &f->data[f->n++];
}

static int
add_target(const struct work *w, const struct erase_target *t, int64_t *next,
	const char *name, const struct sshkey *key, struct files *f,
	struct err *e)
{
	const char *reason = cli_value(w->c, "reason");
	struct tombstone_order o = t->order;
	struct sshkey_pub pub;
	struct buf *text = NULL;
	const struct buf *sign = &t->text;
	int64_t n = t->n;

	sshkey_public(key, &pub);
	if (n < 0) {
		n = (*next)++;
		memset(&o, 0, sizeof(o));
		(void)snprintf(o.ref, sizeof(o.ref), "%s", t->ref);
		memcpy(o.head, t->head, sizeof(o.head));
		o.seq = t->seq;
		memcpy(o.manifest, t->manifest, sizeof(o.manifest));
		memcpy(o.control, w->control.commit, sizeof(o.control));
		(void)snprintf(o.by, sizeof(o.by), "%s", name);
		o.date = clock_now_utc();
		(void)snprintf(o.reason, sizeof(o.reason), "%s", reason);
		text = files_add(f, n, NULL);
		if (tombstone_text(&o, text, e) < 0)
			return -1;
		sign = text;
	}
	return tombstone_sign(key, sign->data, sign->len,
	    files_add(f, n, &pub), e);
}

static int
commit(const struct work *w, const char *name, const struct sshkey *key,
	struct files *f, struct err *e)
{
	struct edit_job job = {&w->home.central, "desk", w->home.desk, name,
	    key, clock_now_utc(), "erasure", f->v, f->n};
	size_t i;

	for (i = 0; i < f->n; i++)
		f->v[i] = (struct control_file){f->path[i], f->data[i].data,
		    f->data[i].len};
	return edit_commit_again(&job, EDIT_TRIES, e);
}

static int
check_reason(const struct work *w, struct err *e)
{
	const char *reason = cli_value(w->c, "reason");

	if (all_ordered(w))
		return 0;
	if (!reason) {
		(void)err_set(e, ERR_USAGE, "an order has a reason");
		return err_hint(e, "say why: --reason TEXT");
	}
	if (reason[0] && utf8_clean(reason, strlen(reason)) &&
	    strlen(reason) <= TOMBSTONE_REASON_MAX)
		return 0;
	return err_set(e, ERR_USAGE, "a reason is one line of %d bytes at "
	    "most", TOMBSTONE_REASON_MAX);
}

static int
sign(struct work *w, struct err *e)
{
	size_t max = 2 * w->plan.n, i;
	struct files f = {calloc(max, sizeof(*f.v)), calloc(max,
	    sizeof(*f.data)), calloc(max, sizeof(*f.path)), 0};
	int64_t next = w->plan.next;
	struct sshkey *key = NULL;
	struct opener *op;
	const char *name;
	int rc = -1;

	if (!f.v || !f.data || !f.path) {
		(void)err_nomem(e);
		goto out;
	}
	name = check_reason(w, e) < 0 ? NULL : who_signs(w, e);
	if (!name)
		goto out;
	say_orders(w);
	op = deskcmd_open_as(w->c, &w->home, name, &key, e);
	opener_free(op);
	if (!op)
		goto out;
	for (i = 0; i < w->plan.n; i++)
		if (add_target(w, &w->plan.v[i], &next, name, key, &f, e) < 0)
			goto out;
	rc = commit(w, name, key, &f, e);
out:
	sshkey_free(key);
	files_release(&f);
	return rc;
}

/* --- At the central, then here as any desk does at its next sync. */

static int
erase_central(const struct work *w, struct err *e)
{
	struct drop_ref *v = calloc(w->plan.n, sizeof(*v));
	size_t i, n = 0;
	int rc;

	if (!v)
		return err_nomem(e);
	for (i = 0; i < w->plan.n; i++) {
		if (!w->plan.v[i].central)
			continue;
		(void)snprintf(v[n].ref, sizeof(v[n].ref), "%s",
		    w->plan.v[i].ref);
		memcpy(v[n++].head, w->plan.v[i].head, CANON_ID_LEN);
	}
	rc = drop_central(&w->home.central, w->home.records, v, n, e);
	free(v);
	return rc;
}

static int
fetch_and_prune(struct work *w, struct err *e)
{
	buf_clear(&w->rewritten);
	if (sync_fetch(&w->home, NULL, &w->rewritten, e) < 0)
		return -1;
	w->worst = CLI_DONE;
	return deskcmd_prune(w->c, &w->home, &w->rewritten, &w->worst, e);
}

static int
decide(struct work *w, struct err *e)
{
	if (make_plan(w, e) < 0)
		return -1;
	if (w->plan.n == 0)
		return say(w, "erased", "it was erased, and its order is kept",
		    e);
	if (cli_has(w->c, "dry-run")) {
		say_orders(w);
		return say(w, "may", "it may be erased", e);
	}
	if (!w->plan.decided && (sign(w, e) < 0 || make_plan(w, e) < 0))
		return -1;
	if (!w->plan.decided)
		return say(w, "ordered", "ordered; it goes when another "
		    "manager or an owner runs the same command", e);
	if (erase_central(w, e) < 0 || fetch_and_prune(w, e) < 0)
		return -1;
	if (say(w, "erased", w->worst == CLI_DONE ? "it is erased at the "
	    "central and here; other desks follow at their next sync" :
	    "it is erased at the central; other desks follow at their next "
	    "sync", e) < 0)
		return -1;
	cli_hint(w->c, "what was restored or copied elsewhere is not known "
	    "here: see to it as well");
	return 0;
}

static int
read_what(const struct cli *c, struct erase_what *w, struct err *e)
{
	const char *stream = c->nargs == 3 ? c->args[1] : STREAM;
	int64_t epoch;

	memset(w, 0, sizeof(*w));
	if (!canon_id_ok(c->args[0]) || !canon_id_ok(stream))
		return err_set(e, ERR_USAGE,
		    "'%s' is no name: small letters, digits and '-'",
		    canon_id_ok(c->args[0]) ? stream : c->args[0]);
	if (str_to_i64(c->args[c->nargs - 1], 1000, 9999, &epoch) < 0)
		return err_set(e, ERR_USAGE, "'%.40s' is no epoch: a year",
		    c->args[c->nargs - 1]);
	(void)snprintf(w->station, sizeof(w->station), "%s", c->args[0]);
	(void)snprintf(w->stream, sizeof(w->stream), "%s", stream);
	w->epoch = (int)epoch;
	return 0;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work w = {.c = c, .lock = -1};
	int rc = -1;

	if (read_what(c, &w.what, e) < 0)
		return CLI_FAILED;
	buf_init(&w.rewritten, REWRITTEN_MAX);
	if (deskcmd_attach(c, DESKKEYS_MANAGER, &w.home, &w.control, e) < 0)
		goto out;
	w.file = path_join(w.home.index, "erase.plan");
	if (!w.file) {
		(void)err_nomem(e);
		goto out;
	}
	if (deskhome_lock(&w.home, &w.lock, e) == 0 && fetch_and_prune(&w, e) == 0)
		rc = decide(&w, e);
out:
	if (w.lock >= 0)
		(void)close(w.lock);	/* the lock ends with it */
	erase_plan_release(&w.plan);
	buf_release(&w.rewritten);
	free(w.file);
	control_release(&w.control);
	deskhome_release(&w.home);
	return rc < 0 ? CLI_FAILED : w.worst;
}

static const struct cli_option options[] = {
	{"reason", 0, "TEXT", "why, for whoever looks at it later"},
	{"dry-run", 'n', NULL, "only say whether it could be erased"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_erase = {
	.name = "erase",
	.operands = "STATION [STREAM] EPOCH",
	.help = "erase an epoch everywhere, when two decided so",
	.options = options,
	.min_args = 2,
	.max_args = 3,
	.run = run
};
