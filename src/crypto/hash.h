/*
 * crypto/hash.h - BLAKE2b-256, SHA-256, SHA-1, HMAC and HKDF.
 *
 * BLAKE2b (RFC 7693) from libsodium: `b2sum -l 256` gives the same.  SHA-256
 * and SHA-1 (FIPS 180-4) from libcrypto, which uses the CPU's instructions;
 * SHA-1 only because git names objects by it.  HMAC-SHA256: RFC 2104; HKDF:
 * RFC 5869.
 * Needs: base; libsodium, libcrypto.
 */
#ifndef LIUDI_CRYPTO_HASH_H
#define LIUDI_CRYPTO_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define HASH_LEN 32	/* bytes of BLAKE2b-256 and SHA-256 */
#define HASH_SHA1_LEN 20

/* Once per process before anything else in crypto.  0, or -1 (ERR_FAIL). */
int crypto_setup(struct err *e);

void hash_blake2b(uint8_t out[static HASH_LEN], const void *data, size_t n);
/* Keyed, key of KEY_LEN <= 64 bytes. */
void hash_blake2b_keyed(uint8_t out[static HASH_LEN], const void *key,
	size_t key_len, const void *data, size_t n);
/* OUT_LEN 1..64 bytes of keyed BLAKE2b (the length is a parameter of it). */
void hash_blake2b_n(uint8_t *out, size_t out_len, const void *key,
	size_t key_len, const void *data, size_t n);
void hash_sha256(uint8_t out[static HASH_LEN], const void *data, size_t n);
void hash_sha512(uint8_t out[static 64], const void *data, size_t n);
void hash_sha1(uint8_t out[static HASH_SHA1_LEN], const void *data, size_t n);

enum hash_kind { HASH_BLAKE2B, HASH_SHA256, HASH_SHA1 };

/* A running hash.  Storage of one is the caller's. */
struct hash {
	enum hash_kind kind;
	void *md;			/* libcrypto's context, owned */
	_Alignas(64) uint8_t state[384];/* libsodium's */
};

/* 0, or -1 (ERR_NOMEM).  hash_release on every way out. */
int hash_init(struct hash *h, enum hash_kind kind, struct err *e);
void hash_update(struct hash *h, const void *data, size_t n);
/* OUT: 32 bytes, or 20 for SHA-1.  The state may then be restarted. */
void hash_final(struct hash *h, uint8_t *out);
int hash_restart(struct hash *h, struct err *e);
void hash_release(struct hash *h);

void hash_hmac_sha256(uint8_t out[static HASH_LEN], const void *key,
	size_t key_len, const void *data, size_t n);
/* HKDF-SHA256, 32 bytes out.  SALT may be NULL with salt_len 0. */
void hash_hkdf_sha256(uint8_t out[static HASH_LEN], const void *ikm,
	size_t ikm_len, const void *salt, size_t salt_len, const char *info);

#endif
