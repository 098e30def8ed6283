/* crypto/chacha20: RFC 8439 section 2.4.2 and appendix A.2; any split. */
#include "crypto/chacha20.h"
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

/* Its counter begins at 1: a block of the stream is passed over. */
static void
known(void **state)
{
	static const char text[] = "Ladies and Gentlemen of the class of '99: "
	    "If I could offer you only one tip for the future, sunscreen would "
	    "be it.";
	uint8_t key[CHACHA20_KEY_LEN], nonce[CHACHA20_NONCE_LEN], out[114];
	uint8_t skip[64] = { 0 };
	struct chacha20 c;
	uint8_t i;

	(void)state;
	assert_int_equal(sizeof(text) - 1, sizeof(out));
	for (i = 0; i < sizeof(key); i++)
		key[i] = i;
	unhex(nonce, "000000000000004a00000000");
	chacha20_init(&c, key, nonce);
	chacha20_xor(&c, skip, sizeof(skip));
	memcpy(out, text, sizeof(out));
	chacha20_xor(&c, out, sizeof(out));
	assert_hex(out, sizeof(out),
	    "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0b"
	    "f91b65c5524733ab8f593dabcd62b3571639d624e65152ab8f530c359f0861d8"
	    "07ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab7793736"
	    "5af90bbf74a35be6b40b8eedf2785e42874d");
}

static void
zeros(void **state)
{
	static const uint8_t key[CHACHA20_KEY_LEN], nonce[CHACHA20_NONCE_LEN];
	uint8_t out[64] = { 0 };
	struct chacha20 c;

	(void)state;
	chacha20_init(&c, key, nonce);
	chacha20_xor(&c, out, 0);
	chacha20_xor(&c, out, sizeof(out));
	assert_hex(out, sizeof(out),
	    "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
	    "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
}

static void
any_split(void **state)
{
	static const uint8_t key[CHACHA20_KEY_LEN] = { 7 };
	static const uint8_t nonce[CHACHA20_NONCE_LEN] = { 9 };
	uint8_t whole[1000] = { 0 }, parts[1000];
	struct chacha20 c;
	size_t step, at, n;

	(void)state;
	chacha20_init(&c, key, nonce);
	chacha20_xor(&c, whole, sizeof(whole));
	for (step = 1; step <= 200; step++) {
		memset(parts, 0, sizeof(parts));
		chacha20_init(&c, key, nonce);
		for (at = 0; at < sizeof(parts); at += n) {
			n = sizeof(parts) - at < step ? sizeof(parts) - at :
			    step;
			chacha20_xor(&c, parts + at, n);
		}
		assert_int_equal(c.at, sizeof(parts));
		assert_memory_equal(parts, whole, sizeof(parts));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(zeros),
		cmocka_unit_test(any_split)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
