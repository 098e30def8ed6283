/* seal/seal.c - age-encryption.org/v1 to X25519 recipients (FORMAT.md 3). */
#include "seal/seal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "crypto/aead.h"
#include "crypto/bech32.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "crypto/x25519.h"

#include "base/banned.h"

#define NONCE_LEN 16		/* of the payload */
#define BODY_LEN (SEAL_KEY_LEN + AEAD_TAG_LEN)
#define EPH_LABEL "liudi-eph-v1"
#define EPH_LABEL_LEN (sizeof(EPH_LABEL) - 1)
#define PAD_HEAD_LEN 8		/* magic and length of a skippable frame */
#define PAD_STEP 512
#define PAD_STEP_MAX 8192	/* above it: PADME */

struct seal {
	struct aead *aead;	/* under the payload key */
	seal_sink sink;
	void *arg;
	uint64_t counter;	/* pieces sealed */
	size_t len;		/* plain bytes in buf, <= SEAL_PIECE_LEN */
	bool dead;		/* finished, or failed */
	uint8_t buf[SEAL_PIECE_LEN + AEAD_TAG_LEN];
};

/*
 * True for a point whose product with every scalar is zero: whoever sealed to
 * it would seal to everybody.  Any clamped scalar shows it, as it is a
 * multiple of 8; neither branch nor time depends on the point.
 */
static bool
is_low_order(const uint8_t pk[static X25519_LEN])
{
	static const uint8_t scalar[X25519_LEN] = {8, [31] = 64};
	uint8_t shared[X25519_LEN];

	return x25519_shared(shared, scalar, pk) < 0;
}

int
seal_recipient_parse(struct seal_recipient *r, const char *s, size_t n,
	struct err *e)
{
	struct buf raw = BUF_INIT(BECH32_MAX_LEN);
	int rc = -1;

	/* Bech32 may be in upper case as a whole, age recipients may not. */
	if (n < 4 || memcmp(s, "age1", 4) != 0) {
		(void)err_set(e, ERR_FORMAT, "not an age recipient");
		return err_hint(e, "it looks like 'age1...'; "
		    "X25519 is the only kind");
	}
	if (bech32_decode(&raw, "age", s, n, e) < 0)
		goto out;
	if (raw.len != sizeof(r->pk)) {
		(void)err_set(e, ERR_FORMAT,
		    "not an age recipient: of a wrong length");
		goto out;
	}
	if (is_low_order(raw.data)) {
		(void)err_set(e, ERR_FORMAT,
		    "not an age recipient: everybody could read for it");
		goto out;
	}
	r->kind = SEAL_X25519;
	memcpy(r->pk, raw.data, sizeof(r->pk));
	rc = 0;
out:
	buf_release(&raw);
	return rc;
}

int
seal_recipient_text(const struct seal_recipient *r, struct buf *out,
	struct err *e)
{
	return bech32_encode(out, "age", r->pk, sizeof(r->pk), e);
}

/*
 * The key that wraps the file key for one recipient, and the share that goes
 * into its stanza.  The ephemeral secret follows from the file key, so that
 * whoever opens the file can compute this again.
 */
static int
derive_wrap(uint8_t wrap[static HASH_LEN], uint8_t share[static X25519_LEN],
	const uint8_t key[static SEAL_KEY_LEN],
	const struct seal_recipient *r, struct err *e)
{
	uint8_t msg[EPH_LABEL_LEN + X25519_LEN], salt[2 * X25519_LEN];
	uint8_t eph[HASH_LEN], shared[X25519_LEN];
	int rc = -1;

	memcpy(msg, EPH_LABEL, EPH_LABEL_LEN);
	memcpy(msg + EPH_LABEL_LEN, r->pk, X25519_LEN);
	hash_blake2b_keyed(eph, key, SEAL_KEY_LEN, msg, sizeof(msg));
	x25519_public(share, eph);
	if (x25519_shared(shared, eph, r->pk) < 0) {
		(void)err_set(e, ERR_FORMAT,
		    "a recipient for which everybody could read");
		goto out;
	}
	memcpy(salt, share, X25519_LEN);
	memcpy(salt + X25519_LEN, r->pk, X25519_LEN);
	hash_hkdf_sha256(wrap, shared, sizeof(shared), salt, sizeof(salt),
	    "age-encryption.org/v1/X25519");
	rc = 0;
out:
	secmem_wipe(eph, sizeof(eph));
	secmem_wipe(shared, sizeof(shared));
	return rc;
}

