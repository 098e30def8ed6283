/* cli/desk/shopdeed.c - what a manager decides on a shop, signed. */
#include "cli/desk/shopdeed.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/utf8.h"
#include "desk/fetch.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define REST_MAX 65536u
#define DAY_MAX 2932896		/* 9999-12-31 */

/* Of a page, as notes call it. */
static const char *const views[] = {"desktop", "mobile", SHOPDAY_LIST};
#define VIEWS (sizeof(views) / sizeof(*views))

struct asked {
	const char *shop;
	int64_t day, since;
	struct shopdeed_told *told;
};

static void
begin(struct asked *a, struct shopdesk *k, struct shopdeed_done *done)
{
	memset(done, 0, sizeof(*done));
	done->day = SHOPDAY_NONE;
	a->told = (struct shopdeed_told *)opener_room(k->op, FETCH_ROOM_HELD);
	memset(a->told, 0, sizeof(*a->told));
}

static int
check_text(const char *s, struct err *e)
{
	const size_t n = s ? strlen(s) : 0;

	return n <= SHOPDEED_TEXT_MAX && (n == 0 || utf8_clean(s, n)) ? 0 :
	    err_set(e, ERR_USAGE, "that is no line of plain text of at most "
		"%d bytes", SHOPDEED_TEXT_MAX);
}

static int
senseless(struct err *e)
{
	return err_set(e, ERR_FAIL, "the reading process said what makes no "
	    "sense");
}

int
shopdeed_believe(const struct shopdeed_told *from, struct shopdeed_told *t,
	int64_t most, int64_t day, struct err *e)
{
	size_t i;

	memcpy(t, from, sizeof(*t));
	if (!t->done || t->n < 0 || t->n > most || t->open < 0 ||
	    t->day < 0 || t->day > DAY_MAX ||
	    (day != SHOPDAY_NONE && t->day != day))
		return senseless(e);
	for (i = 0; i < SHOPDEED_PAGES_MAX; i++) {
		t->of[i].page[SHOPS_NAME_MAX] = '\0';
		if (t->of[i].view >= VIEWS || !utf8_clean(t->of[i].page,
		    strlen(t->of[i].page)))
			return senseless(e);
	}
	return 0;
}

/* REST, an object, as a note. */
static int
write_note(struct shopdesk *k, const char *type, const struct buf *rest,
	struct shopdeed_done *done, struct err *e)
{
	const struct access_log l = {&k->h, &k->control, k->name, k->key};
	int rc = notes_write(&l, clock_now_utc(), type, buf_str(rest) + 1,
	    rest->len - 2, e);

	if (rc <= 0)
		return rc;
	done->kept = true;
	done->why = *e;
	err_clear(e);
	return 0;
}

static void
put_day(struct jsonw *w, const char *key, int64_t day)
{
	char text[WORKTIME_DAY_LEN];

	jsonw_kstr(w, key, day == SHOPDAY_NONE ? NULL :
	    worktime_day_text(day, text));
}

/* --- reviewed */

/* Which day is meant, and was the shop looked at on it?  SHOPDAY_NONE: no. */
static int64_t
day_of(const struct shopdesk *k, const struct asked *a,
	const struct shopday *s, struct err *e)
{
	const int64_t day = a->day != SHOPDAY_NONE ? a->day :
	    shopday_last(s, k->today + 1);

	if (day != SHOPDAY_NONE && shopday_last(s, day) == day)
		return day;
	(void)err_set(e, ERR_NOENT,
	    "the shop was not looked at on that day");
	return SHOPDAY_NONE;
}

