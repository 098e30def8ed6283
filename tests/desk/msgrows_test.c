/* desk/msgrows: rows in blobs against rows in an array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "desk/msgrows.h"

#include "base/banned.h"

static char dir[] = "/tmp/liudi-msgrows-XXXXXX";
static char *file;

static int
setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	file = str_fmt("%s/c.sqlite3", dir);
	return file ? 0 : -1;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	free(file);
	return file_remove_tree(dir, &e);
}

struct desk {
	struct catalogue *c;
	struct msgrows *r;
	struct err e;
};

static void
desk_open(struct desk *d)
{
	memset(d, 0, sizeof(*d));
	assert_int_equal(catalogue_remove(file, &d->e), 0);
	d->c = catalogue_open(file, true, &d->e);
	assert_non_null(d->c);
	d->r = msgrows_new(d->c, &d->e);
	assert_non_null(d->r);
}

static void
desk_close(struct desk *d)
{
	msgrows_free(d->r);
	catalogue_close(d->c);
}

/* As if another process had opened it. */
static void
forget(struct desk *d)
{
	msgrows_forget(d->r);
}

static uint64_t noise;

static uint64_t
roll(uint64_t n)
{
	noise = noise * 6364136223846793005u + 1442695040888963407u;
	return (noise >> 24) % n;
}

/* Mostly what rows are like, sometimes at the limits. */
static struct msgrow
any_row(int64_t n)
{
	const uint64_t hash = (uint64_t)1 << 48;
	struct msgrow r = {.n = n, .who = (int64_t)roll(3), .flags = 0x421,
	    .line = n + 7, .key = roll(hash), .seen = 1};

	if (roll(4) == 0)
		r.line = (int64_t)roll(UINT64_C(1) << 62);
	if (roll(4) == 0)
		r.id = roll(hash);
	if (roll(4) == 0)
		r.ms = (int64_t)roll(4000) - 2000;
	if (roll(8) == 0)
		r.flags = (int64_t)roll(1 << 18);
	if (roll(8) == 0)
		r.who = (int64_t)roll(UINT64_C(1) << 40);
	if (roll(16) == 0)
		r.seen = (uint64_t)1 << roll(63);
	if (roll(64) == 0) {
		r.key = 0;
		r.ms = INT64_MIN;
		r.seen = UINT64_MAX;
		r.who = r.line = INT64_MAX;
	}
	return r;
}

#define MODEL_MAX 3000

struct model {
	struct msgrow v[MODEL_MAX];
	size_t n;
};

