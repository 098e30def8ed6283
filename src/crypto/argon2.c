/* crypto/argon2.c - RFC 9106, Argon2id, version 1.3, one lane. */
#include "crypto/argon2.h"

#include <sodium.h>

#include "base/banned.h"

_Static_assert(ARGON2_SALT_LEN == crypto_pwhash_argon2id_SALTBYTES,
	"libsodium takes another salt");

int
argon2_derive(uint8_t out[static 32], const void *pass, size_t pass_len,
	const uint8_t salt[static ARGON2_SALT_LEN], uint64_t bytes,
	uint64_t passes, struct err *e)
{
	if (bytes < ARGON2_BYTES_MIN || bytes > ARGON2_BYTES_MAX ||
	    passes < 1 || passes > ARGON2_PASSES_MAX)
		return err_set(e, ERR_FORMAT, "Argon2 with %llu bytes and "
		    "%llu passes", (unsigned long long)bytes,
		    (unsigned long long)passes);
	if (crypto_pwhash_argon2id(out, 32, pass, pass_len, salt, passes,
	    (size_t)bytes, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		return err_nomem(e);
	return 0;
}
