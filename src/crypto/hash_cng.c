/* crypto/hash_cng.c - FIPS 180-4 by Windows' CNG, and every running hash. */
#include "crypto/hash_int.h"

#include <stdlib.h>
#include <windows.h>
#include <bcrypt.h>
#include <sodium.h>

#include "base/banned.h"

#define STEP ((ULONG)1 << 30)	/* bytes of one call, at most */

_Static_assert(sizeof(crypto_generichash_state) <=
	sizeof(((struct hash *)NULL)->state), "hash.state is too small");

/* Opened once, for as long as the process lives. */
static BCRYPT_ALG_HANDLE algorithm[3];

static int
open_algorithm(enum hash_kind kind, const wchar_t *name)
{
	if (algorithm[kind])
		return 0;
	return BCryptOpenAlgorithmProvider(&algorithm[kind], name, NULL, 0) >=
	    0 ? 0 : -1;
}

int
hash_begin(struct err *e)
{
	if (open_algorithm(HASH_SHA1, BCRYPT_SHA1_ALGORITHM) < 0 ||
	    open_algorithm(HASH_SHA256, BCRYPT_SHA256_ALGORITHM) < 0)
		return err_set(e, ERR_FAIL, "Windows' cryptography cannot "
		    "start");
	return 0;
}

void
hash_sha256(uint8_t out[static HASH_LEN], const void *data, size_t n)
{
	struct hash h;

	/* libsodium needs no memory, and gives the same bytes more slowly */
	if (n < 4096 || hash_init(&h, HASH_SHA256, NULL) < 0) {
		(void)crypto_hash_sha256(out, data, n);
		return;
	}
	hash_update(&h, data, n);
	hash_final(&h, out);
	hash_release(&h);
}

void
hash_sha512(uint8_t out[static 64], const void *data, size_t n)
{
	(void)crypto_hash_sha512(out, data, n);
}

void
hash_sha1(uint8_t out[static HASH_SHA1_LEN], const void *data, size_t n)
{
	struct hash h;

	/* No second source; a wrong name of an object must not go out. */
	if (hash_init(&h, HASH_SHA1, NULL) < 0)
		abort();
	hash_update(&h, data, n);
	hash_final(&h, out);
	hash_release(&h);
}

int
hash_restart(struct hash *h, struct err *e)
{
	if (h->kind == HASH_BLAKE2B) {
		(void)crypto_generichash_init((void *)h->state, NULL, 0,
		    HASH_LEN);
		return 0;
	}
	if (h->md)
		(void)BCryptDestroyHash(h->md);
	h->md = NULL;
	if (BCryptCreateHash(algorithm[h->kind], &h->md, NULL, 0, NULL, 0,
	    0) < 0)
		return err_nomem(e);
	return 0;
}

int
hash_init(struct hash *h, enum hash_kind kind, struct err *e)
{
	h->kind = kind;
	h->md = NULL;
	return hash_restart(h, e);
}

void
hash_update(struct hash *h, const void *data, size_t n)
{
	const uint8_t *p = data;
	ULONG part;

	if (h->kind == HASH_BLAKE2B) {
		(void)crypto_generichash_update((void *)h->state, data, n);
		return;
	}
	for (; n > 0; p += part, n -= part) {
		part = n > STEP ? STEP : (ULONG)n;
		if (BCryptHashData(h->md, (PUCHAR)(uintptr_t)p, part, 0) < 0)
			abort();	/* a wrong hash must not go out */
	}
}

void
hash_final(struct hash *h, uint8_t *out)
{
	if (h->kind == HASH_BLAKE2B) {
		(void)crypto_generichash_final((void *)h->state, out,
		    HASH_LEN);
		return;
	}
	if (BCryptFinishHash(h->md, out, h->kind == HASH_SHA1 ?
	    HASH_SHA1_LEN : HASH_LEN, 0) < 0)
		abort();
}

void
hash_release(struct hash *h)
{
	if (h->md)
		(void)BCryptDestroyHash(h->md);
	h->md = NULL;
	sodium_memzero(h->state, sizeof(h->state));
}
