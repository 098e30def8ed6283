/* cli/desk/page_shops.c - all shops: how each stands, what nobody reviewed. */
#include "cli/desk/shoppage.h"

#include "cli/cli.h"

#include "base/banned.h"

#define DAYS 14
#define TEXT_LEN 65536u

struct shops {
	struct shoppage g;
	struct buf cards;		/* HTML of all of them */
	int64_t n, changed, open, unseen;
};

static int
put_card(struct shops *a, const struct shoprow *r, const struct shopday *s,
	struct err *e)
{
	struct html *h = &a->g.p->h;
	struct buf text = BUF_INIT(TEXT_LEN);
	char n[CLI_COUNT_LEN];
	int rc = shoprow_changes(r, &text, e);

	html_open(h, "section", "class", r->open.n > 0 || r->bad > 0 || r->old ?
	    "shop do" : "shop", (char *)NULL);
	html_lit(h, "<h2>");
	shoppage_link(h, r->shop, SHOPDAY_NONE, r->shop);
	html_lit(h, "</h2><p>");
	shoppage_state(h, r->worst, shoprow_state(r, n));
	html_open(h, "small", "class", r->old ? "missed" : NULL,
	    (char *)NULL);
	html_textf(h, " · %s ", cli_tr("last seen"));
	html_text(h, shoprow_seen(r, n));
	html_lit(h, "</small></p><p>");
	html_open(h, "span", "class", r->changes > 0 ? "change" : NULL,
	    (char *)NULL);
	html_text(h, buf_str(&text));
	html_lit(h, "</span>");
	if (r->ignored > 0)
		html_textf(h, " (%s)", cli_count(r->ignored,
		    "%lld is not told", "%lld are not told", n));
	html_lit(h, "</p>\n");
	buf_release(&text);
	if (rc == 0)
		rc = shoppage_days(&a->g, s, r->shop, a->g.k.today, DAYS,
		    SHOPDAY_NONE, e);
	shoppage_open_days(h, r);
	shoppage_who(&a->g, r);
	html_lit(h, "</section>\n");
	return rc;
}

static int
on_shop(void *arg, const char *shop, struct err *e)
{
	struct shops *a = arg;
	struct shopday *s = shopdesk_load(&a->g.k, shop, e);
	struct shoprow r;
	int rc = s ? shoprow_fill(&r, &a->g.k, s, shop, SHOPDAY_NONE, e) : -1;

	if (rc == 0) {
		a->n++;
		a->changed += r.changes > 0;
		a->open += r.open.n > 0;
		a->unseen += r.bad > 0 || r.missed > 0 || r.old;
		rc = put_card(a, &r, s, e);
	}
	shopday_free(s);
	return rc;
}

static void
put_sentence(struct shops *a)
{
	struct html *h = &a->g.p->h;
	char n[CLI_COUNT_LEN];

	html_open(h, "p", "class", a->open + a->unseen > 0 ? "sentence do" :
	    "sentence", (char *)NULL);
	if (a->n == 0)
		html_text(h, cli_tr("no station has captured a shop yet"));
	else
		html_textf(h, cli_tr("%lld of %s changed."),
		    (long long)a->changed, cli_count(a->n, "%lld shop",
		    "%lld shops", n));
	if (a->open > 0)
		html_textf(h, " %s", cli_count(a->open, "%lld shop has days "
		    "that nobody reviewed.", "%lld shops have days that nobody "
		    "reviewed.", n));
	if (a->unseen > 0)
		html_textf(h, " %s", cli_count(a->unseen, "%lld shop could not "
		    "be seen as it should.", "%lld shops could not be seen as "
		    "they should.", n));
	html_lit(h, "</p>\n");
}

static int
put_all(struct shops *a, struct err *e)
{
	struct page *p = a->g.p;
	struct buf *page = p->h.out;
	int rc;

	p->h.out = &a->cards;
	rc = shopdesk_names(p->b->catalogue, on_shop, a, e);
	p->h.out = page;
	page_begin(p, cli_tr("Shops"));
	put_sentence(a);
	html_lit(&p->h, "<div class=\"shops\">\n");
	if (p->h.rc == 0)
		p->h.rc = buf_add(page, a->cards.data, a->cards.len, e);
	html_lit(&p->h, "</div>\n");
	if (a->n > 0)
		shoppage_legend(&p->h);
	page_finish(p);
	return rc;
}

static int
make(struct page *p, struct err *e)
{
	struct shops a = {.cards = BUF_INIT(WIRE_BODY_MAX)};
	int rc = shoppage_open(&a.g, p, e);

	if (rc == 0)
		rc = put_all(&a, e);
	shoppage_close(&a.g);
	buf_release(&a.cards);
	return rc;
}

const struct page_kind page_shops = {
	.path = "/shops", .title = "Shops", .action = "open", .view = "shops",
	.make = make
};
