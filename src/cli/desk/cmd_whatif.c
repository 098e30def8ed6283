/*
 * cli/desk/cmd_whatif.c - liudi-desk whatif: what is lost when people leave, and
 * what they still get into; risk: what hangs on one person or one thing.
 */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/desk/leave.h"
#include "cli/desk/show.h"

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
put_whatif(const struct leave *l, struct custody *c, const struct whatif *x,
	const struct custody_result *r, struct err *e)
{
	const size_t n = (size_t)x->n, all = open_accounts(l->k->book);
	char title[CLI_COUNT_LEN];
	int i;

	if (!l->k->c->json) {
		for (i = 0; i < x->n; i++) {
			(void)fputs(i ? ", " : "", stdout);
			cli_put_shown(stdout, x->name[i], strlen(x->name[i]));
		}
		(void)printf(cli_tr(": what if they leave? %s\n"), cli_count(
		    (int64_t)all, "%lld account", "%lld accounts", title));
	}
	if (leave_list(l, c, "lost", r->lost, r->nlost, cli_count(
	    (int64_t)r->nlost, "%lld would be lost: the company has no way "
	    "into it", "%lld would be lost: the company has no way into them",
	    title), x->name, n, e) < 0)
		return -1;
	if ((r->nstale > 0 || l->k->c->json) && leave_list(l, c, "stale",
	    r->stale, r->nstale, cli_count((int64_t)r->nstale, "%lld hangs on "
	    "a sealed password that nobody has tried for too long", "%lld "
	    "hang on sealed passwords that nobody has tried for too long",
	    title), x->name, n, e) < 0)
		return -1;
	if (leave_list(l, c, "reach", r->reach, r->nreach, cli_count(
	    (int64_t)r->nreach, "%lld would stay open to them",
	    "%lld would stay open to them", title), x->name, n, e) < 0)
		return -1;
	return l->k->c->json ? sum_json(x, r, all, e) : 0;
}

