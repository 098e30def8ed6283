/* desk/merge.c - docs/REPORTS.md "What became of a message". */
#include "desk/merge.h"

#include <stdlib.h>
#include <string.h>

#include "desk/clocks.h"
#include "desk/items.h"

#include "base/banned.h"

#define GRAINS 4

static const int64_t grains[GRAINS] = {1, 1000, 60000, MERGE_DAY};

struct work {
	const struct merge_row *old, *new;
	size_t nold, nnew;
	const bool *expected;
	struct merge *m;
	struct item *a, *b;	/* for the rows of OLD and of NEW */
	/* one each of OLD: */
	size_t *scratch;
	size_t *place;		/* where its oldest text stands */
	bool *excused;		/* an older text of it is in NEW */
	uint64_t *sender;	/* as NEW calls it */
	bool *here;		/* NEW has its sender */
	/* one each of NEW: */
	bool *known;		/* OLD has its sender */
	bool *numbered;		/* OLD has its number */
	bool *used;		/* a message became it */
	bool ids;		/* the numbers mean something */
	int64_t id_shift;	/* what they say of the clock */
	int64_t first, until;	/* by the clock of OLD */
	size_t last;		/* row of OLD that is expected */
	size_t right;		/* the last place that is in NEW */
	bool whole;		/* the moment where NEW begins is */
};

/* Rows of one moment on both sides, and which of them are asked for. */
struct run {
	size_t old, old_end, new, new_end;
	int64_t old_grain, new_grain;
	bool first, last;	/* it is the moment where the span begins; or
				 * only that where it ends */
};
typedef void (*run_fn)(struct work *w, const struct run *r);

static int64_t
coarser(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The least of the known grains that is not finer. */
static int64_t
grain_of(const struct merge_row *r)
{
	size_t i = 0;

	while (i < GRAINS - 1 && grains[i] < r->grain)
		i++;
	return grains[i];
}

static bool
expected(const struct work *w, size_t i)
{
	return w->expected == NULL || w->expected[i];
}

static void
pair(struct work *w, size_t i, size_t j, enum merge_fate fate)
{
	w->used[j] = w->used[j] || fate != MERGE_KEPT;
	w->m->fate[i] = fate;
	w->m->to[i] = j;
	if (w->m->from[j] == MERGE_NONE)
		w->m->from[j] = i;
}

static enum merge_fate
fate_of_change(const struct merge_row *new)
{
	return new->notice ? MERGE_RECALLED : MERGE_CHANGED;
}

/* ---- clocks ---- */

/* What do these two, if they are one, say of the clocks?  OLD ascends. */
static void
vote(struct clocks *c, const struct merge_row *old, const struct merge_row *new)
{
	int64_t g = coarser(grain_of(old), grain_of(new));

	if (g != MERGE_DAY)
		clocks_vote(c, old->at, new->at, g);
}

static int64_t
shift_of_partners(const struct work *w, const size_t *partner)
{
	struct clocks c = {0};

	for (size_t i = 0; i < w->nold; i++) {
		if (partner[i] != MERGE_NONE)
			vote(&c, &w->old[i], &w->new[partner[i]]);
	}
	return clocks_shift(&c);
}

/* By rows whose text and sender come once on each side. */
static int64_t
shift_of_unique(struct work *w)
{
	size_t i, j;

	for (i = 0; i < w->nold; i++) {
		w->a[i] = (struct item){w->old[i].key, w->old[i].sender, 0,
		    i, i};
		w->scratch[i] = MERGE_NONE;
	}
	for (j = 0; j < w->nnew; j++)
		w->b[j] = (struct item){w->new[j].key, w->new[j].sender, 0,
		    j, j};
	items_sort(w->a, w->nold);
	items_sort(w->b, w->nnew);
	for (i = j = 0; items_meet(w->a, w->nold, &i, w->b, w->nnew, &j); i++) {
		if (items_alone(w->a, i, w->nold) &&
		    items_alone(w->b, j, w->nnew))
			w->scratch[w->a[i].row] = w->b[j].row;
	}
	return shift_of_partners(w, w->scratch);
}

static void
set_shift(struct work *w, int64_t shift, const struct merge_span *span)
{
	w->m->shift = shift;
	w->first = span->first - shift;
	w->until = span->until - shift;
}

/* ---- what is missing ---- */

/*
 * A newer text stands in the place of the oldest.  And where an older one is in
 * NEW, NEW is the older export: nothing is missing.
 */
static void
find_chains(struct work *w)
{
	size_t *stack = w->scratch, n, i, c;

	for (i = 0; i < w->nold; i++)
		w->place[i] = MERGE_NONE;
	for (i = 0; i < w->nold; i++) {
		for (n = 0, c = i; c < w->nold && w->place[c] == MERGE_NONE;
		    c = w->old[c].was) {
			w->place[c] = c;
			stack[n++] = c;
		}
		while (n > 0) {
			size_t was = w->old[c = stack[--n]].was;

			if (was >= w->nold)
				continue;
			w->place[c] = w->place[was];
			w->excused[c] = w->excused[was] ||
			    w->m->to[was] != MERGE_NONE;
		}
	}
}

static bool
missing(const struct work *w, size_t i)
{
	return w->m->to[i] == MERGE_NONE && expected(w, i) && !w->excused[i];
}

/*
 * Can row J be what an expected message became?  Not if it is a message of
 * before; but one that only an export of another kind had shown can.
 */
static bool
can_replace(const struct work *w, size_t j)
{
	size_t i = w->m->from[j];

	if (w->used[j] || (w->new[j].notice && !w->new[j].mark))
		return false;
	return i == MERGE_NONE ||
	    (w->m->fate[i] == MERGE_KEPT && !expected(w, i) &&
	    !w->old[i].gone && w->old[i].was == MERGE_NONE);
}

/* ---- moments ---- */

static unsigned
grains_in(const struct merge_row *r, size_t n)
{
	unsigned has = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t g = grain_of(&r[i]);

		for (unsigned k = 0; k < GRAINS; k++)
			has |= grains[k] == g ? 1u << k : 0;
	}
	return has;
}

