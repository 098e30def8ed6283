/*
 * cli/desk/page_person.c - a person's last thirty days: the numbers of each, what
 * he wrote, and what he says against them.
 */
#include "cli/desk/page_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#include "base/banned.h"

#define DAYS 30

struct person {
	struct page *p;
	struct messages *m;
	struct facts_tools *tools;
	struct worktime *time;		/* the team's */
	int64_t today;			/* its day */
	const char **station;		/* his, those that may send first */
	size_t nstations, nactive;
	struct facts_response all;
	size_t in, out, new_peers;
	struct facts day[DAYS];		/* today first */
};

static void
put_span(struct html *h, const struct facts_response *r, int64_t ms)
{
	char text[DIGEST_SPAN_LEN];

	html_lit(h, "<td class=\"r\">");
	html_textf(h, "%s%s", r->minute && ms >= 0 ? "~" : "",
	    digest_span(ms, text));
	html_lit(h, "</td>");
}

static void
put_number(struct html *h, size_t n)
{
	html_lit(h, "<td class=\"r\">");
	html_int(h, (int64_t)n);
	html_lit(h, "</td>");
}

static void
put_written(struct html *h, const struct facts_report *r)
{
	const char *class = r->state == FACTS_MISSING ? "missed" :
	    r->state == FACTS_LATE ? "late" : r->state == FACTS_WRITTEN ?
	    "done" : "none";

	html_element(h, "td", class, digest_written(r));
}

static void
put_active(struct person *w, const struct facts_person *p)
{
	char first[WORKTIME_CLOCK_LEN], last[WORKTIME_CLOCK_LEN];

	html_lit(&w->p->h, "<td class=\"when\">");
	if (p->first != FACTS_NEVER) {
		(void)worktime_clock(w->time, p->first, first);
		(void)worktime_clock(w->time, p->last, last);
		html_textf(&w->p->h, "%s–%s", first + 11, last + 11);
	}
	html_lit(&w->p->h, "</td>");
}

/* Of several lines each is one. */
static void
put_lines(struct html *h, const char *class, const char *text)
{
	html_open(h, "span", "class", class, (char *)NULL);
	html_text(h, text);
	html_lit(h, "</span>");
}

static void
put_words(struct person *w, const char *day, const char *what,
	const struct facts_report *r)
{
	char at[WORKTIME_CLOCK_LEN];

	html_lit(&w->p->h, "<tr><th scope=\"row\">");
	html_text(&w->p->h, day);
	html_lit(&w->p->h, "</th><td>");
	html_text(&w->p->h, what);
	html_lit(&w->p->h, "</td><td class=\"when\">");
	html_textf(&w->p->h, "%s%s", worktime_clock(w->time, r->at, at),
	    r->versions > 1 ? " *" : "");
	html_lit(&w->p->h, "</td><td>");
	put_lines(&w->p->h, "said", *r->text ? r->text : r->file);
	html_lit(&w->p->h, "</td></tr>\n");
}

static void
put_day(struct person *w, const struct facts_person *p, int64_t day)
{
	char text[WORKTIME_DAY_LEN], href[64];
	struct html *h = &w->p->h;
	size_t i;

	(void)worktime_day_text(day, text);
	(void)snprintf(href, sizeof(href), "/work?day=%s", text);
	html_lit(h, "<tr><th scope=\"row\">");
	html_link(h, NULL, href, text);
	html_lit(h, "</th>");
	put_written(h, &p->report);
	put_number(h, p->in);
	put_number(h, p->out);
	put_number(h, p->new_peers);
	put_number(h, p->response.asked.n);
	put_number(h, p->response.open);
	put_span(h, &p->response, p->response.work_median);
	put_span(h, &p->response, p->response.work_p90);
	put_active(w, p);
	html_lit(h, "<td>");
	for (i = 0; i < p->nobjections; i++)
		if (p->objection[i].day == day) {
			html_textf(h, "%s: ", cli_tr("objection"));
			put_lines(h, "said", p->objection[i].text);
			html_lit(h, " ");
		}
	html_lit(h, "</td></tr>\n");
}

static int
take_stations(struct person *w, const char *person, struct err *e)
{
	const struct team *t = &w->p->team;
	size_t i;

	w->station = calloc(t->n + 1, sizeof(*w->station));
	if (!w->station)
		return err_nomem(e);
	for (i = 0; i < t->n; i++) {
		if (strcmp(team_who(t, t->station[i]), person) != 0)
			continue;
		w->station[w->nstations++] = t->station[i];
		w->nactive += i < t->nactive;
	}
	return w->nstations > 0 ? 0 : err_set(e, ERR_NOENT, "nobody is called "
	    "'%.100s'", person);
}

static int
begin(struct person *w, struct page *p, struct err *e)
{
	w->p = p;
	if (page_people(p, e) < 0 || take_stations(w, p->arg, e) < 0)
		return -1;
	w->time = worktime_new(buf_str(&p->team.policy), "", e);
	if (!w->time)
		return -1;
	w->today = worktime_day(w->time, p->now * 1000);
	w->m = messages_open(p->b->catalogue, false, e);
	w->tools = w->m ? facts_tools_new(e) : NULL;
	return w->tools ? 0 : -1;
}

