/*
 * cli/desk/cmd_whatif.c - liudi-desk whatif: what is lost when people leave, and
 * what they still get into; risk: what hangs on one person or one thing.
 */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/desk/acct.h"
#include "cli/desk/leave.h"
#include "cli/desk/show.h"
#include "desk/risk.h"

#include "base/banned.h"

#define NAMES_MAX 2048
#define VIEW_LEN 256
#define LINE_MAX_LEN 65536
#define NAME_WIDTH 22

struct whatif {
	char text[NAMES_MAX];
	const char *name[LEAVE_NAMES];
	int n;
};

/* --- whatif */

static int
sum_json(const struct whatif *x, const struct custody_result *r,
	size_t accounts, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct jsonw w;
	int i, rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "whatif");
	jsonw_key(&w, "leaves");
	jsonw_array(&w);
	for (i = 0; i < x->n; i++)
		jsonw_str(&w, x->name[i]);
	jsonw_array_end(&w);
	jsonw_kint(&w, "accounts", (int64_t)accounts);
	jsonw_kint(&w, "lost", (int64_t)r->nlost);
	jsonw_kint(&w, "stale", (int64_t)r->nstale);
	jsonw_kint(&w, "reach", (int64_t)r->nreach);
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

static size_t
open_accounts(const struct book *b)
{
	const struct book_account *v;
	size_t n, i, open = 0;

	v = book_accounts(b, &n);
	for (i = 0; i < n; i++)
		open += !v[i].closed;
	return open;
}

static int
put_whatif(const struct acct *k, const struct leave *l, struct custody *c,
	const struct whatif *x, const struct custody_result *r, struct err *e)
{
	const size_t n = (size_t)x->n, all = open_accounts(k->book);
	const bool json = k->c->json;
	char title[CLI_COUNT_LEN];
	int i;

	if (!json) {
		for (i = 0; i < x->n; i++) {
			(void)fputs(i ? ", " : "", stdout);
			cli_put_shown(stdout, x->name[i], strlen(x->name[i]));
		}
		(void)printf(cli_tr(": what if they leave? %s\n"), cli_count(
		    (int64_t)all, "%lld account", "%lld accounts", title));
	}
	if (leave_list(l, json, c, "lost", r->lost, r->nlost, cli_count(
	    (int64_t)r->nlost, "%lld would be lost: the company has no way "
	    "into it", "%lld would be lost: the company has no way into them",
	    title), x->name, n, e) < 0)
		return -1;
	if ((r->nstale > 0 || json) && leave_list(l, json, c, "stale",
	    r->stale, r->nstale, cli_count((int64_t)r->nstale, "%lld hangs on "
	    "a sealed password that nobody has tried for too long", "%lld "
	    "hang on sealed passwords that nobody has tried for too long",
	    title), x->name, n, e) < 0)
		return -1;
	if (leave_list(l, json, c, "reach", r->reach, r->nreach, cli_count(
	    (int64_t)r->nreach, "%lld would stay open to them",
	    "%lld would stay open to them", title), x->name, n, e) < 0)
		return -1;
	if (json)
		return sum_json(x, r, all, e);
	if (people_manager_but(k->people, x->name, n))
		return 0;
	(void)printf("%s\n", cli_tr("No manager would be left, and what is "
	    "sealed to two is lost with the last:\nlet in another before, and "
	    "change that then (liudi-desk key add NAME, on his machine)"));
	return 0;
}

static int
whatif(struct acct *k, void *arg, struct err *e)
{
	struct custody_result r = {0};
	const struct whatif *x = arg;
	struct custody *c = NULL;
	struct leave l;
	int rc = -1;

	if (leave_open(&l, k->b, k->people, &k->policy, e) == 0)
		c = custody_new(k->book, k->people, l.platforms,
		    clock_now_utc(), e);
	if (c && custody_whatif(c, x->name, (size_t)x->n, &r, e) == 0)
		rc = put_whatif(k, &l, c, x, &r, e);
	custody_result_free(&r);
	custody_free(c);
	leave_release(&l);
	return rc;
}