static void
each_run_of(struct work *w, int64_t og, int64_t ng, run_fn fn)
{
	int64_t g = coarser(og, ng);
	int64_t first = clocks_moment(w->first, g);
	int64_t until = clocks_moment(w->until, g);
	struct run r = {0, 0, 0, 0, og, ng, false, false};

	while (r.old < w->nold && r.new < w->nnew) {
		int64_t a = clocks_moment(w->old[r.old].at, g);
		int64_t b = clocks_moment(w->new[r.new].at - w->m->shift, g);

		r.old_end = r.old;
		while (a <= b && r.old_end < w->nold &&
		    clocks_moment(w->old[r.old_end].at, g) == a)
			r.old_end++;
		r.new_end = r.new;
		while (b <= a && r.new_end < w->nnew &&
		    clocks_moment(w->new[r.new_end].at - w->m->shift, g) == b)
			r.new_end++;
		r.first = a == first;
		r.last = a == until && !r.first;
		if (a == b)
			fn(w, &r);
		r.old = r.old_end;
		r.new = r.new_end;
	}
}

/* FN for each moment that both sides have: the finest first, like by like. */
static void
each_run(struct work *w, run_fn fn)
{
	unsigned old = grains_in(w->old, w->nold);
	unsigned new = grains_in(w->new, w->nnew);

	for (unsigned g = 0; g < GRAINS; g++) {
		if (old & new & 1u << g)
			each_run_of(w, grains[g], grains[g], fn);
		for (unsigned k = 0; k < g; k++) {
			if (old & 1u << k && new & 1u << g)
				each_run_of(w, grains[k], grains[g], fn);
			if (old & 1u << g && new & 1u << k)
				each_run_of(w, grains[g], grains[k], fn);
		}
	}
}

/*
 * Of equal ones the last are matched, so that it is the first that are missing
 * where a window begins; at the end of the span the other way round.
 */
