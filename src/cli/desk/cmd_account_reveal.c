/* cli/desk/cmd_account_reveal.c - one account's secrets, and who may. */
#include "cli/desk/acct.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/deskcmds.h"
#include "cli/desk/reveal.h"
#include "cli/desk/show.h"
#include "desk/dual.h"

#include "base/banned.h"

#define JSON_ROOM (512u << 10)	/* ten secrets, each byte escaped */
#define GRANT_ROOM (4u << 20)
#define GRANT_HOURS_MAX 720
#define HOUR_S 3600

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

static int
put_text(const struct revealed *o, struct err *e)
{
	size_t i;

	for (i = 0; i < o->npasswords; i++)
		if (put_secret(cli_tr("password"), o->password[i].password,
		    false, e) < 0)
			return -1;
	if (put_secret(cli_tr("seed"), o->totp.totp, false, e) < 0)
		return -1;
	return put_secret(cli_tr("recovery codes"), o->codes.codes, true, e);
}

/* docs/REPORTS.md "The book of accounts"; in memory that is wiped. */
static int
put_json(const struct acct *k, const struct revealed *o, struct err *e)
{
	struct buf line = BUF_INIT(JSON_ROOM);
	const char *s = o->codes.codes;
	struct jsonw w;
	size_t i, n;
	int rc = -1;

	if (buf_reserve(&line, line.max, e) < 0)
		goto out;
	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "secret");
	jsonw_khex(&w, "account", k->found.id, EVENT_ID_LEN);
	jsonw_kstr(&w, "shown", k->found.shown);
	jsonw_key(&w, "passwords");
	jsonw_array(&w);
	for (i = 0; i < o->npasswords; i++)
		jsonw_str(&w, o->password[i].password);
	jsonw_array_end(&w);
	jsonw_kstr(&w, "seed", o->totp.totp);
	jsonw_key(&w, "codes");
	jsonw_array(&w);
	for (; s && *s; s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		jsonw_strn(&w, s, n);
	}
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0 && buf_addc(&line, '\n', e) == 0)
		rc = file_write(STDOUT_FILENO, line.data, line.len,
		    "standard output", e);
out:
	buf_wipe(&line);
	return rc;
}

static int
reveal(struct acct *k, void *arg, struct err *e)
{
	struct revealed o;
	int rc = reveal_open(&o, k->b, &k->seer, &k->found, arg, e);

	(void)fflush(stdout);
	if (rc == 0)
		rc = k->c->json ? put_json(k, &o, e) : put_text(&o, e);
	reveal_close(&o);
	return rc < 0 ? -1 : (int)CLI_DONE;
}

static enum cli_exit
run_reveal(struct cli *c, struct err *e)
{
	struct reveal_what w = {true, true, cli_has(c, "seed")};
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
	    acct_find(&k, c->args[0], e) < 0 || reveal_check(&k, &w, e) < 0)
		goto out;
	(void)snprintf(view, sizeof(view), "account %s", k.found.shown);
	if (acct_note(&k, "reveal", view, e) == 0 &&
	    reveal_leave(&k, &w, e) == 0)
		rc = acct_run(&k, reveal, &w, e);
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

static int
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
	return 0;
}