static int
row_cmp(const void *a, const void *b)
{
	const struct msgrow *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

static void
model_put(struct model *m, const struct msgrow *v, size_t n)
{
	struct msgrow *old;
	size_t i;

	for (i = 0; i < n; i++) {
		old = bsearch(&v[i], m->v, m->n, sizeof(*v), row_cmp);
		if (old) {
			*old = v[i];
			continue;
		}
		assert_true(m->n < MODEL_MAX);
		m->v[m->n++] = v[i];
		qsort(m->v, m->n, sizeof(*v), row_cmp);
	}
}

/* All of CHAT, from both ends. */
static void
assert_same(struct desk *d, int64_t chat, const struct model *m)
{
	int64_t from = -5, to = INT64_MAX;
	const struct msgrow *v;
	size_t n, at = 0;

	for (;;) {
		assert_int_equal(msgrows_from(d->r, chat, from, &v, &n,
		    &d->e), 0);
		if (n == 0)
			break;
		assert_true(at + n <= m->n);
		assert_memory_equal(v, m->v + at, n * sizeof(*v));
		at += n;
		from = v[n - 1].n + 1;
	}
	assert_int_equal(at, m->n);
	for (;;) {
		assert_int_equal(msgrows_before(d->r, chat, to, &v, &n,
		    &d->e), 0);
		if (n == 0)
			break;
		assert_true(n <= at);
		assert_memory_equal(v, m->v + at - n, n * sizeof(*v));
		at -= n;
		to = v[0].n;
	}
	assert_int_equal(at, 0);
}

/* In any order, over each other, in front, between and behind. */
static void
what_is_put_is_there(void **state)
{
	struct model *m = calloc(3, sizeof(*m));
	struct msgrow v[200], got;
	int64_t n, span;
	size_t i, k, many;
	struct desk d;

	(void)state;
	assert_non_null(m);
	desk_open(&d);
	assert_same(&d, 1, &m[0]);
	for (i = 0; i < 60; i++) {
		k = roll(3);
		many = 1 + roll(i % 7 == 0 ? 200 : 8);
		span = i % 3 == 0 ? 3 : 4000;
		n = (int64_t)roll(i % 5 == 0 ? 100 : 200000);
		for (size_t j = 0; j < many; j++) {
			v[j] = any_row(n);
			n += 1 + (int64_t)roll((uint64_t)span);
		}
		/* Conversations of which one slot is kept, and their index. */
		assert_int_equal(catalogue_begin(d.c, &d.e), 0);
		assert_int_equal(msgrows_put(d.r, (int64_t)k * 1024, v, many,
		    &d.e), 0);
		assert_int_equal(catalogue_commit(d.c, &d.e), 0);
		model_put(&m[k], v, many);
		assert_int_equal(msgrows_get(d.r, (int64_t)k * 1024, v[0].n,
		    &got, &d.e), 1);
		assert_memory_equal(&got, &v[0], sizeof(got));
		if (i % 2)
			forget(&d);
	}
	for (k = 0; k < 3; k++) {
		assert_true(m[k].n > 100);
		assert_same(&d, (int64_t)k * 1024, &m[k]);
		forget(&d);
		assert_same(&d, (int64_t)k * 1024, &m[k]);
		for (i = 0; i < m[k].n; i++) {
			n = m[k].v[i].n;
			assert_int_equal(msgrows_get(d.r, (int64_t)k * 1024,
			    n, &got, &d.e), 1);
			assert_memory_equal(&got, &m[k].v[i], sizeof(got));
			assert_int_equal(msgrows_get(d.r, (int64_t)k * 1024,
			    n + 1, &got, &d.e), i + 1 < m[k].n &&
			    m[k].v[i + 1].n == n + 1);
		}
	}
	desk_close(&d);
	free(m);
}

static void
limits(void **state)
{
	const int64_t most = INT64_C(1) << (63 - MSGROWS_SHIFT);
	struct msgrow v = {.n = MSGROWS_END - 1, .who = 3}, got;
	const struct msgrow *p;
	struct desk d;
	size_t n;

	(void)state;
	desk_open(&d);
	assert_int_equal(msgrows_put(d.r, most - 1, &v, 1, &d.e), 0);
	assert_int_equal(msgrows_get(d.r, most - 1, v.n, &got, &d.e), 1);
	assert_memory_equal(&got, &v, sizeof(v));
	assert_int_equal(msgrows_from(d.r, most - 1, INT64_MAX, &p, &n,
	    &d.e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(msgrows_before(d.r, most - 1, INT64_MAX, &p, &n,
	    &d.e), 0);
	assert_int_equal(n, 1);
	/* Neither of the neighbours has it. */
	assert_int_equal(msgrows_before(d.r, most - 2, INT64_MAX, &p, &n,
	    &d.e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(msgrows_put(d.r, 1, &v, 0, &d.e), 0);
	assert_int_equal(msgrows_put(d.r, most, &v, 1, &d.e), -1);
	assert_int_equal(d.e.code, ERR_FORMAT);
	v.n = MSGROWS_END;
	assert_int_equal(msgrows_put(d.r, 1, &v, 1, &d.e), -1);
	v.n = -1;
	assert_int_equal(msgrows_put(d.r, 1, &v, 1, &d.e), -1);
	assert_int_equal(msgrows_get(d.r, 1, -1, &got, &d.e), 0);
	assert_int_equal(msgrows_get(d.r, 1, 5, &got, &d.e), 0);
	desk_close(&d);
}

/* What a transaction that was given up put is not there. */
static void
given_up(void **state)
{
	struct msgrow v = {.n = 1600, .who = 3}, got;
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(catalogue_begin(d.c, &d.e), 0);
	assert_int_equal(msgrows_put(d.r, 1, &v, 1, &d.e), 0);
	assert_int_equal(msgrows_get(d.r, 1, 1600, &got, &d.e), 1);
	catalogue_rollback(d.c);
	forget(&d);
	assert_int_equal(msgrows_get(d.r, 1, 1600, &got, &d.e), 0);
	desk_close(&d);
}

/* Bytes that are no rows are an error, never read over their end. */
static void
damaged_blocks(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} bad[] = {
		{"", 0},
		{"\x00", 1},			/* no number */
		{"\x00\x80", 2},		/* half a number */
		{"\x02\x00", 2},		/* nobody */
		{"\x04\x00", 2}, {"\x08\x00", 2}, {"\x10\x00", 2},
		{"\x20\x00", 2},
		{"\x40\x00" "12345", 7},	/* half an id */
		{"\x80\x00" "12345", 7},
		{"\x00\x00\x00\x00", 4},	/* a number twice */
		{"\x00\x01", 2},		/* not that of the block */
		{"\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},
		{"\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12},
		{"\x00\x80\x80\x80\x80\x80\x40", 7},	/* beyond all */
	};
	struct msgrow got;
	struct desk d;
	size_t i;

	(void)state;
	desk_open(&d);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		/* behind its end lies nothing that may be read */
		uint8_t *bytes = malloc(bad[i].n + 1);

		assert_non_null(bytes);
		memcpy(bytes, bad[i].bytes, bad[i].n);
		assert_int_equal(catalogue_run(d.c, SQL_BLOCK_PUT, &d.e, "ib",
		    (INT64_C(1) << MSGROWS_SHIFT) + 5, (const void *)bytes,
		    bad[i].n), 0);
		free(bytes);
		err_clear(&d.e);
		if (msgrows_get(d.r, 1, 5, &got, &d.e) != -1)
			fail_msg("row %zu is taken", i);
		assert_int_equal(d.e.code, ERR_FORMAT);
		assert_true(d.e.hint[0] != '\0');
	}
	assert_int_equal(catalogue_run(d.c, SQL_BLOCK_PUT, &d.e, "ib",
	    (INT64_C(1) << MSGROWS_SHIFT) + 5, "\x00\x00", (size_t)2), 0);
	assert_int_equal(msgrows_get(d.r, 1, 5, &got, &d.e), 1);
	assert_int_equal(got.line, 1);
	desk_close(&d);
}

/* Of which conversation a message is, the bytes say: it need not be one. */
static void
no_conversations(void **state)
{
	static const int64_t bad[] = {-1, INT64_MIN, INT64_MAX,
	    INT64_C(1) << (63 - MSGROWS_SHIFT), -1024};
	const struct msgrow *v;
	struct msgrow got;
	struct desk d;
	size_t i, n;

	(void)state;
	desk_open(&d);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&d.e);
		assert_int_equal(msgrows_get(d.r, bad[i], 5, &got, &d.e), -1);
		assert_int_equal(d.e.code, ERR_FORMAT);
		assert_int_equal(msgrows_from(d.r, bad[i], 5, &v, &n, &d.e),
		    -1);
		assert_int_equal(msgrows_before(d.r, bad[i], 5, &v, &n,
		    &d.e), -1);
		assert_int_equal(n, 0);
	}
	desk_close(&d);
}

/* Rows as they are take some ten bytes, added at once or by the day. */
static void
rows_are_small(void **state)
{
	struct msgrow v[2000];
	const struct msgrow *p;
	int64_t n = 28000000000;
	size_t i, many;
	struct desk d;

	(void)state;
	desk_open(&d);
	for (i = 0; i < 2000; i++) {
		v[i] = (struct msgrow){.n = n, .who = (int64_t)(7 + i % 2),
		    .flags = i % 2 ? 0x1a20 : 0x1a40, .line = (int64_t)(900 +
		    i), .key = roll(UINT64_C(1) << 48), .seen = 1};
		n += 16 * (int64_t)(1 + roll(60));
	}
	for (i = 0; i < 2000; i += i < 1000 ? 1000 : 5)
		assert_int_equal(msgrows_put(d.r, 1, v + i, i < 1000 ? 1000 :
		    5, &d.e), 0);
	for (i = many = 0, n = 0; i < 2000; many++) {
		assert_int_equal(catalogue_step(d.c, SQL_BLOCK_BEHIND, &d.e,
		    "ii", n, INT64_MAX), 1);
		n = catalogue_int(d.c, SQL_BLOCK_BEHIND, 0);
		catalogue_reset(d.c, SQL_BLOCK_BEHIND);
		forget(&d);
		size_t rows;

		assert_int_equal(msgrows_from(d.r, 1, n & (MSGROWS_END - 1),
		    &p, &rows, &d.e), 0);
		i += rows;
	}
	/* 9 to 10 bytes each, 512 to 1024 a block */
	assert_in_range(many, 18, 40);
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_there),
		cmocka_unit_test(limits),
		cmocka_unit_test(given_up),
		cmocka_unit_test(damaged_blocks),
		cmocka_unit_test(no_conversations),
		cmocka_unit_test(rows_are_small),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
