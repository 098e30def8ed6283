/*
 * account/creds.h - rows of credentials out of other programs' exports.
 *
 * CSV of Bitwarden (own, organisation), KeePassXC, Chrome and Edge, Firefox,
 * 1Password, LastPass, told apart by their header, and of unknown programs by the
 * names of columns (English, Chinese); parted by comma, semicolon or tab;
 * otpauth and otpauth-migration URIs, a line each.  UTF-8, UTF-16 with BOM,
 * GB18030.  Foreign bytes; the text is in secure memory of the caller, and what
 * is made of it here is, too.  Values are handed over as they are: blanks,
 * line ends, and what a spreadsheet would take for a formula.
 * Caps: CREDS_BYTES_MAX, CREDS_ROW_MAX bytes a row, CREDS_COLUMNS_MAX columns.
 * Callers have called crypto_setup().
 * Needs: base, crypto, account/otpauth; iconv.
 */
#ifndef LIUDI_ACCOUNT_CREDS_H
#define LIUDI_ACCOUNT_CREDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CREDS_BYTES_MAX (64u << 20)
#define CREDS_ROW_MAX (1u << 20)
#define CREDS_COLUMNS_MAX 64u
#define CREDS_BAD_MAX 16u	/* line numbers that are kept */

enum creds_format { CREDS_UNKNOWN, CREDS_BITWARDEN, CREDS_BITWARDEN_ORG,
	CREDS_KEEPASSXC, CREDS_CHROME, CREDS_FIREFOX, CREDS_ONEPASSWORD,
	CREDS_LASTPASS, CREDS_OTPAUTH, CREDS_MIGRATION, CREDS_OTHER_CSV,
	CREDS_KEEPASS_XML, CREDS_BITWARDEN_JSON, CREDS_1PUX };
const char *creds_format_name(enum creds_format f);	/* "bitwarden", … */

#define CREDS_OLD_MAX 32u	/* former passwords of a row */

struct creds_row {	/* NUL-terminated, NULL where there is none; borrowed */
	const char *title;
	const char *url;	/* several: LF between */
	const char *login, *password, *totp, *note, *folder;
	const char *fields;	/* "name: value" lines */
	uint64_t line;		/* where it began, from 1; 0: not of lines */
	const char *const *old;	/* passwords before, the oldest first */
	size_t nold;
};
/* Not 0 stops, and is returned. */
typedef int (*creds_fn)(void *arg, const struct creds_row *r, struct err *e);

struct creds_report {
	enum creds_format format;
	uint64_t rows;		/* that were handed over */
	uint64_t damaged;	/* that were not: another number of values than
				 * line 1 has, quotes, too long, no seed */
	uint64_t bad[CREDS_BAD_MAX];	/* where the first of them began */
	uint64_t other;		/* seeds of kinds that are not ours */
	uint64_t batch_missing;	/* codes of an authenticator's export that
				 * were not given */
};

/*
 * For a process that will load no code any more (base/sandbox.h): what reading
 * needs is there until creds_charsets_free().  NULL: ERR_NOMEM, ERR_IO.
 */
struct creds_charsets;
struct creds_charsets *creds_charsets_load(struct err *e);
void creds_charsets_free(struct creds_charsets *c);	/* NULL does nothing */

/*
 * FN for each row of the N bytes.  -1: ERR_FORMAT (not such a file, with a hint
 * where it is one for liudi-desk; which columns are missing, and never what
 * stands in the file), ERR_NOMEM, or what FN set; *r is as far as it came.
 */
int creds_read(const void *data, size_t n, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e);

#endif
