/*
 * vault/kdbx.c - KDBX 4.0 (keepass.info/help/kb/kdbx_4.html), as it is written.
 *
 *     header | SHA-256 | HMAC | blocks of HMAC, length, bytes | empty block
 *
 * The blocks are ChaCha20(inner header | XML).  In the XML, secret values are
 * XORed with a second stream in the order in which they stand there, then
 * base64.
 */
#include "vault/kdbx.h"

#include <inttypes.h>
#include <string.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "crypto/argon2.h"
#include "crypto/chacha20.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define MAGIC "\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5"
#define VERSION "\x00\x00\x04\x00"
#define CHACHA20_UUID \
	"\xd6\x03\x8a\x2b\x8b\x6f\x4c\xb5\xa5\x24\x33\x9a\x31\xdb\xb5\x9a"
#define ARGON2ID_UUID \
	"\x9e\x29\x8b\x19\x56\xdb\x47\x73\xb2\x3d\xfc\x3e\xc6\xf0\xa1\xe6"
#define ARGON2_V13 0x13
#define BLOCK_LEN ((size_t)1 << 20)
#define HMAC_AT_LEN 36		/* HMAC and length before a block's bytes */
#define YEAR_1 INT64_C(62135596800)	/* seconds from it to 1970 */
#define INNER_KEY_LEN 64
#define INNER_LEN (5 + 4 + 5 + INNER_KEY_LEN + 5)

enum { HEAD_END, HEAD_CIPHER = 2, HEAD_PRESSED, HEAD_SEED, HEAD_IV = 7,
	HEAD_KDF = 11 };
enum { KIND_U32 = 0x04, KIND_U64 = 0x05, KIND_BYTES = 0x42 };
enum { INNER_END, INNER_STREAM, INNER_KEY, STREAM_CHACHA20 = 3 };

const struct kdbx_cost KDBX_COST = { UINT64_C(64) << 20, 8 };

/* The secrets of one file; in secure memory, as the whole struct kdbx. */
struct keys {
	uint8_t inner[INNER_KEY_LEN];
	uint8_t digest[HASH_LEN];	/* of the passphrase, twice */
	uint8_t seeded[32 + 32 + 1];	/* seed, what Argon2 gives, 1 */
	uint8_t outer[HASH_LEN];
	uint8_t hmac[8 + 64];		/* block's number, key */
	uint8_t block[64];
	struct chacha20 inner_stream, outer_stream;
};

struct kdbx {
	struct keys keys;
	struct buf xml;
	struct buf group;	/* name of the one that is open */
	int64_t utc;
};

/* --- XML --- */

/* A character that XML 1.0 can hold. */
static bool
sayable(uint32_t cp)
{
	return cp == '\t' || cp == '\n' || (cp >= 0x20 && cp != 0xfffe &&
	    cp != 0xffff);
}

/*
 * CR LF and CR become LF: KeePassXC does it when it saves, and then takes what
 * we wrote for another version.
 */
static int
add_escaped(struct buf *xml, const char *text, struct err *e)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t n = strlen(text), len;
	uint32_t cp;
	int rc = 0;

	for (; n > 0 && rc == 0; s += len, n -= len) {
		len = utf8_next(s, n, &cp);
		if (len > 0 && cp == '\r') {
			if (n < 2 || s[1] != '\n')
				rc = buf_addc(xml, '\n', e);
		} else if (len == 0 || !sayable(cp)) {
			rc = buf_adds(xml, "\xef\xbf\xbd", e);
			len = len ? len : 1;
		} else if (cp == '<' || cp == '>' || cp == '&' || cp == '"') {
			rc = buf_addf(xml, e, "&#%u;", (unsigned)cp);
		} else {
			rc = buf_add(xml, s, len, e);
		}
	}
	return rc;
}

/* As UTF-8, into room that is there: nothing moves, so all can be wiped. */
static int
add_clear(struct buf *out, const char *text, struct err *e)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t n = strlen(text), len;
	uint32_t cp;
	int rc;

	if (n > KDBX_MAX)
		return err_set(e, ERR_NOMEM, "more than %u bytes", KDBX_MAX);
	rc = buf_reserve(out, 3 * n, e);
	for (; n > 0 && rc == 0; s += len, n -= len) {
		len = utf8_next(s, n, &cp);
		if (len > 0) {
			rc = buf_add(out, s, len, e);
		} else {
			rc = buf_adds(out, "\xef\xbf\xbd", e);
			len = 1;
		}
	}
	return rc;
}

