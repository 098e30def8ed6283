/*
 * record/edits.c - docs/FORMAT.md section 5 `edits`: difference of two lists of
 * ids, and its application.
 *
 * The difference is B. Cohen's patience method: ids that stand exactly once on
 * either side are anchors, the longest ascending row of them is kept, and the
 * gaps between are treated alike.  Ids are hashes, so nearly all are anchors
 * and one pass is the rule; lists of many equal ids (empty pages) end in a
 * search with a short window, so the time stays near linear.
 */
#include "record/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define NONE UINT32_MAX
#define MAX_DEPTH 8	/* of gaps in gaps */
#define WINDOW 64	/* ids looked ahead where nothing is unique */

static const uint8_t nothing[1];	/* what an empty list may point to */

struct slot {
	uint32_t old_pos, new_pos;	/* first place on either side */
	uint32_t old_n, new_n;		/* times it stands there */
};

struct diff {
	const uint8_t *old, *new_ids;
	struct slot *slots;
	size_t nslots;
	uint32_t *match;	/* for each new id its old place, or NONE */
	uint32_t *tail, *link;	/* of the ascending row */
};

struct range {
	uint32_t old_lo, old_hi, new_lo, new_hi;
};

static bool
same(const struct diff *d, uint32_t old_pos, uint32_t new_pos)
{
	return memcmp(d->old + (size_t)old_pos * RECORD_ID_LEN,
	    d->new_ids + (size_t)new_pos * RECORD_ID_LEN, RECORD_ID_LEN) == 0;
}

/* The slot of an id, or the empty one where it belongs. */
static struct slot *
find_slot(const struct diff *d, size_t mask, const uint8_t *id)
{
	const uint8_t *there;
	struct slot *s;
	uint64_t h;

	memcpy(&h, id, sizeof(h));
	for (;; h++) {
		s = &d->slots[h & mask];
		if (s->old_n == 0 && s->new_n == 0)
			return s;
		there = s->old_n > 0 ?
		    d->old + (size_t)s->old_pos * RECORD_ID_LEN :
		    d->new_ids + (size_t)s->new_pos * RECORD_ID_LEN;
		if (memcmp(there, id, RECORD_ID_LEN) == 0)
			return s;
	}
}

static size_t
fill_slots(struct diff *d, const struct range *r)
{
	size_t n = (size_t)(r->old_hi - r->old_lo) + (r->new_hi - r->new_lo);
	size_t size = 16;
	struct slot *s;
	uint32_t i;

	while (size < 2 * n)
		size *= 2;
	memset(d->slots, 0, size * sizeof(*d->slots));
	for (i = r->old_lo; i < r->old_hi; i++) {
		s = find_slot(d, size - 1, d->old + (size_t)i * RECORD_ID_LEN);
		if (s->old_n++ == 0)
			s->old_pos = i;
	}
	for (i = r->new_lo; i < r->new_hi; i++) {
		s = find_slot(d, size - 1,
		    d->new_ids + (size_t)i * RECORD_ID_LEN);
		if (s->new_n++ == 0)
			s->new_pos = i;
	}
	return size - 1;
}

/*
 * Mark the longest ascending row of anchors in `match`; returns its length.
 * tail[k] = new place of the smallest old place that ends a row of k + 1.
 */
static uint32_t
match_anchors(struct diff *d, const struct range *r)
{
	size_t mask = fill_slots(d, r);
	uint32_t len = 0, lo, hi, mid, i, next;
	struct slot *s;

	for (i = r->new_lo; i < r->new_hi; i++) {
		s = find_slot(d, mask, d->new_ids + (size_t)i * RECORD_ID_LEN);
		if (s->old_n != 1 || s->new_n != 1)
			continue;
		d->match[i] = s->old_pos;
		for (lo = 0, hi = len; lo < hi; ) {
			mid = lo + (hi - lo) / 2;
			if (d->match[d->tail[mid]] < s->old_pos)
				lo = mid + 1;
			else
				hi = mid;
		}
		d->link[i] = lo > 0 ? d->tail[lo - 1] : NONE;
		d->tail[lo] = i;
		if (lo == len)
			len++;
	}
	next = len > 0 ? d->tail[len - 1] : NONE;
	for (i = r->new_hi; i-- > r->new_lo; ) {
		if (i == next)
			next = d->link[i];
		else
			d->match[i] = NONE;
	}
	return len;
}

/* No id is unique: take each from the next few old ones. */
static void
match_near(struct diff *d, const struct range *r)
{
	uint32_t at = r->old_lo, i, j, end;

	for (i = r->new_lo; i < r->new_hi && at < r->old_hi; i++) {
		end = r->old_hi - at > WINDOW ? at + WINDOW : r->old_hi;
		for (j = at; j < end && !same(d, j, i); j++)
			continue;
		if (j == end)
			continue;
		d->match[i] = j;
		at = j + 1;
	}
}

