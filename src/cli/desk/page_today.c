/* cli/desk/page_today.c - the first page: what a manager has to look at today. */
#include "cli/desk/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/desk/digest_page.h"
#include "config/teamini.h"
#include "desk/audit.h"
#include "desk/finding.h"
#include "desk/query.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define DAYS 30
#define ROWS_SHOWN 5
#define ZONE_LEN 128

/* What became of a day. */
enum cell { NOTHING, FREE, MISSED, LATE, DONE, ALARM, CELLS };
static const struct { const char *class, *sign, *text; } cells[CELLS] = {
	[NOTHING] = {"none", "", "nothing is expected"},
	[FREE] = {"free", "·", "no working day"},
	[MISSED] = {"missed", "✗", "nothing came"},
	[LATE] = {"late", "晚", "came later"},
	[DONE] = {"done", "✓", "came"},
	[ALARM] = {"alarm", "！", "does not agree"},
};

struct row {
	const char *station;
	struct worktime *time;
	int64_t today;
	uint8_t cell[DAYS];		/* the last is today */
};

struct today {
	struct page *p;
	struct row *row;
	size_t n;
};

static struct row *
find_row(const struct today *t, const char *station)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->row[i].station, station) == 0)
			return &t->row[i];
	return NULL;
}

/* The day that a run was made, and whether it was received on that day. */
static int
on_run(void *arg, const struct query_run *r, struct err *e)
{
	const struct query_part *first = &r->first;
	struct row *row = find_row(arg, first->station);
	int64_t got, day, ago;
	enum cell cell;

	(void)e;
	if (!row || first->started == QUERY_NONE)
		return 0;
	day = worktime_day(row->time, first->started * 1000);
	ago = row->today - day;
	if (ago < 0 || ago >= DAYS)
		return 0;
	got = first->receipt_utc != QUERY_NONE ? first->receipt_utc :
	    first->first_seen;
	cell = got != QUERY_NONE &&
	    worktime_day(row->time, got * 1000) > day + 1 ? LATE : DONE;
	if (first->worst >= (int)FINDING_INTEGRITY)
		cell = ALARM;
	if (cell > row->cell[DAYS - 1 - ago] || row->cell[DAYS - 1 - ago] ==
	    LATE)
		row->cell[DAYS - 1 - ago] = (uint8_t)cell;
	return 0;
}

/* The first day on which STATION could sign; INT64_MIN where that is not said. */
static int64_t
first_day(const struct today *t, const struct row *r)
{
	const struct signers *all = &t->p->b->control.stations;
	int64_t after = INT64_MAX;
	size_t i;

	for (i = 0; i < all->n; i++)
		if (strcmp(all->v[i].name, r->station) == 0 &&
		    all->v[i].valid_after < after)
			after = all->v[i].valid_after;
	return after == INT64_MIN || after == INT64_MAX ? INT64_MIN :
	    worktime_day(r->time, after * 1000);
}

static int
make_rows(struct today *t, struct err *e)
{
	const struct team *team = &t->p->team;
	int64_t first;
	size_t i;
	int d;

	t->row = calloc(team->nactive + 1, sizeof(*t->row));
	if (!t->row)
		return err_nomem(e);
	for (i = 0; i < team->nactive; i++) {
		struct row *r = &t->row[t->n++];

		r->station = team->station[i];
		r->time = worktime_new(buf_str(&team->policy), r->station, e);
		if (!r->time)
			return -1;
		r->today = worktime_day(r->time, t->p->now * 1000);
		first = first_day(t, r);
		for (d = 0; d < DAYS - 1; d++)
			if (r->today - DAYS + 1 + d >= first)
				r->cell[d] = worktime_works(r->time,
				    r->today - DAYS + 1 + d) ? MISSED : FREE;
	}
	return query_log(t->p->b->catalogue, NULL, t->p->now -
	    (int64_t)(DAYS + 1) * 86400, INT64_MAX, on_run, t, e);
}

static void
put_cell(struct html *h, const struct row *r, int d)
{
	char day[WORKTIME_DAY_LEN];

	(void)worktime_day_text(r->today - DAYS + 1 + d, day);
	html_open(h, "td", "class", cells[r->cell[d]].class, (char *)NULL);
	html_lit(h, "<abbr title=\"");
	html_textf(h, "%s: %s", day, cli_tr(cells[r->cell[d]].text));
	html_lit(h, "\">");
	html_text(h, cells[r->cell[d]].sign);
	html_lit(h, "</abbr></td>");
}

/* Days of the month above the columns, by the first row's today. */
static void
put_dates(struct today *t)
{
	struct html *h = &t->p->h;
	char day[WORKTIME_DAY_LEN];
	int d;

	if (t->n == 0)
		return;
	html_lit(h, "<tr><td></td>");
	for (d = 0; d < DAYS; d++) {
		(void)worktime_day_text(t->row[0].today - DAYS + 1 + d, day);
		html_open(h, "th", "scope", "col", "title", day,
		    (char *)NULL);
		html_text(h, day + strlen("2026-11-"));
		html_lit(h, "</th>");
	}
	html_lit(h, "</tr>\n");
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
	for (i = 0; i < t->n; i++) {
		html_lit(h, "<tr><th scope=\"row\">");
		html_text(h, team_who(&t->p->team, t->row[i].station));
		html_lit(h, "</th>");
		for (d = 0; d < DAYS; d++)
			put_cell(h, &t->row[i], d);
		html_lit(h, "</tr>\n");
	}
	html_lit(h, "</table></div><p class=\"legend\">");
	for (d = FREE; d < CELLS; d++) {
		html_open(h, "span", "class", cells[d].class, (char *)NULL);
		html_text(h, cells[d].sign);
		html_lit(h, "</span> ");
		html_text(h, cli_tr(cells[d].text));
		html_lit(h, " &nbsp; ");
	}
	html_lit(h, "</p></section>\n");
}

