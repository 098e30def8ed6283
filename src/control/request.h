/*
 * control/request.h - what a station asks for with an invitation.
 *
 * Spec: docs/FORMAT.md section 14: one canonical JSON line.  Writing it is the
 * station's; a desk parses the line, writes it again with this, and compares.
 * Needs: base, crypto, sign, control/invite.
 */
#ifndef LIUDI_CONTROL_REQUEST_H
#define LIUDI_CONTROL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "control/invite.h"
#include "sign/sshkey.h"

#define REQUEST_MAX 4096
#define REQUEST_KEY_LEN 17	/* 16 hex of the signing key, and NUL */

struct request {
	char invite[INVITE_ID_LEN];
	char station[33];
	struct sshkey_pub sign;
	bool has_ssh;
	struct sshkey_pub ssh;
	bool has_notice;
	int64_t notice_version;
	uint8_t notice_sha256[32];
	int64_t agreed;			/* UTC seconds */
	char os[64];			/* "Linux", "Windows"; printable ASCII */
	char agent[64];			/* "liudi <version>" */
};

/* Append the line and its LF, MAC'd with SECRET. */
int request_line(const struct request *r,
	const uint8_t secret[static INVITE_SECRET_LEN], struct buf *out,
	struct err *e);

/* First 16 hex of SHA-256 over the key's blob: <key> of FORMAT 9 and 14. */
void request_key(const struct sshkey_pub *pub,
	char key[static REQUEST_KEY_LEN]);

/* "refs/heads/enrol/<invite>/<key>", heap; NULL (ERR_NOMEM, ERR_USAGE). */
char *request_ref(const char *invite, const struct sshkey_pub *sign,
	struct err *e);

#endif
