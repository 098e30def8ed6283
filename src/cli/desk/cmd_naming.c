/* cli/desk/cmd_naming.c - liudi-desk naming audit. */
#include "cli/desk/teamnames.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "cli/desk/deskcmds.h"
#include "desk/nameaudit.h"

#include "base/banned.h"

static const struct cli_option options[] = {
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"as", 0, "NAME", "whose keys open them"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

struct work {
	struct acct k;
	struct buf policy;	/* platforms.ini and policy.ini of control */
	uint64_t found;
};

/* What is wrong, in the words of both languages. */
static void
put_what(const struct nameaudit_item *i)
{
	char text[CLI_FILLED_LEN];

	switch (i->what) {
	case NAMEAUDIT_PLATFORM:
		(void)printf("%s", cli_tr("its platform is not known here"));
		break;
	case NAMEAUDIT_SAME_NAME:
		(void)printf(cli_tr("has the same name as %s"),
		    i->other->shown);
		break;
	case NAMEAUDIT_ALIKE:
		(void)printf(cli_tr("looks like '%s' of %s"), i->its,
		    i->other->shown);
		break;
	case NAMEAUDIT_SAME_LOGIN:
		(void)printf(cli_tr("has the same login as %s"),
		    i->other->shown);
		break;
	case NAMEAUDIT_RECORD:
	case NAMEAUDIT_LOGIN:
	default:
		(void)fputs(cli_tr_filled(i->text, text), stdout);
		break;
	}
}

static void
put_cost(const struct nameaudit_item *i)
{
	const bool ours = i->what != NAMEAUDIT_LOGIN &&
	    i->what != NAMEAUDIT_SAME_LOGIN;

	if (i->what == NAMEAUDIT_PLATFORM)
		(void)printf("%s", cli_tr("name it in policy.ini"));
	else if (ours)
		(void)printf(cli_tr("free: liudi-desk account rename %s"),
		    i->account->shown);
	else if (!i->change)
		(void)printf("%s", cli_tr("what a change costs is not known"));
	else if (strcmp(i->change, "no") == 0)
		(void)printf("%s", cli_tr("the platform changes no login"));
	else if (strcmp(i->change, "free") == 0)
		(void)printf("%s", cli_tr("free"));
	else
		(void)printf(cli_tr("once in %s"), i->change);
	if (!ours && i->change && !i->found)
		(void)printf("%s", cli_tr(" (from memory)"));
}

static int
put_json(const struct nameaudit_item *i, struct err *e)
{
	struct buf b = BUF_INIT(1u << 20);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "problem", nameaudit_name(i->what));
	jsonw_khex(&w, "account", i->account->id, EVENT_ID_LEN);
	jsonw_kstr(&w, "shown", i->account->shown);
	jsonw_kstr(&w, "name", i->name);
	jsonw_kstr(&w, "text", i->text);
	jsonw_kstr(&w, "other", i->other ? i->other->shown : NULL);
	jsonw_kstr(&w, "change", i->change);
	jsonw_object_end(&w);
	rc = jsonw_end(&w);
	if (rc == 0)
		(void)printf("%s\n", buf_str(&b));
	buf_release(&b);
	return rc;
}

static int
on_item(void *arg, const struct nameaudit_item *i, struct err *e)
{
	struct work *w = arg;

	w->found++;
	if (w->k.c->json)
		return put_json(i, e);
	(void)printf("%s", cli_tr(i->what == NAMEAUDIT_LOGIN ||
	    i->what == NAMEAUDIT_SAME_LOGIN ? "login " : "name "));
	cli_put_shown(stdout, i->name, strlen(i->name));
	if (strcmp(i->name, i->account->shown) != 0) {
		(void)printf(" (");
		cli_put_shown(stdout, i->account->shown,
		    strlen(i->account->shown));
		(void)putchar(')');
	}
	(void)printf(": ");
	put_what(i);
	(void)printf("; ");
	put_cost(i);
	(void)putchar('\n');
	return 0;
}

/* In the box. */
static int
audit(struct acct *k, void *arg, struct err *e)
{
	struct work *w = arg;
	struct platforms *p = platforms_new(buf_str(&w->policy), e);
	struct naming *n = p ? naming_new(buf_str(&w->policy), e) : NULL;
	int rc = -1;

	if (n)
		rc = nameaudit_each(k->book, p, n, on_item, w, e);
	if (rc == 0 && w->found == 0 && !k->c->json && !k->c->quiet)
		(void)printf("%s", cli_tr("All names are as they should "
		    "be.\n"));
	naming_free(n);
	platforms_free(p);
	return rc;
}

static enum cli_exit
run_audit(struct cli *c, struct err *e)
{
	struct work w = {.policy = BUF_INIT(TEAMNAMES_POLICY_MAX)};
	int rc = -1;

	if (acct_open(&w.k, c, cli_value(c, "as"), e) == 0 &&
	    teamnames_policy(&w.k, &w.policy, e) == 0 &&
	    acct_note(&w.k, "open", "names of accounts", e) == 0)
		rc = acct_run(&w.k, audit, &w, e);
	acct_release(&w.k);
	buf_release(&w.policy);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

const struct cli_command cmd_naming_audit = {
	.name = "naming audit",
	.operands = "",
	.help = "show names that break a rule or look alike, and what a change "
	    "costs",
	.options = options,
	.run = run_audit,
};
