/* cli/desk/shoppair.c - a shop on two days. */
#include "cli/desk/shoppair.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/desk/shopdesk.h"

#include "base/banned.h"

struct events {
	bool is;
	struct shop_page base;
	struct shop_event *v;
	size_t n, cap;
};

struct hiding {
	const struct shoppair *pair;
	struct shopday *notes;
	const struct shoplook_page *of;
	struct events accepted;		/* of that page, from the accepted day */
};

/* --- What each day has. */

static int
on_row(void *arg, const struct shops_row *r, struct err *e)
{
	struct shoppair *k = arg;
	const struct shops_capture *s = &r->last;
	struct shop_page page;
	int rc = shoplook_is_other(&k->look, k->station, s->station, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if ((k->page && strcmp(s->c.page, k->page) != 0) ||
	    (k->view && strcmp(s->c.view, k->view) != 0))
		return 0;
	/* What was blocked since shows nothing, whatever was seen before. */
	if (r->has_good && s->c.has_record && memcmp(s->c.record,
	    r->good.c.record, SHOP_HASH_LEN) == 0)
		rc = shops_page(k->b->catalogue, s->c.record, &page, e);
	if (rc < 0)
		return -1;
	return shoplook_add(&k->look, k->side, s->station, &s->c,
	    rc > 0 ? &page : NULL, e);
}

/* All that both sides show will be asked for. */
static int
want(struct shoppair *k, struct err *e)
{
	for (size_t i = 0; i < k->look.n; i++) {
		const struct shoplook_page *p = &k->look.v[i];

		if (p->n == 0 && !k->page)
			continue;
		for (int s = 0; s < 2; s++)
			for (size_t n = 0; p->side[s].has_page &&
			    n < p->side[s].page.nstrips; n++)
				if (shops_want(k->files, p->side[s].who,
				    k->shop, p->side[s].page.strip[n].sha256,
				    e) < 0)
					return -1;
	}
	return 0;
}

static int
get_strip(void *arg, const struct shopreport_pair *p, int side,
	const struct shop_strip *s, struct buf *out, struct err *e)
{
	struct shoppair *k = arg;

	return shops_part(k->files, p->side[side].who, k->shop, s->sha256,
	    out, e);
}

/* --- What rules and an accepted day keep from being told. */

static int
keep(void *arg, const struct shop_event *v, struct err *e)
{
	struct events *a = arg;
	const size_t cap = a->cap ? 2 * a->cap : 32;
	struct shop_event *more;

	if (a->n == a->cap) {
		more = realloc(a->v, cap * sizeof(*more));
		if (!more)
			return err_nomem(e);
		a->v = more;
		a->cap = cap;
	}
	a->v[a->n++] = *v;
	return 0;
}

static void
forget(struct events *a)
{
	free(a->v);
	page_free(&a->base);
	memset(a, 0, sizeof(*a));
}

/*
 * What there is from the day accepted between the two to the later of them: what
 * is not in it was accepted.
 */
static int
load_accepted(struct hiding *k, struct err *e)
{
	struct events *a = &k->accepted;
	const struct shoplook_page *p = k->of;
	uint8_t record[SHOP_HASH_LEN];
	int64_t day;
	int rc;

	forget(a);
	if (!p->side[1].has_page || !shopday_accepted(k->notes, p->page,
	    p->view, p->manual, k->pair->day[0], k->pair->day[1], record, &day))
		return 0;
	rc = shops_page(k->pair->b->catalogue, record, &a->base, e);
	if (rc > 0)
		rc = shop_diff(&a->base, &p->side[1].page, keep, a, e);
	a->is = rc == 0 && !(a->n == 1 && a->v[0].change == SHOP_REBASED);
	return rc < 0 ? -1 : 0;
}

static bool
is_accepted(const struct hiding *k, const struct shop_event *v)
{
	const struct events *a = &k->accepted;

	for (size_t i = 0; a->is && i < a->n; i++)
		if (a->v[i].change == v->change &&
		    str_eq(a->v[i].what, v->what) &&
		    str_eq(a->v[i].after, v->after))
			return false;
	return a->is && v->change != SHOP_REBASED;
}

static bool
is_hidden(void *arg, const struct shoplook_page *p,
	const struct shop_event *v)
{
	const struct hiding *k = arg;

	return p == k->of && (is_accepted(k, v) ||
	    shopday_ignored(k->notes, k->pair->day[1], p->page, v));
}

static int
hide(struct shoppair *p, struct err *e)
{
	struct hiding k = {.pair = p, .notes = shopdesk_of(p->b->catalogue,
	    p->shop, p->unsent, p->name, e)};
	int rc = k.notes ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < p->look.n; i++) {
		k.of = &p->look.v[i];
		rc = load_accepted(&k, e);
		if (rc == 0)
			p->hidden += shoplook_hide(&p->look, is_hidden, &k);
	}
	forget(&k.accepted);
	shopday_free(k.notes);
	return rc;
}

/* --- */

int
shoppair_load(struct shoppair *k, struct box *b, struct err *e)
{
	struct notes_report ignored;
	struct err why = ERR_INIT;
	int rc = 0;

	k->b = b;
	/* what a sync that runs holds up, it takes itself */
	if (!k->all && notes_index(b, &ignored, &why) < 0 &&
	    why.code == ERR_INTR) {
		*e = why;
		return -1;
	}
	for (k->side = 0; rc == 0 && k->side < 2; k->side++)
		rc = shops_each(b->catalogue, k->shop, k->day[k->side],
		    on_row, k, e);
	if (rc == 0 && k->look.n == 0) {
		rc = err_set(e, ERR_NOENT, "nothing was captured of shop "
		    "'%.64s' by then", k->shop);
		(void)err_hint(e, "see which there are: liudi-desk shops");
	}
	if (rc == 0)
		rc = shoplook_compare(&k->look, false, e);
	return rc < 0 ? -1 : k->all ? 0 : hide(k, e);
}

void
shoppair_release(struct shoppair *k)
{
	shops_files_free(k->files);
	k->files = NULL;
	shoplook_release(&k->look);
}

int
shoppair_report(struct shoppair *k, struct shopreport *r, struct buf *out,
	struct err *e)
{
	r->get = get_strip;
	r->arg = k;
	k->files = shops_files_new(k->b, e);
	return k->files && want(k, e) == 0 ?
	    shoplook_html(&k->look, r, out, e) : -1;
}
