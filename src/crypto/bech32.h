/*
 * crypto/bech32.h - Bech32 (BIP-173) without its length limit, as age uses it.
 * Needs: base.
 */
#ifndef LIUDI_CRYPTO_BECH32_H
#define LIUDI_CRYPTO_BECH32_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define BECH32_MAX_LEN 4096	/* longest text read or written */

/* Append HRP "1" data checksum, lower case.  0 or -1. */
int bech32_encode(struct buf *out, const char *hrp, const uint8_t *data,
	size_t n, struct err *e);

/*
 * Decode the N characters at S, all of one case, whose part before the last
 * '1' equals HRP but for case.  Appends the bytes.  0, or -1 (ERR_FORMAT).
 */
int bech32_decode(struct buf *out, const char *hrp, const char *s, size_t n,
	struct err *e);

#endif
