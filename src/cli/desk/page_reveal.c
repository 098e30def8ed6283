/*
 * cli/desk/page_reveal.c - one secret of an account, shown once, to who says why.
 *
 * It stands in the answer to the form and nowhere else: no address leads to it,
 * and the answer goes away by itself.
 */
#include "cli/desk/page_reveal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/acctcode.h"
#include "cli/desk/reveal.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define SHOWN_S 30
#define COUNT_LEN 24

/* What can be asked for, one at a time. */
static const struct { const char *what, *text; } kinds[] = {
	{"password", "password"},
	{"codes", "recovery codes"},
	{"seed", "seed of the second factor"},
	{"code", "the digits that are asked for now"}
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* From the desk process to the box that shows it. */
struct answer {
	struct acct_found found;
	struct reveal_what what;
	struct acctcode code;		/* now[0]: it is these that were asked for */
	char me[ACCT_SHOWN_LEN];
	int64_t utc;
};

/* --- The form. */

static bool
has(const struct book_account *a, size_t kind)
{
	return kind == 0 ? a->npasswords > 0 : kind == 1 ? a->codes != NULL :
	    a->totp != NULL;
}

static void
put_choices(struct html *h, const struct book_account *a)
{
	bool first = true;
	size_t i;

	html_lit(h, "<p class=\"boxes\">");
	for (i = 0; i < KINDS; i++) {
		if (!has(a, i))
			continue;
		html_lit(h, "<label>");
		html_open(h, "input", "type", "radio", "name", "what",
		    "value", kinds[i].what, "checked", first ? "" : NULL,
		    (char *)NULL);
		html_text(h, cli_tr(kinds[i].text));
		html_lit(h, "</label> ");
		first = false;
	}
	html_lit(h, "</p>");
}

static void
put_fields(struct html *h, const struct book_account *a)
{
	char id[EVENT_ID_HEX], path[EVENT_ID_HEX + 16], events[COUNT_LEN];

	str_hex(id, a->id, sizeof(a->id));
	(void)snprintf(path, sizeof(path), "/reveal/%s", id);
	(void)snprintf(events, sizeof(events), "%zu", a->nevents);
	html_open(h, "form", "method", "post", "action", path,
	    "autocomplete", "off", (char *)NULL);
	/* as the account is now: the form is good for one reveal */
	html_open(h, "input", "type", "hidden", "name", "events", "value",
	    events, (char *)NULL);
	put_choices(h, a);
	html_lit(h, "<label>");
	html_text(h, cli_tr("What is it needed for?"));
	html_open(h, "input", "name", "why", "class", "why", "maxlength",
	    "300", "required", "", (char *)NULL);
	html_lit(h, "</label> <button>");
	html_text(h, cli_tr("Show it once"));
	html_lit(h, "</button></form>");
}

void
page_reveal_form(struct page *p, const struct book_account *a)
{
	char id[EVENT_ID_HEX];
	struct html *h = &p->h;

	html_lit(h, "<section class=\"screen\"><h2>");
	html_text(h, cli_tr("Show a secret"));
	html_lit(h, "</h2>");
	if (!has(a, 0) && !has(a, 1) && !has(a, 2)) {
		html_element(h, "p", NULL, cli_tr("Nothing of it is sealed."));
		html_lit(h, "</section>\n");
		return;
	}
	put_fields(h, a);
	html_element(h, "p", "hint", cli_tr("Before it is shown, the access "
	    "log and the account's history say who saw it, and why. Where "
	    "two must agree, the owner is asked first."));
	html_lit(h, "<p><code>");
	html_textf(h, "liudi-desk account reveal %s --why …",
	    page_acct_word(a, id));
	html_lit(h, "</code></p></section>\n");
}

/* --- The answer, in the box. */

static void
put_secret(struct html *h, const char *label, const char *s, bool lines)
{
	size_t n;

	if (!s)
		return;
	html_element(h, "dt", NULL, label);
	for (; lines && s[n = strcspn(s, "\n")] != '\0'; s += n + 1) {
		html_lit(h, "<dd><code class=\"secret\">");
		html_textn(h, s, n);
		html_lit(h, "</code></dd>");
	}
	html_lit(h, "<dd><code class=\"secret\">");
	html_text(h, s);
	html_lit(h, "</code></dd>\n");
}

/* What is typed at once: a button copies it. */
static void
put_code(struct html *h, const struct acctcode *c, int64_t now)
{
	char words[CLI_COUNT_LEN];
	int64_t left;
	const char *digits = acctcode_at(c, now, &left);

	html_lit(h, "<pre class=\"copy secret\">");
	html_text(h, digits);
	html_lit(h, "</pre>");
	if (left > 0)
		html_element(h, "p", NULL, cli_count(left,
		    "%lld second left", "%lld seconds left", words));
}

static void
put_answer(struct page *p, const struct answer *a, const struct revealed *o)
{
	char refresh[EVENT_ID_HEX + 64], id[EVENT_ID_HEX];
	struct html *h = &p->h;
	size_t i;

	str_hex(id, a->found.id, sizeof(a->found.id));
	(void)snprintf(refresh, sizeof(refresh), "%d;url=/account/%s",
	    SHOWN_S, id);
	page_acct_begin(p, a->found.shown);
	html_open(h, "meta", "http-equiv", "refresh", "content", refresh,
	    (char *)NULL);
	html_element(h, "p", "sentence do", cli_tr("This page goes away by "
	    "itself after 30 seconds; it is shown once."));
	html_lit(h, "<section>");
	if (a->code.now[0])
		put_code(h, &a->code, p->now);
	else
		html_lit(h, "<dl class=\"facts\">");
	for (i = 0; i < o->npasswords; i++)
		put_secret(h, cli_tr("password"), o->password[i].password,
		    false);
	put_secret(h, cli_tr("seed"), o->totp.totp, false);
	put_secret(h, cli_tr("recovery codes"), o->codes.codes, true);
	if (!a->code.now[0])
		html_lit(h, "</dl>");
	if (o->npasswords > 1)
		html_element(h, "p", "hint", cli_tr("there are several, and "
		    "nobody can say which one works: the newest is the "
		    "first"));
	if (a->what.password && a->found.is_void)
		html_element(h, "p", "hint", cli_tr("the password was "
		    "changed, and nobody told to what"));
	html_lit(h, "</section><p>");
	(void)snprintf(refresh, sizeof(refresh), "/account/%s", id);
	html_link(h, NULL, refresh, cli_tr("away with it now"));
	html_lit(h, "</p>\n");
	page_finish(p);
}

static int
show(struct page *p, struct err *e)
{
	const struct answer *a = p->answer;
	const struct ledger_seer me = {a->me, a->utc};
	struct revealed o;
	int rc;

	memset(&o, 0, sizeof(o));
	if (a->code.now[0]) {
		put_answer(p, a, &o);
		return 0;
	}
	rc = reveal_open(&o, p->b, &me, &a->found, &a->what, e);

	if (rc == 0)
		put_answer(p, a, &o);
	reveal_close(&o);
	return rc;
}

static int
make(struct page *p, struct err *e)
{
	const struct book_account *a = NULL;
	struct page_acct k;
	int rc;

	if (p->answer)
		return show(p, e);
	rc = page_acct_open(&k, p, e);
	if (rc == 0)
		a = page_acct_find(k.book, p->arg, e);
	if (a) {
		page_acct_begin(p, a->shown);
		page_reveal_form(p, a);
		page_finish(p);
	}
	page_acct_close(&k);
	return a ? 0 : -1;
}

/* --- The form that was sent, in the desk process. */

static int
read_form(const struct page_deed *d, const char **why, struct reveal_what *w,
	bool *code, struct err *e)
{
	const char *what = form_get(d->form, "what");

	*why = form_get(d->form, "why");
	if (!*why || (*why)[strspn(*why, " \t\r\n")] == '\0')
		return err_set(e, ERR_USAGE, "say what it is needed for: it "
		    "goes into the access log");
	w->password = str_eq(what, kinds[0].what);
	w->codes = str_eq(what, kinds[1].what);
	w->seed = str_eq(what, kinds[2].what);
	*code = str_eq(what, kinds[3].what);
	return w->password || w->codes || w->seed || *code ? 0 : err_set(e, ERR_USAGE,
	    "the form does not say what is to be shown");
}

/* The account that the form was made for, as it was then. */
static int
find(struct acct *k, const struct page_deed *d, struct err *e)
{
	const char *events = form_get(d->form, "events");
	uint8_t id[EVENT_ID_LEN];
	char now[COUNT_LEN];

	if (str_unhex(id, sizeof(id), d->arg, strlen(d->arg)) < 0)
		return err_set(e, ERR_NOENT, "there is no such account");
	if (acct_find(k, d->arg, e) < 0)
		return -1;
	(void)snprintf(now, sizeof(now), "%zu", k->found.nevents);
	if (memcmp(id, k->found.id, sizeof(id)) == 0 && str_eq(events, now))
		return 0;
	(void)err_set(e, ERR_USAGE, "something became known of this account "
	    "since the form was made");
	return err_hint(e, "open the account's page again");
}

static int
keep(struct page_deed *d, const struct acct *k, const struct reveal_what *w,
	const struct acctcode *code, struct err *e)
{
	struct answer *a = calloc(1, sizeof(*a));

	if (!a)
		return err_nomem(e);
	a->found = k->found;
	a->what = *w;
	if (code)
		a->code = *code;
	memcpy(a->me, k->me, sizeof(a->me));
	a->utc = k->seer.utc;
	d->answer = a;
	d->nanswer = sizeof(*a);
	d->pass = k->pass;
	d->said = "It was shown, once. Who needs it again says again what for.";
	return 0;
}

/* RC of who asked for leave. */
static int
ask_owner(struct page_deed *d, int rc, struct err *e)
{
	if (rc < 0)
		return -1;
	err_clear(e);
	d->said = "Two must agree to this: the owner is asked, and answers "
	    "with 'liudi-desk account grant'. Then sync, and ask again here.";
	return 0;
}

static int
reveal(struct page_deed *d, struct acct *k, const struct reveal_what *w,
	struct err *e)
{
	char view[ACCT_SHOWN_LEN + 16];
	int rc;

	if (reveal_check(k, w, e) < 0)
		return -1;
	(void)snprintf(view, sizeof(view), "account %s", k->found.shown);
	if (acct_note(k, "reveal", view, e) < 0)
		return -1;
	rc = reveal_leave(k, w, e);
	return rc == 0 ? keep(d, k, w, NULL, e) : ask_owner(d, rc, e);
}

static int
reveal_code(struct page_deed *d, struct acct *k, struct err *e)
{
	const struct reveal_what none = {false, false, false};
	struct acctcode code;
	int rc = acctcode_make(k, &code, e);

	rc = rc == 0 ? keep(d, k, &none, &code, e) : ask_owner(d, rc, e);
	secmem_wipe(&code, sizeof(code));
	return rc;
}

static int
deed(struct page_deed *d, struct err *e)
{
	struct reveal_what w;
	const char *why;
	struct acct k;
	bool code;
	int rc = -1;

	if (read_form(d, &why, &w, &code, e) < 0)
		return -1;
	if (acct_join(&k, d->c, d->op, why, e) == 0 && find(&k, d, e) == 0) {
		(void)snprintf(d->to, sizeof(d->to), "/account/%s", d->arg);
		rc = code ? reveal_code(d, &k, e) : reveal(d, &k, &w, e);
	}
	acct_release(&k);
	return rc;
}

const struct page_kind page_reveal = {
	.path = "/reveal/*", .action = "open", .name = page_acct_name,
	.make = make, .deed = deed
};
