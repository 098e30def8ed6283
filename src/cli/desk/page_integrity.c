/*
 * cli/desk/page_integrity.c - is it whole? Who is silent, what does not agree, and
 * who may sign and read.
 */
#include "cli/desk/pages.h"

#include <string.h>

#include "cli/cli.h"
#include "desk/audit.h"
#include "desk/expect.h"
#include "desk/finding.h"
#include "desk/query.h"

#include "base/banned.h"

#define DAY 86400
#define ALARMS_SHOWN 30
#define ALARM_DAYS 30

struct integrity {
	struct page *p;
	int64_t silent, stations, doubles;
	int64_t alarms, skipped;	/* all; passed over, as older */
};

/* What is to be said of a station in a word; NULL: nothing. */
static const char *
word(const struct audit_station *s)
{
	if (s->keys == 0)
		return s->suspended ? "suspended" : "ended";
	if (s->keys > 1)
		return "TWO KEYS";
	if (s->silent)
		return "SILENT";
	return s->integrity > 0 ? "INTEGRITY" : NULL;
}

static int
on_station(void *arg, const struct audit_station *s, struct err *e)
{
	struct integrity *k = arg;
	struct html *h = &k->p->h;
	const char *what = word(s);

	(void)e;
	k->stations++;
	k->silent += s->silent;
	k->doubles += s->keys > 1;
	html_lit(h, "<tr><th scope=\"row\">");
	html_text(h, s->station);
	html_lit(h, "</th><td><bdi>");
	html_text(h, team_who(&k->p->team, s->station));
	html_lit(h, "</bdi></td>");
	page_time(k->p, s->started);
	page_time(k->p, s->received);
	page_number(k->p, s->gaps);
	page_number(k->p, s->integrity + s->warnings);
	html_element(h, "td", s->keys > 0 ? "lost" : NULL, what ?
	    cli_tr(what) : "");
	html_lit(h, "</tr>\n");
	return 0;
}

static bool
is_alarm(const struct integrity *k, const struct query_event *ev)
{
	return ev->severity >= FINDING_INTEGRITY &&
	    ev->utc >= k->p->now - (int64_t)ALARM_DAYS * DAY;
}

static int
count_alarm(void *arg, const struct query_event *ev, struct err *e)
{
	struct integrity *k = arg;

	(void)e;
	k->alarms += is_alarm(k, ev);
	return 0;
}

static int
put_alarm(void *arg, const struct query_event *ev, struct err *e)
{
	struct integrity *k = arg;
	struct html *h = &k->p->h;
	char text[CLI_FILLED_LEN];

	(void)e;
	if (!is_alarm(k, ev) || k->skipped++ < k->alarms - ALARMS_SHOWN)
		return 0;
	html_lit(h, "<tr>");
	page_time(k->p, ev->utc);
	html_element(h, "td", NULL, ev->station[0] ? ev->station :
	    cli_tr("central"));
	html_element(h, "td", NULL, cli_tr_filled(ev->text, text));
	html_lit(h, "</tr>\n");
	return 0;
}

static int
put_stations(struct integrity *k, struct err *e)
{
	static const char *const heads[] = {"station", "who",
	    "last run (its clock)", "received (central)", PAGE_R "gaps", PAGE_R "problems",
	    "state", NULL};
	struct html *h = &k->p->h;

	html_lit(h, "<section><h2>");
	html_text(h, cli_tr("Stations"));
	html_lit(h, "</h2>");
	page_table(k->p, heads);
	if (audit_stations(k->p->b, k->p->now, on_station, k, e) < 0)
		return -1;
	page_table_end(k->p);
	html_lit(h, "</section>\n");
	return 0;
}

static int
put_alarms(struct integrity *k, struct err *e)
{
	static const char *const heads[] = {"when", "station", "what", NULL};
	struct catalogue *c = k->p->b->catalogue;
	struct html *h = &k->p->h;

	if (query_events_since(c, 0, count_alarm, k, e) < 0)
		return -1;
	html_open(h, "section", "class", k->alarms > 0 ? "do" : NULL,
	    (char *)NULL);
	html_lit(h, "<h2>");
	html_text(h, cli_tr("Alarms of 30 days"));
	html_lit(h, " <b>");
	html_int(h, k->alarms);
	html_lit(h, "</b></h2>");
	if (k->alarms > 0) {
		page_table(k->p, heads);
		if (query_events_since(c, 0, put_alarm, k, e) < 0)
			return -1;
		page_table_end(k->p);
	}
	html_lit(h, "</section>\n");
	return 0;
}

/* What stands open, whenever it was told. */
static int
put_open(struct integrity *k, struct err *e)
{
	struct html *h = &k->p->h;
	struct audit_open o;
	size_t i;

	if (audit_open(k->p->b, k->p->now, &o, e) < 0)
		return -1;
	const struct { int64_t n; const char *text; } rows[] = {
		{o.stopped, "branches whose chain is broken: they are not "
		    "followed any further"},
		{o.receipts.wrong, "receipts of the central that do not hold"},
		{o.receipts.hidden, "commits that the central received and "
		    "does not show"},
		{o.receipts.waiting, "branches whose newest commits have no "
		    "receipt"},
		{o.apart, "branches that another manager saw otherwise"},
	};
	if (o.all == 0)
		return 0;
	html_lit(h, "<section class=\"do\"><ul>");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].n == 0)
			continue;
		html_lit(h, "<li><b>");
		html_int(h, rows[i].n);
		html_lit(h, "</b> ");
		html_text(h, cli_tr(rows[i].text));
		html_lit(h, "</li>");
	}
	html_lit(h, "</ul></section>\n");
	return 0;
}

/* Who reads everything, and who decides. */
static void
put_readers(struct integrity *k)
{
	const struct control *c = &k->p->b->control;
	struct html *h = &k->p->h;
	size_t i;

	html_lit(h, "<section><h2>");
	html_text(h, cli_tr("Who can read, and who decides"));
	html_lit(h, "</h2><p>");
	html_text(h, cli_tr("can read: "));
	for (i = 0; i < c->nrecipients; i++)
		html_textf(h, "%s%s", i > 0 ? ", " : "",
		    c->recipient[i].name);
	html_lit(h, "</p><p>");
	html_text(h, cli_tr("decide: "));
	for (i = 0; i < c->roots.n; i++)
		html_textf(h, "%s%s", i > 0 ? ", " : "", c->roots.v[i].name);
	html_lit(h, "</p></section>\n");
}

static int
make(struct page *p, struct err *e)
{
	struct integrity k = {.p = p};

	if (page_people(p, e) < 0)
		return -1;
	page_begin(p, cli_tr("Integrity"));
	if (put_open(&k, e) < 0 || put_alarms(&k, e) < 0 ||
	    put_stations(&k, e) < 0)
		return -1;
	put_readers(&k);
	page_finish(p);
	return 0;
}

const struct page_kind page_integrity = {
	.path = "/integrity", .title = "Integrity", .action = "open",
	.view = "integrity", .make = make
};
