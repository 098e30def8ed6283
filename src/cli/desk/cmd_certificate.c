/*
 * cli/desk/cmd_certificate.c - liudi-desk account certificate: whose an account
 * was and is, on paper, out of what was sealed and signed at the time.
 */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/desk/acct.h"
#include "cli/desk/acctwords.h"
#include "cli/desk/handover_page.h"
#include "cli/desk/show.h"
#include "desk/proof.h"

#include "base/banned.h"

#define PAGE_MAX ((size_t)64 << 20)
#define VIEW_LEN 256
#define VALUE_LEN 256

struct work {
	struct acct *k;
	const struct leave *l;
	const char *name;
	const char *html;	/* file, or "-" */
	const struct book_account *a;
	struct buf out;
};

static const char *
value(const struct book_account *a, enum event_field f)
{
	return a->value[f] && a->value[f][0] ? a->value[f] : "-";
}

static int
fact(struct work *x, const char *name, const char *s, struct err *e)
{
	if (buf_addf(&x->out, e, "<tr><th class=\"n\">%s</th><td>", name) < 0)
		return -1;
	return handover_html_text(&x->out, s, e) < 0 ? -1 :
	    buf_adds(&x->out, "</td></tr>\n", e);
}

/* "company", "personal" in words. */
static const char *
owner(const char *s)
{
	return str_eq(s, "company") ? cli_tr("the company's") :
	    str_eq(s, "personal") ? cli_tr("personal") : "-";
}

/* "…1391, personal, li" */
static int
bound(struct work *x, enum event_field f, const char *title, struct err *e)
{
	const char *thing = x->a->value[f];
	char last[CUSTODY_LAST_LEN], text[VALUE_LEN];

	if (!thing || !*thing)
		return fact(x, title, "-", e);
	(void)snprintf(text, sizeof(text), "%s, %s, %s", f == EVENT_PHONE ?
	    custody_last(thing, last) : thing, owner(x->a->value[f + 1]),
	    value(x->a, f + 2));
	return fact(x, title, text, e);
}

static int
facts(struct work *x, struct err *e)
{
	const struct book_account *a = x->a;
	const struct account_event *first = a->event[0];
	char when[SHOW_TIME_LEN], who[ACCTWORDS_WHO_LEN], made[VALUE_LEN + 300];
	char id[2 * EVENT_ID_LEN + 1];
	const char *subject = a->value[EVENT_SUBJECT];

	str_hex(id, a->id, EVENT_ID_LEN);
	(void)snprintf(made, sizeof(made), "%s, %s",
	    show_minute(first->ts, when), acctwords_who(x->k->people, first, who));
	if (buf_adds(&x->out, "<table>\n", e) < 0 ||
	    fact(x, cli_tr("platform"), leave_platform(x->l, a), e) < 0 ||
	    fact(x, cli_tr("login at the platform"), value(a, EVENT_LOGIN),
	    e) < 0 || fact(x, cli_tr("shop"), value(a, EVENT_SHOP), e) < 0 ||
	    fact(x, cli_tr("what it is for"), value(a, EVENT_PURPOSE),
	    e) < 0 || fact(x, cli_tr("registered"), made, e) < 0 ||
	    fact(x, cli_tr("in whose real name"), str_eq(subject, "company") ?
	    cli_tr("the company") : value(a, EVENT_SUBJECT), e) < 0 ||
	    bound(x, EVENT_PHONE, cli_tr("telephone"), e) < 0 ||
	    bound(x, EVENT_EMAIL, cli_tr("mailbox"), e) < 0 ||
	    fact(x, cli_tr("holder"), value(a, EVENT_HOLDER), e) < 0 ||
	    fact(x, cli_tr("id in the records"), id, e) < 0)
		return -1;
	return buf_adds(&x->out, "</table>\n", e);
}

/* What an event is, for a reader who knows no words of programs. */
static const char *
kind_words(enum event_kind k)
{
	switch (k) {
	case EVENT_REGISTERED:
		return cli_tr("registered");
	case EVENT_BOUND:
		return cli_tr("bound anew");
	case EVENT_TWOFA:
		return cli_tr("second factor changed");
	case EVENT_ROTATED:
		return cli_tr("password changed");
	case EVENT_SEEN:
		return cli_tr("password made known");
	case EVENT_REVEALED:
	case EVENT_EXPORTED:
		return cli_tr("password shown");
	case EVENT_CONFIRMED:
		return cli_tr("logged in and confirmed");
	case EVENT_TRANSFERRED:
		return cli_tr("handed over");
	case EVENT_ACKNOWLEDGED:
		return cli_tr("receipt acknowledged");
	case EVENT_RENAMED:
	case EVENT_ALIASED:
		return cli_tr("named");
	case EVENT_CLOSED:
		return cli_tr("closed");
	default:
		return cli_tr("noted");
	}
}

/* "holder: li; phone: …1391" of what V says. */
static int
said(struct work *x, const struct account_event *v, struct err *e)
{
	char last[CUSTODY_LAST_LEN];
	bool first = true;
	int f;

	for (f = 0; f < EVENT_FIELDS; f++) {
		const char *s = v->value[f];

		if (!s || f == EVENT_PLATFORM || f == EVENT_URL ||
		    f == EVENT_OF || f == EVENT_UNTIL)
			continue;
		if (buf_addf(&x->out, e, "%s%s: ", first ? "" : "; ",
		    cli_tr(event_field_name((enum event_field)f))) < 0 ||
		    handover_html_text(&x->out, f == EVENT_PHONE && *s ?
		    custody_last(s, last) : (f == EVENT_PHONE_OWNER ||
		    f == EVENT_EMAIL_OWNER) && *s ? owner(s) : s, e) < 0)
			return -1;
		first = false;
	}
	return 0;
}

