/* cli/agent/account_ask.c - liudi account add, question by question. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/utf8.h"
#include "cli/agent/account_form.h"
#include "config/teamini.h"
#include "crypto/secmem.h"
#include "base/banned.h"

#define PROMPT_MAX 4096
#define SHOPS_MAX 512
#define LABEL 12	/* columns */

struct asking {
	struct account_form *f;
	struct accounts *a;
	const struct platform *p;
	struct err *e;
};

static void
tell(const char *text)
{
	cli_put_shown(stdout, text, strlen(text));
	(void)fputc('\n', stdout);
	(void)fflush(stdout);
}

/* What went wrong, in the user's language; then it is asked again. */
static void
tell_error(struct err *e)
{
	char text[CLI_FILLED_LEN];

	tell(cli_tr_filled(e->what, text));
	if (e->hint[0] != '\0')
		tell(cli_tr_filled(e->hint, text));
	err_clear(e);
}

/* TEXT [DEFAULT]: into FIELD; nothing typed takes DEFAULT, which may be "". */
static int
ask_text(struct asking *q, const char *text, const char *standard,
	enum event_field field)
{
	struct buf prompt = BUF_INIT(PROMPT_MAX);
	char typed[CLI_PASS_MAX + 1], *at;
	size_t n;
	int rc = -1;

	if (buf_adds(&prompt, text, q->e) != 0 ||
	    (standard[0] != '\0' &&
	    (buf_adds(&prompt, " [", q->e) != 0 ||
	    utf8_add_shown(&prompt, standard, strlen(standard), q->e) != 0 ||
	    buf_addc(&prompt, ']', q->e) != 0)) ||
	    buf_adds(&prompt, ": ", q->e) != 0)
		goto out;
	while (rc != 0) {
		if (cli_ask(buf_str(&prompt), typed, q->e) != 0)
			break;
		at = typed + strspn(typed, " \t");
		for (n = strlen(at); n > 0 && strchr(" \t", at[n - 1]); n--)
			at[n - 1] = '\0';
		rc = account_form_set(q->f, field, at[0] != '\0' ? at :
		    standard, q->e);
		if (rc != 0 && q->e->code != ERR_USAGE)
			break;
		if (rc != 0)
			tell_error(q->e);
	}
out:
	buf_release(&prompt);
	return rc;
}

/*
 * One of CHOICES (event_choices()), WORDS saying them in the user's language,
 * numbered; nothing typed is the first.
 */
static int
ask_choice(struct asking *q, const char *text, const char *const words[],
	enum event_field field)
{
	const char *choices = event_choices(field), *c = choices;
	struct buf prompt = BUF_INIT(PROMPT_MAX);
	char typed[CLI_PASS_MAX + 1], word[16];
	size_t n, i;
	int rc = -1;

	if (buf_addf(&prompt, q->e, "%s ", text) != 0)
		goto out;
	for (i = 0; words[i] != NULL; i++)
		if (buf_addf(&prompt, q->e, " %zu %s ", i + 1, words[i]) != 0)
			goto out;
	if (buf_adds(&prompt, " [1]: ", q->e) != 0)
		goto out;
	while (rc != 0) {
		if (cli_ask(buf_str(&prompt), typed, q->e) != 0)
			goto out;
		if (typed[0] == '\0')
			(void)snprintf(typed, sizeof(typed), "1");
		for (i = 0, c = choices; words[i] != NULL && rc != 0; i++) {
			n = strcspn(c, " ");
			(void)snprintf(word, sizeof(word), "%.*s", (int)n, c);
			c += n + (c[n] == ' ');
			if ((typed[0] == (char)('1' + i) && typed[1] == '\0') ||
			    str_eq(typed, word) || str_eq(typed, words[i]))
				rc = account_form_set(q->f, field, word, q->e);
		}
	}
out:
	buf_release(&prompt);
	return rc;
}

/* --- Platform and shop */

static int
ask_platform(struct asking *q)
{
	size_t n;
	const struct platform *all = platforms_all(q->a->platforms, &n);

	for (;;) {
		if (ask_text(q, cli_tr("Platform, its name or code (empty: a "
		    "list)"), "", EVENT_PLATFORM) != 0)
			return -1;
		if (q->f->value[EVENT_PLATFORM] == NULL) {
			for (size_t i = 0; i < n; i++)
				if (all[i].business)
					(void)printf("  %-8s %s%s%s\n",
					    all[i].code, all[i].name,
					    all[i].name_zh != NULL ? " " : "",
					    all[i].name_zh != NULL ?
					    all[i].name_zh : "");
			(void)fflush(stdout);
			continue;
		}
		q->p = accounts_platform(q->a, q->f->value[EVENT_PLATFORM],
		    q->e);
		if (q->p != NULL)
			return account_form_set(q->f, EVENT_PLATFORM,
			    q->p->code, q->e);
		tell_error(q->e);
	}
}

/* The shops of one platform, as the policy has them. */
struct shops {
	const struct platforms *all;
	const struct platform *p;
	struct buf names;	/* ", " between */
	char first[256];
	size_t n;
};

