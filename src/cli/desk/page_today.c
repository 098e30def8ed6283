/* cli/desk/page_today.c - the first page: what a manager has to look at today. */
#include "cli/desk/page_acct.h"

#include <string.h>

#include "base/jsonw.h"
#include "cli/cli.h"
#include "cli/desk/daycell.h"
#include "cli/desk/page_facts.h"
#include "cli/desk/shoppage.h"

#include "base/banned.h"

#define ROWS_SHOWN 3
#define CARDS_MAX (4u << 20)

struct today {
	struct page *p;
	struct daygrid grid;
	struct shoppage_today shops;
	struct buf cards;		/* HTML: what to do about accounts … */
	size_t accounts;		/* … so many */
};

/* The first letter of a class, as style.css has it in a grid. */
static char
letter(enum daygrid_cell cell)
{
	return daycell_class(cell)[0];
}

/* Is a row mostly amber?  Then it says so once, and not in each cell. */
static bool
is_amber(const struct daygrid_row *r)
{
	int d, amber = 0, done = 0;

	for (d = 0; d < DAYGRID_DAYS; d++) {
		const enum daygrid_cell cell = (enum daygrid_cell)r->cell[d];

		done += cell == DAYGRID_DONE;
		amber += cell > DAYGRID_FREE && letter(cell) == 'l';
	}
	return amber > done;
}

/* A thousand of them: a short way to page_day, and no letter too many. */
static void
put_cell(struct page *p, const struct daygrid_row *r, int d, char usual)
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
	html_lit(h, "<td");
	if (letter(cell) != usual)
		html_textf(h, " class=%c", letter(cell));
	html_lit(h, ">");
	(void)worktime_day_text(r->last - DAYGRID_DAYS + 1 + d, day);
	html_lit(h, "<a href=d/");
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
		const bool amber = is_amber(&t->grid.row[i]);

		if (amber)
			html_lit(h, "<tr class=l><th scope=row>");
		else
			html_lit(h, "<tr><th scope=row>");
		html_text(h, team_who(&t->p->team, t->grid.row[i].station));
		for (d = 0; d < DAYGRID_DAYS; d++)
			put_cell(t->p, &t->grid.row[i], d, amber ? 'l' : 'd');
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

/* What the first sentence says, in words and for machines. */
struct sums {
	int64_t missed, alarms;		/* stations */
	int64_t kind[FACTS_NKINDS];
	int64_t kinds;			/* that there is anything of */
	int64_t shops;			/* with days that nobody reviewed */
	int64_t accounts;		/* things to be done about them */
};

static void
sum_up(struct sums *s, const struct facts *f, const struct today *t)
{
	const struct daygrid *g = &t->grid;
	size_t i;

	memset(s, 0, sizeof(*s));
	s->shops = (int64_t)t->shops.n;
	s->accounts = (int64_t)t->accounts;
	for (i = 0; i < f->nitems; i++)
		s->kind[f->item[i].kind]++;
	for (i = 0; i < FACTS_NKINDS; i++)
		s->kinds += s->kind[i] > 0;
	for (i = 0; i < g->n; i++) {
		const uint8_t *cell = g->row[i].cell + DAYGRID_DAYS - 2;

		s->missed += cell[0] == DAYGRID_MISSED;
		s->alarms += cell[0] == DAYGRID_ALARM ||
		    cell[1] == DAYGRID_ALARM;
	}
}

/* One sentence before all else. */
static void
put_sentence(struct page *p, const struct sums *s)
{
	const bool calm = s->missed + s->alarms + s->kinds + s->shops +
	    s->accounts == 0;
	char text[CLI_COUNT_LEN];

	html_open(&p->h, "p", "class", calm ? "sentence" : "sentence do",
	    (char *)NULL);
	if (calm)
		html_text(&p->h, cli_tr("Nothing wants to be looked at."));
	if (s->alarms > 0)
		html_textf(&p->h, "%s ", cli_count(s->alarms,
		    "%lld station has records that do not agree.",
		    "%lld stations have records that do not agree.", text));
	if (s->missed > 0)
		html_textf(&p->h, "%s ", cli_count(s->missed,
		    "%lld station sent nothing yesterday.",
		    "%lld stations sent nothing yesterday.", text));
	if (s->shops > 0)
		html_textf(&p->h, "%s ", cli_count(s->shops,
		    "%lld shop has days that nobody reviewed.",
		    "%lld shops have days that nobody reviewed.", text));
	if (s->kinds > 0)
		html_text(&p->h, cli_count(s->kinds,
		    "%lld kind of thing of yesterday to look at.",
		    "%lld kinds of things of yesterday to look at.", text));
	if (s->accounts > 0)
		html_textf(&p->h, " %s", cli_count(s->accounts,
		    "%lld thing of accounts to look at.",
		    "%lld things of accounts to look at.", text));
	html_lit(&p->h, "</p>\n");
}

/* The cards of accounts: the sentence before them counts them. */
static int
make_cards(struct today *t, struct err *e)
{
	struct page *p = t->p;
	const struct html page = p->h;
	int rc;

	html_begin(&p->h, &t->cards, e);
	rc = page_acct_today(p, &t->accounts, e);
	if (rc == 0)
		rc = html_end(&p->h);
	p->h = page;
	return rc;
}

