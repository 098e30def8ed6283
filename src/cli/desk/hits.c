/* cli/desk/hits.c - the messages that a search finds. */
#include "cli/desk/hits.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

struct collect {
	struct hits *h;
	size_t cap;
};

static int
on_hit(void *arg, const struct history_message *m, struct err *e)
{
	struct collect *c = arg;
	struct hits *h = c->h;

	if (h->n == c->cap) {
		const size_t cap = c->cap ? 2 * c->cap : 64;
		int64_t *v = realloc(h->v, cap * sizeof(*v));

		if (!v)
			return err_nomem(e);
		h->v = v;
		c->cap = cap;
	}
	h->v[h->n++] = m->n;
	return 0;
}

static int
newest_first(const void *a, const void *b)
{
	int64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? 1 : x > y ? -1 : 0;
}

static int
look(struct talkask *k, const char *typed, const struct history_filter *f,
	size_t limit, struct collect *c, struct err *e)
{
	int rc = history_search(k->m, typed, f, (int64_t)limit, on_hit, c, e);

	if (rc <= 0)
		return rc;
	(void)err_set(e, ERR_USAGE, "there is nothing to look for in '%s'",
	    typed);
	return err_hint(e, "give a word that is not behind a minus");
}

int
hits_find(struct talkask *k, const char *typed, size_t limit, struct hits *h,
	struct err *e)
{
	struct history_filter f = k->f;
	struct collect c = {h, 0};
	size_t i;
	int rc = 0;

	*h = (struct hits){NULL, 0, false};
	if (!cli_has(k->c, "person") || f.station) {
		if (f.station && !talkask_wants(k, f.station))
			return 0;
		rc = look(k, typed, &f, limit + 1, &c, e);
	} else for (i = 0; i < k->people.n && rc == 0; i++) {
		f.station = k->people.v[i].station;
		if (talkask_wants(k, f.station))
			rc = look(k, typed, &f, limit + 1, &c, e);
	}
	if (rc < 0)
		return -1;
	if (h->n > 1)
		qsort(h->v, h->n, sizeof(*h->v), newest_first);
	h->more = h->n > limit;
	h->n = h->more ? limit : h->n;
	return 0;
}

void
hits_release(struct hits *h)
{
	free(h->v);
	*h = (struct hits){NULL, 0, false};
}
