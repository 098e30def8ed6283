/* desk/risk.c - how much hangs on one person or one thing. */
#include "desk/risk.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

/* What is lost anyway is on nobody's account. */
static size_t
by_him(struct risk *r, const struct custody_result *x, const char *name)
{
	size_t i, n = 0, at;

	for (i = 0; i < x->nlost; i++) {
		at = (size_t)(x->lost[i] - r->a);
		if (r->bus[at] == RISK_LOST)
			continue;
		n++;
		r->one[at] = name;
	}
	return n;
}

static int
cmp_persons(const void *a, const void *b)
{
	const struct risk_person *x = a, *y = b;

	if (x->lost != y->lost)
		return x->lost > y->lost ? -1 : 1;
	if (x->reach != y->reach)
		return x->reach > y->reach ? -1 : 1;
	return strcmp(x->p->name, y->p->name);
}

/* Each person alone. */
static int
ask_people(struct risk *r, const struct people *p, struct custody *c,
	struct err *e)
{
	const struct people_person *all;
	struct custody_result x;
	size_t i;

	all = people_all(p, &r->npersons);
	r->person = calloc(r->npersons + 1, sizeof(*r->person));
	if (!r->person)
		return err_nomem(e);
	for (i = 0; i < r->npersons; i++) {
		if (custody_whatif(c, &all[i].name, 1, &x, e) < 0)
			return -1;
		r->person[i] = (struct risk_person){&all[i],
		    by_him(r, &x, all[i].name), x.nreach};
		custody_result_free(&x);
	}
	qsort(r->person, r->npersons, sizeof(*r->person), cmp_persons);
	return 0;
}

int
risk_make(struct risk *r, const struct book *b, const struct people *p,
	struct custody *c, struct err *e)
{
	size_t i;

	memset(r, 0, sizeof(*r));
	r->a = book_accounts(b, &r->n);
	r->bus = calloc(r->n + 1, sizeof(*r->bus));
	r->one = calloc(r->n + 1, sizeof(*r->one));
	if (!r->bus || !r->one)
		return err_nomem(e);
	if (custody_bus(c, r->bus, e) < 0)
		return -1;
	for (i = 0; i < r->n; i++) {
		if (r->a[i].closed)
			continue;
		r->open++;
		r->count[r->bus[i]]++;
		r->stale += custody_stale(c, &r->a[i]);
	}
	if (ask_people(r, p, c, e) < 0)
		return -1;
	return custody_things(c, &r->thing, &r->nthings, e);
}

void
risk_release(struct risk *r)
{
	free(r->bus);
	free(r->one);
	free(r->person);
	free(r->thing);
	memset(r, 0, sizeof(*r));
}
