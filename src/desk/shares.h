/*
 * desk/shares.h - the owner's key in shares, as pages to be printed.
 *
 * Spec: docs/FORMAT.md section 19.  One HTML file, complete in itself, without
 * a script; a sheet of A4 for each share.
 * Needs: base, crypto, sign, open, qr.
 */
#ifndef LIUDI_DESK_SHARES_H
#define LIUDI_DESK_SHARES_H

#include "base/buf.h"
#include "open/slip39.h"
#include "sign/sshkey.h"

#define SHARES_PAGE_MAX (1024 * 1024)
#define SHARES_PRINT_LEN 20	/* "abcd ef01 2345 6789" and NUL */
#define SHARES_PATH_LEN 96

struct shares_sheet {
	const char *org;
	const char *name;		/* "owner" */
	const char *recipient;		/* "age1…" */
	const char *sign;		/* fingerprint, "SHA256:…" */
	const char *central;
	const char *date;		/* "2026-11-23" */
	unsigned threshold;
	const struct slip39_set *set;
	const char *const *keeper;	/* one per share, or NULL */
};

/* The first 16 hex of SHA-256 of a recipient, in fours. */
void shares_print(const char *recipient, char out[static SHARES_PRINT_LEN]);

/* Append the file.  OUT holds secrets then: buf_wipe(). */
int shares_html(const struct shares_sheet *s, struct buf *out,
	struct err *e);

/* The same for a terminal. */
int shares_text(const struct shares_sheet *s, struct buf *out,
	struct err *e);

/* Where desk.git keeps NAME's sealed signing key PUB. */
void shares_sign_path(const char *name, const struct sshkey_pub *pub,
	char out[static SHARES_PATH_LEN]);

#endif
