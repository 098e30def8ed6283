/* sign/sshsig.c - detached signatures (OpenSSH PROTOCOL.sshsig). */
#include "sign/sshsig.h"

#include <string.h>

#include "base/base64.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define COLUMNS 70
#define NAMESPACE_MAX 127
#define BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define BEGIN_LEN (sizeof(BEGIN) - 1)
#define END "-----END SSH SIGNATURE-----"
#define END_LEN (sizeof(END) - 1)
#define MAGIC "SSHSIG"
#define MAGIC_LEN (sizeof(MAGIC) - 1)
#define VERSION_LEN 4
#define TYPE "ssh-ed25519"

/* Where the public key's 32 bytes stand: MAGIC, version, length, blob. */
#define PK_OFF (MAGIC_LEN + VERSION_LEN + 4 + SSHKEY_BLOB_LEN - ED25519_PK_LEN)

static int
add_string(struct buf *out, const void *data, size_t n, struct err *e)
{
	uint8_t len[4] = {
		(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
		(uint8_t)n
	};

	if (buf_add(out, len, sizeof(len), e) < 0)
		return -1;
	return buf_add(out, data, n, e);
}

/* namespace, reserved, hash: the same in the blob and in what is signed. */
static int
add_context(struct buf *out, const char *namespace_, struct err *e)
{
	size_t n = strlen(namespace_);

	if (n == 0 || n > NAMESPACE_MAX)
		return err_set(e, ERR_FAIL, "not a signature namespace: '%s'",
		    namespace_);
	if (add_string(out, namespace_, n, e) < 0 ||
	    add_string(out, "", 0, e) < 0)
		return -1;
	return add_string(out, "sha512", 6, e);
}

/* The bytes that Ed25519 signs. */
static int
add_signed(struct buf *out, const char *namespace_, const void *data,
	size_t n, struct err *e)
{
	uint8_t digest[64];

	hash_sha512(digest, data, n);
	if (buf_add(out, MAGIC, MAGIC_LEN, e) < 0 ||
	    add_context(out, namespace_, e) < 0)
		return -1;
	return add_string(out, digest, sizeof(digest), e);
}

/* The one form of a blob with this key and signature. */
static int
add_blob(struct buf *out, const char *namespace_,
	const struct sshkey_pub *pub,
	const uint8_t sig[static ED25519_SIG_LEN], struct err *e)
{
	static const uint8_t version[VERSION_LEN] = {0, 0, 0, 1};
	struct buf inner = BUF_INIT(256);
	uint8_t key[SSHKEY_BLOB_LEN];
	int rc = -1;

	sshkey_blob(pub, key);
	if (add_string(&inner, TYPE, sizeof(TYPE) - 1, e) < 0 ||
	    add_string(&inner, sig, ED25519_SIG_LEN, e) < 0 ||
	    buf_add(out, MAGIC, MAGIC_LEN, e) < 0 ||
	    buf_add(out, version, sizeof(version), e) < 0 ||
	    add_string(out, key, sizeof(key), e) < 0 ||
	    add_context(out, namespace_, e) < 0)
		goto out;
	rc = add_string(out, inner.data, inner.len, e);
out:
	buf_release(&inner);
	return rc;
}

int
sshsig_sign(const struct sshkey *k, const char *namespace_,
	const void *data, size_t n, struct buf *blob, struct err *e)
{
	struct buf msg = BUF_INIT(512);
	struct sshkey_pub pub;
	uint8_t sig[ED25519_SIG_LEN];
	int rc = -1;

	if (add_signed(&msg, namespace_, data, n, e) < 0)
		goto out;
	ed25519_sign(sig, msg.data, msg.len, sshkey_secret(k));
	sshkey_public(k, &pub);
	rc = add_blob(blob, namespace_, &pub, sig, e);
out:
	buf_release(&msg);
	return rc;
}

int
sshsig_armor(const void *blob, size_t n, struct buf *out, struct err *e)
{
	struct buf b64 = BUF_INIT(SSHSIG_ARMOR_MAX);
	size_t start = out->len, off, len;
	int rc = -1;

	if (n == 0 || n > SSHSIG_ARMOR_MAX)
		return err_set(e, ERR_FORMAT, "not the size of a signature");
	if (base64_encode(&b64, blob, n, true, e) < 0 ||
	    buf_adds(out, BEGIN, e) < 0)
		goto out;
	for (off = 0; off < b64.len; off += len) {
		len = b64.len - off < COLUMNS ? b64.len - off : COLUMNS;
		if (buf_add(out, b64.data + off, len, e) < 0 ||
		    buf_addc(out, '\n', e) < 0)
			goto out;
	}
	if (buf_adds(out, END, e) < 0)
		goto out;
	if (out->len - start > SSHSIG_ARMOR_MAX) {
		(void)err_set(e, ERR_FORMAT, "not the size of a signature");
		goto out;
	}
	rc = 0;
out:
	if (rc < 0)
		out->len = start;
	buf_release(&b64);
	return rc;
}

/* The base64 of the lines between the markers; lengths are not looked at. */
static int
join_lines(struct buf *b64, const char *s, size_t n, struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] != '\n' && buf_addc(b64, s[i], e) < 0)
			return -1;
	return 0;
}

