/* cli/desk/page_risk.c - what hangs on one person or one thing; and what would be
 * lost if people left. */
#include "cli/desk/page_acct.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/desk/deskcmds.h"

#include "base/banned.h"

#define WHY_MAX (1u << 20)
#define NAMES_MAX 2048

/* A cell: why A is lost to the company, or open to the N people (REACH). */
static int
put_why(struct page_acct *k, const struct book_account *a, bool reach,
	const char *const *person, size_t n, struct err *e)
{
	struct buf why = BUF_INIT(WHY_MAX);
	struct html *h = &k->p->h;
	const char *s;
	size_t len;
	int rc = leave_why(k->c, a, reach, person, n, "\n", &why, e);

	page_acct_td_open(h, NULL, cli_tr("why"));
	for (s = buf_str(&why); *s; s += len + (s[len] == '\n')) {
		len = strcspn(s, "\n");
		html_lit(h, "<bdi>");
		html_textn(h, s, len);
		html_lit(h, "</bdi><br>");
	}
	html_lit(h, "</td>");
	buf_release(&why);
	return rc;
}

static void
begin_row(struct page_acct *k, const struct book_account *a)
{
	struct html *h = &k->p->h;

	html_lit(h, "<tr><th scope=\"row\">");
	page_acct_link(h, a);
	html_lit(h, "</th>");
	page_acct_td(h, NULL, cli_tr("platform"), leave_platform(&k->l, a));
	page_acct_td(h, NULL, cli_tr("shop"), a->value[EVENT_SHOP]);
}

static void
begin_section(struct html *h, const char *class, const char *title, size_t n)
{
	html_open(h, "section", "class", class, (char *)NULL);
	html_lit(h, "<h2>");
	html_text(h, title);
	html_lit(h, " <b>");
	html_int(h, (int64_t)n);
	html_lit(h, "</b></h2>");
}

/* --- Risk. */

static int
put_accounts(struct page_acct *k, enum risk_bus bus, const char *title,
	struct err *e)
{
	static const char *const heads[] = {"account", "platform", "shop",
	    "why", NULL};
	const struct risk *r = &k->risk;
	struct html *h = &k->p->h;
	size_t i;
	int rc = 0;

	if (r->count[bus] == 0)
		return 0;
	begin_section(h, bus == RISK_LOST ? "do" : NULL, title,
	    r->count[bus]);
	html_lit(h, "<table class=\"stack\">");
	page_acct_head(h, heads);
	for (i = 0; rc == 0 && i < r->n; i++) {
		if (r->a[i].closed || r->bus[i] != bus)
			continue;
		begin_row(k, &r->a[i]);
		if (bus == RISK_LOST) {
			rc = put_why(k, &r->a[i], false, NULL, 0, e);
		} else {
			page_acct_td_open(h, NULL, cli_tr("why"));
			page_acct_risk(k, i);
			html_lit(h, "</td>");
		}
		html_lit(h, "</tr>\n");
	}
	html_lit(h, "</table></section>\n");
	return rc;
}

static void
put_count(struct html *h, const char *label, size_t n, const char *bad)
{
	page_acct_td_open(h, n > 0 ? bad : NULL, label);
	html_int(h, (int64_t)n);
	html_lit(h, "</td>");
}

static void
put_people(struct page_acct *k)
{
	static const char *const heads[] = {"person", "lost with him",
	    "still open to him", "", "", NULL};
	const struct risk *r = &k->risk;
	struct html *h = &k->p->h;
	size_t i;

	html_lit(h, "<section><h2>");
	html_text(h, cli_tr("People"));
	html_lit(h, "</h2><table class=\"stack\">");
	page_acct_head(h, heads);
	for (i = 0; i < r->npersons; i++) {
		const struct risk_person *x = &r->person[i];

		if (x->lost == 0 && x->reach == 0)
			continue;
		html_lit(h, "<tr><th scope=\"row\">");
		page_acct_person(h, x->p->name);
		html_lit(h, "</th>");
		put_count(h, cli_tr("lost with him"), x->lost, "missed");
		put_count(h, cli_tr("still open to him"), x->reach,
		    x->p->left ? "missed" : NULL);
		page_acct_td_open(h, x->p->left ? "missed" : NULL, "");
		html_text(h, x->p->left ? cli_tr("has left") : "");
		html_lit(h, "</td>");
		page_acct_td_open(h, NULL, "");
		page_acct_handover(h, x->p->name, cli_tr("handover"));
		html_lit(h, "</td></tr>\n");
	}
	html_lit(h, "</table></section>\n");
}

