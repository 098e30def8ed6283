/*
 * account/otpauth.c - one-time-password seeds as URIs; Key Uri Format, RFC 4648
 * section 6, and the protobuf of Google Authenticator's export.
 */
#include "account/otpauth.h"

#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define SCHEME "otpauth://"
#define MIGRATION "otpauth-migration://offline?"
#define SEEDS_MAX 64

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static int
base32_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

int
otpauth_base32_decode(const char *text, size_t n, uint8_t *out, size_t max,
	size_t *len, struct err *e)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t i, done = 0, digits = 0;
	bool ended = false;
	int v;

	for (i = 0; i < n; i++) {
		if (strchr(" \t-", text[i]) && text[i])
			continue;
		v = base32_value(text[i]);
		if (text[i] != '=' && (v < 0 || ended))
			return err_set(e, ERR_FORMAT, "character %zu of the "
			    "seed is no base32 (letters and 2 to 7)", i + 1);
		ended = text[i] == '=';
		if (ended)
			continue;
		digits++;
		bits = bits << 5 | (uint32_t)v;
		have += 5;
		if (have < 8)
			continue;
		if (done == max)
			return err_set(e, ERR_FORMAT,
			    "the seed is longer than %zu bytes", max);
		have -= 8;
		out[done++] = (uint8_t)(bits >> have);
	}
	if (digits % 8 == 1 || digits % 8 == 3 || digits % 8 == 6)
		return err_set(e, ERR_FORMAT, "the seed is cut off: no base32 "
		    "has %zu characters", digits);
	if (done == 0)
		return err_set(e, ERR_FORMAT, "the seed is empty");
	*len = done;
	return 0;
}

int
otpauth_base32_encode(const uint8_t *data, size_t n, struct buf *out,
	struct err *e)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		bits = bits << 8 | data[i];
		for (have += 8; have >= 5; have -= 5)
			if (buf_addc(out, alphabet[bits >> (have - 5) & 31],
			    e) < 0)
				return -1;
	}
	return have == 0 ? 0 :
	    buf_addc(out, alphabet[bits << (5 - have) & 31], e);
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * The N bytes of S with %XX resolved into OUT, MAX bytes of room, no NUL and
 * never longer.  Its length, or -1: a '%' that is none, or more than MAX.
 */
static int64_t
unescape(const char *s, size_t n, char *out, size_t max)
{
	size_t i, len = 0;
	int high, low;

	for (i = 0; i < n; i++) {
		if (len == max)
			return -1;
		if (s[i] != '%') {
			out[len++] = s[i];
			continue;
		}
		if (n - i < 3)
			return -1;
		high = hex_value(s[i + 1]);
		low = hex_value(s[i + 2]);
		if (high < 0 || low < 0)
			return -1;
		out[len++] = (char)(high << 4 | low);
		i += 2;
	}
	return (int64_t)len;
}

/* The name in the N bytes of S, cut between characters. */
static void
set_name(char out[static OTPAUTH_LABEL_MAX], const char *s, size_t n)
{
	const uint8_t *at = (const uint8_t *)s, *end = at + n;
	size_t step, len = 0;
	uint32_t cp;

	for (; at < end; at += step) {
		step = utf8_next(at, (size_t)(end - at), &cp);
		if (step == 0 || cp < 0x20 || cp == 0x7f) {
			step = step ? step : 1;
			if (len + 1 >= OTPAUTH_LABEL_MAX)
				break;
			out[len++] = '?';
			continue;
		}
		if (len + step >= OTPAUTH_LABEL_MAX)
			break;
		memcpy(out + len, at, step);
		len += step;
	}
	out[len] = '\0';
}

/* "Issuer: label" or "label". */
static void
set_label(struct otpauth *o, const char *s, size_t n)
{
	const char *colon = memchr(s, ':', n);
	const char *end = s + n;

	if (colon) {
		set_name(o->issuer, s, (size_t)(colon - s));
		for (s = colon + 1; s < end && *s == ' '; s++)
			;
	}
	set_name(o->label, s, (size_t)(end - s));
}

/* The number that all of the N bytes of S are, or -1. */
static int64_t
number(const char *s, size_t n)
{
	uint64_t v = 0;
	size_t i;

	if (n == 0 || n > 18)
		return -1;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (uint64_t)(s[i] - '0');
	}
	return (int64_t)v;
}

static bool
is(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && strncasecmp(s, word, n) == 0;
}

