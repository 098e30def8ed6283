/* cli/desk/page_facts.c - the facts of a day for the pages that show them. */
#include "cli/desk/page_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "config/teamini.h"

#include "base/banned.h"

#define ZONE_LEN 128
#define HREF_MAX 1024

/* The stations behind which PERSON stands, those that may send first. */
static int
take_stations(struct page_facts *k, const char *person, struct err *e)
{
	const struct team *t = &k->p->team;
	size_t i;

	k->station = calloc(t->n + 1, sizeof(*k->station));
	if (!k->station)
		return err_nomem(e);
	for (i = 0; i < t->n; i++) {
		if (strcmp(team_who(t, t->station[i]), person) != 0)
			continue;
		k->station[k->nstations++] = t->station[i];
		k->nactive += i < t->nactive;
	}
	return 0;
}

int
page_facts_open(struct page_facts *k, struct page *p, const char *person,
	struct err *e)
{
	memset(k, 0, sizeof(*k));
	k->p = p;
	if (page_people(p, e) < 0 || (person && take_stations(k, person,
	    e) < 0))
		return -1;
	k->time = worktime_new(buf_str(&p->team.policy), "", e);
	if (!k->time)
		return -1;
	k->today = worktime_day(k->time, p->now * 1000);
	k->m = messages_open(p->b->catalogue, false, e);
	return k->m ? 0 : -1;
}

int
page_facts_day(struct page_facts *k, int64_t day, bool numbers,
	struct err *e)
{
	const struct team *t = &k->p->team;
	const struct facts_ask ask = {.policy = buf_str(&t->policy),
	    .roster = &t->people,
	    .station = k->station ? k->station : t->station,
	    .nstations = k->station ? k->nstations : t->n,
	    .nactive = k->station ? k->nactive : t->nactive, .day = day,
	    .now = k->p->now * 1000, .numbers = numbers};

	facts_release(&k->facts);
	return facts_make(&k->facts, k->m, k->p->b->catalogue, &ask, e);
}

int
page_facts_digest(struct page_facts *k, struct err *e)
{
	char zone[ZONE_LEN];

	if (!teamini_get(buf_str(&k->p->team.policy), "", "zone", zone,
	    sizeof(zone)))
		clock_zone(zone, sizeof(zone));
	digest_page_release(&k->digest);
	return digest_page_make(&k->digest, &k->facts, k->p->b->control.org,
	    zone, k->time, e);
}

void
page_facts_close(struct page_facts *k)
{
	digest_page_release(&k->digest);
	facts_release(&k->facts);
	messages_close(k->m);
	worktime_free(k->time);
	free(k->station);
}

int
page_facts_href(struct buf *out, const char *person, struct err *e)
{
	return buf_adds(out, "/person/", e) < 0 ? -1 :
	    html_path(out, person, e);
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
	char href[32];

	(void)snprintf(href, sizeof(href), "/chat/%lld", (long long)row->chat);
	html_lit(h, "<td>");
	html_link(h, NULL, href, row->cell[1]);
	html_lit(h, "</td>");
}

void
page_facts_section(struct page *p, const struct digest_section *s,
	size_t most)
{
	struct html *h = &p->h;
	size_t i, c;

	if (s->n == 0)
		return;
	html_open(h, "section", "class", s->urgent ? "do" : NULL,
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
	html_lit(h, "</table></div></section>\n");
}
