/* cli/desk/shoppage.c - what the pages of shops share. */
#include "cli/desk/shoppage.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/desk/shopwords.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define TEXT_LEN 65536u
#define HREF_LEN (4 * SHOPDESK_NAME_LEN)
#define TODAY_SHOWN 8		/* shops on the page of today */

int
shoppage_open(struct shoppage *g, struct page *p, struct err *e)
{
	struct notes_report ignored;
	struct err why = ERR_INIT;

	memset(g, 0, sizeof(*g));
	g->p = p;
	if (page_people(p, e) < 0)
		return -1;
	g->k.b = p->b;
	g->k.name = p->reader;
	g->k.unsent = *p->unsent;
	g->k.policy = p->team.policy;
	g->k.today = shopdesk_today();
	/* what a sync that runs holds up, it takes itself */
	(void)notes_index(p->b, &ignored, &why);
	g->people = people_new(buf_str(&p->team.policy), &p->team.people,
	    &p->b->control, e);
	return g->people ? 0 : -1;
}

void
shoppage_close(struct shoppage *g)
{
	people_free(g->people);
	g->people = NULL;
}

/* --- Addresses. */

int
shoppage_href(struct buf *out, const char *shop, int64_t day, struct err *e)
{
	char text[WORKTIME_DAY_LEN];

	if (buf_adds(out, "/shop/", e) < 0 || html_path(out, shop, e) < 0)
		return -1;
	return day == SHOPDAY_NONE ? 0 : buf_addf(out, e, "?day=%s",
	    worktime_day_text(day, text));
}

void
shoppage_link(struct html *h, const char *shop, int64_t day, const char *text)
{
	struct buf to = BUF_INIT(HREF_LEN);

	if (h->rc == 0)
		h->rc = shoppage_href(&to, shop, day, h->e);
	html_link(h, NULL, buf_str(&to), text);
	buf_release(&to);
}

/* --- States and days. */

void
shoppage_state(struct html *h, enum shop_state s, const char *words)
{
	const bool shows = shop_state_shows(s);

	html_open(h, "span", "class", !shows ? "missed" : s == SHOP_OK ?
	    "done" : "late", (char *)NULL);
	html_text(h, !shows ? "✗ " : s == SHOP_OK ? "✓ " : "◐ ");
	html_text(h, words);
	html_lit(h, "</span>");
}

enum cell { AWAY, SAME, CHANGED, UNSEEN, CELLS };
static const struct { const char *class, *sign, *text; } cells[CELLS] = {
	[AWAY] = {"free", "·", "not looked at"},
	[SAME] = {"done", "✓", "nothing changed"},
	[CHANGED] = {"late", "≠", "changed"},
	[UNSEEN] = {"missed", "✗", "could not be seen"},
};

struct counting {
	int64_t day;
	enum cell cell;
};

static int
on_page(void *arg, const struct shopday_page *p, struct err *e)
{
	struct counting *c = arg;

	(void)e;
	if (p->day != c->day)
		return 0;
	if (!shop_state_shows(p->state))
		c->cell = UNSEEN;
	else if (p->held == SHOPDAY_OTHER && c->cell == SAME)
		c->cell = CHANGED;
	return 0;
}

static int
put_day(struct shoppage *g, const struct shopday *s, const char *shop,
	int64_t day, bool shown, struct err *e)
{
	const bool seen = shopday_last(s, day) == day;
	const bool open = seen && shopday_is_open(s, day);
	struct counting c = {day, seen ? SAME : AWAY};
	struct html *h = &g->p->h;
	char text[WORKTIME_DAY_LEN], title[CLI_FILLED_LEN];
	struct buf to = BUF_INIT(HREF_LEN);
	int rc = -1;

	if ((seen && shopday_pages(s, day, on_page, &c, e) < 0) ||
	    shoppage_href(&to, shop, day, e) < 0)
		goto out;
	(void)worktime_day_text(day, text);
	(void)snprintf(title, sizeof(title), "%s: %s%s%s", text,
	    cli_tr(cells[c.cell].text), open ? ", " : "",
	    open ? cli_tr("nobody reviewed it") : "");
	html_open(h, "li", "class", open ? "open" : NULL, (char *)NULL);
	html_open(h, seen ? "a" : "span", "class", cells[c.cell].class, "href",
	    seen ? buf_str(&to) : NULL, "title", title, "aria-current",
	    shown ? "date" : NULL, (char *)NULL);
	html_element(h, "small", NULL, text + strlen("2026-11-"));
	html_element(h, "b", NULL, cells[c.cell].sign);
	html_close(h, seen ? "a" : "span");
	html_lit(h, "</li>");
	rc = 0;
out:
	buf_release(&to);
	return rc;
}

int
shoppage_days(struct shoppage *g, const struct shopday *s, const char *shop,
	int64_t last, int n, int64_t day, struct err *e)
{
	int64_t d;
	int rc = 0;

	html_lit(&g->p->h, "<ol class=\"days\">");
	for (d = last - n + 1; rc == 0 && d <= last; d++)
		rc = put_day(g, s, shop, d, d == day, e);
	html_lit(&g->p->h, "</ol>\n");
	return rc;
}

