/* crypto/pbkdf2.c - RFC 8018 section 5.2, HMAC-SHA256. */
#include "crypto/pbkdf2.h"

#include <string.h>
#include <sodium.h>

#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

/* All that depends on password and salt; guarded. */
struct work {
	crypto_auth_hmacsha256_state keyed;	/* the password is in */
	crypto_auth_hmacsha256_state st;
	uint8_t u[HASH_LEN];
	uint8_t sum[HASH_LEN];
};

/* Block NO, counted from 1, into w->sum. */
static void
block(struct work *w, const uint8_t *salt, size_t salt_len, uint32_t no,
	uint32_t rounds)
{
	const uint8_t be[4] = {
		(uint8_t)(no >> 24), (uint8_t)(no >> 16), (uint8_t)(no >> 8),
		(uint8_t)no
	};
	uint32_t k;
	size_t i;

	w->st = w->keyed;
	if (salt_len > 0)
		(void)crypto_auth_hmacsha256_update(&w->st, salt, salt_len);
	(void)crypto_auth_hmacsha256_update(&w->st, be, sizeof(be));
	(void)crypto_auth_hmacsha256_final(&w->st, w->u);
	memcpy(w->sum, w->u, HASH_LEN);
	for (k = 1; k < rounds; k++) {
		w->st = w->keyed;
		(void)crypto_auth_hmacsha256_update(&w->st, w->u, HASH_LEN);
		(void)crypto_auth_hmacsha256_final(&w->st, w->u);
		for (i = 0; i < HASH_LEN; i++)
			w->sum[i] ^= w->u[i];
	}
}

int
pbkdf2_sha256(uint8_t *out, size_t out_len, const void *pass, size_t pass_len,
	const void *salt, size_t salt_len, uint32_t rounds, struct err *e)
{
	struct work *w = secmem_new(sizeof(*w));
	uint32_t no;
	size_t n;

	if (!w)
		return err_nomem(e);
	/* libsodium wants a pointer where there are no bytes, too. */
	(void)crypto_auth_hmacsha256_init(&w->keyed, pass ? pass : "",
	    pass_len);
	for (no = 1; out_len > 0; no++) {
		block(w, salt, salt_len, no, rounds);
		n = out_len < HASH_LEN ? out_len : HASH_LEN;
		memcpy(out, w->sum, n);
		out += n;
		out_len -= n;
	}
	secmem_free(w);
	return 0;
}