static int
add_stanza(struct buf *out, const uint8_t key[static SEAL_KEY_LEN],
	const struct seal_recipient *r, struct err *e)
{
	static const uint8_t nonce[AEAD_NONCE_LEN];
	uint8_t wrap[HASH_LEN], share[X25519_LEN], body[BODY_LEN];
	struct aead *a = NULL;
	int rc = -1;

	if (r->kind != SEAL_X25519)
		return err_set(e, ERR_FORMAT, "an unknown kind of recipient");
	if (derive_wrap(wrap, share, key, r, e) < 0)
		goto out;
	a = aead_new(wrap, e);
	if (!a || aead_seal(a, body, nonce, key, SEAL_KEY_LEN, e) < 0)
		goto out;
	if (buf_adds(out, "-> X25519 ", e) < 0 ||
	    base64_encode(out, share, sizeof(share), false, e) < 0 ||
	    buf_addc(out, '\n', e) < 0 ||
	    base64_encode(out, body, sizeof(body), false, e) < 0 ||
	    buf_addc(out, '\n', e) < 0)
		goto out;
	rc = 0;
out:
	aead_free(a);
	secmem_wipe(wrap, sizeof(wrap));
	return rc;
}

int
seal_header(struct buf *out, const uint8_t key[static SEAL_KEY_LEN],
	const struct seal_recipient *r, size_t n, struct err *e)
{
	size_t start = out->len, i;
	uint8_t mac_key[HASH_LEN], mac[HASH_LEN];

	if (n < 1 || n > SEAL_MAX_RECIPIENTS)
		return err_set(e, ERR_FORMAT, "%zu recipients, not 1 to %d",
		    n, SEAL_MAX_RECIPIENTS);
	if (buf_adds(out, "age-encryption.org/v1\n", e) < 0)
		goto fail;
	for (i = 0; i < n; i++)
		if (add_stanza(out, key, &r[i], e) < 0)
			goto fail;
	if (buf_adds(out, "---", e) < 0)
		goto fail;
	hash_hkdf_sha256(mac_key, key, SEAL_KEY_LEN, NULL, 0, "header");
	hash_hmac_sha256(mac, mac_key, sizeof(mac_key), out->data + start,
	    out->len - start);
	secmem_wipe(mac_key, sizeof(mac_key));
	if (buf_addc(out, ' ', e) < 0 ||
	    base64_encode(out, mac, sizeof(mac), false, e) < 0 ||
	    buf_addc(out, '\n', e) < 0)
		goto fail;
	return 0;
fail:
	out->len = start;
	return -1;
}

/* The header and the payload's nonce; the key is gone afterwards. */
static int
begin(struct seal *s, const struct seal_recipient *r, size_t n, struct err *e)
{
	struct buf head = BUF_INIT(16 * 1024);
	uint8_t key[SEAL_KEY_LEN], payload_key[HASH_LEN], nonce[NONCE_LEN];
	int rc = -1;

	secmem_random(key, sizeof(key));
	secmem_random(nonce, sizeof(nonce));
	hash_hkdf_sha256(payload_key, key, sizeof(key), nonce, sizeof(nonce),
	    "payload");
	s->aead = aead_new(payload_key, e);
	if (!s->aead || seal_header(&head, key, r, n, e) < 0 ||
	    buf_add(&head, nonce, sizeof(nonce), e) < 0)
		goto out;
	rc = s->sink(s->arg, head.data, head.len, e);
out:
	secmem_wipe(key, sizeof(key));
	secmem_wipe(payload_key, sizeof(payload_key));
	buf_release(&head);
	return rc;
}

struct seal *
seal_new(const struct seal_recipient *r, size_t n, seal_sink sink, void *arg,
	struct err *e)
{
	struct seal *s = malloc(sizeof(*s));