/* "secret=…", with VALUE resolved. */
static int
set_parameter(struct otpauth *o, const char *key, size_t nkey,
	const char *value, size_t n, struct err *e)
{
	int64_t v;

	if (is(key, nkey, "secret"))
		return otpauth_base32_decode(value, n, o->secret,
		    sizeof(o->secret), &o->secret_len, e);
	if (is(key, nkey, "issuer") && n > 0) {
		set_name(o->issuer, value, n);
	} else if (is(key, nkey, "algorithm")) {
		if (is(value, n, "SHA1"))
			o->hash = OTPAUTH_SHA1;
		else if (is(value, n, "SHA256"))
			o->hash = OTPAUTH_SHA256;
		else if (is(value, n, "SHA512"))
			o->hash = OTPAUTH_SHA512;
		else
			return err_set(e, ERR_FORMAT, "the otpauth URI asks "
			    "for a hash other than SHA1, SHA256, SHA512");
	} else if (is(key, nkey, "digits")) {
		v = number(value, n);
		if (v < 6 || v > 8)
			return err_set(e, ERR_FORMAT, "the otpauth URI asks "
			    "for other than 6 to 8 digits");
		o->digits = (unsigned)v;
	} else if (is(key, nkey, "period")) {
		v = number(value, n);
		if (v < 1 || v > (int64_t)OTPAUTH_PERIOD_MAX)
			return err_set(e, ERR_FORMAT, "the otpauth URI has a "
			    "period of other than 1 to %u seconds",
			    OTPAUTH_PERIOD_MAX);
		o->period = (unsigned)v;
	} else if (is(key, nkey, "counter")) {
		v = number(value, n);
		if (v < 0)
			return err_set(e, ERR_FORMAT,
			    "the otpauth URI has a counter that is no number");
		o->counter = (uint64_t)v;
	}
	return 0;
}

static int
set_parameters(struct otpauth *o, const char *at, const char *end, char *room,
	struct err *e)
{
	const char *stop, *eq;
	int64_t n;

	for (; at < end; at = stop + 1) {
		stop = memchr(at, '&', (size_t)(end - at));
		if (!stop)
			stop = end;
		eq = memchr(at, '=', (size_t)(stop - at));
		if (!eq)
			continue;
		n = unescape(eq + 1, (size_t)(stop - eq - 1), room,
		    OTPAUTH_URI_MAX);
		if (n < 0)
			return err_set(e, ERR_FORMAT, "parameter '%.*s' of the "
			    "otpauth URI has a '%%' that is none",
			    (int)(eq - at < 32 ? eq - at : 32), at);
		if (set_parameter(o, at, (size_t)(eq - at), room, (size_t)n,
		    e) < 0)
			return -1;
	}
	return 0;
}

/* AT: behind "otpauth://". */
static int
parse_uri(struct otpauth *o, const char *at, const char *end, char *room,
	struct err *e)
{
	const char *query = memchr(at, '?', (size_t)(end - at));
	const char *slash = memchr(at, '/', (size_t)(end - at));
	int64_t n;

	if (!query)
		return err_set(e, ERR_FORMAT, "the otpauth URI has no seed");
	if (!slash || slash > query)
		slash = query;	/* no label */
	if (is(at, (size_t)(slash - at), "hotp"))
		o->hotp = true;
	else if (!is(at, (size_t)(slash - at), "totp"))
		return err_set(e, ERR_FORMAT,
		    "the otpauth URI is neither totp nor hotp");
	if (slash < query) {
		n = unescape(slash + 1, (size_t)(query - slash - 1), room,
		    OTPAUTH_URI_MAX);
		if (n < 0)
			return err_set(e, ERR_FORMAT, "the label of the "
			    "otpauth URI has a '%%' that is none");
		set_label(o, room, (size_t)n);
	}
	if (set_parameters(o, query + 1, end, room, e) < 0)
		return -1;
	if (o->secret_len == 0)
		return err_set(e, ERR_FORMAT, "the otpauth URI has no seed");
	return 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
trim(const char **s, const char **end)
{
	while (*s < *end && is_blank(**s))
		++*s;
	while (*end > *s && is_blank((*end)[-1]))
		--*end;
}

static bool
starts(const char *s, const char *end, const char *word)
{
	const size_t n = strlen(word);

	return (size_t)(end - s) >= n && strncasecmp(s, word, n) == 0;
}

int
otpauth_parse(const char *text, size_t n, struct otpauth *out,
	struct err *e)
{
	char room[OTPAUTH_URI_MAX];
	const char *end = text + n;
	int rc = -1;

