/*
 * crypto/aead_open.h - ChaCha20-Poly1305 (RFC 8439), the opening half.
 * Only open/ uses it.
 * Needs: base; libcrypto (three times libsodium's speed with AVX-512).
 */
#ifndef LIUDI_CRYPTO_AEAD_OPEN_H
#define LIUDI_CRYPTO_AEAD_OPEN_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/aead.h"

/*
 * Open N = plain + AEAD_TAG_LEN bytes into OUT (no overlap with IN).  Returns
 * 0, or -1 if the tag is wrong; OUT is then of no use.
 */
int aead_open(uint8_t *out, const uint8_t key[static AEAD_KEY_LEN],
	const uint8_t nonce[static AEAD_NONCE_LEN], const void *in, size_t n);

#endif
