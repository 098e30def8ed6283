/* shop/diff.c - changes of a page.  Rules: docs/REPORTS.md. */
#include "shop/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "shop/align.h"

#include "base/banned.h"

#define CARDS_NEAR 256		/* that are held against one line */
#define SEARCHES_MAX 1000000u	/* of words within lines, of a whole page */

static const struct {
	const char *name;
	enum shop_gravity gravity;
} changes[SHOP_CHANGES] = {
	[SHOP_REBASED] = {"rebased", SHOP_MINOR},
	[SHOP_TITLE] = {"title", SHOP_NORMAL},
	[SHOP_ADDRESS] = {"address", SHOP_GRAVE},
	[SHOP_ITEM_ADDED] = {"item-added", SHOP_NORMAL},
	[SHOP_ITEM_REMOVED] = {"item-removed", SHOP_GRAVE},
	[SHOP_ITEM_MOVED] = {"item-moved", SHOP_MINOR},
	[SHOP_ITEM_NAMED] = {"item-named", SHOP_NORMAL},
	[SHOP_PRICE] = {"price", SHOP_GRAVE},
	[SHOP_IMAGE_ADDED] = {"image-added", SHOP_NORMAL},
	[SHOP_IMAGE_REMOVED] = {"image-removed", SHOP_NORMAL},
	[SHOP_IMAGE_REPLACED] = {"image-replaced", SHOP_NORMAL},
	[SHOP_IMAGE_BROKEN] = {"image-broken", SHOP_GRAVE},
	[SHOP_TEXT_ADDED] = {"text-added", SHOP_NORMAL},
	[SHOP_TEXT_REMOVED] = {"text-removed", SHOP_NORMAL},
	[SHOP_TEXT_CHANGED] = {"text-changed", SHOP_NORMAL},
	[SHOP_TEXT_HIDDEN] = {"text-hidden", SHOP_GRAVE},
	[SHOP_LINK_ADDED] = {"link-added", SHOP_NORMAL},
	[SHOP_LINK_REMOVED] = {"link-removed", SHOP_NORMAL},
	[SHOP_LINK_CHANGED] = {"link-changed", SHOP_GRAVE},
	[SHOP_LENGTH] = {"length", SHOP_MINOR},
	[SHOP_LOOK] = {"look", SHOP_MINOR}
};

const char *
shop_change_name(enum shop_change c)
{
	return changes[c].name;
}

enum shop_gravity
shop_change_gravity(enum shop_change c)
{
	return changes[c].gravity;
}

struct rows { int64_t from, to; };	/* [from, to) */

struct work {
	const struct shop_page *a, *b;
	struct shop_event *event;
	size_t n, cap;
	/* goods in order of their ids, each id once: the first of it on the page */
	const struct shop_item **ia, **ib;
	size_t na, nb;
	size_t *rank_a, *rank_b;	/* of goods among those of both pages */
	/*
	 * Words that goods bring along: what is said of goods is not said of text
	 * and links once more.  Hashes, sorted.
	 */
	uint64_t *word;
	size_t nwords;
	/* goods that bring them along, of each page from the top */
	const struct shop_item **card[2];
	size_t ncards[2];
	unsigned searches;	/* of their words in lines */
	struct rows *told;	/* where changes lie; disjoint, rising */
	size_t ntold;
	int32_t flow;	/* from this row on things stand elsewhere */
	struct err *e;
};

static uint64_t
hash_text(const char *s)
{
	uint64_t h;

	hash_blake2b_n((uint8_t *)&h, sizeof(h), NULL, 0, s, strlen(s));
	return h;
}

static int
add(struct work *w, enum shop_change c, const char *what, const char *before,
	const char *after, int32_t y, int32_t h)
{
	if (w->n == w->cap) {
		const size_t cap = w->cap ? w->cap * 2 : 64;
		void *p = realloc(w->event, cap * sizeof(*w->event));

		if (!p)
			return err_nomem(w->e);
		w->event = p;
		w->cap = cap;
	}
	w->event[w->n++] = (struct shop_event){c, what, before, after, y,
	    h < 0 ? 0 : h};
	return 0;
}

