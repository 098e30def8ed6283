/* chat/backwards.c - a list of places, gone through from its end. */
#include "chat/backwards.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define BLOCK_LEN (1u << 20)

void
backwards_init(struct backwards *b, struct chat_job *job,
	int (*take)(void *arg, const struct roads_value *v, struct err *e),
	void *arg)
{
	memset(b, 0, sizeof(*b));
	b->job = job;
	b->take = take;
	b->arg = arg;
	b->first_us = b->last_us = INT64_MIN;
}

void
backwards_release(struct backwards *b)
{
	free(b->off);
	free(b->len);
	b->off = b->len = NULL;
	b->n = b->cap = 0;
}

static int
grow(struct backwards *b, struct err *e)
{
	const size_t cap = b->cap > 0 ? 2 * b->cap : 256;
	uint64_t *off, *len;

	off = realloc(b->off, cap * sizeof(*off));
	if (!off)
		return err_nomem(e);
	b->off = off;
	len = realloc(b->len, cap * sizeof(*len));
	if (!len)
		return err_nomem(e);
	b->len = len;
	b->cap = cap;
	return 0;
}

int
backwards_add(struct backwards *b, const struct roads_value *v,
	const struct chat_stamp *when, struct err *e)
{
	if (b->n == BACKWARDS_MAX && backwards_emit(b, e) < 0)
		return -1;
	if (b->n == b->cap && grow(b, e) < 0)
		return -1;
	b->off[b->n] = v->off;
	b->len[b->n++] = v->n;
	if (when && stamp_valid(when)) {
		b->last_us = stamp_us(when);
		if (b->first_us == INT64_MIN)
			b->first_us = b->last_us;
	}
	return 0;
}

/* --- Values too long for a block: by a walk of their own */

struct one {
	struct backwards *b;
	bool done;
};

static enum json_act
visit(void *arg, const struct json_place *p)
{
	(void)arg, (void)p;
	return JSON_TAKE;
}

static int
take_one(void *arg, const struct json_place *p, const struct json *doc,
	const struct json_node *value, uint64_t n, struct err *e)
{
	const struct roads_value v = {p, doc, value, p->off, n};
	struct one *o = arg;

	if (o->b->take(o->b->arg, &v, e) < 0)
		return -1;
	o->done = true;
	return err_set(e, ERR_FORMAT, "enough");
}

static int
take_long(struct backwards *b, size_t i, struct err *e)
{
	struct one o = {b, false};
	const struct json_walker w = {visit, take_one, NULL, b->job->in->read,
		&o, b->job->in->arg};

	if (json_walk(&w, b->off[i], e) < 0 && !o.done)
		return -1;
	err_clear(e);
	return 0;
}

/* --- Blocks */

static int
take_block(struct backwards *b, struct json *doc, uint8_t *block, size_t from,
	size_t to, bool back, struct err *e)
{
	const uint64_t base = b->off[from];
	struct err inside = ERR_INIT;
	size_t k, i;

	if (chat_input_read(b->job->in, base, block,
	    (size_t)(b->off[to - 1] + b->len[to - 1] - base), e) < 0)
		return -1;
	for (k = from; k < to; k++) {
		uint8_t *s, behind;
		struct roads_value v;
		int rc;

		i = back ? to - 1 - (k - from) : k;
		s = block + (b->off[i] - base);
		behind = s[b->len[i]];
		v = (struct roads_value){NULL, doc, json_parse_here(doc, s,
		    (size_t)b->len[i], &inside), b->off[i], b->len[i]};
		rc = b->take(b->arg, &v, e);
		s[b->len[i]] = behind;
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
each_block(struct backwards *b, struct json *doc, uint8_t *block, bool back,
	struct err *e)
{
	size_t left = b->n, done = 0, from, to;

	while (left > 0) {
		/* [from, to) fits into a block, or is one long value. */
		from = back ? left - 1 : done;
		to = from + 1;
		while (back && from > 0 && b->off[to - 1] + b->len[to - 1] -
		    b->off[from - 1] <= BLOCK_LEN)
			from--;
		while (!back && to < b->n && b->off[to] + b->len[to] -
		    b->off[from] <= BLOCK_LEN)
			to++;
		if (b->off[to - 1] + b->len[to - 1] - b->off[from] >
		    BLOCK_LEN) {
			if (take_long(b, from, e) < 0)
				return -1;
		} else if (take_block(b, doc, block, from, to, back, e) < 0) {
			return -1;
		}
		left -= to - from;
		done += to - from;
	}
	return 0;
}

int
backwards_emit(struct backwards *b, struct err *e)
{
	const bool back = b->first_us > b->last_us;
	uint8_t *block = NULL;
	struct json *doc = NULL;
	int rc = 0;

	if (b->n == 0)
		return 0;
	rc = -1;
	block = malloc(BLOCK_LEN + 1);
	if (!block) {
		(void)err_nomem(e);
		goto out;
	}
	doc = json_new_lenient(JSON_WALK_NODES_MAX, JSON_WALK_DEPTH, e);
	if (doc)
		rc = each_block(b, doc, block, back, e);
	b->n = 0;
	b->first_us = b->last_us = INT64_MIN;
out:
	json_free(doc);
	free(block);
	return rc;
}
