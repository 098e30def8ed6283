/*
 * account/otpauth.h - one-time-password seeds as URIs.
 *
 * otpauth://totp|hotp/Issuer:label?secret=BASE32&issuer=&algorithm=&digits=&
 * period=&counter=, bare base32, and Google Authenticator's
 * otpauth-migration://offline?data=… (protobuf).  Foreign bytes.
 * Caps: OTPAUTH_URI_MAX bytes, OTPAUTH_SECRET_MAX bytes of seed, 64 seeds in a
 * migration.
 * Needs: base, crypto.  Spec: Key Uri Format; RFC 4648.
 */
#ifndef LIUDI_ACCOUNT_OTPAUTH_H
#define LIUDI_ACCOUNT_OTPAUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define OTPAUTH_URI_MAX 16384u
#define OTPAUTH_SECRET_MAX 128u
#define OTPAUTH_LABEL_MAX 256u
#define OTPAUTH_BARE_MIN 8u
#define OTPAUTH_PERIOD_MAX 86400u

enum otpauth_hash { OTPAUTH_SHA1, OTPAUTH_SHA256, OTPAUTH_SHA512 };

struct otpauth {
	bool hotp;
	uint8_t secret[OTPAUTH_SECRET_MAX];
	size_t secret_len;
	enum otpauth_hash hash;
	unsigned digits;		/* 6 to 8 */
	unsigned period;		/* seconds, of TOTP; 1 or more */
	uint64_t counter;		/* of HOTP */
	/* UTF-8 without control characters; "": none */
	char issuer[OTPAUTH_LABEL_MAX], label[OTPAUTH_LABEL_MAX];
};

/*
 * The N bytes of TEXT, white space at the ends aside: an otpauth URI, or a bare
 * base32 seed of OTPAUTH_BARE_MIN bytes at least (shorter ones are words): then
 * TOTP, SHA-1, 6 digits, 30 s.  In a URI the parameter `issuer` counts before
 * the label's; parameters that are not known are passed over; names are cut at
 * their room, their control characters and ill-formed bytes become '?'.
 * -1: ERR_FORMAT with what is wrong and where, never with a part of the seed;
 * *out is zeros.  The caller wipes *out.
 */
int otpauth_parse(const char *text, size_t n, struct otpauth *out,
	struct err *e);
/*
 * Append the URI; otpauth_parse() of it gives the same, unless a name has a ':'
 * in it.  Reserve OTPAUTH_URI_MAX in OUT first: growing leaves copies behind.
 * -1: ERR_NOMEM.
 */
int otpauth_uri(const struct otpauth *o, struct buf *out, struct err *e);

/* Of how many codes which this is; one export is all codes of one id. */
struct otpauth_batch {
	int32_t id, index, size;	/* index from 0; size 1 at least */
	int32_t other;			/* seeds of kinds that are not ours: MD5 */
};
bool otpauth_is_migration(const char *text, size_t n);
/*
 * FN for each seed of the code, and *batch, set before the first; FN's argument
 * is wiped behind it.  Nothing is handed over unless the whole code is sound:
 * -1, ERR_FORMAT.  Else 0, or -1 and what FN set.
 */
int otpauth_migration(const char *text, size_t n, struct otpauth_batch *batch,
	int (*fn)(void *arg, const struct otpauth *o, struct err *e), void *arg,
	struct err *e);

/*
 * Blanks and '-' are passed over, '=' only at the end, case does not matter.
 * *len <= MAX bytes into OUT, one at least.  -1: ERR_FORMAT ("character 7 is no
 * base32", "cut off", too long).
 */
int otpauth_base32_decode(const char *text, size_t n, uint8_t *out, size_t max,
	size_t *len, struct err *e);
/* Append without '='. */
int otpauth_base32_encode(const uint8_t *data, size_t n, struct buf *out,
	struct err *e);

#endif
