/*
 * cli/desk/page_boss.c - one sheet of paper for whoever owns it all: is it kept,
 * what hangs on one person, what did nobody look at, and who reads.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/desk/daycell.h"
#include "cli/desk/page_acct.h"
#include "cli/desk/page_facts.h"
#include "cli/desk/page_reads.h"
#include "cli/desk/shopdesk.h"

#include "base/banned.h"

#define ROWS 8			/* of each table: it is one sheet */

struct boss {
	struct page *p;
	/* while shops are walked */
	int64_t today, shops, shown, days;
};

static void
begin_section(struct html *h, const char *title)
{
	html_lit(h, "<section>");
	html_element(h, "h2", NULL, cli_tr(title));
}

/* --- Is it kept? */

struct kept {
	const char *who;
	int64_t want, came, late, alarms;
};

static int
by_missing(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;
	const int64_t i = x->want - x->came, j = y->want - y->came;

	if (x->alarms != y->alarms)
		return x->alarms > y->alarms ? -1 : 1;
	if (i != j)
		return i > j ? -1 : 1;
	return strcmp(x->who, y->who);
}

static void
count_row(struct kept *k, const struct daygrid_row *r)
{
	int d;

	for (d = 0; d < DAYGRID_DAYS; d++) {
		const enum daygrid_cell c = (enum daygrid_cell)r->cell[d];

		k->want += c >= DAYGRID_MISSED;
		k->came += c > DAYGRID_MISSED;
		k->late += c == DAYGRID_LATE;
		k->alarms += c == DAYGRID_ALARM;
	}
}

static void
put_kept(struct page *p, const struct kept *v, size_t n)
{
	static const char *const heads[] = {"who", PAGE_R "days",
	    PAGE_R "came", PAGE_R "came late", PAGE_R "does not agree", NULL};
	struct kept all = {.who = cli_tr("all")};
	struct html *h = &p->h;
	size_t i, shown = 0;

	for (i = 0; i < n; i++) {
		all.want += v[i].want;
		all.came += v[i].came;
		all.late += v[i].late;
		all.alarms += v[i].alarms;
	}
	begin_section(h, "Is it kept? The last 30 days");
	html_lit(h, "<p class=\"sentence\">");
	html_textf(h, cli_tr("%lld of %lld days of work came (%lld %%), "
	    "%lld of them late; %lld do not agree."), (long long)all.came,
	    (long long)all.want, (long long)(all.want > 0 ? all.came * 100 /
	    all.want : 100), (long long)all.late, (long long)all.alarms);
	html_lit(h, "</p>");
	for (i = 0; i < n && i < ROWS; i++) {
		if (v[i].came == v[i].want && v[i].alarms == 0)
			continue;
		if (shown++ == 0)
			page_table(p, heads);
		html_lit(h, "<tr>");
		page_cell(p, v[i].who);
		page_number(p, v[i].want);
		page_number(p, v[i].came);
		page_number(p, v[i].late);
		page_number(p, v[i].alarms);
		html_lit(h, "</tr>\n");
	}
	if (shown > 0)
		page_table_end(p);
	html_lit(h, "</section>\n");
}

static int
put_coverage(struct boss *b, struct err *e)
{
	const struct team *t = &b->p->team;
	struct kept *v = calloc(t->nactive + 1, sizeof(*v));
	struct daygrid g = {NULL, 0};
	int rc = -1;
	size_t i;

	if (!v)
		return err_nomem(e);
	if (daygrid_make(&g, b->p->b->catalogue, &b->p->b->control.stations,
	    buf_str(&t->policy), t->station, t->nactive, b->p->now, 0,
	    e) == 0) {
		for (i = 0; i < g.n; i++) {
			v[i].who = team_who(t, g.row[i].station);
			count_row(&v[i], &g.row[i]);
		}
		qsort(v, g.n, sizeof(*v), by_missing);
		put_kept(b->p, v, g.n);
		rc = 0;
	}
	daygrid_release(&g);
	free(v);
	return rc;
}

/* --- What hangs on one person? */

static void
put_risk(struct page *p, const struct risk *r)
{
	static const char *const heads[] = {"person", PAGE_R "lost with him",
	    PAGE_R "still open to him", "", NULL};
	struct html *h = &p->h;
	size_t i, n;

	begin_section(h, "What would be lost if somebody left?");
	html_lit(h, "<p class=\"sentence\">");
	html_textf(h, cli_tr("%zu accounts: %zu lost as they stand, %zu hang "
	    "on one person, %zu on two, %zu on more\n"), r->open,
	    r->count[RISK_LOST], r->count[RISK_ONE], r->count[RISK_TWO],
	    r->count[RISK_MORE]);
	html_lit(h, "</p>");
	for (i = n = 0; i < r->npersons && n < ROWS; i++) {
		const struct risk_person *v = &r->person[i];

		if (v->lost == 0 && !(v->p->left && v->reach > 0))
			continue;
		if (n++ == 0)
			page_table(p, heads);
		html_lit(h, "<tr>");
		page_cell(p, v->p->name);
		page_number(p, (int64_t)v->lost);
		page_number(p, (int64_t)v->reach);
		html_element(h, "td", "lost", v->p->left ?
		    cli_tr("has left") : "");
		html_lit(h, "</tr>\n");
	}
	if (n > 0)
		page_table_end(p);
	html_lit(h, "</section>\n");
}