static int
put_page(struct today *t, const struct dayfacts *y, const struct digest_page *d)
{
	char all[PAGE_FACTS_ALL_LEN];
	struct page *p = t->p;
	struct sums s;
	size_t i;

	sum_up(&s, &y->facts, t);
	(void)page_facts_all(y->facts.day, all);
	page_begin(p, cli_tr("Today"));
	put_sentence(p, &s);
	page_facts_early(p, y);
	html_constant(&p->h, buf_str(&t->cards));
	for (i = 0; i < d->n; i++)
		if (d->section[i].urgent)
			page_facts_section(p, &d->section[i],
			    ROWS_SHOWN, all);
	shoppage_today_put(&t->shops, p);
	put_grid(t);
	for (i = 0; i < d->n; i++)
		if (!d->section[i].urgent)
			page_facts_section(p, &d->section[i],
			    ROWS_SHOWN, all);
	page_finish(p);
	return 0;
}

static int
with_facts(struct today *t, const struct dayfacts *y, struct err *e)
{
	struct digest_page d;
	int rc = digest_page_make(&d, &y->facts, t->p->b->control.org, y->zone,
	    y->time, e);

	if (rc == 0)
		rc = put_page(t, y, &d);
	digest_page_release(&d);
	return rc;
}

/* --- The same for machines: docs/REPORTS.md "Today". */

static void
put_station(struct jsonw *w, const struct today *t,
	const struct daygrid_row *r)
{
	char day[WORKTIME_DAY_LEN];
	int d;

	jsonw_object(w);
	jsonw_kstr(w, "station", r->station);
	jsonw_kstr(w, "person", team_who(&t->p->team, r->station));
	jsonw_kstr(w, "last", worktime_day_text(r->last, day));
	jsonw_key(w, "days");
	jsonw_array(w);
	for (d = 0; d < DAYGRID_DAYS; d++)
		jsonw_str(w, daygrid_name((enum daygrid_cell)r->cell[d]));
	jsonw_array_end(w);
	jsonw_object_end(w);
}

static int
with_json(struct today *t, const struct dayfacts *y, struct err *e)
{
	const struct facts *f = &y->facts;
	char day[WORKTIME_DAY_LEN];
	struct sums s;
	struct jsonw w;
	size_t i;

	sum_up(&s, f, t);
	jsonw_init(&w, t->p->out, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "today");
	jsonw_kint(&w, "now", t->p->now);
	if (t->p->synced == DESKHOME_NEVER)
		jsonw_knull(&w, "synced");
	else
		jsonw_kint(&w, "synced", t->p->synced);
	jsonw_kstr(&w, "day", worktime_day_text(f->day, day));
	jsonw_kint(&w, "missed", s.missed);
	jsonw_kint(&w, "alarms", s.alarms);
	jsonw_kint(&w, "shops", s.shops);
	jsonw_kint(&w, "accounts", s.accounts);
	jsonw_kint(&w, "kinds", s.kinds);
	jsonw_key(&w, "items");
	jsonw_object(&w);
	for (i = 0; i < FACTS_NKINDS; i++)
		jsonw_kint(&w, facts_kind_name((enum facts_kind)i),
		    s.kind[i]);
	jsonw_object_end(&w);
	jsonw_key(&w, "stations");
	jsonw_array(&w);
	for (i = 0; i < t->grid.n; i++)
		put_station(&w, t, &t->grid.row[i]);
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	t->p->a->type = WIRE_JSON;
	return jsonw_end(&w) < 0 ? -1 : buf_addc(t->p->out, '\n', e);
}

static int
with_all(struct page *p, int (*fn)(struct today *t, const struct dayfacts *y,
	struct err *e), struct err *e)
{
	const struct team *team = &p->team;
	struct dayfacts y = {.time = NULL};
	struct today t = {.p = p, .cards = BUF_INIT(CARDS_MAX)};
	int rc = -1;

	if (page_people(p, e) == 0 && daygrid_make(&t.grid, p->b->catalogue,
	    &p->b->control.stations, buf_str(&team->policy), team->station,
	    team->nactive, p->now, 0, e) == 0 &&
	    shoppage_today(&t.shops, p, e) == 0 && make_cards(&t, e) == 0 &&
	    dayfacts_make(&y, p->b, team, p->now, DAYFACTS_YESTERDAY, e) == 0)
		rc = fn(&t, &y, e);
	dayfacts_release(&y);
	daygrid_release(&t.grid);
	shoppage_today_release(&t.shops);
	buf_release(&t.cards);
	return rc;
}

static int
make(struct page *p, struct err *e)
{
	return with_all(p, with_facts, e);
}

static int
make_json(struct page *p, struct err *e)
{
	return with_all(p, with_json, e);
}

const struct page_kind page_today = {
	.path = "/", .title = "Today", .action = "open", .view = "today",
	.make = make
};

const struct page_kind page_today_json = {
	.path = "/today.json", .action = "open", .view = "today",
	.make = make_json
};
