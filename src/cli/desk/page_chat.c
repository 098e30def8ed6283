/*
 * cli/desk/page_chat.c - a conversation: the newest messages, or those round a
 * place in it.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/desk/page_raw.h"
#include "cli/desk/page_talk.h"

#include "base/banned.h"

#define SHOWN 200

struct chat {
	struct page_talk t;
	int64_t n;			/* its number */
	bool found;
	int64_t low, high;		/* numbers to be shown: low < n < high */
	int64_t round;			/* they stand round that one */
	int count;			/* so many on either side */
	int below, above;		/* that were there */
	int64_t first, last;		/* shown */
};

static int
take_number(struct page *p, int64_t *n, struct err *e)
{
	if (str_to_i64(p->arg, 1, INT32_MAX, n) == 0)
		return 0;
	return err_set(e, ERR_NOENT, "there is no conversation '%s'", p->arg);
}

static int
on_whose(void *arg, const struct history_chat *h, struct err *e)
{
	struct chat *c = arg;

	(void)e;
	c->found = true;
	html_lit(&c->t.p->h, "<p class=\"whose\">");
	page_talk_whose(&c->t, h);
	html_lit(&c->t.p->h, "</p>\n");
	return 0;
}

static int
on_message(void *arg, const struct history_message *h, struct err *e)
{
	struct chat *c = arg;

	/* the access log names this conversation, and no other is shown */
	if (h->chat != c->n)
		return err_set(e, ERR_NOENT, "message %lld is of another "
		    "conversation", (long long)c->round);
	c->below += h->n < c->round;
	c->above += h->n > c->round;
	if (h->n <= c->low || h->n >= c->high)
		return 0;
	if (c->first == 0)
		c->first = h->n;
	c->last = h->n;
	page_talk_message(&c->t, h, NULL, 0, true);
	return 0;
}

/* The number of the first message since a time. */
static int
on_first(void *arg, const struct history_message *h, struct err *e)
{
	(void)e;
	*(int64_t *)arg = h->n;
	return 1;
}

/* What was asked for of it: round which message. */
static int
find_place(struct chat *c, struct err *e)
{
	struct history_filter f = {.chat = c->n, .until = HISTORY_NEVER};
	const char *at = form_get(&c->t.p->query, "at");
	const char *before = form_get(&c->t.p->query, "before");
	const char *after = form_get(&c->t.p->query, "after");
	const char *day = form_get(&c->t.p->query, "day");
	char begins[32];
	struct err ignored = ERR_INIT;

	c->low = INT64_MIN;
	c->high = INT64_MAX;
	c->round = 0;
	c->count = SHOWN;
	if (before && str_to_i64(before, 1, INT64_MAX, &c->round) == 0) {
		c->high = c->round;
		return 0;
	}
	if (after && str_to_i64(after, 1, INT64_MAX, &c->round) == 0) {
		c->low = c->round;
		return 0;
	}
	if (at && str_to_i64(at, 1, INT64_MAX, &c->round) == 0) {
		c->count = SHOWN / 2;
		return 0;
	}
	if (day)
		(void)snprintf(begins, sizeof(begins), "%s 00:00", day);
	if (day && clock_parse(begins, &f.since, &ignored) == 0) {
		f.since *= 1000;
		c->count = SHOWN / 2;
		if (history_each(c->t.m, &f, on_first, &c->round, e) < 0)
			return -1;
		if (c->round != 0)
			return 0;
	}
	return history_last(c->t.m, c->n, &c->round, e) < 0 ? -1 : 0;
}

static void
put_step(struct chat *c, const char *name, int64_t n, const char *text)
{
	char href[PAGE_TALK_HREF];

	(void)snprintf(href, sizeof(href), "/chat/%lld?%s=%lld",
	    (long long)c->n, name, (long long)n);
	html_link(&c->t.p->h, NULL, href, text);
	html_lit(&c->t.p->h, " ");
}

/* Older, newer, the end, a day. */
static void
put_steps(struct chat *c)
{
	struct html *h = &c->t.p->h;
	char href[PAGE_TALK_HREF];

	html_lit(h, "<p class=\"steps\">");
	if (c->first != 0 && (c->below >= c->count || c->low != INT64_MIN))
		put_step(c, "before", c->first, cli_tr("older"));
	if (c->last != 0 && (c->above >= c->count || c->high != INT64_MAX)) {
		put_step(c, "after", c->last, cli_tr("newer"));
		html_link(h, NULL, page_talk_href(c->n, 0, href),
		    cli_tr("the newest"));
	}
	html_lit(h, "</p><form class=\"ask\"><label>");
	html_text(h, cli_tr("from this day on"));
	html_lit(h, "<input type=\"date\" name=\"day\"></label> <button>");
	html_text(h, cli_tr("show"));
	html_lit(h, "</button></form>\n");
}

static int
put_chat(struct chat *c, struct err *e)
{
	struct page *p = c->t.p;

	page_begin(p, cli_tr("Conversation"));
	if (page_talk_chat(&c->t, c->n, on_whose, c, e) < 0)
		return -1;
	if (!c->found)
		return err_set(e, ERR_NOENT, "there is no conversation '%s'",
		    p->arg);
	if (find_place(c, e) < 0)
		return -1;
	html_lit(&p->h, "<section><ol class=\"talk\">\n");
	if (c->round != 0 && history_around(c->t.m, c->round, c->count,
	    on_message, c, e) < 0)
		return -1;
	html_lit(&p->h, "</ol>");
	if (c->first == 0)
		html_element(&p->h, "p", NULL, cli_tr("There is no more in "
		    "that direction."));
	put_steps(c);
	html_lit(&p->h, "</section>\n");
	if (form_get(&p->query, "at") && c->count < SHOWN && page_raw_about(p,
	    c->t.m, c->round, e) < 0)
		return -1;
	page_finish(p);
	return 0;
}

static int
make(struct page *p, struct err *e)
{
	struct chat c = {0};
	int rc = page_talk_open(&c.t, p, e);

	if (rc == 0)
		rc = take_number(p, &c.n, e);
	if (rc == 0)
		rc = put_chat(&c, e);
	page_talk_close(&c.t);
	return rc;
}

/* --- As the access log has it. */

static int
on_label(void *arg, const struct history_chat *h, struct err *e)
{
	struct page_view *v = arg;

	(void)e;
	(void)snprintf(v->station, sizeof(v->station), "%s", h->station);
	(void)snprintf(v->text, sizeof(v->text), "%s: %s", h->platform,
	    h->name[0] ? h->name : h->id);
	return 0;
}

static int
name(struct page *p, struct page_view *v, struct err *e)
{
	struct page_talk t = {.p = p};
	int rc = -1;
	int64_t n;

	if (take_number(p, &n, e) < 0)
		return -1;
	t.m = messages_open(p->b->catalogue, false, e);
	if (t.m)
		rc = page_talk_chat(&t, n, on_label, v, e);
	page_talk_close(&t);
	if (rc == 0 && v->text[0] == '\0')
		return err_set(e, ERR_NOENT, "there is no conversation '%s'",
		    p->arg);
	return rc;
}

const struct page_kind page_chat = {
	.path = "/chat/*", .action = "open", .name = name, .make = make
};
