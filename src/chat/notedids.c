/* chat/notedids.c - an open table of FNV-1a hashes, 64 bits each. */
#include "chat/notedids.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

static uint64_t
hash(const void *id, size_t n)
{
	const uint8_t *p = id;
	uint64_t h = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3;
	h ^= h >> 29;
	return h != 0 ? h : 1;
}

void
notedids_release(struct notedids *s)
{
	free(s->slot);
	memset(s, 0, sizeof(*s));
}

static uint64_t *
find(const struct notedids *s, uint64_t h)
{
	size_t i = h & (s->cap - 1);

	while (s->slot[i] != 0 && s->slot[i] != h)
		i = (i + 1) & (s->cap - 1);
	return &s->slot[i];
}

static int
grow(struct notedids *s, struct err *e)
{
	struct notedids big = {NULL, s->n, s->cap > 0 ? 2 * s->cap : 256};
	size_t i;

	big.slot = calloc(big.cap, sizeof(*big.slot));
	if (!big.slot)
		return err_nomem(e);
	for (i = 0; i < s->cap; i++)
		if (s->slot[i] != 0)
			*find(&big, s->slot[i]) = s->slot[i];
	free(s->slot);
	*s = big;
	return 0;
}

int
notedids_add(struct notedids *s, const void *id, size_t n, struct err *e)
{
	const uint64_t h = hash(id, n);
	uint64_t *at;

	if (s->n >= NOTEDIDS_MAX)
		return 0;
	if (2 * s->n >= s->cap && grow(s, e) < 0)
		return -1;
	at = find(s, h);
	s->n += *at == 0;
	*at = h;
	return 0;
}

bool
notedids_has(const struct notedids *s, const void *id, size_t n)
{
	return s->n > 0 && *find(s, hash(id, n)) != 0;
}
