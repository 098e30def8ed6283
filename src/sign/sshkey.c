/* sign/sshkey.c - Ed25519 keys as OpenSSH writes them (PROTOCOL.key). */
#include "sign/sshkey.h"

#include <stdbool.h>
#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/utf8.h"
#include "crypto/ed25519.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define FILE_MAX (16 * 1024)
#define LINE_MAX_LEN 1024
#define COMMENT_MAX 255
#define COLUMNS 70
#define BLOCK 8		/* cipher "none" pads to this */

#define TYPE "ssh-ed25519"
#define TYPE_LEN (sizeof(TYPE) - 1)
#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define END "-----END OPENSSH PRIVATE KEY-----"

static const char magic[] = "openssh-key-v1";	/* with its NUL */

struct sshkey {
	uint8_t sk[ED25519_SK_LEN];	/* seed, then public key */
};

/* Bytes still to be read. */
struct in {
	const uint8_t *p;
	size_t n;
};

static void
put_u32(uint8_t out[static 4], uint32_t v)
{
	out[0] = (uint8_t)(v >> 24);
	out[1] = (uint8_t)(v >> 16);
	out[2] = (uint8_t)(v >> 8);
	out[3] = (uint8_t)v;
}

/* Append an SSH string. */
static int
add_string(struct buf *out, const void *data, size_t n, struct err *e)
{
	uint8_t len[4];

	put_u32(len, (uint32_t)n);
	if (buf_add(out, len, sizeof(len), e) < 0)
		return -1;
	return buf_add(out, data, n, e);
}

static bool
get_u32(struct in *in, uint32_t *v)
{
	if (in->n < 4)
		return false;
	*v = (uint32_t)in->p[0] << 24 | (uint32_t)in->p[1] << 16 |
	    (uint32_t)in->p[2] << 8 | in->p[3];
	in->p += 4;
	in->n -= 4;
	return true;
}

static bool
get_string(struct in *in, struct in *s)
{
	uint32_t n;

	if (!get_u32(in, &n) || n > in->n)
		return false;
	s->p = in->p;
	s->n = n;
	in->p += n;
	in->n -= n;
	return true;
}

static bool
is_text(const struct in *s, const char *text)
{
	return s->n == strlen(text) && memcmp(s->p, text, s->n) == 0;
}

/* The next string is this text. */
static bool
get_text(struct in *in, const char *text)
{
	struct in s;

	return get_string(in, &s) && is_text(&s, text);
}

/* A key is used by the process that has it, never by one that it starts. */
static struct sshkey *
key_new(struct err *e)
{
	struct sshkey *k = secmem_new(sizeof(*k));

	if (k)
		secmem_keep_from_children(k, sizeof(*k));
	else
		(void)err_nomem(e);
	return k;
}

struct sshkey *
sshkey_from_seed(const uint8_t seed[static 32], struct err *e)
{
	struct sshkey *k = key_new(e);
	uint8_t pk[ED25519_PK_LEN];

	if (!k)
		return NULL;
	ed25519_from_seed(pk, k->sk, seed);
	return k;
}

struct sshkey *
sshkey_generate(struct err *e)
{
	uint8_t seed[ED25519_SEED_LEN];
	struct sshkey *k;

	secmem_random(seed, sizeof(seed));
	k = sshkey_from_seed(seed, e);
	secmem_wipe(seed, sizeof(seed));
	return k;
}

void
sshkey_free(struct sshkey *k)
{
	secmem_free(k);
}

void
sshkey_public(const struct sshkey *k, struct sshkey_pub *pub)
{
	memcpy(pub->pk, k->sk + ED25519_SEED_LEN, sizeof(pub->pk));
}

const uint8_t *
sshkey_secret(const struct sshkey *k)
{
	return k->sk;
}

