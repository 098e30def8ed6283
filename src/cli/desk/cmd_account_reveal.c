/* cli/desk/cmd_account_reveal.c - one account's secrets, and who may. */
#include "cli/desk/acct.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/deskcmds.h"
#include "cli/desk/show.h"

#include "base/banned.h"

#define SEALED_MAX OPENER_ROOM_LEN

/* --- account reveal */

/* Straight to the terminal: stdio would keep a copy. */
static int
put(const char *s, struct err *e)
{
	return file_write(STDOUT_FILENO, s, strlen(s), "standard output", e);
}

/* What would steer a terminal is shown as what it is; --pipe gives the bytes. */
static int
put_line(const char *s, size_t n, struct err *e)
{
	struct buf shown = BUF_INIT(16 * (size_t)EVENT_SECRET_MAX);
	int rc = -1;

	if (!isatty(STDOUT_FILENO))
		return file_write(STDOUT_FILENO, s, n, "standard output", e);
	if (buf_reserve(&shown, shown.max, e) == 0 &&
	    utf8_add_shown(&shown, s, n, e) == 0)
		rc = file_write(STDOUT_FILENO, shown.data, shown.len,
		    "standard output", e);
	buf_wipe(&shown);
	return rc;
}

/* Recovery codes are lines; nothing else of a secret ends one. */
static int
put_secret(const char *label, const char *s, bool lines, struct err *e)
{
	size_t n;

	if (!s)
		return 0;
	if (put(label, e) < 0 || put(": ", e) < 0)
		return -1;
	for (; lines && s[n = strcspn(s, "\n")] != '\0'; s += n + 1)
		if (put_line(s, n, e) < 0 || put("\n", e) < 0)
			return -1;
	return put_line(s, strlen(s), e) < 0 ? -1 : put("\n", e);
}

/* One event's; WHAT of it is printed. */
struct wanted {
	const uint8_t *event;
	bool password, totp, codes;
};

static int
reveal_one(struct acct *k, const struct wanted *w, struct err *e)
{
	struct event_secret s = {NULL, NULL, NULL};
	int rc = ledger_secret(k->b, w->event, &s, e);

	if (rc > 0) {
		rc = 0;
		if (w->password)
			rc = put_secret(cli_tr("password"), s.password,
			    false, e);
		if (rc == 0 && w->totp)
			rc = put_secret(cli_tr("seed"), s.totp, false,
			    e);
		if (rc == 0 && w->codes)
			rc = put_secret(cli_tr("recovery codes"), s.codes,
			    true, e);
	}
	event_secret_free(&s);
	return rc;
}

static int
reveal(struct acct *k, void *arg, struct err *e)
{
	const struct acct_found *f = &k->found;
	const bool seed = cli_has(k->c, "seed");
	struct wanted w;
	size_t i;

	(void)arg;
	(void)fflush(stdout);
	for (i = 0; i < f->npasswords; i++) {
		w = (struct wanted){f->password[i], true, false, false};
		if (reveal_one(k, &w, e) < 0)
			return -1;
	}
	w = (struct wanted){f->totp, false, true, false};
	if (seed && f->has_totp && reveal_one(k, &w, e) < 0)
		return -1;
	w = (struct wanted){f->codes, false, false, true};
	if (f->has_codes && reveal_one(k, &w, e) < 0)
		return -1;
	return (int)CLI_DONE;
}

/* Can it be opened?  Tried with what is printed nowhere. */
static int
try_open(struct acct *k, void *arg, struct err *e)
{
	const struct acct_found *f = &k->found;
	struct event_secret s = {NULL, NULL, NULL};
	const uint8_t *event = f->npasswords ? f->password[0] :
	    f->has_codes ? f->codes : f->totp;
	int rc = ledger_secret(k->b, event, &s, e);

	(void)arg;
	event_secret_free(&s);
	return rc < 0 ? -1 : 0;
}

/* Of dual secrets that are not granted: ask. */
static int
request(struct acct *k, struct err *e)
{
	const struct acct_found *f = &k->found;
	const uint8_t *of = f->npasswords ? f->password[0] :
	    f->has_codes ? f->codes : f->totp;
	char hex[EVENT_ID_HEX];
	struct account_event v;

	str_hex(hex, of, EVENT_ID_LEN);
	acct_event(k, &v, EVENT_REQUESTED);
	v.value[EVENT_BY] = acct_me(k);
	v.value[EVENT_REASON] = cli_value(k->c, "why");
	v.value[EVENT_OF] = hex;
	if (acct_write(k, &v, NULL, e) < 0)
		return -1;
	(void)err_set(e, ERR_CRYPTO, "%s is opened by an owner and a manager "
	    "together: the owner is asked now", f->shown);
	return err_hint(e, "when 'liudi-desk account grant' of the owner has "
	    "answered: sync, then the same again");
}

