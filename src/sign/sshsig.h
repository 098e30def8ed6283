/*
 * sign/sshsig.h - detached signatures that ssh-keygen -Y makes and checks.
 * Spec: OpenSSH PROTOCOL.sshsig; Ed25519, hash sha512, empty reserved field.
 * Verifying rebuilds the only accepted form and compares: any other encoding
 * of the same signature is refused.
 * Needs: base, crypto.
 */
#ifndef LIUDI_SIGN_SSHSIG_H
#define LIUDI_SIGN_SSHSIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sign/sshkey.h"

#define SSHSIG_ARMOR_MAX 1024	/* bytes of an armoured signature */

/* Sign N bytes in NAMESPACE; appends the raw blob. */
int sshsig_sign(const struct sshkey *k, const char *namespace_,
	const void *data, size_t n, struct buf *blob, struct err *e);

/* Armour as in docs/FORMAT.md section 2 (70 columns, no LF at the end). */
int sshsig_armor(const void *blob, size_t n, struct buf *out, struct err *e);

/* Undo sshsig_armor; accepts exactly what it writes.  -1: ERR_FORMAT. */
int sshsig_dearmor(const char *s, size_t n, struct buf *blob, struct err *e);

/*
 * Check a raw blob over N bytes.  The key inside is given in *pub, and it is
 * up to the caller whether that key may sign.  -1: ERR_FORMAT (not of the
 * accepted form), ERR_CRYPTO (wrong signature).
 */
int sshsig_verify(const void *blob, size_t blob_len, const char *namespace_,
	const void *data, size_t n, struct sshkey_pub *pub, struct err *e);

#endif
