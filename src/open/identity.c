/* open/identity.c - age identities, in memory and in files. */
#include "open/identity.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "crypto/aead.h"
#include "crypto/bech32.h"
#include "crypto/hash.h"
#include "crypto/scrypt.h"
#include "crypto/secmem.h"
#include "crypto/x25519.h"
#include "open/age_open.h"
#include "open/armor.h"

#include "base/banned.h"

#define HRP "AGE-SECRET-KEY-"
#define TEXT_LEN 74		/* of a secret key */
#define SALT_LEN 16
#define NONCE_LEN 16
#define LOG_N_MAX 22
#define SCRYPT_LABEL "age-encryption.org/v1/scrypt"
#define SCRYPT_LABEL_LEN (sizeof(SCRYPT_LABEL) - 1)

struct identities {
	size_t n;
	uint8_t sk[IDENTITY_MAX][X25519_LEN];
	uint8_t pk[IDENTITY_MAX][X25519_LEN];
};

struct identities *
identities_new(struct err *e)
{
	struct identities *ids = secmem_new(sizeof(*ids));

	if (!ids) {
		(void)err_nomem(e);
		return NULL;
	}
	ids->n = 0;
	secmem_keep_from_children(ids, sizeof(*ids));
	return ids;
}

void
identities_free(struct identities *ids)
{
	secmem_free(ids);
}

size_t
identities_count(const struct identities *ids)
{
	return ids->n;
}

void
identities_recipient(const struct identities *ids, size_t i,
	struct seal_recipient *r)
{
	r->kind = SEAL_X25519;
	memcpy(r->pk, ids->pk[i], sizeof(r->pk));
}

const uint8_t *
identities_secret(const struct identities *ids, size_t i)
{
	return ids->sk[i];
}

int
identities_add_secret(struct identities *ids,
	const uint8_t sk[static X25519_LEN], struct err *e)
{
	if (ids->n == IDENTITY_MAX)
		return err_set(e, ERR_FORMAT, "more than %d identities",
		    IDENTITY_MAX);
	memcpy(ids->sk[ids->n], sk, X25519_LEN);
	x25519_public(ids->pk[ids->n], sk);
	ids->n++;
	return 0;
}

int
identities_generate(struct identities *ids, struct err *e)
{
	uint8_t sk[X25519_LEN];
	int rc;

	secmem_random(sk, sizeof(sk));
	rc = identities_add_secret(ids, sk, e);
	secmem_wipe(sk, sizeof(sk));
	return rc;
}

int
identities_add(struct identities *ids, const char *s, size_t n,
	struct err *e)
{
	struct buf raw = BUF_INIT(BECH32_MAX_LEN);
	int rc = -1;

	/* Bech32 may be in lower case as a whole, age identities may not. */
	if (n < sizeof(HRP) || memcmp(s, HRP "1", sizeof(HRP)) != 0) {
		(void)err_set(e, ERR_FORMAT, "not an age identity");
		return err_hint(e, "it looks like '" HRP "1...'; plug-in and "
		    "post-quantum identities are not known here");
	}
	if (bech32_decode(&raw, HRP, s, n, e) < 0)
		goto out;
	if (raw.len != X25519_LEN) {
		(void)err_set(e, ERR_FORMAT,
		    "not an age identity: of a wrong length");
		goto out;
	}
	rc = identities_add_secret(ids, raw.data, e);
out:
	buf_wipe(&raw);
	return rc;
}

/* An age file, in either form, as far as its beginning says so. */
static bool
is_age_file(const void *data, size_t n)
{
	static const char *const begins[] = {
		"age-encryption.org/", ARMOR_BEGIN
	};
	const char *p = data;
	size_t i, len;

	for (; n > 0 && strchr(" \t\r\n\v\f", *p) && *p; p++)
		n--;
	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		len = strlen(begins[i]);
		if (n >= len && memcmp(p, begins[i], len) == 0)
			return true;
	}
	return false;
}