void
sshkey_blob(const struct sshkey_pub *pub,
	uint8_t out[static SSHKEY_BLOB_LEN])
{
	put_u32(out, TYPE_LEN);
	memcpy(out + 4, TYPE, TYPE_LEN);
	put_u32(out + 4 + TYPE_LEN, sizeof(pub->pk));
	memcpy(out + 8 + TYPE_LEN, pub->pk, sizeof(pub->pk));
}

int
sshkey_public_text(const struct sshkey_pub *pub, struct buf *out,
	struct err *e)
{
	uint8_t blob[SSHKEY_BLOB_LEN];

	sshkey_blob(pub, blob);
	if (buf_adds(out, TYPE " ", e) < 0)
		return -1;
	return base64_encode(out, blob, sizeof(blob), true, e);
}

static int
bad_public(struct err *e)
{
	(void)err_set(e, ERR_FORMAT, "not an Ed25519 public key line");
	return err_hint(e, "it looks like '" TYPE " AAAA...'; "
	    "ssh-keygen -t ed25519 makes one");
}

int
sshkey_public_parse(struct sshkey_pub *pub, const char *s, size_t n,
	struct err *e)
{
	struct buf blob = BUF_INIT(LINE_MAX_LEN);
	struct sshkey_pub got;
	uint8_t want[SSHKEY_BLOB_LEN];
	const char *end;
	int rc = -1;

	if (n > LINE_MAX_LEN || n <= TYPE_LEN + 1 ||
	    memcmp(s, TYPE " ", TYPE_LEN + 1) != 0)
		return bad_public(e);
	s += TYPE_LEN + 1;
	n -= TYPE_LEN + 1;
	end = memchr(s, ' ', n);
	if (end && !utf8_clean(end, n - (size_t)(end - s)))
		return bad_public(e);
	if (base64_decode(&blob, s, end ? (size_t)(end - s) : n, true, e) < 0) {
		if (e->code == ERR_FORMAT)
			(void)bad_public(e);
		goto out;
	}
	/* The one blob of these 32 bytes, or it is none of ours. */
	if (blob.len == SSHKEY_BLOB_LEN) {
		memcpy(got.pk, blob.data + SSHKEY_BLOB_LEN - sizeof(got.pk),
		    sizeof(got.pk));
		sshkey_blob(&got, want);
	}
	if (blob.len != SSHKEY_BLOB_LEN ||
	    memcmp(want, blob.data, sizeof(want)) != 0) {
		(void)bad_public(e);
		goto out;
	}
	*pub = got;
	rc = 0;
out:
	buf_release(&blob);
	return rc;
}

/* The part of a private key that a passphrase would hide. */
static int
add_secret_part(struct buf *out, const struct sshkey *k, const char *comment,
	struct err *e)
{
	uint8_t check[8];
	uint8_t i;

	secmem_random(check, 4);
	memcpy(check + 4, check, 4);
	if (buf_add(out, check, sizeof(check), e) < 0 ||
	    add_string(out, TYPE, TYPE_LEN, e) < 0 ||
	    add_string(out, k->sk + ED25519_SEED_LEN, ED25519_PK_LEN, e) < 0 ||
	    add_string(out, k->sk, sizeof(k->sk), e) < 0 ||
	    add_string(out, comment, strlen(comment), e) < 0)
		return -1;
	for (i = 1; out->len % BLOCK != 0; i++)
		if (buf_addc(out, (char)i, e) < 0)
			return -1;
	return 0;
}

/* Base64 in lines between the markers; reserved first, as it is secret. */
static int
add_armored(struct buf *out, const struct buf *raw, struct buf *b64,
	struct err *e)
{
	size_t off, n;

	if (buf_reserve(b64, raw->len / 3 * 4 + 4, e) < 0 ||
	    base64_encode(b64, raw->data, raw->len, true, e) < 0 ||
	    buf_reserve(out, b64->len + b64->len / COLUMNS + 1 +
	    sizeof(BEGIN) + sizeof(END), e) < 0 ||
	    buf_adds(out, BEGIN "\n", e) < 0)
		return -1;
	for (off = 0; off < b64->len; off += n) {
		n = b64->len - off < COLUMNS ? b64->len - off : COLUMNS;
		if (buf_add(out, b64->data + off, n, e) < 0 ||
		    buf_addc(out, '\n', e) < 0)
			return -1;
	}
	return buf_adds(out, END "\n", e);
}

