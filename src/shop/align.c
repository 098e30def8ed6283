/* shop/align.c - patience diff. */
#include "shop/align.h"

#include <stdlib.h>

#include "base/banned.h"

#define DEPTH_MAX 32	/* of gaps within gaps; deeper ones stay unmatched */

/* A member of A or B on its way to be counted. */
struct entry {
	uint64_t hash;
	size_t at;
	int side;	/* 0: of A, 1: of B */
};

struct work {
	const uint64_t *a, *b;
	size_t *match;
	struct entry *entry;	/* room for all of both */
	struct pair { size_t a, b; } *pair;	/* anchors; room for all of A */
	size_t *prev, *tail;	/* of the longest rising row */
};

static int
compare_entries(const void *x, const void *y)
{
	const struct entry *p = x, *q = y;

	if (p->hash != q->hash)
		return p->hash < q->hash ? -1 : 1;
	return p->side != q->side ? p->side - q->side :
	    p->at < q->at ? -1 : p->at > q->at;
}

static int
compare_pairs(const void *x, const void *y)
{
	const struct pair *p = x, *q = y;

	return p->a < q->a ? -1 : p->a > q->a;
}

/* What stands once in A[a0, a1) and once in B[b0, b1), by its place in A. */
static size_t
find_unique(struct work *w, size_t a0, size_t a1, size_t b0, size_t b1)
{
	size_t n = 0, pairs = 0, i, k;

	for (i = a0; i < a1; i++)
		w->entry[n++] = (struct entry){w->a[i], i, 0};
	for (i = b0; i < b1; i++)
		w->entry[n++] = (struct entry){w->b[i], i, 1};
	qsort(w->entry, n, sizeof(*w->entry), compare_entries);
	for (i = 0; i < n; i = k) {
		for (k = i + 1; k < n && w->entry[k].hash == w->entry[i].hash;)
			k++;
		if (k - i == 2 && w->entry[i].side != w->entry[i + 1].side)
			w->pair[pairs++] = (struct pair){w->entry[i].at,
			    w->entry[i + 1].at};
	}
	qsort(w->pair, pairs, sizeof(*w->pair), compare_pairs);
	return pairs;
}

/* The longest row of the N pairs whose B rises, to the front; its length. */
static size_t
longest_rising(struct work *w, size_t n)
{
	size_t len = 0, i, k;

	for (i = 0; i < n; i++) {
		size_t low = 0, high = len;

		while (low < high) {
			const size_t mid = low + (high - low) / 2;

			if (w->pair[w->tail[mid]].b < w->pair[i].b)
				low = mid + 1;
			else
				high = mid;
		}
		w->prev[i] = low > 0 ? w->tail[low - 1] : ALIGN_NONE;
		w->tail[low] = i;
		if (low == len)
			len++;
	}
	/* From its end; `tail` holds it in order then. */
	for (k = len, i = len > 0 ? w->tail[len - 1] : ALIGN_NONE; k > 0;
	    i = w->prev[i])
		w->tail[--k] = i;
	for (k = 0; k < len; k++)
		w->pair[k] = w->pair[w->tail[k]];
	return len;
}

static int
gap(struct work *w, size_t a0, size_t a1, size_t b0, size_t b1,
	unsigned depth, struct err *e)
{
	struct pair *anchor;
	size_t n, i;
	int rc = 0;

	while (a0 < a1 && b0 < b1 && w->a[a0] == w->b[b0])
		w->match[a0++] = b0++;
	while (a0 < a1 && b0 < b1 && w->a[a1 - 1] == w->b[b1 - 1])
		w->match[--a1] = --b1;
	if (a0 == a1 || b0 == b1 || depth == DEPTH_MAX)
		return 0;
	n = longest_rising(w, find_unique(w, a0, a1, b0, b1));
	if (n == 0)
		return 0;
	anchor = malloc(n * sizeof(*anchor));
	if (!anchor)
		return err_nomem(e);
	for (i = 0; i < n; i++) {
		anchor[i] = w->pair[i];
		w->match[anchor[i].a] = anchor[i].b;
	}
	for (i = 0; rc == 0 && i <= n; i++)
		rc = gap(w, i > 0 ? anchor[i - 1].a + 1 : a0,
		    i < n ? anchor[i].a : a1, i > 0 ? anchor[i - 1].b + 1 : b0,
		    i < n ? anchor[i].b : b1, depth + 1, e);
	free(anchor);
	return rc;
}

int
align(const uint64_t *a, size_t na, const uint64_t *b, size_t nb,
	size_t *match, struct err *e)
{
	struct work w = {.a = a, .b = b, .match = match};
	const size_t n = na + nb + 1;
	int rc = -1;

	for (size_t i = 0; i < na; i++)
		match[i] = ALIGN_NONE;
	w.entry = malloc(n * sizeof(*w.entry));
	w.pair = malloc(n * sizeof(*w.pair));
	w.prev = malloc(n * sizeof(*w.prev));
	w.tail = malloc(n * sizeof(*w.tail));
	if (w.entry && w.pair && w.prev && w.tail)
		rc = gap(&w, 0, na, 0, nb, 0, e);
	else
		(void)err_nomem(e);
	free(w.entry);
	free(w.pair);
	free(w.prev);
	free(w.tail);
	return rc;
}
