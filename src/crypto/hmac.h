/*
 * crypto/hmac.h - RFC 2104 with the hash that somebody else chose, as one-time
 * passwords want it.  HMAC-SHA256 alone: crypto/hash.h.
 * Needs: base; libcrypto.
 */
#ifndef LIUDI_CRYPTO_HMAC_H
#define LIUDI_CRYPTO_HMAC_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define HMAC_MAX_LEN 64
#define HMAC_KEY_MAX 65536u

enum hmac_hash { HMAC_SHA1, HMAC_SHA256, HMAC_SHA512 };

/*
 * OUT and *LEN (20, 32 or 64) of the N bytes under a key of KEY_LEN <=
 * HMAC_KEY_MAX.  0, or -1 (ERR_USAGE: longer; ERR_NOMEM).
 */
int hmac_make(enum hmac_hash hash, uint8_t out[static HMAC_MAX_LEN],
	size_t *len, const void *key, size_t key_len, const void *data,
	size_t n, struct err *e);

#endif
