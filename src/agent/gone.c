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

int
gone_add(struct collect *c, const struct entry *en, int64_t off,
	struct err *e)
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
	    .off = off, .order = (uint32_t)c->ngone, .fate = GONE_OPEN};
	c->ngone++;
	return 0;
}

void
gone_keep(struct collect *c, size_t first)
{
	for (size_t i = first; i < c->ngone; i++)
		c->gone[i].fate = GONE_STAYS;
}

static int
by_sum(const void *a, const void *b)
{
	const struct collect_gone *x = a, *y = b;

	if (x->sum != y->sum)
		return x->sum < y->sum ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int
by_order(const void *a, const void *b)
{
	const struct collect_gone *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

void
gone_sort(struct collect *c)
{
	if (c->ngone > 1)
		qsort(c->gone, c->ngone, sizeof(*c->gone), by_sum);
}

/* Read the entry at OFF of the work list: 1 if source and sum are these. */
static int
fits(struct collect *c, int64_t off, const char *source, const uint8_t *sum,
	struct buf *key, struct err *e)
{
	struct entry_reader *r = entry_reader_new(c->list_fd, off, -1, e);
	struct entry en;
	int rc = -1;

	if (r == NULL)
		return -1;
	if (entry_next(r, &en, e) != 1)
		goto out;
	rc = memcmp(en.sum, sum, sizeof(en.sum)) == 0 &&
	    str_eq(en.key, source) && !en.has_extra;
	buf_clear(key);
	if (rc == 1 && buf_add(key, en.key, en.key_len, e) != 0)
		rc = -1;
out:
	entry_reader_free(r);
	return rc;
}

int
gone_take(struct collect *c, const char *source,
	const uint8_t sum[static 32], struct buf *key, struct err *e)
{
	uint64_t want = prefix(sum);
	size_t lo = 0, hi = c->ngone;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->gone[mid].sum < want)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < c->ngone && c->gone[lo].sum == want; lo++) {
		int rc;

		if (c->gone[lo].fate != GONE_OPEN)
			continue;
		rc = fits(c, c->gone[lo].off, source, sum, key, e);
		if (rc < 0)
			return -1;
		if (rc == 1) {
			c->gone[lo].fate = GONE_MOVED;
			return 1;
		}
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

static struct collect_source *
source_of(struct collect *c, const char *name)
{
	for (size_t i = 0; i < c->nsrc; i++)
		if (str_eq(c->src[i].cfg->name, name))
			return &c->src[i];
	return NULL;
}

static int
remove_one(struct collect *c, const struct collect_gone *g,
	const struct collect_sink *k, struct err *e)
{
	struct entry_reader *r = entry_reader_new(c->list_fd, g->off, -1, e);
	struct record_file f = {.op = RECORD_REMOVED};
	struct collect_source *cs;
	struct entry en;
	int rc = -1;

	if (r == NULL)
		return -1;
	if (entry_next(r, &en, e) != 1)
		goto out;
	cs = source_of(c, en.key);
	rc = 0;
	if (cs == NULL || (cs->failed && g->fate != GONE_MOVED))
		goto out;
	rc = key_gone(c, &en, e);
	/* A full run drops what it does not name. */
	if (rc != 0 || g->fate == GONE_MOVED)
		goto out;
	cs->ops[RECORD_REMOVED]++;
	if (c->full)
		goto out;
	f.source = en.key;
	f.path = en.key + strlen(en.key) + 1;
	f.path_len = en.key_len - strlen(en.key) - 1;
	rc = k->line(k->arg, &f, NULL, e);
out:
	entry_reader_free(r);
	return rc;
}

int
collect_removed(struct collect *c, const struct collect_sink *k,
	struct err *e)
{
	if (c->ngone > 1)
		qsort(c->gone, c->ngone, sizeof(*c->gone), by_order);
	for (size_t i = 0; i < c->ngone; i++)
		if (c->gone[i].fate != GONE_STAYS &&
		    remove_one(c, &c->gone[i], k, e) != 0)
			return -1;
	return 0;
}
