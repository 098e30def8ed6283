/*
 * tests/crypto/scrypt_test.c - RFC 7914 section 12 where r = 8 and p = 1, cut
 * to 32 bytes; the others by python's hashlib.scrypt.
 */
#include "crypto/scrypt.h"
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
known(void **state)
{
	struct err e = ERR_INIT;
	uint8_t out[32];

	(void)state;
	assert_int_equal(scrypt_derive(out, "pleaseletmein", 13,
	    "SodiumChloride", 14, 14, &e), 0);
	assert_hex(out, 32, "7023bdcb3afd7348461c06cd81fd38eb"
	    "fda8fbba904f8e3ea9b543f6545da1f2");
	assert_int_equal(scrypt_derive(out, "p", 1, "s", 1, 1, &e), 0);
	assert_hex(out, 32, "a707fd18f694cb8659e2e99cedf8775f"
	    "c6e12335fffba3c57c53ec526b750082");
	assert_int_equal(scrypt_derive(out, "", 0, "", 0, 10, &e), 0);
	assert_hex(out, 32, "225009a832a3041c158e2ab8913019a2"
	    "7674c604d704a38ad1c7b58401a88b21");
}

static void
limits(void **state)
{
	struct err e = ERR_INIT;
	uint8_t out[32];

	(void)state;
	assert_int_equal(scrypt_derive(out, "p", 1, "s", 1, 0, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(scrypt_derive(out, "p", 1, "s", 1, 23, &e), -1);
	assert_int_equal(scrypt_derive(out, "p", 1, "s", 1, 64, &e), -1);
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