/* Below Y the pages' rows do not stand for each other. */
static void
flows(struct work *w, int32_t y)
{
	if (y < w->flow)
		w->flow = y;
}

static const char *
or_empty(const char *s)
{
	return s ? s : "";
}

/* --- Goods. */

static int
compare_ids(const void *x, const void *y)
{
	const struct shop_item *const *p = x, *const *q = y;

	return strcmp((*p)->id, (*q)->id);
}

static int
compare_items(const void *x, const void *y)
{
	const struct shop_item *const *p = x, *const *q = y;
	const int c = compare_ids(x, y);

	return c ? c : *p < *q ? -1 : *p > *q;
}

/* Of several that share an id the first counts: what a person meets first. */
static const struct shop_item **
sorted_items(const struct shop_page *p, size_t *n)
{
	const struct shop_item **v = malloc((p->nitems + 1) * sizeof(*v));

	*n = 0;
	if (!v)
		return NULL;
	for (size_t i = 0; i < p->nitems; i++)
		v[i] = &p->item[i];
	qsort(v, p->nitems, sizeof(*v), compare_items);
	for (size_t i = 0; i < p->nitems; i++)
		if (*n == 0 || strcmp(v[*n - 1]->id, v[i]->id) != 0)
			v[(*n)++] = v[i];
	return v;
}

static const struct shop_item *
find_item(const struct shop_item *const *v, size_t n,
	const struct shop_item *like)
{
	const struct shop_item *const *found = bsearch(&like, v, n, sizeof(*v),
	    compare_ids);

	return found ? *found : NULL;
}

static bool
is_first(const struct shop_item *const *v, size_t n,
	const struct shop_item *it)
{
	return find_item(v, n, it) == it;
}

static int
compare_item(struct work *w, const struct shop_item *x,
	const struct shop_item *y)
{
	if (!str_eq(x->price, y->price) && add(w, SHOP_PRICE, y->id, x->price,
	    y->price, y->y, y->h) < 0)
		return -1;
	if (!str_eq(x->title, y->title) && add(w, SHOP_ITEM_NAMED, y->id,
	    x->title, y->title, y->y, y->h) < 0)
		return -1;
	return 0;
}

/* Goods that are on both pages, and stand in another order. */
static int
moved_items(struct work *w)
{
	const struct shop_page *a = w->a, *b = w->b;
	uint64_t *x = malloc((a->nitems + 1) * sizeof(*x));
	uint64_t *y = malloc((b->nitems + 1) * sizeof(*y));
	size_t *match = malloc((a->nitems + 1) * sizeof(*match));
	size_t n = 0, m = 0, i;
	int rc = -1;

	w->rank_a = calloc(a->nitems + 1, sizeof(*w->rank_a));
	w->rank_b = calloc(b->nitems + 1, sizeof(*w->rank_b));
	if (!x || !y || !match || !w->rank_a || !w->rank_b) {
		(void)err_nomem(w->e);
		goto out;
	}
	for (i = 0; i < a->nitems; i++) {
		w->rank_a[i] = n;
		if (is_first(w->ia, w->na, &a->item[i]) &&
		    find_item(w->ib, w->nb, &a->item[i]))
			x[n++] = hash_text(a->item[i].id);
	}
	for (i = 0; i < b->nitems; i++) {
		w->rank_b[i] = m;
		if (is_first(w->ib, w->nb, &b->item[i]) &&
		    find_item(w->ia, w->na, &b->item[i]))
			y[m++] = hash_text(b->item[i].id);
	}
	if (align(x, n, y, m, match, w->e) < 0)
		goto out;
	for (i = 0, n = 0; i < a->nitems; i++) {
		const struct shop_item *to = find_item(w->ib, w->nb,
		    &a->item[i]);

		if (!to || !is_first(w->ia, w->na, &a->item[i]) ||
		    match[n++] != ALIGN_NONE)
			continue;
		flows(w, to->y < a->item[i].y ? to->y : a->item[i].y);
		if (add(w, SHOP_ITEM_MOVED, to->id, NULL, NULL, to->y,
		    to->h) < 0)
			goto out;
	}
	rc = 0;
out:
	free(x);
	free(y);
	free(match);
	return rc;
}

