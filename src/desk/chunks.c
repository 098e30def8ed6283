/* desk/chunks.c - which chunks a branch may refer to. */
#include "desk/chunks.h"

#include <stdlib.h>
#include <string.h>

#include "desk/columns.h"

#include "base/banned.h"

#define MAX_FORKS 64
#define MIN_SLOTS 1024

struct slot {
	uint8_t id[32];
	int64_t n;		/* 0 = empty */
};

struct view {			/* a branch, up to and with a part */
	int64_t branch;
	int64_t last;		/* INT64_MAX: all of it */
};

struct chunks {
	struct catalogue *cat;
	struct view view[MAX_FORKS];
	size_t nviews;
	struct slot *slot;	/* open addressing; ids are random already */
	size_t nslots, used;
};

struct chunks *
chunks_new(struct catalogue *cat, struct err *e)
{
	struct chunks *c = calloc(1, sizeof(*c));

	if (c)
		c->slot = calloc(MIN_SLOTS, sizeof(*c->slot));
	if (!c || !c->slot) {
		free(c);
		(void)err_nomem(e);
		return NULL;
	}
	c->nslots = MIN_SLOTS;
	c->cat = cat;
	return c;
}

void
chunks_free(struct chunks *c)
{
	if (!c)
		return;
	free(c->slot);
	free(c);
}

/* The branch and the fork of the branch that part N belongs to. */
static int
part_branch(struct chunks *c, int64_t part, int64_t *branch, int64_t *fork,
	struct err *e)
{
	int rc = catalogue_step(c->cat, SQL_PART_GET, e, "i", part);

	if (rc > 0)
		*branch = catalogue_int(c->cat, SQL_PART_GET, PART_BRANCH);
	catalogue_reset(c->cat, SQL_PART_GET);
	if (rc <= 0)
		return rc < 0 ? -1 : err_set(e, ERR_FAIL,
		    "the catalogue lacks part %lld", (long long)part);
	rc = catalogue_step(c->cat, SQL_BRANCH_FORK, e, "i", *branch);
	if (rc > 0)
		*fork = catalogue_int(c->cat, SQL_BRANCH_FORK, 0);
	catalogue_reset(c->cat, SQL_BRANCH_FORK);
	return rc < 0 ? -1 : 0;
}

int
chunks_branch(struct chunks *c, int64_t branch, int64_t fork, struct err *e)
{
	chunks_part(c);
	c->nviews = 1;
	c->view[0].branch = branch;
	c->view[0].last = INT64_MAX;
	while (fork != 0) {
		struct view *v = &c->view[c->nviews];

		if (c->nviews == MAX_FORKS)
			return err_set(e, ERR_INTEGRITY, "too many forks");
		v->last = fork;
		fork = 0;
		if (part_branch(c, v->last, &v->branch, &fork, e) < 0)
			return -1;
		c->nviews++;
	}
	return 0;
}

void
chunks_part(struct chunks *c)
{
	if (c->used > 0)
		memset(c->slot, 0, c->nslots * sizeof(*c->slot));
	c->used = 0;
}

int64_t
chunks_word(const uint8_t id[static 32])
{
	int64_t w;

	memcpy(&w, id, sizeof(w));
	return w;
}

static struct slot *
probe(const struct chunks *c, const uint8_t *id)
{
	size_t mask = c->nslots - 1;
	size_t i = (size_t)chunks_word(id) & mask;

	while (c->slot[i].n != 0 && memcmp(c->slot[i].id, id, 32) != 0)
		i = (i + 1) & mask;
	return &c->slot[i];
}

static int
grow(struct chunks *c, struct err *e)
{
	struct slot *old = c->slot;
	size_t n = c->nslots, i;

	c->slot = calloc(n * 2, sizeof(*c->slot));
	if (!c->slot) {
		c->slot = old;
		return err_nomem(e);
	}
	c->nslots = n * 2;
	for (i = 0; i < n; i++)
		if (old[i].n != 0)
			*probe(c, old[i].id) = old[i];
	free(old);
	return 0;
}

int
chunks_promise(struct chunks *c, const uint8_t id[static 32], int64_t n,
	struct err *e)
{
	struct slot *s;

	if (c->used * 2 >= c->nslots && grow(c, e) < 0)
		return -1;
	s = probe(c, id);
	if (s->n == 0)
		c->used++;
	memcpy(s->id, id, 32);
	s->n = n;
	return 0;
}

static bool
seen_from(const struct chunks *c, int64_t branch, int64_t part)
{
	size_t i;

	for (i = 0; i < c->nviews; i++)
		if (c->view[i].branch == branch && part <= c->view[i].last)
			return true;
	return false;
}

int
chunks_find(struct chunks *c, const uint8_t id[static 32], int64_t *n,
	struct err *e)
{
	const struct slot *s = probe(c, id);
	int rc;

	if (s->n != 0) {
		*n = s->n;
		return 1;
	}
	rc = catalogue_step(c->cat, SQL_CHUNK_FIND, e, "ib", chunks_word(id),
	    (const void *)id, (size_t)32);
	while (rc > 0) {
		int64_t at = catalogue_int(c->cat, SQL_CHUNK_FIND, 0);

		if (seen_from(c, catalogue_int(c->cat, SQL_CHUNK_FIND, 2),
		    catalogue_int(c->cat, SQL_CHUNK_FIND, 3))) {
			catalogue_reset(c->cat, SQL_CHUNK_FIND);
			*n = at;
			return chunks_promise(c, id, at, e) < 0 ? -1 : 1;
		}
		rc = catalogue_next(c->cat, SQL_CHUNK_FIND, e);
	}
	return rc;
}

int
chunks_any(struct chunks *c, const uint8_t id[static 32], int64_t *n,
	int64_t *len, struct err *e)
{
	int rc = catalogue_step(c->cat, SQL_CHUNK_FIND, e, "ib",
	    chunks_word(id), (const void *)id, (size_t)32);

	if (rc > 0) {
		*n = catalogue_int(c->cat, SQL_CHUNK_FIND, 0);
		*len = catalogue_int(c->cat, SQL_CHUNK_FIND, 1);
		catalogue_reset(c->cat, SQL_CHUNK_FIND);
	}
	return rc;
}