/* Match what is equal at both ends and take it off. */
static void
trim(struct diff *d, struct range *r)
{
	while (r->old_lo < r->old_hi && r->new_lo < r->new_hi &&
	    same(d, r->old_lo, r->new_lo))
		d->match[r->new_lo++] = r->old_lo++;
	while (r->old_lo < r->old_hi && r->new_lo < r->new_hi &&
	    same(d, r->old_hi - 1, r->new_hi - 1))
		d->match[--r->new_hi] = --r->old_hi;
}

static void
match_range(struct diff *d, struct range r, unsigned depth)
{
	struct range gap;
	uint32_t i;

	trim(d, &r);
	if (r.old_lo == r.old_hi || r.new_lo == r.new_hi)
		return;
	if (depth == MAX_DEPTH || match_anchors(d, &r) == 0) {
		match_near(d, &r);
		return;
	}
	gap.old_lo = r.old_lo;
	gap.new_lo = r.new_lo;
	for (i = r.new_lo; i <= r.new_hi; i++) {
		if (i < r.new_hi && d->match[i] == NONE)
			continue;
		gap.old_hi = i < r.new_hi ? d->match[i] : r.old_hi;
		gap.new_hi = i;
		if (gap.old_lo < gap.old_hi && gap.new_lo < gap.new_hi)
			match_range(d, gap, depth + 1);
		gap.old_lo = gap.old_hi + 1;
		gap.new_lo = i + 1;
	}
}

/* From matches to edits; OUT NULL: only count them. */
static size_t
emit(const struct diff *d, uint32_t nold, uint32_t nnew,
	struct record_edit *out)
{
	uint32_t old_at = 0, new_at = 0, i, upto;
	size_t n = 0;

	for (i = 0; i <= nnew; i++) {
		if (i < nnew && d->match[i] == NONE)
			continue;
		upto = i < nnew ? d->match[i] : nold;
		if (upto > old_at || i > new_at) {
			if (out)
				out[n] = (struct record_edit){
					.index = old_at,
					.removed = upto - old_at,
					.n = i - new_at,
					.ids = d->new_ids +
					    (size_t)new_at * RECORD_ID_LEN,
				};
			n++;
		}
		old_at = upto + 1;
		new_at = i + 1;
	}
	return n;
}

static int
diff_alloc(struct diff *d, size_t nold, size_t nnew, struct err *e)
{
	size_t slots = 16;

	while (slots < 2 * (nold + nnew))
		slots *= 2;
	d->slots = malloc(slots * sizeof(*d->slots));
	d->match = malloc((nnew + 1) * sizeof(*d->match));
	d->tail = malloc((nnew + 1) * sizeof(*d->tail));
	d->link = malloc((nnew + 1) * sizeof(*d->link));
	if (!d->slots || !d->match || !d->tail || !d->link)
		return err_nomem(e);
	memset(d->match, 0xff, (nnew + 1) * sizeof(*d->match));
	return 0;
}

int
record_diff(const uint8_t *old, size_t nold, const uint8_t *new_ids,
	size_t nnew, struct record_edit **out, size_t *n, struct err *e)
{
	struct diff d = {0};
	struct record_edit *edits = NULL;
	struct range all;
	size_t count;
	int rc = -1;

	d.old = nold > 0 ? old : nothing;
	d.new_ids = nnew > 0 ? new_ids : nothing;
	if (nold >= NONE / 4 || nnew >= NONE / 4) {
		err_set(e, ERR_NOMEM, "a list of more than %u chunks",
		    NONE / 4);
		goto out;
	}
	all = (struct range){0, (uint32_t)nold, 0, (uint32_t)nnew};
	if (diff_alloc(&d, nold, nnew, e) < 0)
		goto out;
	match_range(&d, all, 0);
	count = emit(&d, (uint32_t)nold, (uint32_t)nnew, NULL);
	edits = malloc((count + 1) * sizeof(*edits));
	if (!edits) {
		err_nomem(e);
		goto out;
	}
	(void)emit(&d, (uint32_t)nold, (uint32_t)nnew, edits);
	*out = edits;
	*n = count;
	rc = 0;
out:
	free(d.slots);
	free(d.match);
	free(d.tail);
	free(d.link);
	return rc;
}

int
record_apply(const uint8_t *old, size_t nold, const struct record_edit *edits,
	size_t n, struct buf *out, struct err *e)
{
	size_t at = 0, i;
	const struct record_edit *d;

	if (nold == 0)
		old = nothing;
	for (i = 0; i < n; i++) {
		d = &edits[i];
		if (i > 0 && (d->index < at || d->index <= edits[i - 1].index))
			return err_set(e, ERR_FORMAT,
			    "edit %zu does not lie behind the one before it",
			    i);
		if (d->index > nold || d->removed > nold - d->index)
			return err_set(e, ERR_FORMAT,
			    "edit %zu reaches beyond the %zu chunks there were",
			    i, nold);
		if (buf_add(out, old + at * RECORD_ID_LEN,
		    (d->index - at) * RECORD_ID_LEN, e) < 0 ||
		    buf_add(out, d->ids, (size_t)d->n * RECORD_ID_LEN, e) < 0)
			return -1;
		at = (size_t)d->index + d->removed;
	}
	return buf_add(out, old + at * RECORD_ID_LEN,
	    (nold - at) * RECORD_ID_LEN, e);
}
