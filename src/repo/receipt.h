/*
 * repo/receipt.h - the central's signed "I got this, at this time".
 * Spec: docs/FORMAT.md section 10.
 * Needs: base, sign.
 */
#ifndef LIUDI_REPO_RECEIPT_H
#define LIUDI_REPO_RECEIPT_H

#include <stdint.h>

#include "base/err.h"
#include "repo/canon.h"
#include "sign/signers.h"

struct receipt {
	int64_t utc;
	char ref[CANON_REF_LEN];
	char head[CANON_ID_LEN];
};

/*
 * Parse one line (no LF) and check its signature against the keys.  -1:
 * ERR_FORMAT, ERR_CRYPTO (not signed by one of SERVERS).
 */
int receipt_check(struct receipt *r, const char *line,
	const struct signers *servers, struct err *e);

#endif