/* A list that was cut: what it does not name may stand behind its end. */
static bool
goes_on(const struct shop_page *p)
{
	return p->cut && p->nstrips == 0;
}

static int
diff_items(struct work *w)
{
	for (size_t i = 0; i < w->nb; i++) {
		const struct shop_item *it = w->ib[i];
		const struct shop_item *other = find_item(w->ia, w->na, it);

		if (other) {
			if (compare_item(w, other, it) < 0)
				return -1;
			continue;
		}
		if (goes_on(w->a))
			continue;
		flows(w, it->y);
		if (add(w, SHOP_ITEM_ADDED, it->id, NULL, it->title, it->y,
		    it->h) < 0)
			return -1;
	}
	for (size_t i = 0; i < w->na; i++) {
		const struct shop_item *it = w->ia[i];

		if (find_item(w->ib, w->nb, it) || goes_on(w->b))
			continue;
		flows(w, it->y);
		if (add(w, SHOP_ITEM_REMOVED, it->id, it->title, NULL, it->y,
		    it->h) < 0)
			return -1;
	}
	return moved_items(w);
}

/* --- What goods bring along. */

static int
compare_words(const void *x, const void *y)
{
	const uint64_t *p = x, *q = y;

	return *p < *q ? -1 : *p > *q;
}

static void
add_word(struct work *w, const char *s)
{
	if (s && *s)
		w->word[w->nwords++] = hash_text(s);
}

/* Of page SIDE's goods that the other has not, or otherwise, or elsewhere. */
static void
words_of(struct work *w, int side)
{
	const struct shop_page *p = side ? w->b : w->a, *q = side ? w->a : w->b;
	const struct shop_item *const *v = side ? w->ib : w->ia;
	const struct shop_item *const *other = side ? w->ia : w->ib;
	const size_t n = side ? w->nb : w->na, m = side ? w->na : w->nb;
	const size_t *rank = side ? w->rank_b : w->rank_a;
	const size_t *other_rank = side ? w->rank_a : w->rank_b;

	for (size_t i = 0; i < n; i++) {
		const struct shop_item *it = v[i];
		const struct shop_item *o = find_item(other, m, it);

		if (o && str_eq(o->price, it->price) &&
		    str_eq(o->title, it->title) &&
		    rank[it - p->item] == other_rank[o - q->item])
			continue;
		add_word(w, it->title);
		add_word(w, it->price);
		add_word(w, it->href);
		add_word(w, it->image);
		w->card[side][w->ncards[side]++] = it;
	}
}

static int
compare_cards(const void *x, const void *y)
{
	const struct shop_item *const *p = x, *const *q = y;

	return (*p)->y != (*q)->y ? ((*p)->y < (*q)->y ? -1 : 1) :
	    *p < *q ? -1 : *p > *q;
}

static int
collect_words(struct work *w)
{
	w->word = malloc((4 * (w->na + w->nb) + 1) * sizeof(*w->word));
	w->card[0] = malloc((w->na + 1) * sizeof(**w->card));
	w->card[1] = malloc((w->nb + 1) * sizeof(**w->card));
	if (!w->word || !w->card[0] || !w->card[1])
		return err_nomem(w->e);
	for (int side = 0; side < 2; side++) {
		words_of(w, side);
		qsort(w->card[side], w->ncards[side], sizeof(**w->card),
		    compare_cards);
	}
	qsort(w->word, w->nwords, sizeof(*w->word), compare_words);
	return 0;
}

static bool
is_of_goods(const struct work *w, const char *s)
{
	const uint64_t h = hash_text(or_empty(s));

	return bsearch(&h, w->word, w->nwords, sizeof(h), compare_words);
}

