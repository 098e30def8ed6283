/*
 * cli/desk/page_day.c - a day of a station: what it sent, of what, when that came,
 * and how anybody checks it without us.
 */
#include "cli/desk/page_day.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/daycell.h"
#include "cli/desk/show.h"
#include "config/config.h"
#include "desk/chathistory.h"
#include "desk/finding.h"

#include "base/banned.h"

#define HREF_LEN 96
#define MAX_RUNS 512
#define MAX_PARTS 2048
#define USUAL_DAYS 14
#define ODD_FEW 5		/* usually so many, and none: it stands out */

/* --- Which day, of whom. */

/* "2026-11-23", "ws-01". */
static bool
take_both(struct day *d, const char *day, const char *station)
{
	if (worktime_day_parse(day, &d->day) < 0 || !config_is_id(station) ||
	    strlen(station) >= sizeof(d->station))
		return false;
	(void)snprintf(d->station, sizeof(d->station), "%s", station);
	return true;
}

/* "2026-11-23/ws-01" */
static bool
take_long(struct day *d, const char *arg)
{
	const size_t n = strcspn(arg, "/");
	char day[WORKTIME_DAY_LEN];

	if (arg[n] == '\0' || n >= sizeof(day))
		return false;
	(void)snprintf(day, sizeof(day), "%.*s", (int)n, arg);
	return take_both(d, day, arg + n + 1);
}

/* "1123/ws-01": the last 23rd of November.  A table has a thousand of them. */
static bool
take_short(struct day *d, const char *arg)
{
	const int64_t tomorrow = d->p->now / 86400 + 1;
	char text[WORKTIME_DAY_LEN];
	int64_t year = 0;
	int back;

	(void)worktime_day_text(tomorrow, text);
	text[4] = '\0';
	if (strcspn(arg, "/") != 4 || arg[4] == '\0' ||
	    str_to_i64(text, 1970, 9999, &year) < 0)
		return false;
	for (back = 0; back < 8; back++) {	/* a 29th of February */
		(void)snprintf(text, sizeof(text), "%04d-%.2s-%.2s",
		    (int)year - back, arg, arg + 2);
		if (take_both(d, text, arg + 5) && d->day <= tomorrow)
			return true;
	}
	return false;
}

/* Of the address, or of the form.  -1: ERR_NOENT. */
static int
take(struct day *d, struct err *e)
{
	const char *date = form_get(&d->p->query, "date");
	const char *station = form_get(&d->p->query, "station");
	bool known;

	if (*d->p->arg == '\0')
		known = date && station && take_both(d, date, station);
	else
		known = str_starts(d->p->ask->path, "/day/") ?
		    take_long(d, d->p->arg) : take_short(d, d->p->arg);
	/*
	 * Who never sent anything stands in control alone, which a box without
	 * mirrors does not see.
	 */
	if (known && d->p->b->control_clone && !signers_named(
	    &d->p->b->control.stations, d->station, 0) && query_has_station(
	    d->p->b->catalogue, d->station, &known, e) < 0)
		return -1;
	return known ? 0 : err_set(e, ERR_NOENT, "there is no such day, or no "
	    "such station");
}

static const char *
href(int64_t day, const char *station, char out[HREF_LEN])
{
	char text[WORKTIME_DAY_LEN];

	(void)snprintf(out, HREF_LEN, "/day/%s/%s", worktime_day_text(day,
	    text), station);
	return out;
}

/* --- What there is of it. */

static int
on_run(void *arg, const struct query_run *r, struct err *e)
{
	struct day *d = arg;

	(void)e;
	if (d->nruns < MAX_RUNS && worktime_day(d->grid.row[0].time,
	    r->first.started * 1000) == d->day)
		d->run[d->nruns++] = *r;
	return 0;
}

static int
on_part(void *arg, const struct query_part *p, struct err *e)
{
	struct day *d = arg;

	(void)e;
	if (d->nparts < MAX_PARTS)
		d->part[d->nparts++] = *p;
	return 0;
}

