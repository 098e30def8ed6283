/* tests/record/edits_test.c - lists, their difference, and back. */
#include "record/record.h"

#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/banned.h"

#define MAX_IDS 400

static uint32_t seed = 1;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)seed * n) >> 32);
}

/* An id that differs from others in its first bytes, or (some) in its last. */
static void
make_id(uint8_t *id, uint32_t v)
{
	memset(id, 0, 32);
	memcpy(v < 1000 && v % 5 == 0 ? id + 28 : id, &v, 4);
}

/* From a text, one id a letter. */
static size_t
from_text(uint8_t *ids, const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++)
		make_id(ids + 32 * i, (uint32_t)s[i]);
	return i;
}

static size_t
check(const uint8_t *old, size_t nold, const uint8_t *new_ids, size_t nnew,
	size_t *given)
{
	struct record_edit *edits = NULL;
	struct buf out = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	size_t n = 0, i, ids = 0;

	assert_int_equal(record_diff(old, nold, new_ids, nnew, &edits, &n, &e),
	    0);
	assert_int_equal(record_apply(old, nold, edits, n, &out, &e), 0);
	assert_int_equal(out.len, nnew * 32);
	if (nnew > 0)
		assert_memory_equal(out.data, new_ids, out.len);
	for (i = 0; i < n; i++)
		ids += edits[i].n;
	if (given)
		*given = ids;
	free(edits);
	buf_release(&out);
	return n;
}

/* Edits and ids given for two texts. */
static void
expect(const char *a, const char *b, size_t edits, size_t ids)
{
	uint8_t old[32 * 64], new_ids[32 * 64];
	size_t given, nold = from_text(old, a), nnew = from_text(new_ids, b);

	assert_int_equal(check(old, nold, new_ids, nnew, &given), edits);
	assert_int_equal(given, ids);
}

static void
small_differences(void **state)
{
	(void)state;
	expect("", "", 0, 0);
	expect("", "abc", 1, 3);
	expect("abc", "", 1, 0);
	expect("abc", "abc", 0, 0);
	expect("abc", "abcd", 1, 1);
	expect("abc", "abd", 1, 1);
	expect("abcdefgh", "aXcdeYgh", 2, 2);
	expect("abcdefgh", "bcdefgh", 1, 0);
	expect("abcdefgh", "Xabcdefgh", 1, 1);
	expect("abcdefgh", "XbcdYefg", 3, 2);
	/* Runs of equal ids, as empty pages make. */
	expect("aaaaaaaab", "aaaaaaab", 1, 0);
	expect("aaaaXaaaa", "aaaaYaaaa", 1, 1);
	expect("QaaaaXaaaaW", "PaaaXaaaaaV", 2, 3);
	/* A block that changed its place: one of the two is given again. */
	expect("abcdefgXYZ", "XYZabcdefg", 2, 3);
}

static void
lists_without_unique_ids(void **state)
{
	(void)state;
	expect("QabababW", "PababV", 2, 2);
	expect("Qaabbaabb", "Paabaabb.", 3, 2);
}

static void
random_lists(void **state)
{
	static uint8_t old[MAX_IDS * 32], new_ids[2 * MAX_IDS * 32];
	size_t nold, nnew, i;
	uint32_t kinds;
	int round;

	(void)state;
	for (round = 0; round < 3000; round++) {
		kinds = 1 + rnd(round % 3 == 0 ? 4 : 1000);
		nold = rnd(round % 7 == 0 ? MAX_IDS : 30);
		for (i = 0; i < nold; i++)
			make_id(old + 32 * i, rnd(kinds));
		nnew = 0;
		for (i = 0; i < nold; i++) {
			if (rnd(10) == 0)
				continue;
			if (rnd(10) == 0)
				make_id(new_ids + 32 * nnew++, rnd(kinds));
			memcpy(new_ids + 32 * nnew++, old +
			    32 * (rnd(20) == 0 ? rnd((uint32_t)nold) : i), 32);
		}
		check(old, nold, new_ids, nnew, NULL);
	}
}

/* 100,000 ids with 1 in 100 replaced: about as many ids given, no more. */
static void
long_lists(void **state)
{
	const size_t n = 100000;
	uint8_t *old = malloc(n * 32), *new_ids = malloc(n * 32);
	size_t i, changed = 0, given;

	(void)state;
	assert_non_null(old);
	assert_non_null(new_ids);
	for (i = 0; i < n; i++)
		make_id(old + 32 * i, (uint32_t)i);
	memcpy(new_ids, old, n * 32);
	for (i = 0; i < n; i += 1 + rnd(200), changed++)
		make_id(new_ids + 32 * i, (uint32_t)(i + n));
	check(old, n, new_ids, n, &given);
	assert_true(given <= changed);
	/* Nothing but two ids in turn: must end soon, whatever it gives. */
	for (i = 0; i < n; i++) {
		make_id(old + 32 * i, (uint32_t)(1 + (i & 1)));
		make_id(new_ids + 32 * i, (uint32_t)(1 + rnd(2)));
	}
	check(old, n, new_ids, n, NULL);
	free(old);
	free(new_ids);
}

static void
refuses_edits_that_do_not_fit(void **state)
{
	static const struct {
		struct record_edit edits[2];
		size_t n;
	} bad[] = {
		{{{11, 0, 0, NULL}}, 1},
		{{{10, 1, 0, NULL}}, 1},
		{{{0, 11, 0, NULL}}, 1},
		{{{5, UINT32_MAX, 0, NULL}}, 1},
		{{{UINT32_MAX, 1, 0, NULL}}, 1},
		{{{5, 1, 0, NULL}, {5, 1, 0, NULL}}, 2},
		{{{5, 0, 0, NULL}, {5, 1, 0, NULL}}, 2},
		{{{5, 3, 0, NULL}, {7, 1, 0, NULL}}, 2},
		{{{5, 1, 0, NULL}, {4, 1, 0, NULL}}, 2},
	};
	struct record_edit fine[] = {{0, 5, 0, NULL}, {5, 5, 0, NULL},
		{10, 0, 0, NULL}};
	uint8_t old[10 * 32] = {0};
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf_clear(&out);
		assert_int_equal(record_apply(old, 10, bad[i].edits, bad[i].n,
		    &out, &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	buf_clear(&out);
	assert_int_equal(record_apply(old, 10, fine, 3, &out, &e), 0);
	assert_int_equal(out.len, 0);
	assert_int_equal(record_apply(NULL, 0, NULL, 0, &out, &e), 0);
	assert_int_equal(out.len, 0);
	out.max = 32;
	assert_int_equal(record_apply(old, 10, NULL, 0, &out, &e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_differences),
		cmocka_unit_test(lists_without_unique_ids),
		cmocka_unit_test(random_lists),
		cmocka_unit_test(long_lists),
		cmocka_unit_test(refuses_edits_that_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
