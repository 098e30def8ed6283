/*
 * tests/vault/interop/totp_tool.c - a code for each line of standard input:
 *	"totp|hotp HASH DIGITS PERIOD TIME-OR-COUNTER HEX"
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "vault/totp.h"

#include "base/banned.h"

int
main(void)
{
	char kind[8], hash[8], hex[300], code[TOTP_CODE_LEN];
	struct err e = ERR_INIT;
	struct otpauth o;
	unsigned left;
	int64_t at;

	if (crypto_setup(&e) < 0)
		return 1;
	memset(&o, 0, sizeof(o));
	while (scanf("%7s %7s %u %u %" SCNd64 " %299s", kind, hash, &o.digits,
	    &o.period, &at, hex) == 6) {
		o.hotp = strcmp(kind, "hotp") == 0;
		o.hash = strcmp(hash, "sha1") == 0 ? OTPAUTH_SHA1 :
		    strcmp(hash, "sha256") == 0 ? OTPAUTH_SHA256 :
		    OTPAUTH_SHA512;
		o.counter = (uint64_t)at;
		o.secret_len = strlen(hex) / 2;
		if (o.secret_len > sizeof(o.secret) ||
		    str_unhex(o.secret, o.secret_len, hex, strlen(hex)) < 0 ||
		    totp_code(&o, at, code, &left, &e) < 0) {
			fprintf(stderr, "totp_tool: %s %s\n", hex, e.what);
			return 1;
		}
		puts(code);
	}
	return 0;
}
