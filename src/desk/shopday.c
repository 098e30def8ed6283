/* desk/shopday.c - a day of a shop; docs/REPORTS.md. */
#include "desk/shopday_work.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

#define NODES_MAX 8192
#define DEPTH_MAX 5

struct shopday *
shopday_new(const char *shop, struct err *e)
{
	struct shopday *s = calloc(1, sizeof(*s));

	if (!s) {
		(void)err_nomem(e);
		return NULL;
	}
	s->shop = str_dup(shop);
	s->json = json_new(NODES_MAX, DEPTH_MAX, e);
	if (s->shop && s->json)
		return s;
	if (!s->shop)
		(void)err_nomem(e);
	shopday_free(s);
	return NULL;
}

static void
free_line(struct line *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->look[i].reason);
	free(l->look);
	free(l->station);
	free(l->page);
	free(l->view);
	free(l->url);
}

void
shopday_free(struct shopday *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->nlines; i++)
		free_line(&s->line[i]);
	shopday_forget(s);
	free(s->line);
	free(s->shop);
	json_free(s->json);
	free(s);
}

/* Grown where N is 2^k. */
void *
shopday_more(void *vec, size_t n, size_t size, struct err *e)
{
	void **v = vec;
	void *grown;

	if ((n & (n - 1)) == 0) {
		grown = realloc(*v, (n ? 2 * n : 1) * size);
		if (!grown) {
			(void)err_nomem(e);
			return NULL;
		}
		*v = grown;
	}
	return memset((char *)*v + n * size, 0, size);
}

/* --- Captures. */

bool
shopday_is_manual(const struct shop_capture *c)
{
	return strcmp(c->by, "manual") == 0;
}

static bool
is_of(const struct line *l, const struct shops_capture *c)
{
	return l->manual == shopday_is_manual(&c->c) &&
	    strcmp(l->station, c->station) == 0 &&
	    strcmp(l->page, c->c.page) == 0 && strcmp(l->view, c->c.view) == 0;
}

/* The last, or the one before it: what persons saved comes in between. */
static struct line *
line_of(struct shopday *s, const struct shops_capture *c, struct err *e)
{
	struct line *l;
	size_t i;

	for (i = 1; i <= 2 && i <= s->nlines; i++)
		if (is_of(&s->line[s->nlines - i], c))
			return &s->line[s->nlines - i];
	l = shopday_more(&s->line, s->nlines, sizeof(*l), e);
	if (!l)
		return NULL;
	s->nlines++;
	l->manual = shopday_is_manual(&c->c);
	l->station = str_dup(c->station);
	l->page = str_dup(c->c.page);
	l->view = str_dup(c->c.view);
	if (l->station && l->page && l->view)
		return l;
	(void)err_nomem(e);
	return NULL;
}

