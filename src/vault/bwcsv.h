/*
 * vault/bwcsv.h - write the CSV that Bitwarden, Vaultwarden, KeePassXC, Chrome
 * and Firefox take in.
 *
 * Spec: Bitwarden's own header for one person, type "login"; RFC 4180, LF.
 * All of it is in the clear, and it has no history.
 * Bitwarden splits `fields` into lines and those at their last ": ", takes no
 * value longer than 200 characters there, and splits `login_uri` at commas:
 * what would not survive goes into the notes, or is quoted once more.  Nothing
 * is put before "=", "+", "-" or "@" at the beginning: it would be a part of
 * the password.
 * Needs: base.
 */
#ifndef LIUDI_VAULT_BWCSV_H
#define LIUDI_VAULT_BWCSV_H

#include <stddef.h>

#include "base/buf.h"

struct bwcsv_field {
	const char *name, *value;
};
struct bwcsv_row {	/* any may be NULL; no UTF-8 comes out as U+FFFD */
	const char *folder, *name, *notes, *uri, *login, *password;
	const char *totp;			/* an otpauth URI */
	const struct bwcsv_field *field;	/* names have no line ends */
	size_t nfields;
};

/*
 * Append the line of columns; then a record for each account.  The caller wipes
 * OUT, and reserves room for all: growing leaves copies behind.  0, or -1
 * (ERR_NOMEM: also over the maximum of OUT).
 */
int bwcsv_header(struct buf *out, struct err *e);
int bwcsv_add(struct buf *out, const struct bwcsv_row *r, struct err *e);

#endif