static struct day_source *
source_of(struct day *d, const char *name)
{
	size_t i;

	for (i = 0; i < d->nsources; i++)
		if (strcmp(d->source[i].name, name) == 0)
			return &d->source[i];
	if (i == PAGE_DAY_SOURCES || strlen(name) >= PAGE_DAY_NAME)
		return NULL;
	(void)snprintf(d->source[i].name, PAGE_DAY_NAME, "%s", name);
	return &d->source[d->nsources++];
}

static int
set(char **to, const char *s, struct err *e)
{
	char *copy = str_dup(s);

	if (!copy)
		return err_nomem(e);
	free(*to);
	*to = copy;
	return 0;
}

/* The day's last word on a source counts. */
static int
on_source(void *arg, const struct query_source *s, struct err *e)
{
	struct day_source *to = source_of(arg, s->name);

	if (!to)
		return 0;
	to->files = s->files;
	to->bytes = s->bytes;
	return set(&to->kind, s->kind, e) < 0 || set(&to->state, s->state,
	    e) < 0 ? -1 : set(&to->reason, s->reason, e);
}

static int
on_messages(void *arg, const struct history_chat *c, struct err *e)
{
	struct day_source *s = source_of(arg, c->source);

	(void)e;
	if (s)
		s->messages += c->messages;
	return 0;
}

static int
on_before(void *arg, const struct history_chat *c, struct err *e)
{
	struct day_source *s = source_of(arg, c->source);

	(void)e;
	if (s)
		s->before += c->messages;
	return 0;
}

static int
count_messages(struct day *d, struct err *e)
{
	struct messages *m = messages_open(d->p->b->catalogue, false, e);
	struct history_filter f = {.station = d->station, .since = d->from,
	    .until = d->until};
	int rc = -1;

	if (m && history_chats(m, &f, on_messages, d, e) >= 0) {
		f.until = d->from;
		f.since = worktime_start(d->grid.row[0].time, d->day -
		    USUAL_DAYS);
		rc = history_chats(m, &f, on_before, d, e);
	}
	messages_close(m);
	return rc < 0 ? -1 : 0;
}

static int
load(struct day *d, struct err *e)
{
	struct catalogue *c = d->p->b->catalogue;
	const struct team *t = &d->p->team;
	const char *const station[] = {d->station};
	struct worktime *time;
	int64_t today;
	size_t i;

	d->run = calloc(MAX_RUNS, sizeof(*d->run));
	d->part = calloc(MAX_PARTS, sizeof(*d->part));
	time = worktime_new(buf_str(&t->policy), d->station, e);
	today = time ? worktime_day(time, d->p->now * 1000) : 0;
	worktime_free(time);
	if (!d->run || !d->part || !time)
		return d->run && d->part ? -1 : err_nomem(e);
	if (daygrid_make(&d->grid, c, &d->p->b->control.stations,
	    buf_str(&t->policy), station, 1, d->p->now, today - d->day,
	    e) < 0)
		return -1;
	d->from = worktime_start(d->grid.row[0].time, d->day);
	d->until = worktime_start(d->grid.row[0].time, d->day + 1);
	if (query_log(c, d->station, d->from / 1000 - 1, d->until / 1000,
	    on_run, d, e) < 0)
		return -1;
	for (i = 0; i < d->nruns; i++)
		if (d->run[i].first.run[0] && query_run_parts(c,
		    d->run[i].first.run, on_part, d, e) < 0)
			return -1;
	for (i = 0; i < d->nparts; i++)
		if (query_part_sources(c, d->part[i].n, on_source, d, e) < 0)
			return -1;
	return count_messages(d, e);
}

static void
release(struct day *d)
{
	size_t i;

	for (i = 0; i < d->nsources; i++) {
		free(d->source[i].kind);
		free(d->source[i].state);
		free(d->source[i].reason);
	}
	free(d->run);
	free(d->part);
	daygrid_release(&d->grid);
}

/* --- The day in a word, and those beside it. */

static void
put_step(struct day *d, int64_t day, const char *rel)
{
	char to[HREF_LEN], text[WORKTIME_DAY_LEN];

	html_open(&d->p->h, "a", "rel", rel, "href", href(day, d->station, to),
	    (char *)NULL);
	html_text(&d->p->h, worktime_day_text(day, text));
	html_lit(&d->p->h, "</a> ");
}