static size_t
order(const struct run *r, size_t place)
{
	return r->last ? place : ~place;
}

/*
 * Of equal ones the expected are there first, then what still lives; where the
 * window begins none needs to be.
 */
static unsigned
rather_not(const struct work *w, const struct run *r, size_t i)
{
	return w->old[i].gone ? 2 : !r->first && !expected(w, i);
}

static bool
open_old(const struct work *w, const struct run *r, size_t i)
{
	return w->m->to[i] == MERGE_NONE &&
	    grain_of(&w->old[i]) == r->old_grain;
}

static bool
open_new(const struct work *w, const struct run *r, size_t j)
{
	return w->m->from[j] == MERGE_NONE &&
	    grain_of(&w->new[j]) == r->new_grain;
}

/* ---- senders ---- */

/* Whose sender does the other side have? */
static void
find_senders(struct work *w)
{
	size_t i, j, k;

	for (i = 0; i < w->nold; i++) {
		w->a[i] = (struct item){w->old[i].sender, 0, 0, i, i};
		w->here[i] = false;
	}
	for (j = 0; j < w->nnew; j++) {
		w->b[j] = (struct item){w->new[j].sender, 0, 0, j, j};
		w->known[j] = false;
	}
	items_sort(w->a, w->nold);
	items_sort(w->b, w->nnew);
	for (i = j = 0; items_meet(w->a, w->nold, &i, w->b, w->nnew, &j);) {
		bool said = w->a[i].major != 0;

		for (k = i; i < w->nold && items_same(&w->a[i], &w->a[k]); i++)
			w->here[w->a[i].row] = said;
		for (k = j; j < w->nnew && items_same(&w->b[j], &w->b[k]); j++)
			w->known[w->b[j].row] = said;
	}
}

/* The name that most of A[*I]'s sender's messages have now; *I goes behind. */
static uint64_t
name_now(const struct item *a, size_t n, size_t *i)
{
	uint64_t who = a[*i].major, best = a[*i].minor;
	size_t most = 0, k;

	while (*i < n && a[*i].major == who) {
		for (k = *i; *i < n && items_same(&a[k], &a[*i]);)
			++*i;
		if (*i - k > most) {
			most = *i - k;
			best = a[k].minor;
		}
	}
	return best;
}

/* Was I matched although the sender has another name? */
static bool
guessed(const struct work *w, size_t i)
{
	size_t j = w->m->to[i];

	return j != MERGE_NONE && w->old[i].sender != w->new[j].sender &&
	    !(w->ids && w->old[i].id != 0 && w->old[i].id == w->new[j].id);
}

/* Call senders of OLD as NEW does, and undo what was guessed to learn that. */
static void
rename_senders(struct work *w)
{
	size_t n = 0, names = 0, i, lo, hi, mid;

	for (i = 0; i < w->nold; i++) {
		size_t j = w->m->to[i];

		if (!w->here[i] && j != MERGE_NONE)
			w->a[n++] = (struct item){w->old[i].sender,
			    w->new[j].sender, 0, i, i};
		if (guessed(w, i)) {
			w->m->fate[i] = MERGE_OUT;
			w->m->to[i] = w->m->from[j] = MERGE_NONE;
		}
	}
	items_sort(w->a, n);
	for (i = 0; i < n; names++) {
		uint64_t who = w->a[i].major;

		w->a[names].minor = name_now(w->a, n, &i);
		w->a[names].major = who;
	}
	for (i = 0; i < w->nold; i++) {
		for (lo = 0, hi = names; lo < hi;) {
			mid = lo + (hi - lo) / 2;
			if (w->a[mid].major < w->old[i].sender)
				lo = mid + 1;
			else
				hi = mid;
		}
		if (lo < names && w->a[lo].major == w->old[i].sender)
			w->sender[i] = w->a[lo].minor;
	}
}

/* ---- the platform's numbers ---- */

