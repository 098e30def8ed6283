/*
 * tests/crypto/hash_test.c
 *
 * Vectors: SHA: FIPS 180-4's examples ("abc", the 56-byte message, a million
 * "a"); HMAC: RFC 4231; HKDF: RFC 5869, cut to 32 bytes; BLAKE2b: RFC 7693
 * appendix A for 64 bytes, `b2sum -l 256` for 32, python's hashlib.blake2b
 * for keyed ones.
 */
#include "crypto/hash.h"

#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/hex_vector.h"

#include "base/banned.h"

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e) < 0 ? -1 : crypto_setup(&e);
}

static const char two_blocks[] =
	"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

static void
sha(void **state)
{
	uint8_t out[64];
	uint8_t *million = malloc(1000000);

	(void)state;
	assert_non_null(million);
	memset(million, 'a', 1000000);
	hash_sha256(out, "", 0);
	assert_hex(out, 32, "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
	hash_sha256(out, NULL, 0);
	assert_hex(out, 4, "e3b0c442");
	hash_sha256(out, "abc", 3);
	assert_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	hash_sha256(out, two_blocks, 56);
	assert_hex(out, 32, "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1");
	hash_sha256(out, million, 1000000);
	assert_hex(out, 32, "cdc76e5c9914fb9281a1c7e284d73e67"
	    "f1809a48a497200e046d39ccc7112cd0");
	hash_sha1(out, "abc", 3);
	assert_hex(out, 20, "a9993e364706816aba3e25717850c26c9cd0d89d");
	hash_sha1(out, two_blocks, 56);
	assert_hex(out, 20, "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	hash_sha1(out, million, 1000000);
	assert_hex(out, 20, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	hash_sha512(out, "abc", 3);
	assert_hex(out, 64, "ddaf35a193617abacc417349ae204131"
	    "12e6fa4e89a97ea20a9eeee64b55d39a"
	    "2192992a274fc1a836ba3c23a3feebbd"
	    "454d4423643ce80e2a9ac94fa54ca49f");
	free(million);
}

static void
blake2b(void **state)
{
	uint8_t out[64], key[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	hash_blake2b_n(out, 64, NULL, 0, "abc", 3);
	assert_hex(out, 64, "ba80a53f981c4d0d6a2797b69f12f6e9"
	    "4c212f14685ac4b74b12bb6fdbffa2d1"
	    "7d87c5392aab792dc252d5de4533cc95"
	    "18d38aa8dbf1925ab92386edd4009923");
	hash_blake2b(out, "", 0);
	assert_hex(out, 32, "0e5751c026e543b2e8ab2eb06099daa1"
	    "d1e5df47778f7787faab45cdf12fe3a8");
	hash_blake2b(out, "abc", 3);
	assert_hex(out, 32, "bddd813c634239723171ef3fee98579b"
	    "94964e3bb1cb3e427262c8c068d52319");
	hash_blake2b_keyed(out, key, 16, "liudi-eph-v1", 12);
	assert_hex(out, 32, "585578fcb43bed8f79689d07417c575e"
	    "46e367b6c3619f0032bcf11110be8f71");
	hash_blake2b_keyed(out, key, 64, two_blocks, 56);
	assert_hex(out, 32, "c9fb25d5641959647eec4564526bde19"
	    "586f847daf2bd7e233c7257dece7c0de");
	hash_blake2b_n(out, 8, key, 32, "abc", 3);
	assert_hex(out, 8, "30531c41ec34cdef");
	hash_blake2b_n(out, 1, NULL, 0, "abc", 3);
	assert_hex(out, 1, "6b");
}

/* Any split gives what the one call gives; a restart forgets all before. */
static void
running(void **state)
{
	static const enum hash_kind kinds[] = {
		HASH_BLAKE2B, HASH_SHA256, HASH_SHA1
	};
	uint8_t data[1000], one[HASH_LEN], many[HASH_LEN];
	struct err e = ERR_INIT;
	struct hash h;
	size_t i, at, n, step;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * i >> 3);
	for (i = 0; i < 3; i++) {
		n = kinds[i] == HASH_SHA1 ? HASH_SHA1_LEN : HASH_LEN;
		if (kinds[i] == HASH_BLAKE2B)
			hash_blake2b(one, data, sizeof(data));
		else if (kinds[i] == HASH_SHA256)
			hash_sha256(one, data, sizeof(data));
		else
			hash_sha1(one, data, sizeof(data));
		assert_int_equal(hash_init(&h, kinds[i], &e), 0);
		for (step = 1; step < 300; step += 7) {
			hash_update(&h, "to be forgotten", 15);
			assert_int_equal(hash_restart(&h, &e), 0);
			hash_update(&h, NULL, 0);
			for (at = 0; at < sizeof(data); at += step)
				hash_update(&h, data + at,
				    sizeof(data) - at < step ?
				    sizeof(data) - at : step);
			hash_final(&h, many);
			assert_memory_equal(one, many, n);
			assert_int_equal(hash_restart(&h, &e), 0);
		}
		hash_release(&h);
		hash_release(&h);
	}
}

static void
hmac(void **state)
{
	uint8_t key[131], data[152], out[HASH_LEN];

	(void)state;
	memset(key, 0x0b, 20);		/* test case 1 */
	hash_hmac_sha256(out, key, 20, "Hi There", 8);
	assert_hex(out, 32, "b0344c61d8db38535ca8afceaf0bf12b"
	    "881dc200c9833da726e9376c2e32cff7");
	hash_hmac_sha256(out, "Jefe", 4, "what do ya want for nothing?", 28);
	assert_hex(out, 32, "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 131);		/* test case 3: 50 bytes of dd */
	memset(data, 0xdd, 50);
	hash_hmac_sha256(out, key, 20, data, 50);
	assert_hex(out, 32, "773ea91e36800e46854db8ebd09181a7"
	    "2959098b3ef8c122d9635514ced565fe");
	hash_hmac_sha256(out, key, 131, "Test Using Larger Than Block-Size "
	    "Key - Hash Key First", 54);
	assert_hex(out, 32, "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54");
}

static void
hkdf(void **state)
{
	uint8_t ikm[80], salt[13], out[HASH_LEN];
	char info[11];
	size_t i;

	(void)state;
	memset(ikm, 0x0b, 22);		/* RFC 5869 A.1; A.3 */
	for (i = 0; i < 13; i++)
		salt[i] = (uint8_t)i;
	for (i = 0; i < 10; i++)
		info[i] = (char)(0xf0 + i);
	info[10] = '\0';
	hash_hkdf_sha256(out, ikm, 22, salt, 13, info);
	assert_hex(out, 32, "3cb25f25faacd57a90434f64d0362f2a"
	    "2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
	hash_hkdf_sha256(out, ikm, 22, NULL, 0, "");
	assert_hex(out, 32, "8da4e775a563c18f715f802a063c5a31"
	    "b8a11f5c5ee1879ec3454e5f3c738d2d");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha),
		cmocka_unit_test(blake2b),
		cmocka_unit_test(running),
		cmocka_unit_test(hmac),
		cmocka_unit_test(hkdf)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