static int
look_reviewed(struct shopdesk *k, void *arg, struct err *e)
{
	const struct asked *a = arg;
	struct shopdeed_told *t = a->told;
	struct shopday *s = shopdesk_load_one(k, a->shop, e);
	int64_t first, day;
	int rc = -1;

	t->day = s ? day_of(k, a, s, e) : SHOPDAY_NONE;
	if (t->day == SHOPDAY_NONE)
		goto out;
	first = a->since != SHOPDAY_NONE ? a->since : t->day;
	/* each day between two captures is none, so this ends */
	for (day = t->day; day != SHOPDAY_NONE && day >= first;
	    day = shopday_last(s, day - 1))
		t->open += shopday_is_open(s, day);
	t->n = shopday_seen(s, first, t->day, t->record, SHOPDAY_SEEN_MAX,
	    e);
	t->done = true;
	rc = t->n < 0 ? -1 : 0;
out:
	shopday_free(s);
	return rc;
}

static int
put_reviewed(const struct asked *a, const struct shopdeed_told *t,
	const char *note, struct buf *out, struct err *e)
{
	char hex[2 * SHOP_HASH_LEN + 1];
	struct jsonw w;
	int64_t i;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "shop", a->shop);
	put_day(&w, "first", a->since != SHOPDAY_NONE ? a->since : t->day);
	put_day(&w, "last", t->day);
	jsonw_key(&w, "seen");
	jsonw_array(&w);
	for (i = 0; i < t->n; i++) {
		str_hex(hex, t->record[i], SHOP_HASH_LEN);
		jsonw_str(&w, hex);
	}
	jsonw_array_end(&w);
	jsonw_kstr(&w, "text", note);
	jsonw_object_end(&w);
	return jsonw_end(&w);
}

int
shopdeed_reviewed(struct shopdesk *k, const char *shop, int64_t since,
	int64_t day, const char *note, struct shopdeed_done *done,
	struct err *e)
{
	struct asked a = {.shop = shop, .day = day, .since = since};
	struct buf rest = BUF_INIT(REST_MAX);
	struct shopdeed_told t;
	int rc = -1;

	begin(&a, k, done);
	if (check_text(note, e) < 0)
		return -1;
	if (since != SHOPDAY_NONE && day != SHOPDAY_NONE && since > day)
		return err_set(e, ERR_USAGE, "the first of the days is behind "
		    "the last");
	if (shopdesk_run(k, look_reviewed, &a, e) < 0 ||
	    shopdeed_believe(a.told, &t, INT64_MAX, day, e) < 0)
		return -1;
	done->day = t.day;
	done->open = t.open;
	if (t.n > SHOPDAY_SEEN_MAX) {
		(void)err_set(e, ERR_USAGE, "too much changed in these days "
		    "for one note");
		return err_hint(e, "name fewer days");
	}
	if (t.open == 0 && !note)
		return 1;
	if (put_reviewed(&a, &t, note, &rest, e) == 0)
		rc = write_note(k, "reviewed", &rest, done, e);
	buf_release(&rest);
	return rc;
}

/* --- accept */

static int
add_page(void *arg, const struct shopday_page *p, struct err *e)
{
	struct shopdeed_told *t = arg;
	uint8_t view = 0;

	if (p->good_day == SHOPDAY_NONE)
		return 0;
	if (t->n == SHOPDEED_PAGES_MAX)
		return err_set(e, ERR_FAIL, "the shop has more than %d pages",
		    SHOPDEED_PAGES_MAX);
	memcpy(t->record[t->n], p->good, SHOP_HASH_LEN);
	(void)snprintf(t->of[t->n].page, sizeof(t->of[t->n].page), "%s",
	    p->page);
	while (strcmp(p->view, views[view]) != 0)
		if (++view == VIEWS)
			return 0;	/* none that a note can name */
	t->of[t->n].view = view;
	t->n++;
	return 0;
}