static size_t
items_of_ids(struct item *p, const struct merge_row *r, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (r[i].id != 0)
			p[k++] = (struct item){r[i].id, 0, 0, i, i};
	}
	items_sort(p, k);
	return k;
}

/* Do two of one number look like one message? */
static bool
sound(const struct merge_row *old, const struct merge_row *new)
{
	int64_t g = coarser(grain_of(old), grain_of(new));

	return old->key == new->key ||
	    (g <= 1000 && clocks_moment(old->at, g) ==
	    clocks_moment(new->at, g));
}

/*
 * Are they numbers at all?  Where most of them now name something else, they
 * were rows of a client's own table, which numbered its messages anew.
 */
static bool
trust_ids(struct work *w)
{
	size_t na = items_of_ids(w->a, w->old, w->nold);
	size_t nb = items_of_ids(w->b, w->new, w->nnew);
	size_t i, j, k, common = 0, good = 0;
	bool any;

	for (j = 0; j < w->nnew; j++)
		w->numbered[j] = false;
	for (i = j = 0; items_meet(w->a, na, &i, w->b, nb, &j); i = k) {
		any = false;
		for (k = i; k < na && items_same(&w->a[i], &w->a[k]); k++)
			any = any || sound(&w->old[w->a[k].row],
			    &w->new[w->b[j].row]);
		common++;
		good += any;
		for (; j < nb && items_same(&w->a[i], &w->b[j]); j++)
			w->numbered[w->b[j].row] = true;
	}
	return common > 0 && good * 2 >= common;
}

/* The same number and text, or (CHANGED) another text of what is expected. */
static void
match_id(struct work *w, bool changed)
{
	size_t na = 0, nb = 0, i, j;

	for (i = 0; i < w->nold; i++) {
		if (w->old[i].id != 0 && (!changed || missing(w, i)))
			w->a[na++] = (struct item){w->old[i].id,
			    changed ? 0 : w->old[i].key, !expected(w, i),
			    i, i};
	}
	for (j = 0; j < w->nnew; j++) {
		if (w->new[j].id != 0 && (changed ? can_replace(w, j) :
		    w->m->from[j] == MERGE_NONE))
			w->b[nb++] = (struct item){w->new[j].id,
			    changed ? 0 : w->new[j].key, 0, j, j};
	}
	items_sort(w->a, na);
	items_sort(w->b, nb);
	for (i = j = 0; items_meet(w->a, na, &i, w->b, nb, &j); i++, j++)
		pair(w, w->a[i].row, w->b[j].row, !changed ? MERGE_KEPT :
		    fate_of_change(&w->new[w->b[j].row]));
}

/* What exports of another kind put in other words. */
static void
match_other_ids(struct work *w)
{
	size_t na = 0, nb, i, j;

	nb = items_of_ids(w->b, w->new, w->nnew);
	for (i = 0; i < w->nold; i++) {
		if (w->old[i].id != 0 && !expected(w, i) &&
		    w->m->to[i] == MERGE_NONE)
			w->a[na++] = (struct item){w->old[i].id, 0, 0, i,
			    i};
	}
	items_sort(w->a, na);
	for (i = j = 0; items_meet(w->a, na, &i, w->b, nb, &j); i++) {
		if (w->m->from[w->b[j].row] == MERGE_NONE)
			pair(w, w->a[i].row, w->b[j].row, MERGE_KEPT);
	}
}

/*
 * A number of before, and a text that only exports without numbers had shown,
 * or that was another text's before.
 */
static void
match_twins(struct work *w, const struct run *r)
{
	size_t na = 0, nb = 0, i, j;

	for (i = r->old; i < r->old_end; i++) {
		if (open_old(w, r, i) && !expected(w, i))
			w->a[na++] = (struct item){w->old[i].key,
			    w->sender[i], 0, i, i};
	}
	for (j = r->new; na > 0 && j < r->new_end; j++) {
		if (open_new(w, r, j) && w->numbered[j])
			w->b[nb++] = (struct item){w->new[j].key,
			    w->new[j].sender, 0, j, j};
	}
	items_sort(w->a, na);
	items_sort(w->b, nb);
	for (i = j = 0; items_meet(w->a, na, &i, w->b, nb, &j); i++, j++)
		pair(w, w->a[i].row, w->b[j].row, MERGE_KEPT);
}

