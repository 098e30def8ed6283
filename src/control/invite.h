/*
 * control/invite.h - one string that lets a station in.
 *
 * Spec: docs/FORMAT.md section 13.  The string carries a secret: it is made by
 * a manager, used once, and worth nothing after its expiry.
 * Caps: INVITE_TEXT_MAX characters; the public file <= 4 KiB.
 * Needs: base, crypto, sign, repo.
 */
#ifndef LIUDI_CONTROL_INVITE_H
#define LIUDI_CONTROL_INVITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "repo/canon.h"
#include "sign/sshkey.h"

#define INVITE_TEXT_MAX 1023
#define INVITE_SECRET_LEN 16
#define INVITE_ID_LEN 17	/* 16 hex and NUL */
#define INVITE_DAYS 7		/* unless said otherwise */

struct invite {
	uint8_t secret[INVITE_SECRET_LEN];
	int64_t expires;		/* UTC seconds */
	char head[CANON_ID_LEN];	/* control commit it was made on */
	uint8_t roots_sha256[32];	/* of the file `roots` there */
	char station[33];
	char central[512];		/* address, as central_parse takes it */
	bool has_host;			/* ssh: the central's key */
	struct sshkey_pub host;
};

/* Append the string.  -1: ERR_USAGE (a name that cannot be). */
int invite_text(const struct invite *i, struct buf *out, struct err *e);

/*
 * Parse N characters; white space at both ends is passed over.  -1: ERR_USAGE
 * with a hint: no such string, a slip in copying, a later version.  Expiry is
 * the caller's.
 */
int invite_parse(struct invite *i, const char *text, size_t n, struct err *e);
void invite_wipe(struct invite *i);

/* What follows from the secret. */
void invite_id(const uint8_t secret[static INVITE_SECRET_LEN],
	char id[static INVITE_ID_LEN]);
struct sshkey *invite_login(const uint8_t secret[static INVITE_SECRET_LEN],
	struct err *e);
void invite_mac(const uint8_t secret[static INVITE_SECRET_LEN],
	const void *data, size_t n, uint8_t mac[static 32]);

/* The public file invites/<invite>. */
struct invite_file {
	char station[33];
	int64_t expires;
	struct sshkey_pub ssh;
	int64_t used;			/* 0 = not yet */
	struct sshkey_pub sign;		/* if used */
};
int invite_file_text(const struct invite_file *f, struct buf *out,
	struct err *e);
/* -1: ERR_FORMAT. */
int invite_file_parse(struct invite_file *f, const char *text, size_t n,
	struct err *e);

#endif