static int
add_secret(struct kdbx *k, const char *text, struct err *e)
{
	struct buf clear = BUF_INIT(SIZE_MAX);
	int rc = add_clear(&clear, text, e);

	if (rc == 0) {
		chacha20_xor(&k->keys.inner_stream, clear.data, clear.len);
		rc = base64_encode(&k->xml, clear.data, clear.len, true, e);
	}
	buf_wipe(&clear);
	return rc;
}

static int
add_uuid(struct buf *xml, const uint8_t *uuid, struct err *e)
{
	if (buf_adds(xml, "<UUID>", e) < 0 ||
	    base64_encode(xml, uuid, KDBX_UUID_LEN, true, e) < 0)
		return -1;
	return buf_adds(xml, "</UUID>\n", e);
}

static void
put_le(uint8_t *out, uint64_t value, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = (uint8_t)(value >> 8 * i);
}

static int
add_time(struct buf *xml, const char *name, int64_t utc, struct err *e)
{
	uint8_t le[8];

	put_le(le, (uint64_t)(utc + YEAR_1), sizeof(le));
	if (buf_addf(xml, e, "<%s>", name) < 0 ||
	    base64_encode(xml, le, sizeof(le), true, e) < 0)
		return -1;
	return buf_addf(xml, e, "</%s>\n", name);
}

/* A program that merges moves an entry to the group of the later "changed". */
static int
add_times(struct buf *xml, int64_t created, int64_t modified, struct err *e)
{
	if (buf_adds(xml, "<Times>\n", e) < 0 ||
	    add_time(xml, "CreationTime", created, e) < 0 ||
	    add_time(xml, "LastModificationTime", modified, e) < 0 ||
	    add_time(xml, "LastAccessTime", modified, e) < 0 ||
	    add_time(xml, "ExpiryTime", created, e) < 0 ||
	    add_time(xml, "LocationChanged", modified, e) < 0)
		return -1;
	return buf_adds(xml, "<Expires>False</Expires>\n"
	    "<UsageCount>0</UsageCount>\n</Times>\n", e);
}

/* The UUID comes of the name: the same group in each file. */
static int
group_open(struct buf *xml, const char *name, int64_t utc, struct err *e)
{
	static const char domain[] = "liudi-kdbx-group";
	uint8_t uuid[KDBX_UUID_LEN];

	hash_blake2b_n(uuid, sizeof(uuid), domain, sizeof(domain) - 1, name,
	    strlen(name));
	if (buf_adds(xml, "<Group>\n", e) < 0 ||
	    add_uuid(xml, uuid, e) < 0 || buf_adds(xml, "<Name>", e) < 0 ||
	    add_escaped(xml, *name ? name : "liudi", e) < 0 ||
	    buf_adds(xml, "</Name>\n", e) < 0)
		return -1;
	return add_times(xml, utc, utc, e);
}

struct kdbx *
kdbx_new(const char *name, int64_t utc, struct err *e)
{
	struct kdbx *k = secmem_new(sizeof(*k));
	uint8_t *wide;

	if (!k) {
		(void)err_nomem(e);
		return NULL;
	}
	buf_init(&k->xml, KDBX_MAX);
	buf_init(&k->group, KDBX_MAX);
	k->utc = utc;
	secmem_random(k->keys.inner, sizeof(k->keys.inner));
	wide = k->keys.block;
	hash_sha512(wide, k->keys.inner, sizeof(k->keys.inner));
	chacha20_init(&k->keys.inner_stream, wide, wide + CHACHA20_KEY_LEN);
	/* Without limits: a program that merges would drop the oldest. */
	if (buf_adds(&k->xml, "<?xml version=\"1.0\" encoding=\"utf-8\" "
	    "standalone=\"yes\"?>\n<KeePassFile>\n<Meta>\n"
	    "<Generator>liudi</Generator>\n<DatabaseName>", e) < 0 ||
	    add_escaped(&k->xml, name, e) < 0 ||
	    buf_adds(&k->xml, "</DatabaseName>\n", e) < 0 ||
	    add_time(&k->xml, "DatabaseNameChanged", utc, e) < 0 ||
	    buf_adds(&k->xml, "<HistoryMaxItems>-1</HistoryMaxItems>\n"
	    "<HistoryMaxSize>-1</HistoryMaxSize>\n</Meta>\n<Root>\n", e) < 0 ||
	    group_open(&k->xml, "", utc, e) < 0) {
		kdbx_free(k);
		return NULL;
	}
	return k;
}

