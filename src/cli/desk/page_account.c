/* cli/desk/page_account.c - all that is known of an account, but its secrets. */
#include "cli/desk/page_acct.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/acctwords.h"
#include "cli/desk/page_reveal.h"
#include "cli/desk/show.h"
#include "desk/dual.h"

#include "base/banned.h"

#define HISTORY_SHOWN 100
#define WORDS_MAX (1u << 20)

struct one {
	struct page_acct k;
	const struct book_account *a;
	size_t at;			/* its number */
};

/* --- What is known. */

static void
put_field(struct html *h, const char *label, const char *text)
{
	html_element(h, "dt", NULL, label);
	html_lit(h, "<dd dir=\"auto\">");
	html_text(h, text);
	html_lit(h, "</dd>\n");
}

/* "2026-11-23 10:30, Li @ ws-01" */
static void
put_by(const struct one *o, const char *label, const struct account_event *v)
{
	char who[ACCTWORDS_WHO_LEN], when[SHOW_TIME_LEN];
	struct html *h = &o->k.p->h;

	if (!v)
		return;
	html_element(h, "dt", NULL, label);
	html_lit(h, "<dd><span class=\"when\">");
	html_text(h, show_minute(v->ts, when));
	html_lit(h, "</span> <bdi>");
	html_text(h, acctwords_who(o->k.people, v, who));
	html_lit(h, "</bdi></dd>\n");
}

static void
put_fields(const struct one *o)
{
	const struct book_account *a = o->a;
	struct html *h = &o->k.p->h;
	const char *s;
	size_t f, i;

	html_lit(h, "<section><h2>");
	html_text(h, cli_tr("What is known"));
	html_lit(h, "</h2><dl class=\"facts\">");
	for (f = 0; f <= EVENT_REMARK; f++)
		if ((s = a->value[f]) && s[0] && f != EVENT_NAME)
			put_field(h, cli_tr(event_field_name(
			    (enum event_field)f)), f == EVENT_PLATFORM ?
			    leave_platform(&o->k.l, a) :
			    event_choices((enum event_field)f) ? cli_tr(s) :
			    s);
	for (i = 0; i < a->naliases; i++)
		put_field(h, cli_tr("also called"), a->alias[i]);
	html_lit(h, "</dl></section>\n");
}

/* --- The password: that there is one, and who knows it. */

static int
put_known(const struct one *o, struct err *e)
{
	struct buf known = BUF_INIT(WORDS_MAX);
	struct html *h = &o->k.p->h;
	const char *s;
	size_t n;
	int rc = acctwords_known(o->k.book, o->k.people, o->a, &known, e);

	if (rc == 0 && known.len > 0) {
		html_element(h, "dt", NULL, cli_tr("password known to"));
		html_lit(h, "<dd>");
		for (s = buf_str(&known); *s; s += n + (s[n] == '\n')) {
			n = strcspn(s, "\n");
			if (s != buf_str(&known))
				html_lit(h, ", ");
			html_lit(h, "<bdi>");
			html_textn(h, s, n);
			html_lit(h, "</bdi>");
		}
		html_lit(h, "</dd>");
	}
	buf_release(&known);
	return rc;
}

static int
put_secrets(const struct one *o, struct err *e)
{
	const struct book_account *a = o->a;
	const struct account_event *given = dual_to_change(a);
	char text[CLI_FILLED_LEN], when[SHOW_TIME_LEN];
	struct html *h = &o->k.p->h;
	size_t i;
	int rc;

	html_lit(h, "<section><h2>");
	html_text(h, cli_tr("Password"));
	html_lit(h, "</h2><dl class=\"facts\">");
	put_field(h, cli_tr("state"), acctwords_state(a));
	for (i = 0; i < a->npasswords; i++)
		put_by(o, cli_tr("password sealed"), a->password[i]);
	if (a->npasswords > 1)
		put_field(h, "", cli_tr("nobody knew of the other: each of "
		    "these may be the one that works"));
	if (a->password_void)
		put_field(h, "", cli_tr("it was changed, and nobody told to "
		    "what"));
	put_by(o, cli_tr("confirmed"), a->confirmed);
	if (given) {
		(void)snprintf(text, sizeof(text), cli_tr("to %s until %s: "
		    "to be changed behind that"), given->value[EVENT_TO],
		    show_minute(dual_until(given), when));
		put_field(h, cli_tr("granted"), text);
	}
	put_by(o, cli_tr("seed sealed"), a->totp);
	put_by(o, cli_tr("codes sealed"), a->codes);
	rc = put_known(o, e);
	html_lit(h, "</dl></section>\n");
	return rc;
}

