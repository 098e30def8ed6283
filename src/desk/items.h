/*
 * desk/items.h - rows by their keys, and two lists of them side by side.
 *
 * Nothing is read or written.  Needs: base.
 */
#ifndef LIUDI_DESK_ITEMS_H
#define LIUDI_DESK_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A row as it is sorted. */
struct item {
	uint64_t major, minor;	/* its key */
	unsigned late;		/* behind its equals */
	size_t order;		/* among those that are as late */
	size_t row;		/* the caller's: where it stands */
};

static inline bool
items_same(const struct item *p, const struct item *q)
{
	return p->major == q->major && p->minor == q->minor;
}

/* By major, minor, late, order.  N log N steps. */
void items_sort(struct item *p, size_t n);

/* Is P[I] without an equal in the N sorted ones? */
bool items_alone(const struct item *p, size_t i, size_t n);

/*
 * From A[*i] and B[*j] on, both sorted, to where their keys are the same; one
 * step for each that is passed.  False: one of them is at its end.
 */
bool items_meet(const struct item *a, size_t na, size_t *i,
	const struct item *b, size_t nb, size_t *j);

#endif