static int
see_shop(void *arg, const char *section, const char *key, const char *value)
{
	struct shops *s = arg;

	if (!str_starts(section, "shop ") || !str_eq(key, "platform") ||
	    platforms_find(s->all, value) != s->p)
		return 0;
	if (s->n++ == 0)
		(void)snprintf(s->first, sizeof(s->first), "%s", section + 5);
	/* A list that is cut short is still a help. */
	(void)buf_addf(&s->names, NULL, "%s%s", s->names.len > 0 ? ", " : "",
	    section + 5);
	return 0;
}

static int
ask_shop(struct asking *q)
{
	struct shops s = {q->a->platforms, q->p, BUF_INIT(SHOPS_MAX), "", 0};
	int rc;

	(void)teamini_each(register_policy(q->a->r), see_shop, &s);
	if (s.n > 1) {
		(void)printf("%s ", cli_tr("Shops there:"));
		tell(buf_str(&s.names));
	}
	rc = ask_text(q, cli_tr("Shop (empty: none)"), s.n == 1 ? s.first : "",
	    EVENT_SHOP);
	buf_release(&s.names);
	return rc;
}

/* --- Names */

/* Typed, held against its rule, until it fits or there is a reason. */
static int
ask_name(struct asking *q, bool record, const char *text,
	const char *standard)
{
	const enum event_field field = record ? EVENT_NAME : EVENT_LOGIN;
	char shown[CLI_FILLED_LEN];
	struct buf why = BUF_INIT(4096);
	int rc = 1;

	while (rc > 0) {
		buf_clear(&why);
		rc = -1;
		if (ask_text(q, text, standard, field) != 0)
			break;
		if (q->f->value[field] == NULL) {
			rc = 1;
			continue;
		}
		rc = account_form_rule(q->a, q->p, record,
		    q->f->value[field], &why, q->e);
		if (rc < 0 && q->e->code == ERR_USAGE) {
			tell_error(q->e);
			rc = 1;
		} else if (rc > 0) {
			tell(cli_tr_filled(buf_str(&why), shown));
			if (ask_text(q, cli_tr("Why it must be this name "
			    "(empty: another one)"), "", EVENT_REASON) != 0)
				rc = -1;
			else if (q->f->value[EVENT_REASON] != NULL)
				rc = 0;
		}
	}
	buf_release(&why);
	return rc;
}

static int
ask_names(struct asking *q)
{
	struct naming_proposal next;
	const char *login;

	if (naming_propose(q->a->naming, q->p, q->f->value[EVENT_SHOP], &next,
	    q->e) != 0) {
		tell_error(q->e);
		next.record[0] = next.login[0] = '\0';
	}
	if (ask_name(q, true, cli_tr("Name in our records"), next.record) != 0)
		return -1;
	login = next.login[0] != '\0' ? cli_tr("Login at the platform") :
	    cli_tr("Login that the platform gave");
	return ask_name(q, false, login, next.login);
}

/* --- Secrets */

/* Nothing typed: NULL, and no error. */
static char *
hidden(struct asking *q, const char *text, bool confirm)
{
	char *s = cli_ask_hidden(text, confirm, q->e);

	if (s != NULL && s[0] == '\0') {
		secmem_free(s);
		s = NULL;
	}
	return s;
}

static int
ask_password(struct asking *q)
{
	/* in the order of event_choices(): yes no */
	const char *const words[] = {cli_tr("a QR code only, no password"),
	    cli_tr("a password"), NULL};
	char typed[CLI_PASS_MAX + 1];

	for (;;) {
		(void)printf("%s\n", cli_tr("Password, which is not shown; "
		    "nothing, where one logs in by QR code or it is not "
		    "known."));
		(void)fflush(stdout);
		q->f->password = hidden(q, cli_tr("Password: "), true);
		if (q->f->password != NULL || q->e->code != ERR_NONE)
			return q->f->password != NULL ? 0 : -1;
		(void)printf(" 1 %s  2 %s  3 %s\n", words[0],
		    cli_tr("it is not known"), cli_tr("type it again"));
		(void)fflush(stdout);
		if (cli_ask("[1]: ", typed, q->e) != 0)
			return -1;
		if (typed[0] == '\0' || str_eq(typed, "1"))
			return account_form_set(q->f, EVENT_QR, "yes", q->e);
		if (str_eq(typed, "2"))
			return 0;
	}
}

/* The otpauth address; ends only with a good one. */
static int
ask_seed(struct asking *q)
{
	struct buf about = BUF_INIT(4096);
	char *typed;
	int rc = -1;

	while (rc != 0) {
		typed = hidden(q, cli_tr("The otpauth address below the QR "
		    "code, or its letters (not shown): "), false);
		if (typed == NULL && q->e->code != ERR_NONE)
			break;
		if (typed == NULL)
			continue;
		buf_clear(&about);
		q->f->totp = account_form_seed(typed, &about, q->e);
		secmem_free(typed);
		if (q->f->totp != NULL) {
			tell(buf_str(&about));
			rc = 0;
		} else if (q->e->code == ERR_USAGE) {
			tell_error(q->e);
		} else {
			break;
		}
	}
	buf_release(&about);
	return rc;
}

