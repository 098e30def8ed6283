/* unbundle/node.c - the files of a fold: a hash table and a sorted list. */
#include "unbundle/node.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define FIRST_SLOTS 64

/* --- The table. */

uint64_t
node_hash(const struct fold *f, const char *source, const char *path,
	size_t n)
{
	uint8_t text[NODE_SOURCE_MAX + 1 + PATH_MAX_LEN], out[8];
	size_t len = strlen(source) + 1;
	uint64_t h;

	memcpy(text, source, len);
	memcpy(text + len, path, n);
	hash_blake2b_n(out, sizeof(out), f->key, NODE_KEY_LEN, text, len + n);
	memcpy(&h, out, sizeof(h));
	return h;
}

static bool
is_at(const struct node *n, uint64_t hash, const char *source,
	const char *path, size_t len)
{
	return n->hash == hash && n->file.path_len == len &&
	    memcmp(n->path, path, len) == 0 &&
	    strcmp(n->file.source, source) == 0;
}

struct node *
node_find(const struct table *t, uint64_t hash, const char *source,
	const char *path, size_t len)
{
	size_t i;

	if (t->size == 0)
		return NULL;
	for (i = hash & (t->size - 1); t->slot[i]; i = (i + 1) & (t->size - 1))
		if (is_at(t->slot[i], hash, source, path, len))
			return t->slot[i];
	return NULL;
}

static void
table_place(struct table *t, struct node *n)
{
	size_t i = n->hash & (t->size - 1);

	while (t->slot[i])
		i = (i + 1) & (t->size - 1);
	t->slot[i] = n;
}

static int
table_add(struct table *t, struct node *n, struct err *e)
{
	struct table bigger = {NULL, 0, t->n};
	size_t i;

	if (3 * (t->n + 1) > 2 * t->size) {
		bigger.size = t->size > 0 ? 2 * t->size : FIRST_SLOTS;
		bigger.slot = calloc(bigger.size, sizeof(*bigger.slot));
		if (!bigger.slot)
			return err_nomem(e);
		for (i = 0; i < t->size; i++)
			if (t->slot[i])
				table_place(&bigger, t->slot[i]);
		free(t->slot);
		*t = bigger;
	}
	table_place(t, n);
	t->n++;
	return 0;
}

/* Take N out and close the gap, so that no probe stops too early. */
static void
table_remove(struct table *t, const struct node *n)
{
	size_t mask = t->size - 1, i = n->hash & mask, j, home;

	while (t->slot[i] != n)
		i = (i + 1) & mask;
	for (j = (i + 1) & mask; t->slot[j]; j = (j + 1) & mask) {
		home = t->slot[j]->hash & mask;
		if (((j - home) & mask) >= ((j - i) & mask)) {
			t->slot[i] = t->slot[j];
			i = j;
		}
	}
	t->slot[i] = NULL;
	t->n--;
}

/* --- Nodes. */

static char *
keep_source(struct fold *f, const char *name, struct err *e)
{
	struct source_name *s;
	size_t n = strlen(name);

	for (s = f->sources; s; s = s->next)
		if (strcmp(s->name, name) == 0)
			return s->name;
	if (n > NODE_SOURCE_MAX) {
		err_set(e, ERR_INTEGRITY, "name of a source over %d bytes",
		    NODE_SOURCE_MAX);
		return NULL;
	}
	s = malloc(sizeof(*s));
	if (!s) {
		err_nomem(e);
		return NULL;
	}
	memcpy(s->name, name, n + 1);
	s->next = f->sources;
	f->sources = s;
	return s->name;
}

void
node_free(struct node *n)
{
	if (!n)
		return;
	free(n->file.chunks);
	free(n);
}

static int
order_add(struct fold *f, struct node *n, struct err *e)
{
	struct node **grown;
	size_t cap = f->order_cap > 0 ? 2 * f->order_cap : FIRST_SLOTS;

	if (f->norder == f->order_cap) {
		grown = realloc(f->order, cap * sizeof(*grown));
		if (!grown)
			return err_nomem(e);
		f->order = grown;
		f->order_cap = cap;
	}
	f->order[f->norder++] = n;
	return 0;
}

struct node *
node_new(struct fold *f, const char *source, const char *path, size_t len,
	struct err *e)
{
	char *kept = keep_source(f, source, e);
	struct node *n;

	if (!kept)
		return NULL;
	n = calloc(1, sizeof(*n) + len + 1);
	if (!n) {
		err_nomem(e);
		return NULL;
	}
	memcpy(n->path, path, len);
	n->file.source = kept;
	n->file.path = n->path;
	n->file.path_len = len;
	n->hash = node_hash(f, source, path, len);
	if (table_add(&f->live, n, e) < 0) {
		free(n);
		return NULL;
	}
	if (order_add(f, n, e) < 0) {
		table_remove(&f->live, n);
		free(n);
		return NULL;
	}
	return n;
}

void
node_kill(struct fold *f, struct node *n)
{
	table_remove(&f->live, n);
	f->bytes -= (uint64_t)n->file.size;
	n->dead = true;
}

static int
cmp_nodes(const void *a, const void *b)
{
	const struct node *x = *(struct node *const *)a;
	const struct node *y = *(struct node *const *)b;

	return record_cmp(x->file.source, x->path, x->file.path_len,
	    y->file.source, y->path, y->file.path_len);
}

/* Merge the two sorted runs order[0..mid) and order[mid..n). */
static int
merge(struct fold *f, size_t mid, struct err *e)
{
	size_t ntail = f->norder - mid, i = mid, j = ntail, k = f->norder;
	struct node **tail;

	if (ntail == 0 || mid == 0)
		return 0;
	tail = malloc(ntail * sizeof(struct node *));
	if (!tail)
		return err_nomem(e);
	memcpy(tail, f->order + mid, ntail * sizeof(struct node *));
	while (j > 0) {
		if (i > 0 && cmp_nodes(&f->order[i - 1], &tail[j - 1]) > 0)
			f->order[--k] = f->order[--i];
		else
			f->order[--k] = tail[--j];
	}
	free(tail);
	return 0;
}

int
node_tidy(struct fold *f, struct err *e)
{
	size_t i, n = 0, mid = 0;

	for (i = 0; i < f->norder; i++) {
		if (i == f->nsorted)
			mid = n;
		if (f->order[i]->dead)
			node_free(f->order[i]);
		else
			f->order[n++] = f->order[i];
	}
	if (f->nsorted >= f->norder)
		mid = n;
	f->norder = n;
	f->nsorted = mid;
	if (n > mid)
		qsort(f->order + mid, n - mid, sizeof(*f->order), cmp_nodes);
	if (merge(f, mid, e) < 0)
		return -1;
	f->nsorted = n;
	return 0;
}

/* --- What the run has made not live. */

int
node_gone_add(struct fold *f, const struct node *n, struct err *e)
{
	struct node *copy = calloc(1, sizeof(*copy) + n->file.path_len + 1);

	if (!copy)
		return err_nomem(e);
	memcpy(copy->path, n->path, n->file.path_len);
	copy->file.source = n->file.source;
	copy->file.path_len = n->file.path_len;
	copy->hash = n->hash;
	if (table_add(&f->gone, copy, e) < 0) {
		free(copy);
		return -1;
	}
	return 0;
}

void
node_gone_forget(struct fold *f)
{
	size_t i;

	for (i = 0; i < f->gone.size; i++)
		node_free(f->gone.slot[i]);
	free(f->gone.slot);
	f->gone = (struct table){NULL, 0, 0};
}
