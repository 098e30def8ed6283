/*
 * cli/desk/page_work.c - who waits for an answer, how fast answers come, and what
 * each person wrote of a day.
 */
#include "cli/desk/page_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#include "base/banned.h"

#define HREF_LEN 48

/* The day of the address; without one yesterday.  -1: ERR_NOENT. */
static int
take_day(struct page *p, int64_t *day, struct err *e)
{
	const char *text = form_get(&p->query, "day");

	*day = DAYFACTS_YESTERDAY;
	if (text && worktime_day_parse(text, day) < 0)
		return err_set(e, ERR_NOENT, "there is no such day, or no "
		    "such station");
	return 0;
}

static void
put_day_link(struct page *p, int64_t day, const char *text)
{
	char href[HREF_LEN], name[WORKTIME_DAY_LEN];

	(void)snprintf(href, sizeof(href), "/work?day=%s",
	    worktime_day_text(day, name));
	html_link(&p->h, NULL, href, text);
}

static void
put_days(struct page *p, int64_t day, int64_t today)
{
	char before[WORKTIME_DAY_LEN], after[WORKTIME_DAY_LEN];
	struct html *h = &p->h;

	html_lit(h, "<p class=\"hint\">← ");
	put_day_link(p, day - 1, worktime_day_text(day - 1, before));
	if (day < today) {
		html_lit(h, " · ");
		put_day_link(p, day + 1, worktime_day_text(day + 1, after));
		html_lit(h, " →");
	}
	html_lit(h, "</p>\n");
}

/* One sentence before all else. */
static void
put_sentence(struct page *p, const struct facts *f)
{
	size_t missing = 0, plans = 0, waiting = 0, i;
	char text[CLI_COUNT_LEN];

	for (i = 0; i < f->npersons; i++) {
		missing += f->person[i].report.state == FACTS_MISSING;
		plans += f->person[i].plan.state == FACTS_MISSING;
		waiting += f->person[i].unanswered +
		    f->person[i].inquiries_open;
	}
	html_open(&p->h, "p", "class", missing + plans + waiting > 0 ?
	    "sentence do" : "sentence", (char *)NULL);
	if (missing + plans + waiting == 0)
		html_text(&p->h, cli_tr("Nobody waits, and nothing is "
		    "missing."));
	if (waiting > 0)
		html_textf(&p->h, "%s ", cli_count((int64_t)waiting,
		    "%lld customer waits for an answer.",
		    "%lld customers wait for an answer.", text));
	if (missing > 0)
		html_textf(&p->h, "%s ", cli_count((int64_t)missing,
		    "%lld report is missing.", "%lld reports are missing.",
		    text));
	if (plans > 0)
		html_text(&p->h, cli_count((int64_t)plans,
		    "%lld plan is missing.", "%lld plans are missing.", text));
	html_lit(&p->h, "</p>\n");
}

static void
put_sections(struct page *p, const struct digest_page *d)
{
	const bool all = form_get(&p->query, "all") != NULL;
	size_t i;
	int pass;

	/* persons, what wants to be done, the rest */
	for (pass = 0; pass < 3; pass++)
		for (i = 0; i < d->n; i++) {
			const struct digest_section *s = &d->section[i];

			if ((s->work || all) && (s->persons ? 0 : s->urgent ? 1 : 2) ==
			    pass)
				page_facts_section(p, s, SIZE_MAX, NULL);
		}
}

static void
put_all_link(struct page *p, int64_t day)
{
	char all[PAGE_FACTS_ALL_LEN];

	html_lit(&p->h, "<p>");
	html_link(&p->h, NULL, page_facts_all(day, all), cli_tr("All that was "
	    "found of this day"));
	html_lit(&p->h, "</p>\n");
}

static int
put_work(struct page *p, const struct dayfacts *f, struct err *e)
{
	char title[64], text[WORKTIME_DAY_LEN];
	struct digest_page d;
	int rc = digest_page_make(&d, &f->facts, p->b->control.org, f->zone,
	    f->time, e);

	if (rc == 0) {
		(void)snprintf(title, sizeof(title), "%s · %s",
		    cli_tr("Work"), worktime_day_text(f->facts.day, text));
		page_begin(p, title);
		put_days(p, f->facts.day, f->today);
		page_facts_early(p, f);
		put_sentence(p, &f->facts);
		put_sections(p, &d);
		if (!form_get(&p->query, "all"))
			put_all_link(p, f->facts.day);
		page_finish(p);
	}
	digest_page_release(&d);
	return rc;
}

static int
make(struct page *p, struct err *e)
{
	struct dayfacts f = {.time = NULL};
	int64_t day;
	int rc = -1;

	if (take_day(p, &day, e) == 0 && page_people(p, e) == 0 &&
	    dayfacts_make(&f, p->b, &p->team, p->now, day, e) == 0)
		rc = put_work(p, &f, e);
	dayfacts_release(&f);
	return rc;
}

static int
name(struct page *p, struct page_view *v, struct err *e)
{
	const char *text = form_get(&p->query, "day");
	int64_t day;

	if (!text) {
		(void)snprintf(v->text, sizeof(v->text), "work");
		return 0;
	}
	if (take_day(p, &day, e) < 0)
		return -1;
	(void)snprintf(v->text, sizeof(v->text), "work %s", text);
	return 0;
}

const struct page_kind page_work = {
	.path = "/work", .title = "Work", .action = "open", .name = name,
	.make = make
};
