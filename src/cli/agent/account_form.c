/* cli/agent/account_form.c - an account in a template, and the rules for both. */

#include "cli/agent/account_form.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/otpauth.h"
#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "config/teamini.h"
#include "crypto/secmem.h"
#include "base/banned.h"

#define SECTION "account"
#define BOM "\xef\xbb\xbf"

void
account_form_release(struct account_form *f)
{
	for (int i = 0; i < EVENT_FIELDS; i++)
		free(f->value[i]);
	secmem_free(f->password);
	secmem_free(f->totp);
	secmem_free(f->codes);
	memset(f, 0, sizeof(*f));
}

int
account_form_set(struct account_form *f, enum event_field field,
	const char *text, struct err *e)
{
	char *copy = NULL;

	if (!utf8_clean(text, strlen(text)) || strlen(text) > EVENT_VALUE_MAX)
		return err_set(e, ERR_USAGE, "'%s' is not a line of UTF-8, or "
		    "has more than %u bytes", event_field_name(field),
		    EVENT_VALUE_MAX);
	if (text[0] != '\0' && (copy = str_dup(text)) == NULL)
		return err_nomem(e);
	free(f->value[field]);
	f->value[field] = copy;
	return 0;
}

/* --- Rules */

int
account_form_rule(const struct accounts *a, const struct platform *p,
	bool record, const char *name, struct buf *why, struct err *e)
{
	int rc = record ? naming_check(a->naming, p, name, why, e) :
	    platform_check(p, name, why, e);

	if (rc == 2) {
		(void)err_set(e, ERR_USAGE, "%s", buf_str(why));
	} else if (rc == 1 && record && naming_is_used(a->naming, name)) {
		(void)err_set(e, ERR_USAGE, "the name '%s' was used before",
		    name);
	} else {
		return rc;
	}
	return err_hint(e, "a name is never given twice: choose another");
}

/* Any rule that is broken wants a reason. */
static int
check_rule(const struct accounts *a, const struct account_form *f,
	const struct platform *p, bool record, struct err *e)
{
	const char *name = f->value[record ? EVENT_NAME : EVENT_LOGIN];
	struct buf why = BUF_INIT(4096);
	int rc;

	if (name == NULL)
		return 0;
	rc = account_form_rule(a, p, record, name, &why, e);
	if (rc > 0 && f->value[EVENT_REASON] != NULL) {
		rc = 0;
	} else if (rc > 0) {
		rc = err_set(e, ERR_USAGE, "%s", buf_str(&why));
		(void)err_hint(e, "choose another name, or say with --reason "
		    "why this one must be");
	}
	buf_release(&why);
	return rc;
}

/* What stays open after a template: the names that are free, the platform's. */
static int
propose(struct account_form *f, const struct accounts *a,
	const struct platform *p, struct err *e)
{
	struct naming_proposal next;

	if (p->dual && account_form_set(f, EVENT_DUAL, "yes", e) != 0)
		return -1;
	if (f->value[EVENT_NAME] != NULL && f->value[EVENT_LOGIN] != NULL)
		return 0;
	if (naming_propose(a->naming, p, f->value[EVENT_SHOP], &next, e) != 0)
		return -1;
	/* A login is proposed with the number of its record, or not at all. */
	if (f->value[EVENT_NAME] == NULL &&
	    account_form_set(f, EVENT_NAME, next.record, e) != 0)
		return -1;
	if (f->value[EVENT_LOGIN] == NULL && next.login[0] == '\0') {
		(void)err_set(e, ERR_USAGE, "%s gives the login itself: say "
		    "which", p->name);
		return err_hint(e, "write 'login = …' into the template");
	}
	return f->value[EVENT_LOGIN] != NULL ? 0 :
	    account_form_set(f, EVENT_LOGIN, next.login, e);
}

