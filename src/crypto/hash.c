/* crypto/hash.c - RFC 7693, FIPS 180-4, RFC 2104, RFC 5869. */
#include "crypto/hash.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "base/banned.h"

_Static_assert(sizeof(crypto_generichash_state) <=
	sizeof(((struct hash *)NULL)->state), "hash.state is too small");

int
crypto_setup(struct err *e)
{
	if (sodium_init() < 0)
		return err_set(e, ERR_FAIL, "libsodium cannot start");
	/* One digest now: what is missing shows here, not in hash_sha256(). */
	if (!EVP_sha256() || !EVP_sha1() || !EVP_chacha20_poly1305())
		return err_set(e, ERR_FAIL, "libcrypto cannot start");
	return 0;
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

/*
 * libcrypto's one-call digests fail only when memory is gone; then libsodium,
 * which needs none, gives the same bytes more slowly.
 */
void
hash_sha256(uint8_t out[static HASH_LEN], const void *data, size_t n)
{
	if (EVP_Digest(data, n, out, NULL, EVP_sha256(), NULL) != 1)
		(void)crypto_hash_sha256(out, data, n);
}

void
hash_sha512(uint8_t out[static 64], const void *data, size_t n)
{
	if (EVP_Digest(data, n, out, NULL, EVP_sha512(), NULL) != 1)
		(void)crypto_hash_sha512(out, data, n);
}

void
hash_sha1(uint8_t out[static HASH_SHA1_LEN], const void *data, size_t n)
{
	/* No second source; a wrong name of an object must not go out. */
	if (EVP_Digest(data, n, out, NULL, EVP_sha1(), NULL) != 1)
		abort();
}

int
hash_restart(struct hash *h, struct err *e)
{
	const EVP_MD *md;

	if (h->kind == HASH_BLAKE2B) {
		(void)crypto_generichash_init((void *)h->state, NULL, 0,
		    HASH_LEN);
		return 0;
	}
	md = h->kind == HASH_SHA1 ? EVP_sha1() : EVP_sha256();
	if (EVP_DigestInit_ex(h->md, md, NULL) != 1)
		return err_nomem(e);
	return 0;
}

int
hash_init(struct hash *h, enum hash_kind kind, struct err *e)
{
	h->kind = kind;
	h->md = NULL;
	if (kind != HASH_BLAKE2B) {
		h->md = EVP_MD_CTX_new();
		if (!h->md)
			return err_nomem(e);
	}
	return hash_restart(h, e);
}

void
hash_update(struct hash *h, const void *data, size_t n)
{
	if (n == 0)
		return;
	if (h->kind == HASH_BLAKE2B)
		(void)crypto_generichash_update((void *)h->state, data, n);
	else
		(void)EVP_DigestUpdate(h->md, data, n);	/* cannot fail */
}

void
hash_final(struct hash *h, uint8_t *out)
{
	if (h->kind == HASH_BLAKE2B)
		(void)crypto_generichash_final((void *)h->state, out,
		    HASH_LEN);
	else
		(void)EVP_DigestFinal_ex(h->md, out, NULL);
}

void
hash_release(struct hash *h)
{
	EVP_MD_CTX_free(h->md);
	h->md = NULL;
	sodium_memzero(h->state, sizeof(h->state));
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
