/* base/base64.c - RFC 4648 section 4, strict both ways. */
#include "base/base64.h"

#include "base/banned.h"

int
base64_encode(struct buf *out, const void *data, size_t n, bool pad,
	struct err *e)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *p = data;
	uint32_t v;
	uint8_t *o;

	if (n > SIZE_MAX / 2)
		return err_nomem(e);
	if (buf_reserve(out, (n / 3) * 4 +
	    (n % 3 == 0 ? 0 : pad ? 4 : n % 3 + 1), e) < 0)
		return -1;
	o = out->data + out->len;
	for (; n >= 3; n -= 3, p += 3) {
		v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		*o++ = (uint8_t)digits[v >> 18];
		*o++ = (uint8_t)digits[v >> 12 & 63];
		*o++ = (uint8_t)digits[v >> 6 & 63];
		*o++ = (uint8_t)digits[v & 63];
	}
	if (n > 0) {
		v = (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0);
		*o++ = (uint8_t)digits[v >> 18];
		*o++ = (uint8_t)digits[v >> 12 & 63];
		if (n > 1)
			*o++ = (uint8_t)digits[v >> 6 & 63];
		else if (pad)
			*o++ = '=';
		if (pad)
			*o++ = '=';
	}
	*o = '\0';
	out->len = (size_t)(o - out->data);
	return 0;
}

static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	if (c == '/')
		return 63;
	return -1;
}

/* The digits of S without their padding, or -1 if the padding is wrong. */
static int
strip_padding(const char *s, size_t *n, bool pad)
{
	if (pad) {
		if (*n % 4 != 0)
			return -1;
		if (*n > 0 && s[*n - 1] == '=') {
			(*n)--;
			if (s[*n - 1] == '=')
				(*n)--;
		}
	}
	return *n % 4 == 1 ? -1 : 0;
}

int
base64_decode(struct buf *out, const char *s, size_t n, bool pad,
	struct err *e)
{
	uint32_t v = 0;
	unsigned bits = 0;
	size_t i;
	uint8_t *o;
	int d;

	if (strip_padding(s, &n, pad) < 0)
		return err_set(e, ERR_FORMAT, "base64 of a wrong length");
	if (buf_reserve(out, n / 4 * 3 + (n % 4 > 0 ? n % 4 - 1 : 0), e) < 0)
		return -1;
	o = out->data + out->len;
	for (i = 0; i < n; i++) {
		d = value_of(s[i]);
		if (d < 0)
			return err_set(e, ERR_FORMAT,
			    "byte %zu is not base64", i);
		v = v << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*o++ = (uint8_t)(v >> bits);
			v &= (1u << bits) - 1;
		}
	}
	/* Left-over bits would let one value have several texts. */
	if (v != 0)
		return err_set(e, ERR_FORMAT, "base64 with stray last bits");
	*o = '\0';
	out->len = (size_t)(o - out->data);
	return 0;
}