void
kdbx_free(struct kdbx *k)
{
	if (!k)
		return;
	buf_wipe(&k->xml);
	buf_release(&k->group);
	secmem_free(k);
}

static int
check_keys(const struct kdbx_version *v, struct err *e)
{
	size_t i, j;

	for (i = 0; i < v->n; i++) {
		if (v->text[i].key[0] == '\0')
			return err_set(e, ERR_USAGE,
			    "a KeePass field without a name");
		for (j = 0; j < i; j++)
			if (strcmp(v->text[i].key, v->text[j].key) == 0)
				return err_set(e, ERR_USAGE, "KeePass field "
				    "'%s' is there twice", v->text[i].key);
	}
	return 0;
}

static int
add_text(struct kdbx *k, const struct kdbx_text *t, struct err *e)
{
	if (buf_adds(&k->xml, "<String>\n<Key>", e) < 0 ||
	    add_escaped(&k->xml, t->key, e) < 0 ||
	    buf_adds(&k->xml, t->secret ?
	    "</Key>\n<Value Protected=\"True\">" : "</Key>\n<Value>", e) < 0 ||
	    (t->secret ? add_secret(k, t->value, e) :
	    add_escaped(&k->xml, t->value, e)) < 0)
		return -1;
	return buf_adds(&k->xml, "</Value>\n</String>\n", e);
}

/* All of an entry but its history and its end. */
static int
add_version(struct kdbx *k, const uint8_t *uuid, const struct kdbx_version *v,
	struct err *e)
{
	size_t i;

	if (check_keys(v, e) < 0 ||
	    buf_adds(&k->xml, "<Entry>\n", e) < 0 ||
	    add_uuid(&k->xml, uuid, e) < 0 ||
	    buf_adds(&k->xml, "<Tags>", e) < 0 ||
	    add_escaped(&k->xml, v->tags ? v->tags : "", e) < 0 ||
	    buf_adds(&k->xml, "</Tags>\n", e) < 0 ||
	    add_times(&k->xml, v->created, v->modified, e) < 0)
		return -1;
	for (i = 0; i < v->n; i++)
		if (add_text(k, &v->text[i], e) < 0)
			return -1;
	return 0;
}

/* Leave the open group for GROUP. */
static int
enter(struct kdbx *k, const char *group, struct err *e)
{
	int order = strcmp(group, buf_str(&k->group));

	if (order == 0)
		return 0;
	if (order < 0)
		return err_set(e, ERR_USAGE,
		    "KeePass group '%s' comes too late", group);
	if (k->group.len > 0 && buf_adds(&k->xml, "</Group>\n", e) < 0)
		return -1;
	buf_clear(&k->group);
	if (buf_adds(&k->group, group, e) < 0)
		return -1;
	return group_open(&k->xml, group, k->utc, e);
}

int
kdbx_entry(struct kdbx *k, const char *group,
	const uint8_t uuid[static KDBX_UUID_LEN],
	const struct kdbx_version *now, const struct kdbx_version *history,
	size_t nhistory, struct err *e)
{
	size_t i;

	if (enter(k, group, e) < 0 || add_version(k, uuid, now, e) < 0 ||
	    buf_adds(&k->xml, "<History>\n", e) < 0)
		return -1;
	for (i = 0; i < nhistory; i++)
		if (add_version(k, uuid, &history[i], e) < 0 ||
		    buf_adds(&k->xml, "</Entry>\n", e) < 0)
			return -1;
	return buf_adds(&k->xml, "</History>\n</Entry>\n", e);
}

