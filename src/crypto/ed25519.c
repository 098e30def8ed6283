/* crypto/ed25519.c - RFC 8032. */
#include "crypto/ed25519.h"

#include <sodium.h>

#include "base/banned.h"

void
ed25519_from_seed(uint8_t pk[static ED25519_PK_LEN],
	uint8_t sk[static ED25519_SK_LEN],
	const uint8_t seed[static ED25519_SEED_LEN])
{
	(void)crypto_sign_seed_keypair(pk, sk, seed);	/* always 0 */
}

void
ed25519_sign(uint8_t sig[static ED25519_SIG_LEN], const void *data,
	size_t n, const uint8_t sk[static ED25519_SK_LEN])
{
	(void)crypto_sign_detached(sig, NULL, data, n, sk);	/* always 0 */
}

bool
ed25519_verify(const uint8_t sig[static ED25519_SIG_LEN],
	const void *data, size_t n, const uint8_t pk[static ED25519_PK_LEN])
{
	return crypto_sign_verify_detached(sig, data, n, pk) == 0;
}