	*out = (struct otpauth){.digits = 6, .period = 30};
	trim(&text, &end);
	if (end - text > (ptrdiff_t)OTPAUTH_URI_MAX) {
		(void)err_set(e, ERR_FORMAT,
		    "the otpauth URI is longer than %u bytes", OTPAUTH_URI_MAX);
		goto out;
	}
	if (starts(text, end, SCHEME)) {
		rc = parse_uri(out, text + strlen(SCHEME), end, room, e);
		secmem_wipe(room, (size_t)(end - text));
		goto out;
	}
	if (memchr(text, ':', (size_t)(end - text))) {
		(void)err_set(e, ERR_FORMAT,
		    "neither an otpauth URI nor a seed in base32");
		goto out;
	}
	rc = otpauth_base32_decode(text, (size_t)(end - text), out->secret,
	    sizeof(out->secret), &out->secret_len, e);
	if (rc == 0 && out->secret_len < OTPAUTH_BARE_MIN)
		rc = err_set(e, ERR_FORMAT, "a seed of %zu bytes is too short",
		    out->secret_len);
out:
	if (rc < 0)
		secmem_wipe(out, sizeof(*out));
	return rc;
}

/* What may stand in a label or value as it is: RFC 3986 "unreserved". */
static int
add_escaped(struct buf *out, const char *s, struct err *e)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (; *s; s++)
		if ((strchr(plain, *s) ? buf_addc(out, *s, e) :
		    buf_addf(out, e, "%%%02X", (unsigned char)*s)) < 0)
			return -1;
	return 0;
}

int
otpauth_uri(const struct otpauth *o, struct buf *out, struct err *e)
{
	static const char *const hash[] = {"SHA1", "SHA256", "SHA512"};

	if (buf_addf(out, e, SCHEME "%s/", o->hotp ? "hotp" : "totp") < 0 ||
	    (o->issuer[0] && (add_escaped(out, o->issuer, e) < 0 ||
	    buf_addc(out, ':', e) < 0)) || add_escaped(out, o->label, e) < 0 ||
	    buf_adds(out, "?secret=", e) < 0 ||
	    otpauth_base32_encode(o->secret, o->secret_len, out, e) < 0 ||
	    (o->issuer[0] && (buf_adds(out, "&issuer=", e) < 0 ||
	    add_escaped(out, o->issuer, e) < 0)) ||
	    buf_addf(out, e, "&algorithm=%s&digits=%u", hash[o->hash],
	    o->digits) < 0)
		return -1;
	return o->hotp ? buf_addf(out, e, "&counter=%llu",
	    (unsigned long long)o->counter) :
	    buf_addf(out, e, "&period=%u", o->period);
}

/* --- Google Authenticator's export */

bool
otpauth_is_migration(const char *text, size_t n)
{
	const char *end = text + n;

	trim(&text, &end);
	return starts(text, end, MIGRATION);
}

struct field {
	uint64_t tag;		/* number << 3 | type */
	uint64_t number;	/* of a varint */
	const uint8_t *data;	/* of bytes */
	size_t len;
};

static int
varint(const uint8_t **at, const uint8_t *end, uint64_t *out)
{
	unsigned shift;

	*out = 0;
	for (shift = 0; shift < 64 && *at < end; shift += 7) {
		*out |= (uint64_t)(**at & 0x7f) << shift;
		if ((*(*at)++ & 0x80) == 0)
			return 0;
	}
	return -1;
}

/* The next field of a message: 1, 0 at its end, -1 damaged. */
static int
field_next(const uint8_t **at, const uint8_t *end, struct field *f)
{
	uint64_t n;

	*f = (struct field){0};
	if (*at == end)
		return 0;
	if (varint(at, end, &f->tag) < 0 || f->tag >> 3 == 0)
		return -1;
	switch (f->tag & 7) {
	case 0:
		return varint(at, end, &f->number) < 0 ? -1 : 1;
	case 1:
		n = 8;
		break;
	case 2:
		if (varint(at, end, &n) < 0)
			return -1;
		break;
	case 5:
		n = 4;
		break;
	default:
		return -1;
	}
	if (n > (uint64_t)(end - *at))
		return -1;
	f->data = *at;
	f->len = (size_t)n;
	*at += n;
	return 1;
}

#define TAG(number, type) ((uint64_t)(number) << 3 | (type))

/* One message otp_parameters.  1: a seed; 0: of a kind that is not ours; -1. */
static int
read_seed(const uint8_t *at, const uint8_t *end, struct otpauth *o)
{
	const uint8_t *name = NULL, *issuer = NULL;
	size_t nname = 0, nissuer = 0;
	bool ours = true;
	struct field f;
	int rc;

	*o = (struct otpauth){.digits = 6, .period = 30};
	while ((rc = field_next(&at, end, &f)) == 1) {
		switch (f.tag) {
		case TAG(1, 2):
			if (f.len > sizeof(o->secret))
				return -1;
			memcpy(o->secret, f.data, f.len);
			o->secret_len = f.len;
			break;
		case TAG(2, 2):
			name = f.data;
			nname = f.len;
			break;
		case TAG(3, 2):
			issuer = f.data;
			nissuer = f.len;
			break;
		case TAG(4, 0):		/* 0 SHA-1 unsaid, 4 MD5 */
			ours = ours && f.number <= 3;
			o->hash = f.number == 2 ? OTPAUTH_SHA256 :
			    f.number == 3 ? OTPAUTH_SHA512 : OTPAUTH_SHA1;
			break;
		case TAG(5, 0):
			ours = ours && f.number <= 2;
			o->digits = f.number == 2 ? 8 : 6;
			break;
		case TAG(6, 0):
			ours = ours && f.number <= 2;
			o->hotp = f.number == 1;
			break;
		case TAG(7, 0):
			o->counter = f.number;
			break;
		default:
			break;
		}
	}
	if (rc < 0)
		return -1;
	if (name)
		set_label(o, (const char *)name, nname);
	if (nissuer > 0)
		set_name(o->issuer, (const char *)issuer, nissuer);
	return ours && o->secret_len > 0 ? 1 : 0;
}