static int
check_form(struct account_form *f, struct accounts *a, struct err *e)
{
	const struct platform *p;

	if (f->value[EVENT_PLATFORM] == NULL) {
		(void)err_set(e, ERR_USAGE, "no 'platform' in [account]");
		return err_hint(e, "for example: platform = eb");
	}
	p = accounts_platform(a, f->value[EVENT_PLATFORM], e);
	if (p == NULL || account_form_set(f, EVENT_PLATFORM, p->code, e) != 0 ||
	    propose(f, a, p, e) != 0)
		return -1;
	return check_rule(a, f, p, true, e) != 0 ||
	    check_rule(a, f, p, false, e) != 0 ? -1 : 0;
}

/* --- The seed */

/* Into secure memory of its own; nothing of it is left elsewhere. */
static char *
seed_uri(const struct otpauth *o, struct err *e)
{
	char *text = secmem_new(EVENT_SECRET_MAX);
	struct buf b = {(uint8_t *)text, 0, EVENT_SECRET_MAX - 1,
	    EVENT_SECRET_MAX - 1};	/* never grows */

	if (text == NULL) {
		(void)err_nomem(e);
		return NULL;
	}
	text[0] = '\0';
	if (otpauth_uri(o, &b, e) != 0) {
		secmem_free(text);
		return NULL;
	}
	return text;
}

char *
account_form_seed(const char *typed, struct buf *about, struct err *e)
{
	struct otpauth *o = secmem_new(sizeof(*o));
	char *uri = NULL;

	if (o == NULL) {
		(void)err_nomem(e);
		return NULL;
	}
	if (otpauth_is_migration(typed, strlen(typed))) {
		(void)err_set(e, ERR_USAGE, "this is the export of an app, for "
		    "several accounts");
		(void)err_hint(e, "use 'liudi account import'");
	} else if (otpauth_parse(typed, strlen(typed), o, e) != 0) {
		e->code = ERR_USAGE;
	} else if (buf_addf(about, e, cli_tr("codes of %u digits"),
	    o->digits) == 0 && buf_addf(about, e, "%s%s%s%s",
	    o->issuer[0] != '\0' || o->label[0] != '\0' ? ", " : "",
	    o->issuer, o->issuer[0] != '\0' && o->label[0] != '\0' ? " " : "",
	    o->label) == 0) {
		uri = seed_uri(o, e);
	}
	secmem_free(o);
	return uri;
}

/* --- A template */

struct reading {
	struct account_form *f;
	struct err *e;
	bool seen;		/* the section */
};

/* Keys that people would write where they must not stand. */
static bool
is_secret(const char *key)
{
	return str_eq(key, "password") || str_eq(key, "totp") ||
	    str_eq(key, "codes");
}

static int
on_key(void *arg, const char *section, const char *key, const char *value)
{
	struct reading *r = arg;
	enum event_field field = event_field_of(key);

	if (!str_eq(section, SECTION)) {
		(void)err_set(r->e, ERR_USAGE, "unknown section '[%s]'",
		    section);
		return err_hint(r->e, "all of it stands below [account]");
	}
	r->seen = true;
	if (is_secret(key)) {
		(void)err_set(r->e, ERR_USAGE, "'%s' does not belong into a "
		    "file", key);
		return err_hint(r->e, "give it on standard input; remove it "
		    "from the template, and change it: it lay there");
	}
	if (field == EVENT_FIELDS || !event_may(EVENT_REGISTERED, field)) {
		(void)err_set(r->e, ERR_USAGE, "unknown key '%s' in [" SECTION
		    "]", key);
		return err_hint(r->e, "the keys are in the manual: man liudi");
	}
	return account_form_set(r->f, field, value, r->e);
}

/*
 * The next secret of standard input, or asked for; NULL and no error: none.  *ENDED
 * (may be NULL): there was not even a line.
 */
static char *
next_secret(bool tty, const char *prompt, bool confirm, bool *ended,
	struct err *e)
{
	char *s = tty ? cli_ask_hidden(prompt, confirm, e) :
	    cli_hidden_line(STDIN_FILENO, e);

	if (ended != NULL)
		*ended = s == NULL;
	if (s != NULL && s[0] == '\0') {
		secmem_free(s);
		s = NULL;
	}
	return s;
}

