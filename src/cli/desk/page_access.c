/*
 * cli/desk/page_access.c - who read whose records: to the owner all of it, to
 * others how often, since it is sealed to the owner.
 */
#include "cli/desk/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/page_reads.h"
#include "cli/desk/reads.h"

#include "base/banned.h"

#define SHOWN 300		/* the newest */

/* One that is shown: what page_cell() takes, on the heap. */
struct line {
	int64_t utc, sent;
	char *reader, *action, *station, *what, *reason;
};

struct log {
	struct page *p;
	const char *station;		/* only of that one; NULL: all */
	struct line line[SHOWN];	/* the last of them at n - 1, in a ring */
	size_t n;
};

static void
line_release(struct line *l)
{
	free(l->reader);
	free(l->action);
	free(l->station);
	free(l->what);
	free(l->reason);
	memset(l, 0, sizeof(*l));
}

static int
on_event(void *arg, const struct access_event *v, struct err *e)
{
	struct log *k = arg;
	struct line *l = &k->line[k->n % SHOWN];

	if (k->station && (!v->station || strcmp(v->station, k->station) != 0))
		return 0;
	line_release(l);
	l->utc = v->utc;
	l->sent = v->sent_utc;
	l->reader = str_dup(v->reader);
	l->action = str_dup(v->action);
	l->station = str_dup(v->station ? v->station : "");
	l->what = str_fmt("%s%s%s%s%s%s", v->view ? v->view : "",
	    v->view && v->first ? ", " : "", v->first ? v->first : "",
	    v->first && strcmp(v->first, v->last) != 0 ? " - " : "",
	    v->first && strcmp(v->first, v->last) != 0 ? v->last : "", "");
	l->reason = str_dup(v->reason ? v->reason : "");
	k->n++;
	return l->reader && l->action && l->station && l->what && l->reason ?
	    0 : err_nomem(e);
}

static void
put_events(struct log *k)
{
	static const char *const heads[] = {"when", "sent", "reader", "action",
	    "station", "what", "why", NULL};
	const size_t from = k->n > SHOWN ? k->n - SHOWN : 0;
	struct html *h = &k->p->h;
	size_t i;

	html_lit(h, "<section>");
	html_element(h, "h2", NULL, cli_tr("The newest"));
	page_table(k->p, heads);
	for (i = k->n; i > from; i--) {
		const struct line *l = &k->line[(i - 1) % SHOWN];

		html_lit(h, "<tr>");
		page_time(k->p, l->utc);
		page_time(k->p, l->sent);
		page_cell(k->p, l->reader);
		page_cell(k->p, l->action);
		page_cell(k->p, l->station);
		page_cell(k->p, l->what);
		page_cell(k->p, l->reason);
		html_lit(h, "</tr>\n");
	}
	page_table_end(k->p);
	if (from > 0)
		html_element(h, "p", "hint", cli_tr("liudi-desk access shows "
		    "the others."));
	html_lit(h, "</section>\n");
}

static int
put_page(struct log *k, const struct page_reads *r)
{
	struct html *h = &k->p->h;

	page_begin(k->p, cli_tr("Access log"));
	page_reads_problems(k->p, r);
	if (!r->owner)
		html_element(h, "p", "sentence", cli_tr("The log is sealed to "
		    "the owner: here stands how often each one read, not what. "
		    "The owner sees all of it, on his own desk."));
	page_reads_table(k->p, r);
	if (r->owner)
		put_events(k);
	page_finish(k->p);
	return 0;
}

static int
make(struct page *p, struct err *e)
{
	struct log *k = calloc(1, sizeof(*k));
	struct page_reads r;
	int rc = -1;
	size_t i;

	if (!k)
		return err_nomem(e);
	k->p = p;
	k->station = form_get(&p->query, "station");
	if (page_reads_load(&r, p, on_event, k, e) == 0)
		rc = put_page(k, &r);
	page_reads_release(&r);
	for (i = 0; i < SHOWN; i++)
		line_release(&k->line[i]);
	free(k);
	return rc;
}

const struct page_kind page_access = {
	.path = "/access", .title = "Access log", .action = "open",
	.view = "access log", .make = make
};