/* How many of the cards of SIDE begin above row Y? */
static size_t
cards_above(const struct work *w, int side, int64_t y)
{
	size_t lo = 0, hi = w->ncards[side];

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;

		if (w->card[side][mid]->y < y)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool
holds(struct work *w, const char *text, const char *word)
{
	return word && *word && w->searches++ < SEARCHES_MAX &&
	    strstr(text, word);
}

/*
 * Is a line what goods say, or does it stand in their card and hold it: "Lamp A7
 * ￥19.49"?  One that cannot be seen stands nowhere, and may be of any.
 */
static bool
says_goods(struct work *w, int side, const struct shop_line *l)
{
	const bool placed = l->h > 0;
	const int64_t end = (int64_t)l->y + l->h;
	size_t i = placed ? cards_above(w, side, end) : w->ncards[side];
	size_t far = placed && i > CARDS_NEAR ? i - CARDS_NEAR : 0;

	if (is_of_goods(w, l->text))
		return true;
	while (i-- > far) {
		const struct shop_item *it = w->card[side][i];

		if (placed && (int64_t)it->y + it->h <= l->y)
			continue;
		if (holds(w, l->text, it->title) ||
		    holds(w, l->text, it->price))
			return true;
	}
	return false;
}

/* --- Text. */

static bool
is_hidden(const char *s)
{
	return str_starts(s, "[hidden] ");
}

static int
told_gone(struct work *w, const struct shop_line *l)
{
	if (says_goods(w, 0, l))
		return 0;
	flows(w, is_hidden(l->text) ? INT32_MAX : l->y);
	return add(w, SHOP_TEXT_REMOVED, NULL, l->text, NULL, l->y, l->h);
}

static int
told_new(struct work *w, const struct shop_line *l)
{
	if (says_goods(w, 1, l))
		return 0;
	if (is_hidden(l->text))
		return add(w, SHOP_TEXT_HIDDEN, NULL, NULL, l->text + 9, l->y,
		    l->h);
	flows(w, l->y);
	return add(w, SHOP_TEXT_ADDED, NULL, NULL, l->text, l->y, l->h);
}

static int
told_changed(struct work *w, const struct shop_line *x,
	const struct shop_line *y)
{
	if (says_goods(w, 0, x) || says_goods(w, 1, y) ||
	    is_hidden(x->text) != is_hidden(y->text))
		return told_gone(w, x) < 0 ? -1 : told_new(w, y);
	if (x->h != y->h)
		flows(w, y->y);
	return add(w, SHOP_TEXT_CHANGED, NULL, x->text, y->text, y->y, y->h);
}

/* Lines that have no partner, between two that have. */
static int
text_gap(struct work *w, size_t a0, size_t a1, size_t b0, size_t b1)
{
	int rc = 0;

	while (rc == 0 && a0 < a1 && b0 < b1)
		rc = told_changed(w, &w->a->text[a0++], &w->b->text[b0++]);
	while (rc == 0 && a0 < a1)
		rc = told_gone(w, &w->a->text[a0++]);
	while (rc == 0 && b0 < b1)
		rc = told_new(w, &w->b->text[b0++]);
	return rc;
}

static int
diff_text(struct work *w)
{
	const struct shop_page *a = w->a, *b = w->b;
	uint64_t *x = malloc((a->ntext + 1) * sizeof(*x));
	uint64_t *y = malloc((b->ntext + 1) * sizeof(*y));
	size_t *match = malloc((a->ntext + 1) * sizeof(*match));
	size_t i, a0 = 0, b0 = 0;
	int rc = -1;

	if (!x || !y || !match) {
		(void)err_nomem(w->e);
		goto out;
	}
	for (i = 0; i < a->ntext; i++)
		x[i] = hash_text(a->text[i].text);
	for (i = 0; i < b->ntext; i++)
		y[i] = hash_text(b->text[i].text);
	rc = align(x, a->ntext, y, b->ntext, match, w->e);
	for (i = 0; rc == 0 && i <= a->ntext; i++) {
		const size_t to = i < a->ntext ? match[i] : b->ntext;

		if (to == ALIGN_NONE)
			continue;
		rc = text_gap(w, a0, i, b0, to);
		a0 = i + 1;
		b0 = to + 1;
	}
out:
	free(x);
	free(y);
	free(match);
	return rc;
}

/* --- Pictures: by address, then those that are left by their place. */

static int
compare_images(const void *x, const void *y)
{
	const struct shop_image *const *p = x, *const *q = y;
	const int c = strcmp((*p)->src, (*q)->src);

	return c ? c : *p < *q ? -1 : *p > *q;
}

static const struct shop_image **
sorted_images(const struct shop_page *p)
{
	const struct shop_image **v = malloc((p->nimages + 1) * sizeof(*v));

	for (size_t i = 0; v && i < p->nimages; i++)
		v[i] = &p->image[i];
	if (v)
		qsort(v, p->nimages, sizeof(*v), compare_images);
	return v;
}

static int
compare_image(struct work *w, const struct shop_image *x,
	const struct shop_image *y)
{
	if (!x->broken && y->broken)
		return add(w, SHOP_IMAGE_BROKEN, y->src, NULL, NULL, y->y,
		    y->ch);
	if (strcmp(x->src, y->src) == 0 && (!x->has_hash || !y->has_hash ||
	    memcmp(x->sha256, y->sha256, SHOP_HASH_LEN) == 0))
		return 0;
	if (x->has_hash && y->has_hash &&
	    memcmp(x->sha256, y->sha256, SHOP_HASH_LEN) == 0)
		return 0;	/* the same picture from elsewhere */
	return add(w, SHOP_IMAGE_REPLACED, y->src, x->src, y->src, y->y,
	    y->ch);
}

/* One that is broken may be smaller: then by what it is called. */
static bool
same_place(const struct shop_image *x, const struct shop_image *y)
{
	return (x->x == y->x && x->y == y->y && x->cw == y->cw) ||
	    (y->broken && x->alt && *x->alt && str_eq(x->alt, y->alt));
}

static int
image_gone(struct work *w, const struct shop_image *m)
{
	if (is_of_goods(w, m->src))
		return 0;
	flows(w, m->y);
	return add(w, SHOP_IMAGE_REMOVED, m->src, m->src, NULL, m->y, m->ch);
}

static int
image_new(struct work *w, const struct shop_image *m)
{
	if (m->broken)
		return add(w, SHOP_IMAGE_BROKEN, m->src, NULL, NULL, m->y,
		    m->ch);
	if (is_of_goods(w, m->src))
		return 0;
	flows(w, m->y);
	return add(w, SHOP_IMAGE_ADDED, m->src, NULL, m->src, m->y, m->ch);
}

/* The N of X and M of Y that have no partner by address. */
static int
left_images(struct work *w, const struct shop_image **x, size_t n,
	const struct shop_image **y, size_t m)
{
	size_t i, k;

	/* Both are few, or the page is another one altogether. */
	for (i = 0; i < n && n * m <= 1000000; i++) {
		for (k = 0; k < m; k++) {
			if (!y[k] || !same_place(x[i], y[k]))
				continue;
			if (compare_image(w, x[i], y[k]) < 0)
				return -1;
			x[i] = y[k] = NULL;
			break;
		}
	}
	for (i = 0; i < n; i++)
		if (x[i] && image_gone(w, x[i]) < 0)
			return -1;
	for (k = 0; k < m; k++)
		if (y[k] && image_new(w, y[k]) < 0)
			return -1;
	return 0;
}

static int
diff_images(struct work *w)
{
	const struct shop_image **x = sorted_images(w->a);
	const struct shop_image **y = sorted_images(w->b);
	size_t i = 0, k = 0, n = 0, m = 0;
	int rc = -1;

	if (!x || !y) {
		(void)err_nomem(w->e);
		goto out;
	}
	while (i < w->a->nimages || k < w->b->nimages) {
		const int c = i == w->a->nimages ? 1 : k == w->b->nimages ? -1 :
		    strcmp(x[i]->src, y[k]->src);

		if (c < 0)
			x[n++] = x[i++];
		else if (c > 0)
			y[m++] = y[k++];
		else if (compare_image(w, x[i++], y[k++]) < 0)
			goto out;
	}
	rc = left_images(w, x, n, y, m);
out:
	free(x);
	free(y);
	return rc;
}

/* --- Links, those of goods and of text that is told aside. */

static int
compare_links(const void *x, const void *y)
{
	const struct shop_link *const *p = x, *const *q = y;
	int c = strcmp(or_empty((*p)->text), or_empty((*q)->text));

	if (c == 0)
		c = strcmp((*p)->href, (*q)->href);
	return c ? c : *p < *q ? -1 : *p > *q;
}

static const struct shop_link **
sorted_links(const struct shop_page *p)
{
	const struct shop_link **v = malloc((p->nlinks + 1) * sizeof(*v));

	for (size_t i = 0; v && i < p->nlinks; i++)
		v[i] = &p->link[i];
	if (v)
		qsort(v, p->nlinks, sizeof(*v), compare_links);
	return v;
}

/* What is left of both, sorted by text: one of the same text leads elsewhere. */
static int
left_links(struct work *w, const struct shop_link **x, size_t n,
	const struct shop_link **y, size_t m)
{
	size_t i = 0, k = 0;
	int rc = 0;

	while (rc == 0 && (i < n || k < m)) {
		const int c = i == n ? 1 : k == m ? -1 :
		    strcmp(or_empty(x[i]->text), or_empty(y[k]->text));
		const char *text = or_empty(c <= 0 ? x[i]->text : y[k]->text);

		if (c == 0) {
			if (!is_of_goods(w, x[i]->href))
				rc = add(w, SHOP_LINK_CHANGED, text,
				    x[i]->href, y[k]->href, 0, 0);
			i++;
			k++;
		} else if (c < 0) {
			if (!is_of_goods(w, x[i]->href))
				rc = add(w, SHOP_LINK_REMOVED, text,
				    x[i]->href, NULL, 0, 0);
			i++;
		} else {
			if (!is_of_goods(w, y[k]->href))
				rc = add(w, SHOP_LINK_ADDED, text, NULL,
				    y[k]->href, 0, 0);
			k++;
		}
	}
	return rc;
}

static int
diff_links(struct work *w)
{
	const struct shop_link **x = sorted_links(w->a);
	const struct shop_link **y = sorted_links(w->b);
	size_t i = 0, k = 0, n = 0, m = 0;
	int rc = -1;

	if (!x || !y) {
		(void)err_nomem(w->e);
		goto out;
	}
	while (i < w->a->nlinks || k < w->b->nlinks) {
		int c = i == w->a->nlinks ? 1 : k == w->b->nlinks ? -1 :
		    strcmp(or_empty(x[i]->text), or_empty(y[k]->text));

		if (c == 0)
			c = strcmp(x[i]->href, y[k]->href);
		if (c < 0)
			x[n++] = x[i++];
		else if (c > 0)
			y[m++] = y[k++];
		else
			i++, k++;
	}
	rc = left_links(w, x, n, y, m);
out:
	free(x);
	free(y);
	return rc;
}

/* --- Looks. */

static int
compare_rows(const void *x, const void *y)
{
	const struct rows *p = x, *q = y;

	return p->from < q->from ? -1 : p->from > q->from;
}

/* The rows of all changes so far, those that touch as one. */
static int
collect_told(struct work *w)
{
	size_t n = 0;

	w->told = malloc((w->n + 1) * sizeof(*w->told));
	if (!w->told)
		return err_nomem(w->e);
	for (size_t i = 0; i < w->n; i++)
		if (w->event[i].h > 0)
			w->told[n++] = (struct rows){w->event[i].y,
			    (int64_t)w->event[i].y + w->event[i].h};
	qsort(w->told, n, sizeof(*w->told), compare_rows);
	for (size_t i = 0; i < n; i++) {
		struct rows *last = &w->told[w->ntold];

		if (w->ntold == 0 || w->told[i].from > last[-1].to)
			w->told[w->ntold++] = w->told[i];
		else if (w->told[i].to > last[-1].to)
			last[-1].to = w->told[i].to;
	}
	return 0;
}

/* Does a change that was told lie within rows [y, y + h) of the later page? */
static bool
is_told(const struct work *w, int32_t y, int32_t h)
{
	size_t lo = 0, hi = w->ntold;

	/* The first that ends below Y. */
	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;

		if (w->told[mid].to <= y)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < w->ntold && w->told[lo].from < (int64_t)y + h;
}

/* Strips of B without a partner, one behind the other, above the flow. */
static int
look_gap(struct work *w, size_t b0, size_t b1)
{
	const struct shop_strip *s = w->b->strip;
	int32_t y, h;

	if (b0 == b1 || s[b0].y >= w->flow)
		return 0;
	y = s[b0].y;
	h = s[b1 - 1].y + s[b1 - 1].h - y;
	if (is_told(w, y, h))
		return 0;
	return add(w, SHOP_LOOK, NULL, NULL, NULL, y, h);
}

static uint64_t
strip_hash(const struct shop_strip *s)
{
	uint64_t h;

	memcpy(&h, s->sha256, sizeof(h));
	return h;
}

static int
diff_looks(struct work *w)
{
	const struct shop_page *a = w->a, *b = w->b;
	uint64_t *x = malloc((a->nstrips + 1) * sizeof(*x));
	uint64_t *y = malloc((b->nstrips + 1) * sizeof(*y));
	size_t *match = malloc((a->nstrips + 1) * sizeof(*match));
	size_t i, b0 = 0;
	int rc = -1;

	if (!x || !y || !match) {
		(void)err_nomem(w->e);
		goto out;
	}
	if (collect_told(w) < 0)
		goto out;
	for (i = 0; i < a->nstrips; i++)
		x[i] = strip_hash(&a->strip[i]);
	for (i = 0; i < b->nstrips; i++)
		y[i] = strip_hash(&b->strip[i]);
	rc = align(x, a->nstrips, y, b->nstrips, match, w->e);
	for (i = 0; rc == 0 && i <= a->nstrips; i++) {
		const size_t to = i < a->nstrips ? match[i] : b->nstrips;

		if (to == ALIGN_NONE)
			continue;
		rc = look_gap(w, b0, to);
		b0 = to + 1;
	}
	if (rc == 0 && w->n == 0 && a->height != b->height)
		rc = add(w, SHOP_LENGTH, NULL, NULL, NULL, 0, 0);
out:
	free(x);
	free(y);
	free(match);
	return rc;
}

/* --- All of it. */

static bool
comparable(const struct shop_page *a, const struct shop_page *b)
{
	const struct shop_fingerprint *x = &a->print, *y = &b->print;

	return str_eq(x->browser, y->browser) && str_eq(x->flags, y->flags) &&
	    str_eq(x->view, y->view) && str_eq(x->fonts, y->fonts) &&
	    x->driver == y->driver;
}

static int
compare_events(const void *x, const void *y)
{
	const struct shop_event *p = x, *q = y;
	const int g = (int)shop_change_gravity(q->change) -
	    (int)shop_change_gravity(p->change);

	if (g != 0)
		return g;
	return p->y != q->y ? (p->y < q->y ? -1 : 1) :
	    p->change != q->change ? (int)p->change - (int)q->change :
	    strcmp(or_empty(p->what), or_empty(q->what));
}

static int
diff_all(struct work *w)
{
	const struct shop_page *a = w->a, *b = w->b;

	if (!str_eq(a->title, b->title) && add(w, SHOP_TITLE, NULL, a->title,
	    b->title, 0, 0) < 0)
		return -1;
	if (!str_eq(a->final, b->final) && add(w, SHOP_ADDRESS, NULL, a->final,
	    b->final, 0, 0) < 0)
		return -1;
	if (diff_items(w) < 0 || collect_words(w) < 0 || diff_text(w) < 0 ||
	    diff_images(w) < 0 || diff_links(w) < 0)
		return -1;
	return diff_looks(w);
}

int
shop_diff(const struct shop_page *a, const struct shop_page *b,
	shop_event_fn fn, void *arg, struct err *e)
{
	struct work w = {.a = a, .b = b, .flow = INT32_MAX, .e = e};
	int rc = -1;

	w.ia = sorted_items(a, &w.na);
	w.ib = sorted_items(b, &w.nb);
	if (!w.ia || !w.ib) {
		(void)err_nomem(e);
		goto out;
	}
	rc = comparable(a, b) ? diff_all(&w) :
	    add(&w, SHOP_REBASED, NULL, NULL, NULL, 0, 0);
	if (rc == 0 && w.n > 0)
		qsort(w.event, w.n, sizeof(*w.event), compare_events);
	for (size_t i = 0; rc == 0 && i < w.n; i++)
		rc = fn(arg, &w.event[i], e);
out:
	free(w.ia);
	free(w.ib);
	free(w.rank_a);
	free(w.rank_b);
	free(w.word);
	free(w.card[0]);
	free(w.card[1]);
	free(w.told);
	free(w.event);
	return rc;
}
