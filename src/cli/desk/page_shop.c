/* cli/desk/page_shop.c - a day of a shop, and what is decided on it. */
#include "cli/desk/pages.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/desk/shopdeed.h"
#include "cli/desk/shoppage.h"
#include "cli/desk/shopwords.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define DAYS 28
#define TEXT_LEN 65536u
#define CHANGES_MAX 200		/* of a page; the rest is counted */

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

struct shop {
	struct shoppage g;
	const struct shopday *s;
	const char *name;
	int64_t day;
	struct shoprow row;
	bool accepted;			/* one is held against what was */
	const struct shopday_page *page;	/* of on_change() */
	int64_t rows;
};

/* "/compare/lamps?before=…&after=…&page=…": L as it is, and what it is held to. */
static void
link_compare(struct shop *v, const struct shopday_page *l, const char *text)
{
	struct html *h = &v->g.p->h;
	const char *const field[][2] = {{"page", l->page}, {"view", l->view},
	    {"station", l->station}};
	struct buf to = BUF_INIT(WIRE_PATH_MAX + WIRE_FIELDS_MAX);
	char before[WORKTIME_DAY_LEN], after[WORKTIME_DAY_LEN];
	size_t i;
	int rc;

	rc = buf_adds(&to, "/compare/", h->e) < 0 ||
	    html_path(&to, v->name, h->e) < 0 ||
	    buf_addf(&to, h->e, "?before=%s&after=%s",
	    worktime_day_text(l->base_day, before),
	    worktime_day_text(v->day, after)) < 0 ? -1 : 0;
	for (i = 0; rc == 0 && i < sizeof(field) / sizeof(*field); i++)
		rc = buf_addf(&to, h->e, "&%s=", field[i][0]) < 0 ? -1 :
		    html_path(&to, field[i][1], h->e);
	if (h->rc == 0)
		h->rc = rc;
	html_link(h, NULL, buf_str(&to), text);
	buf_release(&to);
}

static int
on_page(void *arg, const struct shopday_page *l, struct err *e)
{
	struct shop *v = arg;
	struct html *h = &v->g.p->h;
	const bool today = l->day == v->day;
	char text[SHOPROW_HELD_LEN], day[WORKTIME_DAY_LEN];

	(void)e;
	v->accepted = v->accepted || l->accepted;
	html_lit(h, "<tr><th scope=\"row\"><bdi>");
	html_text(h, l->page);
	html_lit(h, "</bdi> <small>");
	html_text(h, shopwords_view(l->view));
	if (v->row.stations > 1)
		html_textf(h, " · %s", l->station);
	html_lit(h, "</small></th><td>");
	if (today)
		shoppage_state(h, l->state, shopwords_state(l->state));
	else
		html_textf(h, "%s %s", cli_tr("not looked at"),
		    worktime_day_text(l->day, day));
	if (today && l->reason) {
		html_lit(h, "<br><small><bdi>");
		html_text(h, cli_tr_filled(l->reason, text));
		html_lit(h, "</bdi></small>");
	}
	html_lit(h, "</td><td>");
	if (today)
		html_text(h, shoprow_held(l, text));
	html_lit(h, "</td><td>");
	if (today && l->base_day != SHOPDAY_NONE)
		link_compare(v, l, cli_tr("before and after"));
	html_lit(h, "</td></tr>\n");
	return 0;
}

static void
put_hidden(struct html *h, const char *name, const char *value)
{
	html_open(h, "input", "type", "hidden", "name", name, "value", value,
	    (char *)NULL);
}

/* Up to <form …> and the day that it is sent from. */
static void
put_form(struct shop *v, const char *class)
{
	struct html *h = &v->g.p->h;
	char day[WORKTIME_DAY_LEN];

	html_open(h, "form", "method", "post", "class", class, (char *)NULL);
	put_hidden(h, "day", worktime_day_text(v->day, day));
}

