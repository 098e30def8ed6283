/*
 * crypto/argon2.h - RFC 9106 Argon2id with one lane, for passphrases.  Desk
 * only.
 * Needs: base; libsodium.
 */
#ifndef LIUDI_CRYPTO_ARGON2_H
#define LIUDI_CRYPTO_ARGON2_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define ARGON2_SALT_LEN 16
#define ARGON2_BYTES_MIN (8u << 10)
#define ARGON2_BYTES_MAX (UINT64_C(4) << 30)
#define ARGON2_PASSES_MAX 1000u

/*
 * 32 bytes from a passphrase, in BYTES of memory (whole KiB are used) gone
 * over PASSES times.  0, or -1 (ERR_FORMAT: a cost out of bounds; ERR_NOMEM).
 */
int argon2_derive(uint8_t out[static 32], const void *pass, size_t pass_len,
	const uint8_t salt[static ARGON2_SALT_LEN], uint64_t bytes,
	uint64_t passes, struct err *e);

#endif
