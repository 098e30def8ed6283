/* tests/shop/align_test.c - what is the same in two sequences. */
#include "shop/align.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

/* A and B are letters; the partners as letters of A, '-' where there is none. */
static void
is(const char *a, const char *b, const char *expected)
{
	uint64_t x[64] = {0}, y[64] = {0};
	size_t match[64], na = strlen(a), nb = strlen(b);
	struct err e = ERR_INIT;
	char out[64] = "";

	for (size_t i = 0; i < na; i++)
		x[i] = (unsigned char)a[i];
	for (size_t i = 0; i < nb; i++)
		y[i] = (unsigned char)b[i];
	assert_int_equal(align(x, na, y, nb, match, &e), 0);
	for (size_t i = 0; i < na; i++)
		out[i] = match[i] == ALIGN_NONE ? '-' : b[match[i]];
	assert_string_equal(out, expected);
}

static void
finds_what_stayed(void **state)
{
	(void)state;
	is("", "abc", "");
	is("abc", "", "---");
	is("abc", "abc", "abc");
	is("abcdef", "abXdef", "ab-def");
	is("abcdef", "abdef", "ab-def");
	is("abdef", "abcdef", "abdef");
	is("abcde", "bcdea", "-bcde");		/* one moved */
	is("xaxbxcx", "xaxcx", "xax--cx");	/* what repeats, by its side */
	is("abc", "xyz", "---");
	is("aaaa", "aa", "aa--");
}

/* Random edits: partners are equal and rise, and what was not touched is found. */
static void
holds_for_any(void **state)
{
	enum { N = 2000 };
	uint64_t *a = calloc(N, sizeof(*a)), *b = calloc(2 * N, sizeof(*b));
	size_t *match = calloc(N, sizeof(*match));
	struct err e = ERR_INIT;
	uint32_t seed = 1;

	(void)state;
	assert_true(a && b && match);
	for (int round = 0; round < 200; round++) {
		size_t nb = 0, kept = 0, found = 0, last = 0;

		for (size_t i = 0; i < N; i++) {
			seed = seed * 1664525u + 1013904223u;
			a[i] = round % 2 ? i : seed >> 24;	/* with repeats */
			if (seed % 50 == 0)
				b[nb++] = 1000000 + seed;
			if (seed % 41 == 0)
				continue;
			b[nb++] = a[i];
			kept++;
		}
		assert_int_equal(align(a, N, b, nb, match, &e), 0);
		for (size_t i = 0; i < N; i++) {
			if (match[i] == ALIGN_NONE)
				continue;
			assert_true(match[i] < nb && a[i] == b[match[i]]);
			assert_true(found == 0 || match[i] > last);
			last = match[i];
			found++;
		}
		if (round % 2)
			assert_int_equal(found, kept);
	}
	free(a);
	free(b);
	free(match);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_stayed),
		cmocka_unit_test(holds_for_any)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
