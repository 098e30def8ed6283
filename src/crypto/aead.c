/* crypto/aead.c - ChaCha20-Poly1305 (RFC 8439), the sealing half. */
#include "crypto/aead.h"

#include <limits.h>
#include <stdlib.h>
#include <openssl/evp.h>

#include "base/banned.h"

struct aead {
	EVP_CIPHER_CTX *ctx;
};

struct aead *
aead_new(const uint8_t key[static AEAD_KEY_LEN], struct err *e)
{
	struct aead *a = calloc(1, sizeof(*a));

	if (a)
		a->ctx = EVP_CIPHER_CTX_new();
	if (!a || !a->ctx) {
		aead_free(a);
		(void)err_nomem(e);
		return NULL;
	}
	/* The key schedule stays in the context; each seal sets its nonce. */
	if (EVP_EncryptInit_ex(a->ctx, EVP_chacha20_poly1305(), NULL, key,
	    NULL) != 1) {
		aead_free(a);
		(void)err_set(e, ERR_CRYPTO,
		    "libcrypto has no ChaCha20-Poly1305");
		return NULL;
	}
	return a;
}

void
aead_free(struct aead *a)
{
	if (!a)
		return;
	EVP_CIPHER_CTX_free(a->ctx);	/* wipes the key */
	free(a);
}

int
aead_seal(struct aead *a, uint8_t *out,
	const uint8_t nonce[static AEAD_NONCE_LEN], const void *in, size_t n,
	struct err *e)
{
	int len = 0;

	if (n > INT_MAX - AEAD_TAG_LEN)
		return err_set(e, ERR_CRYPTO, "too long to seal in one piece");
	if (EVP_EncryptInit_ex(a->ctx, NULL, NULL, NULL, nonce) != 1 ||
	    (n > 0 && EVP_EncryptUpdate(a->ctx, out, &len, in, (int)n) != 1) ||
	    EVP_EncryptFinal_ex(a->ctx, out + n, &len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_LEN,
	    out + n) != 1)
		return err_set(e, ERR_CRYPTO, "cannot seal");
	return 0;
}
