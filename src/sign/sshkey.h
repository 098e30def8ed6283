/*
 * sign/sshkey.h - Ed25519 keys as OpenSSH writes them.
 * Spec: OpenSSH PROTOCOL.key (openssh-key-v1, cipher none), RFC 4253 6.6.
 * Caps: a private key file <= 16 KiB, a public line <= 1 KiB.
 * Needs: base, crypto.
 */
#ifndef LIUDI_SIGN_SSHKEY_H
#define LIUDI_SIGN_SSHKEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct sshkey_pub {
	uint8_t pk[32];
};

struct sshkey;	/* a private key in guarded memory */

struct sshkey *sshkey_generate(struct err *e);
/* From the 32 bytes that RFC 8032 calls the private key. */
struct sshkey *sshkey_from_seed(const uint8_t seed[static 32],
	struct err *e);
/* From an unencrypted OpenSSH private key.  NULL: ERR_FORMAT (hint). */
struct sshkey *sshkey_parse(const void *data, size_t n, struct err *e);
/* Load a private key file; refuses one that others may read (ERR_CONFIG). */
struct sshkey *sshkey_load(const char *path, struct err *e);
void sshkey_free(struct sshkey *k);

void sshkey_public(const struct sshkey *k, struct sshkey_pub *pub);
const uint8_t *sshkey_secret(const struct sshkey *k);	/* 64 bytes, borrowed */

/* Append the private key file; COMMENT goes inside. */
int sshkey_private_text(const struct sshkey *k, const char *comment,
	struct buf *out, struct err *e);

/* "ssh-ed25519 AAAA…" without comment or LF, appended. */
int sshkey_public_text(const struct sshkey_pub *pub, struct buf *out,
	struct err *e);
/* Parse "ssh-ed25519 AAAA…[ comment]".  -1: ERR_FORMAT. */
int sshkey_public_parse(struct sshkey_pub *pub, const char *s, size_t n,
	struct err *e);
/* The wire form: string "ssh-ed25519", string pk; 51 bytes. */
#define SSHKEY_BLOB_LEN 51
void sshkey_blob(const struct sshkey_pub *pub,
	uint8_t out[static SSHKEY_BLOB_LEN]);

#endif
