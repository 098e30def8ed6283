/* account/markset.c - keyed hashes in open addressing. */
#include "account/markset.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define FIRST 256		/* slots */

void
markset_release(struct markset *m)
{
	free(m->slot);
	*m = (struct markset)MARKSET_INIT;
}

/* Where the mark is, or would go. */
static struct mark *
place(const struct markset *m, const uint8_t mark[static MARK_LEN])
{
	uint64_t at;

	memcpy(&at, mark, sizeof(at));
	for (at &= m->cap - 1; m->slot[at].value != MARK_NONE &&
	    memcmp(m->slot[at].hash, mark, MARK_LEN) != 0;
	    at = (at + 1) & (m->cap - 1))
		;
	return &m->slot[at];
}

uint32_t
markset_find(const struct markset *m, const uint8_t mark[static MARK_LEN])
{
	return m->cap > 0 ? place(m, mark)->value : MARK_NONE;
}

static int
grow(struct markset *m, struct err *e)
{
	struct markset more = {NULL, m->n, m->cap > 0 ? 2 * m->cap : FIRST};
	size_t i;

	more.slot = calloc(more.cap, sizeof(*more.slot));
	if (!more.slot)
		return err_nomem(e);
	for (i = 0; i < more.cap; i++)
		more.slot[i].value = MARK_NONE;
	for (i = 0; i < m->cap; i++)
		if (m->slot[i].value != MARK_NONE)
			*place(&more, m->slot[i].hash) = m->slot[i];
	free(m->slot);
	*m = more;
	return 0;
}

int64_t
markset_add(struct markset *m, const uint8_t mark[static MARK_LEN],
	uint32_t value, struct err *e)
{
	struct mark *at;

	/* three quarters full at most: the way to a free slot stays short */
	if (m->n >= m->cap / 4 * 3 && grow(m, e) < 0)
		return -1;
	at = place(m, mark);
	if (at->value == MARK_NONE) {
		memcpy(at->hash, mark, MARK_LEN);
		at->value = value;
		m->n++;
	}
	return at->value;
}