/* --- What is to be done: the urgent sections of the day before. */

static void
put_section(struct html *h, const struct digest_section *s)
{
	size_t i, c;

	if (s->n == 0)
		return;
	html_open(h, "section", "class", s->urgent ? "do" : NULL,
	    (char *)NULL);
	html_lit(h, "<h2>");
	html_text(h, s->title);
	html_lit(h, " <b>");
	html_int(h, (int64_t)s->count);
	html_lit(h, "</b></h2><div class=\"wide\"><table>");
	if (s->head[0]) {
		html_lit(h, "<tr>");
		for (c = 0; c < s->cells; c++) {
			html_open(h, "th", "scope", "col", "class",
			    s->right[c] ? "r" : NULL, (char *)NULL);
			html_text(h, s->head[c]);
			html_lit(h, "</th>");
		}
		html_lit(h, "</tr>\n");
	}
	for (i = 0; i < s->n && i < ROWS_SHOWN; i++) {
		html_lit(h, "<tr>");
		for (c = 0; c < s->cells; c++)
			html_element(h, "td", s->right[c] ? "r" : NULL,
			    s->row[i].cell[c]);
		html_lit(h, "</tr>\n");
	}
	html_lit(h, "</table></div></section>\n");
}

/* One sentence before all else. */
static void
put_sentence(struct page *p, const struct digest_page *d, const struct today *t)
{
	char text[CLI_COUNT_LEN];
	int64_t missed = 0, alarms = 0;
	size_t i, todo = 0;

	for (i = 0; i < d->n; i++)
		todo += d->section[i].urgent && d->section[i].n > 0;
	for (i = 0; i < t->n; i++) {
		missed += t->row[i].cell[DAYS - 2] == MISSED;
		alarms += t->row[i].cell[DAYS - 1] == ALARM ||
		    t->row[i].cell[DAYS - 2] == ALARM;
	}
	html_open(&p->h, "p", "class", todo + (size_t)(missed + alarms) > 0 ?
	    "sentence do" : "sentence", (char *)NULL);
	if (todo == 0 && missed + alarms == 0)
		html_text(&p->h, cli_tr("Nothing wants to be looked at."));
	if (alarms > 0)
		html_textf(&p->h, "%s ", cli_count(alarms,
		    "%lld station has records that do not agree.",
		    "%lld stations have records that do not agree.", text));
	if (missed > 0)
		html_textf(&p->h, "%s ", cli_count(missed,
		    "%lld station sent nothing yesterday.",
		    "%lld stations sent nothing yesterday.", text));
	if (todo > 0)
		html_text(&p->h, cli_count((int64_t)todo,
		    "%lld kind of thing of yesterday to look at.",
		    "%lld kinds of things of yesterday to look at.", text));
	html_lit(&p->h, "</p>\n");
}

static int
put_page(struct today *t, const struct digest_page *d)
{
	struct page *p = t->p;
	size_t i;

	page_begin(p, cli_tr("Today"));
	put_sentence(p, d, t);
	for (i = 0; i < d->n; i++)
		if (d->section[i].urgent)
			put_section(&p->h, &d->section[i]);
	put_grid(t);
	for (i = 0; i < d->n; i++)
		if (!d->section[i].urgent)
			put_section(&p->h, &d->section[i]);
	page_finish(p);
	return 0;
}

static int
with_facts(struct today *t, struct messages *m, struct err *e)
{
	const struct team *team = &t->p->team;
	struct facts_ask ask = {.policy = buf_str(&team->policy),
	    .roster = &team->people, .station = team->station,
	    .nstations = team->n, .nactive = team->nactive,
	    .now = t->p->now * 1000};
	struct worktime *time = worktime_new(ask.policy, "", e);
	struct digest_page d;
	struct facts facts = {0};
	char zone[ZONE_LEN];
	int rc = -1;

	if (!time)
		return -1;
	ask.day = worktime_day(time, ask.now) - 1;
	if (!teamini_get(ask.policy, "", "zone", zone, sizeof(zone)))
		clock_zone(zone, sizeof(zone));
	if (facts_make(&facts, m, t->p->b->catalogue, &ask, e) == 0) {
		rc = digest_page_make(&d, &facts, t->p->b->control.org, zone,
		    time, e);
		if (rc == 0)
			rc = put_page(t, &d);
		digest_page_release(&d);
	}
	facts_release(&facts);
	worktime_free(time);
	return rc;
}

static int
make(struct page *p, struct err *e)
{
	struct today t = {.p = p};
	struct messages *m = NULL;
	int rc = -1;
	size_t i;

	if (page_people(p, e) == 0 && make_rows(&t, e) == 0)
		m = messages_open(p->b->catalogue, false, e);
	if (m)
		rc = with_facts(&t, m, e);
	messages_close(m);
	for (i = 0; i < t.n; i++)
		worktime_free(t.row[i].time);
	free(t.row);
	return rc;
}

const struct page_kind page_today = {
	.path = "/", .title = "Today", .action = "open", .view = "today", .make = make
};