/* The whole payload; FN may be NULL. */
static int
read_payload(const uint8_t *at, const uint8_t *end, struct otpauth_batch *b,
	int (*fn)(void *arg, const struct otpauth *o, struct err *e), void *arg,
	struct err *e)
{
	struct otpauth seed;
	struct field f;
	unsigned seeds = 0;
	int rc, got = 0;

	*b = (struct otpauth_batch){.size = 1};
	while ((rc = field_next(&at, end, &f)) == 1) {
		if (f.tag == TAG(3, 0))
			b->size = (int32_t)f.number;
		else if (f.tag == TAG(4, 0))
			b->index = (int32_t)f.number;
		else if (f.tag == TAG(5, 0))
			b->id = (int32_t)f.number;
		if (f.tag != TAG(1, 2))
			continue;
		got = ++seeds > SEEDS_MAX ? -1 :
		    read_seed(f.data, f.data + f.len, &seed);
		if (got == 0)
			b->other++;
		else if (got > 0 && fn && fn(arg, &seed, e) < 0)
			rc = -2;
		secmem_wipe(&seed, sizeof(seed));
		if (rc == -2)
			return -1;
		if (got < 0)
			break;
	}
	if (rc < 0 || got < 0 || b->size < 1 || b->index < 0 ||
	    b->index >= b->size)
		return err_set(e, ERR_FORMAT,
		    "the code of the authenticator's export is damaged");
	return 0;
}

/* The parameter `data`, base64 with or without '='. */
static int
payload(const char *text, const char *end, struct buf *out, struct err *e)
{
	struct buf plain = BUF_INIT(OTPAUTH_URI_MAX);
	const char *at = text + strlen(MIGRATION), *stop;
	int64_t n = -1, i;
	int rc = -1;

	for (; at < end && !starts(at, end, "data="); at = stop + 1) {
		stop = memchr(at, '&', (size_t)(end - at));
		if (!stop)
			stop = end;
	}
	if (at < end) {
		at += strlen("data=");
		stop = memchr(at, '&', (size_t)(end - at));
		if (!stop)
			stop = end;
		if (buf_reserve(&plain, OTPAUTH_URI_MAX, e) < 0 ||
		    buf_reserve(out, OTPAUTH_URI_MAX, e) < 0)
			goto out;
		n = unescape(at, (size_t)(stop - at), (char *)plain.data,
		    OTPAUTH_URI_MAX);
	}
	/* Some readers of QR codes make a blank of '+'. */
	for (i = 0; i < n; i++)
		if (plain.data[i] == ' ')
			plain.data[i] = '+';
	while (n > 0 && plain.data[n - 1] == '=')
		n--;
	if (n <= 0 || base64_decode(out, (char *)plain.data, (size_t)n, false,
	    e) < 0) {
		(void)err_set(e, ERR_FORMAT,
		    "the code of the authenticator's export is damaged");
		goto out;
	}
	rc = 0;
out:
	buf_wipe(&plain);
	return rc;
}

int
otpauth_migration(const char *text, size_t n, struct otpauth_batch *batch,
	int (*fn)(void *arg, const struct otpauth *o, struct err *e), void *arg,
	struct err *e)
{
	struct buf data = BUF_INIT(OTPAUTH_URI_MAX);
	const char *end = text + n;
	int rc = -1;

	*batch = (struct otpauth_batch){0};
	trim(&text, &end);
	if (end - text > (ptrdiff_t)OTPAUTH_URI_MAX ||
	    !starts(text, end, MIGRATION))
		return err_set(e, ERR_FORMAT,
		    "no code of an authenticator's export");
	if (payload(text, end, &data, e) < 0 ||
	    read_payload(data.data, data.data + data.len, batch, NULL, NULL,
	    e) < 0)
		goto out;
	rc = read_payload(data.data, data.data + data.len, batch, fn, arg, e);
out:
	buf_wipe(&data);
	return rc;
}