static enum cli_exit
run_whatif(struct cli *c, struct err *e)
{
	const char *leaves = cli_value(c, "leaves");
	char view[VIEW_LEN];
	struct whatif x;
	struct acct k;
	int rc = -1;

	if (!leaves || strlen(leaves) >= sizeof(x.text)) {
		(void)err_set(e, ERR_USAGE, "who leaves?");
		(void)err_hint(e, "liudi-desk whatif --leaves NAME[,NAME]");
		return CLI_FAILED;
	}
	(void)snprintf(x.text, sizeof(x.text), "%s", leaves);
	x.n = leave_names(x.text, x.name, e);
	if (x.n < 0)
		return CLI_FAILED;
	(void)snprintf(view, sizeof(view), "whatif %.200s", leaves);
	if (acct_open(&k, c, NULL, e) == 0 &&
	    acct_note(&k, "open", view, e) == 0)
		rc = acct_run(&k, whatif, &x, e);
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

/* --- risk */

struct weighed {
	struct leave l;
	struct custody *c;
	struct risk r;
};

static int
account_json(const struct weighed *w, size_t i, struct err *e)
{
	const struct book_account *a = &w->r.a[i];
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct jsonw j;
	int rc;

	jsonw_init(&j, &line, e);
	jsonw_object(&j);
	jsonw_kint(&j, "v", 1);
	jsonw_kstr(&j, "type", "account");
	jsonw_khex(&j, "account", a->id, sizeof(a->id));
	jsonw_kstr(&j, "name", a->shown);
	jsonw_kstr(&j, "platform", a->value[EVENT_PLATFORM]);
	jsonw_kstr(&j, "shop", a->value[EVENT_SHOP]);
	jsonw_kint(&j, "bus", w->r.bus[i]);
	jsonw_kbool(&j, "stale", custody_stale(w->c, a));
	jsonw_object_end(&j);
	rc = jsonw_end(&j) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

static int
put_accounts(const struct weighed *w, enum risk_bus bus, const char *title,
	struct err *e)
{
	struct buf why = BUF_INIT(LINE_MAX_LEN);
	const struct risk *r = &w->r;
	int rc = 0;
	size_t i;

	if (r->count[bus] > 0)
		(void)printf("%s\n", title);
	for (i = 0; rc == 0 && i < r->n; i++) {
		if (r->a[i].closed || r->bus[i] != bus)
			continue;
		(void)fputs("  ", stdout);
		show_padded(r->a[i].shown, NAME_WIDTH);
		show_padded(leave_platform(&w->l, &r->a[i]), 14);
		buf_clear(&why);
		if (bus == RISK_LOST)
			rc = leave_why(w->c, &r->a[i], false, NULL, 0, "; ",
			    &why, e);
		else if (r->one[i])
			rc = buf_adds(&why, r->one[i], e);
		cli_put_shown(stdout, buf_str(&why), why.len);
		(void)fputc('\n', stdout);
	}
	buf_release(&why);
	return rc;
}

static int
person_json(const struct risk_person *x, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct jsonw j;
	int rc;

	jsonw_init(&j, &line, e);
	jsonw_object(&j);
	jsonw_kint(&j, "v", 1);
	jsonw_kstr(&j, "type", "person");
	jsonw_kstr(&j, "person", x->p->name);
	jsonw_kbool(&j, "left", x->p->left);
	jsonw_kint(&j, "lost", (int64_t)x->lost);
	jsonw_kint(&j, "reach", (int64_t)x->reach);
	jsonw_object_end(&j);
	rc = jsonw_end(&j) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

static void
put_people(const struct risk *r)
{
	size_t i;

	show_padded(cli_tr("person"), NAME_WIDTH + 2);
	show_right(cli_tr("lost with him"), 14);
	show_right(cli_tr("still open to him"), 18);
	(void)fputc('\n', stdout);
	for (i = 0; i < r->npersons; i++) {
		const struct risk_person *x = &r->person[i];
		char lost[24], reach[24];

		if (x->lost == 0 && x->reach == 0)
			continue;
		(void)snprintf(lost, sizeof(lost), "%zu", x->lost);
		(void)snprintf(reach, sizeof(reach), "%zu", x->reach);
		(void)fputs("  ", stdout);
		show_padded(x->p->name, NAME_WIDTH);
		show_right(lost, 14);
		show_right(reach, 18);
		if (x->p->left)
			(void)printf("  %s", cli_tr("has left"));
		(void)fputc('\n', stdout);
	}
}

static int
thing_json(const struct custody_thing *t, const char *name, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct jsonw j;
	int rc;

	jsonw_init(&j, &line, e);
	jsonw_object(&j);
	jsonw_kint(&j, "v", 1);
	jsonw_kstr(&j, "type", "thing");
	jsonw_kstr(&j, "thing", t->sim ? "sim" : "mailbox");
	jsonw_kstr(&j, "name", name);
	jsonw_kint(&j, "accounts", (int64_t)t->accounts);
	jsonw_kint(&j, "lost", (int64_t)t->lost);
	jsonw_object_end(&j);
	rc = jsonw_end(&j) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

static int
put_thing(const struct custody_thing *t, bool json, struct err *e)
{
	char last[CUSTODY_LAST_LEN];
	const char *name = t->sim ? custody_last(t->name, last) : t->name;

	if (json)
		return thing_json(t, name, e);
	(void)printf("  %s ", t->sim ? cli_tr("SIM") : cli_tr("mailbox"));
	show_padded(name, NAME_WIDTH + 6);
	(void)printf(cli_tr("%zu bound to it, %zu lost without it\n"),
	    t->accounts, t->lost);
	return 0;
}

static int
sum_risk_json(const struct risk *r, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct jsonw j;
	int rc;

	jsonw_init(&j, &line, e);
	jsonw_object(&j);
	jsonw_kint(&j, "v", 1);
	jsonw_kstr(&j, "type", "risk");
	jsonw_kint(&j, "accounts", (int64_t)r->open);
	jsonw_kint(&j, "bus0", (int64_t)r->count[RISK_LOST]);
	jsonw_kint(&j, "bus1", (int64_t)r->count[RISK_ONE]);
	jsonw_kint(&j, "bus2", (int64_t)r->count[RISK_TWO]);
	jsonw_kint(&j, "stale", (int64_t)r->stale);
	jsonw_object_end(&j);
	rc = jsonw_end(&j) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

/* docs/REPORTS.md "Accounts when people leave". */
static int
risk_json(const struct weighed *w, struct err *e)
{
	const struct risk *r = &w->r;
	size_t i;

	for (i = 0; i < r->n; i++)
		if (!r->a[i].closed && account_json(w, i, e) < 0)
			return -1;
	for (i = 0; i < r->npersons; i++)
		if (person_json(&r->person[i], e) < 0)
			return -1;
	for (i = 0; i < r->nthings; i++)
		if (put_thing(&r->thing[i], true, e) < 0)
			return -1;
	return sum_risk_json(r, e);
}

static int
put_risk(const struct weighed *w, struct err *e)
{
	const struct risk *r = &w->r;
	size_t i;

	(void)printf(cli_tr("%zu accounts: %zu lost as they stand, "
	    "%zu hang on one person, %zu on two, %zu on more\n"),
	    r->open, r->count[RISK_LOST], r->count[RISK_ONE],
	    r->count[RISK_TWO], r->count[RISK_MORE]);
	if (r->stale > 0)
		(void)printf(cli_tr("%zu sealed passwords that nobody "
		    "has tried for too long: liudi-desk account "
		    "confirm\n"), r->stale);
	if (put_accounts(w, RISK_LOST, cli_tr("lost as they stand"), e) < 0 ||
	    put_accounts(w, RISK_ONE, cli_tr("hang on one person"), e) < 0)
		return -1;
	put_people(r);
	if (r->nthings > 0 && r->thing[0].lost > 0)
		(void)printf("%s\n", cli_tr("SIMs and mailboxes"));
	for (i = 0; i < r->nthings; i++)
		if (r->thing[i].lost > 0 &&
		    put_thing(&r->thing[i], false, e) < 0)
			return -1;
	return 0;
}

static int
risk(struct acct *k, void *arg, struct err *e)
{
	struct weighed w = {.c = NULL};
	int rc = -1;

	(void)arg;
	if (leave_open(&w.l, k->b, k->people, &k->policy, e) == 0)
		w.c = custody_new(k->book, k->people, w.l.platforms,
		    clock_now_utc(), e);
	if (w.c && risk_make(&w.r, k->book, k->people, w.c, e) == 0)
		rc = k->c->json ? risk_json(&w, e) : put_risk(&w, e);
	risk_release(&w.r);
	custody_free(w.c);
	leave_release(&w.l);
	return rc;
}

static enum cli_exit
run_risk(struct cli *c, struct err *e)
{
	struct acct k;
	int rc = -1;

	if (acct_open(&k, c, NULL, e) == 0 &&
	    acct_note(&k, "open", "risk", e) == 0)
		rc = acct_run(&k, risk, NULL, e);
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option whatif_options[] = {
	{"leaves", 0, "LIST", "who leaves: names, commas between"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_whatif = {
	.name = "whatif",
	.operands = "",
	.help = "what would be lost if people left, and what they still enter",
	.options = whatif_options,
	.min_args = 0,
	.max_args = 0,
	.run = run_whatif
};

static const struct cli_option risk_options[] = {
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_risk = {
	.name = "risk",
	.operands = "",
	.help = "accounts, people and things on which everything hangs",
	.options = risk_options,
	.min_args = 0,
	.max_args = 0,
	.run = run_risk
};
