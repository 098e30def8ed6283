/* cli/agent/cmd_account_change.c - what happens to an account later on. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/agent/account_form.h"
#include "cli/agent/commands.h"
#include "crypto/secmem.h"
#include "base/banned.h"

#define BY {"by", 0, "PERSON", "who does it, where it is not the person of " \
	"this station"}

/* The account that the first operand names, and S to write of it. */
static const struct register_account *
open_account(const struct cli *c, struct accounts *a, struct err *e)
{
	const struct register_account *it;

	if (accounts_open(c, a, e) != 0)
		return NULL;
	it = register_find(a->r, c->args[0], e);
	if (it != NULL && it->closed) {
		(void)err_set(e, ERR_USAGE, "'%s' is closed", it->name);
		return NULL;
	}
	return it;
}

/* One event, on file. */
static int
keep(const struct cli *c, struct accounts *a, struct account_event *v,
	const char *name, const struct event_secret *secret, struct err *e)
{
	char *copy = str_dup(name);	/* register_add() may move it */
	int rc = -1;

	if (copy == NULL)
		return err_nomem(e);
	accounts_by(c, v);
	if (register_add(a->r, v, secret, e) == 0 &&
	    register_commit(a->r, e) == 0) {
		accounts_told(c, a, v, copy);
		rc = 0;
	}
	free(copy);
	return rc;
}

/* --- update */

static const struct cli_option update_options[] = {
	{"reason", 0, "TEXT", "why a name that breaks a rule must be"},
	BY,
	{NULL, 0, NULL, NULL}
};

/* In which event a field is said. */
static enum event_kind
kind_for(enum event_field f)
{
	return f == EVENT_TWOFA_KIND ? EVENT_TWOFA :
	    event_may(EVENT_BOUND, f) ? EVENT_BOUND : EVENT_UPDATED;
}

/* "phone=139 1234" into VALUE; CHANGED gets the kinds of events it takes. */
static int
read_change(const char *word, const char *value[EVENT_FIELDS],
	unsigned *kinds, struct err *e)
{
	const char *eq = strchr(word, '=');
	enum event_field f = EVENT_FIELDS;
	char name[32];

	if (eq != NULL && (size_t)(eq - word) < sizeof(name)) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)(eq - word),
		    word);
		f = event_field_of(name);
	}
	if (f == EVENT_FIELDS || f == EVENT_REASON || f == EVENT_PLATFORM ||
	    !event_may(EVENT_UPDATED, f)) {
		(void)err_set(e, ERR_USAGE, "'%s' changes nothing that is "
		    "known of an account", word);
		return err_hint(e, "write FIELD=VALUE: shop login url qr phone "
		    "phone_owner phone_holder email email_owner email_holder "
		    "subject main twofa purpose holder dual note");
	}
	if (value[f] != NULL)
		return err_set(e, ERR_USAGE, "'%s' twice", name);
	value[f] = eq + 1;
	*kinds |= 1u << kind_for(f);
	return 0;
}

static int
check_changes(const struct accounts *a, const struct register_account *it,
	const char *const value[EVENT_FIELDS], const char *reason,
	struct err *e)
{
	const struct platform *p = platforms_find(a->platforms, it->platform);
	struct buf why = BUF_INIT(4096);
	int rc = 0;

	if (str_eq(value[EVENT_DUAL], "no")) {
		(void)err_set(e, ERR_USAGE, "that one alone may open it is not "
		    "said here");
		return err_hint(e, "a manager does: liudi-desk account update");
	}
	if (p != NULL && value[EVENT_LOGIN] != NULL)
		rc = account_form_rule(a, p, false, value[EVENT_LOGIN], &why,
		    e);
	if (rc > 0 && reason != NULL) {
		rc = 0;
	} else if (rc > 0) {
		rc = err_set(e, ERR_USAGE, "%s", buf_str(&why));
		(void)err_hint(e, "choose another name, or say with --reason "
		    "why this one must be");
	}
	buf_release(&why);
	return rc;
}

/* The seed that goes with `twofa=totp`, in secure memory. */
static char *
take_seed(struct err *e)
{
	struct buf about = BUF_INIT(4096);
	char *typed, *seed = NULL;

	typed = isatty(STDIN_FILENO) == 1 ? cli_ask_hidden(cli_tr("The otpauth "
	    "address below the QR code, or its letters (not shown): "), false,
	    e) : cli_hidden_line(STDIN_FILENO, e);
	if (typed != NULL && typed[0] == '\0') {
		(void)err_set(e, ERR_USAGE, "'twofa = totp' without its seed");
		(void)err_hint(e, "give it on standard input, one line");
	} else if (typed != NULL) {
		seed = account_form_seed(typed, &about, e);
	}
	secmem_free(typed);
	buf_release(&about);
	return seed;
}