/* --- Who gets in. */

static int
on_route(void *arg, const char *route, bool has,
	const struct custody_view *part, size_t n, struct err *e)
{
	const struct one *o = arg;
	struct html *h = &o->k.p->h;
	char told[CLI_FILLED_LEN], words[LEAVE_WORDS_LEN];
	size_t i;

	(void)e;
	for (i = 0; i < n && part[i].said; i++)
		;
	if (i < n && !has)	/* nothing of the kind is there */
		return 0;
	html_lit(h, "<tr>");
	page_acct_td_open(h, has ? "done" : "missed", cli_tr("state"));
	html_text(h, has ? cli_tr("✓ open") : cli_tr("✗ not open"));
	html_lit(h, "</td>");
	page_acct_td(h, NULL, cli_tr("way"), leave_route(route, words));
	page_acct_td_open(h, NULL, cli_tr("needs"));
	for (i = 0; i < n; i++) {
		html_open(h, "span", "class", part[i].has ? "done" :
		    "missed", (char *)NULL);
		html_textf(h, "%s ", part[i].has ? "✓" : "✗");
		html_lit(h, "</span><bdi>");
		html_text(h, cli_tr_filled(part[i].text, told));
		html_lit(h, "</bdi><br>");
	}
	html_lit(h, "</td></tr>\n");
	return 0;
}

static int
on_way(void *arg, const char *route, bool has,
	const struct custody_view *part, size_t n, struct err *e)
{
	bool *in = arg;

	(void)route;
	(void)part;
	(void)n;
	(void)e;
	*in = *in || has;
	return 0;
}

/* Each person for himself. */
static int
put_alone(const struct one *o, struct err *e)
{
	const struct people_person *all;
	struct html *h = &o->k.p->h;
	size_t n, i, shown = 0;
	bool in;

	html_lit(h, "<p>");
	html_text(h, cli_tr("get in alone: "));
	all = people_all(o->k.people, &n);
	for (i = 0; i < n; i++) {
		in = false;
		if (custody_explain(o->k.c, o->a, true, &all[i].name, 1,
		    on_way, &in, e) < 0)
			return -1;
		if (!in)
			continue;
		if (shown++ > 0)
			html_lit(h, ", ");
		page_acct_person(h, all[i].name);
		if (all[i].left) {
			html_lit(h, " <b class=\"lost\">");
			html_text(h, cli_tr("has left"));
			html_lit(h, "</b>");
		}
	}
	if (shown == 0)
		html_text(h, cli_tr("nobody"));
	html_lit(h, "</p>");
	return 0;
}

static int
put_ways(struct one *o, struct err *e)
{
	static const char *const heads[] = {"state", "way", "needs", NULL};
	struct html *h = &o->k.p->h;

	html_lit(h, "<section><h2>");
	html_text(h, cli_tr("Who can get in"));
	html_lit(h, "</h2><table class=\"stack\">");
	page_acct_head(h, heads);
	if (custody_explain(o->k.c, o->a, false, NULL, 0, on_route, o, e) < 0)
		return -1;
	html_lit(h, "</table>");
	if (put_alone(o, e) < 0)
		return -1;
	html_lit(h, "</section>\n");
	return 0;
}

