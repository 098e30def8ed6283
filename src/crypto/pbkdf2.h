/*
 * crypto/pbkdf2.h - RFC 8018 PBKDF2 with HMAC-SHA256, for shares of a key.
 *
 * The salt is taken for a secret too: SLIP-0039 puts half of the key there.
 * Desk only.
 * Needs: base; libsodium.
 */
#ifndef LIUDI_CRYPTO_PBKDF2_H
#define LIUDI_CRYPTO_PBKDF2_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * OUT_LEN bytes from a password, some microsecond each of ROUNDS >= 1 rounds
 * and 32 bytes.  0, or -1 (ERR_NOMEM).
 */
int pbkdf2_sha256(uint8_t *out, size_t out_len, const void *pass,
	size_t pass_len, const void *salt, size_t salt_len, uint32_t rounds,
	struct err *e);

#endif