bool
identity_wants_passphrase(const void *data, size_t n)
{
	struct err e = ERR_INIT;
	struct age_info *info;
	bool wants;

	if (n > IDENTITY_FILE_MAX || !is_age_file(data, n))
		return false;
	info = malloc(sizeof(*info));
	wants = info && age_inspect(info, data, n, &e) == 0 &&
	    info->stanza[0].scrypt_log_n > 0;
	free(info);
	return wants;
}

/* Lines of an identity file; CRLF is let pass, as age does. */
static int
add_lines(struct identities *ids, const char *p, size_t n, struct err *e)
{
	const char *lf;
	size_t no, len, used, found = 0;

	for (no = 1; n > 0; no++) {
		lf = memchr(p, '\n', n);
		used = lf ? (size_t)(lf - p) + 1 : n;
		len = lf ? used - 1 : n;
		if (len > 0 && p[len - 1] == '\r')
			len--;
		if (len > 0 && p[0] != '#') {
			if (identities_add(ids, p, len, e) < 0)
				return err_prefix(e, "line %zu", no);
			found++;
		}
		p += used;
		n -= used;
	}
	if (found == 0) {
		(void)err_set(e, ERR_FORMAT, "no age identity in the file");
		return err_hint(e, "an identity file has a line '" HRP
		    "1...'");
	}
	return 0;
}

static int
add_sealed(struct identities *ids, const void *data, size_t n,
	const char *pass, struct err *e)
{
	struct buf text = BUF_INIT(IDENTITY_FILE_MAX);
	int rc = -1;

	if (age_open_buf_pass(NULL, pass, data, n, &text, e) < 0) {
		if (pass && e->code == ERR_CRYPTO)
			(void)err_hint(e, "is it the passphrase of this "
			    "identity file?");
		goto out;
	}
	rc = add_lines(ids, buf_str(&text), text.len, e);
out:
	buf_wipe(&text);
	return rc;
}

int
identities_load(struct identities *ids, const void *data, size_t n,
	const char *pass, struct err *e)
{
	size_t before = ids->n;
	int rc;

	if (n > IDENTITY_FILE_MAX)
		return err_set(e, ERR_FORMAT,
		    "too long for an identity file");
	if (is_age_file(data, n))
		rc = add_sealed(ids, data, n, pass, e);
	else
		rc = add_lines(ids, data, n, e);
	if (rc < 0) {
		secmem_wipe(ids->sk[before], (ids->n - before) * X25519_LEN);
		ids->n = before;
	}
	return rc;
}

/* The plain identity file; OUT has room for it. */
static int
add_text(const struct identities *ids, struct buf *out, struct err *e)
{
	struct seal_recipient r;
	size_t i, k, start;

	for (i = 0; i < ids->n; i++) {
		identities_recipient(ids, i, &r);
		if (buf_adds(out, "# public key: ", e) < 0 ||
		    seal_recipient_text(&r, out, e) < 0 ||
		    buf_addc(out, '\n', e) < 0)
			return -1;
		start = out->len;
		if (bech32_encode(out, HRP, ids->sk[i], X25519_LEN, e) < 0)
			return -1;
		for (k = start; k < out->len; k++)
			if (out->data[k] >= 'a' && out->data[k] <= 'z')
				out->data[k] -= 'a' - 'A';
		if (buf_addc(out, '\n', e) < 0)
			return -1;
	}
	return 0;
}

/* Append N bytes at P sealed under KEY, as the only piece. */
static int
add_piece(struct buf *out, const uint8_t key[static AEAD_KEY_LEN],
	bool last, const void *p, size_t n, struct err *e)
{
	uint8_t nonce[AEAD_NONCE_LEN] = {0};
	struct aead *a = aead_new(key, e);
	int rc = -1;

	nonce[AEAD_NONCE_LEN - 1] = last;
	if (a && buf_reserve(out, n + AEAD_TAG_LEN, e) == 0 &&
	    aead_seal(a, out->data + out->len, nonce, p, n, e) == 0) {
		out->len += n + AEAD_TAG_LEN;
		out->data[out->len] = '\0';
		rc = 0;
	}
	aead_free(a);
	return rc;
}