static void
put_button(struct html *h, const char *value, const char *text)
{
	html_open(h, "button", "name", "do", "value", value, (char *)NULL);
	html_text(h, text);
	html_lit(h, "</button>");
}

/*
 * A rule names what it hides by its text: what does not fit into a note, or has
 * the sign for any text in it, would hide more than this.
 */
static bool
can_name(const struct shop_event *c)
{
	return !c->what || (strlen(c->what) <= SHOPDEED_TEXT_MAX &&
	    utf8_clean(c->what, strlen(c->what)) && !strchr(c->what, '*'));
}

static void
put_ignore(struct shop *v, const struct shop_event *c)
{
	struct html *h = &v->g.p->h;

	if (c->change == SHOP_REBASED || !can_name(c))
		return;
	html_lit(h, "<details><summary>");
	html_text(h, cli_tr("do not tell this again"));
	html_lit(h, "</summary>");
	put_form(v, "row");
	put_hidden(h, "change", shop_change_name(c->change));
	if (c->what)
		put_hidden(h, "what", c->what);
	html_lit(h, "<label>");
	html_open(h, "input", "type", "checkbox", "name", "page", "value",
	    v->page->page, "checked", "checked", (char *)NULL);
	html_textf(h, " %s ", cli_tr("only on this page"));
	html_lit(h, "</label><label>");
	html_textf(h, "%s ", cli_tr("up to"));
	html_lit(h, "<input type=\"date\" name=\"until\"></label>");
	put_button(h, "ignore", cli_tr("hide it"));
	html_lit(h, "</form></details>");
}

static int
on_change(void *arg, const struct shop_event *c, struct err *e)
{
	static const char *const class[] = {"free", "late", "missed"};
	const enum shop_gravity g = shop_change_gravity(c->change);
	struct shop *v = arg;
	struct html *h = &v->g.p->h;
	struct buf text = BUF_INIT(TEXT_LEN);
	int rc;

	if (v->rows++ >= CHANGES_MAX)
		return 0;
	rc = shopwords_event(c, &text, e);
	html_open(h, "li", "class", g == SHOP_GRAVE ? "grave" : NULL,
	    (char *)NULL);
	html_open(h, "b", "class", class[g], (char *)NULL);
	html_textf(h, "%s %s", g == SHOP_GRAVE ? "！" : g == SHOP_NORMAL ?
	    "≠" : "·", shopwords_gravity(g));
	html_lit(h, "</b> <bdi>");
	html_text(h, buf_str(&text));
	html_lit(h, "</bdi>");
	put_ignore(v, c);
	html_lit(h, "</li>\n");
	buf_release(&text);
	return rc;
}

static int
on_changes(void *arg, const struct shopday_page *l, struct err *e)
{
	struct shop *v = arg;
	struct html *h = &v->g.p->h;
	char n[CLI_COUNT_LEN];
	int64_t ignored = 0;

	if (l->day != v->day || (l->held != SHOPDAY_OTHER &&
	    l->held != SHOPDAY_REBASED))
		return 0;
	v->page = l;
	v->rows = 0;
	html_lit(h, "<section><h2><bdi>");
	html_text(h, l->page);
	html_lit(h, "</bdi> <small>");
	html_text(h, shopwords_view(l->view));
	html_lit(h, " · ");
	link_compare(v, l, cli_tr("before and after"));
	html_lit(h, "</small></h2><ul class=\"changes\">\n");
	if (shopdesk_changes(&v->g.k, v->s, v->day, l, on_change, v, &ignored,
	    e) < 0)
		return -1;
	html_lit(h, "</ul>");
	if (v->rows > CHANGES_MAX)
		html_element(h, "p", "hint", cli_count(v->rows - CHANGES_MAX,
		    "and %lld more change", "and %lld more changes", n));
	if (ignored > 0)
		html_element(h, "p", "hint", cli_count(ignored, "%lld change "
		    "is not shown: a rule says so", "%lld changes are not "
		    "shown: rules say so", n));
	html_lit(h, "</section>\n");
	return 0;
}

