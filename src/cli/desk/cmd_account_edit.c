/* cli/desk/cmd_account_edit.c - what managers say of accounts, event by event. */
#include "cli/desk/acct.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/naming.h"
#include "account/platform.h"
#include "base/str.h"
#include "cli/desk/deskcmds.h"
#include "crypto/secmem.h"

#include "base/banned.h"

/* --- FIELD=VALUE operands. */

/* Fields of ARGS from FIRST on into V; texts point into the arguments. */
static int
take_fields(const struct cli *c, size_t first, struct account_event *v,
	struct err *e)
{
	char name[32];
	const char *eq;
	size_t i;
	int f;

	for (i = first; i < c->nargs; i++) {
		eq = strchr(c->args[i], '=');
		if (!eq || (size_t)(eq - c->args[i]) >= sizeof(name)) {
			(void)err_set(e, ERR_USAGE, "'%.100s' is no "
			    "FIELD=VALUE", c->args[i]);
			return err_hint(e, "such as shop='Shop A' "
			    "phone=13800001391 phone_owner=company");
		}
		(void)snprintf(name, sizeof(name), "%.*s",
		    (int)(eq - c->args[i]), c->args[i]);
		f = (int)event_field_of(name);
		if (f == EVENT_FIELDS ||
		    !event_may(v->kind, (enum event_field)f))
			return err_set(e, ERR_USAGE, "'%s' is not said of "
			    "an account here", name);
		v->value[f] = eq + 1;
	}
	return 0;
}

/* --- Secrets: asked for, or from a file descriptor; never an argument. */

struct secrets {
	char *password, *totp, *codes;	/* secure memory, or NULL */
};

static void
secrets_free(struct secrets *s)
{
	secmem_free(s->password);
	secmem_free(s->totp);
	secmem_free(s->codes);
}

static int
ask(const struct cli *c, const char *option, const char *prompt, bool twice,
	char **out, struct err *e)
{
	*out = cli_passphrase_from(c, option, prompt, twice, e);
	return *out ? 0 : -1;
}

/* Codes come in one line, blanks or commas between; they are kept one a line. */
static void
part_codes(char *s)
{
	char *to = s;

	for (; *s; s++)
		if (*s != ' ' && *s != ',')
			*to++ = *s;
		else if (to[-1] != '\n')
			*to++ = '\n';
	*to = '\0';
}

static int
take_password(const struct cli *c, struct secrets *s, struct err *e)
{
	return cli_has(c, "no-password") ? 0 : ask(c, "password-fd",
	    "password of the account", true, &s->password, e);
}

static int
take_second(const struct cli *c, struct secrets *s, struct err *e)
{
	if ((cli_has(c, "totp") || cli_has(c, "totp-fd")) &&
	    ask(c, "totp-fd", "seed of the second factor (otpauth://… or "
	    "base32)", false, &s->totp, e) < 0)
		return -1;
	if (cli_has(c, "codes-fd")) {
		if (ask(c, "codes-fd", "recovery codes", false, &s->codes,
		    e) < 0)
			return -1;
		part_codes(s->codes);
	}
	return 0;
}

/* --- An event of one account. */

static int
say(struct acct *k, struct account_event *v, struct secrets *s,
	struct err *e)
{
	const struct event_secret secret = {s ? s->password : NULL,
	    s ? s->totp : NULL, s ? s->codes : NULL};

	if (acct_write(k, v, s ? &secret : NULL, e) < 0)
		return -1;
	if (!k->c->quiet) {
		cli_put_shown(stdout, k->found.shown, strlen(k->found.shown));
		(void)printf(": %s\n", cli_tr(event_kind_name(v->kind)));
	}
	return 0;
}

/* What differs from command to command: fills V (and S). */
typedef int (*fill_fn)(struct acct *k, struct account_event *v,
	struct secrets *s, struct err *e);

