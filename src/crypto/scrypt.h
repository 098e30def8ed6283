/*
 * crypto/scrypt.h - RFC 7914 with r = 8, p = 1, for passphrases.  Desk only.
 * Needs: base; libsodium.
 */
#ifndef LIUDI_CRYPTO_SCRYPT_H
#define LIUDI_CRYPTO_SCRYPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * 32 bytes from a passphrase, N = 2^LOG_N, 1 <= LOG_N <= 22; takes 1 KiB times
 * N of memory.  0, or -1 (ERR_NOMEM).
 */
int scrypt_derive(uint8_t out[static 32], const void *pass, size_t pass_len,
	const void *salt, size_t salt_len, unsigned log_n, struct err *e);

#endif
