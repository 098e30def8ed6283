/* vault/totp.c - RFC 4226 section 5.3, RFC 6238 section 4. */
#include "vault/totp.h"

#include <inttypes.h>
#include <stdio.h>

#include "crypto/hmac.h"
#include "crypto/secmem.h"

#include "base/banned.h"

static const enum hmac_hash HASHES[] = {
	[OTPAUTH_SHA1] = HMAC_SHA1,
	[OTPAUTH_SHA256] = HMAC_SHA256,
	[OTPAUTH_SHA512] = HMAC_SHA512
};

/* 31 bits of the MAC, from where its last half byte says. */
static uint32_t
truncated(const uint8_t *mac, size_t len)
{
	const uint8_t *p = mac + (mac[len - 1] & 0xf);

	return (uint32_t)(p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static int
hotp(const struct otpauth *o, uint64_t counter, char *out, struct err *e)
{
	uint8_t be[8], mac[HMAC_MAX_LEN];
	uint32_t ten = 1;
	size_t len;
	unsigned i;

	for (i = 0; i < 8; i++)
		be[i] = (uint8_t)(counter >> (56 - 8 * i));
	if (hmac_make(HASHES[o->hash], mac, &len, o->secret, o->secret_len, be,
	    sizeof(be), e) < 0)
		return -1;
	for (i = 0; i < o->digits; i++)
		ten *= 10;
	(void)snprintf(out, TOTP_CODE_LEN, "%0*" PRIu32, (int)o->digits,
	    truncated(mac, len) % ten);
	secmem_wipe(mac, sizeof(mac));
	return 0;
}

int
totp_code(const struct otpauth *o, int64_t utc, char out[TOTP_CODE_LEN],
	unsigned *left, struct err *e)
{
	uint64_t now = (uint64_t)utc;

	if (o->digits < 1 || o->digits > TOTP_DIGITS_MAX)
		return err_set(e, ERR_USAGE, "a one-time password of %u digits",
		    o->digits);
	if (o->hotp) {
		*left = 0;
		return hotp(o, o->counter, out, e);
	}
	if (utc < 0 || o->period < 1)
		return err_set(e, ERR_USAGE, utc < 0 ?
		    "the clock is before 1970" :
		    "a one-time password of no time");
	*left = o->period - (unsigned)(now % o->period);
	return hotp(o, now / o->period, out, e);
}
