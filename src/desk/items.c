/* desk/items.c - rows by their keys, and two lists of them side by side. */
#include "desk/items.h"

#include <stdlib.h>

#include "base/banned.h"

static int
by_item(const void *a, const void *b)
{
	const struct item *p = a, *q = b;

	if (p->major != q->major)
		return p->major < q->major ? -1 : 1;
	if (p->minor != q->minor)
		return p->minor < q->minor ? -1 : 1;
	if (p->late != q->late)
		return p->late < q->late ? -1 : 1;
	return p->order < q->order ? -1 : p->order > q->order;
}

void
items_sort(struct item *p, size_t n)
{
	if (n > 1)
		qsort(p, n, sizeof(*p), by_item);
}

bool
items_alone(const struct item *p, size_t i, size_t n)
{
	return (i == 0 || !items_same(&p[i - 1], &p[i])) &&
	    (i + 1 == n || !items_same(&p[i], &p[i + 1]));
}

bool
items_meet(const struct item *a, size_t na, size_t *i, const struct item *b,
	size_t nb, size_t *j)
{
	while (*i < na && *j < nb) {
		const struct item *p = &a[*i], *q = &b[*j];

		if (items_same(p, q))
			return true;
		if (p->major < q->major ||
		    (p->major == q->major && p->minor < q->minor))
			++*i;
		else
			++*j;
	}
	return false;
}
