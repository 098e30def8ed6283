/*
 * open/shamir.h - Shamir's secret sharing over GF(256), as in SLIP-0039.
 *
 * Spec: SLIP-0039 "Sharing a secret".  A share is a point of a polynomial for
 * each byte; the secret stands at 255, a digest of it at 254, so that shares
 * that do not fit together are found out (but for 1 case in 2^32).
 * Neither branches nor addresses depend on secret bytes; indices are public.
 * Needs: base, crypto.
 */
#ifndef LIUDI_OPEN_SHAMIR_H
#define LIUDI_OPEN_SHAMIR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SHAMIR_MAX 16		/* shares */
#define SHAMIR_MIN_LEN 16	/* bytes: the digest tells 4 of them */
#define SHAMIR_MAX_LEN 64

/*
 * Shares 0..n-1 of LEN bytes of SECRET into the n rows of SHARES, LEN bytes
 * each, any THRESHOLD of which give it back, 1 <= threshold <= n <= SHAMIR_MAX.
 * The caller's memory must be as good as the secret's.
 * 0, or -1 (ERR_NOMEM; ERR_FAIL: numbers out of range).
 */
int shamir_split(uint8_t *shares, unsigned threshold, unsigned n,
	const uint8_t *secret, size_t len, struct err *e);

/*
 * The secret from N rows of SHARES, N being the threshold, and their indices
 * X, which differ.  0, or -1 (ERR_CRYPTO: they do not fit together; ERR_NOMEM;
 * ERR_FAIL: numbers out of range).
 */
int shamir_join(uint8_t *secret, const uint8_t *x, const uint8_t *shares,
	unsigned n, size_t len, struct err *e);

#endif
