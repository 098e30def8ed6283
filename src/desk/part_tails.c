/*
 * desk/part_tails.c - changes that ids alone do not explain: the bytes around
 * the first difference tell cut, grown and rewritten apart.
 */
#include "desk/part_tails.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "desk/part_files.h"
#include "desk/tail.h"

#include "base/banned.h"

#define IDS_MAX (256u * 1024 * 1024)
#define CAPTURE_IDS 16		/* of one tail: the beginning is enough */
#define TAILS_MAX 100000

int
part_tails_add(struct part_in *p, const struct fold_change *c, struct err *e)
{
	const struct fold_file *f = c->now;
	struct tail_case *t;
	size_t same = 0;

	while (same < f->nchunks && same < c->old_nchunks &&
	    memcmp(f->chunks + same * 32, c->old_chunks + same * 32, 32) == 0)
		same++;
	if (p->ntails == TAILS_MAX)
		return err_set(e, ERR_NOMEM, "too many changes to look at");
	t = realloc(p->tail, (p->ntails + 1) * sizeof(*t));
	if (!t)
		return err_nomem(e);
	p->tail = t;
	t += p->ntails;
	memset(t, 0, sizeof(*t));
	buf_init(&t->old_ids, IDS_MAX);
	buf_init(&t->new_ids, IDS_MAX);
	p->ntails++;
	t->version = catalogue_added(p->at.catalogue);
	t->claimed = c->claimed;
	t->old_size = c->old_size;
	t->new_size = f->size;
	t->path_len = c->path_len;
	t->source = str_dup(c->source);
	t->path = str_ndup(c->path, c->path_len);
	if (!t->source || !t->path)
		return err_nomem(e);
	if (buf_add(&t->old_ids, c->old_chunks + same * 32,
	    (c->old_nchunks - same) * 32, e) < 0)
		return -1;
	return buf_add(&t->new_ids, f->chunks + same * 32,
	    (f->nchunks - same) * 32, e);
}

static int
cmp_captured(const void *a, const void *b)
{
	return memcmp(((const struct captured *)a)->id,
	    ((const struct captured *)b)->id, 32);
}

struct captured *
part_tails_captured(const struct part_in *p, const uint8_t *id)
{
	return p->ncaptured == 0 ? NULL : bsearch(id, p->captured,
	    p->ncaptured, sizeof(*p->captured), cmp_captured);
}

/* Note the chunks whose bytes will be looked at, before they come by. */
int
part_tails_want(struct part_in *p, struct err *e)
{
	size_t i, j, n = 0;

	if (p->ntails == 0)
		return 0;
	p->captured = calloc(p->ntails * CAPTURE_IDS, sizeof(*p->captured));
	if (!p->captured)
		return err_nomem(e);
	for (i = 0; i < p->ntails; i++) {
		const struct tail_case *t = &p->tail[i];

		if (t->new_size <= t->old_size)
			continue;
		for (j = 0; j < CAPTURE_IDS && j < t->new_ids.len / 32; j++)
			memcpy(p->captured[n++].id, t->new_ids.data + j * 32,
			    32);
	}
	qsort(p->captured, n, sizeof(*p->captured), cmp_captured);
	/* The same id twice would hide one of the two from bsearch. */
	for (i = j = 0; i < n; i++)
		if (i == 0 || cmp_captured(&p->captured[i],
		    &p->captured[j - 1]) != 0)
			p->captured[j++] = p->captured[i];
	p->ncaptured = j;
	return 0;
}

struct tail_source {
	struct part_in *p;
	const uint8_t *ids;
};

static int
tail_chunk(void *arg, size_t i, struct buf *out, struct err *e)
{
	const struct tail_source *s = arg;
	const uint8_t *id = s->ids + i * 32;
	const struct captured *k = part_tails_captured(s->p, id);
	int64_t n, len;
	int rc;

	if (k && k->len > 0)
		return buf_add(out, s->p->bytes.data + k->at, k->len, e);
	rc = chunks_any(s->p->chunks, id, &n, &len, e);
	if (rc <= 0)
		return rc < 0 ? -1 : err_set(e, ERR_INTEGRITY,
		    "a chunk was never stored");
	return fetch_chunk(s->p->fetch, n, out, e);
}

/* Lengths of a list; *len is on the heap. */
static int
lengths(struct part_in *p, const struct buf *ids, int64_t **len,
	struct err *e)
{
	size_t i, n = ids->len / 32;
	int64_t number;

	*len = calloc(n + 1, sizeof(**len));
	if (!*len)
		return err_nomem(e);
	for (i = 0; i < n; i++) {
		int rc = chunks_any(p->chunks, ids->data + i * 32, &number,
		    &(*len)[i], e);

		if (rc <= 0)
			return rc < 0 ? -1 : err_set(e, ERR_INTEGRITY,
			    "a chunk was never stored");
	}
	return 0;
}

static int
judge_tail(struct part_in *p, struct tail_case *t, enum record_op *op,
	struct err *e)
{
	bool grew = t->new_size > t->old_size;
	const struct buf *a = grew ? &t->old_ids : &t->new_ids;
	const struct buf *b = grew ? &t->new_ids : &t->old_ids;
	int64_t *la = NULL, *lb = NULL;
	struct tail_source src = {p, b->data};
	struct tail_list part, whole;
	int rc = -1;

	*op = RECORD_REWRITTEN;
	if (t->new_size == t->old_size)
		return 0;
	if (lengths(p, a, &la, e) < 0 || lengths(p, b, &lb, e) < 0)
		goto out;
	part = (struct tail_list){a->data, la, a->len / 32};
	whole = (struct tail_list){b->data, lb, b->len / 32};
	rc = tail_is_prefix(&part, &whole, tail_chunk, &src, e);
	if (rc > 0)
		*op = grew ? RECORD_APPENDED : RECORD_TRUNCATED;
	rc = rc < 0 ? -1 : 0;
out:
	free(la);
	free(lb);
	return rc;
}

int
part_tails_judge(struct part_in *p, struct err *e)
{
	size_t i;

	for (i = 0; i < p->ntails; i++) {
		struct tail_case *t = &p->tail[i];
		enum record_op op;

		if (judge_tail(p, t, &op, e) < 0)
			return err_prefix(e, "'%s' of '%s'", t->path,
			    t->source);
		p->ops[op]++;
		if (catalogue_run(p->at.catalogue, SQL_VERSION_OP, e, "ii",
		    t->version, (int64_t)op) < 0)
			return -1;
		if (part_files_claim(p, t->source, t->path, t->path_len,
		    t->claimed, op, e) < 0)
			return -1;
	}
	return 0;
}