/* --- What is to be decided. */

static void
put_reviewed(struct shop *v)
{
	const struct shopday_open *o = &v->row.open;
	struct html *h = &v->g.p->h;
	char day[WORKTIME_DAY_LEN];

	put_form(v, "row");
	html_open(h, "input", "name", "note", "maxlength", "300", "aria-label",
	    cli_tr("what there is to say about it"), "placeholder",
	    cli_tr("what there is to say about it"), (char *)NULL);
	if (o->n > 1 && o->first < v->day) {
		html_lit(h, "<label>");
		html_open(h, "input", "type", "checkbox", "name", "since",
		    "value", worktime_day_text(o->first, day), (char *)NULL);
		html_textf(h, " %s %s", cli_tr("and all days before it, from"),
		    day);
		html_lit(h, "</label>");
	}
	put_button(h, "reviewed", shopday_is_open(v->s, v->day) ?
	    cli_tr("mark as reviewed") : cli_tr("add a remark"));
	html_lit(h, "</form>");
	shoppage_open_days(h, &v->row);
}

static void
put_decide(struct shop *v)
{
	struct html *h = &v->g.p->h;

	html_lit(h, "<section class=\"decide\"><h2>");
	html_text(h, cli_tr("When you have looked at it"));
	html_lit(h, "</h2>");
	put_reviewed(v);
	put_form(v, "row");
	put_button(h, "accept", cli_tr("hold later days against this one"));
	if (v->accepted)
		put_button(h, "rolling", cli_tr("hold each day against the "
		    "one before it again"));
	html_lit(h, "</form></section>\n");
}

static const char *
words_of(const char *change)
{
	int c;

	for (c = 0; c < SHOP_CHANGES; c++)
		if (strcmp(change, shop_change_name((enum shop_change)c)) == 0)
			return shopwords_change((enum shop_change)c);
	return change;
}

static int
on_rule(void *arg, const struct shopday_rule *r, struct err *e)
{
	struct shop *v = arg;
	struct html *h = &v->g.p->h;
	char day[WORKTIME_DAY_LEN];

	(void)e;
	if (r->until != SHOPDAY_NONE && r->until < v->g.k.today)
		return 0;
	if (v->rows++ == 0) {
		html_lit(h, "<section><h2>");
		html_text(h, cli_tr("What is not told"));
		html_lit(h, "</h2><ul class=\"changes\">\n");
	}
	html_lit(h, "<li><bdi>");
	html_text(h, words_of(r->change));
	html_lit(h, "</bdi>");
	if (r->what) {
		html_lit(h, ": ");
		html_element(h, "bdi", NULL, r->what);
	}
	html_lit(h, " <small>");
	if (r->page) {
		html_lit(h, "· ");
		html_element(h, "bdi", NULL, r->page);
	}
	html_textf(h, " · %s · %s", r->by, r->until == SHOPDAY_NONE ?
	    cli_tr("for ever") : worktime_day_text(r->until, day));
	html_lit(h, "</small>");
	put_form(v, "row");
	put_hidden(h, "change", r->change);
	if (r->what)
		put_hidden(h, "what", r->what);
	if (r->page)
		put_hidden(h, "page", r->page);
	put_button(h, "tell", cli_tr("tell it again"));
	html_lit(h, "</form></li>\n");
	return 0;
}

static int
put_rules(struct shop *v, struct err *e)
{
	v->rows = 0;
	if (shopday_rules(v->s, on_rule, v, e) < 0)
		return -1;
	if (v->rows > 0)
		html_lit(&v->g.p->h, "</ul></section>\n");
	return 0;
}