/* One day's facts, and what they add to the sum. */
static int
add_day(struct person *w, size_t ago, struct err *e)
{
	const struct team *t = &w->p->team;
	const struct facts_ask ask = {.policy = buf_str(&t->policy),
	    .roster = &t->people, .station = w->station,
	    .nstations = w->nstations, .nactive = w->nactive,
	    .day = w->today - (int64_t)ago, .now = w->p->now * 1000,
	    .tools = w->tools, .numbers = true};
	const struct facts_person *p;

	if (facts_make(&w->day[ago], w->m, w->p->b->catalogue, &ask, e) < 0)
		return -1;
	if (w->day[ago].npersons != 1)
		return 0;
	p = &w->day[ago].person[0];
	w->in += p->in;
	w->out += p->out;
	w->new_peers += p->new_peers;
	return facts_response_add(&w->all, &p->response, e);
}

static void
put_days(struct person *w)
{
	static const char *const heads[] = {"day", "report", PAGE_R "in",
	    PAGE_R "out", PAGE_R "new", PAGE_R "turns", PAGE_R "open",
	    PAGE_R "median", PAGE_R "90 %", "active", "objection", NULL};
	struct page *p = w->p;
	size_t i;

	html_lit(&p->h, "<section><h2>");
	html_text(&p->h, cli_tr("The last 30 days"));
	html_lit(&p->h, "</h2>");
	page_table(p, heads);
	for (i = 0; i < DAYS; i++)
		if (w->day[i].npersons == 1)
			put_day(w, &w->day[i].person[0], w->day[i].day);
	page_table_end(p);
	html_lit(&p->h, "</section>\n");
}

static void
put_said(struct person *w)
{
	static const char *const heads[] = {"day", "what", "at", "text", NULL};
	struct page *p = w->p;
	char day[WORKTIME_DAY_LEN];
	size_t i;

	html_lit(&p->h, "<section><h2>");
	html_text(&p->h, cli_tr("What they wrote (*: more than one version)"));
	html_lit(&p->h, "</h2>");
	page_table(p, heads);
	for (i = 0; i < DAYS; i++) {
		const struct facts_person *who = w->day[i].person;

		if (w->day[i].npersons != 1)
			continue;
		(void)worktime_day_text(w->day[i].day, day);
		if (who->report.versions > 0)
			put_words(w, day, cli_tr("report"), &who->report);
		/* a plan on the Monday that it is of, or the first that is
		 * here */
		if (who->plan.versions > 0 && ((w->day[i].day + 3) % 7 == 0 ||
		    i + 1 == DAYS))
			put_words(w, day, cli_tr("plan"), &who->plan);
	}
	page_table_end(p);
	html_lit(&p->h, "</section>\n");
}

static void
put_sum(struct person *w)
{
	char a[DIGEST_SPAN_LEN], b[DIGEST_SPAN_LEN];
	struct html *h = &w->p->h;

	html_lit(h, "<p class=\"sentence\">");
	html_textf(h, cli_tr("In 30 days: %zu messages in, %zu out, %zu new "
	    "customers; %zu turns, %zu without an answer on their day, the "
	    "first answer after %s of work in the middle, %s in nine of ten."),
	    w->in, w->out, w->new_peers, w->all.asked.n, w->all.open,
	    digest_span(w->all.work_median, a), digest_span(w->all.work_p90,
	    b));
	html_lit(h, "</p>\n<p class=\"hint\">");
	html_text(h, cli_tr("The same numbers as in the digest of each day, "
	    "counted by the rules of docs/REPORTS.md. They say what was "
	    "written where, not how hard somebody worked."));
	html_lit(h, "</p>\n");
}

static int
make(struct page *p, struct err *e)
{
	struct person *w = calloc(1, sizeof(*w));
	size_t i;
	int rc = -1;

	if (!w)
		return err_nomem(e);
	if (begin(w, p, e) < 0)
		goto out;
	facts_response_rank(&w->all);
	for (i = 0; i < DAYS; i++)
		if (add_day(w, i, e) < 0)
			goto out;
	page_begin(p, p->arg);
	put_sum(w);
	put_days(w);
	put_said(w);
	page_finish(p);
	rc = 0;
out:
	for (i = 0; i < DAYS; i++)
		facts_release(&w->day[i]);
	facts_response_release(&w->all);
	facts_tools_free(w->tools);
	messages_close(w->m);
	worktime_free(w->time);
	free(w->station);
	free(w);
	return rc;
}

static int
name(struct page *p, struct page_view *v, struct err *e)
{
	(void)e;
	(void)snprintf(v->text, sizeof(v->text), "work of %s", p->arg);
	return 0;
}

const struct page_kind page_person = {
	.path = "/person/*", .action = "open", .name = name, .make = make
};
