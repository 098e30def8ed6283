/* cli/desk/pages.c - which pages there are, and what all of them have. */
#include "cli/desk/pages.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/show.h"

#include "base/banned.h"

#define OLD_S 14400	/* four hours */

static const struct page_kind *const kinds[] = {
	&page_today,
	&page_today_json,
	&page_day,
	&page_day_ask,
	&page_day_short,
	&page_chats,
	&page_chat,
	&page_search,
	&page_work,
	&page_person,
	&page_shops,
	&page_shop,
	&page_compare,
	&page_picture,
	&page_accounts,
	&page_account,
	&page_reveal,
	&page_risk,
	&page_whatif,
	&page_handovers,
	&page_handover,
	&page_integrity,
	&page_access,
	&page_boss,
	&page_help,
	&page_attached,
	&page_raw,
	&page_recover,
	NULL
};

/* *ARG: what of PATH the "*" or "**" of PATTERN stands for. */
static bool
fits(const char *pattern, const char *path, const char **arg)
{
	const size_t n = strcspn(pattern, "*");

	*arg = "";
	if (pattern[n] == '\0')
		return strcmp(pattern, path) == 0;
	if (strncmp(pattern, path, n) != 0 || path[n] == '\0')
		return false;
	*arg = path + n;
	return pattern[n + 1] == '*' || !strchr(path + n, '/');
}

const struct page_kind *
pages_find(const char *path, const char **arg)
{
	size_t i;

	for (i = 0; kinds[i]; i++)
		if (fits(kinds[i]->path, path, arg))
			return kinds[i];
	return NULL;
}

int
page_people(struct page *p, struct err *e)
{
	if (p->has_team)
		return 0;
	p->has_team = true;
	return team_load(&p->team, p->b, e);
}

/* The same page in LANG: what else was asked for stays. */
static void
put_language(struct page *p, const char *lang, const char *text)
{
	struct buf to = BUF_INIT(4 * WIRE_FIELDS_MAX);
	int rc = buf_addf(&to, p->h.e, "?lang=%s", lang);
	size_t i;

	for (i = 0; rc == 0 && i < p->query.n; i++)
		if (strcmp(p->query.name[i], "lang") != 0)
			rc = buf_addc(&to, '&', p->h.e) < 0 ||
			    html_path(&to, p->query.name[i], p->h.e) < 0 ||
			    buf_addc(&to, '=', p->h.e) < 0 ||
			    html_path(&to, p->query.value[i], p->h.e) < 0 ?
			    -1 : 0;
	html_open(&p->h, "a", "href", rc == 0 ? buf_str(&to) : "?", "hreflang",
	    lang, "lang", lang, (char *)NULL);
	html_text(&p->h, text);
	html_lit(&p->h, "</a> ");
	buf_release(&to);
}

static void
put_languages(struct page *p)
{
	html_lit(&p->h, "<p class=\"lang\">");
	put_language(p, "zh", "中文");
	put_language(p, "en", "English");
	html_lit(&p->h, "</p>");
}

static void
put_nav(struct page *p)
{
	const char *q = form_get(&p->query, "q");
	size_t i;

	html_lit(&p->h, "<nav>");
	for (i = 0; kinds[i]; i++) {
		if (!kinds[i]->title)
			continue;
		html_open(&p->h, "a", "href", kinds[i]->path, "aria-current",
		    strcmp(kinds[i]->path, p->ask->path) == 0 ? "page" : NULL,
		    (char *)NULL);
		html_text(&p->h, cli_tr(kinds[i]->title));
		html_close(&p->h, "a");
	}
	html_lit(&p->h, "</nav><form class=\"find\" action=\"/search\" "
	    "role=\"search\">");
	html_open(&p->h, "input", "type", "search", "name", "q", "aria-label",
	    cli_tr("search all chats"), "placeholder",
	    cli_tr("search all chats"), "value", q ? q : "", (char *)NULL);
	html_lit(&p->h, "</form>");
}

/* Above all else: what the form did that led here. */
static void
put_said(struct page *p)
{
	if (!p->said)
		return;
	html_open(&p->h, "p", "class", "told", "role", "status",
	    (char *)NULL);
	html_textf(&p->h, "%s ", cli_tr(p->said));
	if (p->kept)
		html_text(&p->h, cli_tr("The central cannot be reached: it is "
		    "kept here and sent at the next sync."));
	html_lit(&p->h, "</p>\n");
}