/*
 * Of equal ones it cannot be told which was lost or written over before: as
 * long as there are enough of them, none is missing.
 */
static void
match_instead(struct work *w, const struct run *r)
{
	size_t na = 0, nb = 0, i, j;

	for (i = r->old; !r->first && i < r->old_end; i++) {
		if (grain_of(&w->old[i]) != r->old_grain)
			continue;
		if (missing(w, i))
			w->a[na++] = (struct item){w->old[i].key,
			    w->sender[i], 0, i, i};
		j = w->m->to[i];
		if (w->m->fate[i] == MERGE_KEPT && w->m->from[j] == i &&
		    (!expected(w, i) || w->excused[i]) && nb < w->nnew)
			w->b[nb++] = (struct item){w->old[i].key,
			    w->sender[i], 0, i, i};
	}
	items_sort(w->a, na);
	items_sort(w->b, nb);
	for (i = j = 0; items_meet(w->a, na, &i, w->b, nb, &j); i++, j++) {
		size_t other = w->b[j].row, to = w->m->to[other];

		w->m->fate[other] = MERGE_OUT;
		w->m->to[other] = w->m->from[to] = MERGE_NONE;
		pair(w, w->a[i].row, to, MERGE_KEPT);
	}
}

static void
match_ids(struct work *w)
{
	w->ids = trust_ids(w);
	if (!w->ids)
		return;
	match_id(w, false);
	find_senders(w);
	rename_senders(w);
	each_run(w, match_twins);
	find_chains(w);
	each_run(w, match_instead);
	match_id(w, true);
}

/* ---- texts ---- */

/* The same sender and text in one moment. */
static void
match_equal(struct work *w, const struct run *r)
{
	size_t na = 0, nb = 0, i, j;

	for (i = r->old; i < r->old_end; i++) {
		if (open_old(w, r, i))
			w->a[na++] = (struct item){w->old[i].key,
			    w->sender[i], rather_not(w, r, i),
			    order(r, w->place[i]), i};
	}
	for (j = r->new; na > 0 && j < r->new_end; j++) {
		if (open_new(w, r, j))
			w->b[nb++] = (struct item){w->new[j].key,
			    w->new[j].sender, 0, order(r, j), j};
	}
	items_sort(w->a, na);
	items_sort(w->b, nb);
	for (i = j = 0; items_meet(w->a, na, &i, w->b, nb, &j); i++, j++)
		pair(w, w->a[i].row, w->b[j].row, MERGE_KEPT);
}

/*
 * The same text, and a sender who has another name now: the old one is not in
 * NEW at all, or the new one not in OLD, or (FRESH) neither is.
 */
static void
match_renamed(struct work *w, const struct run *r, bool fresh)
{
	size_t na = 0, nb = 0, i, j;

	for (i = r->old; i < r->old_end; i++) {
		if (open_old(w, r, i) && w->old[i].sender != 0 &&
		    !(fresh && w->here[i]))
			w->a[na++] = (struct item){w->old[i].key, w->here[i],
			    rather_not(w, r, i), order(r, w->place[i]), i};
	}
	for (j = r->new; na > 0 && j < r->new_end; j++) {
		if (open_new(w, r, j) && w->new[j].sender != 0 &&
		    !(fresh && w->known[j]))
			w->b[nb++] = (struct item){w->new[j].key,
			    fresh ? 0 : !w->known[j], 0, order(r, j), j};
	}
	items_sort(w->a, na);
	items_sort(w->b, nb);
	for (i = j = 0; items_meet(w->a, na, &i, w->b, nb, &j); i++, j++)
		pair(w, w->a[i].row, w->b[j].row, MERGE_KEPT);
}

