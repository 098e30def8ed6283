/*
 * vault/totp: RFC 4226 appendix D (10), RFC 6238 appendix B (18; its seeds for
 * SHA-256 and SHA-512 are the ones of its reference code, 32 and 64 bytes).
 * Random cases against another program: interop/totp.sh.
 */
#include "vault/totp.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/hash.h"

#include "base/banned.h"

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

/* "12345678901234567890…", as long as the hash. */
static struct otpauth
seed(enum otpauth_hash hash, unsigned digits)
{
	static const size_t len[] = { 20, 32, 64 };
	struct otpauth o = { .hash = hash, .digits = digits, .period = 30 };

	for (o.secret_len = 0; o.secret_len < len[hash]; o.secret_len++)
		o.secret[o.secret_len] = (uint8_t)('0' +
		    (o.secret_len + 1) % 10);
	return o;
}

static void
is(const struct otpauth *o, int64_t utc, const char *want, unsigned want_left)
{
	struct err e = ERR_INIT;
	char code[TOTP_CODE_LEN] = "";
	unsigned left = 99;

	assert_int_equal(totp_code(o, utc, code, &left, &e), 0);
	assert_string_equal(code, want);
	assert_int_equal(left, want_left);
}

static void
rfc4226(void **state)
{
	static const char *const want[] = { "755224", "287082", "359152",
		"969429", "338314", "254676", "287922", "162583", "399871",
		"520489" };
	struct otpauth o = seed(OTPAUTH_SHA1, 6);

	(void)state;
	o.hotp = true;
	o.period = 0;
	for (o.counter = 0; o.counter < 10; o.counter++)
		is(&o, -1, want[o.counter], 0);
}

static void
rfc6238(void **state)
{
	static const struct {
		int64_t utc;
		const char *code[3];
		unsigned left;
	} want[] = {
		{ 59, { "94287082", "46119246", "90693936" }, 1 },
		{ 1111111109, { "07081804", "68084774", "25091201" }, 1 },
		{ 1111111111, { "14050471", "67062674", "99943326" }, 29 },
		{ 1234567890, { "89005924", "91819424", "93441116" }, 30 },
		{ 2000000000, { "69279037", "90698825", "38618901" }, 10 },
		{ 20000000000, { "65353130", "77737706", "47863826" }, 10 },
	};
	struct otpauth o;
	size_t i, hash;

	(void)state;
	for (hash = 0; hash < 3; hash++) {
		o = seed((enum otpauth_hash)hash, 8);
		for (i = 0; i < sizeof(want) / sizeof(*want); i++)
			is(&o, want[i].utc, want[i].code[hash], want[i].left);
	}
}

/* Where a half minute ends, 1970, a leap second's day, 2038, and far away. */
static void
edges(void **state)
{
	struct otpauth o = seed(OTPAUTH_SHA1, 6);
	char code[TOTP_CODE_LEN], next[TOTP_CODE_LEN];
	struct err e = ERR_INIT;
	unsigned left;

	(void)state;
	is(&o, 0, "755224", 30);
	is(&o, 29, "755224", 1);
	is(&o, 30, "287082", 30);
	/* 2016-12-31T23:59:60Z has no second of its own in UTC since 1970. */
	assert_int_equal(totp_code(&o, 1483228799, code, &left, &e), 0);
	assert_int_equal(left, 1);
	assert_int_equal(totp_code(&o, 1483228800, next, &left, &e), 0);
	assert_int_equal(left, 30);
	assert_string_not_equal(code, next);
	/* oathtool 2.6.7: -N @2147483647, @2147483648, @4294967296. */
	is(&o, INT64_C(2147483647), "703886", 23);
	is(&o, INT64_C(2147483648), "703886", 22);
	is(&o, INT64_C(4294967296), "791428", 14);
	o.period = 60;
	is(&o, 59, "755224", 1);
	o.period = 1;
	is(&o, 1, "287082", 1);
	assert_int_equal(totp_code(&o, INT64_MAX, code, &left, &e), 0);
}

static void
refused(void **state)
{
	struct otpauth o = seed(OTPAUTH_SHA1, 6);
	char code[TOTP_CODE_LEN] = "as it is";
	struct err e = ERR_INIT;
	unsigned left = 0;

	(void)state;
	assert_int_equal(totp_code(&o, -1, code, &left, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(totp_code(&o, INT64_MIN, code, &left, &e), -1);
	o.period = 0;
	assert_int_equal(totp_code(&o, 1, code, &left, &e), -1);
	o.period = 30;
	o.digits = 0;
	assert_int_equal(totp_code(&o, 1, code, &left, &e), -1);
	o.digits = 9;
	assert_int_equal(totp_code(&o, 1, code, &left, &e), -1);
	assert_string_equal(code, "as it is");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc4226),
		cmocka_unit_test(rfc6238),
		cmocka_unit_test(edges),
		cmocka_unit_test(refused)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
