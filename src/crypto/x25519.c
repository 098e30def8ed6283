/* crypto/x25519.c - RFC 7748. */
#include "crypto/x25519.h"

#include <sodium.h>

#include "base/banned.h"

void
x25519_public(uint8_t pk[static X25519_LEN],
	const uint8_t sk[static X25519_LEN])
{
	(void)crypto_scalarmult_base(pk, sk);	/* always 0 */
}

int
x25519_shared(uint8_t out[static X25519_LEN],
	const uint8_t sk[static X25519_LEN],
	const uint8_t pk[static X25519_LEN])
{
	return crypto_scalarmult(out, sk, pk) == 0 ? 0 : -1;
}