/* --- the file around it --- */

static int
add_le(struct buf *out, uint64_t value, size_t n, struct err *e)
{
	uint8_t le[8];

	put_le(le, value, sizeof(le));
	return buf_add(out, le, n, e);
}

static int
add_field(struct buf *out, uint8_t id, const void *data, size_t n,
	struct err *e)
{
	if (buf_add(out, &id, 1, e) < 0 || add_le(out, n, 4, e) < 0)
		return -1;
	return buf_add(out, data, n, e);
}

/* One item of the dictionary of Argon2's parameters. */
static int
add_item(struct buf *out, uint8_t kind, const char *name, const void *data,
	size_t n, struct err *e)
{
	if (add_field(out, kind, name, strlen(name), e) < 0 ||
	    add_le(out, n, 4, e) < 0)
		return -1;
	return buf_add(out, data, n, e);
}

static int
add_number(struct buf *out, uint8_t kind, const char *name, uint64_t value,
	struct err *e)
{
	uint8_t le[8];

	put_le(le, value, sizeof(le));
	return add_item(out, kind, name, le, kind == KIND_U32 ? 4 : 8, e);
}

static int
add_kdf(struct buf *out, const uint8_t *salt, const struct kdbx_cost *cost,
	struct err *e)
{
	struct buf d = BUF_INIT(1024);
	int rc = -1;

	if (buf_add(&d, "\x00\x01", 2, e) == 0 &&
	    add_item(&d, KIND_BYTES, "$UUID", ARGON2ID_UUID, 16, e) == 0 &&
	    add_number(&d, KIND_U32, "V", ARGON2_V13, e) == 0 &&
	    add_item(&d, KIND_BYTES, "S", salt, ARGON2_SALT_LEN, e) == 0 &&
	    add_number(&d, KIND_U64, "I", cost->passes, e) == 0 &&
	    add_number(&d, KIND_U64, "M", cost->bytes, e) == 0 &&
	    add_number(&d, KIND_U32, "P", 1, e) == 0 &&
	    buf_addc(&d, '\0', e) == 0)
		rc = add_field(out, HEAD_KDF, d.data, d.len, e);
	buf_release(&d);
	return rc;
}

static int
add_header(struct buf *out, const uint8_t *seed, const uint8_t *iv,
	const uint8_t *salt, const struct kdbx_cost *cost, struct err *e)
{
	if (buf_add(out, MAGIC VERSION, 12, e) < 0 ||
	    add_field(out, HEAD_CIPHER, CHACHA20_UUID, 16, e) < 0 ||
	    add_field(out, HEAD_PRESSED, "\0\0\0", 4, e) < 0 ||
	    add_field(out, HEAD_SEED, seed, 32, e) < 0 ||
	    add_field(out, HEAD_IV, iv, CHACHA20_NONCE_LEN, e) < 0 ||
	    add_kdf(out, salt, cost, e) < 0)
		return -1;
	return add_field(out, HEAD_END, "\r\n\r\n", 4, e);
}

static int
make_keys(struct keys *y, const void *pass, size_t pass_len,
	const uint8_t *seed, const uint8_t *salt, const uint8_t *iv,
	const struct kdbx_cost *cost, struct err *e)
{
	hash_sha256(y->digest, pass, pass_len);
	hash_sha256(y->digest, y->digest, sizeof(y->digest));
	memcpy(y->seeded, seed, 32);
	if (argon2_derive(y->seeded + 32, y->digest, sizeof(y->digest), salt,
	    cost->bytes, cost->passes, e) < 0)
		return -1;
	hash_sha256(y->outer, y->seeded, 64);
	y->seeded[64] = 1;
	hash_sha512(y->hmac + 8, y->seeded, sizeof(y->seeded));
	chacha20_init(&y->outer_stream, y->outer, iv);
	return 0;
}

/* HMAC of N bytes under the key of block NUMBER. */
static void
block_hmac(struct keys *y, uint64_t number, uint8_t *out, const void *data,
	size_t n)
{
	put_le(y->hmac, number, 8);
	hash_sha512(y->block, y->hmac, sizeof(y->hmac));
	hash_hmac_sha256(out, y->block, sizeof(y->block), data, n);
}