/* What needs a browser of its own runs at a terminal. */
static void
put_check(struct shop *v)
{
	struct html *h = &v->g.p->h;

	html_lit(h, "<section><h2>");
	html_text(h, cli_tr("Look at the shop now"));
	html_lit(h, "</h2><p>");
	html_text(h, cli_tr("This page loads nothing from elsewhere. At a "
	    "terminal of this machine:"));
	html_lit(h, "</p><pre class=\"copy\">liudi-desk shop check ");
	html_text(h, v->name);
	html_lit(h, "</pre></section>\n");
}

/* --- The page. */

static void
put_sentence(struct shop *v, const struct buf *changes)
{
	struct html *h = &v->g.p->h;
	const bool open = shopday_is_open(v->s, v->day);
	char n[CLI_COUNT_LEN];

	html_open(h, "p", "class", open || v->row.bad > 0 ? "sentence do" :
	    "sentence", (char *)NULL);
	shoppage_state(h, v->row.worst, shoprow_state(&v->row, n));
	html_lit(h, " · ");
	html_text(h, buf_str(changes));
	html_lit(h, " · ");
	html_text(h, open ? cli_tr("nobody reviewed it") :
	    cli_tr("somebody reviewed it"));
	html_lit(h, "</p>\n");
}

static void
put_title(struct shop *v)
{
	char title[CLI_FILLED_LEN], day[WORKTIME_DAY_LEN];

	(void)snprintf(title, sizeof(title), cli_tr("Shop %s on %s"), v->name,
	    worktime_day_text(v->day, day));
	page_begin(v->g.p, title);
}

static int
put_all(struct shop *v, struct err *e)
{
	struct html *h = &v->g.p->h;
	struct buf changes = BUF_INIT(TEXT_LEN);
	int rc = shoprow_changes(&v->row, &changes, e);

	put_title(v);
	put_sentence(v, &changes);
	buf_release(&changes);
	if (rc < 0 || shoppage_days(&v->g, v->s, v->name, v->g.k.today, DAYS,
	    v->day, e) < 0)
		return -1;
	shoppage_legend(h);
	html_lit(h, "<section><table class=\"stack\">");
	if (shopday_pages(v->s, v->day, on_page, v, e) < 0)
		return -1;
	html_lit(h, "</table></section>\n");
	if (shopday_pages(v->s, v->day, on_changes, v, e) < 0)
		return -1;
	put_decide(v);
	if (put_rules(v, e) < 0)
		return -1;
	put_check(v);
	shoppage_who(&v->g, &v->row);
	page_finish(v->g.p);
	return 0;
}

static int
show(struct shop *v, int64_t asked, struct err *e)
{
	v->day = asked != SHOPDAY_NONE ? asked :
	    shopday_last(v->s, v->g.k.today + 1);
	if (v->day == SHOPDAY_NONE || shopday_last(v->s, v->day) != v->day)
		return err_set(e, ERR_NOENT,
		    "the shop was not looked at on that day");
	return shoprow_fill(&v->row, &v->g.k, v->s, v->name, v->day, e) < 0 ?
	    -1 : put_all(v, e);
}

static int
make(struct page *p, struct err *e)
{
	struct shop v = {.name = p->arg};
	struct shopday *s = NULL;
	int64_t day;
	int rc = -1;

	if (shoppage_open(&v.g, p, e) == 0 &&
	    day_field(&p->query, "day", &day, e) == 0)
		s = shopdesk_load_one(&v.g.k, v.name, e);
	v.s = s;
	if (s)
		rc = show(&v, day, e);
	shopday_free(s);
	shoppage_close(&v.g);
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
	int rc = -1;

	if (shoppage_href(&to, d->arg, day, e) < 0)
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
	} else if (what && rule.change && (strcmp(what, "ignore") == 0 ||
	    strcmp(what, "tell") == 0)) {
		if (*what == 't')
			rule.until = 0;	/* a day that is past ends it */
		rc = shopdeed_ignore(k, d->arg, &rule, &done, e);
		d->said = *what == 't' ? "It is told again." :
		    "It is not told any more.";
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
