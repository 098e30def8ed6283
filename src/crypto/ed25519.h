/*
 * crypto/ed25519.h - RFC 8032 signatures.
 * Needs: base; libsodium.
 */
#ifndef LIUDI_CRYPTO_ED25519_H
#define LIUDI_CRYPTO_ED25519_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ED25519_PK_LEN 32
#define ED25519_SK_LEN 64	/* seed, then public key */
#define ED25519_SEED_LEN 32
#define ED25519_SIG_LEN 64

void ed25519_from_seed(uint8_t pk[static ED25519_PK_LEN],
	uint8_t sk[static ED25519_SK_LEN],
	const uint8_t seed[static ED25519_SEED_LEN]);
void ed25519_sign(uint8_t sig[static ED25519_SIG_LEN], const void *data,
	size_t n, const uint8_t sk[static ED25519_SK_LEN]);
bool ed25519_verify(const uint8_t sig[static ED25519_SIG_LEN],
	const void *data, size_t n, const uint8_t pk[static ED25519_PK_LEN]);

#endif