static int
check(const struct acct *k, struct err *e)
{
	const struct acct_found *f = &k->found;

	if (f->is_void)
		cli_warn(k->c, "the password was changed, and nobody told to "
		    "what");
	if (f->npasswords > 1)
		cli_warn(k->c, "there are several, and nobody can say which "
		    "one works: the newest is the first");
	if (f->npasswords > 0 || f->has_codes ||
	    (f->has_totp && cli_has(k->c, "seed")))
		return 0;
	(void)err_set(e, ERR_NOENT, "nothing is sealed of %s", f->shown);
	return f->has_totp ? err_hint(e, "but a seed: --seed shows it, "
	    "'liudi-desk account code' what it gives now") : -1;
}

static int
reveal_noted(struct acct *k, struct err *e)
{
	struct account_event v;

	if (acct_run(k, try_open, NULL, e) < 0)
		return e->code == ERR_NOENT && k->found.dual ?
		    (err_clear(e), request(k, e)) : -1;
	/* Whoever is to see it is known before he does. */
	acct_event(k, &v, EVENT_REVEALED);
	v.value[EVENT_BY] = acct_me(k);
	v.value[EVENT_REASON] = cli_value(k->c, "why");
	if (acct_write(k, &v, NULL, e) < 0)
		return -1;
	return acct_run(k, reveal, NULL, e);
}