/* The last N <= BLOCK_LEN bytes of OUT, with room before them, are a block. */
static void
seal_block(struct keys *y, uint64_t number, struct buf *out, size_t n)
{
	uint8_t *at = out->data + out->len - n - HMAC_AT_LEN;
	uint8_t hmac[HASH_LEN];

	chacha20_xor(&y->outer_stream, at + HMAC_AT_LEN, n);
	/* It covers number, length and bytes: a row, until it takes its place. */
	put_le(at + HASH_LEN - 8, number, 8);
	put_le(at + HASH_LEN, n, 4);
	block_hmac(y, number, hmac, at + HASH_LEN - 8, 8 + 4 + n);
	memcpy(at, hmac, sizeof(hmac));
}

static void
inner_header(const struct keys *y, uint8_t out[static INNER_LEN])
{
	memset(out, 0, INNER_LEN);
	out[0] = INNER_STREAM;
	put_le(out + 1, 4, 4);
	out[5] = STREAM_CHACHA20;
	out[9] = INNER_KEY;
	put_le(out + 10, INNER_KEY_LEN, 4);
	memcpy(out + 14, y->inner, INNER_KEY_LEN);
	/* INNER_END, no bytes: zeros */
}

/* OUT has room for all, so that no copy of the inner key stays behind. */
static int
add_blocks(struct kdbx *k, struct buf *out, struct err *e)
{
	static const uint8_t room[HMAC_AT_LEN];
	uint8_t inner[INNER_LEN];
	size_t at = 0, n, head = INNER_LEN;
	uint64_t number = 0;
	int rc;

	inner_header(&k->keys, inner);
	do {
		n = BLOCK_LEN - head < k->xml.len - at ? BLOCK_LEN - head :
		    k->xml.len - at;
		rc = buf_add(out, room, sizeof(room), e);
		if (rc == 0)
			rc = buf_add(out, inner, head, e);
		if (rc == 0 && n > 0)
			rc = buf_add(out, k->xml.data + at, n, e);
		if (rc == 0)
			seal_block(&k->keys, number++, out, head + n);
		at += n;
		n += head;
		head = 0;
	} while (rc == 0 && n > 0);	/* the last is empty */
	secmem_wipe(inner, sizeof(inner));
	return rc;
}

int
kdbx_finish(struct kdbx *k, const void *pass, size_t pass_len,
	const struct kdbx_cost *cost, struct buf *out, struct err *e)
{
	uint8_t seed[32], salt[ARGON2_SALT_LEN], iv[CHACHA20_NONCE_LEN];
	uint8_t sum[HASH_LEN], hmac[HASH_LEN];
	struct buf head = BUF_INIT(4096);
	size_t blocks;
	int rc = -1;

	secmem_random(seed, sizeof(seed));
	secmem_random(salt, sizeof(salt));
	secmem_random(iv, sizeof(iv));
	if ((k->group.len > 0 && buf_adds(&k->xml, "</Group>\n", e) < 0) ||
	    buf_adds(&k->xml, "</Group>\n</Root>\n</KeePassFile>\n", e) < 0 ||
	    add_header(&head, seed, iv, salt, cost, e) < 0 ||
	    make_keys(&k->keys, pass, pass_len, seed, salt, iv, cost, e) < 0)
		goto out;
	hash_sha256(sum, head.data, head.len);
	block_hmac(&k->keys, UINT64_MAX, hmac, head.data, head.len);
	blocks = (INNER_LEN + k->xml.len) / BLOCK_LEN + 2;
	if (buf_reserve(out, head.len + sizeof(sum) + sizeof(hmac) + INNER_LEN +
	    k->xml.len + blocks * HMAC_AT_LEN, e) < 0 ||
	    buf_add(out, head.data, head.len, e) < 0 ||
	    buf_add(out, sum, sizeof(sum), e) < 0 ||
	    buf_add(out, hmac, sizeof(hmac), e) < 0)
		goto out;
	rc = add_blocks(k, out, e);
out:
	buf_release(&head);
	return rc;
}
