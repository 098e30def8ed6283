/* open/shamir: any T of N give the secret back, fewer or others do not. */
#include "open/shamir.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define LEN 32

static uint8_t secret[SHAMIR_MAX_LEN];
static uint8_t rows[SHAMIR_MAX * SHAMIR_MAX_LEN];

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

/* T rows out of N, picked at random, and their indices. */
static void
pick(uint8_t *x, uint8_t *y, unsigned t, unsigned n, size_t len)
{
	uint8_t all[SHAMIR_MAX], r, tmp;
	unsigned i;

	for (i = 0; i < n; i++)
		all[i] = (uint8_t)i;
	for (i = 0; i < t; i++) {
		secmem_random(&r, 1);
		r = (uint8_t)(i + r % (n - i));
		tmp = all[i];
		all[i] = all[r];
		all[r] = tmp;
		x[i] = all[i];
		memcpy(y + i * len, rows + all[i] * len, len);
	}
}

static void
all_thresholds(void **state)
{
	struct err e = ERR_INIT;
	uint8_t x[SHAMIR_MAX], y[sizeof(rows)], got[SHAMIR_MAX_LEN];
	unsigned t, n, k;
	size_t len = SHAMIR_MIN_LEN;

	(void)state;
	for (n = 1; n <= SHAMIR_MAX; n++) {
		for (t = 1; t <= n; t++) {
			secmem_random(secret, len);
			assert_int_equal(shamir_split(rows, t, n, secret, len,
			    &e), 0);
			for (k = 0; k < 3; k++) {
				pick(x, y, t, n, len);
				memset(got, 0, sizeof(got));
				assert_int_equal(shamir_join(got, x, y, t,
				    len, &e), 0);
				assert_memory_equal(got, secret, len);
			}
			len = len == SHAMIR_MAX_LEN ? SHAMIR_MIN_LEN : len + 2;
		}
	}
}

/* One too few, one changed bit anywhere, a wrong index: told, out untouched. */
static void
what_does_not_fit(void **state)
{
	struct err e = ERR_INIT;
	uint8_t x[SHAMIR_MAX], y[sizeof(rows)], got[LEN] = {0};
	static const uint8_t zeros[LEN];
	size_t bit;

	(void)state;
	secmem_random(secret, LEN);
	assert_int_equal(shamir_split(rows, 3, 5, secret, LEN, &e), 0);
	pick(x, y, 3, 5, LEN);
	assert_int_equal(shamir_join(got, x, y, 2, LEN, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	for (bit = 0; bit < 3 * LEN * 8; bit++) {
		y[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(shamir_join(got, x, y, 3, LEN, &e), -1);
		assert_int_equal(e.code, ERR_CRYPTO);
		y[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	x[1] = 15;
	assert_int_equal(shamir_join(got, x, y, 3, LEN, &e), -1);
	assert_memory_equal(got, zeros, LEN);
}

/* Two splittings of one secret have no share in common. */
static void
shares_are_random(void **state)
{
	struct err e = ERR_INIT;
	uint8_t first[sizeof(rows)];
	size_t i, k;

	(void)state;
	assert_int_equal(shamir_split(rows, 3, 5, secret, LEN, &e), 0);
	memcpy(first, rows, sizeof(first));
	assert_int_equal(shamir_split(rows, 3, 5, secret, LEN, &e), 0);
	for (i = 0; i < 5; i++)
		for (k = 0; k < 5; k++)
			assert_memory_not_equal(first + i * LEN,
			    rows + k * LEN, LEN);
}

static void
limits(void **state)
{
	struct err e = ERR_INIT;
	uint8_t x[SHAMIR_MAX + 1] = {0};

	(void)state;
	assert_int_equal(shamir_split(rows, 0, 3, secret, LEN, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_int_equal(shamir_split(rows, 4, 3, secret, LEN, &e), -1);
	assert_int_equal(shamir_split(rows, 2, 17, secret, LEN, &e), -1);
	assert_int_equal(shamir_split(rows, 2, 3, secret, 15, &e), -1);
	assert_int_equal(shamir_split(rows, 2, 3, secret, 65, &e), -1);
	assert_int_equal(shamir_join(secret, x, rows, 0, LEN, &e), -1);
	assert_int_equal(shamir_join(secret, x, rows, 17, LEN, &e), -1);
	assert_int_equal(shamir_join(secret, x, rows, 2, 15, &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_thresholds),
		cmocka_unit_test(what_does_not_fit),
		cmocka_unit_test(shares_are_random),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