/* The same text, and only one side says of whom. */
static void
match_unsaid(struct work *w, const struct run *r)
{
	size_t na = 0, nb = 0, i, j;

	for (i = r->old; i < r->old_end; i++) {
		if (open_old(w, r, i))
			w->a[na++] = (struct item){w->old[i].key,
			    w->old[i].sender != 0, rather_not(w, r, i),
			    order(r, w->place[i]), i};
	}
	for (j = r->new; na > 0 && j < r->new_end; j++) {
		if (open_new(w, r, j))
			w->b[nb++] = (struct item){w->new[j].key,
			    w->new[j].sender == 0, 0, order(r, j), j};
	}
	items_sort(w->a, na);
	items_sort(w->b, nb);
	for (i = j = 0; items_meet(w->a, na, &i, w->b, nb, &j); i++, j++)
		pair(w, w->a[i].row, w->b[j].row, MERGE_KEPT);
}

static void
match_both_fresh(struct work *w, const struct run *r)
{
	match_renamed(w, r, true);
}

static void
match_one_fresh(struct work *w, const struct run *r)
{
	match_renamed(w, r, false);
}

static size_t
count_matched(const struct work *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->nold; i++)
		n += w->m->to[i] != MERGE_NONE;
	return n;
}

/* ---- what was written over ---- */

/* How much is believed. */
enum guess { SURE, LIKELY, STRANGE };

/*
 * Pair what is missing with what is new of the same moment and sender.  In the
 * last moment of before more may have been said since: there only marks, until
 * the notices were heard (LIKELY).  And of whom nothing else is left, his name
 * may have changed with it (STRANGE).
 */
static void
match_changed(struct work *w, const struct run *r, enum guess guess)
{
	bool last = w->last != MERGE_NONE && r->old_end > w->last;
	size_t na = 0, nb = 0, i, j;

	for (i = r->old; i < r->old_end; i++) {
		if (missing(w, i) && grain_of(&w->old[i]) == r->old_grain &&
		    !(w->ids && w->old[i].id != 0) &&
		    !(guess == STRANGE && w->here[i]))
			w->a[na++] = (struct item){guess == STRANGE ? 0 :
			    w->sender[i], 0, 0, order(r, w->place[i]), i};
	}
	for (j = r->new; na > 0 && j < r->new_end; j++) {
		if (grain_of(&w->new[j]) == r->new_grain && can_replace(w, j) &&
		    (!last || guess == LIKELY || w->new[j].mark))
			w->b[nb++] = (struct item){guess == STRANGE ? 0 :
			    w->new[j].sender, 0, w->m->from[j] != MERGE_NONE,
			    order(r, j), j};
	}
	items_sort(w->a, na);
	items_sort(w->b, nb);
	for (i = j = 0; items_meet(w->a, na, &i, w->b, nb, &j); i++, j++) {
		size_t o = w->a[i].row, n = w->b[j].row;

		/* a text is not changed into itself */
		if (w->old[o].key != w->new[n].key)
			pair(w, o, n, fate_of_change(&w->new[n]));
	}
}

static void
match_sure_changes(struct work *w, const struct run *r)
{
	match_changed(w, r, SURE);
}

static void
match_likely_changes(struct work *w, const struct run *r)
{
	match_changed(w, r, LIKELY);
}

static void
match_strange_changes(struct work *w, const struct run *r)
{
	match_changed(w, r, STRANGE);
}

/* ---- what was taken back ---- */

/* Not what left the window, unless only the notice is left. */
static bool
about(const struct work *w, size_t i, size_t j)
{
	const struct merge_row *old = &w->old[i], *notice = &w->new[j];
	int64_t at = notice->at - w->m->shift;

	return (j == 0 || old->at + grain_of(old) > w->first) &&
	    old->at < at + grain_of(notice) &&
	    at < old->at + grain_of(old) + MERGE_NOTICE_MS;
}

