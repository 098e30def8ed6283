/* crypto/scrypt.c - RFC 7914, r = 8, p = 1. */
#include "crypto/scrypt.h"

#include <errno.h>
#include <sodium.h>

#include "base/banned.h"

#define MAX_LOG_N 22

int
scrypt_derive(uint8_t out[static 32], const void *pass, size_t pass_len,
	const void *salt, size_t salt_len, unsigned log_n, struct err *e)
{
	if (log_n < 1 || log_n > MAX_LOG_N)
		return err_set(e, ERR_FORMAT,
		    "scrypt work factor %u is not in 1..%d", log_n, MAX_LOG_N);
	if (crypto_pwhash_scryptsalsa208sha256_ll(pass, pass_len, salt,
	    salt_len, UINT64_C(1) << log_n, 8, 1, out, 32) != 0)
		return err_nomem(e);
	return 0;
}