static int
look_accept(struct shopdesk *k, void *arg, struct err *e)
{
	const struct asked *a = arg;
	struct shopdeed_told *t = a->told;
	struct shopday *s = shopdesk_load_one(k, a->shop, e);
	int rc = -1;

	t->day = s ? day_of(k, a, s, e) : SHOPDAY_NONE;
	if (t->day != SHOPDAY_NONE)
		rc = shopday_pages(s, t->day, add_page, t, e);
	if (rc == 0 && t->n == 0)
		rc = err_set(e, ERR_NOENT, "no page of the shop was seen by "
		    "that day");
	t->done = rc == 0;
	shopday_free(s);
	return rc;
}

static int
put_accept(const struct asked *a, const struct shopdeed_told *t,
	bool rolling, struct buf *out, struct err *e)
{
	struct jsonw w;
	int64_t i;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "shop", a->shop);
	put_day(&w, "day", t->day);
	jsonw_key(&w, "pages");
	if (rolling)
		jsonw_null(&w);
	else
		jsonw_array(&w);
	for (i = 0; !rolling && i < t->n; i++) {
		jsonw_object(&w);
		jsonw_kstr(&w, "page", t->of[i].page);
		jsonw_kstr(&w, "view", views[t->of[i].view]);
		jsonw_khex(&w, "record", t->record[i], SHOP_HASH_LEN);
		jsonw_object_end(&w);
	}
	if (!rolling)
		jsonw_array_end(&w);
	jsonw_object_end(&w);
	return jsonw_end(&w);
}

int
shopdeed_accept(struct shopdesk *k, const char *shop, int64_t day,
	bool rolling, struct shopdeed_done *done, struct err *e)
{
	struct asked a = {.shop = shop, .day = day, .since = SHOPDAY_NONE};
	struct buf rest = BUF_INIT(REST_MAX);
	struct shopdeed_told t;
	int rc = -1;

	begin(&a, k, done);
	if (shopdesk_run(k, look_accept, &a, e) < 0 || shopdeed_believe(
	    a.told, &t, SHOPDEED_PAGES_MAX, day, e) < 0)
		return -1;
	done->day = t.day;
	if (put_accept(&a, &t, rolling, &rest, e) == 0)
		rc = write_note(k, "baseline", &rest, done, e);
	buf_release(&rest);
	return rc;
}

/* --- ignore */

int
shopdeed_rule_check(const struct shopdeed_rule *r, struct err *e)
{
	int c;

	if (check_text(r->what, e) < 0 || check_text(r->page, e) < 0)
		return -1;
	for (c = 0; c < SHOP_CHANGES; c++)
		if (c != SHOP_REBASED && strcmp(r->change,
		    shop_change_name((enum shop_change)c)) == 0)
			return 0;
	(void)err_set(e, ERR_USAGE, "'%.60s' is no change", r->change);
	return err_hint(e, "one of: title address item-added item-removed "
	    "item-moved item-named price image-added image-removed "
	    "image-replaced image-broken text-added text-removed text-changed "
	    "text-hidden link-added link-removed link-changed length look");
}

static int
look_there(struct shopdesk *k, void *arg, struct err *e)
{
	const struct asked *a = arg;
	struct shopday *s = shopdesk_load_one(k, a->shop, e);

	shopday_free(s);
	return s ? 0 : -1;
}

int
shopdeed_ignore(struct shopdesk *k, const char *shop,
	const struct shopdeed_rule *r, struct shopdeed_done *done,
	struct err *e)
{
	struct asked a = {.shop = shop};
	struct buf rest = BUF_INIT(REST_MAX);
	struct jsonw w;
	int rc = -1;

	begin(&a, k, done);
	if (shopdeed_rule_check(r, e) < 0 ||
	    shopdesk_run(k, look_there, &a, e) < 0)
		return -1;
	jsonw_init(&w, &rest, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "shop", shop);
	jsonw_kstr(&w, "change", r->change);
	jsonw_kstr(&w, "what", r->what);
	jsonw_kstr(&w, "page", r->page);
	put_day(&w, "until", r->until);
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0)
		rc = write_note(k, "ignore", &rest, done, e);
	buf_release(&rest);
	return rc;
}
