/*
 * crypto/aead.h - ChaCha20-Poly1305 (RFC 8439), the sealing half.
 *
 * The opening half is crypto/aead_open.h, an object of its own, so that a
 * program which does not open does not link it.
 * Needs: base; libcrypto (three times libsodium's speed with AVX-512).
 */
#ifndef LIUDI_CRYPTO_AEAD_H
#define LIUDI_CRYPTO_AEAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define AEAD_KEY_LEN 32
#define AEAD_NONCE_LEN 12
#define AEAD_TAG_LEN 16

struct aead;	/* a key being used; not for two threads at once */

/* NULL on failure (*e). */
struct aead *aead_new(const uint8_t key[static AEAD_KEY_LEN], struct err *e);
void aead_free(struct aead *a);

/*
 * OUT = ciphertext of the N bytes and the tag: N + AEAD_TAG_LEN bytes; IN and
 * OUT may be the same.  0, or -1 (ERR_CRYPTO).
 */
int aead_seal(struct aead *a, uint8_t *out,
	const uint8_t nonce[static AEAD_NONCE_LEN], const void *in, size_t n,
	struct err *e);

#endif
