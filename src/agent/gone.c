/* agent/gone.c - moved or removed? */

#include "agent/gone.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/banned.h"

static uint64_t
prefix(const uint8_t *sum)
{
	uint64_t v;

	memcpy(&v, sum, sizeof(v));
	return v;
}

static uint64_t
stat_of(const struct entry *en)
{
	const uint64_t k = UINT64_C(0x9e3779b97f4a7c15);

	return (((uint64_t)en->stat_size * k) ^ (uint64_t)en->mtime_sec) * k ^
	    en->mtime_nsec;
}

int
gone_add(struct collect *c, size_t source, const struct entry *en,
	int64_t off, enum gone_fate fate, struct err *e)
{
	if (c->ngone == c->capgone) {
		size_t cap = c->capgone == 0 ? 64 : 2 * c->capgone;
		struct collect_gone *v = realloc(c->gone, cap * sizeof(*v));

		if (v == NULL)
			return err_nomem(e);
		c->gone = v;
		c->capgone = cap;
	}
	c->gone[c->ngone] = (struct collect_gone){.sum = prefix(en->sum),
	    .stat = stat_of(en), .off = off, .order = (uint32_t)c->ngone,
	    .source = (uint16_t)source, .fate = (uint8_t)fate,
	    .class_ = en->class_};
	c->ngone++;
	return 0;
}

void
gone_keep(struct collect *c, size_t first)
{
	for (size_t i = first; i < c->ngone; i++)
		if (c->gone[i].fate == GONE_OPEN)
			c->gone[i].fate = GONE_STAYS;
}

/* The same content in the same source: a move is between two of these. */
static int
alike(const struct collect_gone *x, uint64_t sum, size_t source)
{
	if (x->sum != sum)
		return x->sum < sum ? -1 : 1;
	return (x->source > source) - (x->source < source);
}

static int
by_sum(const void *a, const void *b)
{
	const struct collect_gone *x = a, *y = b;
	int c = alike(x, y->sum, y->source);

	if (c != 0)
		return c;
	return (x->order > y->order) - (x->order < y->order);
}

static int
by_order(const void *a, const void *b)
{
	const struct collect_gone *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

static int
by_stat(const void *a, const void *b)
{
	const struct gone_class *x = a, *y = b;

	return (x->stat > y->stat) - (x->stat < y->stat);
}

int
gone_sort(struct collect *c, struct err *e)
{
	if (c->ngone == 0)
		return 0;
	qsort(c->gone, c->ngone, sizeof(*c->gone), by_sum);
	c->gone_class = calloc(c->ngone, sizeof(*c->gone_class));
	if (c->gone_class == NULL)
		return err_nomem(e);
	for (size_t i = 0; i < c->ngone; i++) {
		c->gone_class[i].stat = c->gone[i].stat;
		c->gone_class[i].class_ = c->gone[i].class_;
	}
	qsort(c->gone_class, c->ngone, sizeof(*c->gone_class), by_stat);
	return 0;
}

uint8_t
gone_class(const struct collect *c, const struct entry *en)
{
	struct gone_class want = {.stat = stat_of(en)};
	const struct gone_class *g = c->gone_class == NULL ? NULL :
	    bsearch(&want, c->gone_class, c->ngone, sizeof(want), by_stat);

	return g != NULL ? g->class_ : 0;
}

/* Read the entry of the work list: 1 if its sum is this. */
static int
fits(struct collect *c, const struct collect_gone *g, const uint8_t *sum,
	struct buf *key, struct err *e)
{
	struct entry_reader *r = entry_reader_new(c->list_fd, g->off, g->end,
	    e);
	struct entry en;
	int rc = -1;

	if (r == NULL)
		return -1;
	if (entry_next(r, &en, e) != 1)
		goto out;
	rc = memcmp(en.sum, sum, sizeof(en.sum)) == 0 &&
	    en.extra_is == ENTRY_PLAIN;
	buf_clear(key);
	if (rc == 1 && buf_add(key, en.key, en.key_len, e) != 0)
		rc = -1;
out:
	entry_reader_free(r);
	return rc;
}

int
gone_take(struct collect *c, size_t source, const uint8_t sum[static 32],
	struct buf *key, struct err *e)
{
	uint64_t want = prefix(sum);
	struct collect_gone *first, *g, *end;
	size_t lo = 0, hi = c->ngone;

	if (hi == 0)
		return 0;	/* then there is no list either */
	end = c->gone + hi;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (alike(&c->gone[mid], want, source) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* A thousand copies of one file may move: begin behind those taken. */
	first = c->gone + lo;
	for (g = first < end ? first + first->taken : end;
	    g < end && alike(g, want, source) == 0; g++) {
		int rc;

		first->taken++;
		if (g->fate != GONE_OPEN)
			continue;
		rc = fits(c, g, sum, key, e);
		if (rc == 1)
			g->fate = GONE_MOVED;
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* --- removed --- */

static int
key_gone(struct collect *c, const struct entry *en, struct err *e)
{
	uint32_t len = en->key_len;

	if (buf_add(&c->gone_keys, &len, sizeof(len), e) != 0)
		return -1;
	return buf_add(&c->gone_keys, en->key, len, e);
}

static int
remove_one(struct collect *c, const struct collect_gone *g,
	const struct entry *en, const struct collect_sink *k, struct err *e)
{
	struct record_file f = {.op = RECORD_REMOVED};
	struct collect_source *cs = g->source == GONE_NO_SOURCE ? NULL :
	    &c->src[g->source];

	if (g->fate == GONE_MOVED)
		return key_gone(c, en, e);
	if (g->fate == GONE_STAYS || (cs != NULL && cs->failed))
		return 0;
	if (key_gone(c, en, e) != 0)
		return -1;
	if (cs != NULL)
		cs->ops[RECORD_REMOVED]++;
	/* A full run drops what it does not name. */
	if (c->full)
		return 0;
	f.source = en->key;
	f.path = en->key + strlen(en->key) + 1;
	f.path_len = en->key_len - strlen(en->key) - 1;
	return k->line(k->arg, &f, NULL, e);
}

int
collect_removed(struct collect *c, const struct collect_sink *k,
	struct err *e)
{
	const struct collect_gone *g = c->gone;
	struct entry_reader *r;
	struct entry en;
	int rc = 0;

	if (c->ngone == 0)
		return 0;
	qsort(c->gone, c->ngone, sizeof(*c->gone), by_order);
	r = entry_reader_new(c->list_fd, 0, -1, e);
	if (r == NULL)
		return -1;
	while (g < c->gone + c->ngone && (rc = entry_next(r, &en, e)) == 1) {
		if (en.kind == ENTRY_GONE &&
		    remove_one(c, g++, &en, k, e) != 0) {
			rc = -1;
			break;
		}
	}
	entry_reader_free(r);
	return rc < 0 ? -1 : 0;
}
