/* cli/desk/page_acct_today.c - what of accounts a manager has to look at today. */
#include "cli/desk/page_acct.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/desk/show.h"
#include "desk/dual.h"
#include "desk/handover.h"

#include "base/banned.h"

/* A card that opens with its first row. */
struct card {
	struct page_acct *k;
	size_t *all;			/* of all cards */
	const char *title;
	size_t n;
};

static struct html *
begin_row(struct card *c)
{
	struct html *h = &c->k->p->h;

	if (c->n++ == 0) {
		html_lit(h, "<section class=\"do\"><h2>");
		html_text(h, c->title);
		html_lit(h, "</h2><ul>");
	}
	++*c->all;
	html_lit(h, "<li>");
	return h;
}

static void
end_card(struct card *c)
{
	if (c->n > 0)
		html_lit(&c->k->p->h, "</ul></section>\n");
}

/* --- Who goes. */

static int
put_handover(struct card *c, const struct handover *h, const char *person,
	struct err *e)
{
	struct custody_result r = {0};
	struct html *out;
	char when[SHOW_TIME_LEN];

	if (custody_whatif(c->k->c, &person, 1, &r, e) < 0)
		return -1;
	out = begin_row(c);
	page_acct_handover(out, person, person);
	html_lit(out, ": ");
	if (h->started)
		html_textf(out, cli_tr("started %s"), show_minute(h->started,
		    when));
	else
		html_text(out, cli_tr("has left, and no handover has begun"));
	html_lit(out, "; ");
	html_textf(out, cli_tr("%zu would be lost, %zu are still open to him"),
	    r.nlost, r.nreach);
	html_lit(out, "</li>");
	custody_result_free(&r);
	return 0;
}

/* Begun and not closed; and who has left, with nothing begun. */
static int
put_handovers(struct page_acct *k, size_t *count, struct err *e)
{
	struct handover_ask ask = {.book = k->book, .people = k->people};
	struct card c = {k, count, cli_tr("Handovers to be finished"), 0};
	const struct people_person *all;
	size_t n, i;

	all = people_all(k->people, &n);
	for (i = 0; i < n; i++) {
		struct handover h = {.n = 0};

		ask.person = all[i].name;
		handover_history(&h, &ask);
		if (h.closed || (!h.started && !all[i].left))
			continue;
		if (put_handover(&c, &h, all[i].name, e) < 0)
			return -1;
	}
	end_card(&c);
	return 0;
}

/* --- What only an owner can answer. */

static void
put_request(struct card *c, const struct book_account *a,
	const struct account_event *v)
{
	const char *why = v->value[EVENT_REASON];
	struct html *h = begin_row(c);
	char when[SHOW_TIME_LEN], id[EVENT_ID_HEX];

	page_acct_link(h, a);
	html_lit(h, ": <bdi>");
	html_text(h, v->value[EVENT_BY]);
	html_textf(h, ", %s", show_minute(v->ts, when));
	html_lit(h, "</bdi> <bdi>");
	html_text(h, why ? why : "");
	html_lit(h, "</bdi><br><code>");
	html_textf(h, "liudi-desk account grant %s --as owner",
	    page_acct_word(a, id));
	html_lit(h, "</code></li>");
}

static void
put_requests(struct page_acct *k, size_t *count)
{
	const struct account_event *v[DUAL_EVENTS_MAX];
	struct card c = {k, count, cli_tr("An owner is asked to grant"), 0};
	const struct book_account *a;
	size_t n, i;

	a = book_accounts(k->book, &n);
	for (i = 0; i < n; i++)
		if (dual_requests(&a[i], k->people, NULL, v) > 0)
			put_request(&c, &a[i], v[0]);
	end_card(&c);
}

/* --- Two people for each shop. */

static int
on_rule(void *arg, const char *shop, const char *what)
{
	struct html *h = begin_row(arg);
	char text[CLI_FILLED_LEN];

	if (shop) {
		html_lit(h, "<bdi>");
		html_text(h, shop);
		html_lit(h, "</bdi>: ");
	}
	html_text(h, cli_tr_filled(what, text));
	html_lit(h, "</li>");
	return 0;
}

static void
put_rules(struct page_acct *k, size_t *count)
{
	struct card c = {k, count, cli_tr("Shops and readers that hang on "
	    "too few"), 0};

	(void)people_check(k->people, on_rule, &c);
	end_card(&c);
}

int
page_acct_today(struct page *p, size_t *n, struct err *e)
{
	struct page_acct k;
	int rc = page_acct_open(&k, p, e);

	*n = 0;
	if (rc == 0)
		rc = put_handovers(&k, n, e);
	if (rc == 0) {
		put_requests(&k, n);
		put_rules(&k, n);
	}
	page_acct_close(&k);
	return rc;
}
