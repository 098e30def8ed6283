/*
 * tests/crypto/aead_test.c - both halves.  No additional data is used here,
 * so that the ciphertext is that of RFC 8439 section 2.4.2; its tag was worked
 * out after the text of section 2.8 and by another program, which agree.
 */
#include "crypto/aead.h"
#include "crypto/aead_open.h"

#include <stdlib.h>
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

static const char text[] = "Ladies and Gentlemen of the class of '99: "
	"If I could offer you only one tip for the future, sunscreen would be "
	"it.";

static void
known(void **state)
{
	uint8_t key[32], nonce[12], out[200], back[200];
	struct err e = ERR_INIT;
	struct aead *a;
	size_t i, n = sizeof(text) - 1;

	(void)state;
	for (i = 0; i < 32; i++)
		key[i] = (uint8_t)i;
	(void)unhex(nonce, "000000000000004a00000000");
	a = aead_new(key, &e);
	assert_non_null(a);
	assert_int_equal(n, 114);
	assert_int_equal(aead_seal(a, out, nonce, text, n, &e), 0);
	assert_hex(out, n, "6e2e359a2568f98041ba0728dd0d6981"
	    "e97e7aec1d4360c20a27afccfd9fae0b"
	    "f91b65c5524733ab8f593dabcd62b357"
	    "1639d624e65152ab8f530c359f0861d8"
	    "07ca0dbf500d6a6156a38e088a22b65e"
	    "52bc514d16ccf806818ce91ab7793736"
	    "5af90bbf74a35be6b40b8eedf2785e42874d");
	assert_hex(out + n, 16, "81db63fcb189a03121ae0ac72a3f1f36");
	assert_int_equal(aead_open(back, key, nonce, out, n + 16), 0);
	assert_memory_equal(back, text, n);
	aead_free(a);
	aead_free(NULL);
}

/* Each length by two libraries; in place; with one context for all. */
static void
two_roads(void **state)
{
	static const size_t lens[] = {0, 1, 15, 16, 17, 63, 64, 65, 1000,
		65535, 65536};
	uint8_t key[32] = {9}, nonce[12] = {0};
	uint8_t *in = malloc(65536), *out = malloc(65536 + 16);
	uint8_t *back = malloc(65536);
	struct err e = ERR_INIT;
	struct aead *a = aead_new(key, &e);
	size_t i, n;

	(void)state;
	assert_true(in && out && back && a);
	for (i = 0; i < 65536; i++)
		in[i] = (uint8_t)(i * 7 >> 2);
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		n = lens[i];
		nonce[11] = (uint8_t)i;
		assert_int_equal(aead_seal(a, out, nonce, in, n, &e), 0);
		assert_int_equal(aead_open(back, key, nonce, out, n + 16), 0);
		assert_memory_equal(back, in, n);
		memcpy(out, in, n);
		assert_int_equal(aead_seal(a, out, nonce, out, n, &e), 0);
		assert_int_equal(aead_open(back, key, nonce, out, n + 16), 0);
		assert_memory_equal(back, in, n);
	}
	aead_free(a);
	free(in);
	free(out);
	free(back);
}

static void
tampered(void **state)
{
	uint8_t key[32] = {1}, nonce[12] = {2}, out[20 + 16], back[20];
	struct err e = ERR_INIT;
	struct aead *a = aead_new(key, &e);
	size_t i;

	(void)state;
	assert_non_null(a);
	assert_int_equal(aead_seal(a, out, nonce, text, 20, &e), 0);
	for (i = 0; i < sizeof(out) * 8; i++) {
		out[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(aead_open(back, key, nonce, out, 36), -1);
		out[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (i = 0; i < 36; i++)
		assert_int_equal(aead_open(back, key, nonce, out, i), -1);
	nonce[0] ^= 1;
	assert_int_equal(aead_open(back, key, nonce, out, 36), -1);
	nonce[0] ^= 1;
	key[0] ^= 1;
	assert_int_equal(aead_open(back, key, nonce, out, 36), -1);
	assert_int_equal(aead_seal(a, out, nonce, text, SIZE_MAX, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	aead_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(two_roads),
		cmocka_unit_test(tampered)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
