/*
 * crypto/x25519.h - RFC 7748.
 * Needs: base; libsodium.
 */
#ifndef LIUDI_CRYPTO_X25519_H
#define LIUDI_CRYPTO_X25519_H

#include <stdint.h>

#define X25519_LEN 32

/* The public key of a secret (clamped inside). */
void x25519_public(uint8_t pk[static X25519_LEN],
	const uint8_t sk[static X25519_LEN]);

/* 0, or -1 where the result is all zeros (a low-order point). */
int x25519_shared(uint8_t out[static X25519_LEN],
	const uint8_t sk[static X25519_LEN],
	const uint8_t pk[static X25519_LEN]);

#endif