int
sshkey_private_text(const struct sshkey *k, const char *comment,
	struct buf *out, struct err *e)
{
	static const uint8_t one[4] = {0, 0, 0, 1};
	struct buf secret = BUF_INIT(FILE_MAX), raw = BUF_INIT(FILE_MAX);
	struct buf b64 = BUF_INIT(FILE_MAX);
	struct sshkey_pub pub;
	uint8_t blob[SSHKEY_BLOB_LEN];
	int rc = -1;

	if (strlen(comment) > COMMENT_MAX ||
	    !utf8_clean(comment, strlen(comment)))
		return err_set(e, ERR_FORMAT, "the key's comment is too long "
		    "or not text");
	sshkey_public(k, &pub);
	sshkey_blob(&pub, blob);
	/* Room for all at once: growing would leave copies behind. */
	if (buf_reserve(&secret, 1024, e) < 0 ||
	    buf_reserve(&raw, 2048, e) < 0 ||
	    add_secret_part(&secret, k, comment, e) < 0 ||
	    buf_add(&raw, magic, sizeof(magic), e) < 0 ||
	    add_string(&raw, "none", 4, e) < 0 ||
	    add_string(&raw, "none", 4, e) < 0 ||
	    add_string(&raw, "", 0, e) < 0 ||
	    buf_add(&raw, one, sizeof(one), e) < 0 ||
	    add_string(&raw, blob, sizeof(blob), e) < 0 ||
	    add_string(&raw, secret.data, secret.len, e) < 0)
		goto out;
	rc = add_armored(out, &raw, &b64, e);
out:
	buf_wipe(&secret);
	buf_wipe(&raw);
	buf_wipe(&b64);
	return rc;
}

/* What stands between the markers, without line ends; B64 has room for it. */
static int
strip_armor(struct buf *b64, const char *s, size_t n, struct err *e)
{
	const char *body, *end;
	size_t i;

	if (n < sizeof(BEGIN) || memcmp(s, BEGIN, sizeof(BEGIN) - 1) != 0)
		goto bad;
	body = s + sizeof(BEGIN) - 1;
	if (*body != '\n' && *body != '\r')
		goto bad;
	n -= sizeof(BEGIN) - 1;
	end = memmem(body, n, "\n" END, sizeof(END));
	if (!end)
		goto bad;
	n -= (size_t)(end - body) + sizeof(END);
	for (i = 0; i < n; i++)
		if (!strchr("\r\n", end[sizeof(END) + i]) ||
		    end[sizeof(END) + i] == '\0')
			goto bad;
	for (; body < end; body++)
		if (*body != '\n' && *body != '\r' &&
		    buf_addc(b64, *body, e) < 0)
			return -1;
	return 0;
bad:
	(void)err_set(e, ERR_FORMAT, "not an OpenSSH private key");
	return err_hint(e, "ssh-keygen -t ed25519 -N '' makes one");
}

/* The secret half, which must agree with BLOB, the public one. */
static bool
read_secret_part(struct in in, const struct in *blob, struct sshkey *k)
{
	struct in pk, sk, comment;
	struct sshkey_pub pub;
	uint8_t want[SSHKEY_BLOB_LEN];
	uint32_t a, b;
	uint8_t i;

	if (in.n % BLOCK != 0 || !get_u32(&in, &a) || !get_u32(&in, &b) ||
	    a != b || !get_text(&in, TYPE) || !get_string(&in, &pk) ||
	    !get_string(&in, &sk) || !get_string(&in, &comment))
		return false;
	for (i = 1; in.n > 0; i++, in.p++, in.n--)
		if (i >= BLOCK || *in.p != i)
			return false;
	if (pk.n != ED25519_PK_LEN || sk.n != ED25519_SK_LEN)
		return false;
	/*
	 * Signing with a public half that is not the seed's gives the secret
	 * away, so the seed alone counts and the rest must follow from it.
	 */
	ed25519_from_seed(pub.pk, k->sk, sk.p);
	sshkey_blob(&pub, want);
	return secmem_eq(k->sk, sk.p, sizeof(k->sk)) &&
	    memcmp(pub.pk, pk.p, sizeof(pub.pk)) == 0 &&
	    blob->n == sizeof(want) && memcmp(want, blob->p, blob->n) == 0;
}