/* How many looks of L are of DAY or before. */
static size_t
up_to(const struct line *l, int64_t day)
{
	size_t from = 0, to = l->n, mid;

	while (from < to) {
		mid = from + (to - from) / 2;
		if (l->look[mid].day <= day)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* The look of DAY, made where there is none; a clock may have been put back. */
static struct look *
look_at(struct line *l, int64_t day, struct err *e)
{
	const size_t n = up_to(l, day);

	if (n > 0 && l->look[n - 1].day == day)
		return &l->look[n - 1];
	if (!shopday_more(&l->look, l->n, sizeof(*l->look), e))
		return NULL;
	memmove(l->look + n + 1, l->look + n, (l->n - n) * sizeof(*l->look));
	l->n++;
	l->look[n] = (struct look){.day = day};
	return &l->look[n];
}

int
shopday_capture(void *arg, const struct shops_capture *c, struct err *e)
{
	struct shopday *s = arg;
	char *reason, *url;
	struct line *l;
	struct look *k;

	if (strcmp(c->shop, s->shop) != 0)
		return 0;
	l = line_of(s, c, e);
	k = l ? look_at(l, c->day, e) : NULL;
	if (!k)
		return -1;
	reason = c->c.reason ? str_dup(c->c.reason) : NULL;
	url = str_dup(c->c.url);
	if (!url || (c->c.reason && !reason)) {
		free(reason);
		free(url);
		return err_nomem(e);
	}
	free(l->url);
	free(k->reason);
	l->url = url;
	k->reason = reason;
	k->ts = c->c.ts;
	k->state = c->c.state;
	if (!c->has_page)
		return 0;
	k->good = true;
	k->good_ts = c->c.ts;
	memcpy(k->record, c->c.record, sizeof(k->record));
	memcpy(k->print, c->print, sizeof(k->print));
	return 0;
}

/* --- Looking back. */

/* The newest look of L up to DAY; GOOD: that shows the page.  Or NULL. */
static const struct look *
last_look(const struct line *l, int64_t day, bool good)
{
	size_t n = up_to(l, day);

	while (n > 0 && good && !l->look[n - 1].good)
		n--;
	return n > 0 ? &l->look[n - 1] : NULL;
}

/* The last that shows the page on DAY itself. */
static const struct look *
look_of(const struct line *l, int64_t day)
{
	const struct look *k = last_look(l, day, true);

	return k && k->day == day ? k : NULL;
}

static bool
same_page(const struct line *a, const struct line *b)
{
	return a->manual == b->manual && strcmp(a->page, b->page) == 0 &&
	    strcmp(a->view, b->view) == 0;
}

/* The newest day on which STATION captured anything of the shop. */
static int64_t
station_day(const struct shopday *s, const char *station, int64_t day)
{
	int64_t last = SHOPDAY_NONE;
	size_t i;

	for (i = 0; i < s->nlines; i++) {
		const struct look *k = strcmp(s->line[i].station, station) ?
		    NULL : last_look(&s->line[i], day, false);

		if (k && k->day > last)
			last = k->day;
	}
	return last;
}

int64_t
shopday_last(const struct shopday *s, int64_t day)
{
	int64_t last = SHOPDAY_NONE;
	size_t i;

	for (i = 0; i < s->nlines; i++) {
		const struct look *k = last_look(&s->line[i], day, false);

		if (k && k->day > last)
			last = k->day;
	}
	return last;
}

/* A list of goods is there each day: it does not say that the shop was seen. */
static bool
is_list(const struct line *l)
{
	return strcmp(l->view, SHOPDAY_LIST) == 0;
}

int64_t
shopday_last_good(const struct shopday *s, int64_t day, int64_t *ts)
{
	int64_t last = SHOPDAY_NONE;
	bool lists = true;
	size_t i;

	*ts = 0;
	for (i = 0; i < s->nlines; i++)
		lists = lists && is_list(&s->line[i]);
	for (i = 0; i < s->nlines; i++) {
		const struct look *k = is_list(&s->line[i]) && !lists ? NULL :
		    last_look(&s->line[i], day, true);

		if (k && (k->day > last ||
		    (k->day == last && k->good_ts > *ts))) {
			last = k->day;
			*ts = k->good_ts;
		}
	}
	return last;
}

/*
 * Another station has gone on with the shop: what this one does not capture any
 * more is no news.  A page that its own station dropped is told as not seen.
 */
static bool
left_off(const struct shopday *s, const struct line *l, int64_t day)
{
	const int64_t own = station_day(s, l->station, day);

	return own == SHOPDAY_NONE ||
	    (day - own >= SHOPDAY_LEFT_OFF &&
	    shopday_last(s, day) - own >= SHOPDAY_LEFT_OFF);
}

/*
 * A page that its station has not looked at for so long is no page of it.  Nobody
 * is expected to save one by hand each day.
 */
static bool
is_line(const struct shopday *s, const struct line *l, int64_t day)
{
	const struct look *k = last_look(l, day, false);

	if (l->manual)
		return k && k->day == day;
	return k && !left_off(s, l, day) &&
	    station_day(s, l->station, day) - k->day < SHOPDAY_LEFT_OFF;
}

size_t
shopday_stations(const struct shopday *s, int64_t day, const char **newest)
{
	const char *before = NULL;
	int64_t ts = INT64_MIN;
	size_t i, n = 0;

	*newest = "";
	for (i = 0; i < s->nlines; i++) {
		const struct line *l = &s->line[i];
		const struct look *k = last_look(l, day, false);

		if (!is_line(s, l, day))
			continue;
		n += !before || strcmp(before, l->station) != 0;
		before = l->station;
		if (k->ts > ts) {
			ts = k->ts;
			*newest = l->station;
		}
	}
	return n;
}

/* --- What it is held against. */

static bool
same_print(const struct look *a, const struct look *b)
{
	return memcmp(a->print, b->print, sizeof(a->print)) == 0;
}

/* The newest of L before DAY, with the print of LIKE (NULL: any). */
static const struct look *
before(const struct line *l, int64_t day, const struct look *like)
{
	size_t n = up_to(l, day - 1);

	while (n > 0 && (!l->look[n - 1].good ||
	    (like && !same_print(&l->look[n - 1], like))))
		n--;
	return n > 0 ? &l->look[n - 1] : NULL;
}

/* The same, else of the page's line of another station. */
static const struct look *
before_all(const struct shopday *s, const struct line *l, int64_t day,
	const struct look *like)
{
	const struct look *k = before(l, day, like), *other;
	size_t i;

	for (i = 0; !k && i < s->nlines; i++) {
		other = same_page(&s->line[i], l) ?
		    before(&s->line[i], day, like) : NULL;
		if (other)
			k = other;
	}
	return k;
}

/* Which baseline holds on DAY, or NULL. */
static const struct baseline *
baseline_of(const struct shopday *s, int64_t day)
{
	const struct baseline *b = NULL, *x;
	size_t i;

	for (i = 0; i < s->nbaselines; i++) {
		x = &s->baseline[i];
		if (x->day < day && (!b || x->day > b->day ||
		    (x->day == b->day && x->utc >= b->utc)))
			b = x;
	}
	return b && b->n > 0 ? b : NULL;
}

/* A look that had that record, whoever made it; or NULL: it is not here. */
static const struct look *
look_with(const struct shopday *s, const struct line *like,
	const uint8_t record[static SHOP_HASH_LEN])
{
	size_t i, k;

	for (i = 0; i < s->nlines; i++)
		for (k = 0; same_page(&s->line[i], like) && k < s->line[i].n;
		    k++)
			if (s->line[i].look[k].good && memcmp(record,
			    s->line[i].look[k].record, SHOP_HASH_LEN) == 0)
				return &s->line[i].look[k];
	return NULL;
}

/*
 * What a manager accepted of that page.  Where it cannot be compared with NOW, the
 * first behind it that can.  *IS: there is such a baseline at all.
 */
static const struct look *
accepted(const struct shopday *s, const struct line *l, int64_t day,
	const struct look *now, bool *is)
{
	const struct baseline *b = baseline_of(s, day);
	const struct look *k;
	size_t i;

	*is = false;
	for (i = 0; b && i < b->n; i++) {
		const struct entry *x = &b->entry[i];

		if (strcmp(x->page, l->page) != 0 ||
		    strcmp(x->view, l->view) != 0)
			continue;
		k = look_with(s, l, x->record);
		*is = *is || k;
		if (k && same_print(k, now))
			return k;
	}
	for (i = 0; *is && i < l->n; i++) {
		k = &l->look[i];
		if (k->good && k->day > b->day && k->day < day &&
		    same_print(k, now))
			return k;
	}
	return NULL;
}

bool
shopday_accepted(const struct shopday *s, const char *page,
	const char *view, bool manual, int64_t since, int64_t day,
	uint8_t record[static SHOP_HASH_LEN], int64_t *of)
{
	const struct baseline *b = baseline_of(s, day + 1);
	struct line like = {.manual = manual};
	const struct look *k;
	size_t i;

	for (i = 0; b && b->day > since && i < b->n; i++) {
		const struct entry *x = &b->entry[i];

		if (strcmp(x->page, page) != 0 || strcmp(x->view, view) != 0)
			continue;
		like.page = x->page;
		like.view = x->view;
		k = look_with(s, &like, x->record);
		if (!k)
			continue;
		memcpy(record, k->record, SHOP_HASH_LEN);
		*of = b->day;
		return true;
	}
	return false;
}

static void
hold(const struct shopday *s, const struct line *l, int64_t day,
	struct shopday_page *p)
{
	const struct look *now = look_of(l, day), *base;

	p->held = SHOPDAY_UNSEEN;
	p->base_day = SHOPDAY_NONE;
	if (!now)
		return;
	memcpy(p->now, now->record, sizeof(p->now));
	base = accepted(s, l, day, now, &p->accepted);
	if (!base && !p->accepted)
		base = before_all(s, l, day, now);
	if (!base) {
		p->accepted = false;
		base = before_all(s, l, day, NULL);
	}
	if (!base) {
		p->held = SHOPDAY_FIRST;
		return;
	}
	memcpy(p->base, base->record, sizeof(p->base));
	p->base_day = base->day;
	p->held = !same_print(base, now) ? SHOPDAY_REBASED :
	    memcmp(p->base, p->now, sizeof(p->now)) == 0 ? SHOPDAY_SAME :
	    SHOPDAY_OTHER;
}

int
shopday_pages(const struct shopday *s, int64_t day,
	int (*fn)(void *arg, const struct shopday_page *p, struct err *e),
	void *arg, struct err *e)
{
	struct shopday_page p;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < s->nlines; i++) {
		const struct line *l = &s->line[i];
		const struct look *k = last_look(l, day, false);
		const struct look *good = last_look(l, day, true);

		if (!is_line(s, l, day))
			continue;
		memset(&p, 0, sizeof(p));
		p.station = l->station;
		p.page = l->page;
		p.view = l->view;
		p.url = l->url;
		p.manual = l->manual;
		p.ts = k->ts;
		p.day = k->day;
		p.state = k->state;
		p.reason = k->reason;
		p.good_day = good ? good->day : SHOPDAY_NONE;
		if (good)
			memcpy(p.good, good->record, sizeof(p.good));
		hold(s, l, day, &p);
		rc = fn(arg, &p, e);
	}
	return rc;
}

/* --- Days to be reviewed. */

static bool
was_seen(const struct shopday *s, int64_t day,
	const uint8_t record[static SHOP_HASH_LEN])
{
	size_t i, k;

	for (i = 0; i < s->nseen; i++) {
		const struct seen *x = &s->seen[i];

		if (day < x->first || day > x->last)
			continue;
		for (k = 0; k < x->n; k++)
			if (memcmp(x->record[k], record, SHOP_HASH_LEN) == 0)
				return true;
	}
	return false;
}

/* Who reviewed DAY last; NULL: nobody. */
static const struct seen *
review_of(const struct shopday *s, int64_t day)
{
	const struct seen *last = NULL;
	size_t i;

	for (i = 0; i < s->nseen; i++)
		if (day >= s->seen[i].first && day <= s->seen[i].last &&
		    (!last || s->seen[i].utc >= last->utc))
			last = &s->seen[i];
	return last;
}

/* The record of L on DAY, if it is other than what L showed before; or NULL. */
static const uint8_t *
new_record(const struct line *l, int64_t day)
{
	const struct look *now = look_of(l, day);
	const struct look *was = now ? before(l, day, NULL) : NULL;

	return now && (!was || memcmp(was->record, now->record,
	    sizeof(now->record)) != 0) ? now->record : NULL;
}

/* Was the shop looked at on DAY, whatever came of it? */
static bool
has_day(const struct shopday *s, int64_t day)
{
	size_t i;

	for (i = 0; i < s->nlines; i++) {
		const struct look *k = last_look(&s->line[i], day, false);

		if (k && k->day == day)
			return true;
	}
	return false;
}

bool
shopday_is_open(const struct shopday *s, int64_t day)
{
	const uint8_t *record;
	size_t i;

	if (!has_day(s, day))
		return false;
	if (!review_of(s, day))
		return true;
	for (i = 0; i < s->nlines; i++) {
		record = new_record(&s->line[i], day);
		if (record && !was_seen(s, day, record))
			return true;
	}
	return false;
}

static int
compare_days(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

/* All days up to DAY, each once, in order; *N of them.  NULL: no memory. */
static int64_t *
all_days(const struct shopday *s, int64_t day, size_t *n, struct err *e)
{
	size_t all = 1, i, k, kept = 0;
	int64_t *v;

	for (i = 0; i < s->nlines; i++)
		all += s->line[i].n;
	v = malloc(all * sizeof(*v));
	if (!v) {
		(void)err_nomem(e);
		return NULL;
	}
	for (*n = 0, i = 0; i < s->nlines; i++)
		for (k = 0; k < up_to(&s->line[i], day); k++)
			v[(*n)++] = s->line[i].look[k].day;
	qsort(v, *n, sizeof(*v), compare_days);
	for (i = 0; i < *n; i++)
		if (kept == 0 || v[kept - 1] != v[i])
			v[kept++] = v[i];
	*n = kept;
	return v;
}

int
shopday_open(const struct shopday *s, int64_t day, struct shopday_open *o,
	struct err *e)
{
	const struct seen *r;
	size_t n, i;
	int64_t *v = all_days(s, day, &n, e);
	const int rc = v ? 0 : -1;

	*o = (struct shopday_open){0, SHOPDAY_NONE, SHOPDAY_NONE,
	    SHOPDAY_NONE, NULL};
	for (i = 0; v && i < n; i++) {
		if (shopday_is_open(s, v[i])) {
			if (o->n++ == 0)
				o->first = v[i];
			o->last = v[i];
			continue;
		}
		r = review_of(s, v[i]);
		o->reviewed = v[i];
		o->by = r->by;
	}
	free(v);
	return rc;
}

int64_t
shopday_seen(const struct shopday *s, int64_t first, int64_t last,
	uint8_t (*out)[SHOP_HASH_LEN], size_t max, struct err *e)
{
	size_t n, found = 0, i, k;
	int64_t *v = all_days(s, last, &n, e);
	const bool known = v != NULL;
	const uint8_t *record;

	for (i = 0; v && i < n; i++)
		for (k = 0; v[i] >= first && k < s->nlines; k++) {
			record = new_record(&s->line[k], v[i]);
			if (record && found++ < max)
				memcpy(out[found - 1], record, SHOP_HASH_LEN);
		}
	free(v);
	return known ? (int64_t)found : -1;
}
