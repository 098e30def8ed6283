/*
 * crypto/argon2: by the reference library (libargon2 20171227, python3-argon2
 * 21.1.0): hash_secret_raw(pass, salt, passes, KiB, 1, 32, Type.ID).  The RFC's
 * own vectors have a secret and data, which libsodium does not take.
 */
#include "crypto/argon2.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/hash.h"
#include "crypto/hex_vector.h"

#include "base/banned.h"

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

static void
is(const char *pass, const void *salt, uint64_t bytes, uint64_t passes,
	const char *want)
{
	struct err e = ERR_INIT;
	uint8_t out[32];

	assert_int_equal(argon2_derive(out, pass, strlen(pass), salt, bytes,
	    passes, &e), 0);
	assert_hex(out, sizeof(out), want);
}

static void
known(void **state)
{
	uint8_t salt[ARGON2_SALT_LEN] = { 0 };
	uint8_t i;

	(void)state;
	is("password", "somesaltsomesalt", 64u << 20, 2,
	    "fc33b78139231d34b71626bd6245c1d72efa190ad605c3d8166a72adcedfa2c2");
	is("", salt, 8u << 10, 1,
	    "cfa0d2d242da6703d311d7eefc922e39cc60c9f4ec93a67d20995be541a06be4");
	for (i = 0; i < sizeof(salt); i++)
		salt[i] = i;
	is("\xe5\xaf\x86\xe7\xa0\x81 p", salt, 257u << 10, 3,
	    "acf5117c3e5930a0bbcf937aee8a416c4af706f1834cee77c820aac4790b11ad");
}

static void
limits(void **state)
{
	static const struct { uint64_t bytes, passes; } wrong[] = {
		{ ARGON2_BYTES_MIN - 1, 1 }, { 0, 1 },
		{ ARGON2_BYTES_MAX + 1, 1 }, { UINT64_MAX, 1 },
		{ ARGON2_BYTES_MIN, 0 },
		{ ARGON2_BYTES_MIN, ARGON2_PASSES_MAX + 1 },
	};
	struct err e;
	uint8_t out[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		err_clear(&e);
		assert_int_equal(argon2_derive(out, "p", 1,
		    (const uint8_t *)"somesaltsomesalt", wrong[i].bytes,
		    wrong[i].passes, &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(limits)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