void
shoppage_legend(struct html *h)
{
	int i;

	html_lit(h, "<p class=\"legend\">");
	for (i = SAME; i < CELLS; i++) {
		html_element(h, "span", cells[i].class, cells[i].sign);
		html_textf(h, " %s", cli_tr(cells[i].text));
		html_lit(h, " &nbsp; ");
	}
	html_lit(h, "<span class=\"mark\">&nbsp;</span> ");
	html_text(h, cli_tr("nobody reviewed it"));
	html_lit(h, "</p>\n");
}

static void
put_since(struct html *h, const char *shop, const struct shopday_open *o)
{
	char day[WORKTIME_DAY_LEN], n[CLI_COUNT_LEN];

	html_textf(h, "%s ", cli_count(o->n, "%lld day that nobody reviewed, "
	    "since", "%lld days that nobody reviewed, since", n));
	html_lit(h, "<span class=\"when\">");
	shoppage_link(h, shop, o->first, worktime_day_text(o->first, day));
	html_lit(h, "</span>");
}

void
shoppage_open_days(struct html *h, const struct shoprow *r)
{
	html_lit(h, "<p class=\"hint\">");
	if (r->open.n > 0)
		put_since(h, r->shop, &r->open);
	else if (r->open.by)
		html_textf(h, cli_tr("all is reviewed; last by %s"),
		    r->open.by);
	html_lit(h, "</p>\n");
}

/* --- Who. */

static void
put_names(struct html *h, const char *what, const char *const *v, size_t n)
{
	size_t i;

	if (n == 0)
		return;
	html_textf(h, " · %s ", cli_tr(what));
	for (i = 0; i < n; i++) {
		html_text(h, i > 0 ? ", " : "");
		html_element(h, "bdi", NULL, v[i]);
	}
}

void
shoppage_who(struct shoppage *g, const struct shoprow *r)
{
	const struct people_shop *s = people_shop(g->people, r->shop);
	struct html *h = &g->p->h;
	const char *who = team_who(&g->p->team, r->station);

	html_lit(h, "<p class=\"whose\">");
	html_textf(h, "%s ", cli_tr("captured by"));
	html_element(h, "bdi", NULL, who);
	if (strcmp(who, r->station) != 0)
		html_textf(h, " @ %s", r->station);
	if (r->stations > 1)
		html_textf(h, " +%zu", r->stations - 1);
	if (s) {
		put_names(h, "answers for it:", s->responsible,
		    s->nresponsible);
		put_names(h, "work on it:", s->doer, s->ndoers);
	}
	html_lit(h, "</p>\n");
}

/* --- Today. */

struct todays {
	struct shoppage g;
	struct shoppage_today *t;
};

static int
put_today(struct shoppage *g, const struct shopday *s, const char *shop,
	const struct shopday_open *o, struct err *e)
{
	struct html *h = &g->p->h;
	struct buf text = BUF_INIT(TEXT_LEN);
	char n[CLI_COUNT_LEN];
	struct shoprow r;
	int rc = shoprow_fill(&r, &g->k, s, shop, SHOPDAY_NONE, e);

	if (rc == 0)
		rc = shoprow_changes(&r, &text, e);
	if (rc == 0) {
		html_lit(h, "<tr><th scope=\"row\">");
		shoppage_link(h, shop, SHOPDAY_NONE, shop);
		html_lit(h, "</th><td class=\"when\">");
		shoppage_state(h, r.worst, shoprow_state(&r, n));
		html_lit(h, "</td>");
		html_element(h, "td", NULL, buf_str(&text));
		html_lit(h, "<td>");
		put_since(h, shop, o);
		html_lit(h, "</td></tr>\n");
	}
	buf_release(&text);
	return rc;
}

static int
on_shop(void *arg, const char *shop, struct err *e)
{
	struct todays *t = arg;
	struct shopday *s = shopdesk_load(&t->g.k, shop, e);
	struct shopday_open o;
	int rc = s ? shopday_open(s, t->g.k.today + 1, &o, e) : -1;

	if (rc == 0 && o.n > 0 && t->t->n++ < TODAY_SHOWN)
		rc = put_today(&t->g, s, shop, &o, e);
	shopday_free(s);
	return rc;
}

int
shoppage_today(struct shoppage_today *t, struct page *p, struct err *e)
{
	struct buf *page = p->h.out;
	struct todays all = {.t = t};
	int rc = -1;

	t->n = 0;
	buf_init(&t->rows, WIRE_BODY_MAX);
	if (shoppage_open(&all.g, p, e) == 0) {
		p->h.out = &t->rows;
		rc = shopdesk_names(p->b->catalogue, on_shop, &all, e);
		p->h.out = page;
	}
	shoppage_close(&all.g);
	return rc;
}

void
shoppage_today_put(const struct shoppage_today *t, struct page *p)
{
	struct html *h = &p->h;

	if (t->n == 0)
		return;
	html_lit(h, "<section class=\"do\"><h2>");
	html_text(h, cli_tr("Shops that nobody reviewed"));
	html_textf(h, " ");
	html_open(h, "b", (char *)NULL);
	html_int(h, t->n);
	html_lit(h, "</b></h2><table class=\"stack\">");
	if (h->rc == 0)
		h->rc = buf_add(h->out, t->rows.data, t->rows.len, h->e);
	html_lit(h, "</table><p class=\"hint\">");
	html_link(h, NULL, "/shops", cli_tr("all shops"));
	html_lit(h, "</p></section>\n");
}

void
shoppage_today_release(struct shoppage_today *t)
{
	buf_release(&t->rows);
}