static void
put_head(struct day *d)
{
	const enum daygrid_cell cell = (enum daygrid_cell)
	    d->grid.row[0].cell[DAYGRID_DAYS - 1];
	char from[WORKTIME_CLOCK_LEN], until[WORKTIME_CLOCK_LEN];
	char text[WORKTIME_DAY_LEN];
	struct html *h = &d->p->h;

	html_open(h, "p", "class", daycell_bad(cell) ? "sentence do" :
	    "sentence", (char *)NULL);
	html_open(h, "span", "class", daycell_class(cell), (char *)NULL);
	html_text(h, daycell_sign(cell, d->p->ask->zh));
	html_lit(h, "</span> ");
	html_text(h, cli_tr(daycell_text(cell)));
	html_lit(h, "</p>\n<p class=\"hint\">");
	html_textf(h, cli_tr("This day of %s, by its own clock: %s to %s."),
	    d->station, worktime_clock(d->grid.row[0].time, d->from, from),
	    worktime_clock(d->grid.row[0].time, d->until, until));
	html_lit(h, "</p>\n<form class=\"ask steps\" action=\"/day\">");
	put_step(d, d->day - 1, "prev");
	put_step(d, d->day, "bookmark");
	put_step(d, d->day + 1, "next");
	html_open(h, "input", "type", "hidden", "name", "station", "value",
	    d->station, (char *)NULL);
	html_open(h, "input", "type", "date", "name", "date", "value",
	    worktime_day_text(d->day, text), "aria-label", cli_tr("day"),
	    (char *)NULL);
	html_lit(h, " <button>");
	html_text(h, cli_tr("show"));
	html_lit(h, "</button></form>\n");
}

/* --- Runs, with three times. */

static void
put_run(struct day *d, const struct query_run *r)
{
	const struct show_counts n = show_counts(r);
	const struct query_part *p = &r->first;
	struct html *h = &d->p->h;
	char flags[SHOW_FLAGS_LEN], id[9];

	(void)snprintf(id, sizeof(id), "%.8s", p->run[0] ? p->run : "-");
	html_lit(h, "<tr>");
	html_element(h, "td", "mono", id);
	page_time(d->p, p->started);
	page_time(d->p, p->receipt_utc);
	page_time(d->p, p->first_seen);
	page_number(d->p, r->parts);
	page_number(d->p, n.fresh);
	page_number(d->p, n.grown);
	page_number(d->p, n.moved);
	html_open(h, "td", "class", n.cut > 0 ? "r lost" : "r", (char *)NULL);
	html_int(h, n.cut);
	html_lit(h, "</td>");
	html_open(h, "td", "class", n.gone > 0 ? "r lost" : "r", (char *)NULL);
	html_int(h, n.gone);
	html_lit(h, "</td>");
	html_element(h, "td", p->worst >= (int)FINDING_WARN ? "lost" : NULL,
	    show_flags(r, flags));
	html_lit(h, "</tr>\n");
}

static void
put_runs(struct day *d)
{
	static const char *const heads[] = {"run", "started (its clock)",
	    "received (central)", "first seen here", PAGE_R "parts", PAGE_R "new",
	    PAGE_R "grown", PAGE_R "moved", PAGE_R "cut", PAGE_R "gone", "", NULL};
	struct html *h = &d->p->h;
	size_t i;

	html_lit(h, "<section>");
	html_element(h, "h2", NULL, cli_tr("Runs"));
	if (d->nruns == 0)
		html_element(h, "p", NULL, cli_tr("Nothing was sent on this "
		    "day."));
	if (d->nruns > 0) {
		page_table(d->p, heads);
		for (i = 0; i < d->nruns; i++)
			put_run(d, &d->run[i]);
		page_table_end(d->p);
	}
	html_lit(h, "</section>\n");
}

/* --- Sources, with what is usual beside. */

/* A working day's mean of the two weeks before. */
static int64_t
usual(const struct day *d, const struct day_source *s)
{
	struct worktime *time = d->grid.row[0].time;
	int64_t days = 0, i;

	for (i = 1; i <= USUAL_DAYS; i++)
		days += worktime_works(time, d->day - i);
	return days > 0 ? (s->before + days / 2) / days : 0;
}