static int
ask_second_factor(struct asking *q)
{
	/* in the order of event_choices(): none totp sms device */
	const char *const words[] = {cli_tr("none"),
	    cli_tr("codes of an app"), cli_tr("text message"),
	    cli_tr("only on one telephone or key"), NULL};
	const char *kind;

	if (ask_choice(q, cli_tr("Second factor:"), words,
	    EVENT_TWOFA_KIND) != 0)
		return -1;
	kind = q->f->value[EVENT_TWOFA_KIND];
	if (str_eq(kind, "totp") && ask_seed(q) != 0)
		return -1;
	if (str_eq(kind, "none"))
		return 0;
	q->f->codes = hidden(q, cli_tr("Recovery codes, if there are any, in "
	    "one line (not shown): "), false);
	return q->e->code == ERR_NONE ? 0 : -1;
}

/* --- Ways back */

static int
ask_way(struct asking *q, const char *text, const char *whose,
	const char *who, enum event_field field)
{
	/* in the order of event_choices(): company personal */
	const char *const words[] = {cli_tr("the company's"),
	    cli_tr("a person's own"), NULL};

	if (ask_text(q, text, "", field) != 0)
		return -1;
	if (q->f->value[field] == NULL)
		return 0;
	/* phone, phone_owner, phone_holder; the same of email */
	return ask_choice(q, whose, words, field + 1) != 0 ? -1 :
	    ask_text(q, who, "", field + 2);
}

static int
ask_rest(struct asking *q)
{
	return ask_way(q, cli_tr("Phone number bound to it (empty: none)"),
	    cli_tr("Whose is the number?"),
	    cli_tr("Who has the SIM card (a name)"), EVENT_PHONE) != 0 ||
	    ask_way(q, cli_tr("E-mail bound to it (empty: none)"),
	    cli_tr("Whose is the mailbox?"),
	    cli_tr("Who reads the mailbox (a name)"), EVENT_EMAIL) != 0 ||
	    ask_text(q, cli_tr("In whose real name: 'company', or a person's "
	    "name"), "company", EVENT_SUBJECT) != 0 ||
	    ask_text(q, cli_tr("Main account, if this is a sub-account (empty: "
	    "none)"), "", EVENT_MAIN) != 0 ||
	    ask_text(q, cli_tr("What for (empty: nothing to say)"), "",
	    EVENT_PURPOSE) != 0 ? -1 : 0;
}

/* A key of the template, in the user's language, and blanks. */
static void
put_label(const char *key)
{
	const char *text = cli_tr(key);
	size_t n = utf8_width(text);

	(void)printf("  %s%*s", text, (int)(n < LABEL ? LABEL - n : 0) + 2,
	    "");
}

/* All but the secrets, and whether it is right. */
static int
confirm_form(struct asking *q)
{
	struct buf readers = BUF_INIT(4096), prompt = BUF_INIT(8192);
	char typed[CLI_PASS_MAX + 1];
	int rc = -1;

	(void)printf("\n");
	for (int i = 0; i < EVENT_FIELDS; i++) {
		if (q->f->value[i] == NULL)
			continue;
		put_label(event_field_name((enum event_field)i));
		tell(q->f->value[i]);
	}
	put_label("password");
	(void)printf("%s\n", q->f->password != NULL ?
	    cli_tr("will be sealed") : cli_tr("none"));
	(void)fflush(stdout);
	if (accounts_readers(q->a, &readers, q->e) != 0 ||
	    buf_addf(&prompt, q->e, cli_tr("Is this right, and to be sealed "
	    "to %s? [Y/n] "), buf_str(&readers)) != 0 ||
	    cli_ask(buf_str(&prompt), typed, q->e) != 0)
		goto out;
	if (typed[0] == '\0' || typed[0] == 'y' || typed[0] == 'Y') {
		rc = 0;
	} else {
		(void)err_set(q->e, ERR_USAGE, "nothing is kept");
		(void)err_hint(q->e, "the same command asks again");
	}
out:
	buf_release(&readers);
	buf_release(&prompt);
	return rc;
}

int
account_form_ask(struct account_form *f, struct accounts *a,
	const char *reason, struct err *e)
{
	struct asking q = {f, a, NULL, e};

	if (isatty(STDOUT_FILENO) != 1 || isatty(STDIN_FILENO) != 1) {
		(void)err_set(e, ERR_USAGE, "no terminal to ask on");
		return err_hint(e, "without one: --from TEMPLATE, and the "
		    "password on standard input");
	}
	if (reason != NULL && account_form_set(f, EVENT_REASON, reason, e) !=
	    0)
		return -1;
	if (ask_platform(&q) != 0 || ask_shop(&q) != 0 || ask_names(&q) != 0)
		return -1;
	if (q.p->dual && account_form_set(f, EVENT_DUAL, "yes", e) != 0)
		return -1;
	return ask_password(&q) != 0 || ask_second_factor(&q) != 0 ||
	    ask_rest(&q) != 0 ? -1 : confirm_form(&q);
}