void
page_begin(struct page *p, const char *title)
{
	html_lit(&p->h, "<!DOCTYPE html>\n");
	html_open(&p->h, "html", "lang", p->ask->zh ? "zh-CN" : "en",
	    (char *)NULL);
	html_lit(&p->h, "<head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">"
	    "<link rel=\"stylesheet\" href=\"/assets/style.css\">"
	    "<script src=\"/assets/page.js\" defer></script><title>");
	html_text(&p->h, title);
	html_lit(&p->h, " · 留底</title></head>\n<body>"
	    "<a class=\"skip\" href=\"#main\">");
	html_text(&p->h, cli_tr("to the page"));
	html_lit(&p->h, "</a><header><b class=\"brand\">留底</b>");
	put_nav(p);
	put_languages(p);
	html_lit(&p->h, "</header>\n<main id=\"main\">");
	put_said(p);
	html_element(&p->h, "h1", NULL, title);
	html_lit(&p->h, "\n");
}

bool
page_age(const struct page *p, char *out, size_t n)
{
	const int64_t old = p->now - p->synced;
	char when[SHOW_TIME_LEN];

	if (p->synced == DESKHOME_NEVER)
		(void)snprintf(out, n, "%s", cli_tr("When this desk last heard "
		    "from the central is not known: run 'liudi-desk sync'."));
	else if (old > OLD_S)
		(void)snprintf(out, n, cli_tr("Everything here is as it was "
		    "at %s: run 'liudi-desk sync'."),
		    show_minute(p->synced, when));
	else
		(void)snprintf(out, n, cli_tr("As the central had it at %s."),
		    show_minute(p->synced, when));
	return p->synced == DESKHOME_NEVER || old > OLD_S;
}

static void
put_age(struct page *p)
{
	char text[CLI_FILLED_LEN];
	const bool old = page_age(p, text, sizeof(text));

	html_element(&p->h, "footer", old ? "old" : NULL, text);
	html_lit(&p->h, "\n");
}

void
page_finish(struct page *p)
{
	put_age(p);
	html_lit(&p->h, "</main></body></html>\n");
}

void
page_table(struct page *p, const char *const *heads)
{
	struct html *h = &p->h;

	html_lit(h, "<div class=\"wide\"><table><tr>");
	for (; *heads; heads++) {
		const bool number = **heads == PAGE_R[0];

		/* over buttons and links stands nothing: no heading */
		if ((*heads)[number] == '\0') {
			html_lit(h, "<td></td>");
			continue;
		}
		html_open(h, "th", "scope", "col", "class", number ? "r" :
		    NULL, (char *)NULL);
		html_text(h, cli_tr(*heads + number));
		html_lit(h, "</th>");
	}
	html_lit(h, "</tr>\n");
}

void
page_table_end(struct page *p)
{
	html_lit(&p->h, "</table></div>\n");
}

void
page_time(struct page *p, int64_t utc)
{
	char when[SHOW_TIME_LEN];

	html_element(&p->h, "td", "when", show_minute(utc, when));
}

void
page_number(struct page *p, int64_t n)
{
	html_lit(&p->h, "<td class=\"r\">");
	html_int(&p->h, n);
	html_lit(&p->h, "</td>");
}

void
page_cell(struct page *p, const char *text)
{
	html_lit(&p->h, "<td><bdi>");
	html_text(&p->h, text);
	html_lit(&p->h, "</bdi></td>");
}

static int
begin(struct page *p, struct err *e)
{
	html_begin(&p->h, p->out, e);
	p->a->status = 200;
	p->a->type = WIRE_HTML;
	if (p->b->catalogue)
		return form_parse(&p->query, p->ask->query, p->ask->nquery,
		    e);
	(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
	return err_hint(e, "run 'liudi-desk sync'");
}

int
pages_make(struct page *p, const struct page_kind *kind, struct err *e)
{
	int rc = begin(p, e);

	if (rc == 0)
		rc = kind->make(p, e);
	if (rc == 0)
		rc = html_end(&p->h);
	if (p->has_team)
		team_release(&p->team);
	p->has_team = false;
	return rc;
}

int
pages_name(struct page *p, const struct page_kind *kind, struct page_view *v,
	struct err *e)
{
	memset(v, 0, sizeof(*v));
	if (begin(p, e) < 0)
		return -1;
	if (kind->name)
		return kind->name(p, v, e);
	(void)snprintf(v->text, sizeof(v->text), "%s", kind->view);
	return 0;
}
