/* cli/desk/page_reads.c - how often each one read records. */
#include "cli/desk/page_reads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/reads.h"

#include "base/banned.h"

#define READERS_MAX 1000

static int
count(struct page_reads *r, const char *reader, int64_t utc, struct err *e)
{
	struct page_reads_of *v;
	size_t i;

	for (i = 0; i < r->n; i++)
		if (strcmp(r->of[i].reader, reader) == 0)
			break;
	if (i == r->n) {
		if (i == READERS_MAX || strlen(reader) >= sizeof(v->reader))
			return 0;
		v = realloc(r->of, (i + 1) * sizeof(*v));
		if (!v)
			return err_nomem(e);
		r->of = v;
		memset(&v[i], 0, sizeof(*v));
		(void)snprintf(v[i].reader, sizeof(v->reader), "%s", reader);
		r->n++;
	}
	v = &r->of[i];
	v->all++;
	v->month += utc > r->now - (int64_t)PAGE_READS_DAYS * 86400;
	v->last = utc > v->last ? utc : v->last;
	return 0;
}

static int
on_event(void *arg, const struct access_event *v, struct err *e)
{
	struct page_reads *r = arg;

	if (count(r, v->reader, v->sent_utc, e) < 0)
		return -1;
	return r->fn ? r->fn(r->arg, v, e) : 0;
}

static int
on_shut(void *arg, const struct access_event *v, struct err *e)
{
	return count(arg, v->reader, v->sent_utc, e);
}

static int
on_problem(void *arg, const char *where, const char *text, struct err *e)
{
	struct page_reads *r = arg;
	char filled[CLI_FILLED_LEN];
	char **more;

	if (r->nproblems == PAGE_READS_SHOWN)
		return 0;
	more = realloc(r->problem, (r->nproblems + 1) * sizeof(*more));
	if (!more)
		return err_nomem(e);
	r->problem = more;
	more[r->nproblems] = str_fmt("%s: %s", where, cli_tr_filled(text,
	    filled));
	return more[r->nproblems++] ? 0 : err_nomem(e);
}

static int
by_name(const void *a, const void *b)
{
	const struct page_reads_of *x = a, *y = b;

	return strcmp(x->reader, y->reader);
}

int
page_reads_load(struct page_reads *r, struct page *p,
	int (*fn)(void *arg, const struct access_event *v, struct err *e),
	void *arg, struct err *e)
{
	struct access_read read = {.arg = r, .event = on_event,
	    .problem = on_problem, .shut = on_shut};

	memset(r, 0, sizeof(*r));
	r->now = p->now;
	r->fn = fn;
	r->arg = arg;
	r->owner = reads_is_owner(p->op, &p->b->control);
	if (!p->b->desk)
		return 0;
	if (access_read(p->b, &read, e) < 0)
		return -1;
	r->events = read.events;
	r->problems = read.problems;
	r->sealed = read.sealed;
	if (r->n > 0)
		qsort(r->of, r->n, sizeof(*r->of), by_name);
	return 0;
}

void
page_reads_release(struct page_reads *r)
{
	size_t i;

	for (i = 0; i < r->nproblems; i++)
		free(r->problem[i]);
	free(r->problem);
	free(r->of);
	memset(r, 0, sizeof(*r));
}

void
page_reads_problems(struct page *p, const struct page_reads *r)
{
	struct html *h = &p->h;
	size_t i;

	if (r->problems == 0)
		return;
	html_lit(h, "<section class=\"do\"><h2>");
	html_text(h, cli_tr("The log of readers does not hold"));
	html_lit(h, " <b>");
	html_int(h, r->problems);
	html_lit(h, "</b></h2><ul>");
	for (i = 0; i < r->nproblems; i++)
		html_element(h, "li", NULL, r->problem[i]);
	html_lit(h, "</ul></section>\n");
}

void
page_reads_table(struct page *p, const struct page_reads *r)
{
	static const char *const heads[] = {"reader", PAGE_R "in 30 days",
	    PAGE_R "ever", "last", NULL};
	struct html *h = &p->h;
	size_t i;

	html_lit(h, "<section>");
	html_element(h, "h2", NULL, cli_tr("Who reads"));
	page_table(p, heads);
	for (i = 0; i < r->n; i++) {
		html_lit(h, "<tr>");
		page_cell(p, r->of[i].reader);
		page_number(p, r->of[i].month);
		page_number(p, r->of[i].all);
		page_time(p, r->of[i].last);
		html_lit(h, "</tr>\n");
	}
	page_table_end(p);
	html_lit(h, "</section>\n");
}
