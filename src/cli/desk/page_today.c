/* cli/desk/page_today.c - the first page: what a manager has to look at today. */
#include "cli/desk/page_acct.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/desk/daycell.h"
#include "cli/desk/page_facts.h"
#include "cli/desk/shoppage.h"
#include "desk/query.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define ROWS_SHOWN 5
#define CARDS_MAX (4u << 20)

struct today {
	struct page *p;
	struct daygrid grid;
	struct shoppage_today shops;
	size_t accounts;		/* things to be done about them */
};

/* A thousand of them: a short way to page_day, and no word too many. */
static void
put_cell(struct page *p, const struct daygrid_row *r, int d)
{
	const enum daygrid_cell cell = (enum daygrid_cell)r->cell[d];
	const char *sign = daycell_sign(cell, p->ask->zh);
	struct html *h = &p->h;
	char day[WORKTIME_DAY_LEN];

	if (cell <= DAYGRID_FREE) {
		html_lit(h, "<td>");
		html_text(h, sign);
		return;
	}
	if (cell == DAYGRID_DONE)
		html_lit(h, "<td>");
	else
		html_open(h, "td", "class", daycell_class(cell), "title",
		    cli_tr(daycell_text(cell)), (char *)NULL);
	(void)worktime_day_text(r->last - DAYGRID_DAYS + 1 + d, day);
	html_lit(h, "<a href=/d/");
	html_textf(h, "%.2s%.2s/%s", day + 5, day + 8, r->station);
	html_lit(h, ">");
	html_text(h, sign);
	html_lit(h, "</a>");
}

/* Days of the month above the columns, by the first row's today. */
static void
put_dates(struct today *t)
{
	struct html *h = &t->p->h;
	char day[WORKTIME_DAY_LEN];
	int d;

	if (t->grid.n == 0)
		return;
	html_lit(h, "<tr><td>");
	for (d = 0; d < DAYGRID_DAYS; d++) {
		(void)worktime_day_text(t->grid.row[0].last - DAYGRID_DAYS +
		    1 + d, day);
		html_open(h, "th", "scope", "col", "title", day,
		    (char *)NULL);
		html_text(h, day + strlen("2026-11-"));
	}
	html_lit(h, "\n");
}

static void
put_grid(struct today *t)
{
	struct html *h = &t->p->h;
	size_t i;
	int d;

	html_lit(h, "<section><h2>");
	html_text(h, cli_tr("The last 30 days"));
	html_lit(h, "</h2><div class=\"wide end\"><table class=\"grid\">");
	put_dates(t);
	for (i = 0; i < t->grid.n; i++) {
		html_lit(h, "<tr><th scope=row>");
		html_text(h, team_who(&t->p->team, t->grid.row[i].station));
		for (d = 0; d < DAYGRID_DAYS; d++)
			put_cell(t->p, &t->grid.row[i], d);
		html_lit(h, "\n");
	}
	html_lit(h, "</table></div><p class=\"legend\">");
	for (d = DAYGRID_FREE; d < DAYGRID_CELLS; d++) {
		html_open(h, "span", "class",
		    daycell_class((enum daygrid_cell)d), (char *)NULL);
		html_text(h, daycell_sign((enum daygrid_cell)d,
		    t->p->ask->zh));
		html_lit(h, "</span> ");
		html_text(h, cli_tr(daycell_text((enum daygrid_cell)d)));
		html_lit(h, " &nbsp; ");
	}
	html_lit(h, "</p></section>\n");
}

/* --- What is to be done: the urgent sections of the day before. */

