/*
 * cli/desk/cmd_digest_line.c - liudi-desk digest-line: sixteen digits that bind
 * what the managers saw; FORMAT.md section 16.
 */
#include "cli/desk/digest_line.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "cli/desk/deskcmds.h"
#include "cli/desk/show.h"
#include "desk/deskkeys.h"
#include "desk/heads.h"

#include "base/banned.h"

void
digest_line_witness(const struct cli *c, const struct vouch *v,
	struct opener *op)
{
	const struct deskhome *h = v->home;
	struct buf said = BUF_INIT(HEADS_MAX), text = BUF_INIT(HEADS_MAX);
	struct err e = ERR_INIT, ignored = ERR_INIT;
	struct sshkey *key = NULL;
	char why[CLI_FILLED_LEN];

	if (!file_exists(h->heads) || file_load(h->heads, &said, &e) < 0 ||
	    vouch_heads(v, buf_str(&said), said.len, &text, &e) <= 0)
		goto out;
	/* opened by an identity that signs nothing */
	key = deskkeys_sign(h->keys, deskcmd_name(h), op, &ignored);
	if (key)
		(void)heads_write(h, deskcmd_name(h), key, v->now_utc, &text,
		    &e);
out:
	if (e.code != ERR_NONE)
		cli_warn(c, "what was seen could not be witnessed: %s",
		    cli_tr_filled(e.what, why));
	(void)file_remove(h->heads, &ignored);
	sshkey_free(key);
	buf_release(&said);
	buf_release(&text);
}

/* --- The command. */

struct work {
	const struct cli *c;
	const char *want;	/* NULL: print today's */
	int64_t until;		/* the state at that time; INT64_MAX: any */
	bool found;
	int64_t utc;		/* of what was found */
	char digest[WITNESS_DIGEST_LEN];
	struct witness w;
	int64_t fallen;		/* lines that do not stand */
	struct buf line;
};

/* The newest, that of the day, or any that has these digits. */
static int
on_state(void *arg, int64_t utc, const char *text, size_t n, struct err *e)
{
	struct work *k = arg;
	bool any = k->want && k->until == INT64_MAX;

	if (utc > k->until)
		return 0;
	if (witness_digest(text, n, k->digest, e) < 0)
		return -1;
	k->utc = utc;
	if (any && strcmp(k->digest, k->want) != 0)
		return 0;
	k->found = true;
	return witness_parse(&k->w, text, n, e) < 0 ? -1 : 1;
}

static int
on_fallen(void *arg, const struct witness_line *l, struct err *e)
{
	struct work *k = arg;
	struct jsonw w;

	k->fallen++;
	if (!k->c->json) {
		(void)printf(cli_tr("%s: commit %lld was %.12s, and is not "
		    "there any more\n"), l->ref, (long long)l->seq, l->head);
		return 0;
	}
	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "fallen");
	jsonw_kstr(&w, "ref", l->ref);
	jsonw_kint(&w, "seq", l->seq);
	jsonw_kstr(&w, "head", l->head);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(&k->line, e);
}

static int
print(struct work *k, bool stands, struct err *e)
{
	char when[CLOCK_TEXT_LEN];
	struct jsonw w;

	if (!k->c->json) {
		(void)clock_text_local(k->utc, when);
		if (!k->want)
			(void)printf("%s  %s\n", k->digest, when);
		else if (stands)
			(void)printf(cli_tr("%s of %s: all of it stands\n"),
			    k->digest, when);
		return 0;
	}
	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "digest");
	jsonw_kstr(&w, "digest", k->digest);
	jsonw_kint(&w, "utc", k->utc);
	jsonw_kint(&w, "branches", (int64_t)k->w.n);
	if (k->want)
		jsonw_kbool(&w, "stands", stands);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(&k->line, e);
}

static int
look(struct box *b, void *arg, struct err *e)
{
	struct work *k = arg;
	char when[CLOCK_TEXT_LEN];
	int rc = -1;

	if (heads_history(b->control_clone, b->control.commit, on_state, k,
	    e) < 0)
		goto out;
	if (!k->found && !k->want) {
		(void)err_set(e, ERR_NOENT, k->until == INT64_MAX ?
		    "nothing was witnessed yet" :
		    "nothing was witnessed by that time");
		(void)err_hint(e, k->until == INT64_MAX ?
		    "run 'liudi-desk sync'" : "ask for a later day, or "
		    "without --date for the newest");
		goto out;
	}
	if (!k->found) {
		(void)err_set(e, ERR_INTEGRITY, "control was never in a state "
		    "that has these digits");
		goto out;
	}
	if (k->want && strcmp(k->digest, k->want) != 0) {
		(void)err_set(e, ERR_INTEGRITY, "the digits of that day are "
		    "%s, since %s", k->digest,
		    clock_text_local(k->utc, when));
		goto out;
	}
	if (k->want && heads_stand(b->records, &k->w, on_fallen, k, e) < 0)
		goto out;
	if (print(k, k->fallen == 0, e) < 0)
		goto out;
	rc = k->fallen > 0 ? (int)CLI_INTEGRITY : (int)CLI_DONE;
out:
	witness_release(&k->w);
	return rc;
}

static int
take_options(const struct cli *c, struct work *k, struct err *e)
{
	uint8_t raw[(WITNESS_DIGEST_LEN - 1) / 2];

	k->want = cli_value(c, "check");
	k->until = INT64_MAX;
	if (k->want && str_unhex(raw, sizeof(raw), k->want,
	    strlen(k->want)) < 0)
		return err_set(e, ERR_USAGE, "--check takes the 16 digits of "
		    "a digest line, 0-9 and a-f");
	if (!cli_has(c, "date"))
		return 0;
	return clock_parse(cli_value(c, "date"), &k->until, e);
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work k = {.c = c, .line = BUF_INIT(65536)};
	struct box b = {0};
	struct deskhome h;
	int rc = -1;

	if (take_options(c, &k, e) < 0)
		return CLI_FAILED;
	if (deskhome_open(&h, c->home, e) < 0)
		return CLI_FAILED;
	if (deskhome_fetched(h.records, e) < 0)
		goto out;
	b.home = &h;
	b.mirrors = true;
	rc = box_run(&b, look, &k, e);
out:
	buf_release(&k.line);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"check", 0, "HEX", "do the heads that these digits bind still stand?"},
	{"date", 0, "DATE", "the digits of that day, not of any or today's"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_digest_line = {
	.name = "digest-line",
	.operands = "",
	.help = "print 16 digits that bind all heads, or check them",
	.options = options,
	.min_args = 0,
	.max_args = 0,
	.run = run
};