/* The header of a file under a passphrase. */
static int
add_header(struct buf *out, const uint8_t key[static SEAL_KEY_LEN],
	const char *pass, unsigned log_n, struct err *e)
{
	uint8_t salt[SCRYPT_LABEL_LEN + SALT_LEN], wrap[32], mac[HASH_LEN];
	struct buf body = BUF_INIT(64);
	size_t start = out->len;
	int rc = -1;

	memcpy(salt, SCRYPT_LABEL, SCRYPT_LABEL_LEN);
	secmem_random(salt + SCRYPT_LABEL_LEN, SALT_LEN);
	if (scrypt_derive(wrap, pass, strlen(pass), salt, sizeof(salt), log_n,
	    e) < 0 ||
	    add_piece(&body, wrap, false, key, SEAL_KEY_LEN, e) < 0 ||
	    buf_adds(out, "age-encryption.org/v1\n-> scrypt ", e) < 0 ||
	    base64_encode(out, salt + SCRYPT_LABEL_LEN, SALT_LEN, false,
	    e) < 0 ||
	    buf_addf(out, e, " %u\n", log_n) < 0 ||
	    base64_encode(out, body.data, body.len, false, e) < 0 ||
	    buf_adds(out, "\n---", e) < 0)
		goto out;
	hash_hkdf_sha256(wrap, key, SEAL_KEY_LEN, NULL, 0, "header");
	hash_hmac_sha256(mac, wrap, sizeof(wrap), out->data + start,
	    out->len - start);
	if (buf_addc(out, ' ', e) < 0 ||
	    base64_encode(out, mac, sizeof(mac), false, e) < 0)
		goto out;
	rc = buf_addc(out, '\n', e);
out:
	secmem_wipe(wrap, sizeof(wrap));
	buf_release(&body);
	return rc;
}

/* Header, nonce and the one piece that an identity file is. */
static int
seal_text(struct buf *out, const struct buf *text, const char *pass,
	unsigned log_n, struct err *e)
{
	uint8_t key[SEAL_KEY_LEN], nonce[NONCE_LEN], payload_key[HASH_LEN];
	int rc = -1;

	secmem_random(key, sizeof(key));
	secmem_random(nonce, sizeof(nonce));
	hash_hkdf_sha256(payload_key, key, sizeof(key), nonce, sizeof(nonce),
	    "payload");
	if (add_header(out, key, pass, log_n, e) == 0 &&
	    buf_add(out, nonce, sizeof(nonce), e) == 0)
		rc = add_piece(out, payload_key, true, text->data, text->len,
		    e);
	secmem_wipe(key, sizeof(key));
	secmem_wipe(payload_key, sizeof(payload_key));
	return rc;
}

int
identities_save(const struct identities *ids, struct buf *out,
	const char *pass, unsigned log_n, struct err *e)
{
	struct buf text = BUF_INIT(SEAL_PIECE_LEN);
	size_t start = out->len;
	int rc = -1;

	if (ids->n == 0)
		return err_set(e, ERR_FAIL, "no identity to write");
	if (!pass[0])
		return err_set(e, ERR_USAGE, "an empty passphrase");
	if (log_n < 1 || log_n > LOG_N_MAX)
		return err_set(e, ERR_FAIL, "an scrypt work factor that is "
		    "not 1 to %d", LOG_N_MAX);
	if (buf_reserve(&text, ids->n * 4 * TEXT_LEN, e) < 0 ||
	    add_text(ids, &text, e) < 0)
		goto out;
	rc = seal_text(out, &text, pass, log_n, e);
out:
	if (rc < 0)
		out->len = start;
	buf_wipe(&text);
	return rc;
}
