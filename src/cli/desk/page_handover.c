/* cli/desk/page_handover.c - who goes, what is left to do, and the sheet to sign. */
#include "cli/desk/page_acct.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/handover_page.h"
#include "cli/desk/show.h"

#include "base/banned.h"

/* --- All of them. */

static const struct risk_person *
weight_of(const struct page_acct *k, const char *person)
{
	size_t i;

	for (i = 0; i < k->risk.npersons; i++)
		if (people_same(k->risk.person[i].p->name, person))
			return &k->risk.person[i];
	return NULL;
}

static void
put_state(struct page_acct *k, const struct handover *h, bool left)
{
	char when[SHOW_TIME_LEN];
	struct html *out = &k->p->h;

	page_acct_td(out, "when", cli_tr("begun"), h->started ?
	    show_minute(h->started, when) : NULL);
	page_acct_td(out, "when", cli_tr("closed"), h->closed ?
	    show_minute(h->closed, when) : NULL);
	page_acct_td_open(out, h->closed ? "done" : left || h->started ?
	    "late" : NULL, cli_tr("state"));
	html_text(out, h->closed ? cli_tr("✓ closed") : h->started ?
	    cli_tr("! open") : left ? cli_tr("! has left, not begun") : "-");
	html_lit(out, "</td>");
}

/* H: when it began and ended; NULL: there is none. */
static void
put_row(struct page_acct *k, const struct people_person *p,
	const struct handover *h)
{
	const struct risk_person *r = weight_of(k, p->name);
	struct html *out = &k->p->h;

	html_lit(out, "<tr><th scope=\"row\">");
	page_acct_handover(out, p->name, p->name);
	html_lit(out, "</th>");
	if (h)
		put_state(k, h, p->left);
	page_acct_td_open(out, r && r->lost > 0 ? "missed" : NULL,
	    cli_tr("lost with him"));
	html_int(out, r ? (int64_t)r->lost : 0);
	html_lit(out, "</td>");
	page_acct_td_open(out, r && r->reach > 0 && (p->left ||
	    (h && h->closed)) ? "missed" : NULL,
	    cli_tr("still open to him"));
	html_int(out, r ? (int64_t)r->reach : 0);
	html_lit(out, "</td></tr>\n");
}

/* ONGOING: those that have begun, and who has left; else the others. */
static size_t
put_people(struct page_acct *k, bool ongoing)
{
	static const char *const heads[] = {"person", "begun", "closed",
	    "state", "lost with him", "still open to him", NULL};
	static const char *const others[] = {"person", "lost with him",
	    "still open to him", NULL};
	struct handover_ask ask = {.book = k->book, .people = k->people};
	const struct people_person *all;
	struct html *h = &k->p->h;
	size_t n, i, shown = 0;

	html_lit(h, "<table class=\"stack\">");
	page_acct_head(h, ongoing ? heads : others);
	all = people_all(k->people, &n);
	for (i = 0; i < n; i++) {
		struct handover one = {.n = 0};

		ask.person = all[i].name;
		handover_history(&one, &ask);
		if ((one.started || all[i].left) != ongoing)
			continue;
		put_row(k, &all[i], ongoing ? &one : NULL);
		shown++;
	}
	html_lit(h, "</table>");
	return shown;
}

static void
put_all(struct page_acct *k)
{
	struct page *p = k->p;
	struct html *h = &p->h;

	page_acct_begin(p, cli_tr("Handovers"));
	html_lit(h, "<section>");
	if (put_people(k, true) == 0)
		html_element(h, "p", NULL, cli_tr("Nobody goes: no handover "
		    "has begun."));
	html_lit(h, "</section><section><h2>");
	html_text(h, cli_tr("If somebody else goes"));
	html_lit(h, "</h2><p class=\"hint\">");
	html_text(h, cli_tr("Whoever is chosen: what a start would find. It "
	    "is begun by "));
	html_lit(h, "<code>liudi-desk handover start …</code></p>");
	(void)put_people(k, false);
	html_lit(h, "</section>\n");
	page_finish(p);
}

/* --- One. */

static int
put_sheet(struct page_acct *k, const struct handover_page *s, struct err *e)
{
	char title[CLI_FILLED_LEN];
	struct html *h = &k->p->h;

	page_acct_begin(k->p, handover_html_title(s, title));
	html_lit(h, "<link rel=\"stylesheet\" href=\"/assets/paper.css\">"
	    "<div class=\"paper\"><header>");
	if (h->rc == 0)
		h->rc = handover_html_body(s, h->out, e);
	html_lit(h, "</div>\n");
	page_finish(k->p);
	return 0;
}

static int
put_one(struct page_acct *k, const char *person, struct err *e)
{
	struct page *p = k->p;
	const struct handover_ask ask = {k->book, k->people, k->l.platforms,
	    &k->l.retention, person, p->now};
	struct customers customers = {.n = 0};
	struct messages *m = NULL;
	struct handover h;
	const struct handover_page s = {&k->l, &h, &customers,
	    p->b->control.org, p->now, true};
	int rc = handover_make(&h, &ask, e);

	if (rc == 0)
		rc = handover_customers(&customers, &m, p->b->catalogue,
		    &(struct customers_ask){h.person, k->people, k->book,
		    buf_str(&p->team.policy), &p->team.people, 0, 0}, e);
	if (rc == 0)
		rc = put_sheet(k, &s, e);
	handover_release(&h);
	customers_release(&customers);
	messages_close(m);
	return rc;
}

/* Whose: a segment of the path, or behind "?", for who has a slash in it. */
static const char *
whose(const struct page *p)
{
	const char *of = form_get(&p->query, "of");

	return p->arg[0] ? p->arg : of && of[0] ? of : NULL;
}

static int
make(struct page *p, struct err *e)
{
	const char *person = whose(p);
	struct page_acct k;
	int rc = page_acct_open(&k, p, e);

	if (rc == 0 && person)
		rc = put_one(&k, person, e);
	if (rc == 0 && !person) {
		rc = page_acct_weigh(&k, e);
		if (rc == 0)
			put_all(&k);
	}
	page_acct_close(&k);
	return rc;
}

/* As the command says it. */
static int
name(struct page *p, struct page_view *v, struct err *e)
{
	const char *person = whose(p);

	(void)e;
	(void)snprintf(v->text, sizeof(v->text), person ?
	    "handover show %.200s" : "handovers", person ? person : "");
	return 0;
}

const struct page_kind page_handovers = {
	.path = "/handovers", .action = "open", .name = name, .make = make
};

const struct page_kind page_handover = {
	.path = "/handover/*", .action = "open", .name = name, .make = make
};
