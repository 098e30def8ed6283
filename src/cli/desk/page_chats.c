/* cli/desk/page_chats.c - who talks with whom. */
#include <string.h>

#include "base/clock.h"
#include "cli/desk/page_talk.h"
#include "cli/desk/show.h"

#include "base/banned.h"

#define SHOWN 200

struct list {
	struct page_talk t;
	const char *who;		/* a person's name, or NULL */
	int64_t n, more;
};

static int
on_chat(void *arg, const struct history_chat *c, struct err *e)
{
	struct list *l = arg;
	const char *who = team_who(&l->t.p->team, c->station);
	struct html *h = &l->t.p->h;
	char href[PAGE_TALK_HREF], when[SHOW_TIME_LEN];
	struct buf marks = BUF_INIT(CLI_COUNT_LEN * 4);
	int rc;

	if (l->who && strcmp(l->who, who) != 0)
		return 0;
	if (l->n == SHOWN) {
		l->more++;
		return 0;
	}
	l->n++;
	html_lit(h, "<tr><td class=\"when\">");
	html_text(h, c->last == HISTORY_NEVER ? "-" : show_minute(c->last /
	    1000, when));
	html_lit(h, "</td><td><bdi>");
	html_text(h, who);
	html_lit(h, "</bdi></td><td>");
	html_text(h, c->platform);
	html_lit(h, "</td><td dir=\"auto\">");
	html_link(h, NULL, page_talk_href(c->n, 0, href), c->name[0] ?
	    c->name : c->id[0] ? c->id : "?");
	html_lit(h, "</td>");
	page_number(l->t.p, c->in);
	page_number(l->t.p, c->out);
	rc = talkask_marks(&marks, c, "", e);
	html_element(h, "td", "lost", buf_str(&marks));
	html_lit(h, "</tr>\n");
	buf_release(&marks);
	return rc;
}

/* People as they stand in the roster, each once. */
static void
put_people(struct html *h, const struct roster *r, const char *who)
{
	size_t i, j;

	html_lit(h, "<select name=\"who\"><option value=\"\">");
	html_text(h, cli_tr("everybody"));
	html_lit(h, "</option>");
	for (i = 0; i < r->n; i++) {
		for (j = 0; j < i; j++)
			if (strcmp(r->v[i].person, r->v[j].person) == 0)
				break;
		if (j < i || r->v[i].person[0] == '\0')
			continue;
		html_open(h, "option", "value", r->v[i].person, "selected",
		    who && strcmp(who, r->v[i].person) == 0 ? "" : NULL,
		    (char *)NULL);
		html_text(h, r->v[i].person);
		html_lit(h, "</option>");
	}
	html_lit(h, "</select>");
}

static void
put_form(struct list *l, const char *peer)
{
	struct html *h = &l->t.p->h;

	html_lit(h, "<form class=\"ask\"><label>");
	html_text(h, cli_tr("who"));
	html_lit(h, " ");
	put_people(h, &l->t.p->team.people, l->who);
	html_lit(h, "</label> <label>");
	html_text(h, cli_tr("with"));
	html_open(h, "input", "name", "peer", "value", peer ? peer : "",
	    (char *)NULL);
	html_lit(h, "</label> <button>");
	html_text(h, cli_tr("show"));
	html_lit(h, "</button></form>\n");
}

static int
put_list(struct list *l, struct err *e)
{
	static const char *const heads[] = {"last message", "who", "platform",
	    "conversation", PAGE_R "in", PAGE_R "out", "", NULL};
	struct page *p = l->t.p;
	const char *peer = form_get(&p->query, "peer");
	const struct history_filter f = {.peer = peer && peer[0] ? peer :
	    NULL, .since = HISTORY_NEVER, .until = HISTORY_NEVER};
	int rc;

	l->who = form_get(&p->query, "who");
	if (l->who && l->who[0] == '\0')
		l->who = NULL;
	page_begin(p, cli_tr("Chats"));
	put_form(l, peer);
	html_lit(&p->h, "<section>");
	page_table(p, heads);
	rc = history_chats(l->t.m, &f, on_chat, l, e);
	page_table_end(p);
	if (l->n == 0)
		html_element(&p->h, "p", NULL, cli_tr("no conversation"));
	if (l->more > 0)
		html_textf(&p->h, cli_tr("and %lld older ones: say with whom"),
		    (long long)l->more);
	html_lit(&p->h, "</section>\n");
	page_finish(p);
	return rc;
}

static int
make(struct page *p, struct err *e)
{
	struct list l = {0};
	int rc = page_talk_open(&l.t, p, e);

	if (rc == 0)
		rc = put_list(&l, e);
	page_talk_close(&l.t);
	return rc;
}

const struct page_kind page_chats = {
	.path = "/chats", .title = "Chats", .action = "open",
	.view = "conversations", .make = make
};
