/*
 * json/walk: foreign bytes, in two ways of reading them; and the lenient reader
 * held against the strict one.
 */
#include "json/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct text {
	const uint8_t *s;
	size_t n, step;
	struct buf seen;
};

static int64_t
read_text(void *arg, uint64_t off, void *buf, size_t n, struct err *e)
{
	const struct text *t = arg;

	(void)e;
	if (off >= t->n)
		return 0;
	if (n > t->n - off)
		n = t->n - off;
	if (n > t->step)
		n = t->step;
	memcpy(buf, t->s + off, n);
	return (int64_t)n;
}

static void
tree(struct buf *b, const struct json *j, const struct json_node *n)
{
	const struct json_node *c;
	struct err e = ERR_INIT;

	if ((n->str && (!utf8_valid(n->str, n->len) || n->str[n->len] != 0)) ||
	    (n->key && !utf8_valid(n->key, n->key_len)))
		abort();
	(void)buf_addf(b, &e, "%d %lld ", n->type, (long long)n->num);
	(void)buf_add(b, n->str, n->str ? n->len : 0, &e);
	(void)buf_add(b, n->key, n->key ? n->key_len : 0, &e);
	for (c = json_first(j, n); c; c = json_next(j, c))
		tree(b, j, c);
	(void)buf_adds(b, ")", &e);
}

static enum json_act
visit(void *arg, const struct json_place *p)
{
	(void)arg;
	/* By the bytes, so that every mixture comes up. */
	if (p->depth < 2)
		return JSON_INTO;
	return p->off % 3 == 0 ? JSON_SKIP : p->off % 3 == 1 ? JSON_INTO :
	    JSON_TAKE;
}

static int
take(void *arg, const struct json_place *p, const struct json *doc,
	const struct json_node *value, uint64_t n, struct err *e)
{
	struct text *t = arg;

	(void)e;
	(void)buf_addf(&t->seen, e, "%d+%d", (int)p->off, (int)n);
	if (value)
		tree(&t->seen, doc, value);
	return 0;
}

static int
walk(struct text *t, struct err *e)
{
	const struct json_walker w = {visit, take, NULL, read_text, t, t};

	return json_walk(&w, 0, e);
}

/*
 * yajl does not see a token that the end of the text cuts off behind the value;
 * with a quote more it does.
 */
static bool
whole(struct json *strict, const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(1 << 21);
	bool yes;

	if (buf_add(&b, data, n, &e) < 0 || buf_addc(&b, '"', &e) < 0)
		abort();
	yes = json_parse(strict, b.data, b.len, &e) != NULL;
	buf_release(&b);
	return yes;
}

static void
against_strict(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	struct json *strict = json_new(1000, 16, &e);
	struct json *lenient = json_new_lenient(1000, 16, &e);
	struct buf a = BUF_INIT(1 << 24), b = BUF_INIT(1 << 24);
	const struct json_node *x, *y;

	if (!strict || !lenient)
		abort();
	x = json_parse(strict, data, n, &e);
	y = json_parse(lenient, data, n, &e);
	if (x && !y && whole(strict, data, n))
		abort();
	x = json_parse(strict, data, n, &e);
	if (y)
		tree(&b, lenient, y);
	if (x && y) {
		tree(&a, strict, x);
		if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0)
			abort();
	}
	buf_release(&a);
	buf_release(&b);
	json_free(strict);
	json_free(lenient);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct text one = {data, n, 1, BUF_INIT(1 << 24)};
	struct text all = {data, n, 1 << 20, BUF_INIT(1 << 24)};
	struct err e = ERR_INIT;
	int rc;

	if (n > 1 << 20)
		return 0;
	rc = walk(&one, &e);
	if (rc < 0 && e.code != ERR_FORMAT)
		abort();
	if (walk(&all, &e) != rc || one.seen.len != all.seen.len ||
	    (one.seen.len > 0 && memcmp(one.seen.data, all.seen.data,
	    one.seen.len) != 0))
		abort();
	buf_release(&one.seen);
	buf_release(&all.seen);
	against_strict(data, n);
	return 0;
}