static int
history(struct work *x, struct err *e)
{
	char when[SHOW_TIME_LEN], who[ACCTWORDS_WHO_LEN];
	char id[2 * EVENT_ID_LEN + 1];
	size_t i;

	if (buf_addf(&x->out, e, "<h2>%s <span>%zu</span></h2>\n<table>\n",
	    cli_tr("what happened to it"), x->a->nevents) < 0)
		return -1;
	for (i = 0; i < x->a->nevents; i++) {
		const struct account_event *v = x->a->event[i];

		str_hex(id, v->id, EVENT_ID_LEN);
		if (buf_addf(&x->out, e, "<tr><td class=\"w\">%s</td>"
		    "<td class=\"n\">%s<br>", show_minute(v->ts, when),
		    kind_words(v->kind)) < 0 || handover_html_text(&x->out,
		    acctwords_who(x->k->people, v, who), e) < 0 ||
		    buf_adds(&x->out, "</td><td>", e) < 0 ||
		    said(x, v, e) < 0 || buf_addf(&x->out, e,
		    "<br><code>%s</code></td></tr>\n", id) < 0)
			return -1;
	}
	return buf_adds(&x->out, "</table>\n", e);
}

/* The sealed files that hold these events: what a third party can check. */
static int
proofs(struct work *x, struct err *e)
{
	char last[2 * EVENT_ID_LEN + 1] = "", when[SHOW_TIME_LEN];
	struct proof p;
	size_t i;
	int rc;

	if (buf_addf(&x->out, e, "<h2>%s</h2>\n<table>\n",
	    cli_tr("sealed files that say so")) < 0)
		return -1;
	for (i = 0; i < x->a->nevents; i++) {
		rc = proof_of(x->k->b->catalogue, x->a->event[i]->id, &p, e);
		if (rc < 0)
			return -1;
		if (rc == 0 || strcmp(p.name, last) == 0)
			continue;
		(void)snprintf(last, sizeof(last), "%s", p.name);
		if (buf_addf(&x->out, e, "<tr><td class=\"w\">%s</td><td>"
		    "<code>accounts/events/%s.age<br>sha256:%s", p.received ?
		    show_minute(p.received, when) : "", p.name, p.sum) < 0 ||
		    (p.commit[0] && buf_addf(&x->out, e, "<br>%s, records.git "
		    "%s", p.station, p.commit) < 0) ||
		    buf_adds(&x->out, "</code></td></tr>\n", e) < 0)
			return -1;
	}
	return buf_adds(&x->out, "</table>\n", e);
}

static int
page(struct work *x, struct err *e)
{
	char title[CLI_FILLED_LEN], now[SHOW_TIME_LEN];

	(void)snprintf(title, sizeof(title), cli_tr("Custody certificate: %s"),
	    x->a->shown);
	if (handover_html_head(title, &x->out, e) < 0 ||
	    buf_adds(&x->out, "<p>", e) < 0 ||
	    handover_html_text(&x->out, x->k->control.org, e) < 0 ||
	    buf_adds(&x->out, " · ", e) < 0 || buf_addf(&x->out, e,
	    cli_tr("as of %s"), show_minute(clock_now_utc(), now)) < 0 ||
	    buf_adds(&x->out, "</p>\n</header>\n", e) < 0 ||
	    facts(x, e) < 0 || history(x, e) < 0 || proofs(x, e) < 0 ||
	    buf_addf(&x->out, e, "<footer><p>%s control.git %s</p></footer>\n",
	    cli_tr("Each entry was sealed and signed when it happened. The "
	    "files above lie in desk.git; a commit of records.git is signed "
	    "by its station, and the time before it is the server's receipt. "
	    "Who may sign and read is in"), x->k->control.commit) < 0)
		return -1;
	return handover_html_end(&x->out, e);
}

static int
in_box(struct acct *k, void *arg, struct err *e)
{
	struct work *x = arg;
	struct leave l;
	int rc = -1;

	x->k = k;
	x->l = &l;
	buf_init(&x->out, PAGE_MAX);
	if (leave_open(&l, k->b, k->people, &k->policy, e) == 0)
		x->a = book_find(k->book, x->name, e);
	if (x->a && page(x, e) == 0)
		rc = strcmp(x->html, "-") != 0 ? file_save(x->html,
		    x->out.data, x->out.len, 0600, e) : fwrite(x->out.data,
		    1, x->out.len, stdout) == x->out.len ? 0 : err_stdout(e);
	buf_release(&x->out);
	leave_release(&l);
	return rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work x = {.name = c->args[0]};
	char view[VIEW_LEN];
	struct acct k;
	int rc = -1;

	x.html = cli_value(c, "html");
	if (!x.html) {
		(void)err_set(e, ERR_USAGE, "where shall it be written?");
		(void)err_hint(e, "--html FILE, or --html - for standard "
		    "output");
		return CLI_FAILED;
	}
	(void)snprintf(view, sizeof(view), "certificate %.200s", x.name);
	if (acct_open(&k, c, NULL, e) < 0 ||
	    acct_note(&k, "open", view, e) < 0)
		goto out;
	if (acct_target(&k, &x.html, e) == 0)
		rc = acct_run(&k, in_box, &x, e);
out:
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option options[] = {
	{"html", 0, "FILE", "write it as HTML, to be printed; - for standard "
	    "output"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_account_certificate = {
	.name = "account certificate",
	.operands = "NAME",
	.help = "whose an account was and is, on paper, with what proves it",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
