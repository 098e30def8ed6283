/* crypto/bech32.c - BIP-173 without its limit of 90 characters. */
#include "crypto/bech32.h"

#include <stdbool.h>
#include <string.h>

#include "base/banned.h"

#define SUM_LEN 6

static const char digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* Feed one 5-bit value to the checksum. */
static uint32_t
polymod(uint32_t sum, uint8_t v)
{
	static const uint32_t gen[5] = {
		0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3
	};
	uint32_t top = sum >> 25;
	int i;

	sum = (sum & 0x1ffffff) << 5 ^ v;
	for (i = 0; i < 5; i++)
		if (top >> i & 1)
			sum ^= gen[i];
	return sum;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static uint32_t
sum_of_hrp(const char *hrp, size_t n)
{
	uint32_t sum = 1;
	size_t i;

	for (i = 0; i < n; i++)
		sum = polymod(sum, (uint8_t)lower(hrp[i]) >> 5);
	sum = polymod(sum, 0);
	for (i = 0; i < n; i++)
		sum = polymod(sum, (uint8_t)lower(hrp[i]) & 31);
	return sum;
}

/* The N bytes as digits of 5 bits, the last one filled up with zeros. */
static uint8_t *
put_digits(uint8_t *o, const uint8_t *data, size_t n, uint32_t *sum)
{
	uint32_t v = 0;
	unsigned bits = 0;
	size_t i;
	uint8_t d;

	for (i = 0; i < n || bits > 0;) {
		if (bits < 5 && i < n) {
			v = (v << 8 | data[i++]) & 0xfff;
			bits += 8;
		} else if (bits < 5) {
			v <<= 5 - bits;
			bits = 5;
		}
		while (bits >= 5) {
			bits -= 5;
			d = v >> bits & 31;
			*sum = polymod(*sum, d);
			*o++ = (uint8_t)digits[d];
		}
	}
	return o;
}

int
bech32_encode(struct buf *out, const char *hrp, const uint8_t *data,
	size_t n, struct err *e)
{
	size_t hrp_len = strlen(hrp);
	size_t start = out->len, total, i;
	uint32_t sum;
	uint8_t *o;

	if (hrp_len == 0 || hrp_len > BECH32_MAX_LEN || n > BECH32_MAX_LEN ||
	    hrp_len + 1 + (n * 8 + 4) / 5 + SUM_LEN > BECH32_MAX_LEN)
		return err_set(e, ERR_FORMAT, "too long for Bech32");
	total = hrp_len + 1 + (n * 8 + 4) / 5 + SUM_LEN;
	if (buf_reserve(out, total, e) < 0)
		return -1;
	o = out->data + start;
	for (i = 0; i < hrp_len; i++)
		*o++ = (uint8_t)lower(hrp[i]);
	*o++ = '1';
	sum = sum_of_hrp(hrp, hrp_len);
	o = put_digits(o, data, n, &sum);
	for (i = 0; i < SUM_LEN; i++)
		sum = polymod(sum, 0);
	sum ^= 1;
	for (i = 0; i < SUM_LEN; i++)
		*o++ = (uint8_t)digits[sum >> (5 * (SUM_LEN - 1 - i)) & 31];
	*o = '\0';
	out->len = start + total;
	return 0;
}

/* All of one case, and printable. */
static bool
is_even(const char *s, size_t n)
{
	bool has_lower = false, has_upper = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] < 33 || s[i] > 126)
			return false;
		has_lower |= s[i] >= 'a' && s[i] <= 'z';
		has_upper |= s[i] >= 'A' && s[i] <= 'Z';
	}
	return !(has_lower && has_upper);
}

static bool
hrp_fits(const char *hrp, const char *s, size_t n)
{
	size_t i;

	if (strlen(hrp) != n)
		return false;
	for (i = 0; i < n; i++)
		if (lower(hrp[i]) != lower(s[i]))
			return false;
	return true;
}

/* The digits behind the '1' but for the checksum, as bytes. */
static int
get_digits(struct buf *out, const char *s, size_t n, uint32_t sum,
	struct err *e)
{
	uint32_t v = 0;
	unsigned bits = 0;
	size_t i;
	const char *d;
	uint8_t *o;

	if (buf_reserve(out, (n - SUM_LEN) * 5 / 8, e) < 0)
		return -1;
	o = out->data + out->len;
	for (i = 0; i < n; i++) {
		d = memchr(digits, lower(s[i]), sizeof(digits) - 1);
		if (!d)
			return err_set(e, ERR_FORMAT,
			    "not Bech32: a character it does not have");
		sum = polymod(sum, (uint8_t)(d - digits));
		if (i + SUM_LEN >= n)
			continue;
		v = (v << 5 | (uint32_t)(d - digits)) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			*o++ = (uint8_t)(v >> bits);
		}
	}
	if (sum != 1)
		return err_set(e, ERR_FORMAT, "wrong Bech32 checksum: a typing "
		    "or copying error");
	if (bits >= 5 || (v & ((1u << bits) - 1)) != 0)
		return err_set(e, ERR_FORMAT, "Bech32 with stray last bits");
	*o = '\0';
	out->len = (size_t)(o - out->data);
	return 0;
}

int
bech32_decode(struct buf *out, const char *hrp, const char *s, size_t n,
	struct err *e)
{
	const char *one;
	size_t hrp_len;

	if (n > BECH32_MAX_LEN)
		return err_set(e, ERR_FORMAT, "too long for Bech32");
	if (!is_even(s, n))
		return err_set(e, ERR_FORMAT, "not Bech32: mixed case or "
		    "characters that cannot be printed");
	one = memrchr(s, '1', n);
	if (!one || one == s || n - (size_t)(one - s) - 1 < SUM_LEN)
		return err_set(e, ERR_FORMAT, "not Bech32: too short or "
		    "without '1'");
	hrp_len = (size_t)(one - s);
	if (!hrp_fits(hrp, s, hrp_len))
		return err_set(e, ERR_FORMAT, "does not begin with '%s1'",
		    hrp);
	return get_digits(out, one + 1, n - hrp_len - 1,
	    sum_of_hrp(hrp, hrp_len), e);
}