static int
list_requests(struct acct *k, void *arg, struct err *e)
{
	struct buf line = BUF_INIT(1u << 20);
	const struct account_event *v[DUAL_EVENTS_MAX];
	const struct book_account *a;
	size_t n, i, r, m, found = 0;
	int rc = 0;

	(void)arg;
	a = book_accounts(k->book, &n);
	for (i = 0; i < n; i++) {
		m = dual_requests(a + i, k->people, NULL, v);
		found += m;
		for (r = 0; rc == 0 && r < m; r++)
			rc = k->c->json ? json_request(a + i, v[r], &line,
			    e) : print_request(a + i, v[r]);
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
	if (rc == 0)
		acct_send_own(&k);
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

/* What is granted at once, by shared memory: what one person asked for. */
struct granted_one {
	uint8_t of[EVENT_ID_LEN];
	size_t at, n;		/* bytes of `sealed` */
};
struct granting {
	size_t n;
	char to[ACCT_SHOWN_LEN];
	int hours;
	struct granted_one one[DUAL_EVENTS_MAX];
	uint8_t sealed[GRANT_ROOM];	/* for managers */
};

/* The owner's half of event OF, behind what is there already. */
static int
open_outer(struct acct *k, struct granting *g,
	const struct account_event *v, struct err *e)
{
	struct granted_one *one = &g->one[g->n];
	struct buf sealed = BUF_INIT(EVENTFILE_MAX);
	const char *of = v->value[EVENT_OF];
	int rc = -1;

	one->at = g->n > 0 ? one[-1].at + one[-1].n : 0;
	if (str_unhex(one->of, EVENT_ID_LEN, of, strlen(of)) < 0)
		goto out;
	rc = ledger_inner(k->b, one->of, &sealed, e);
	if (rc == 0)
		rc = err_set(e, ERR_USAGE, "%s needs no grant",
		    k->found.shown);
	if (rc > 0 && sealed.len > sizeof(g->sealed) - one->at)
		rc = err_set(e, ERR_FAIL, "that is too much at once");
	if (rc > 0) {
		memcpy(g->sealed + one->at, sealed.data, sealed.len);
		one->n = sealed.len;
		g->n++;
		rc = 0;
	}
out:
	buf_release(&sealed);
	return rc;
}

static int
open_outers(struct acct *k, void *arg, struct err *e)
{
	const struct account_event *v[DUAL_EVENTS_MAX];
	struct granting *g = calloc(1, sizeof(*g));
	const struct book_account *a;
	char hex[EVENT_ID_HEX];
	size_t n = 0, i;
	int rc = g ? 0 : err_nomem(e);

	(void)arg;
	str_hex(hex, k->found.id, EVENT_ID_LEN);
	a = g ? book_find(k->book, hex, e) : NULL;
	if (a)
		n = dual_requests(a, k->people, NULL, v);
	else
		rc = -1;
	for (i = 0; rc == 0 && i < n; i++)
		rc = open_outer(k, g, v[i], e);
	if (rc == 0) {
		g->hours = people_grant_hours(k->people);
		if (n > 0)
			(void)snprintf(g->to, sizeof(g->to), "%s",
			    v[0]->value[EVENT_BY]);
		memcpy(acct_shared(k), g, sizeof(*g));
	}
	free(g);
	return rc;
}

/* The box had foreign bytes before it. */
static int
take_grants(const struct acct *k, struct granting *g, struct err *e)
{
	size_t i;

	memcpy(g, acct_shared(k), sizeof(*g));
	g->to[sizeof(g->to) - 1] = '\0';
	if (g->n > DUAL_EVENTS_MAX || g->hours < 1 ||
	    g->hours > GRANT_HOURS_MAX)
		goto bad;
	for (i = 0; i < g->n; i++)
		if (g->one[i].n > sizeof(g->sealed) ||
		    g->one[i].at > sizeof(g->sealed) - g->one[i].n)
			goto bad;
	return g->n > 0 ? 0 : err_set(e, ERR_NOENT, "nobody asks for %s",
	    k->found.shown);
bad:
	return err_set(e, ERR_FAIL,
	    "the reading process said what makes no sense");
}

static int
write_grant(struct acct *k, const struct granting *g, size_t i,
	const char *until, struct err *e)
{
	const struct ledger_desk d = {&k->h, &k->control, k->name, k->key};
	char why[CLI_FILLED_LEN], hex[EVENT_ID_HEX];
	struct account_event v;
	int rc;

	str_hex(hex, g->one[i].of, EVENT_ID_LEN);
	acct_event(k, &v, EVENT_GRANTED);
	v.value[EVENT_TO] = g->to;
	v.value[EVENT_REASON] = cli_value(k->c, "why");
	v.value[EVENT_OF] = hex;
	v.value[EVENT_UNTIL] = until;
	v.has_password = true;
	rc = ledger_grant(&d, &v, g->sealed + g->one[i].at, g->one[i].n, e);
	if (rc > 0) {
		cli_warn(k->c, "it is kept here and sent at the next sync: %s",
		    cli_tr_filled(e->what, why));
		err_clear(e);
	}
	return rc < 0 ? -1 : 0;
}

static int
grant_all(struct acct *k, const struct granting *g, struct err *e)
{
	const int64_t end = clock_now_utc() + g->hours * HOUR_S;
	char until[32], when[SHOW_TIME_LEN];
	size_t i;

	(void)snprintf(until, sizeof(until), "%lld", (long long)end);
	for (i = 0; i < g->n; i++)
		if (write_grant(k, g, i, until, e) < 0)
			return -1;
	if (k->c->quiet)
		return 0;
	show_padded(k->found.shown, 0);
	(void)fputs(cli_tr(": granted to "), stdout);
	cli_put_shown(stdout, g->to, strlen(g->to));
	(void)printf(cli_tr(" until %s\n"), show_time(end, when));
	cli_hint(k->c, "who saw it has seen it: have it changed afterwards "
	    "('liudi-desk account rotated')");
	return 0;
}

static int
grant(struct acct *k, struct err *e)
{
	struct granting *g = malloc(sizeof(*g));
	int rc = g ? 0 : err_nomem(e);

	if (rc == 0)
		rc = acct_run(k, open_outers, NULL, e);
	if (rc == 0)
		rc = take_grants(k, g, e);
	if (rc == 0)
		rc = grant_all(k, g, e);
	free(g);
	return rc;
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