static enum cli_exit
run_event(struct cli *c, enum event_kind kind, fill_fn fill, struct err *e)
{
	struct secrets s = {NULL, NULL, NULL};
	struct account_event v;
	struct acct k;
	int rc = -1;

	if (acct_open(&k, c, cli_value(c, "as"), e) < 0 ||
	    acct_find(&k, c->args[0], e) < 0)
		goto out;
	acct_event(&k, &v, kind);
	if (fill(&k, &v, &s, e) == 0)
		rc = say(&k, &v, &s, e);
out:
	secrets_free(&s);
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static int
fill_fields(struct acct *k, struct account_event *v, struct secrets *s,
	struct err *e)
{
	(void)s;
	return take_fields(k->c, 1, v, e);
}

static int
fill_twofa(struct acct *k, struct account_event *v, struct secrets *s,
	struct err *e)
{
	v->value[EVENT_TWOFA_KIND] = k->c->args[1];
	return take_second(k->c, s, e);
}

static int
fill_rotated(struct acct *k, struct account_event *v, struct secrets *s,
	struct err *e)
{
	v->value[EVENT_REASON] = cli_value(k->c, "why");
	return take_password(k->c, s, e);
}

static int
fill_confirmed(struct acct *k, struct account_event *v, struct secrets *s,
	struct err *e)
{
	(void)s;
	(void)e;
	v->value[EVENT_BY] = cli_has(k->c, "by") ? cli_value(k->c, "by") :
	    k->me;
	return 0;
}

static int
fill_seen(struct acct *k, struct account_event *v, struct secrets *s,
	struct err *e)
{
	(void)s;
	(void)e;
	v->value[EVENT_BY] = k->c->args[1];
	return 0;
}

static int
fill_transferred(struct acct *k, struct account_event *v, struct secrets *s,
	struct err *e)
{
	const char *from = cli_value(k->c, "from");

	(void)s;
	if (!from && k->found.holder[0] == '\0') {
		(void)err_set(e, ERR_USAGE, "nobody is named as holder of %s",
		    k->found.shown);
		return err_hint(e, "say who had it with --from");
	}
	v->value[EVENT_FROM] = from ? from : k->found.holder;
	v->value[EVENT_TO] = k->c->args[1];
	v->value[EVENT_SHOP] = cli_value(k->c, "shop");
	v->value[EVENT_REASON] = cli_value(k->c, "why");
	return 0;
}

static int
fill_alias(struct acct *k, struct account_event *v, struct secrets *s,
	struct err *e)
{
	(void)s;
	(void)e;
	v->value[EVENT_ALIAS] = k->c->args[1];
	return 0;
}

static int
fill_flag(struct acct *k, struct account_event *v, struct secrets *s,
	struct err *e)
{
	(void)s;
	(void)e;
	v->value[EVENT_TEXT] = k->c->args[1];
	return 0;
}

static int
fill_closed(struct acct *k, struct account_event *v, struct secrets *s,
	struct err *e)
{
	(void)s;
	(void)e;
	v->value[EVENT_REASON] = cli_value(k->c, "why");
	return 0;
}

/* --- Names: the next free one, and what is against one. */

struct asked {			/* of the box */
	const struct platform *platform;	/* NULL: it is not known */
	const char *shop;
	const char *name;	/* NULL: propose one */
};

struct answer {			/* by shared memory */
	char record[NAMING_NAME_MAX], login[NAMING_NAME_MAX];
	int wrong;		/* as naming_check() */
	char why[512];
};

static int
use_names(struct acct *k, struct naming *n, struct err *e)
{
	const struct book_account *a;
	size_t count, i, j;

	a = book_accounts(k->book, &count);
	for (i = 0; i < count; i++) {
		if ((a[i].value[EVENT_NAME] && naming_used(n,
		    a[i].value[EVENT_NAME], e) < 0) ||
		    (a[i].value[EVENT_LOGIN] && naming_used(n,
		    a[i].value[EVENT_LOGIN], e) < 0))
			return -1;
		for (j = 0; j < a[i].naliases; j++)
			if (naming_used(n, a[i].alias[j], e) < 0)
				return -1;
	}
	return 0;
}

static int
name_in_box(struct acct *k, void *arg, struct err *e)
{
	const struct asked *q = arg;
	struct answer *out = acct_shared(k);
	struct naming *n = naming_new(buf_str(&k->policy), e);
	struct naming_proposal p = {"", "", 0};
	struct buf why = BUF_INIT(4096);
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (!n || use_names(k, n, e) < 0)
		goto out;
	rc = q->name ? naming_check(n, q->platform, q->name, &why, e) :
	    naming_propose(n, q->platform, q->shop, &p, e);
	/* No reason makes up for a name that was given before. */
	if (rc == 1 && naming_is_used(n, q->name)) {
		buf_clear(&why);
		rc = buf_addf(&why, e, "'%s' is, or looks like, a name that "
		    "was in use", q->name) < 0 ? -1 : 2;
	}
	out->wrong = rc;
	(void)snprintf(out->record, sizeof(out->record), "%s", p.record);
	(void)snprintf(out->login, sizeof(out->login), "%s", p.login);
	(void)snprintf(out->why, sizeof(out->why), "%s", buf_str(&why));
out:
	buf_release(&why);
	naming_free(n);
	return rc < 0 ? -1 : 0;
}

static int
ask_name(struct acct *k, struct asked *q, struct answer *a, struct err *e)
{
	if (acct_look(k, name_in_box, q, e) < 0)
		return -1;
	memcpy(a, acct_shared(k), sizeof(*a));
	a->record[sizeof(a->record) - 1] = a->login[sizeof(a->login) - 1] =
	    a->why[sizeof(a->why) - 1] = '\0';
	return 0;
}

/*
 * A name that is in use is refused; one that breaks the team's rules needs a
 * reason.
 */
static int
check_name(struct acct *k, struct asked *q, struct err *e)
{
	char shown[CLI_FILLED_LEN];
	struct answer a;

	if (ask_name(k, q, &a, e) < 0)
		return -1;
	if (a.wrong == 0)
		return 0;
	if (a.wrong == 2) {
		(void)err_set(e, ERR_USAGE, "%s", a.why);
		/* what has a name is renamed */
		return err_hint(e, k->found.shown[0] ? "choose one that no "
		    "account ever had" : "leave the name out, and the next "
		    "free one is taken");
	}
	if (cli_has(k->c, "why")) {
		cli_warn(k->c, "%s", cli_tr_filled(a.why, shown));
		return 0;
	}
	(void)err_set(e, ERR_USAGE, "%s", a.why);
	return err_hint(e, "another name, or say with --why why it must be "
	    "this one");
}

static int
fill_renamed(struct acct *k, struct account_event *v, struct secrets *s,
	struct err *e)
{
	struct asked q = {NULL, NULL, k->c->args[1]};

	(void)s;
	v->value[EVENT_NAME] = k->c->args[1];
	v->value[EVENT_REASON] = cli_value(k->c, "why");
	return check_name(k, &q, e);
}

/* --- account add */

struct adding {
	struct acct k;
	struct platforms *platforms;
	struct account_event v;
	struct answer name;
};

/* The login, where its platform's rules are broken, needs a reason too. */
static int
check_login(struct adding *a, const struct platform *p, struct err *e)
{
	struct buf why = BUF_INIT(4096);
	const char *login = a->v.value[EVENT_LOGIN];
	char shown[CLI_FILLED_LEN];
	int rc = login ? platform_check(p, login, &why, e) : 0;

	if (rc > 0 && cli_has(a->k.c, "why")) {
		cli_warn(a->k.c, "%s", cli_tr_filled(buf_str(&why),
		    shown));
		rc = 0;
	} else if (rc > 0) {
		(void)err_set(e, ERR_USAGE, "%s", buf_str(&why));
		rc = err_hint(e, "another login, or say with --why why the "
		    "rule is wrong");
	}
	buf_release(&why);
	return rc;
}

static int
fill_new(struct adding *a, struct err *e)
{
	struct account_event *v = &a->v;
	const struct platform *p;
	struct asked q = {NULL, NULL, NULL};

	a->platforms = platforms_new(buf_str(&a->k.policy), e);
	if (!a->platforms)
		return -1;
	p = platforms_find(a->platforms, a->k.c->args[0]);
	if (!p) {
		(void)err_set(e, ERR_USAGE, "no platform is called '%s'",
		    a->k.c->args[0]);
		return err_hint(e, "a code such as eb, tb or qq; see "
		    "'[platform CODE]' in control's policy.ini");
	}
	acct_event(&a->k, v, EVENT_REGISTERED);
	secmem_random(a->k.found.id, sizeof(a->k.found.id));
	memcpy(v->account, a->k.found.id, sizeof(v->account));
	v->value[EVENT_PLATFORM] = p->code;
	v->value[EVENT_REASON] = cli_value(a->k.c, "why");
	if (take_fields(a->k.c, 1, v, e) < 0)
		return -1;
	a->k.found.dual = p->dual || str_eq(v->value[EVENT_DUAL], "yes");
	if (p->dual)
		v->value[EVENT_DUAL] = "yes";
	q = (struct asked){p, v->value[EVENT_SHOP], v->value[EVENT_NAME]};
	if (q.name)
		return check_name(&a->k, &q, e) < 0 ? -1 :
		    check_login(a, p, e);
	if (ask_name(&a->k, &q, &a->name, e) < 0)
		return -1;
	v->value[EVENT_NAME] = a->name.record;
	if (!v->value[EVENT_LOGIN] && a->name.login[0])
		v->value[EVENT_LOGIN] = a->name.login;
	return check_login(a, p, e);
}

static enum cli_exit
run_add(struct cli *c, struct err *e)
{
	struct secrets s = {NULL, NULL, NULL};
	struct adding *a = calloc(1, sizeof(*a));
	int rc = -1;

	if (!a)
		return (enum cli_exit)(err_nomem(e), CLI_FAILED);
	if (acct_open(&a->k, c, cli_value(c, "as"), e) < 0 ||
	    fill_new(a, e) < 0)
		goto out;
	(void)snprintf(a->k.found.shown, sizeof(a->k.found.shown), "%s",
	    a->v.value[EVENT_NAME]);
	if (!str_eq(a->v.value[EVENT_QR], "yes") &&
	    take_password(c, &s, e) < 0)
		goto out;
	if (take_second(c, &s, e) < 0)
		goto out;
	if (s.totp && !a->v.value[EVENT_TWOFA_KIND])
		a->v.value[EVENT_TWOFA_KIND] = "totp";
	rc = say(&a->k, &a->v, &s, e);
out:
	secrets_free(&s);
	platforms_free(a->platforms);
	acct_release(&a->k);
	free(a);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

/* --- The commands. */

#define COMMON \
	{"as", 0, "NAME", "who says so; absent: whose desk it is"}, \
	{"passphrase-fd", 0, "N", \
	    "read the passphrase from file descriptor N"}, \
	{NULL, 0, NULL, NULL}
#define WHY {"why", 0, "TEXT", "the reason, which is kept with it"}
#define PASSWORD \
	{"password-fd", 0, "N", "read the password from file descriptor N"}, \
	{"no-password", 0, NULL, "without one: nobody told it"}
#define SECOND \
	{"totp", 0, NULL, "ask for the seed of the second factor"}, \
	{"totp-fd", 0, "N", "read it from file descriptor N"}, \
	{"codes-fd", 0, "N", \
	    "read recovery codes, a line with blanks between, from N"}

static const struct cli_option plain_options[] = {COMMON};
static const struct cli_option why_options[] = {WHY, COMMON};
static const struct cli_option add_options[] = {PASSWORD, SECOND, WHY, COMMON};
static const struct cli_option twofa_options[] = {SECOND, COMMON};
static const struct cli_option rotated_options[] = {PASSWORD, WHY, COMMON};
static const struct cli_option confirm_options[] = {
	{"by", 0, "PERSON", "who logged in; absent: you"}, COMMON};
static const struct cli_option transfer_options[] = {
	{"from", 0, "PERSON", "who had it; absent: its holder"},
	{"shop", 0, "NAME", "the shop that it goes to"}, WHY, COMMON};

#define RUN(name, kind, fill) \
static enum cli_exit \
run_##name(struct cli *c, struct err *e) \
{ \
	return run_event(c, kind, fill, e); \
}

RUN(update, EVENT_UPDATED, fill_fields)
RUN(bound, EVENT_BOUND, fill_fields)
RUN(twofa, EVENT_TWOFA, fill_twofa)
RUN(rotated, EVENT_ROTATED, fill_rotated)
RUN(confirm, EVENT_CONFIRMED, fill_confirmed)
RUN(seen, EVENT_SEEN, fill_seen)
RUN(transfer, EVENT_TRANSFERRED, fill_transferred)
RUN(rename, EVENT_RENAMED, fill_renamed)
RUN(alias, EVENT_ALIASED, fill_alias)
RUN(flag, EVENT_FLAGGED, fill_flag)
RUN(close, EVENT_CLOSED, fill_closed)

const struct cli_command cmd_account_add = {
	.name = "account add",
	.operands = "PLATFORM [FIELD=VALUE...]",
	.help = "enter an account, its password sealed at once",
	.options = add_options,
	.min_args = 1,
	.max_args = 32,
	.run = run_add
};
const struct cli_command cmd_account_update = {
	.name = "account update",
	.operands = "NAME FIELD=VALUE...",
	.help = "say what else is known of an account",
	.options = plain_options,
	.min_args = 2,
	.max_args = 32,
	.run = run_update
};
const struct cli_command cmd_account_bound = {
	.name = "account bound",
	.operands = "NAME FIELD=VALUE...",
	.help = "say which telephone or mailbox it is bound to now",
	.options = plain_options,
	.min_args = 2,
	.max_args = 8,
	.run = run_bound
};
const struct cli_command cmd_account_twofa = {
	.name = "account twofa",
	.operands = "NAME none|totp|sms|device",
	.help = "say which second factor it has now",
	.options = twofa_options,
	.min_args = 2,
	.max_args = 2,
	.run = run_twofa
};
const struct cli_command cmd_account_rotated = {
	.name = "account rotated",
	.operands = "NAME",
	.help = "say that the password was changed, and seal the new one",
	.options = rotated_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_rotated
};
const struct cli_command cmd_account_confirm = {
	.name = "account confirm",
	.operands = "NAME",
	.help = "say that somebody logged in with what is sealed",
	.options = confirm_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_confirm
};
const struct cli_command cmd_account_seen = {
	.name = "account seen",
	.operands = "NAME PERSON",
	.help = "say who else knows the password",
	.options = plain_options,
	.min_args = 2,
	.max_args = 2,
	.run = run_seen
};
const struct cli_command cmd_account_transfer = {
	.name = "account transfer",
	.operands = "NAME PERSON",
	.help = "say who works with it from now on",
	.options = transfer_options,
	.min_args = 2,
	.max_args = 2,
	.run = run_transfer
};
const struct cli_command cmd_account_rename = {
	.name = "account rename",
	.operands = "NAME NEW",
	.help = "give it another name in the book",
	.options = why_options,
	.min_args = 2,
	.max_args = 2,
	.run = run_rename
};
const struct cli_command cmd_account_alias = {
	.name = "account alias",
	.operands = "NAME OTHER",
	.help = "say what it is called elsewhere",
	.options = plain_options,
	.min_args = 2,
	.max_args = 2,
	.run = run_alias
};
const struct cli_command cmd_account_flag = {
	.name = "account flag",
	.operands = "NAME TEXT",
	.help = "put a remark into its history",
	.options = plain_options,
	.min_args = 2,
	.max_args = 2,
	.run = run_flag
};
const struct cli_command cmd_account_close = {
	.name = "account close",
	.operands = "NAME",
	.help = "say that it is not used any more",
	.options = why_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_close
};
