/*
 * vault/totp.h - one-time passwords.  Spec: RFC 4226 (HOTP), RFC 6238 (TOTP).
 * Needs: base, crypto, account/otpauth.
 */
#ifndef LIUDI_VAULT_TOTP_H
#define LIUDI_VAULT_TOTP_H

#include "account/otpauth.h"

#define TOTP_DIGITS_MAX 8
#define TOTP_CODE_LEN (TOTP_DIGITS_MAX + 1)	/* digits and NUL */

/*
 * The code at UTC, seconds since 1970, and in *left for how many seconds it
 * still holds, 1 at least; of HOTP the code of its counter, and 0.  The caller
 * wipes OUT.  0, or -1 (ERR_USAGE: before 1970, digits or period out of bounds;
 * ERR_NOMEM); OUT is then untouched.
 */
int totp_code(const struct otpauth *o, int64_t utc, char out[TOTP_CODE_LEN],
	unsigned *left, struct err *e);

#endif