static void
put_things(struct page_acct *k)
{
	static const char *const heads[] = {"what", "name", "bound to it",
	    "lost without it", NULL};
	const struct risk *r = &k->risk;
	struct html *h = &k->p->h;
	char last[CUSTODY_LAST_LEN];
	size_t i;

	if (r->nthings == 0 || r->thing[0].lost == 0)
		return;
	html_lit(h, "<section><h2>");
	html_text(h, cli_tr("SIMs and mailboxes"));
	html_lit(h, "</h2><table class=\"stack\">");
	page_acct_head(h, heads);
	for (i = 0; i < r->nthings && r->thing[i].lost > 0; i++) {
		const struct custody_thing *t = &r->thing[i];

		html_lit(h, "<tr>");
		page_acct_td(h, NULL, cli_tr("what"), t->sim ?
		    cli_tr("SIM") : cli_tr("mailbox"));
		page_acct_td(h, NULL, cli_tr("name"), t->sim ?
		    custody_last(t->name, last) : t->name);
		put_count(h, cli_tr("bound to it"), t->accounts, NULL);
		put_count(h, cli_tr("lost without it"), t->lost, "missed");
		html_lit(h, "</tr>\n");
	}
	html_lit(h, "</table></section>\n");
}

static int
put_risk(struct page_acct *k, struct err *e)
{
	const struct risk *r = &k->risk;
	struct page *p = k->p;

	page_acct_begin(p, cli_tr("What everything hangs on"));
	html_open(&p->h, "p", "class", r->count[RISK_LOST] > 0 ?
	    "sentence do" : "sentence", (char *)NULL);
	html_textf(&p->h, cli_tr("%zu accounts: %zu lost as they stand, "
	    "%zu hang on one person, %zu on two, %zu on more\n"), r->open,
	    r->count[RISK_LOST], r->count[RISK_ONE], r->count[RISK_TWO],
	    r->count[RISK_MORE]);
	html_lit(&p->h, "</p>\n");
	if (put_accounts(k, RISK_LOST, cli_tr("lost as they stand"), e) < 0 ||
	    put_accounts(k, RISK_ONE, cli_tr("hang on one person"), e) < 0)
		return -1;
	put_people(k);
	put_things(k);
	page_finish(p);
	return 0;
}

static int
make_risk(struct page *p, struct err *e)
{
	struct page_acct k;
	int rc = page_acct_open(&k, p, e);

	if (rc == 0)
		rc = page_acct_weigh(&k, e);
	if (rc == 0)
		rc = put_risk(&k, e);
	page_acct_close(&k);
	return rc;
}

const struct page_kind page_risk = {
	.path = "/risk", .action = "open", .view = "risk", .make = make_risk
};

/* --- What if. */

struct whatif {
	struct page_acct k;
	struct buf text;		/* names with commas between */
	const char *name[LEAVE_NAMES];
	int n;				/* 0: nobody is named */
};

/* "?leaves=A,B", and a field for each box that was ticked.  1: it is there. */
static int
names(const struct page *p, struct buf *out, struct err *e)
{
	const struct form *q = &p->query;
	size_t i;

	for (i = 0; i < q->n; i++)
		if (strcmp(q->name[i], "leaves") == 0 && q->value[i][0] &&
		    (buf_adds(out, out->len > 0 ? "," : "", e) < 0 ||
		    buf_adds(out, q->value[i], e) < 0))
			return -1;
	return out->len > 0;
}

static bool
is_named(const struct whatif *x, const char *person)
{
	int i;

	for (i = 0; i < x->n; i++)
		if (people_same(x->name[i], person))
			return true;
	return false;
}

static void
put_form(const struct whatif *x)
{
	const struct people_person *all;
	struct html *h = &x->k.p->h;
	size_t n, i;

	all = people_all(x->k.people, &n);
	html_lit(h, "<form class=\"ask\"><fieldset><legend>");
	html_text(h, cli_tr("Who leaves?"));
	html_lit(h, "</legend><p class=\"boxes\">");
	for (i = 0; i < n; i++) {
		html_lit(h, "<label>");
		html_open(h, "input", "type", "checkbox", "name", "leaves",
		    "value", all[i].name, "checked", is_named(x,
		    all[i].name) ? "" : NULL, (char *)NULL);
		html_lit(h, "<bdi>");
		html_text(h, all[i].name);
		html_lit(h, "</bdi></label> ");
	}
	html_lit(h, "</p><button>");
	html_text(h, cli_tr("What if they leave?"));
	html_lit(h, "</button></fieldset></form>\n");
}

