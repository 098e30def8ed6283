/* desk/tally.c - an open table with linear probing. */
#include "desk/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define FIRST 64	/* slots; always a power of two */

void
tally_release(struct tally *t)
{
	free(t->slot);
	t->slot = NULL;
	t->n = t->cap = 0;
}

void
tally_clear(struct tally *t)
{
	if (t->n > 0)
		memset(t->slot, 0, t->cap * sizeof(*t->slot));
	t->n = 0;
}

/* splitmix64 */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* Where KEY is or would be; there is a free slot. */
static struct tally_slot *
find(const struct tally *t, uint64_t key)
{
	size_t i = (size_t)mix(mix(key ^ t->seed) + t->seed) & (t->cap - 1);

	while (t->slot[i].used && t->slot[i].key != key)
		i = (i + 1) & (t->cap - 1);
	return &t->slot[i];
}

static int
grow(struct tally *t, struct err *e)
{
	struct tally wide = *t;
	size_t i;

	wide.cap = t->cap ? t->cap * 2 : FIRST;
	wide.slot = calloc(wide.cap, sizeof(*wide.slot));
	if (!wide.slot)
		return err_nomem(e);
	for (i = 0; i < t->cap; i++)
		if (t->slot[i].used)
			*find(&wide, t->slot[i].key) = t->slot[i];
	free(t->slot);
	*t = wide;
	return 0;
}

uint64_t *
tally_at(struct tally *t, uint64_t key, struct err *e)
{
	struct tally_slot *s;

	if (t->n * 4 >= t->cap * 3 && grow(t, e) < 0)
		return NULL;
	s = find(t, key);
	if (!s->used) {
		s->used = true;
		s->key = key;
		s->value = 0;
		t->n++;
	}
	return &s->value;
}

uint64_t
tally_get(const struct tally *t, uint64_t key)
{
	const struct tally_slot *s = t->cap ? find(t, key) : NULL;

	return s && s->used ? s->value : 0;
}
