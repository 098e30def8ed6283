/* tests/crypto/ed25519_test.c - vectors of RFC 8032 section 7.1. */
#include "crypto/ed25519.h"
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

static const struct {
	const char *seed, *pk, *msg, *sig;
} vectors[] = {
	{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	"",
	"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	"5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
	{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	"72",
	"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
	{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	"af82",
	"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	"18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"}
};

static void
known(void **state)
{
	uint8_t seed[32], pk[32], sk[64], sig[64], msg[8], want[64];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		(void)unhex(seed, vectors[i].seed);
		n = unhex(msg, vectors[i].msg);
		(void)unhex(want, vectors[i].sig);
		ed25519_from_seed(pk, sk, seed);
		assert_hex(pk, 32, vectors[i].pk);
		assert_memory_equal(sk, seed, 32);
		assert_memory_equal(sk + 32, pk, 32);
		ed25519_sign(sig, msg, n, sk);
		assert_memory_equal(sig, want, 64);
		assert_true(ed25519_verify(sig, msg, n, pk));
	}
}

/* One bit anywhere: no. */
static void
forged(void **state)
{
	uint8_t seed[32] = {1}, pk[32], sk[64], sig[64], zero[32] = {0};
	uint8_t msg[3] = {'a', 'b', 'c'};
	size_t i;

	(void)state;
	ed25519_from_seed(pk, sk, seed);
	ed25519_sign(sig, msg, 3, sk);
	assert_true(ed25519_verify(sig, msg, 3, pk));
	assert_false(ed25519_verify(sig, msg, 2, pk));
	for (i = 0; i < 64 * 8; i++) {
		sig[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_false(ed25519_verify(sig, msg, 3, pk));
		sig[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	msg[1] ^= 1;
	assert_false(ed25519_verify(sig, msg, 3, pk));
	msg[1] ^= 1;
	pk[5] ^= 1;
	assert_false(ed25519_verify(sig, msg, 3, pk));
	assert_false(ed25519_verify(sig, msg, 3, zero));
}

/* The same signature with S + L: valid to a lax reader, two texts for one. */
static void
not_malleable(void **state)
{
	static const char order[] =
	    "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
	uint8_t l[32], pk[32], sig[64];
	unsigned carry = 0;
	size_t i;

	(void)state;
	(void)unhex(l, order);
	(void)unhex(pk, vectors[0].pk);
	(void)unhex(sig, vectors[0].sig);
	for (i = 0; i < 32; i++) {
		carry += sig[32 + i] + l[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(carry, 0);
	assert_false(ed25519_verify(sig, "", 0, pk));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(forged),
		cmocka_unit_test(not_malleable)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
