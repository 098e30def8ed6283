/*
 * crypto/hmac: RFC 2202 section 3 (SHA-1, cases 1, 2, 6), RFC 4231 section 4
 * (SHA-256 and SHA-512, cases 1, 2, 6); no key and no data by python's hmac.
 */
#include "crypto/hmac.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/hash.h"
#include "crypto/hex_vector.h"

#include "base/banned.h"

#define LARGER "Test Using Larger Than Block-Size Key - Hash Key First"

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

static void
is(enum hmac_hash hash, const void *key, size_t key_len, const char *data,
	const char *want)
{
	struct err e = ERR_INIT;
	uint8_t out[HMAC_MAX_LEN];
	size_t len = 0;

	assert_int_equal(hmac_make(hash, out, &len, key, key_len, data,
	    strlen(data), &e), 0);
	assert_int_equal(2 * len, strlen(want));
	assert_hex(out, len, want);
}

static void
known(void **state)
{
	uint8_t one[20], six[131];

	(void)state;
	memset(one, 0x0b, sizeof(one));
	memset(six, 0xaa, sizeof(six));
	is(HMAC_SHA1, one, 20, "Hi There",
	    "b617318655057264e28bc0b6fb378c8ef146be00");
	is(HMAC_SHA1, "Jefe", 4, "what do ya want for nothing?",
	    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	is(HMAC_SHA1, six, 80, LARGER,
	    "aa4ae5e15272d00e95705637ce8a3b55ed402112");
	is(HMAC_SHA256, one, 20, "Hi There",
	    "b0344c61d8db38535ca8afceaf0bf12b"
	    "881dc200c9833da726e9376c2e32cff7");
	is(HMAC_SHA256, "Jefe", 4, "what do ya want for nothing?",
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843");
	is(HMAC_SHA256, six, 131, LARGER,
	    "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54");
	is(HMAC_SHA512, one, 20, "Hi There",
	    "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
	    "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
	is(HMAC_SHA512, "Jefe", 4, "what do ya want for nothing?",
	    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	    "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
	is(HMAC_SHA512, six, 131, LARGER,
	    "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
	    "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

/* No key is a key of no bytes, also behind a call that had one. */
static void
nothing(void **state)
{
	(void)state;
	is(HMAC_SHA1, "Jefe", 4, "what do ya want for nothing?",
	    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	is(HMAC_SHA1, NULL, 0, "",
	    "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
}

static void
limits(void **state)
{
	struct err e = ERR_INIT;
	uint8_t out[HMAC_MAX_LEN];
	size_t len = 7;

	(void)state;
	assert_int_equal(hmac_make(HMAC_SHA1, out, &len, "", HMAC_KEY_MAX + 1,
	    "", 0, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(len, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(nothing),
		cmocka_unit_test(limits)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
