/* tests/chunk/chunker_test.c */
#include "chunk/chunker.h"

#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/hash.h"

#include "base/banned.h"

#define DATA_LEN (8 * 1024 * 1024)

static struct chunker_gear gear;
static uint8_t *data;		/* random, with one byte of room in front */

static uint64_t
rnd(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static int
setup(void **state)
{
	uint8_t secret[CHUNKER_SECRET_LEN];
	struct err e = ERR_INIT;
	uint64_t x = 42, v;
	size_t i;

	(void)state;
	if (crypto_setup(&e) < 0)
		return -1;
	for (i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)i;
	chunker_gear_init(&gear, secret);
	data = malloc(DATA_LEN + 8);
	if (!data)
		return -1;
	for (i = 0; i < DATA_LEN + 8; i += 8) {
		v = rnd(&x);
		memcpy(data + i, &v, 8);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(data);
	return 0;
}

/* Lengths of the chunks of P; returns how many. */
static size_t
cut_all(const struct chunker *c, const uint8_t *p, size_t n, size_t *len)
{
	size_t k = 0;

	while (n > 0) {
		len[k] = chunker_cut(c, p, n, true);
		assert_in_range(len[k], 1, n);
		p += len[k];
		n -= len[k++];
	}
	return k;
}

/* The gear of section 8, written down a second time. */
static void
gear_is_keyed(void **state)
{
	struct chunker_gear other;
	uint8_t secret[32], msg[14] = "liudi-gear-v1", h[64];
	uint64_t v = 0;
	int i;

	(void)state;
	for (i = 0; i < 32; i++)
		secret[i] = (uint8_t)i;
	msg[13] = 201 / 8;
	hash_blake2b_n(h, 64, secret, 32, msg, 14);
	for (i = 7; i >= 0; i--)
		v = v * 256 + h[8 * (201 % 8) + i];
	assert_true(gear.g[201] == v);
	secret[31] ^= 1;
	chunker_gear_init(&other, secret);
	for (i = 0; i < 256; i++)
		assert_true(other.g[i] != gear.g[i]);
}

static void
classes(void **state)
{
	const int64_t mib = 1 << 20;

	(void)state;
	assert_int_equal(chunker_class_for(0), 13);
	assert_int_equal(chunker_class_for(64 * mib), 13);
	assert_int_equal(chunker_class_for(64 * mib + 1), 16);
	assert_int_equal(chunker_class_for(4096 * mib), 16);
	assert_int_equal(chunker_class_for(4096 * mib + 1), 20);
}

/* The text of section 8, byte by byte, against the unrolled loop. */
static size_t
plain_cut(const struct chunker *c, const uint8_t *p, size_t n, bool last)
{
	uint64_t h = 0, mask;
	size_t i;

	for (i = c->min; i < n && i < c->max; i++) {
		h = (h << 1) + gear.g[p[i]];
		mask = i < c->avg ? c->mask_hard : c->mask_easy;
		if ((h & mask) == 0)
			return i + 1;
	}
	if (n >= c->max)
		return c->max;
	return last ? n : 0;
}

static void
same_as_the_plain_loop(void **state)
{
	static const enum chunker_class of[] = {CHUNKER_SMALL, CHUNKER_MEDIUM,
		CHUNKER_LARGE};
	struct chunker c;
	size_t at, len, k, n;

	(void)state;
	for (k = 0; k < 3; k++) {
		chunker_init(&c, &gear, of[k], 0, 1000);
		assert_true(c.max <= CHUNKER_MAX_LEN);
		assert_int_equal(c.max, (size_t)8 << of[k]);
		assert_int_equal(c.min, ((size_t)1 << of[k]) / 4);
		assert_int_equal(__builtin_popcountll(c.mask_hard), of[k] + 2);
		assert_int_equal(__builtin_popcountll(c.mask_easy), of[k] - 2);
		assert_true(c.mask_easy >> 63);
		for (at = 0; at < DATA_LEN; at += len) {
			n = DATA_LEN - at;
			len = chunker_cut(&c, data + at, n, true);
			assert_int_equal(len, plain_cut(&c, data + at, n,
			    true));
		}
	}
}

/* However the bytes come, the cuts are those of all at once. */
static void
any_split(void **state)
{
	const size_t n = 700001;
	struct chunker c;
	uint64_t x = 7;
	size_t at = 0, have = 0, cut, len[1024], k = 0, m;
	int round;

	(void)state;
	chunker_init(&c, &gear, CHUNKER_SMALL, 0, 1000);
	m = cut_all(&c, data, n, len);
	for (round = 0; round < 20; round++) {
		at = have = k = 0;
		while (at < n) {
			cut = chunker_cut(&c, data + at, have - at, have == n);
			if (cut == 0) {
				assert_true(have < n);
				assert_true(have - at < c.max);
				have += 1 + rnd(&x) % 9000;
				if (have > n)
					have = n;
				continue;
			}
			assert_int_equal(cut, len[k++]);
			at += cut;
		}
		assert_int_equal(k, m);
	}
}

static void
edges(void **state)
{
	struct chunker c;

	(void)state;
	chunker_init(&c, &gear, CHUNKER_SMALL, 0, 1000);
	assert_int_equal(chunker_cut(&c, data, 0, true), 0);
	assert_int_equal(chunker_cut(&c, data, 0, false), 0);
	assert_int_equal(chunker_cut(&c, data, 1, true), 1);
	assert_int_equal(chunker_cut(&c, data, 1, false), 0);
	assert_int_equal(chunker_cut(&c, data, c.min, true), c.min);
	assert_int_equal(chunker_cut(&c, data, c.min, false), 0);
}

static void
no_cut_before_max(void **state)
{
	struct chunker c;
	struct chunker_gear flat;
	int i;

	(void)state;
	for (i = 0; i < 256; i++)
		flat.g[i] = UINT64_MAX / 2 + 1;	/* top bit set for good */
	chunker_init(&c, &flat, CHUNKER_SMALL, 0, 1000);
	assert_int_equal(chunker_cut(&c, data, DATA_LEN, false), 65536);
	assert_int_equal(chunker_cut(&c, data, 65536, false), 65536);
	assert_int_equal(chunker_cut(&c, data, 65535, false), 0);
	assert_int_equal(chunker_cut(&c, data, 65535, true), 65535);
}

static void
insertion_is_local(void **state)
{
	struct chunker c;
	size_t *a = calloc(DATA_LEN / 1024, sizeof(*a));
	size_t *b = calloc(DATA_LEN / 1024, sizeof(*b));
	size_t n, m, same = 0;

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	chunker_init(&c, &gear, CHUNKER_SMALL, 0, 1000);
	n = cut_all(&c, data + 1, DATA_LEN - 1, a);
	m = cut_all(&c, data, DATA_LEN, b);
	while (same < n && same < m && a[n - 1 - same] == b[m - 1 - same])
		same++;
	assert_true(n - same < 12);
	assert_true(m - same < 12);
	free(a);
	free(b);
}

/* 8 KiB on average is what the peers' numbers were compared with. */
static void
sizes_spread_around_the_average(void **state)
{
	struct chunker c;
	size_t *len = calloc(DATA_LEN / 1024, sizeof(*len));
	size_t n, i, below = 0, at_max = 0;

	(void)state;
	assert_non_null(len);
	chunker_init(&c, &gear, CHUNKER_SMALL, 0, 1000);
	n = cut_all(&c, data, DATA_LEN, len);
	for (i = 0; i + 1 < n; i++) {
		assert_in_range(len[i], c.min + 1, c.max);
		below += len[i] <= c.avg;
		at_max += len[i] == c.max;
	}
	assert_in_range(DATA_LEN / n, 7500, 11500);
	assert_in_range(below, n / 10, n / 3);
	assert_true(at_max <= n / 200);
	free(len);
}

static void
pages(void **state)
{
	struct chunker c;

	(void)state;
	chunker_init(&c, &gear, CHUNKER_SMALL, 4096, 1 << 30);
	assert_int_equal(c.max, 4096);
	assert_int_equal(chunker_cut(&c, data, 100000, false), 4096);
	assert_int_equal(chunker_cut(&c, data, 4096, false), 4096);
	assert_int_equal(chunker_cut(&c, data, 4095, false), 0);
	assert_int_equal(chunker_cut(&c, data, 4095, true), 4095);
	chunker_init(&c, &gear, CHUNKER_SMALL, 4096, (1 << 30) + 1LL);
	assert_int_equal(chunker_cut(&c, data, 100000, false), 65536);
	chunker_init(&c, &gear, CHUNKER_SMALL, 65536, 1000);
	assert_int_equal(chunker_cut(&c, data, 100000, false), 65536);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gear_is_keyed),
		cmocka_unit_test(classes),
		cmocka_unit_test(same_as_the_plain_loop),
		cmocka_unit_test(any_split),
		cmocka_unit_test(edges),
		cmocka_unit_test(no_cut_before_max),
		cmocka_unit_test(insertion_is_local),
		cmocka_unit_test(sizes_spread_around_the_average),
		cmocka_unit_test(pages),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