static int
keep_changes(const struct cli *c, struct accounts *a, const char *word,
	enum event_kind kind, const char *const value[EVENT_FIELDS],
	const char *reason, struct err *e)
{
	const struct register_account *it = register_find(a->r, word, e);
	struct event_secret secret = {NULL, NULL, NULL};
	struct account_event v;
	char *seed = NULL;
	int rc;

	if (it == NULL)
		return -1;
	if (kind == EVENT_TWOFA && str_eq(value[EVENT_TWOFA_KIND], "totp")) {
		seed = take_seed(e);
		if (seed == NULL)
			return -1;
		secret.totp = seed;
	}
	register_event(a->r, kind, it, &v);
	for (int f = 0; f < EVENT_FIELDS; f++)
		if (value[f] != NULL && kind_for((enum event_field)f) == kind)
			v.value[f] = value[f];
	if (kind == EVENT_UPDATED)
		v.value[EVENT_REASON] = reason;
	rc = keep(c, a, &v, it->name, &secret, e);
	secmem_free(seed);
	return rc;
}

static enum cli_exit
run_update(struct cli *c, struct err *e)
{
	static const enum event_kind order[] = {EVENT_UPDATED, EVENT_BOUND,
		EVENT_TWOFA};
	const char *value[EVENT_FIELDS] = {NULL};
	const char *reason = cli_value(c, "reason");
	const struct register_account *it;
	struct accounts a;
	enum cli_exit rc = CLI_FAILED;
	unsigned kinds = 0;

	it = open_account(c, &a, e);
	if (it == NULL)
		goto out;
	for (size_t i = 1; i < c->nargs; i++)
		if (read_change(c->args[i], value, &kinds, e) != 0)
			goto out;
	if (check_changes(&a, it, value, reason, e) != 0)
		goto out;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if ((kinds >> order[i] & 1) != 0 && keep_changes(c, &a,
			c->args[0], order[i], value, reason, e) != 0)
			goto out;
	rc = CLI_DONE;
out:
	accounts_close(&a);
	return rc;
}

const struct cli_command cmd_account_update = {
	.name = "account update",
	.operands = "NAME FIELD=VALUE…",
	.help = "say what changed: phone, e-mail, second factor, shop, …",
	.options = update_options,
	.min_args = 2,
	.max_args = EVENT_FIELDS,
	.run = run_update,
};

/* --- rotated */

static const struct cli_option rotated_options[] = {
	{"untold", 0, NULL, "it was changed, and the new one is not told here"},
	{"reason", 0, "TEXT", "why it was changed"},
	BY,
	{NULL, 0, NULL, NULL}
};

/* The new password; NULL and no error with --untold. */
static char *
take_password(const struct cli *c, struct err *e)
{
	char *s;

	if (cli_has(c, "untold"))
		return NULL;
	s = isatty(STDIN_FILENO) == 1 ? cli_ask_hidden(cli_tr("The new "
	    "password (not shown): "), true, e) :
	    cli_hidden_line(STDIN_FILENO, e);
	if (s == NULL || s[0] != '\0')
		return s;
	secmem_free(s);
	(void)err_set(e, ERR_USAGE, "no new password was given");
	(void)err_hint(e, "where it is not to be told: --untold");
	return NULL;
}

static enum cli_exit
run_rotated(struct cli *c, struct err *e)
{
	struct event_secret secret = {NULL, NULL, NULL};
	const struct register_account *it;
	struct account_event v;
	struct accounts a;
	enum cli_exit rc = CLI_FAILED;
	char *pass = NULL;

	it = open_account(c, &a, e);
	if (it == NULL)
		goto out;
	pass = take_password(c, e);
	if (pass == NULL && !cli_has(c, "untold"))
		goto out;
	secret.password = pass;
	register_event(a.r, EVENT_ROTATED, it, &v);
	v.value[EVENT_REASON] = cli_value(c, "reason");
	if (keep(c, &a, &v, it->name, &secret, e) == 0)
		rc = CLI_DONE;
out:
	secmem_free(pass);
	accounts_close(&a);
	return rc;
}

const struct cli_command cmd_account_rotated = {
	.name = "account rotated",
	.operands = "NAME",
	.help = "put the new password on file after it was changed",
	.options = rotated_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_rotated,
};

/* --- confirm, close */

static const struct cli_option confirm_options[] = {
	BY,
	{NULL, 0, NULL, NULL}
};

static const struct cli_option close_options[] = {
	{"reason", 0, "TEXT", "why it is closed"},
	BY,
	{NULL, 0, NULL, NULL}
};

/* An event that says nothing but that it happened, and why. */
static enum cli_exit
say(struct cli *c, enum event_kind kind, const char *reason, struct err *e)
{
	const struct register_account *it;
	struct account_event v;
	struct accounts a;
	enum cli_exit rc = CLI_FAILED;

	it = open_account(c, &a, e);
	if (it == NULL)
		goto out;
	register_event(a.r, kind, it, &v);
	v.value[EVENT_REASON] = reason;
	if (keep(c, &a, &v, it->name, NULL, e) == 0)
		rc = CLI_DONE;
out:
	accounts_close(&a);
	return rc;
}

static enum cli_exit
run_confirm(struct cli *c, struct err *e)
{
	return say(c, EVENT_CONFIRMED, NULL, e);
}

const struct cli_command cmd_account_confirm = {
	.name = "account confirm",
	.operands = "NAME",
	.help = "say that you just logged in with what is on file",
	.options = confirm_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_confirm,
};

static enum cli_exit
run_close(struct cli *c, struct err *e)
{
	return say(c, EVENT_CLOSED, cli_value(c, "reason"), e);
}

const struct cli_command cmd_account_close = {
	.name = "account close",
	.operands = "NAME",
	.help = "say that an account is given up, for good",
	.options = close_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_close,
};
