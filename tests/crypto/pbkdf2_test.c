/*
 * tests/crypto/pbkdf2_test.c - RFC 7914 section 11; the others by python's
 * hashlib.pbkdf2_hmac.
 */
#include "crypto/pbkdf2.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
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
rfc7914(void **state)
{
	struct err e = ERR_INIT;
	uint8_t out[64];

	(void)state;
	assert_int_equal(pbkdf2_sha256(out, 64, "passwd", 6, "salt", 4, 1,
	    &e), 0);
	assert_hex(out, 64, "55ac046e56e3089fec1691c22544b605"
	    "f94185216dde0465e68b9d57c20dacbc"
	    "49ca9cccf179b645991664b39d77ef31"
	    "7c71b845b1e30bd509112041d3a19783");
	assert_int_equal(pbkdf2_sha256(out, 64, "Password", 8, "NaCl", 4,
	    80000, &e), 0);
	assert_hex(out, 64, "4ddcd8f60b98be21830cee5ef22701f9"
	    "641a4418d04c0414aeff08876b34ab56"
	    "a1d425a1225833549adb841b51c9b317"
	    "6a272bdebba1d078478f62b397f33c8d");
}

/* Nothing in, a password longer than a block, an odd length out. */
static void
edges(void **state)
{
	struct err e = ERR_INIT;
	uint8_t out[34], salt[40];
	char pass[100];
	size_t i;

	(void)state;
	out[33] = 0x5a;
	assert_int_equal(pbkdf2_sha256(out, 33, NULL, 0, NULL, 0, 2, &e), 0);
	assert_hex(out, 33, "97398411d6aea43a77acef92226ab827"
	    "8d4db0668bd1d7a76a725f7680ac45c504");
	assert_int_equal(out[33], 0x5a);
	memset(pass, 'p', sizeof(pass));
	for (i = 0; i < sizeof(salt); i++)
		salt[i] = (uint8_t)i;
	assert_int_equal(pbkdf2_sha256(out, 16, pass, sizeof(pass), salt,
	    sizeof(salt), 3, &e), 0);
	assert_hex(out, 16, "aaf85ae429a9a5882821d7de92a03a5d");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc7914),
		cmocka_unit_test(edges),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