/* Messages A[0..NA) and notices B[0..NB), by time: the nearest first. */
static void
match_notices(struct work *w, const struct item *a, size_t na,
    const struct item *b, size_t nb)
{
	while (na > 0 && nb > 0) {
		size_t i = a[na - 1].row, j = b[nb - 1].row;
		const struct merge_row *n = &w->new[j];

		if (about(w, i, j)) {
			w->m->fate[i] = MERGE_RECALLED;
			w->m->to[i] = j;
			na--;
			nb--;
		} else if (w->old[i].at > n->at - w->m->shift) {
			na--;
		} else {
			nb--;
		}
	}
}

/* A notice of this sender, or (ANY) one that does not say of whom. */
static void
match_recalled(struct work *w, bool any)
{
	size_t na = 0, nb = 0, i, j, k, l;

	for (j = 0; j < w->nnew; j++) {
		i = w->m->from[j];
		if (w->new[j].notice && !w->new[j].mark &&
		    any == (w->new[j].sender == 0) &&
		    (i == MERGE_NONE || !expected(w, i)))
			w->b[nb++] = (struct item){w->new[j].sender, 0, 0,
			    j, j};
	}
	for (i = 0; nb > 0 && i < w->nold; i++) {
		if (missing(w, i) && !w->old[i].notice)
			w->a[na++] = (struct item){any ? 0 : w->sender[i],
			    0, 0, i, i};
	}
	items_sort(w->a, na);
	items_sort(w->b, nb);
	for (i = j = 0; items_meet(w->a, na, &i, w->b, nb, &j); i = k, j = l) {
		for (k = i; k < na && items_same(&w->a[i], &w->a[k]);)
			k++;
		for (l = j; l < nb && items_same(&w->b[j], &w->b[l]);)
			l++;
		match_notices(w, &w->a[i], k - i, &w->b[j], l - j);
	}
}

/* ---- what is gone ---- */

/* How exactly row I is held against the ends of the span. */
static int64_t
span_grain(const struct work *w, size_t i)
{
	return coarser(grain_of(&w->old[i]),
	    w->nnew > 0 ? grain_of(&w->new[0]) : 1);
}

/* On which side of the span's ends is row I: -1 before, 0 at, 1 behind. */
static int
side(const struct work *w, size_t i, int64_t end)
{
	int64_t g = span_grain(w, i);
	int64_t at = clocks_moment(w->old[i].at, g);
	int64_t e = clocks_moment(end, g);

	return at < e ? -1 : at > e;
}

/*
 * Should it be there?  A window can begin, and an export end, within a moment:
 * there only if the first of that moment stands (and no other could have been
 * taken for it), or something behind it does.
 */
static bool
inside(const struct work *w, size_t i)
{
	int first = side(w, i, w->first), until = side(w, i, w->until);

	return (first > 0 || (first == 0 && w->whole)) &&
	    (until < 0 || (until == 0 && w->place[i] < w->right));
}

/* Are there rows like I in the moment where the span begins? */
static bool
has_equal(const struct work *w, size_t i)
{
	for (size_t k = 0; k < w->nold; k++) {
		if (k != i && w->old[k].key == w->old[i].key &&
		    w->old[k].sender == w->old[i].sender &&
		    side(w, k, w->first) == 0)
			return true;
	}
	return false;
}

static void
find_vanished(struct work *w)
{
	size_t begin = MERGE_NONE, left = MERGE_NONE;

	w->right = 0;
	for (size_t i = 0; i < w->nold; i++) {
		bool there = w->m->fate[i] == MERGE_KEPT ||
		    w->m->fate[i] == MERGE_CHANGED;

		if (there && w->place[i] > w->right)
			w->right = w->place[i];
		if (side(w, i, w->first) != 0)
			continue;
		if (there && w->place[i] < left)
			left = w->place[i];
		if (expected(w, i) && w->place[i] < begin)
			begin = w->place[i];
	}
	w->whole = begin != MERGE_NONE && left <= begin &&
	    !has_equal(w, begin);
	for (size_t i = 0; i < w->nold; i++) {
		if (missing(w, i) && inside(w, i))
			w->m->fate[i] = MERGE_VANISHED;
	}
}

/* ---- all of it ---- */

