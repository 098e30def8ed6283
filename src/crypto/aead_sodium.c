/* crypto/aead_sodium.c - ChaCha20-Poly1305 where libcrypto is not. */
#include "crypto/aead.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sodium.h>

#include "base/banned.h"

struct aead {
	uint8_t key[AEAD_KEY_LEN];
};

struct aead *
aead_new(const uint8_t key[static AEAD_KEY_LEN], struct err *e)
{
	struct aead *a = sodium_malloc(sizeof(*a));

	if (!a) {
		(void)err_nomem(e);
		return NULL;
	}
	memcpy(a->key, key, sizeof(a->key));
	return a;
}

void
aead_free(struct aead *a)
{
	sodium_free(a);		/* wipes the key */
}

int
aead_seal(struct aead *a, uint8_t *out,
	const uint8_t nonce[static AEAD_NONCE_LEN], const void *in, size_t n,
	struct err *e)
{
	unsigned long long len;

	if (n > INT_MAX - AEAD_TAG_LEN)
		return err_set(e, ERR_CRYPTO, "too long to seal in one piece");
	if (crypto_aead_chacha20poly1305_ietf_encrypt(out, &len, in, n, NULL,
	    0, NULL, nonce, a->key) != 0)
		return err_set(e, ERR_CRYPTO, "cannot seal");
	return 0;
}