	if (!s) {
		(void)err_nomem(e);
		return NULL;
	}
	s->aead = NULL;
	s->sink = sink;
	s->arg = arg;
	s->counter = 0;
	s->len = 0;
	s->dead = false;
	if (begin(s, r, n, e) < 0) {
		seal_free(s);
		return NULL;
	}
	return s;
}

/* Seal N bytes at P, which may be s->buf, and give them away. */
static int
put_piece(struct seal *s, const uint8_t *p, size_t n, bool last,
	struct err *e)
{
	uint8_t nonce[AEAD_NONCE_LEN] = {0};
	uint64_t c = s->counter++;
	int i;

	for (i = AEAD_NONCE_LEN - 2; c > 0; i--, c >>= 8)
		nonce[i] = (uint8_t)c;
	nonce[AEAD_NONCE_LEN - 1] = last;
	if (aead_seal(s->aead, s->buf, nonce, p, n, e) < 0 ||
	    s->sink(s->arg, s->buf, n + AEAD_TAG_LEN, e) < 0) {
		s->dead = true;
		return -1;
	}
	return 0;
}

/*
 * A piece is sealed when a byte behind it is there: only then it is certain
 * that it is not the last one, which may be full.
 */
int
seal_write(struct seal *s, const void *data, size_t n, struct err *e)
{
	const uint8_t *p = data;
	size_t m;

	if (s->dead)
		return err_set(e, ERR_FAIL, "the sealed file has ended");
	while (n > 0) {
		if (s->len == SEAL_PIECE_LEN) {
			if (put_piece(s, s->buf, s->len, false, e) < 0)
				return -1;
			s->len = 0;
		}
		if (s->len == 0 && n > SEAL_PIECE_LEN) {
			/* Straight from the caller's memory. */
			m = SEAL_PIECE_LEN;
			if (put_piece(s, p, m, false, e) < 0)
				return -1;
		} else {
			m = SEAL_PIECE_LEN - s->len;
			if (m > n)
				m = n;
			memcpy(s->buf + s->len, p, m);
			s->len += m;
		}
		p += m;
		n -= m;
	}
	return 0;
}

int
seal_finish(struct seal *s, struct err *e)
{
	if (s->dead)
		return err_set(e, ERR_FAIL, "the sealed file has ended");
	if (put_piece(s, s->buf, s->len, true, e) < 0)
		return -1;
	s->dead = true;
	return 0;
}

void
seal_free(struct seal *s)
{
	if (!s)
		return;
	aead_free(s->aead);
	secmem_wipe(s->buf, s->len);	/* plaintext, if it was given up */
	free(s);
}

static unsigned
floor_log2(uint64_t v)
{
	return 63u - (unsigned)__builtin_clzll(v);
}

/* PADME (Nikitin et al., PETS 2019): at most 12 % more, few distinct sizes. */
static uint64_t
padme(uint64_t len)
{
	unsigned exp = floor_log2(len);
	unsigned zeros = exp - (floor_log2(exp) + 1);
	uint64_t mask = (UINT64_C(1) << zeros) - 1;

	return (len + mask) & ~mask;
}

uint64_t
seal_pad_len(uint64_t plain)
{
	uint64_t len = plain + PAD_HEAD_LEN, total;

	if (len <= PAD_STEP_MAX)
		total = (len + PAD_STEP - 1) / PAD_STEP * PAD_STEP;
	else
		total = padme(len);
	return total - plain;
}

int
seal_pad(struct buf *out, uint64_t plain, struct err *e)
{
	static const uint8_t magic[4] = {0x50, 0x2a, 0x4d, 0x18};
	uint64_t n = seal_pad_len(plain), zeros = n - PAD_HEAD_LEN;
	uint8_t *p;
	int i;

	if (zeros > UINT32_MAX)
		return err_set(e, ERR_FAIL, "too long to pad");
	if (buf_reserve(out, (size_t)n, e) < 0)
		return -1;
	p = out->data + out->len;
	memcpy(p, magic, sizeof(magic));
	for (i = 0; i < 4; i++)
		p[4 + i] = (uint8_t)(zeros >> 8 * i);
	memset(p + PAD_HEAD_LEN, 0, (size_t)zeros + 1);	/* and buf's NUL */
	out->len += (size_t)n;
	return 0;
}
