/* base/jsonw.c - docs/FORMAT.md "JSON", the writing half. */
#include "base/jsonw.h"

#include <endian.h>
#include <string.h>

#include "base/base64.h"
#include "base/utf8.h"

#include "base/banned.h"

void
jsonw_init(struct jsonw *w, struct buf *out, struct err *e)
{
	w->out = out;
	w->e = e;
	w->failed = false;
	w->comma = false;
}

/* A line is hundreds of pieces, most of one byte: those cost no call. */
static inline void
put(struct jsonw *w, const void *data, size_t n)
{
	struct buf *b = w->out;

	if (w->failed)
		return;
	if (b->data && n <= b->cap - b->len) {
		memcpy(b->data + b->len, data, n);
		b->len += n;
		b->data[b->len] = '\0';
	} else if (buf_add(b, data, n, w->e) < 0) {
		w->failed = true;
	}
}

/* The comma between this value or key and the one before it. */
static void
separate(struct jsonw *w)
{
	if (w->comma)
		put(w, ",", 1);
	w->comma = false;
}

static void
put_word(struct jsonw *w, const char *word)
{
	separate(w);
	put(w, word, strlen(word));
	w->comma = true;
}

static bool
is_escaped(uint8_t c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

#define EACH(byte) (0x0101010101010101u * (byte))

/* How many of the N bytes are ASCII that is not escaped. */
static size_t
plain_ascii(const uint8_t *p, size_t n)
{
	uint64_t v, quote, slash, del, stop;
	size_t i = 0;

	for (; n - i >= sizeof(v); i += sizeof(v)) {
		memcpy(&v, p + i, sizeof(v));
		v = le64toh(v);
		quote = v ^ EACH('"');
		slash = v ^ EACH('\\');
		del = v ^ EACH(0x7f);
		/* Each finds its first; behind that it may be wrong. */
		stop = (v | ((v - EACH(0x20)) & ~v) |
		    ((quote - EACH(1)) & ~quote) |
		    ((slash - EACH(1)) & ~slash) | ((del - EACH(1)) & ~del)) &
		    EACH(0x80);
		if (stop != 0)
			return i + (size_t)__builtin_ctzll(stop) / 8;
	}
	while (i < n && p[i] < 0x80 && !is_escaped(p[i]))
		i++;
	return i;
}

/* How many of the N bytes stand in a string as they are. */
static size_t
plain(const uint8_t *p, size_t n)
{
	size_t i = 0, len = 1;
	uint32_t cp;

	while (len > 0 && i < n) {
		i += plain_ascii(p + i, n - i);
		for (len = 0; i < n && p[i] >= 0x80; i += len) {
			len = utf8_next(p + i, n - i, &cp);
			if (len == 0)
				return i;
		}
	}
	return i;
}

/*
 * Ill-formed bytes become U+FFFD: a reader must never meet a line that is no
 * JSON; where the bytes matter the caller uses jsonw_kpath.
 */
static void
put_quoted(struct jsonw *w, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char esc[6] = {'\\', 'u', '0', '0', 0, 0};
	size_t run;

	put(w, "\"", 1);
	for (;;) {
		run = plain(p, n);
		put(w, p, run);
		if (run == n)
			break;
		p += run;
		n -= run + 1;
		if (*p >= 0x80) {
			put(w, "\xef\xbf\xbd", 3);
		} else if (*p == '"' || *p == '\\') {
			put(w, "\\", 1);
			put(w, p, 1);
		} else {
			esc[4] = digits[*p >> 4];
			esc[5] = digits[*p & 15];
			put(w, esc, sizeof(esc));
		}
		p++;
	}
	put(w, "\"", 1);
}

void
jsonw_object(struct jsonw *w)
{
	separate(w);
	put(w, "{", 1);
}

void
jsonw_object_end(struct jsonw *w)
{
	put(w, "}", 1);
	w->comma = true;
}

void
jsonw_array(struct jsonw *w)
{
	separate(w);
	put(w, "[", 1);
}

void
jsonw_array_end(struct jsonw *w)
{
	put(w, "]", 1);
	w->comma = true;
}

void
jsonw_key(struct jsonw *w, const char *key)
{
	size_t n = 0;

	/* Nearly all are words. */
	while (key[n] >= '0' && key[n] <= 'z' && key[n] != '\\')
		n++;
	separate(w);
	if (key[n] == '\0') {
		put(w, "\"", 1);
		put(w, key, n);
		put(w, "\":", 2);
	} else {
		put_quoted(w, (const uint8_t *)key, strlen(key));
		put(w, ":", 1);
	}
}

void
jsonw_str(struct jsonw *w, const char *s)
{
	if (s)
		jsonw_strn(w, s, strlen(s));
	else
		jsonw_null(w);
}

void
jsonw_strn(struct jsonw *w, const void *s, size_t n)
{
	separate(w);
	put_quoted(w, s, n);
	w->comma = true;
}

void
jsonw_int(struct jsonw *w, int64_t n)
{
	uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
	char text[20], *p = text + sizeof(text);

	do {
		*--p = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (n < 0)
		*--p = '-';
	separate(w);
	put(w, p, (size_t)(text + sizeof(text) - p));
	w->comma = true;
}

void
jsonw_bool(struct jsonw *w, bool v)
{
	put_word(w, v ? "true" : "false");
}

void
jsonw_null(struct jsonw *w)
{
	put_word(w, "null");
}

void
jsonw_hex(struct jsonw *w, const uint8_t *data, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char pair[2];
	size_t i;

	separate(w);
	put(w, "\"", 1);
	for (i = 0; i < n; i++) {
		pair[0] = digits[data[i] >> 4];
		pair[1] = digits[data[i] & 15];
		put(w, pair, 2);
	}
	put(w, "\"", 1);
	w->comma = true;
}

void
jsonw_kstr(struct jsonw *w, const char *key, const char *s)
{
	jsonw_key(w, key);
	jsonw_str(w, s);
}

void
jsonw_kint(struct jsonw *w, const char *key, int64_t n)
{
	jsonw_key(w, key);
	jsonw_int(w, n);
}

void
jsonw_kbool(struct jsonw *w, const char *key, bool v)
{
	jsonw_key(w, key);
	jsonw_bool(w, v);
}

void
jsonw_knull(struct jsonw *w, const char *key)
{
	jsonw_key(w, key);
	jsonw_null(w);
}

void
jsonw_khex(struct jsonw *w, const char *key, const uint8_t *d, size_t n)
{
	jsonw_key(w, key);
	jsonw_hex(w, d, n);
}

void
jsonw_kpath(struct jsonw *w, const char *key, const void *p, size_t n)
{
	if (utf8_clean(p, n)) {
		jsonw_key(w, key);
		jsonw_strn(w, p, n);
		return;
	}
	separate(w);
	put(w, "\"", 1);
	put(w, key, strlen(key));
	put(w, "_b64\":\"", 7);
	if (!w->failed && base64_encode(w->out, p, n, true, w->e) < 0)
		w->failed = true;
	put(w, "\"", 1);
	w->comma = true;
}

int
jsonw_end(struct jsonw *w)
{
	return w->failed ? -1 : 0;
}