static void
forget(struct work *w)
{
	for (size_t i = 0; i < w->nold; i++) {
		w->m->fate[i] = MERGE_OUT;
		w->m->to[i] = MERGE_NONE;
		w->sender[i] = w->old[i].sender;
	}
	for (size_t j = 0; j < w->nnew; j++) {
		w->m->from[j] = MERGE_NONE;
		w->used[j] = false;
	}
}

static void
match(struct work *w)
{
	forget(w);
	find_chains(w);
	match_ids(w);
	w->id_shift = w->ids ? shift_of_partners(w, w->m->to) : 0;
	each_run(w, match_equal);
}

static void
merge(struct work *w, const struct merge_span *span)
{
	size_t least = w->nold < w->nnew ? w->nold : w->nnew;
	int64_t shift;

	w->last = MERGE_NONE;
	for (size_t i = 0; i < w->nold; i++) {
		if (expected(w, i))
			w->last = i;
	}
	set_shift(w, 0, span);
	match(w);
	/* A clock that moved leaves hardly anything where it was. */
	shift = w->id_shift;
	if (shift == 0 && count_matched(w) * 2 < least)
		shift = shift_of_unique(w);
	if (shift != 0) {
		set_shift(w, shift, span);
		match(w);
	}
	if (count_matched(w) < w->nold) {
		find_senders(w);
		each_run(w, match_both_fresh);
		each_run(w, match_one_fresh);
		rename_senders(w);
		each_run(w, match_equal);
		each_run(w, match_unsaid);
	}
	find_chains(w);
	each_run(w, match_instead);
	each_run(w, match_sure_changes);
	match_recalled(w, false);
	match_recalled(w, true);
	each_run(w, match_likely_changes);
	each_run(w, match_strange_changes);
	match_other_ids(w);
	find_vanished(w);
}

static void *
rows_of(size_t n, size_t size)
{
	return calloc(n > 0 ? n : 1, size);
}

int
merge_make(struct merge *m, const struct merge_row *old, size_t nold,
    const bool *expect, const struct merge_row *new, size_t nnew,
    const struct merge_span *span, struct err *e)
{
	struct work w = {.old = old, .new = new, .nold = nold, .nnew = nnew,
	    .expected = expect, .m = m};
	int rc = -1;

	memset(m, 0, sizeof(*m));
	m->fate = rows_of(nold, sizeof(*m->fate));
	m->to = rows_of(nold, sizeof(*m->to));
	m->from = rows_of(nnew, sizeof(*m->from));
	w.a = rows_of(nold, sizeof(*w.a));
	w.b = rows_of(nnew, sizeof(*w.b));
	w.scratch = rows_of(nold, sizeof(*w.scratch));
	w.place = rows_of(nold, sizeof(*w.place));
	w.excused = rows_of(nold, sizeof(*w.excused));
	w.here = rows_of(nold, sizeof(*w.here));
	w.sender = rows_of(nold, sizeof(*w.sender));
	w.numbered = rows_of(nnew, sizeof(*w.numbered));
	w.used = rows_of(nnew, sizeof(*w.used));
	w.known = rows_of(nnew, sizeof(*w.known));
	if (m->fate == NULL || m->to == NULL || m->from == NULL ||
	    w.a == NULL || w.b == NULL || w.scratch == NULL ||
	    w.place == NULL || w.excused == NULL ||
	    w.here == NULL || w.sender == NULL || w.known == NULL ||
	    w.numbered == NULL || w.used == NULL) {
		merge_release(m);
		err_nomem(e);
		goto out;
	}
	merge(&w, span);
	rc = 0;
out:
	free(w.a);
	free(w.b);
	free(w.scratch);
	free(w.place);
	free(w.excused);
	free(w.here);
	free(w.sender);
	free(w.known);
	free(w.numbered);
	free(w.used);
	return rc;
}

void
merge_release(struct merge *m)
{
	free(m->fate);
	free(m->to);
	free(m->from);
	memset(m, 0, sizeof(*m));
}
