/*
 * cli/desk/page_compare.c - a shop before and after, and its pictures.
 *
 * The page is that of `shop diff --output`, but for its pictures, which have an
 * address each: all strips of a page in one drawing, shown with nothing allowed to
 * it.
 */
#include "cli/desk/shoppage.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/shoppair.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define TITLE_LEN 512
#define NOTE_LEN (CLI_FILLED_LEN + CLI_COUNT_LEN + 8)
#define HREF_LEN (WIRE_PATH_MAX + WIRE_FIELDS_MAX)

static const char *
field(const struct page *p, const char *name)
{
	const char *s = form_get(&p->query, name);

	return s && *s ? s : NULL;
}

/* --- Before and after. */

/* "/picture/lamps?station=ws-01&record=…" */
static int
picture_href(void *arg, const struct shopreport_pair *l, int side,
	struct buf *out, struct err *e)
{
	const struct shoppair *k = arg;
	char hex[2 * SHOP_HASH_LEN + 1];

	if (buf_adds(out, "/picture/", e) < 0 ||
	    html_path(out, k->shop, e) < 0 ||
	    buf_adds(out, "?station=", e) < 0 ||
	    html_path(out, l->side[side].who, e) < 0)
		return -1;
	str_hex(hex, l->side[side].c->record, SHOP_HASH_LEN);
	return buf_addf(out, e, "&record=%s", hex);
}

/* This page once more, with what is not told. */
static int
all_href(const struct page *p, const struct shoppair *k, struct buf *out,
	struct err *e)
{
	static const char *const names[] = {"before", "after", "page", "view",
	    "station"};
	int rc = buf_adds(out, "/compare/", e) < 0 ? -1 :
	    html_path(out, k->shop, e);

	if (rc == 0)
		rc = buf_adds(out, "?all=1", e);
	for (size_t i = 0; rc == 0 && i < sizeof(names) / sizeof(*names); i++) {
		const char *s = field(p, names[i]);

		if (s)
			rc = buf_addf(out, e, "&%s=", names[i]) < 0 ? -1 :
			    html_path(out, s, e);
	}
	return rc;
}

static int
put_report(struct page *p, struct shoppair *k, struct err *e)
{
	struct buf back = BUF_INIT(HREF_LEN), all = BUF_INIT(HREF_LEN);
	char name[2][WORKTIME_DAY_LEN], title[TITLE_LEN], age[CLI_FILLED_LEN];
	char note[NOTE_LEN], n[CLI_COUNT_LEN];
	struct shopreport_served to = {.style = "/assets/report.css",
	    .script = "/assets/report.js", .back_text = k->shop,
	    .picture = picture_href};
	struct shopreport r = {.title = title, .org = p->b->control.org,
	    .note = note, .all = k->page != NULL, .served = &to,
	    .name = {worktime_day_text(k->day[0], name[0]),
	    worktime_day_text(k->day[1], name[1])}};
	int rc = -1;

	(void)page_age(p, age, sizeof(age));
	(void)snprintf(note, sizeof(note), "%s%s%s", age, k->hidden > 0 ?
	    " · " : "", k->hidden > 0 ? cli_count(k->hidden, "%lld change is "
	    "not told: a rule, or an accepted day", "%lld changes are not "
	    "told: rules, or an accepted day", n) : "");
	(void)snprintf(title, sizeof(title), cli_tr("Shop %s: %s and %s"),
	    k->shop, name[0], name[1]);
	if (shoppage_href(&back, k->shop, k->day[1], e) == 0 &&
	    all_href(p, k, &all, e) == 0) {
		to.back = buf_str(&back);
		to.all = k->hidden > 0 ? buf_str(&all) : NULL;
		rc = shoppair_report(k, &r, p->out, e);
	}
	buf_release(&back);
	buf_release(&all);
	return rc;
}

static int
take_day(const struct page *p, const char *name, int64_t *day, struct err *e)
{
	const char *s = field(p, name);

	return s && worktime_day_parse(s, day) == 0 ? 0 : err_set(e, ERR_USAGE,
	    "'%.60s' is no day", s ? s : "");
}

static int
make_compare(struct page *p, struct err *e)
{
	struct shoppair k = {.shop = p->arg, .page = field(p, "page"),
	    .view = field(p, "view"), .station = field(p, "station"),
	    .all = field(p, "all") != NULL, .unsent = p->unsent,
	    .name = p->reader};
	int rc = -1;

	if (take_day(p, "before", &k.day[0], e) == 0 &&
	    take_day(p, "after", &k.day[1], e) == 0 &&
	    shoppair_load(&k, p->b, e) == 0)
		rc = put_report(p, &k, e);
	shoppair_release(&k);
	return rc;
}

static int
name(struct page *p, struct page_view *v, struct err *e)
{
	(void)e;
	(void)snprintf(v->text, sizeof(v->text), "shop %s", p->arg);
	return 0;
}

const struct page_kind page_compare = {
	.path = "/compare/*", .action = "open", .name = name,
	.make = make_compare
};

/* --- A picture. */

struct drawing {
	struct shops_files *files;
	const char *shop, *station;
};

static int
get_strip(void *arg, const struct shopreport_pair *l, int side,
	const struct shop_strip *s, struct buf *out, struct err *e)
{
	const struct drawing *d = arg;

	(void)l;
	(void)side;
	return shops_part(d->files, d->station, d->shop, s->sha256, out, e);
}

static int
draw(struct page *p, const struct shop_page *page, struct err *e)
{
	struct shopreport_pair pair = {.page = "", .view = "",
	    .side = {{.who = "", .page = page}}};
	struct drawing d = {shops_files_new(p->b, e), p->arg,
	    field(p, "station")};
	int rc = d.files ? 0 : -1;
	size_t i;

	for (i = 0; rc == 0 && i < page->nstrips; i++)
		rc = shops_want(d.files, d.station, d.shop,
		    page->strip[i].sha256, e);
	if (rc == 0)
		rc = shopreport_picture(&pair, 0, get_strip, &d, p->out, e);
	shops_files_free(d.files);
	if (rc == 0) {
		p->a->type = WIRE_SVG;
		p->a->foreign = 1;
	}
	return rc;
}

static int
make_picture(struct page *p, struct err *e)
{
	const char *hex = field(p, "record");
	uint8_t record[SHOP_HASH_LEN];
	struct shop_page page;
	int rc;

	if (!hex || !field(p, "station") || str_unhex(record, sizeof(record),
	    hex, strlen(hex)) < 0)
		return err_set(e, ERR_USAGE, "the address does not say which "
		    "picture");
	rc = shops_page(p->b->catalogue, record, &page, e);
	if (rc == 0)
		return err_set(e, ERR_NOENT, "the page has no picture");
	if (rc > 0)
		rc = draw(p, &page, e);
	page_free(&page);
	return rc < 0 ? -1 : 0;
}

const struct page_kind page_picture = {
	.path = "/picture/*", .action = "open", .name = name,
	.make = make_picture
};