int
sshsig_dearmor(const char *s, size_t n, struct buf *blob, struct err *e)
{
	struct buf b64 = BUF_INIT(SSHSIG_ARMOR_MAX);
	struct buf raw = BUF_INIT(SSHSIG_ARMOR_MAX);
	struct buf again = BUF_INIT(2 * SSHSIG_ARMOR_MAX);
	int rc = -1;

	if (n > SSHSIG_ARMOR_MAX || n < BEGIN_LEN + END_LEN ||
	    memcmp(s, BEGIN, BEGIN_LEN) != 0 ||
	    memcmp(s + n - END_LEN, END, END_LEN) != 0)
		return err_set(e, ERR_FORMAT, "not an SSH signature");
	if (join_lines(&b64, s + BEGIN_LEN, n - BEGIN_LEN - END_LEN, e) < 0 ||
	    base64_decode(&raw, buf_str(&b64), b64.len, true, e) < 0 ||
	    sshsig_armor(raw.data, raw.len, &again, e) < 0)
		goto out;
	/* Line lengths, a missing or doubled LF: all of it shows here. */
	if (again.len != n || memcmp(again.data, s, n) != 0) {
		(void)err_set(e, ERR_FORMAT,
		    "an SSH signature that is not in its one form");
		goto out;
	}
	rc = buf_add(blob, raw.data, raw.len, e);
out:
	buf_release(&b64);
	buf_release(&raw);
	buf_release(&again);
	return rc;
}

int
sshsig_verify(const void *blob, size_t blob_len, const char *namespace_,
	const void *data, size_t n, struct sshkey_pub *pub, struct err *e)
{
	struct buf want = BUF_INIT(SSHSIG_ARMOR_MAX);
	struct buf msg = BUF_INIT(512);
	const uint8_t *p = blob, *sig;
	struct sshkey_pub got;
	int rc = -1;

	if (blob_len < PK_OFF + sizeof(got.pk) + ED25519_SIG_LEN)
		return err_set(e, ERR_FORMAT, "not an SSH signature");
	/* Both stand at fixed places; the comparison proves that they do. */
	memcpy(got.pk, p + PK_OFF, sizeof(got.pk));
	sig = p + blob_len - ED25519_SIG_LEN;
	if (add_blob(&want, namespace_, &got, sig, e) < 0 ||
	    add_signed(&msg, namespace_, data, n, e) < 0)
		goto out;
	if (want.len != blob_len || memcmp(want.data, p, blob_len) != 0) {
		(void)err_set(e, ERR_FORMAT, "not an Ed25519 signature of "
		    "namespace '%s' in its one form", namespace_);
		goto out;
	}
	if (!ed25519_verify(sig, msg.data, msg.len, got.pk)) {
		(void)err_set(e, ERR_CRYPTO, "the signature is wrong");
		goto out;
	}
	*pub = got;
	rc = 0;
out:
	buf_release(&want);
	buf_release(&msg);
	return rc;
}