/* The accounts V of a result. */
static int
put_list(struct whatif *x, const char *class, const char *title, bool why,
	bool reach, const struct book_account *const *v, size_t n,
	struct err *e)
{
	static const char *const heads[] = {"account", "platform", "shop",
	    "why", NULL};
	struct html *h = &x->k.p->h;
	size_t i;
	int rc = 0;

	html_open(h, "section", "class", n > 0 ? class : NULL, (char *)NULL);
	html_element(h, "h2", NULL, title);
	if (n > 0) {
		html_lit(h, "<table class=\"stack\">");
		page_acct_head(h, heads);
		for (i = 0; rc == 0 && i < n; i++) {
			begin_row(&x->k, v[i]);
			if (why)
				rc = put_why(&x->k, v[i], reach, x->name,
				    (size_t)x->n, e);
			html_lit(h, "</tr>\n");
		}
		html_lit(h, "</table>");
	}
	html_lit(h, "</section>\n");
	return rc;
}

static int
put_result(struct whatif *x, struct err *e)
{
	struct custody_result r = {0};
	char t[CLI_COUNT_LEN];
	int rc = custody_whatif(x->k.c, x->name, (size_t)x->n, &r, e);

	if (rc == 0)
		rc = put_list(x, "do", cli_count((int64_t)r.nlost,
		    "%lld would be lost: the company has no way into it",
		    "%lld would be lost: the company has no way into them",
		    t), true, false, r.lost, r.nlost, e);
	if (rc == 0 && r.nstale > 0)
		rc = put_list(x, NULL, cli_count((int64_t)r.nstale,
		    "%lld hangs on a sealed password that nobody has tried "
		    "for too long", "%lld hang on sealed passwords that "
		    "nobody has tried for too long", t), false, false,
		    r.stale, r.nstale, e);
	if (rc == 0)
		rc = put_list(x, "do", cli_count((int64_t)r.nreach,
		    "%lld would stay open to them",
		    "%lld would stay open to them", t), true, true, r.reach,
		    r.nreach, e);
	custody_result_free(&r);
	return rc;
}

/* Who goes is asked for by name, in words. */
static void
put_who(const struct whatif *x)
{
	struct html *h = &x->k.p->h;
	int i;

	html_lit(h, "<p class=\"sentence\">");
	for (i = 0; i < x->n; i++) {
		html_lit(h, "<bdi>");
		html_text(h, x->name[i]);
		html_lit(h, "</bdi>");
		if (i + 1 < x->n)
			html_lit(h, ", ");
	}
	html_text(h, cli_tr(": what if they leave?"));
	if (x->n == 1) {
		html_lit(h, " ");
		page_acct_handover(h, x->name[0], cli_tr("to the handover"));
	}
	html_lit(h, "</p>\n");
}

static int
put_whatif(struct whatif *x, struct err *e)
{
	int rc = 0;

	page_acct_begin(x->k.p, cli_tr("What if …"));
	put_form(x);
	if (x->n > 0) {
		put_who(x);
		rc = put_result(x, e);
	}
	page_finish(x->k.p);
	return rc;
}

static int
make_whatif(struct page *p, struct err *e)
{
	struct whatif x = {.text = BUF_INIT(NAMES_MAX)};
	int rc = page_acct_open(&x.k, p, e);

	if (rc == 0)
		rc = names(p, &x.text, e);
	if (rc > 0) {
		x.n = leave_names((char *)x.text.data, x.name, e);
		rc = x.n < 0 ? -1 : 0;
	}
	if (rc == 0)
		rc = put_whatif(&x, e);
	page_acct_close(&x.k);
	buf_release(&x.text);
	return rc;
}

static int
name_whatif(struct page *p, struct page_view *v, struct err *e)
{
	struct buf text = BUF_INIT(NAMES_MAX);
	int rc = names(p, &text, e);

	if (rc >= 0)
		(void)snprintf(v->text, sizeof(v->text), rc > 0 ?
		    "whatif %.200s" : "whatif", buf_str(&text));
	buf_release(&text);
	return rc < 0 ? -1 : 0;
}

const struct page_kind page_whatif = {
	.path = "/whatif", .action = "open", .name = name_whatif,
	.make = make_whatif
};
