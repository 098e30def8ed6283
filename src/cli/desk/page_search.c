/* cli/desk/page_search.c - words in all conversations. */
#include <stdlib.h>
#include <string.h>

#include "cli/desk/page_talk.h"
#include "desk/words_query.h"

#include "base/banned.h"

#define LIMIT 50
#define CONTEXT 2
#define MARKS 64
#define TEXT_SHOWN 600		/* bytes of a long one */

struct search {
	struct page_talk t;
	const char *typed;
	struct words *words;
	int64_t hit[LIMIT], chat[LIMIT];
	size_t n;
	int64_t now;			/* the hit being shown */
	struct talk_mark mark[MARKS];
	size_t nmark;
	size_t from;
};

static const char *
typed(const struct page *p)
{
	const char *q = form_get(&p->query, "q");

	return q && q[0] ? q : NULL;
}

static int
on_hit(void *arg, const struct history_message *h, struct err *e)
{
	struct search *s = arg;

	(void)e;
	s->hit[s->n] = h->n;
	s->chat[s->n++] = h->chat;
	return s->n == LIMIT;
}

static int
on_mark(void *arg, size_t start, size_t end)
{
	struct search *s = arg;

	if (s->nmark < MARKS && start >= s->from)
		s->mark[s->nmark++] = (struct talk_mark){start - s->from,
		    end - s->from};
	return 0;
}

/* Of a long text what stands round the first word that was found. */
static int
on_message(void *arg, const struct history_message *h, struct err *e)
{
	struct search *s = arg;
	struct history_message part = *h;
	size_t start = 0, end = h->text_len;

	s->nmark = 0;
	s->from = 0;
	if (h->text_len <= WORDS_MARKS_MAX && words_marks(s->words, s->typed,
	    strlen(s->typed), h->text, h->text_len, on_mark, s, e) < 0)
		return -1;
	if (h->text_len > TEXT_SHOWN) {
		talk_part(h->text, h->text_len, s->nmark > 0 ?
		    s->mark[0].start : 0, TEXT_SHOWN, &start, &end);
		s->nmark = 0;
		s->from = start;
		if (h->text_len <= WORDS_MARKS_MAX && words_marks(s->words,
		    s->typed, strlen(s->typed), h->text, end, on_mark, s,
		    e) < 0)
			return -1;
		part.text = h->text + start;
		part.text_len = end - start;
	}
	page_talk_message(&s->t, &part, s->mark, s->nmark, true);
	return 0;
}

static int
on_chat(void *arg, const struct history_chat *h, struct err *e)
{
	struct search *s = arg;

	(void)e;
	html_lit(&s->t.p->h, "<p class=\"whose\">");
	page_talk_whose(&s->t, h);
	html_lit(&s->t.p->h, "</p>\n");
	return 0;
}

static int
put_hits(struct search *s, struct err *e)
{
	struct html *h = &s->t.p->h;
	size_t i;

	for (i = 0; i < s->n; i++) {
		s->t.begun = false;
		html_lit(h, "<section>");
		if (page_talk_chat(&s->t, s->chat[i], on_chat, s, e) < 0)
			return -1;
		html_lit(h, "<ol class=\"talk\">");
		if (history_around(s->t.m, s->hit[i], CONTEXT, on_message, s,
		    e) < 0)
			return -1;
		html_lit(h, "</ol></section>\n");
	}
	return 0;
}

static int
look(struct search *s, struct err *e)
{
	const struct history_filter f = {.since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};
	struct html *h = &s->t.p->h;
	char count[CLI_COUNT_LEN];
	int rc = history_search(s->t.m, s->typed, &f, LIMIT, on_hit, s, e);

	if (rc < 0)
		return -1;
	html_element(h, "p", NULL, s->n == 0 ? cli_tr("nothing was found") :
	    s->n == LIMIT ? cli_tr("the newest 50:") :
	    cli_count((int64_t)s->n, "%lld place", "%lld places", count));
	return put_hits(s, e);
}

static int
make(struct page *p, struct err *e)
{
	struct search s = {.typed = typed(p)};
	int rc = 0;

	page_begin(p, cli_tr("Search"));
	html_element(&p->h, "p", "hint", cli_tr("Words stand anywhere in a "
	    "message; \"a phrase\", -without, begin*"));
	if (s.typed) {
		rc = page_talk_open(&s.t, p, e);
		s.words = rc == 0 ? words_new(e) : NULL;
		rc = s.words ? look(&s, e) : -1;
		words_free(s.words);
		page_talk_close(&s.t);
	}
	page_finish(p);
	return rc;
}

static int
name(struct page *p, struct page_view *v, struct err *e)
{
	const char *q = typed(p);

	(void)e;
	if (!q)
		return 1;
	(void)snprintf(v->text, sizeof(v->text), "search \"%s\"", q);
	return 0;
}

const struct page_kind page_search = {
	.path = "/search", .title = "Search", .action = "search",
	.name = name, .make = make
};
