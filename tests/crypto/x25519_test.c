/* tests/crypto/x25519_test.c - vectors of RFC 7748 sections 5.2 and 6.1. */
#include "crypto/x25519.h"
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
shared(void **state)
{
	uint8_t k[32], u[32], out[32];

	(void)state;
	(void)unhex(k, "a546e36bf0527c9d3b16154b82465edd"
	    "62144c0ac1fc5a18506a2244ba449ac4");
	(void)unhex(u, "e6db6867583030db3594c1a424b15f7c"
	    "726624ec26b3353b10a903a6d0ab1c4c");
	assert_int_equal(x25519_shared(out, k, u), 0);
	assert_hex(out, 32, "c3da55379de9c6908e94ea4df28d084f"
	    "32eccf03491c71f754b4075577a28552");
	(void)unhex(k, "4b66e9d4d1b4673c5ad22691957d6af5"
	    "c11b6421e0ea01d42ca4169e7918ba0d");
	/* The top bit of U is not looked at. */
	(void)unhex(u, "e5210f12786811d3f4b7959d0538ae2c"
	    "31dbe7106fc03c3efc4cd549c715a493");
	assert_int_equal(x25519_shared(out, k, u), 0);
	assert_hex(out, 32, "95cbde9476e8907d7aade45cb4b873f8"
	    "8b595a68799fa152e6f8f7647aac7957");
}

static void
exchange(void **state)
{
	uint8_t a[32], b[32], pa[32], pb[32], out[32];

	(void)state;
	(void)unhex(a, "77076d0a7318a57d3c16c17251b26645"
	    "df4c2f87ebc0992ab177fba51db92c2a");
	(void)unhex(b, "5dab087e624a8a4b79e17f8b83800ee6"
	    "6f3bb1292618b6fd1c2f8b27ff88e0eb");
	x25519_public(pb, b);
	assert_hex(pb, 32, "de9edb7d7b7dc1b4d35b61c2ece43537"
	    "3f8343c85b78674dadfc7e146f882b4f");
	x25519_public(pa, a);
	assert_hex(pa, 32, "8520f0098930a754748b7ddcb43ef75a"
	    "0dbf3a0d26381af4eba4a98eaa9b4e6a");
	assert_int_equal(x25519_shared(out, a, pb), 0);
	assert_hex(out, 32, "4a5d9d5ba4ce2de1728e3bf480350f25"
	    "e07e21c947d19e3376f09b3c1e161742");
	assert_int_equal(x25519_shared(pb, b, pa), 0);
	assert_memory_equal(out, pb, 32);
}

/* Points of low order: all would give zeros. */
static void
low_order(void **state)
{
	static const char *const points[] = {
		"00000000000000000000000000000000"
		"00000000000000000000000000000000",
		"01000000000000000000000000000000"
		"00000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"e0eb7a7c3b41b8ae1656e3faf19fc46a"
		"da098deb9c32b1fd866205165f49b800"
	};
	uint8_t k[32], u[32], out[32];
	size_t i;

	(void)state;
	memset(k, 0x42, sizeof(k));
	for (i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		(void)unhex(u, points[i]);
		assert_int_equal(x25519_shared(out, k, u), -1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared),
		cmocka_unit_test(exchange),
		cmocka_unit_test(low_order)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