/* How much hangs on whom, before all else. */
static void
put_sentence(const struct one *o)
{
	struct html *h = &o->k.p->h;
	const bool bad = !o->a->closed && o->k.risk.bus[o->at] == RISK_LOST;

	html_open(h, "p", "class", bad ? "sentence do" : "sentence",
	    (char *)NULL);
	page_acct_risk(&o->k, o->at);
	html_lit(h, "</p>\n");
	if (o->a->disputed)
		html_element(h, "p", "hint", cli_tr("another account had "
		    "this name first; to settle it: liudi-desk account "
		    "rename"));
	if (bad)
		html_element(h, "p", "hint", cli_tr("The company has no way "
		    "into it: seal its password, or bind a SIM or a mailbox "
		    "of the company."));
}

/* --- What can be done, as commands. */

static void
put_commands(const struct one *o)
{
	static const struct { const char *text, *what, *rest; } all[] = {
		{"it was logged into, and works", "confirm", ""},
		{"its password was changed", "rotated", ""},
		{"it goes into other hands", "transfer", " NAME"},
		{"it is not used any more", "close", ""}
	};
	char id[EVENT_ID_HEX];
	const char *name = page_acct_word(o->a, id);
	struct html *h = &o->k.p->h;
	size_t i;

	if (o->a->closed)
		return;
	html_lit(h, "<section><h2>");
	html_text(h, cli_tr("What can be done"));
	html_lit(h, "</h2><dl class=\"facts\">");
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		html_element(h, "dt", NULL, cli_tr(all[i].text));
		html_lit(h, "<dd><code>");
		html_textf(h, "liudi-desk account %s %s%s", all[i].what,
		    name, all[i].rest);
		html_lit(h, "</code></dd>");
	}
	html_lit(h, "</dl></section>\n");
}

/* --- History: the newest first. */

static int
put_history(const struct one *o, struct err *e)
{
	static const char *const heads[] = {"when", "who", "what", NULL};
	const bool all = form_get(&o->k.p->query, "all") != NULL;
	struct buf words = BUF_INIT(WORDS_MAX);
	char who[ACCTWORDS_WHO_LEN], when[SHOW_TIME_LEN];
	struct html *h = &o->k.p->h;
	size_t i, n = o->a->nevents;
	int rc = 0;

	html_lit(h, "<section id=\"history\"><h2>");
	html_text(h, cli_tr("History"));
	html_lit(h, "</h2><table class=\"stack\">");
	page_acct_head(h, heads);
	for (i = 0; rc == 0 && i < n && (all || i < HISTORY_SHOWN); i++) {
		const struct account_event *v = o->a->event[n - 1 - i];

		buf_clear(&words);
		rc = acctwords_event(v, &words, e);
		html_lit(h, "<tr>");
		page_acct_td(h, "when", cli_tr("when"), show_minute(v->ts,
		    when));
		page_acct_td(h, NULL, cli_tr("who"), acctwords_who(
		    o->k.people, v, who));
		page_acct_td(h, NULL, cli_tr("what"), buf_str(&words));
		html_lit(h, "</tr>\n");
	}
	html_lit(h, "</table>");
	if (i < n)
		html_link(h, NULL, "?all=1#history", cli_tr("all of it"));
	html_lit(h, "</section>\n");
	buf_release(&words);
	return rc;
}

static int
put_page(struct one *o, struct err *e)
{
	struct page *p = o->k.p;

	o->at = (size_t)(o->a - o->k.risk.a);
	page_acct_begin(p, o->a->shown);
	put_sentence(o);
	put_fields(o);
	if (put_secrets(o, e) < 0)
		return -1;
	page_reveal_form(p, o->a);
	if (put_ways(o, e) < 0)
		return -1;
	put_commands(o);
	if (put_history(o, e) < 0)
		return -1;
	page_finish(p);
	return 0;
}

static int
make(struct page *p, struct err *e)
{
	struct one o = {.a = NULL};
	int rc = page_acct_open(&o.k, p, e);

	if (rc == 0)
		rc = page_acct_weigh(&o.k, e);
	if (rc == 0)
		o.a = page_acct_find(o.k.book, p->arg, e);
	rc = o.a ? put_page(&o, e) : -1;
	page_acct_close(&o.k);
	return rc;
}

const struct page_kind page_account = {
	.path = "/account/*", .action = "open", .name = page_acct_name, .make = make
};
