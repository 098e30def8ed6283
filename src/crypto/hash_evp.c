/* crypto/hash_evp.c - FIPS 180-4 by libcrypto, and every running hash. */
#include "crypto/hash_int.h"

#include <stdlib.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "base/banned.h"

_Static_assert(sizeof(crypto_generichash_state) <=
	sizeof(((struct hash *)NULL)->state), "hash.state is too small");

int
hash_begin(struct err *e)
{
	/* One digest now: what is missing shows here, not in hash_sha256(). */
	if (!EVP_sha256() || !EVP_sha1() || !EVP_chacha20_poly1305())
		return err_set(e, ERR_FAIL, "libcrypto cannot start");
	return 0;
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
