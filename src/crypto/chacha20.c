/* crypto/chacha20.c - RFC 8439 section 2.4. */
#include "crypto/chacha20.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define BLOCK 64u

void
chacha20_init(struct chacha20 *c, const uint8_t key[static CHACHA20_KEY_LEN],
	const uint8_t nonce[static CHACHA20_NONCE_LEN])
{
	memcpy(c->key, key, sizeof(c->key));
	memcpy(c->nonce, nonce, sizeof(c->nonce));
	c->at = 0;
}

/* libsodium begins at blocks; what is left of one comes out of a copy. */
static size_t
rest_of_block(struct chacha20 *c, uint8_t *data, size_t n)
{
	const size_t off = c->at % BLOCK;
	uint8_t block[BLOCK];

	if (off == 0)
		return 0;
	if (n > BLOCK - off)
		n = BLOCK - off;
	memset(block, 0, sizeof(block));
	memcpy(block + off, data, n);
	(void)crypto_stream_chacha20_ietf_xor_ic(block, block, BLOCK, c->nonce,
	    (uint32_t)(c->at / BLOCK), c->key);
	memcpy(data, block + off, n);
	sodium_memzero(block, sizeof(block));
	c->at += n;
	return n;
}

void
chacha20_xor(struct chacha20 *c, void *data, size_t n)
{
	uint8_t *p = data;
	size_t done;

	/* The counter would begin anew: the same stream over other bytes. */
	if (n > CHACHA20_MAX - c->at)
		abort();
	if (n == 0)
		return;
	done = rest_of_block(c, p, n);
	if (done == n)
		return;
	(void)crypto_stream_chacha20_ietf_xor_ic(p + done, p + done, n - done,
	    c->nonce, (uint32_t)(c->at / BLOCK), c->key);
	c->at += n - done;
}