/* One sentence before all else. */
static void
put_sentence(struct page *p, const struct digest_page *d, const struct today *t)
{
	char text[CLI_COUNT_LEN];
	int64_t missed = 0, alarms = 0;
	size_t i, todo = 0;

	for (i = 0; i < d->n; i++)
		todo += d->section[i].urgent && d->section[i].n > 0;
	for (i = 0; i < t->grid.n; i++) {
		const uint8_t *cell = t->grid.row[i].cell + DAYGRID_DAYS - 2;

		missed += cell[0] == DAYGRID_MISSED;
		alarms += cell[0] == DAYGRID_ALARM || cell[1] == DAYGRID_ALARM;
	}
	html_open(&p->h, "p", "class", todo + t->accounts + (size_t)(missed +
	    alarms + t->shops.n) > 0 ? "sentence do" : "sentence",
	    (char *)NULL);
	if (todo + t->accounts == 0 && missed + alarms + t->shops.n == 0)
		html_text(&p->h, cli_tr("Nothing wants to be looked at."));
	if (alarms > 0)
		html_textf(&p->h, "%s ", cli_count(alarms,
		    "%lld station has records that do not agree.",
		    "%lld stations have records that do not agree.", text));
	if (missed > 0)
		html_textf(&p->h, "%s ", cli_count(missed,
		    "%lld station sent nothing yesterday.",
		    "%lld stations sent nothing yesterday.", text));
	if (t->shops.n > 0)
		html_textf(&p->h, "%s ", cli_count(t->shops.n,
		    "%lld shop has days that nobody reviewed.",
		    "%lld shops have days that nobody reviewed.", text));
	if (todo > 0)
		html_text(&p->h, cli_count((int64_t)todo,
		    "%lld kind of thing of yesterday to look at.",
		    "%lld kinds of things of yesterday to look at.", text));
	if (t->accounts > 0)
		html_textf(&p->h, " %s", cli_count((int64_t)t->accounts,
		    "%lld thing of accounts to look at.",
		    "%lld things of accounts to look at.", text));
	html_lit(&p->h, "</p>\n");
}

/* The cards of accounts into OUT: the sentence before them counts them. */
static int
make_cards(struct today *t, struct buf *out, struct err *e)
{
	struct page *p = t->p;
	const struct html page = p->h;
	int rc;

	html_begin(&p->h, out, e);
	rc = page_acct_today(p, &t->accounts, e);
	if (rc == 0)
		rc = html_end(&p->h);
	p->h = page;
	return rc;
}

static int
put_page(struct today *t, const struct digest_page *d, struct err *e)
{
	struct buf cards = BUF_INIT(CARDS_MAX);
	struct page *p = t->p;
	size_t i;

	if (make_cards(t, &cards, e) < 0) {
		buf_release(&cards);
		return -1;
	}
	page_begin(p, cli_tr("Today"));
	put_sentence(p, d, t);
	html_constant(&p->h, buf_str(&cards));
	buf_release(&cards);
	for (i = 0; i < d->n; i++)
		if (d->section[i].urgent)
			page_facts_section(p, &d->section[i],
			    ROWS_SHOWN);
	shoppage_today_put(&t->shops, p);
	put_grid(t);
	for (i = 0; i < d->n; i++)
		if (!d->section[i].urgent)
			page_facts_section(p, &d->section[i],
			    ROWS_SHOWN);
	page_finish(p);
	return 0;
}

static int
make(struct page *p, struct err *e)
{
	struct today t = {.p = p};
	const struct team *team = &p->team;
	struct page_facts k;
	int rc = -1;

	if (page_facts_open(&k, p, NULL, e) == 0 && daygrid_make(&t.grid,
	    p->b->catalogue, &p->b->control.stations, buf_str(&team->policy),
	    team->station, team->nactive, p->now, 0, e) == 0 &&
	    shoppage_today(&t.shops, p, e) == 0 &&
	    page_facts_day(&k, k.today - 1, false, e) == 0 &&
	    page_facts_digest(&k, e) == 0)
		rc = put_page(&t, &k.digest, e);
	page_facts_close(&k);
	daygrid_release(&t.grid);
	shoppage_today_release(&t.shops);
	return rc;
}

const struct page_kind page_today = {
	.path = "/", .title = "Today", .action = "open", .view = "today", .make = make
};
