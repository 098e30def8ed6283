/*
 * crypto/chacha20.h - the ChaCha20 stream of RFC 8439 alone, for formats that
 * authenticate in another way.  Desk only; what is ours is sealed with
 * crypto/aead.h.
 * Needs: base; libsodium.
 */
#ifndef LIUDI_CRYPTO_CHACHA20_H
#define LIUDI_CRYPTO_CHACHA20_H

#include <stddef.h>
#include <stdint.h>

#define CHACHA20_KEY_LEN 32
#define CHACHA20_NONCE_LEN 12
#define CHACHA20_MAX (UINT64_C(1) << 38)	/* bytes of one stream */

/* Storage is the caller's, who wipes it. */
struct chacha20 {
	uint8_t key[CHACHA20_KEY_LEN];
	uint8_t nonce[CHACHA20_NONCE_LEN];
	uint64_t at;		/* bytes of the stream used */
};

void chacha20_init(struct chacha20 *c,
	const uint8_t key[static CHACHA20_KEY_LEN],
	const uint8_t nonce[static CHACHA20_NONCE_LEN]);
/*
 * XOR the next N bytes of the stream over DATA.  The caller stays below
 * CHACHA20_MAX in all.
 */
void chacha20_xor(struct chacha20 *c, void *data, size_t n);

#endif