static int
read_key(struct in in, struct sshkey *k, struct err *e)
{
	struct in cipher, kdf, opts, blob, secret;
	uint32_t nkeys;

	if (in.n < sizeof(magic) || memcmp(in.p, magic, sizeof(magic)) != 0)
		return err_set(e, ERR_FORMAT, "not an OpenSSH private key");
	in.p += sizeof(magic);
	in.n -= sizeof(magic);
	if (!get_string(&in, &cipher) || !get_string(&in, &kdf) ||
	    !get_string(&in, &opts) || !get_u32(&in, &nkeys) ||
	    !get_string(&in, &blob) || !get_string(&in, &secret) || in.n > 0)
		return err_set(e, ERR_FORMAT, "the private key is damaged");
	if (!is_text(&cipher, "none") || !is_text(&kdf, "none")) {
		(void)err_set(e, ERR_FORMAT,
		    "the private key is under a passphrase");
		return err_hint(e, "ssh-keygen -p -f FILE -N '' removes it");
	}
	if (nkeys != 1 || opts.n > 0 || blob.n < 4 + TYPE_LEN ||
	    memcmp(blob.p + 4, TYPE, TYPE_LEN) != 0) {
		(void)err_set(e, ERR_FORMAT,
		    "the private key is not an Ed25519 key");
		return err_hint(e, "ssh-keygen -t ed25519 -N '' makes one");
	}
	if (!read_secret_part(secret, &blob, k))
		return err_set(e, ERR_FORMAT, "the private key is damaged");
	return 0;
}

struct sshkey *
sshkey_parse(const void *data, size_t n, struct err *e)
{
	struct buf b64 = BUF_INIT(FILE_MAX), raw = BUF_INIT(FILE_MAX);
	struct sshkey *k = NULL, *out = NULL;

	if (n > FILE_MAX) {
		(void)err_set(e, ERR_FORMAT, "too long for a private key");
		return NULL;
	}
	if (buf_reserve(&b64, n, e) < 0 || buf_reserve(&raw, n, e) < 0 ||
	    strip_armor(&b64, data, n, e) < 0)
		goto out;
	if (base64_decode(&raw, buf_str(&b64), b64.len, true, e) < 0) {
		/* The text could name a secret byte's place: say less. */
		if (e->code == ERR_FORMAT)
			(void)err_set(e, ERR_FORMAT,
			    "the private key is damaged");
		goto out;
	}
	k = key_new(e);
	if (!k)
		goto out;
	if (read_key((struct in){raw.data, raw.len}, k, e) < 0)
		goto out;
	out = k;
	k = NULL;
out:
	sshkey_free(k);
	buf_wipe(&b64);
	buf_wipe(&raw);
	return out;
}

struct sshkey *
sshkey_load(const char *path, struct err *e)
{
	struct buf text = BUF_INIT(FILE_MAX);
	struct sshkey *k = NULL;

	if (buf_reserve(&text, FILE_MAX, e) == 0 &&
	    file_load_private(path, &text, e) == 0) {
		k = sshkey_parse(buf_str(&text), text.len, e);
		if (!k && e->code == ERR_FORMAT)
			(void)err_prefix(e, "'%s'", path);
	}
	buf_wipe(&text);
	return k;
}