static int
put_lost(struct boss *b, struct err *e)
{
	struct page_acct k;
	int rc = page_acct_open(&k, b->p, e);

	if (rc == 0)
		rc = page_acct_weigh(&k, e);
	if (rc == 0)
		put_risk(b->p, &k.risk);
	page_acct_close(&k);
	return rc;
}

/* --- What did nobody look at? */

static int
on_shop(void *arg, const char *shop, struct err *e)
{
	static const char *const heads[] = {"shop", PAGE_R "days", "from",
	    "to", NULL};
	struct boss *b = arg;
	struct shopday *s = shopdesk_of(b->p->b->catalogue, shop, b->p->unsent,
	    b->p->reader, e);
	char first[WORKTIME_DAY_LEN], last[WORKTIME_DAY_LEN];
	struct html *h = &b->p->h;
	struct shopday_open o;
	int rc = s ? shopday_open(s, b->today, &o, e) : -1;

	b->shops++;
	if (rc == 0 && o.n > 0) {
		b->days += o.n;
		if (b->shown == 0)
			page_table(b->p, heads);
		if (b->shown++ < ROWS) {
			html_lit(h, "<tr>");
			page_cell(b->p, shop);
			page_number(b->p, o.n);
			page_cell(b->p, worktime_day_text(o.first, first));
			page_cell(b->p, worktime_day_text(o.last, last));
			html_lit(h, "</tr>\n");
		}
	}
	shopday_free(s);
	return rc;
}

static int
put_shops(struct boss *b, struct err *e)
{
	struct html *h = &b->p->h;

	b->today = shopdesk_today();
	begin_section(h, "Shops: days that nobody has looked at");
	if (shopdesk_names(b->p->b->catalogue, on_shop, b, e) < 0)
		return -1;
	if (b->shown > 0)
		page_table_end(b->p);
	html_lit(h, "<p>");
	html_textf(h, cli_tr("%lld shops, %lld days to be reviewed"),
	    (long long)b->shops, (long long)b->days);
	html_lit(h, "</p></section>\n");
	return 0;
}

/* --- What waits? */

static void
put_work(struct page *p, const struct facts *f)
{
	const struct facts_inquiries *q = &f->inquiries;
	int64_t unanswered = 0;
	struct html *h = &p->h;
	size_t i;

	for (i = 0; i < f->nitems; i++)
		unanswered += f->item[i].kind == FACTS_UNANSWERED;
	begin_section(h, "Customers");
	html_lit(h, "<p>");
	html_textf(h, cli_tr("%lld conversations wait for an answer for too "
	    "long."), (long long)unanswered);
	html_lit(h, "</p><p>");
	html_textf(h, cli_tr("%zu inquiries on the day; %zu in two weeks: %zu "
	    "read, %zu answered, %zu wait too long"), q->created.n, q->all.n,
	    q->read.n, q->replied.n, q->open.n);
	html_lit(h, "</p><p>");
	html_textf(h, cli_tr("%zu of them quoted, %zu ordered; %zu orders on "
	    "the day"), q->quoted.n, q->ordered.n, q->orders.n);
	html_lit(h, "</p></section>\n");
}

static int
put_customers(struct boss *b, struct err *e)
{
	struct dayfacts y;
	int rc = dayfacts_make(&y, b->p->b, &b->p->team, b->p->now,
	    DAYFACTS_YESTERDAY, e);

	if (rc == 0) {
		page_facts_early(b->p, &y);
		put_work(b->p, &y.facts);
	}
	dayfacts_release(&y);
	return rc;
}

/* --- Who reads? */

static int
put_readers(struct boss *b, struct err *e)
{
	struct page_reads r;
	int rc = page_reads_load(&r, b->p, NULL, NULL, e);

	if (rc == 0) {
		page_reads_problems(b->p, &r);
		page_reads_table(b->p, &r);
	}
	page_reads_release(&r);
	return rc;
}

static int
make(struct page *p, struct err *e)
{
	struct boss b = {.p = p};
	char day[WORKTIME_DAY_LEN];

	if (page_people(p, e) < 0)
		return -1;
	page_begin(p, cli_tr("For the boss"));
	html_lit(&p->h, "<p class=\"whose\"><bdi>");
	html_text(&p->h, p->b->control.org);
	html_lit(&p->h, "</bdi> · ");
	html_text(&p->h, worktime_day_text(p->now / 86400, day));
	html_lit(&p->h, "</p><div class=\"sheet\">\n");
	if (put_coverage(&b, e) < 0 || put_lost(&b, e) < 0 ||
	    put_shops(&b, e) < 0 || put_customers(&b, e) < 0 ||
	    put_readers(&b, e) < 0)
		return -1;
	html_lit(&p->h, "</div>\n");
	page_finish(p);
	return 0;
}

const struct page_kind page_boss = {
	.path = "/boss", .title = "For the boss", .action = "open",
	.view = "sheet for the boss", .make = make
};
