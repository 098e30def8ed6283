/* crypto/hmac.c - RFC 2104 over SHA-1, SHA-256, SHA-512. */
#include "crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/banned.h"

int
hmac_make(enum hmac_hash hash, uint8_t out[static HMAC_MAX_LEN],
	size_t *len, const void *key, size_t key_len, const void *data,
	size_t n, struct err *e)
{
	const EVP_MD *md = hash == HMAC_SHA1 ? EVP_sha1() :
	    hash == HMAC_SHA256 ? EVP_sha256() : EVP_sha512();
	unsigned got = 0;

	if (key_len > HMAC_KEY_MAX)
		return err_set(e, ERR_USAGE, "a key of %zu bytes", key_len);
	/* Without a pointer it would go on with the key of the last call. */
	if (!HMAC(md, key ? key : "", (int)key_len, data, n, out, &got))
		return err_nomem(e);
	*len = got;
	return 0;
}
