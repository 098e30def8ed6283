/*
 * cli/desk/shopreport.c - pictures, marks and words of a report, as HTML and SVG.
 *
 * Each page is one drawing a side: strips are drawn at the place of their row among
 * the rows of both (shop/rowalign.h), so that both sides are equally high and what
 * stands in the same line is the same.
 */
#include "cli/desk/shopreport.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/escape.h"
#include "cli/desk/shopplace.h"
#include "cli/desk/shopwords.h"
#include "crypto/hash.h"
#include "shop/picture.h"

#include "base/banned.h"

#define MODES 6			/* ways to look at pictures */
#define SEAM_ROWS 8
#define LABEL_ROWS 60		/* a gap of so many rows says how many they are */
#define CUTS_MAX 200u		/* places of a page that are shown alone */
#define CUT_ROWS 40		/* around a change */
#define EVENTS_MAX 500u		/* of a page that are listed and marked */
#define SHOWN 400u		/* characters of a text in the list */

struct strip {			/* one that is in the file */
	uint8_t sha256[SHOP_HASH_LEN];
	bool missing;		/* it could not be had, or is no strip */
};

struct work {
	const struct shopreport *r;
	struct buf *out;
	struct err *e;
	bool failed;		/* *e says why; nothing more is put */
	struct strip *strip;
	size_t nstrips, cap;
	/* of the page that is drawn */
	const struct shopreport_pair *p;
	size_t at;		/* its place */
	struct rowalign rows;
	bool aligned;
	int32_t width;
	size_t shown;		/* of its events, and where they are */
	struct shopplace place[2][EVENTS_MAX];
	bool placed[2][EVENTS_MAX];
};

/* --- Putting. */

static void
html(struct work *w, const char *html)
{
	w->failed = w->failed || buf_adds(w->out, html, w->e) < 0;
}

static void __attribute__((format(printf, 2, 3)))
htmlf(struct work *w, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	html(w, text);
}

static void
put_text(struct work *w, const char *s)
{
	w->failed = w->failed || escape_html(w->out, s, strlen(s), w->e) < 0;
}

/* "<TAG>TEXT</TAG>": TAG may have attributes. */
static void
put_element(struct work *w, const char *tag, const char *s)
{
	htmlf(w, "<%s>", tag);
	put_text(w, s);
	htmlf(w, "</%.*s>", (int)strcspn(tag, " "), tag);
}

/* Foreign text, clipped. */
static void
put_foreign(struct work *w, const char *tag, const char *s)
{
	struct buf b = BUF_INIT(4 * SHOP_TEXT_MAX);

	w->failed = w->failed || shopwords_clip(s, SHOWN, &b, w->e) < 0;
	put_element(w, tag, buf_str(&b));
	buf_release(&b);
}

const char *
shopreport_time(const struct shop_capture *c, char out[SHOPREPORT_TIME_LEN])
{
	struct clock_date d;

	clock_split_utc(c->ts + (int64_t)c->offset * 60, &d);
	(void)snprintf(out, SHOPREPORT_TIME_LEN, "%04d-%02d-%02d %02d:%02d",
	    d.year, d.month, d.day, d.hour, d.min);
	return out;
}

static void
time_now(char out[SHOPREPORT_TIME_LEN])
{
	struct shop_capture c = {.ts = clock_now_utc()};
	struct clock_date d;
	int seconds;

	clock_split_local(c.ts, &d, &seconds);
	c.offset = seconds / 60;
	(void)shopreport_time(&c, out);
}

enum shopreport_verdict
shopreport_verdict(const struct shopreport_pair *p)
{
	for (int i = 0; i < 2; i++)
		if (!p->side[i].page || !p->side[i].c ||
		    !shop_state_shows(p->side[i].c->state))
			return SHOPREPORT_CANNOT;
	if (p->strange)
		return SHOPREPORT_CANNOT;
	if (p->nevents == 0)
		return SHOPREPORT_SAME;
	return p->event[0].change == SHOP_REBASED ? SHOPREPORT_CANNOT :
	    SHOPREPORT_CHANGED;
}

int32_t
shopreport_rows(const struct shop_page *p)
{
	const struct shop_strip *last = p->nstrips > 0 ?
	    &p->strip[p->nstrips - 1] : NULL;

	return last ? last->y + last->h : 0;
}

static const char *
gravity_class(enum shop_gravity g)
{
	return g == SHOP_GRAVE ? "g2" : g == SHOP_NORMAL ? "g1" : "g0";
}

/* "2 grave", …, of one page or of all. */
static void
put_chips(struct work *w, const struct shopreport_pair *p, size_t n)
{
	size_t count[3] = {0, 0, 0};

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < p[i].nevents; k++)
			if (p[i].event[k].change != SHOP_REBASED)
				count[shop_change_gravity(
				    p[i].event[k].change)]++;
	for (int g = SHOP_GRAVE; g >= SHOP_MINOR; g--) {
		if (count[g] == 0)
			continue;
		htmlf(w, "<span class=\"chip %s\">%zu ",
		    gravity_class((enum shop_gravity)g), count[g]);
		put_text(w, shopwords_gravity((enum shop_gravity)g));
		html(w, "</span>");
	}
}

