/* cli/agent/cmd_account.c - liudi account add, and list. */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/agent/account_form.h"
#include "cli/agent/commands.h"
#include "base/banned.h"

static const struct cli_option add_options[] = {
	{"from", 0, "FILE", "take it from this template, its password from "
	    "standard input"},
	{"reason", 0, "TEXT", "why a name that breaks a rule must be"},
	{"by", 0, "PERSON", "who does it, where it is not the person of this "
	    "station"},
	{NULL, 0, NULL, NULL}
};

/* The form as an event, on file. */
static int
register_form(const struct cli *c, struct accounts *a,
	const struct account_form *f, struct err *e)
{
	const struct event_secret secret = {f->password, f->totp, f->codes};
	struct account_event v;

	register_event(a->r, EVENT_REGISTERED, NULL, &v);
	for (int i = 0; i < EVENT_FIELDS; i++)
		v.value[i] = f->value[i];
	accounts_by(c, &v);
	if (register_add(a->r, &v, &secret, e) != 0 ||
	    register_commit(a->r, e) != 0)
		return -1;
	accounts_told(c, a, &v, f->value[EVENT_NAME]);
	return 0;
}

static enum cli_exit
run_add(struct cli *c, struct err *e)
{
	const char *from = cli_value(c, "from"), *reason = cli_value(c,
	    "reason");
	struct account_form f = {.password = NULL};
	struct accounts a;
	enum cli_exit rc = CLI_FAILED;

	if (accounts_open(c, &a, e) != 0)
		goto out;
	if (from == NULL) {
		if (account_form_ask(&f, &a, reason, e) != 0)
			goto out;
	} else if ((reason != NULL &&
	    account_form_set(&f, EVENT_REASON, reason, e) != 0) ||
	    account_form_load(&f, &a, from, e) != 0) {
		goto out;
	}
	if (register_form(c, &a, &f, e) == 0)
		rc = CLI_DONE;
out:
	account_form_release(&f);
	accounts_close(&a);
	return rc;
}

const struct cli_command cmd_account_add = {
	.name = "account add",
	.operands = "",
	.help = "register an account, sealed as it is typed",
	.options = add_options,
	.run = run_add,
};

static int
put_json(const struct register_account *a, struct err *e)
{
	struct buf b = BUF_INIT(65536);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_khex(&w, "account", a->id, sizeof(a->id));
	jsonw_kstr(&w, "name", a->name);
	jsonw_kstr(&w, "platform", a->platform);
	jsonw_kstr(&w, "shop", a->shop);
	jsonw_kint(&w, "registered", a->registered);
	jsonw_kint(&w, "changed", a->changed);
	jsonw_kbool(&w, "dual", a->dual);
	jsonw_kbool(&w, "closed", a->closed);
	jsonw_object_end(&w);
	rc = jsonw_end(&w);
	if (rc == 0)
		(void)printf("%s\n", buf_str(&b));
	buf_release(&b);
	return rc;
}

/* TEXT, and blanks up to column WIDTH. */
static void
put_column(const char *text, size_t width)
{
	size_t n = utf8_width(text);

	cli_put_shown(stdout, text, strlen(text));
	(void)printf("%*s", (int)(n < width ? width - n : 0) + 2, "");
}

static size_t
wider(size_t width, const char *text)
{
	size_t n = text != NULL ? utf8_width(text) : 0;

	return n > width ? n : width;
}

static void
put_table(const struct register_account *a, size_t n)
{
	char when[CLOCK_TEXT_LEN];
	size_t name = 0, shop = 0;

	for (size_t i = 0; i < n; i++) {
		name = wider(name, a[i].name);
		shop = wider(shop, a[i].shop);
	}
	for (size_t i = 0; i < n; i++) {
		put_column(a[i].name, name);
		put_column(a[i].platform, 6);
		put_column(a[i].shop != NULL ? a[i].shop : "", shop);
		/* the day is enough */
		(void)printf("%.10s", clock_text_local(a[i].registered, when));
		if (a[i].changed != a[i].registered)
			(void)printf(cli_tr("  changed %.10s"),
			    clock_text_local(a[i].changed, when));
		(void)printf("%s\n", a[i].closed ? cli_tr("  closed") : "");
	}
}

static enum cli_exit
run_list(struct cli *c, struct err *e)
{
	const struct register_account *a;
	struct registrar *r = NULL;
	struct station s;
	enum cli_exit rc = CLI_FAILED;
	size_t n = 0;

	if (station_open(&s, c->home, e) != 0)
		goto out;
	r = register_look(&s, e);
	if (r == NULL)
		goto out;
	a = register_accounts(r, &n);
	for (size_t i = 0; i < n && c->json; i++)
		if (put_json(&a[i], e) != 0)
			goto out;
	if (!c->json && n > 0)
		put_table(a, n);
	else if (!c->json && !c->quiet)
		(void)printf("%s", cli_tr("No account was registered "
		    "here.\n"));
	rc = CLI_DONE;
	if (register_damaged(r) > 0) {
		cli_warn(c, cli_tr("%lld lines of accounts/known are damaged: "
		    "their names may be proposed again"),
		    (long long)register_damaged(r));
		rc = CLI_WARNINGS;
	}
out:
	register_close(r);
	station_close(&s);
	return rc;
}

const struct cli_command cmd_account_list = {
	.name = "account list",
	.operands = "",
	.help = "show the accounts that were registered here",
	.run = run_list,
};