static void
put_source(struct day *d, const struct day_source *s)
{
	const bool ok = s->state && strcmp(s->state, "ok") == 0;
	const int64_t often = usual(d, s);
	const bool chats = often > 0 || s->messages > 0 ||
	    (s->kind && strcmp(s->kind, "chat") == 0);
	struct html *h = &d->p->h;
	char size[CLI_SIZE_LEN];

	html_lit(h, "<tr><th scope=\"row\">");
	html_text(h, s->name);
	html_lit(h, "</th>");
	page_cell(d->p, s->kind ? cli_tr(s->kind) : "-");
	html_element(h, "td", ok ? "done" : "lost", s->state ?
	    cli_tr(s->state) : cli_tr("nothing was said of it"));
	html_open(h, "td", "class", chats && s->messages == 0 &&
	    often >= ODD_FEW ? "r lost" : "r", (char *)NULL);
	if (chats)
		html_int(h, s->messages);
	html_lit(h, "</td><td class=\"r\">");
	if (chats)
		html_int(h, often);
	html_lit(h, "</td>");
	page_number(d->p, s->files);
	html_element(h, "td", "r", cli_size(s->bytes > 0 ? (uint64_t)s->bytes :
	    0, size));
	page_cell(d->p, s->reason);
	html_lit(h, "</tr>\n");
}

static void
put_sources(struct day *d)
{
	static const char *const heads[] = {"source", "kind", "state",
	    PAGE_R "messages", PAGE_R "usual", PAGE_R "files", PAGE_R "size",
	    "remark", NULL};
	struct html *h = &d->p->h;
	size_t i;

	if (d->nsources == 0)
		return;
	html_lit(h, "<section>");
	html_element(h, "h2", NULL, cli_tr("Sources"));
	page_table(d->p, heads);
	for (i = 0; i < d->nsources; i++)
		put_source(d, &d->source[i]);
	page_table_end(d->p);
	html_element(h, "p", "hint", cli_tr("Messages are those of the day "
	    "itself, as they were found in exports up to now; usual is what "
	    "a working day of the two weeks before had."));
	html_lit(h, "</section>\n");
}

/* --- All of it. */

static int
put_page(struct day *d, struct err *e)
{
	const char *who = team_who(&d->p->team, d->station);
	char day[WORKTIME_DAY_LEN];
	char *title = str_fmt("%s · %s%s%s", worktime_day_text(d->day, day),
	    who, strcmp(who, d->station) == 0 ? "" : " @ ",
	    strcmp(who, d->station) == 0 ? "" : d->station);

	if (!title)
		return err_nomem(e);
	page_begin(d->p, title);
	free(title);
	put_head(d);
	if (page_day_findings(d, e) < 0)
		return -1;
	put_runs(d);
	put_sources(d);
	if (page_day_files(d, e) < 0 || page_day_exports(d, e) < 0)
		return -1;
	page_day_checks(d);
	page_finish(d->p);
	return 0;
}

static int
make(struct page *p, struct err *e)
{
	struct day *d = calloc(1, sizeof(*d));
	int rc = -1;

	if (!d)
		return err_nomem(e);
	d->p = p;
	if (take(d, e) == 0 && page_people(p, e) == 0 && load(d, e) == 0)
		rc = put_page(d, e);
	release(d);
	free(d);
	return rc;
}

static int
name(struct page *p, struct page_view *v, struct err *e)
{
	struct day *d = calloc(1, sizeof(*d));
	char day[WORKTIME_DAY_LEN];
	int rc;

	if (!d)
		return err_nomem(e);
	d->p = p;
	rc = take(d, e);
	if (rc == 0) {
		(void)snprintf(v->station, sizeof(v->station), "%s",
		    d->station);
		(void)snprintf(v->text, sizeof(v->text), "day %s",
		    worktime_day_text(d->day, day));
	}
	free(d);
	return rc;
}

const struct page_kind page_day = {
	.path = "/day/**", .action = "open", .name = name, .make = make
};

const struct page_kind page_day_ask = {
	.path = "/day", .action = "open", .name = name, .make = make
};

const struct page_kind page_day_short = {
	.path = "/d/**", .action = "open", .name = name, .make = make
};