/* Lines until the end, LF between. */
static int
rest_of_codes(struct account_form *f, struct err *e)
{
	char *all = secmem_new(EVENT_SECRET_MAX), *line;
	size_t n = 0, len;
	int rc = -1;

	if (all == NULL)
		return err_nomem(e);
	while ((line = next_secret(false, NULL, false, NULL, e)) != NULL) {
		len = strlen(line);
		if (n + len + 2 > EVENT_SECRET_MAX) {
			secmem_free(line);
			(void)err_set(e, ERR_USAGE, "recovery codes of more "
			    "than %u bytes", EVENT_SECRET_MAX - 1);
			goto out;
		}
		if (n > 0)
			all[n++] = '\n';
		memcpy(all + n, line, len + 1);
		n += len;
		secmem_free(line);
	}
	if (e->code != ERR_NONE)
		goto out;
	if (n > 0) {
		f->codes = all;
		all = NULL;
	}
	rc = 0;
out:
	secmem_free(all);
	return rc;
}

static int
load_secrets(struct account_form *f, struct err *e)
{
	const bool tty = isatty(STDIN_FILENO) == 1;
	const char *twofa = f->value[EVENT_TWOFA_KIND];
	struct buf about = BUF_INIT(4096);
	const bool qr = str_eq(f->value[EVENT_QR], "yes");
	bool ended = false;
	char *seed = NULL;
	int rc = -1;

	if (!tty || !qr)
		f->password = next_secret(tty, cli_tr("Password, which is not "
		    "shown (empty: not known): "), true, &ended, e);
	if (e->code == ERR_NONE && ended && !qr) {
		(void)err_set(e, ERR_USAGE,
		    "standard input has no line with a password");
		(void)err_hint(e, "an empty line says that it is not known");
		goto out;
	}
	if (e->code == ERR_NONE && (!tty || str_eq(twofa, "totp")))
		seed = next_secret(tty, cli_tr("The otpauth address below the "
		    "QR code, or its letters (not shown): "), false, NULL,
		    e);
	if (seed != NULL)
		f->totp = account_form_seed(seed, &about, e);
	if (e->code != ERR_NONE || (!tty && rest_of_codes(f, e) != 0))
		goto out;
	rc = 0;
out:
	secmem_free(seed);
	buf_release(&about);
	return rc;
}

/* What secrets there are, and what is said of them. */
static int
check_secrets(struct account_form *f, struct err *e)
{
	const char *twofa = f->value[EVENT_TWOFA_KIND];

	if (f->password != NULL && str_eq(f->value[EVENT_QR], "yes"))
		return err_set(e, ERR_USAGE, "a password, and 'qr = yes', which "
		    "says that there is none");
	if (f->totp != NULL && twofa == NULL)
		return account_form_set(f, EVENT_TWOFA_KIND, "totp", e);
	if ((f->totp != NULL) == str_eq(twofa, "totp"))
		return 0;
	if (f->totp != NULL)
		return err_set(e, ERR_USAGE, "a seed, and 'twofa = %s'", twofa);
	(void)err_set(e, ERR_USAGE, "'twofa = totp' without its seed");
	return err_hint(e, "it is the second line of standard input; where only "
	    "a telephone has it, write 'twofa = device'");
}

int
account_form_load(struct account_form *f, struct accounts *a,
	const char *file, struct err *e)
{
	struct buf text = BUF_INIT(ACCOUNT_FORM_MAX);
	struct reading r = {f, e, false};
	int rc = -1;

	if (file_load(file, &text, e) != 0)
		goto out;
	if (memchr(buf_str(&text), '\0', text.len) != NULL) {
		(void)err_set(e, ERR_USAGE, "'%s' is no text", file);
		goto out;
	}
	if (teamini_each(buf_str(&text) + (str_starts(buf_str(&text), BOM) ?
		strlen(BOM) : 0), on_key, &r) != 0) {
		(void)err_prefix(e, "%s", file);
		goto out;
	}
	if (!r.seen) {
		(void)err_set(e, ERR_USAGE, "%s: no section [" SECTION "]",
		    file);
		goto out;
	}
	if (check_form(f, a, e) != 0 || load_secrets(f, e) != 0 ||
	    check_secrets(f, e) != 0)
		goto out;
	rc = 0;
out:
	buf_release(&text);
	return rc;
}
