/* cli/desk/cmd_export.c - liudi-desk export: messages, to be handed on. */
#include "cli/desk/deskcmds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/desk/hits.h"
#include "cli/desk/talkfile.h"
#include "desk/words_query.h"

#include "base/banned.h"

#define HITS_MAX 1000000

struct work {
	struct talkask *k;
	const char *search;		/* NULL: a conversation as it is */
	char *to, *dir;
	const struct talkfile_format *format;
	struct hits hits;
};

/* By conversation, then by time: as a reader wants them. */
struct placed {
	int64_t chat, n;
};

struct order {
	struct placed *v;
	size_t n;
};

static int
on_place(void *arg, const struct history_message *h, struct err *e)
{
	struct order *o = arg;

	(void)e;
	o->v[o->n++] = (struct placed){h->chat, h->n};
	return 1;
}

static int
by_chat(const void *a, const void *b)
{
	struct placed x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	if (x.chat != y.chat)
		return x.chat < y.chat ? -1 : 1;
	return x.n < y.n ? -1 : x.n > y.n;
}

static int
sort_hits(struct work *a, struct err *e)
{
	struct order o = {calloc(a->hits.n + 1, sizeof(*o.v)), 0};
	int rc = o.v ? 0 : err_nomem(e);
	size_t i;

	for (i = 0; i < a->hits.n && rc >= 0; i++)
		rc = history_get(a->k->m, a->hits.v[i], on_place, &o, e);
	if (rc >= 0) {
		if (o.n > 1)
			qsort(o.v, o.n, sizeof(*o.v), by_chat);
		for (i = 0; i < o.n; i++)
			a->hits.v[i] = o.v[i].n;
		a->hits.n = o.n;
	}
	free(o.v);
	return rc < 0 ? -1 : 0;
}

static int
each(void *arg, history_message_fn fn, void *fn_arg, struct err *e)
{
	struct work *a = arg;
	int rc = 0;
	size_t i;

	if (!a->search)
		return history_each(a->k->m, &a->k->f, fn, fn_arg, e);
	for (i = 0; i < a->hits.n && rc >= 0; i++)
		rc = history_get(a->k->m, a->hits.v[i], fn, fn_arg, e);
	return rc < 0 ? -1 : 0;
}

static int
tell(const struct work *a, const struct talkfile *t,
	const uint8_t sha256[static HASH_LEN], struct err *e)
{
	struct talkask *k = a->k;
	char hex[2 * HASH_LEN + 1], one[CLI_COUNT_LEN], two[CLI_COUNT_LEN];
	char three[CLI_COUNT_LEN];
	struct jsonw w;

	str_hex(hex, sha256, HASH_LEN);
	if (!k->c->json) {
		if (k->c->quiet)
			return 0;
		cli_put_shown(stdout, a->to, strlen(a->to));
		(void)printf(": %s, %s, %s\nsha256 %s\n",
		    cli_count(t->messages, "%lld message", "%lld messages",
		    one), cli_count((int64_t)t->nchat, "%lld conversation",
		    "%lld conversations", two),
		    cli_count((int64_t)t->nrecord, "%lld record",
		    "%lld records", three), hex);
		return 0;
	}
	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "export");
	jsonw_kpath(&w, "file", a->to, strlen(a->to));
	jsonw_kint(&w, "messages", t->messages);
	jsonw_kint(&w, "chats", (int64_t)t->nchat);
	jsonw_kint(&w, "records", (int64_t)t->nrecord);
	jsonw_kstr(&w, "sha256", hex);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 || buf_addc(&k->line, '\n', e) < 0 ? -1 :
	    talkask_put(k, e);
}

