/*
 * tests/vault/kdbx_open.h - a reader of what vault/kdbx.h writes, after the
 * format's page: sums, blocks, both streams.  Every test that writes one holds
 * it against this.
 */
#ifndef LIUDI_TESTS_VAULT_KDBX_OPEN_H
#define LIUDI_TESTS_VAULT_KDBX_OPEN_H

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "crypto/argon2.h"
#include "crypto/chacha20.h"
#include "crypto/hash.h"

struct opened {
	struct buf xml;		/* secret values in the clear */
	char *plain;		/* what of it was base64, decoded, LF each */
	uint64_t bytes, passes;
	size_t blocks;
};

static inline uint64_t
le(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

/* Item NAME of Argon2's dictionary of N bytes; its length is to be LEN. */
static inline const uint8_t *
item(const uint8_t *d, size_t n, const char *name, size_t len)
{
	size_t at = 2, key;

	assert_int_equal(le(d, 2), 0x100);
	while (at < n && d[at] != 0) {
		key = le(d + at + 1, 4);
		if (key == strlen(name) &&
		    memcmp(d + at + 5, name, key) == 0) {
			assert_int_equal(le(d + at + 5 + key, 4), len);
			return d + at + 9 + key;
		}
		at += 9 + key + le(d + at + 5 + key, 4);
	}
	fail_msg("no item '%s'", name);
	return NULL;
}

/* Secret values: decoded, decrypted in the order of the document. */
static inline void
reveal(struct opened *o, const uint8_t *inner_key)
{
	static const char mark[] = "Protected=\"True\">";
	struct buf plain = BUF_INIT(1u << 24), value = BUF_INIT(1u << 24);
	struct err e = ERR_INIT;
	struct chacha20 c;
	uint8_t wide[64];
	const char *p = buf_str(&o->xml), *end;
	size_t n;

	hash_sha512(wide, inner_key, 64);
	chacha20_init(&c, wide, wide + 32);
	while ((p = strstr(p, mark)) != NULL) {
		p += sizeof(mark) - 1;
		end = strchr(p, '<');
		buf_clear(&value);
		assert_int_equal(base64_decode(&value, p, (size_t)(end - p),
		    true, &e), 0);
		chacha20_xor(&c, value.data, value.len);
		assert_int_equal(buf_add(&plain, value.data, value.len, &e),
		    0);
		assert_int_equal(buf_addc(&plain, '\n', &e), 0);
	}
	assert_int_equal(buf_addc(&plain, '\0', &e), 0);
	o->plain = (char *)buf_take(&plain, &n);
	buf_release(&value);
}

static inline void
inner(struct opened *o, const struct buf *text)
{
	const uint8_t *p = text->data, *key = NULL;
	struct err e = ERR_INIT;
	size_t n;

	for (; *p != 0; p += 5 + n) {
		n = le(p + 1, 4);
		if (*p == 1)
			assert_int_equal(le(p + 5, n), 3);
		else
			key = p + 5;
	}
	assert_non_null(key);
	assert_int_equal(le(p, 5), 0);
	p += 5;
	assert_int_equal(buf_add(&o->xml, p,
	    text->len - (size_t)(p - text->data), &e), 0);
	reveal(o, key);
}

static inline void
block_key(uint8_t *out, uint64_t number, const uint8_t *key)
{
	uint8_t row[72];
	size_t i;

	for (i = 0; i < 8; i++)
		row[i] = (uint8_t)(number >> 8 * i);
	memcpy(row + 8, key, 64);
	hash_sha512(out, row, sizeof(row));
}

/* The header's fields; bytes of it. */
static inline size_t
header(const uint8_t *p, const uint8_t **field, size_t *len)
{
	size_t at = 12;

	assert_memory_equal(p, "\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5\0\0\4\0", 12);
	for (;;) {
		assert_true(p[at] < 16);
		field[p[at]] = p + at + 5;
		len[p[at]] = le(p + at + 1, 4);
		at += 5 + le(p + at + 1, 4);
		if (field[0])
			return at;
	}
}

static inline void
open_file(struct opened *o, const struct buf *file, const char *pass)
{
	const uint8_t *field[16] = { NULL }, *p;
	struct buf text = BUF_INIT(1u << 26), row = BUF_INIT(1u << 22);
	uint8_t sum[HASH_LEN], seeded[65], key[64], mac[64];
	size_t len[16] = { 0 }, head = header(file->data, field, len), n;
	struct err e = ERR_INIT;
	struct chacha20 c;
	uint64_t number;

	memset(o, 0, sizeof(*o));
	o->xml.max = 1u << 26;
	assert_int_equal(le(field[3], len[3]), 0);
	assert_int_equal(len[4], 32);
	assert_int_equal(len[7], 12);
	o->passes = le(item(field[11], len[11], "I", 8), 8);
	o->bytes = le(item(field[11], len[11], "M", 8), 8);
	assert_int_equal(le(item(field[11], len[11], "P", 4), 4), 1);
	assert_int_equal(le(item(field[11], len[11], "V", 4), 4), 0x13);
	hash_sha256(sum, file->data, head);
	assert_memory_equal(file->data + head, sum, sizeof(sum));
	hash_sha256(sum, pass, strlen(pass));
	hash_sha256(sum, sum, sizeof(sum));
	memcpy(seeded, field[4], 32);
	assert_int_equal(argon2_derive(seeded + 32, sum, sizeof(sum),
	    item(field[11], len[11], "S", 16), o->bytes, o->passes, &e), 0);
	hash_sha256(sum, seeded, 64);
	chacha20_init(&c, sum, field[7]);
	seeded[64] = 1;
	hash_sha512(key, seeded, sizeof(seeded));
	block_key(mac, UINT64_MAX, key);
	hash_hmac_sha256(sum, mac, sizeof(mac), file->data, head);
	assert_memory_equal(file->data + head + 32, sum, sizeof(sum));
	p = file->data + head + 64;
	for (number = 0;; number++, p += 36 + n) {
		n = le(p + 32, 4);
		assert_true(p + 36 + n <= file->data + file->len);
		buf_clear(&row);
		(void)buf_add(&row, &number, 8, &e);	/* little-endian here */
		assert_int_equal(buf_add(&row, p + 32, 4 + n, &e), 0);
		block_key(mac, number, key);
		hash_hmac_sha256(sum, mac, sizeof(mac), row.data, row.len);
		assert_memory_equal(p, sum, sizeof(sum));
		if (n == 0)
			break;
		assert_int_equal(buf_add(&text, p + 36, n, &e), 0);
	}
	o->blocks = number;
	assert_ptr_equal(p + 36, file->data + file->len);
	chacha20_xor(&c, text.data, text.len);
	inner(o, &text);
	buf_release(&text);
	buf_release(&row);
}

static inline void
closed(struct opened *o)
{
	buf_release(&o->xml);
	free(o->plain);
}

#endif