static enum cli_exit
run_reveal(struct cli *c, struct err *e)
{
	char view[ACCT_SHOWN_LEN + 16];
	struct acct k;
	int rc = -1;

	if (acct_reason(c, e) < 0)
		return CLI_FAILED;
	if (!isatty(STDOUT_FILENO) && !cli_has(c, "pipe")) {
		(void)err_set(e, ERR_USAGE, "standard output is no terminal, "
		    "and a secret is not written into files by accident");
		(void)err_hint(e, "with --pipe it is written all the same");
		return CLI_FAILED;
	}
	if (acct_open(&k, c, cli_value(c, "as"), e) < 0 ||
	    acct_find(&k, c->args[0], e) < 0 || check(&k, e) < 0)
		goto out;
	(void)snprintf(view, sizeof(view), "account %s", k.found.shown);
	if (acct_note(&k, "reveal", view, e) == 0)
		rc = reveal_noted(&k, e);
out:
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option reveal_options[] = {
	{"why", 0, "TEXT", "what it is needed for; must be said"},
	{"seed", 0, NULL, "the seed of the second factor as well"},
	{"pipe", 0, NULL, "also where standard output is no terminal"},
	{"as", 0, "NAME", "whose keys open it"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_account_reveal = {
	.name = "account reveal",
	.operands = "NAME",
	.help = "show password and recovery codes of one account",
	.options = reveal_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_reveal
};

/* --- account requests */

/*
 * Does it ask for an event of A?  If that could be another account's, who grants
 * the one would give the other away.
 */
static bool
is_of(const struct book_account *a, const struct account_event *v)
{
	const char *of = v->value[EVENT_OF];
	uint8_t id[EVENT_ID_LEN];
	size_t i;

	if (!of || str_unhex(id, sizeof(id), of, strlen(of)) < 0)
		return false;
	for (i = 0; i < a->nevents; i++)
		if (memcmp(a->event[i]->id, id, sizeof(id)) == 0)
			return true;
	return false;
}

/* The newest request of A that nothing was granted for, or NULL. */
static const struct account_event *
open_request(const struct book_account *a)
{
	const struct account_event *found = NULL;
	size_t i;

	for (i = 0; i < a->nevents; i++) {
		if (a->event[i]->kind == EVENT_REQUESTED) {
			if (is_of(a, a->event[i]))
				found = a->event[i];
		} else if (found && a->event[i]->kind == EVENT_GRANTED &&
		    str_eq(found->value[EVENT_OF],
		    a->event[i]->value[EVENT_OF])) {
			found = NULL;
		}
	}
	return found;
}

static int
json_request(const struct book_account *a, const struct account_event *v,
	struct buf *line, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_khex(&w, "account", a->id, EVENT_ID_LEN);
	jsonw_kstr(&w, "shown", a->shown);
	jsonw_kint(&w, "ts", v->ts);
	jsonw_kstr(&w, "by", v->value[EVENT_BY]);
	jsonw_kstr(&w, "reason", v->value[EVENT_REASON]);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(line, e);
}

static void
print_request(const struct book_account *a, const struct account_event *v)
{
	char when[SHOW_TIME_LEN];
	const char *why = v->value[EVENT_REASON];

	show_padded(show_time(v->ts, when), 21);
	show_padded(a->shown, 22);
	show_padded(v->value[EVENT_BY], 14);
	if (why)
		cli_put_shown(stdout, why, strlen(why));
	(void)fputc('\n', stdout);
}

static int
list_requests(struct acct *k, void *arg, struct err *e)
{
	struct buf line = BUF_INIT(1u << 20);
	const struct account_event *v;
	const struct book_account *a;
	size_t n, i, found = 0;
	int rc = 0;

	(void)arg;
	a = book_accounts(k->book, &n);
	for (i = 0; rc == 0 && i < n; i++) {
		v = open_request(a + i);
		if (!v)
			continue;
		found++;
		if (k->c->json)
			rc = json_request(a + i, v, &line, e);
		else
			print_request(a + i, v);
	}
	if (found == 0 && !k->c->json && !k->c->quiet)
		(void)puts(cli_tr("nobody asks"));
	buf_release(&line);
	return rc;
}

static enum cli_exit
run_requests(struct cli *c, struct err *e)
{
	struct acct k;
	int rc = -1;

	if (acct_open(&k, c, cli_value(c, "as"), e) == 0 &&
	    acct_note(&k, "open", "requests for accounts", e) == 0)
		rc = acct_run(&k, list_requests, NULL, e);
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option requests_options[] = {
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"as", 0, "NAME", "whose keys open them"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_account_requests = {
	.name = "account requests",
	.operands = "",
	.help = "list who asks for what only an owner can grant",
	.options = requests_options,
	.run = run_requests
};

/* --- account grant */

struct granting {		/* by shared memory */
	bool asked;
	uint8_t of[EVENT_ID_LEN];
	char to[ACCT_SHOWN_LEN];
	size_t n;
	uint8_t sealed[];	/* for managers */
};

static int
open_outer(struct acct *k, void *arg, struct err *e)
{
	struct granting *g = acct_shared(k);
	struct buf sealed = BUF_INIT(EVENTFILE_MAX);
	const struct account_event *v;
	const struct book_account *a;
	char hex[EVENT_ID_HEX];
	int rc = -1;

	(void)arg;
	memset(g, 0, sizeof(*g));
	str_hex(hex, k->found.id, EVENT_ID_LEN);
	a = book_find(k->book, hex, e);
	v = a ? open_request(a) : NULL;
	if (!a)
		goto out;
	if (!v) {
		rc = 0;
		goto out;
	}
	if (str_unhex(g->of, EVENT_ID_LEN, v->value[EVENT_OF],
	    strlen(v->value[EVENT_OF])) < 0)
		goto out;
	(void)snprintf(g->to, sizeof(g->to), "%s", v->value[EVENT_BY]);
	rc = ledger_inner(k->b, g->of, &sealed, e);
	if (rc == 0)
		rc = err_set(e, ERR_USAGE, "%s needs no grant", a->shown);
	if (rc > 0) {
		memcpy(g->sealed, sealed.data, sealed.len);
		g->n = sealed.len;
		g->asked = true;
		rc = 0;
	}
out:
	buf_release(&sealed);
	return rc;
}

static int
grant(struct acct *k, struct err *e)
{
	const struct ledger_desk d = {&k->h, &k->control, k->name, k->key};
	const struct granting *g = acct_shared(k);
	char why[CLI_FILLED_LEN], to[ACCT_SHOWN_LEN], hex[EVENT_ID_HEX];
	struct account_event v;
	size_t n;
	int rc;

	if (acct_run(k, open_outer, NULL, e) < 0)
		return -1;
	if (!g->asked)
		return err_set(e, ERR_NOENT, "nobody asks for %s",
		    k->found.shown);
	memcpy(to, g->to, sizeof(to));
	to[sizeof(to) - 1] = '\0';
	str_hex(hex, g->of, EVENT_ID_LEN);
	n = g->n;
	if (n > EVENTFILE_MAX)
		return err_set(e, ERR_FAIL,
		    "the reading process said what makes no sense");
	acct_event(k, &v, EVENT_GRANTED);
	v.value[EVENT_TO] = to;
	v.value[EVENT_REASON] = cli_value(k->c, "why");
	v.value[EVENT_OF] = hex;
	v.has_password = true;
	rc = ledger_grant(&d, &v, g->sealed, n, e);
	if (rc > 0) {
		cli_warn(k->c, "it is kept here and sent at the next sync: %s",
		    cli_tr_filled(e->what, why));
		err_clear(e);
	}
	if (rc >= 0 && !k->c->quiet) {
		show_padded(k->found.shown, 0);
		(void)fputs(cli_tr(": granted to "), stdout);
		cli_put_shown(stdout, to, strlen(to));
		(void)fputc('\n', stdout);
	}
	return rc < 0 ? -1 : 0;
}

static enum cli_exit
run_grant(struct cli *c, struct err *e)
{
	char view[ACCT_SHOWN_LEN + 16];
	const char *as = cli_value(c, "as");
	struct acct k;
	int rc = -1;

	if (acct_open(&k, c, as ? as : "owner", e) == 0 &&
	    acct_find(&k, c->args[0], e) == 0) {
		(void)snprintf(view, sizeof(view), "account %s",
		    k.found.shown);
		if (acct_note(&k, "open", view, e) == 0)
			rc = grant(&k, e);
	}
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option grant_options[] = {
	{"why", 0, "TEXT", "the reason, which is kept with it"},
	{"as", 0, "NAME", "which owner; absent: owner"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_account_grant = {
	.name = "account grant",
	.operands = "NAME",
	.help = "an owner's part of what two must agree on",
	.options = grant_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_grant
};
