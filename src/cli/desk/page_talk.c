/* cli/desk/page_talk.c - messages in HTML. */
#include "cli/desk/page_talk.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

int
page_talk_open(struct page_talk *t, struct page *p, struct err *e)
{
	memset(t, 0, sizeof(*t));
	t->p = p;
	t->m = messages_open(p->b->catalogue, false, e);
	return t->m ? page_people(p, e) : -1;
}

void
page_talk_close(struct page_talk *t)
{
	json_free(t->k.json);
	messages_close(t->m);
}

const char *
page_talk_href(int64_t chat, int64_t message, char out[PAGE_TALK_HREF])
{
	if (message == 0)
		(void)snprintf(out, PAGE_TALK_HREF, "/chat/%lld",
		    (long long)chat);
	else
		(void)snprintf(out, PAGE_TALK_HREF, "/chat/%lld?at=%lld#m%lld",
		    (long long)chat, (long long)message, (long long)message);
	return out;
}

static void
put_name(struct html *h, const char *s)
{
	html_lit(h, "<bdi>");
	html_text(h, s);
	html_lit(h, "</bdi>");
}

void
page_talk_whose(struct page_talk *t, const struct history_chat *c)
{
	const char *who = team_who(&t->p->team, c->station);
	struct buf marks = BUF_INIT(CLI_COUNT_LEN * 4);
	struct html *h = &t->p->h;

	put_name(h, c->name[0] ? c->name : c->id);
	html_textf(h, ", %s, ", c->platform);
	put_name(h, who);
	if (strcmp(who, c->station) != 0)
		html_textf(h, " @ %s", c->station);
	if (c->account && c->account[0]) {
		html_lit(h, " ");
		put_name(h, c->account);
	}
	if (h->rc == 0)
		h->rc = talkask_marks(&marks, c, "", h->e);
	if (marks.len > 0) {
		html_lit(h, " ");
		html_element(h, "b", "lost", buf_str(&marks));
	}
	buf_release(&marks);
}

static void
put_day(struct page_talk *t, int64_t at)
{
	struct html *h = &t->p->h;
	char day[TALK_DAY_LEN];

	if (t->begun && strcmp(talk_day_text(at, day), t->day) == 0)
		return;
	(void)snprintf(t->day, sizeof(t->day), "%s", talk_day_text(at, day));
	t->begun = true;
	html_lit(h, "<li class=\"day\"><h2>");
	if (t->day[0])
		html_textf(h, "%s %s", t->day, talk_weekday(at));
	else
		html_text(h, cli_tr("no date"));
	html_lit(h, "</h2></li>\n");
}

static void
put_said(struct html *h, const struct talk_line *l)
{
	size_t i, at = 0;

	html_lit(h, "<span class=\"said\" dir=\"auto\">");
	for (i = 0; i < l->nmark; i++) {
		html_textn(h, l->text + at, l->mark[i].start - at);
		html_lit(h, "<mark>");
		at = l->mark[i].start;
		html_textn(h, l->text + at, l->mark[i].end - at);
		html_lit(h, "</mark>");
		at = l->mark[i].end;
	}
	html_textn(h, l->text + at, l->text_len - at);
	html_lit(h, "</span>");
}

void
page_talk_message(struct page_talk *t, const struct history_message *m,
	const struct talk_mark *mark, size_t nmark, bool link)
{
	static const char *const classes[] = {
		[HISTORY_LIVE] = NULL, [HISTORY_CHANGED] = "changed",
		[HISTORY_RECALLED] = "gone", [HISTORY_VANISHED] = "gone"
	};
	char href[PAGE_TALK_HREF], id[32], clock[TALK_CLOCK_LEN];
	struct html *h = &t->p->h;
	struct talkask_notes notes;
	struct talk_line l;
	size_t i;

	put_day(t, m->at);
	talkask_line(&t->k, &l, &notes, m);
	if (m->text_len > 0) {
		l.mark = mark;
		l.nmark = nmark;
	}
	(void)snprintf(id, sizeof(id), "m%lld", (long long)m->n);
	html_open(h, "li", "id", id, "class", classes[m->state],
	    (char *)NULL);
	html_link(h, "at", link ? page_talk_href(m->chat, m->n, href) :
	    (snprintf(href, sizeof(href), "#%s", id), href),
	    talk_clock(l.at, l.no_clock, clock));
	html_open(h, "b", "class", l.own ? "own" : NULL, (char *)NULL);
	put_name(h, l.name);
	html_lit(h, "</b>");
	put_said(h, &l);
	for (i = 0; i < l.nnote; i++)
		html_element(h, "small", NULL, l.note[i]);
	html_lit(h, "</li>\n");
}

int
page_talk_chat(struct page_talk *t, int64_t n, history_chat_fn fn, void *arg,
	struct err *e)
{
	const struct history_filter f = {.chat = n, .since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};

	return history_chats(t->m, &f, fn, arg, e);
}