static int
whatif(struct acct *k, void *arg, struct err *e)
{
	struct custody_result r = {0};
	const struct whatif *x = arg;
	struct custody *c = NULL;
	struct leave l;
	int rc = -1;

	if (leave_open(&l, k, e) == 0)
		c = custody_new(k->book, k->people, l.platforms,
		    clock_now_utc(), e);
	if (c && custody_whatif(c, x->name, (size_t)x->n, &r, e) == 0)
		rc = put_whatif(&l, c, x, &r, e);
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

struct risk {
	struct leave l;
	struct custody *c;
	const struct book_account *a;
	size_t n;
	uint8_t *bus;
	const char **one;	/* who alone can make it lost */
	size_t count[4], stale;	/* of open accounts, by bus factor */
};

static int
account_json(const struct risk *r, size_t i, struct err *e)
{
	const struct book_account *a = &r->a[i];
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "account");
	jsonw_khex(&w, "account", a->id, sizeof(a->id));
	jsonw_kstr(&w, "name", a->shown);
	jsonw_kstr(&w, "platform", a->value[EVENT_PLATFORM]);
	jsonw_kstr(&w, "shop", a->value[EVENT_SHOP]);
	jsonw_kint(&w, "bus", r->bus[i]);
	jsonw_kbool(&w, "stale", custody_stale(r->c, a));
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

static int
put_accounts(const struct risk *r, unsigned bus, const char *title,
	struct err *e)
{
	struct buf why = BUF_INIT(LINE_MAX_LEN);
	int rc = 0;
	size_t i;

	if (r->count[bus] > 0)
		(void)printf("%s\n", title);
	for (i = 0; rc == 0 && i < r->n; i++) {
		if (r->a[i].closed || r->bus[i] != bus)
			continue;
		(void)fputs("  ", stdout);
		show_padded(r->a[i].shown, NAME_WIDTH);
		show_padded(leave_platform(&r->l, &r->a[i]), 14);
		buf_clear(&why);
		if (bus == 0)
			rc = leave_why(r->c, &r->a[i], false, NULL, 0, "; ",
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
person_json(const struct people_person *p, const struct custody_result *x,
	struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "person");
	jsonw_kstr(&w, "person", p->name);
	jsonw_kbool(&w, "left", p->left);
	jsonw_kint(&w, "lost", (int64_t)x->nlost);
	jsonw_kint(&w, "reach", (int64_t)x->nreach);
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

/* What is lost anyway is on nobody's account. */
static size_t
by_him(struct risk *r, const struct custody_result *x, const char *name)
{
	size_t i, n = 0, at;

	for (i = 0; i < x->nlost; i++) {
		at = (size_t)(x->lost[i] - r->a);
		if (r->bus[at] == 0)
			continue;
		n++;
		r->one[at] = name;
	}
	return n;
}

struct row {
	const struct people_person *p;
	size_t lost, reach;
};

static int
cmp_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->lost != y->lost)
		return x->lost > y->lost ? -1 : 1;
	if (x->reach != y->reach)
		return x->reach > y->reach ? -1 : 1;
	return strcmp(x->p->name, y->p->name);
}

/* Each person alone: ROWS, and whose word an account hangs on. */
static int
ask_people(struct risk *r, struct row *rows, size_t n, struct err *e)
{
	const struct people_person *p = people_all(r->l.k->people, &n);
	struct custody_result x;
	size_t i;

	for (i = 0; i < n; i++) {
		if (custody_whatif(r->c, &p[i].name, 1, &x, e) < 0)
			return -1;
		rows[i] = (struct row){&p[i], by_him(r, &x, p[i].name),
		    x.nreach};
		x.nlost = rows[i].lost;
		if (r->l.k->c->json && person_json(&p[i], &x, e) < 0) {
			custody_result_free(&x);
			return -1;
		}
		custody_result_free(&x);
	}
	qsort(rows, n, sizeof(*rows), cmp_rows);
	return 0;
}

static void
put_people(const struct row *rows, size_t n)
{
	size_t i;

	show_padded(cli_tr("person"), NAME_WIDTH + 2);
	show_right(cli_tr("lost with him"), 14);
	show_right(cli_tr("still open to him"), 18);
	(void)fputc('\n', stdout);
	for (i = 0; i < n; i++) {
		char lost[24], reach[24];

		if (rows[i].lost == 0 && rows[i].reach == 0)
			continue;
		(void)snprintf(lost, sizeof(lost), "%zu", rows[i].lost);
		(void)snprintf(reach, sizeof(reach), "%zu", rows[i].reach);
		(void)fputs("  ", stdout);
		show_padded(rows[i].p->name, NAME_WIDTH);
		show_right(lost, 14);
		show_right(reach, 18);
		if (rows[i].p->left)
			(void)printf("  %s", cli_tr("has left"));
		(void)fputc('\n', stdout);
	}
}

static int
put_thing(const struct risk *r, const struct custody_thing *t, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	char last[CUSTODY_LAST_LEN];
	const char *name = t->sim ? custody_last(t->name, last) : t->name;
	struct jsonw w;
	int rc = 0;

	if (r->l.k->c->json) {
		jsonw_init(&w, &line, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kstr(&w, "type", "thing");
		jsonw_kstr(&w, "thing", t->sim ? "sim" : "mailbox");
		jsonw_kstr(&w, "name", name);
		jsonw_kint(&w, "accounts", (int64_t)t->accounts);
		jsonw_kint(&w, "lost", (int64_t)t->lost);
		jsonw_object_end(&w);
		rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
		buf_release(&line);
		return rc;
	}
	(void)printf("  %s ", t->sim ? cli_tr("SIM") : cli_tr("mailbox"));
	show_padded(name, NAME_WIDTH + 6);
	(void)printf(cli_tr("%zu bound to it, %zu lost without it\n"),
	    t->accounts, t->lost);
	return 0;
}

static int
risk_json(const struct risk *r, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "risk");
	jsonw_kint(&w, "accounts", (int64_t)open_accounts(r->l.k->book));
	jsonw_kint(&w, "bus0", (int64_t)r->count[0]);
	jsonw_kint(&w, "bus1", (int64_t)r->count[1]);
	jsonw_kint(&w, "bus2", (int64_t)r->count[2]);
	jsonw_kint(&w, "stale", (int64_t)r->stale);
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

static int
put_risk(struct risk *r, const struct row *rows, size_t n,
	const struct custody_thing *things, size_t nthings, struct err *e)
{
	const bool json = r->l.k->c->json;
	size_t i;

	if (!json) {
		(void)printf(cli_tr("%zu accounts: %zu lost as they stand, "
		    "%zu hang on one person, %zu on two, %zu on more\n"),
		    open_accounts(r->l.k->book), r->count[0], r->count[1],
		    r->count[2], r->count[3]);
		if (r->stale > 0)
			(void)printf(cli_tr("%zu sealed passwords that nobody "
			    "has tried for too long: liudi-desk account "
			    "confirm\n"), r->stale);
		if (put_accounts(r, 0, cli_tr("lost as they stand"), e) < 0 ||
		    put_accounts(r, 1, cli_tr("hang on one person"), e) < 0)
			return -1;
		put_people(rows, n);
		if (nthings > 0 && things[0].lost > 0)
			(void)printf("%s\n", cli_tr("SIMs and mailboxes"));
	}
	for (i = 0; i < nthings; i++)
		if ((json || things[i].lost > 0) &&
		    put_thing(r, &things[i], e) < 0)
			return -1;
	return json ? risk_json(r, e) : 0;
}

static int
weigh(struct risk *r, struct err *e)
{
	struct custody_thing *things = NULL;
	struct row *rows = NULL;
	size_t i, n, nthings = 0;
	int rc = -1;

	(void)people_all(r->l.k->people, &n);
	rows = calloc(n + 1, sizeof(*rows));
	r->bus = calloc(r->n + 1, sizeof(*r->bus));
	r->one = calloc(r->n + 1, sizeof(*r->one));
	if (!rows || !r->bus || !r->one) {
		(void)err_nomem(e);
		goto out;
	}
	if (custody_bus(r->c, r->bus, e) < 0)
		goto out;
	for (i = 0; i < r->n; i++) {
		if (r->a[i].closed)
			continue;
		r->count[r->bus[i]]++;
		r->stale += custody_stale(r->c, &r->a[i]);
		if (r->l.k->c->json && account_json(r, i, e) < 0)
			goto out;
	}
	if (ask_people(r, rows, n, e) == 0 &&
	    custody_things(r->c, &things, &nthings, e) == 0)
		rc = put_risk(r, rows, n, things, nthings, e);
out:
	free(things);
	free(rows);
	free(r->bus);
	free(r->one);
	return rc;
}

static int
risk(struct acct *k, void *arg, struct err *e)
{
	struct risk r = {.c = NULL};
	int rc = -1;

	(void)arg;
	if (leave_open(&r.l, k, e) == 0)
		r.c = custody_new(k->book, k->people, r.l.platforms,
		    clock_now_utc(), e);
	r.a = book_accounts(k->book, &r.n);
	if (r.c)
		rc = weigh(&r, e);
	custody_free(r.c);
	leave_release(&r.l);
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
