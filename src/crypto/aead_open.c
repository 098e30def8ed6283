/* crypto/aead_open.c - ChaCha20-Poly1305 (RFC 8439), the opening half. */
#include "crypto/aead_open.h"

#include <limits.h>
#include <openssl/evp.h>

#include "base/banned.h"

int
aead_open(uint8_t *out, const uint8_t key[static AEAD_KEY_LEN],
	const uint8_t nonce[static AEAD_NONCE_LEN], const void *in, size_t n)
{
	const uint8_t *p = in;
	uint8_t tag[AEAD_TAG_LEN];
	EVP_CIPHER_CTX *ctx;
	int len = 0, rc = -1;

	if (n < AEAD_TAG_LEN || n > INT_MAX)
		return -1;
	n -= AEAD_TAG_LEN;
	memcpy(tag, p + n, sizeof(tag));	/* ctrl takes no const */
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx)
		return -1;
	if (EVP_DecryptInit_ex(ctx, EVP_chacha20_poly1305(), NULL, key,
	    nonce) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag),
	    tag) == 1 &&
	    (n == 0 || EVP_DecryptUpdate(ctx, out, &len, p, (int)n) == 1) &&
	    EVP_DecryptFinal_ex(ctx, out + n, &len) == 1)
		rc = 0;
	EVP_CIPHER_CTX_free(ctx);	/* wipes the key */
	return rc;
}
