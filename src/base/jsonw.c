/* base/jsonw.c - docs/FORMAT.md "JSON", the writing half. */
#include "base/jsonw.h"

#include <inttypes.h>
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

static void
put(struct jsonw *w, const void *data, size_t n)
{
	if (!w->failed && buf_add(w->out, data, n, w->e) < 0)
		w->failed = true;
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

/*
 * Ill-formed bytes become U+FFFD: a reader must never meet a line that is no
 * JSON; where the bytes matter the caller uses jsonw_kpath.
 */
static void
put_quoted(struct jsonw *w, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char esc[6] = {'\\', 'u', '0', '0', 0, 0};
	size_t run = 0, len;
	uint32_t cp;

	put(w, "\"", 1);
	while (n > run) {
		len = utf8_next(p + run, n - run, &cp);
		if (len > 0 && cp >= 0x20 && cp != '"' && cp != '\\' &&
		    cp != 0x7f) {
			run += len;
			continue;
		}
		put(w, p, run);
		p += run;
		n -= run;
		run = 0;
		if (len == 0) {
			put(w, "\xef\xbf\xbd", 3);
		} else if (cp == '"' || cp == '\\') {
			put(w, "\\", 1);
			put(w, p, 1);
		} else {
			esc[4] = digits[cp >> 4];
			esc[5] = digits[cp & 15];
			put(w, esc, sizeof(esc));
		}
		p++;
		n--;
	}
	put(w, p, run);
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
	separate(w);
	put_quoted(w, (const uint8_t *)key, strlen(key));
	put(w, ":", 1);
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
	separate(w);
	if (!w->failed && buf_addf(w->out, w->e, "%" PRId64, n) < 0)
		w->failed = true;
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
