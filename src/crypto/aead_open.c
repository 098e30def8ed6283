/* crypto/aead_open.c - ChaCha20-Poly1305 (RFC 8439), the opening half. */
#include "crypto/aead_open.h"

#include <sodium.h>

#include "base/banned.h"

int
aead_open(uint8_t *out, const uint8_t key[static AEAD_KEY_LEN],
	const uint8_t nonce[static AEAD_NONCE_LEN], const void *in, size_t n)
{
	if (n < AEAD_TAG_LEN)
		return -1;
	return crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, in,
	    n, NULL, 0, nonce, key) == 0 ? 0 : -1;
}
