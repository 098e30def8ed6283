/* crypto/hash.c - RFC 7693, RFC 2104, RFC 5869. */
#include "crypto/hash.h"

#include <stdlib.h>
#include <string.h>
#include <sodium.h>

#include "crypto/hash_int.h"

#include "base/banned.h"

int
crypto_setup(struct err *e)
{
	if (sodium_init() < 0)
		return err_set(e, ERR_FAIL, "libsodium cannot start");
	return hash_begin(e);
}

void
hash_blake2b(uint8_t out[static HASH_LEN], const void *data, size_t n)
{
	hash_blake2b_n(out, HASH_LEN, NULL, 0, data, n);
}

void
hash_blake2b_keyed(uint8_t out[static HASH_LEN], const void *key,
	size_t key_len, const void *data, size_t n)
{
	hash_blake2b_n(out, HASH_LEN, key, key_len, data, n);
}

void
hash_blake2b_n(uint8_t *out, size_t out_len, const void *key,
	size_t key_len, const void *data, size_t n)
{
	if (crypto_generichash(out, out_len, data, n, key, key_len) != 0)
		abort();	/* a length the contract forbids */
}

void
hash_hmac_sha256(uint8_t out[static HASH_LEN], const void *key,
	size_t key_len, const void *data, size_t n)
{
	crypto_auth_hmacsha256_state st;

	/* libsodium wants a pointer where there are no bytes, too. */
	(void)crypto_auth_hmacsha256_init(&st, key ? key : "", key_len);
	if (n > 0)
		(void)crypto_auth_hmacsha256_update(&st, data, n);
	(void)crypto_auth_hmacsha256_final(&st, out);
	sodium_memzero(&st, sizeof(st));
}

void
hash_hkdf_sha256(uint8_t out[static HASH_LEN], const void *ikm,
	size_t ikm_len, const void *salt, size_t salt_len, const char *info)
{
	static const uint8_t one = 1;
	crypto_auth_hmacsha256_state st;
	uint8_t prk[HASH_LEN];

	/* No salt means HASH_LEN zeros, to HMAC the same as an empty key. */
	hash_hmac_sha256(prk, salt, salt_len, ikm, ikm_len);
	(void)crypto_auth_hmacsha256_init(&st, prk, sizeof(prk));
	(void)crypto_auth_hmacsha256_update(&st, (const uint8_t *)info,
	    strlen(info));
	(void)crypto_auth_hmacsha256_update(&st, &one, 1);
	(void)crypto_auth_hmacsha256_final(&st, out);
	sodium_memzero(&st, sizeof(st));
	sodium_memzero(prk, sizeof(prk));
}
