/* cli/desk/page_facts.c - the facts of a day for the pages that show them. */
#include "cli/desk/page_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/desk/page_talk.h"

#include "base/banned.h"

#define HREF_MAX 1024

void
page_facts_early(struct page *p, const struct dayfacts *f)
{
	char at[WORKTIME_CLOCK_LEN];

	if (!f->early)
		return;
	html_lit(&p->h, "<p class=\"hint\">");
	html_textf(&p->h, cli_tr("Counted by the sync at %s, before the day was "
	    "over."), worktime_clock(f->time, f->facts.made, at));
	html_lit(&p->h, "</p>\n");
}

int
page_facts_href(struct buf *out, const char *person, struct err *e)
{
	return buf_adds(out, "/person/", e) < 0 ? -1 :
	    html_path(out, person, e);
}

const char *
page_facts_all(int64_t day, char out[PAGE_FACTS_ALL_LEN])
{
	char text[WORKTIME_DAY_LEN];

	(void)snprintf(out, PAGE_FACTS_ALL_LEN, "/work?day=%s&all=1",
	    worktime_day_text(day, text));
	return out;
}

static void
put_person(struct html *h, const char *name)
{
	struct buf href = BUF_INIT(HREF_MAX);
	struct err ignored = ERR_INIT;

	html_lit(h, "<td>");
	/* too long a name leads nowhere */
	if (page_facts_href(&href, name, &ignored) == 0)
		html_link(h, NULL, buf_str(&href), name);
	else
		html_text(h, name);
	html_lit(h, "</td>");
	buf_release(&href);
}

static void
put_chat(struct html *h, const struct digest_row *row)
{
	char href[PAGE_TALK_HREF];

	html_lit(h, "<td>");
	html_link(h, NULL, page_talk_href(row->chat, row->message, href),
	    row->cell[1]);
	html_lit(h, "</td>");
}

void
page_facts_section(struct page *p, const struct digest_section *s,
	size_t most, const char *all)
{
	struct html *h = &p->h;
	char many[CLI_COUNT_LEN];
	size_t i, c;

	if (s->n == 0)
		return;
	html_open(h, "section", "class", s->urgent ? "do items" : NULL,
	    (char *)NULL);
	html_lit(h, "<h2>");
	html_text(h, s->title);
	html_lit(h, " <b>");
	html_int(h, (int64_t)s->count);
	html_lit(h, "</b></h2><div class=\"wide\"><table>");
	if (s->head[0]) {
		html_lit(h, "<tr>");
		for (c = 0; c < s->cells; c++) {
			html_open(h, "th", "scope", "col", "class",
			    s->right[c] ? "r" : NULL, (char *)NULL);
			html_text(h, s->head[c]);
			html_lit(h, "</th>");
		}
		html_lit(h, "</tr>\n");
	}
	for (i = 0; i < s->n && i < most; i++) {
		html_lit(h, "<tr>");
		for (c = 0; c < s->cells; c++)
			if (c == 0 && s->persons)
				put_person(h, s->row[i].cell[c]);
			else if (c == 1 && s->row[i].chat)
				put_chat(h, &s->row[i]);
			else
				html_element(h, "td", s->right[c] ? "r" : NULL,
				    s->row[i].cell[c]);
		html_lit(h, "</tr>\n");
	}
	html_lit(h, "</table></div>");
	if (s->n > most) {
		html_lit(h, "<p>");
		html_link(h, NULL, all, cli_count((int64_t)s->count,
		    "see all %lld", "see all %lld", many));
		html_lit(h, "</p>");
	}
	html_lit(h, "</section>\n");
}
