/* cli/desk/page_shop.c - a day of a shop, and what is decided on it. */
#include "cli/desk/pages.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/desk/shopdeed.h"
#include "cli/desk/shopwords.h"
#include "desk/worktime.h"

#include "base/banned.h"

/* Field NAME as a day; SHOPDAY_NONE where there is none. */
static int
day_field(const struct form *f, const char *name, int64_t *day,
	struct err *e)
{
	const char *s = form_get(f, name);

	*day = SHOPDAY_NONE;
	if (!s || !*s || worktime_day_parse(s, day) == 0)
		return 0;
	return err_set(e, ERR_USAGE, "'%.60s' is no day", s);
}

static const char *
text_field(const struct form *f, const char *name)
{
	const char *s = form_get(f, name);

	return s && *s ? s : NULL;
}

/* --- What it shows. */

static int
on_page(void *arg, const struct shopday_page *l, struct err *e)
{
	struct html *h = arg;

	(void)e;
	html_lit(h, "<tr>");
	html_element(h, "td", NULL, l->page);
	html_element(h, "td", NULL, shopwords_view(l->view));
	html_element(h, "td", NULL, shopwords_state(l->state));
	html_lit(h, "</tr>\n");
	return 0;
}

static int
put_day(struct page *p, struct shopday *s, int64_t day, struct err *e)
{
	struct html *h = &p->h;
	char text[WORKTIME_DAY_LEN];

	html_element(h, "h2", NULL, worktime_day_text(day, text));
	html_lit(h, "<div class=\"wide\"><table>");
	if (shopday_pages(s, day, on_page, h, e) < 0)
		return -1;
	html_lit(h, "</table></div>\n<form method=\"post\">");
	html_open(h, "input", "type", "hidden", "name", "day", "value", text,
	    (char *)NULL);
	html_lit(h, "<button name=\"do\" value=\"reviewed\">");
	html_text(h, cli_tr("reviewed"));
	html_lit(h, "</button></form>\n");
	return 0;
}

static int
make(struct page *p, struct err *e)
{
	struct shopdesk k = {.b = p->b, .name = p->reader,
	    .unsent = *p->unsent, .today = shopdesk_today()};
	struct notes_report ignored;
	struct err why = ERR_INIT;
	struct shopday *s;
	int64_t day;
	int rc = -1;

	if (day_field(&p->query, "day", &day, e) < 0)
		return -1;
	(void)notes_index(p->b, &ignored, &why);
	s = shopdesk_load_one(&k, p->arg, e);
	if (s && day == SHOPDAY_NONE)
		day = shopday_last(s, k.today + 1);
	page_begin(p, p->arg);
	if (s)
		rc = put_day(p, s, day, e);
	page_finish(p);
	shopday_free(s);
	return rc;
}

static int
name(struct page *p, struct page_view *v, struct err *e)
{
	(void)e;
	(void)snprintf(v->text, sizeof(v->text), "shop %s", p->arg);
	return 0;
}

/* --- What is decided. */

/* Back to the day of the form. */
static int
go_back(struct page_deed *d, int64_t day, struct err *e)
{
	struct buf to = BUF_INIT(WIRE_PATH_MAX);
	char text[WORKTIME_DAY_LEN];
	int rc = -1;

	if (buf_adds(&to, "/shop/", e) < 0 || html_path(&to, d->arg, e) < 0 ||
	    (day != SHOPDAY_NONE && buf_addf(&to, e, "?day=%s",
	    worktime_day_text(day, text)) < 0))
		goto out;
	(void)snprintf(d->to, sizeof(d->to), "%s", buf_str(&to));
	rc = 0;
out:
	buf_release(&to);
	return rc;
}

static int
decide(struct page_deed *d, struct shopdesk *k, struct err *e)
{
	const char *what = form_get(d->form, "do");
	struct shopdeed_done done;
	struct shopdeed_rule rule = {.change = form_get(d->form, "change"),
	    .what = text_field(d->form, "what"),
	    .page = text_field(d->form, "page")};
	int64_t day, since;
	int rc = -1;

	if (day_field(d->form, "day", &day, e) < 0 ||
	    day_field(d->form, "since", &since, e) < 0 ||
	    day_field(d->form, "until", &rule.until, e) < 0)
		return -1;
	if (what && strcmp(what, "reviewed") == 0) {
		rc = shopdeed_reviewed(k, d->arg, since, day,
		    text_field(d->form, "note"), &done, e);
		d->said = rc > 0 ? "It is reviewed already." :
		    "It is reviewed.";
	} else if (what && (strcmp(what, "accept") == 0 ||
	    strcmp(what, "rolling") == 0)) {
		rc = shopdeed_accept(k, d->arg, day, *what == 'r', &done, e);
		d->said = *what == 'r' ? "Each day is held against the one "
		    "before it again." : "Later days are held against this "
		    "one.";
	} else if (what && strcmp(what, "ignore") == 0 && rule.change) {
		rc = shopdeed_ignore(k, d->arg, &rule, &done, e);
		d->said = "It is not told any more.";
	} else {
		(void)err_set(e, ERR_USAGE, "the form does not say what is to "
		    "be done");
	}
	if (rc < 0)
		return -1;
	d->kept = done.kept;
	return go_back(d, day, e);
}

static int
deed(struct page_deed *d, struct err *e)
{
	struct shopdesk k;
	int rc = -1;

	memset(&k, 0, sizeof(k));
	if (shopdesk_is_name(d->arg, e) == 0 &&
	    shopdesk_join(&k, d->c, d->op, e) == 0 && shopdesk_note(&k,
	    d->arg, ACCESS_NO_DAY, ACCESS_NO_DAY, e) == 0)
		rc = decide(d, &k, e);
	shopdesk_release(&k);
	return rc;
}

const struct page_kind page_shop = {
	.path = "/shop/*", .action = "open", .name = name, .make = make,
	.deed = deed
};