static int
export(struct talkask *k, void *arg, struct err *e)
{
	struct work *a = arg;
	struct talkfile t = {.k = k, .asked = a->search};
	uint8_t sha256[HASH_LEN];
	int rc = -1;

	a->k = k;
	if (a->search && (hits_find(k, a->search, HITS_MAX, &a->hits, e) < 0 ||
	    sort_hits(a, e) < 0))
		goto out;
	if (talkfile_write(&t, a->format, a->to, cli_has(k->c, "overwrite"),
	    each, a, sha256, e) < 0)
		goto out;
	rc = tell(a, &t, sha256, e);
	if (a->hits.more)
		cli_warn(k->c, "these are the newest %d: there are more",
		    HITS_MAX);
out:
	talkfile_release(&t);
	hits_release(&a->hits);
	return rc < 0 ? -1 : (int)CLI_DONE;
}

/* What can be known to be wrong before anybody types a passphrase. */
static int
prepare(struct work *a, const struct cli *c, struct err *e)
{
	const char *to = cli_value(c, "to");

	if (!to) {
		(void)err_set(e, ERR_USAGE, "--to is missing");
		return err_hint(e, "name a file ending in .html, .csv or "
		    ".jsonl");
	}
	if (c->nargs == 0 && !a->search) {
		(void)err_set(e, ERR_USAGE, "which messages?");
		return err_hint(e, "name a conversation, as 'liudi-desk "
		    "chats' lists them, or --search WORDS");
	}
	a->to = path_expand(to, NULL, e);
	a->dir = a->to ? path_dir(a->to) : NULL;
	if (!a->dir)
		return a->to ? err_nomem(e) : -1;
	a->format = talkfile_format_of(a->to);
	if (!a->format) {
		(void)err_set(e, ERR_USAGE, "'%s' has no ending that says "
		    "what to write", a->to);
		return err_hint(e, "name a file ending in .html, .csv or "
		    ".jsonl");
	}
	if (access(a->dir, W_OK | X_OK) < 0)
		return err_sys(e, errno, "cannot write to '%s'", a->dir);
	if (!file_exists(a->to))
		return 0;
	if (file_is_dir(a->to))
		return err_set(e, ERR_USAGE, "'%s' is a folder", a->to);
	if (cli_has(c, "overwrite"))
		return 0;
	(void)err_set(e, ERR_USAGE, "'%s' exists", a->to);
	return err_hint(e, "choose another name, or --overwrite");
}

static int
note(struct talkask *k, const struct work *a, struct err *e)
{
	struct buf what = BUF_INIT(2 * WORDS_QUERY_MAX);
	int rc = -1;

	if (!a->search || buf_addf(&what, e, "search %s", a->search) == 0)
		rc = talkask_note(k, "export", buf_str(&what), e);
	buf_release(&what);
	return rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work a = {.search = cli_value(c, "search")};
	struct talkask k;
	int rc = -1;

	if (talkask_open(&k, c, c->nargs > 0 ? c->args[0] : NULL, e) < 0 ||
	    prepare(&a, c, e) < 0)
		goto out;
	k.rw = a.dir;
	if (talkask_unlock(&k, e) == 0 && note(&k, &a, e) == 0)
		rc = talkask_run(&k, export, &a, e);
out:
	talkask_release(&k);
	free(a.to);
	free(a.dir);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"to", 't', "FILE", "a file ending in .html, .csv or .jsonl"},
	{"search", 0, "WORDS", "only messages that hold these words"},
	{"person", 0, "NAME", "only of the stations of this person"},
	{"station", 0, "STATION", "only of this station"},
	{"platform", 0, "NAME", "only of this platform: qq, whatsapp, …"},
	{"peer", 0, "WORDS", "only with whom this is part of the name"},
	{"since", 0, "DATE", "messages from this day or time on"},
	{"until", 0, "DATE", "messages up to this day or time"},
	{"overwrite", 0, NULL, "replace a file that is there"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_export = {
	.name = "export",
	.operands = "[CONVERSATION]",
	.help = "write messages into a file, with where they are from",
	.options = options,
	.min_args = 0,
	.max_args = 1,
	.run = run
};
