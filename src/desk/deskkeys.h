/*
 * desk/deskkeys.h - the keys of a manager or owner, on the disk.
 *
 * Spec: docs/FORMAT.md section 12.  NAME.identity opens with a passphrase,
 * NAME.sign.age opens with the identity; NAME.recipient and NAME.sign.pub are
 * public.  Stock age reads both.
 * Needs: base, crypto, seal, sign, open, desk/opener.
 */
#ifndef LIUDI_DESK_DESKKEYS_H
#define LIUDI_DESK_DESKKEYS_H

#include <stdbool.h>

#include "base/buf.h"
#include "desk/opener.h"
#include "sign/sshkey.h"

#define DESKKEYS_MANAGER "manager"
#define DESKKEYS_OWNER "owner"
#define DESKKEYS_RECIPIENT_LEN 80

struct deskkeys {
	char recipient[DESKKEYS_RECIPIENT_LEN];	/* "age1…" */
	struct sshkey_pub pub;
};

/*
 * Make the keys of NAME in folder DIR (made 0700) under PASS, scrypt N =
 * 2^LOG_N, over what stands there; *out gets the public halves.  SIGN (may be
 * NULL) gets the signing key for what is to be signed at once.
 */
int deskkeys_make(const char *dir, const char *name, const char *pass,
	unsigned log_n, struct deskkeys *out, struct sshkey **sign,
	struct err *e);

/*
 * From the 32 bytes of an age identity, as shares give them: NAME.identity under
 * PASS and NAME.recipient, over what stands there.
 */
int deskkeys_recover(const char *dir, const char *name,
	const uint8_t secret[static 32], const char *pass, unsigned log_n,
	struct err *e);

/*
 * A fresh identity beside those in NAME.identity, which stay and go on opening
 * what was sealed to them; *OUT and NAME.recipient are the new one's.  -1:
 * ERR_CRYPTO (wrong passphrase), and nothing was changed.
 */
int deskkeys_renew(const char *dir, const char *name, const char *pass,
	unsigned log_n, struct deskkeys *out, struct err *e);

/* NAME.sign.age as it is, and NAME.sign.pub. */
int deskkeys_put_sign(const char *dir, const char *name, const void *sealed,
	size_t n, const struct sshkey_pub *pub, struct err *e);
/* Neither is there any more: what was put there was not that key. */
int deskkeys_drop_sign(const char *dir, const char *name, struct err *e);
/* Append NAME.sign.age as it is. */
int deskkeys_sealed_sign(const char *dir, const char *name, struct buf *out,
	struct err *e);

/* Is NAME.identity there? */
bool deskkeys_has(const char *dir, const char *name);

/* Append the identity file.  -1: ERR_NOENT (hint), ERR_CONFIG, ERR_IO. */
int deskkeys_identity(const char *dir, const char *name, struct buf *out,
	struct err *e);

/* Start the opener with NAME's identity. */
struct opener *deskkeys_opener(const char *dir, const char *name,
	const char *pass, struct err *e);

/*
 * The signing key, opened by OP; it must be the one of NAME.sign.pub.
 * NULL: ERR_CRYPTO, ERR_INTEGRITY (another key), ERR_NOENT.
 */
struct sshkey *deskkeys_sign(const char *dir, const char *name,
	struct opener *op, struct err *e);

#endif