/* --- The head. */

static void
put_hash(struct work *w, const char *text)
{
	uint8_t sha256[HASH_LEN];

	hash_sha256(sha256, text, strlen(text));
	html(w, "'sha256-");
	w->failed = w->failed || base64_encode(w->out, sha256, HASH_LEN, true,
	    w->e) < 0;
	html(w, "'");
}

/* Of a file: it asks nobody for anything. */
static void
put_policy(struct work *w)
{
	html(w, "<meta http-equiv="
	    "\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "img-src data:; base-uri 'none'; form-action 'none'; style-src ");
	put_hash(w, shopreport_css);
	html(w, "; script-src ");
	put_hash(w, shopreport_js);
	html(w, "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
}

static void
put_address(struct work *w, const char *before, const char *address,
	const char *behind)
{
	html(w, before);
	put_text(w, address);
	html(w, behind);
}

static void
put_style(struct work *w)
{
	if (w->r->served) {
		put_address(w, "<link rel=\"stylesheet\" href=\"",
		    w->r->served->style, "\">\n<script src=\"");
		put_address(w, "", w->r->served->script,
		    "\" defer></script>\n");
		return;
	}
	html(w, "<style>");
	html(w, shopreport_css);
	html(w, "</style>\n");
}

static void
put_back(struct work *w)
{
	if (!w->r->served)
		return;
	put_address(w, "<p><a href=\"", w->r->served->back, "\">← ");
	put_text(w, w->r->served->back_text);
	html(w, "</a></p>\n");
}

static void
put_note(struct work *w)
{
	if (!w->r->note)
		return;
	html(w, "<p>");
	put_text(w, w->r->note);
	if (w->r->served && w->r->served->all) {
		put_address(w, " · <a href=\"", w->r->served->all, "\">");
		put_text(w, cli_tr("tell all changes"));
		html(w, "</a>");
	}
	html(w, "</p>");
}

static void
put_head(struct work *w)
{
	char now[SHOPREPORT_TIME_LEN];

	time_now(now);
	htmlf(w, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n", cli_tr("en"));
	if (!w->r->served)
		put_policy(w);
	html(w, "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n<title>");
	put_text(w, w->r->title);
	html(w, "</title>\n");
	put_style(w);
	html(w, "</head>\n<body>\n<main>\n<header>\n");
	put_back(w);
	put_element(w, "h1", w->r->title);
	html(w, "<p>");
	put_text(w, w->r->org);
	html(w, " · ");
	htmlf(w, cli_tr("made %s"), now);
	html(w, "</p>");
	put_note(w);
	html(w, "\n<p>");
	put_chips(w, w->r->pair, w->r->n);
	html(w, "</p>\n</header>\n");
}

/* One side of a page in the table: when, who, how it went. */
static void
put_state(struct work *w, const struct shopreport_side *s)
{
	char when[SHOPREPORT_TIME_LEN], why[CLI_FILLED_LEN];

	if (!s->c) {
		put_element(w, "td class=\"same\"", cli_tr("not looked at"));
		return;
	}
	html(w, "<td>");
	put_text(w, shopreport_time(s->c, when));
	html(w, " · ");
	put_text(w, shopwords_state(s->c->state));
	html(w, "<small>");
	put_text(w, *s->who ? s->who : cli_tr("this desk"));
	if (strcmp(s->c->by, "manual") == 0) {
		html(w, " · ");
		put_text(w, cli_tr("saved by a person"));
	}
	if (s->c->reason) {
		html(w, " · ");
		put_foreign(w, "bdi", cli_tr_filled(s->c->reason, why));
	}
	html(w, "</small></td>");
}

const char *
shopreport_why_not(const struct shopreport_pair *p)
{
	if (p->strange)
		return cli_tr("most of its text is other: asked for in another "
		    "language, or by somebody who is logged in");
	return p->nevents && p->event[0].change == SHOP_REBASED ?
	    shopwords_change(SHOP_REBASED) :
	    cli_tr("cannot be compared: one of them does not show the page");
}

/* Has it a part of its own below? */
static bool
is_drawn(const struct work *w, const struct shopreport_pair *p)
{
	return (p->side[0].page || p->side[1].page) && (w->r->all ||
	    shopreport_verdict(p) != SHOPREPORT_SAME);
}

static void
put_row(struct work *w, size_t i)
{
	const struct shopreport_pair *p = &w->r->pair[i];
	const enum shopreport_verdict v = shopreport_verdict(p);
	const bool drawn = is_drawn(w, p);

	html(w, "<tr><th scope=\"row\">");
	if (drawn)
		htmlf(w, "<a href=\"#p%zu\">", i);
	put_foreign(w, "bdi", p->page);
	html(w, drawn ? "</a> <small>" : " <small>");
	put_text(w, shopwords_view(p->view));
	html(w, "</small></th>");
	put_state(w, &p->side[0]);
	put_state(w, &p->side[1]);
	html(w, "<td>");
	if (v == SHOPREPORT_SAME)
		put_element(w, "span class=\"same\"",
		    cli_tr("no difference"));
	else if (v == SHOPREPORT_CANNOT)
		put_text(w, shopreport_why_not(p));
	else
		put_chips(w, p, 1);
	html(w, "</td></tr>\n");
}

static void
put_table(struct work *w)
{
	html(w, "<table>\n<thead><tr>");
	put_element(w, "th scope=\"col\"", cli_tr("page"));
	put_element(w, "th scope=\"col\"", w->r->name[0]);
	put_element(w, "th scope=\"col\"", w->r->name[1]);
	put_element(w, "th scope=\"col\"", cli_tr("changes"));
	html(w, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < w->r->n; i++)
		put_row(w, i);
	html(w, "</tbody>\n</table>\n");
}

/* How pictures are looked at: works without a script, but for the slider. */
static void
put_modes(struct work *w)
{
	const char *const mode[MODES] = {cli_tr("side by side"),
	    cli_tr("slider"), w->r->name[0], w->r->name[1], cli_tr("blink"),
	    cli_tr("only changes")};

	for (int i = 0; i < MODES; i++)
		htmlf(w, "<input class=\"m\" type=\"radio\" name=\"m\" "
		    "id=\"m%d\"%s>\n", i, i == 0 ? " checked" : "");
	html(w, "<nav>");
	for (int i = 0; i < MODES; i++) {
		htmlf(w, "<label for=\"m%d\"%s>", i,
		    i == 1 ? " class=\"js\"" : "");
		put_text(w, mode[i]);
		html(w, "</label>");
	}
	html(w, "<span class=\"x\"><input type=\"range\" id=\"x\" min=\"0\" "
	    "max=\"100\" value=\"50\" aria-label=\"");
	put_text(w, cli_tr("slider"));
	html(w, "\"></span><span class=\"k js\">");
	put_text(w, cli_tr("keys j and k: next and previous change; 1 to 6: "
	    "how to look"));
	html(w, "</span></nav>\n");
}

/* --- Strips in the file. */

/* The place of a strip that is in the file, or SIZE_MAX. */
static size_t
find_strip(const struct work *w, const struct shop_strip *s)
{
	for (size_t i = w->nstrips; i-- > 0;)
		if (memcmp(w->strip[i].sha256, s->sha256, SHOP_HASH_LEN) == 0)
			return i;
	return SIZE_MAX;
}

static bool
is_strip(const struct buf *webp, const struct shop_strip *s)
{
	struct err ignored = ERR_INIT;
	int32_t width, height;

	return picture_webp_size(webp->data, webp->len, &width, &height,
	    &ignored) == 0 && width <= PICTURE_WIDTH_MAX && height == s->h;
}

/* The strip's bytes, in base64: 1; 0: it cannot be had, or is none; -1. */
static int
add_strip(shopreport_strip get, void *arg, const struct shopreport_pair *p,
	int side, const struct shop_strip *s, struct buf *out, struct err *e)
{
	struct buf webp = BUF_INIT(PICTURE_BYTES_MAX);
	struct err why = ERR_INIT;
	int rc = get(arg, p, side, s, &webp, &why);

	if (rc < 0 && (err_is_nomem(&why) || why.code == ERR_INTR))
		*e = why;
	else if (rc < 0 || !is_strip(&webp, s))
		rc = 0;
	else
		rc = base64_encode(out, webp.data, webp.len, true, e) < 0 ?
		    -1 : 1;
	buf_release(&webp);
	return rc;
}

static void
keep_strip(struct work *w, int side, const struct shop_strip *s)
{
	struct buf text = BUF_INIT(2 * PICTURE_BYTES_MAX);
	struct strip *n;
	int rc;

	if (w->failed || find_strip(w, s) != SIZE_MAX)
		return;
	if (w->nstrips == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 256;
		n = realloc(w->strip, w->cap * sizeof(*n));
		w->failed = !n;
		if (!n) {
			(void)err_nomem(w->e);
			return;
		}
		w->strip = n;
	}
	n = &w->strip[w->nstrips++];
	memcpy(n->sha256, s->sha256, SHOP_HASH_LEN);
	rc = add_strip(w->r->get, w->r->arg, w->p, side, s, &text, w->e);
	w->failed = rc < 0;
	n->missing = rc <= 0;
	if (rc > 0) {
		htmlf(w, "<image id=\"s%zu\" width=\"%d\" height=\"%d\" "
		    "preserveAspectRatio=\"none\" "
		    "href=\"data:image/webp;base64,", w->nstrips - 1,
		    (int)w->width, (int)s->h);
		html(w, buf_str(&text));
		html(w, "\"/>\n");
	}
	buf_release(&text);
}

/* --- A drawing. */

static bool
has_rows(const struct rowalign_run *u, int side)
{
	return u->kind != (side ? ROWALIGN_REMOVED : ROWALIGN_INSERTED);
}

/* Rows [FROM, TO) of strip K, which has H, at row AT of the drawing. */
static void
draw_strip(struct work *w, size_t k, int32_t h, int32_t from, int32_t to,
	int32_t at)
{
	if (from == 0 && to == h)
		htmlf(w, "<use href=\"#s%zu\" y=\"%d\"/>", k, (int)at);
	else
		htmlf(w, "<svg y=\"%d\" width=\"%d\" height=\"%d\" "
		    "viewBox=\"0 %d %d %d\"><use href=\"#s%zu\"/></svg>",
		    (int)at, (int)w->width, (int)(to - from), (int)from,
		    (int)w->width, (int)(to - from), k);
}

/* The same out of the strips of a file, those that are missing as a gap. */
static void
draw_strips(struct work *w, int side, int32_t y, int32_t n, int32_t at)
{
	const struct shop_page *page = w->p->side[side].page;

	for (size_t i = 0; i < page->nstrips; i++) {
		const struct shop_strip *s = &page->strip[i];
		const int32_t from = y > s->y ? y - s->y : 0;
		const int32_t to = y + n < s->y + s->h ? y + n - s->y : s->h;
		const int32_t put_at = at + s->y + from - y;
		size_t k;

		if (from >= to)
			continue;
		k = find_strip(w, s);
		if (k == SIZE_MAX || w->strip[k].missing) {
			htmlf(w, "<rect class=\"gap\" y=\"%d\" width=\"%d\" "
			    "height=\"%d\"/>", (int)put_at, (int)w->width,
			    (int)(to - from));
			continue;
		}
		/*
		 * Where an edge is smaller than a dot of the screen, both that
		 * meet there let the ground shine through: so some rows of it lie
		 * below.
		 */
		draw_strip(w, k, s->h, from, to, put_at + SEAM_ROWS);
		draw_strip(w, k, s->h, from, to, put_at);
		html(w, "\n");
	}
}

/* Rows [Y, Y + N) of the page from row AT of the drawing on. */
static void
draw_rows(struct work *w, int side, int32_t y, int32_t n, int32_t at)
{
	if (!w->r->served) {
		draw_strips(w, side, y, n, at);
		return;
	}
	htmlf(w, "<svg y=\"%d\" width=\"%d\" height=\"%d\" "
	    "viewBox=\"0 %d %d %d\"><use href=\"#p%zus%d\"/></svg>\n",
	    (int)at, (int)w->width, (int)n, (int)y, (int)w->width, (int)n,
	    w->at, side);
}

/* Rows that the other side has and this one has not. */
static void
draw_gap(struct work *w, const struct rowalign_run *u, int32_t at)
{
	char n[CLI_COUNT_LEN];
	const int32_t size = w->width / 28;

	htmlf(w, "<rect class=\"gap\" y=\"%d\" width=\"%d\" height=\"%d\"/>"
	    "<rect y=\"%d\" width=\"%d\" height=\"%d\" fill=\"url(#h)\"/>",
	    (int)at, (int)w->width, (int)u->n, (int)at, (int)w->width,
	    (int)u->n);
	if (u->n < LABEL_ROWS || !w->aligned)
		return;
	htmlf(w, "<text class=\"say\" x=\"%d\" y=\"%d\" font-size=\"%d\">",
	    (int)size, (int)(at + u->n / 2 + size / 3), (int)size);
	put_text(w, u->kind == ROWALIGN_INSERTED ?
	    cli_count(u->n, "%lld row was inserted here",
	    "%lld rows were inserted here", n) :
	    cli_count(u->n, "%lld row was here before",
	    "%lld rows were here before", n));
	html(w, "</text>");
}

static void
draw_bar(struct work *w, const char *class, int32_t at, int32_t n)
{
	const int32_t width = w->width / 100 + 2;

	htmlf(w, "<rect class=\"%s\" y=\"%d\" width=\"%d\" height=\"%d\"/>"
	    "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
	    "height=\"%d\"/>", class, (int)at, (int)width, (int)n, class,
	    (int)(w->width - width), (int)at, (int)width, (int)n);
}

/* Rows that only this side has: a bar at both edges. */
static void
draw_bars(struct work *w, int side)
{
	int32_t at = 0;

	for (size_t i = 0; w->aligned && i < w->rows.nruns; i++) {
		const struct rowalign_run *u = &w->rows.run[i];

		if (has_rows(u, side) && u->kind >= ROWALIGN_INSERTED)
			draw_bar(w, side ? "bi" : "br", at, u->n);
		at += u->n;
	}
}

/* --- Marks: where an event is. */

/* Event I on SIDE of the drawing. */
static void
draw_mark(struct work *w, int side, size_t i)
{
	const struct shop_event *v = &w->p->event[i];
	const struct shopplace *at = &w->place[side][i];
	const int32_t r = w->width / 42 + 2;
	int32_t y, h, cx, cy, beside = 0;

	if (!w->placed[side][i])
		return;
	y = rowalign_at(&w->rows, side, at->y);
	h = rowalign_at(&w->rows, side, at->y + at->h) - y;
	if (y >= w->rows.rows)
		return;
	h = h > w->rows.rows - y ? w->rows.rows - y : h < 4 ? 4 : h;
	for (size_t k = 0; k < i; k++)
		beside += w->placed[side][k] &&
		    abs(w->place[side][k].y - at->y) < r &&
		    abs(w->place[side][k].x - at->x) < r;
	/* Of what goes over all columns at its end: words begin at the left. */
	cx = at->w == w->width ? w->width - r - beside * 9 * r / 4 :
	    at->x + r + beside * 9 * r / 4;
	cx = cx > w->width - r ? w->width - r : cx < r ? r : cx;
	cy = y > r ? y : r;
	htmlf(w, "<g class=\"mk %s\" data-e=\"p%zue%zu\"",
	    gravity_class(shop_change_gravity(v->change)), w->at, i);
	if (side == 1 || !w->placed[1][i])
		htmlf(w, " id=\"p%zue%zu\"", w->at, i);
	htmlf(w, "><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
	    "rx=\"%d\"/><circle cx=\"%d\" cy=\"%d\" r=\"%d\"/>"
	    "<text x=\"%d\" y=\"%d\" font-size=\"%d\">%zu</text></g>\n",
	    (int)at->x, (int)y, (int)at->w, (int)h, (int)r / 4, (int)cx, (int)cy,
	    (int)r, (int)cx, (int)(cy + r * 2 / 5), (int)(r * 6 / 5), i + 1);
}

/*
 * From this row of the later page on goods stand elsewhere, and that their pixels
 * are others says nothing.
 */
static int32_t
find_flow(const struct work *w)
{
	int32_t flow = INT32_MAX;

	for (size_t i = 0; i < w->p->nevents; i++) {
		const struct shop_event *v = &w->p->event[i];
		const bool went = v->change == SHOP_ITEM_REMOVED;
		int32_t y;

		if (!went && v->change != SHOP_ITEM_ADDED &&
		    v->change != SHOP_ITEM_MOVED)
			continue;
		y = rowalign_at(&w->rows, went ? 0 : 1, v->y);
		flow = y < flow ? y : flow;
	}
	return flow;
}

static void
draw_boxes(struct work *w)
{
	const int32_t flow = find_flow(w);

	for (size_t i = 0; i < w->rows.nboxes; i++) {
		const struct rowalign_box *b = &w->rows.box[i];
		const int32_t y = rowalign_at(&w->rows, 1, b->y);

		if (y + b->h <= flow)
			htmlf(w, "<rect class=\"box\" x=\"%d\" y=\"%d\" "
			    "width=\"%d\" height=\"%d\"/>", (int)b->x,
			    (int)y, (int)b->w, (int)b->h);
	}
}

static void
draw(struct work *w, int side)
{
	const struct shopreport_side *s = &w->p->side[side];
	char when[SHOPREPORT_TIME_LEN];
	int32_t at = 0;

	htmlf(w, "<figure class=\"f%d\">\n<figcaption><b>", side);
	put_text(w, w->r->name[side]);
	html(w, "</b> ");
	if (s->c) {
		/* A side that is a day has said which. */
		(void)shopreport_time(s->c, when);
		put_text(w, str_starts(when, w->r->name[side]) ?
		    when + strcspn(when, " ") + 1 : when);
		html(w, " · ");
	}
	put_text(w, *s->who ? s->who : cli_tr("this desk"));
	htmlf(w, "</figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" "
	    "aria-label=\"", (int)w->width, (int)w->rows.rows);
	put_text(w, w->r->name[side]);
	htmlf(w, "\"><g id=\"p%zuf%d\">\n", w->at, side);
	for (size_t i = 0; i < w->rows.nruns; i++) {
		const struct rowalign_run *u = &w->rows.run[i];

		int32_t n = u->n;

		if (!has_rows(u, side)) {
			draw_gap(w, u, at);
		} else {
			/* As few pieces as can be: each has edges. */
			while (i + 1 < w->rows.nruns &&
			    has_rows(u + 1, side)) {
				n += (++u)->n;
				i++;
			}
			draw_rows(w, side, (side ? u->yb : u->ya) + u->n - n,
			    n, at);
		}
		at += n;
	}
	draw_bars(w, side);
	draw_boxes(w);
	for (size_t i = 0; i < w->shown; i++)
		draw_mark(w, side, i);
	html(w, "</g></svg>\n</figure>\n");
}

/* --- Only what changed: stretches of both drawings, with what is around. */

struct cut { int32_t from, to; };

static int
compare_cuts(const void *x, const void *y)
{
	const struct cut *a = x, *b = y;

	return a->from < b->from ? -1 : a->from > b->from;
}

static void
add_cut(const struct work *w, struct cut *v, size_t *n, int32_t y, int32_t h)
{
	const int32_t end = y + h + CUT_ROWS;

	if (*n < CUTS_MAX && y < w->rows.rows)
		v[(*n)++] = (struct cut){y < CUT_ROWS ? 0 : y - CUT_ROWS,
		    end > w->rows.rows ? w->rows.rows : end};
}

/* All of them, in order, none touching another; how many. */
static size_t
find_cuts(const struct work *w, struct cut v[CUTS_MAX])
{
	size_t n = 0, kept = 0;
	int32_t at = 0;

	for (size_t i = 0; i < w->rows.nruns; i++) {
		if (w->rows.run[i].kind != ROWALIGN_SAME)
			add_cut(w, v, &n, at, w->rows.run[i].n);
		at += w->rows.run[i].n;
	}
	for (size_t i = 0; i < 2 * w->shown; i++) {
		const int side = (int)(i & 1);
		const struct shopplace *p = &w->place[side][i / 2];

		if (w->placed[side][i / 2])
			add_cut(w, v, &n, rowalign_at(&w->rows, side, p->y),
			    p->h);
	}
	qsort(v, n, sizeof(*v), compare_cuts);
	for (size_t i = 0; i < n; i++)
		if (kept > 0 && v[i].from <= v[kept - 1].to)
			v[kept - 1].to = v[i].to > v[kept - 1].to ?
			    v[i].to : v[kept - 1].to;
		else
			v[kept++] = v[i];
	return kept;
}

static void
put_cuts(struct work *w, const struct cut *v, size_t n)
{
	html(w, "<div class=\"cuts\">\n");
	for (size_t i = 0; i < n; i++) {
		html(w, "<div class=\"stage\">");
		for (int side = 0; side < 2; side++)
			htmlf(w, "<figure><svg viewBox=\"0 %d %d %d\" "
			    "aria-hidden=\"true\"><use href=\"#p%zuf%d\"/>"
			    "</svg></figure>", (int)v[i].from, (int)w->width,
			    (int)(v[i].to - v[i].from), w->at, side);
		html(w, "</div>\n");
	}
	html(w, "</div>\n");
}

/* --- A page. */

static void
put_event(struct work *w, size_t i)
{
	const struct shop_event *v = &w->p->event[i];
	const char *what = shopwords_what(v), *one;
	const enum shop_gravity g = shop_change_gravity(v->change);
	const bool placed = w->placed[0][i] || w->placed[1][i];

	htmlf(w, "<li class=\"%s\">", gravity_class(g));
	if (placed)
		htmlf(w, "<a href=\"#p%zue%zu\">", w->at, i);
	else
		html(w, "<div>");
	htmlf(w, "<span class=\"n\">%zu</span><span><b>", i + 1);
	put_text(w, shopwords_change(v->change));
	html(w, "</b><small>");
	put_text(w, shopwords_gravity(g));
	html(w, "</small>");
	if (*what) {
		html(w, "<p>");
		put_foreign(w, "bdi", what);
		html(w, "</p>");
	}
	one = v->before && v->after && strcmp(v->before, v->after) == 0 ?
	    NULL : v->before;
	if (one || v->after) {
		html(w, "<p>");
		if (one)
			put_foreign(w, "del", one);
		html(w, one && v->after ? " → " : "");
		if (v->after)
			put_foreign(w, "ins", v->after);
		html(w, "</p>");
	}
	html(w, placed ? "</span></a></li>\n" : "</span></div></li>\n");
}

static int
get_strip(void *arg, int side, const struct shop_strip *s, struct buf *out,
	struct err *e)
{
	struct work *w = arg;

	return w->r->get(w->r->arg, w->p, side, s, out, e);
}

/* Rows of both, one under the other, where they are not compared. */
static int
lay_plain(struct work *w)
{
	static const struct shop_page none = {.page = ""};
	const struct shop_page *p[2];
	struct err ignored = ERR_INIT;
	struct rowalign r[2];
	int rc = 0;

	memset(r, 0, sizeof(r));
	for (int i = 0; rc == 0 && i < 2; i++) {
		p[i] = w->p->side[i].page;
		rc = rowalign(p[i] ? p[i] : &none, &none, get_strip, w, &r[i],
		    &ignored);
	}
	if (rc == 0 && r[0].rows + r[1].rows > 0) {
		const int32_t least = r[0].rows < r[1].rows ? r[0].rows :
		    r[1].rows;

		w->rows.run = calloc(2, sizeof(*w->rows.run));
		if (!w->rows.run)
			rc = err_nomem(w->e);
		else if (least > 0)
			w->rows.run[w->rows.nruns++] = (struct rowalign_run){
			    ROWALIGN_SAME, 0, 0, least};
		w->rows.rows = r[0].rows > r[1].rows ? r[0].rows : r[1].rows;
		if (rc == 0 && w->rows.rows > least)
			w->rows.run[w->rows.nruns++] = (struct rowalign_run){
			    r[0].rows > least ? ROWALIGN_REMOVED :
			    ROWALIGN_INSERTED, least, least,
			    w->rows.rows - least};
	}
	rowalign_release(&r[0]);
	rowalign_release(&r[1]);
	return rc;
}

/* *WHY: what is to be said of it, or NULL. */
static void
lay(struct work *w, const char **why)
{
	const struct shopreport_pair *p = w->p;
	const bool both = p->side[0].page && p->side[1].page;
	struct err e = ERR_INIT;

	w->width = 1;
	for (int i = 0; i < 2; i++)
		if (p->side[i].page && p->side[i].page->width > w->width &&
		    p->side[i].page->width <= PICTURE_WIDTH_MAX)
			w->width = p->side[i].page->width;
	*why = NULL;
	w->aligned = both && !p->facts_only &&
	    shopreport_verdict(p) != SHOPREPORT_CANNOT &&
	    rowalign(p->side[0].page, p->side[1].page, get_strip, w, &w->rows,
	    &e) == 0;
	if (w->aligned)
		return;
	if (err_is_nomem(&e) || e.code == ERR_INTR) {
		*w->e = e;
		w->failed = true;
		return;
	}
	if (shopreport_verdict(p) == SHOPREPORT_CANNOT)
		*why = shopreport_why_not(p);
	else if (p->facts_only)
		*why = cli_tr("Taken with another browser or other fonts: what "
		    "the pages say is compared, and how they look is not.");
	else
		*why = cli_tr("The pictures cannot be laid beside each other.");
	rowalign_release(&w->rows);
	if (lay_plain(w) < 0)
		rowalign_release(&w->rows);
}

static void
find_places(struct work *w)
{
	w->shown = w->p->nevents < EVENTS_MAX ? w->p->nevents : EVENTS_MAX;
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < w->shown; i++)
			w->placed[side][i] = w->aligned && shopplace_find(w->p,
			    &w->rows, w->width, &w->p->event[i], side,
			    &w->place[side][i]);
}

/* All of the picture of a side, by its address. */
static void
keep_picture(struct work *w, int side)
{
	const struct shop_page *p = w->p->side[side].page;
	struct buf to = BUF_INIT(4096);

	if (!p || w->failed)
		return;
	w->failed = w->r->served->picture(w->r->arg, w->p, side, &to,
	    w->e) < 0;
	htmlf(w, "<image id=\"p%zus%d\" width=\"%d\" height=\"%d\" "
	    "preserveAspectRatio=\"none\" href=\"", w->at, side,
	    (int)w->width, (int)shopreport_rows(p));
	put_text(w, buf_str(&to));
	html(w, "\"/>\n");
	buf_release(&to);
}

static void
put_store(struct work *w)
{
	html(w, "<svg class=\"store\" aria-hidden=\"true\"><defs>\n");
	for (int i = 0; i < 2; i++) {
		const struct shop_page *p = w->p->side[i].page;

		if (w->r->served)
			keep_picture(w, i);
		else
			for (size_t k = 0; p && k < p->nstrips; k++)
				keep_strip(w, i, &p->strip[k]);
	}
	html(w, "</defs></svg>\n");
}

static void
put_pictures(struct work *w)
{
	struct cut cut[CUTS_MAX];
	const size_t n = w->aligned ? find_cuts(w, cut) : 0;

	put_store(w);
	html(w, n > 0 ? "<div class=\"has\">\n" : "<div>\n");
	html(w, "<div class=\"stage ");
	html(w, strcmp(w->p->view, "mobile") == 0 ? "mobile\">\n" :
	    "desktop\">\n");
	for (int i = 0; i < 2; i++)
		if (w->p->side[i].page)
			draw(w, i);
	html(w, "<div class=\"bar\"><i>⇔</i></div></div>\n");
	if (n > 0)
		put_cuts(w, cut, n);
	html(w, "</div>\n");
}

static void
put_pair(struct work *w, size_t i)
{
	char more[CLI_COUNT_LEN];
	const char *why;

	w->p = &w->r->pair[i];
	w->at = i;
	if (w->failed || !is_drawn(w, w->p))
		return;
	lay(w, &why);
	find_places(w);
	htmlf(w, "<section id=\"p%zu\">\n<h2>", i);
	put_foreign(w, "bdi", w->p->page);
	html(w, " <span>· ");
	put_text(w, shopwords_view(w->p->view));
	html(w, "</span></h2>\n");
	if (w->p->side[1].c)
		put_foreign(w, "p class=\"none\"", w->p->side[1].c->url);
	if (why)
		put_element(w, "p class=\"none\"", why);
	html(w, "<div class=\"two\"><div class=\"list\"><ol>\n");
	for (size_t k = 0; k < w->shown; k++)
		if (w->p->event[k].change != SHOP_REBASED)
			put_event(w, k);
	if (w->shown < w->p->nevents) {
		html(w, "<li><div><span></span><span>");
		put_text(w, cli_count((int64_t)(w->p->nevents - w->shown),
		    "and %lld more change", "and %lld more changes", more));
		html(w, "</span></div></li>\n");
	}
	html(w, "</ol></div>\n");
	if (w->rows.rows > 0)
		put_pictures(w);
	html(w, "</div>\n</section>\n");
	rowalign_release(&w->rows);
}

int
shopreport_html(const struct shopreport *r, struct buf *out, struct err *e)
{
	struct work w = {.r = r, .out = out, .e = e};

	put_head(&w);
	put_table(&w);
	/* What all drawings share: the pattern of a gap. */
	html(&w, "<svg class=\"store\" aria-hidden=\"true\"><defs><pattern "
	    "id=\"h\" width=\"24\" height=\"24\" patternUnits="
	    "\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path "
	    "class=\"hatch\" d=\"M0 0V24\"/></pattern></defs></svg>\n");
	put_modes(&w);
	for (size_t i = 0; i < r->n && !w.failed; i++)
		put_pair(&w, i);
	html(&w, "<footer><p>");
	put_text(&w, cli_tr("Rows of both pictures stand beside each other. "
	    "Hatched: rows that only the other side has. A green edge: rows "
	    "that came; a red one: rows that went. Dashed: pixels that "
	    "changed. A number is that of the change in the list."));
	html(&w, "</p></footer>\n</main>\n");
	if (!r->served) {
		html(&w, "<script>");
		html(&w, shopreport_js);
		html(&w, "</script>\n");
	}
	html(&w, "</body>\n</html>\n");
	rowalign_release(&w.rows);
	free(w.strip);
	return w.failed ? -1 : 0;
}

/* --- A picture by itself. */

/* Its strips lie one under the other, and are not too many. */
static bool
is_laid(const struct shop_page *p)
{
	int32_t y = 0;

	if (p->width < 1 || p->width > PICTURE_WIDTH_MAX)
		return false;
	for (size_t i = 0; i < p->nstrips; y += p->strip[i++].h)
		if (p->strip[i].y != y || p->strip[i].h < 1 ||
		    p->strip[i].h > PICTURE_HEIGHT_MAX - y)
			return false;
	return y > 0;
}

static int
picture_strip(struct buf *out, int32_t width, size_t i,
	const struct shop_strip *s, const struct buf *text, struct err *e)
{
	const int w = (int)width, y = (int)s->y, h = (int)s->h;

	if (text->len == 0)
		return buf_addf(out, e, "<rect y=\"%d\" width=\"%d\" "
		    "height=\"%d\" fill=\"#c9ced6\"/>\n", y, w, h);
	/* twice, as in draw_rows(): no ground shines through between two */
	return buf_addf(out, e, "<defs><image id=\"s%zu\" width=\"%d\" "
	    "height=\"%d\" preserveAspectRatio=\"none\" "
	    "href=\"data:image/webp;base64,", i, w, h) < 0 ||
	    buf_add(out, text->data, text->len, e) < 0 ||
	    buf_addf(out, e, "\"/></defs><use href=\"#s%zu\" y=\"%d\"/>"
	    "<use href=\"#s%zu\" y=\"%d\"/>\n", i, y + SEAM_ROWS, i, y) < 0 ?
	    -1 : 0;
}

int
shopreport_picture(const struct shopreport_pair *pair, int side,
	shopreport_strip get, void *arg, struct buf *out, struct err *e)
{
	const struct shop_page *p = pair->side[side].page;
	struct buf text = BUF_INIT(2 * PICTURE_BYTES_MAX);
	int rc;

	if (!is_laid(p))
		return err_set(e, ERR_NOENT, "the page has no picture");
	rc = buf_addf(out, e, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
	    (int)p->width, (int)shopreport_rows(p), (int)p->width,
	    (int)shopreport_rows(p));
	for (size_t i = 0; rc >= 0 && i < p->nstrips; i++) {
		buf_clear(&text);
		rc = add_strip(get, arg, pair, side, &p->strip[i], &text, e);
		if (rc >= 0)
			rc = picture_strip(out, p->width, i, &p->strip[i],
			    &text, e);
	}
	buf_release(&text);
	return rc < 0 ? -1 : buf_adds(out, "</svg>\n", e);
}
