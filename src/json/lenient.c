/*
 * json/lenient.c - RFC 8259 and what is seen in the wild, in one pass.
 *
 * yajl stops at bytes that peers of a chat can put into an export, and writes
 * '?' where half a character was; so this is an own reader.  It works in
 * place: a string is never longer than what stood between its quotes, except
 * where bytes are mended; those few strings are kept apart.
 */
#include "json/json_doc.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

/* Where the reader is. */
struct at {
	struct json *j;
	uint8_t *s;		/* the text */
	size_t pos, n;
};

static int
wrong(struct at *a)
{
	return err_set(a->j->e, ERR_FORMAT, "not one JSON value (byte %zu)",
	    a->pos);
}

static inline bool
is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* As yajl has it: \v and \f too. */
static inline void
skip_space(struct at *a)
{
	const uint8_t *s = a->s;
	const size_t n = a->n;
	size_t i = a->pos;

	while (i < n && is_space(s[i]))
		i++;
	a->pos = i;
}

/* --- Strings */

/* Four hex digits, or -1. */
static int
hex4(const uint8_t *s, const uint8_t *end)
{
	int v = 0, i;

	if (end - s < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		v *= 16;
		if (s[i] >= '0' && s[i] <= '9')
			v += s[i] - '0';
		else if ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'f')
			v += (s[i] | 0x20) - 'a' + 10;
		else
			return -1;
	}
	return v;
}

/* The first quote or backslash from S, or N; *ascii: nothing else before it. */
static inline size_t
find_stop(const uint8_t *s, size_t n, bool *ascii)
{
	size_t i = 0;
	unsigned high = 0;

#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i slash = _mm_set1_epi8('\\');

	for (; n - i >= 16; i += 16) {
		const __m128i v = _mm_loadu_si128((const __m128i *)(s + i));
		const unsigned stop = (unsigned)_mm_movemask_epi8(
		    _mm_or_si128(_mm_cmpeq_epi8(v, quote),
		    _mm_cmpeq_epi8(v, slash)));
		const unsigned beyond = (unsigned)_mm_movemask_epi8(v);

		if (stop != 0) {
			*ascii = (high | (beyond & (stop - 1))) == 0;
			return i + (size_t)__builtin_ctz(stop);
		}
		high |= beyond;
	}
#endif
	for (; i < n && s[i] != '"' && s[i] != '\\'; i++)
		high |= s[i] & 0x80;
	*ascii = high == 0;
	return i;
}

/* As many bytes of a string as stay what they are. */
static inline size_t
plain(const struct at *a)
{
	const uint8_t *s = a->s + a->pos;
	bool ascii;
	const size_t n = find_stop(s, a->n - a->pos, &ascii);

	return ascii ? n : utf8_run(s, n);
}

/*
 * The escape at S, the backslash, into *cp, U+FFFD for half a character.
 * Returns its length, or 0 if it is none.
 */
static size_t
escape(const uint8_t *s, const uint8_t *end, uint32_t *cp)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *which;
	int hi, lo;

	if (end - s < 2)
		return 0;
	if (s[1] != 'u') {
		which = s[1] != '\0' ? strchr(from, s[1]) : NULL;
		if (!which)
			return 0;
		*cp = (uint8_t)to[which - from];
		return 2;
	}
	hi = hex4(s + 2, end);
	if (hi < 0)
		return 0;
	*cp = (uint32_t)hi;
	if (hi < 0xd800 || hi > 0xdfff)
		return 6;
	lo = end - s >= 12 && s[6] == '\\' && s[7] == 'u' ?
	    hex4(s + 8, end) : -1;
	if (hi > 0xdbff || lo < 0xdc00 || lo > 0xdfff) {
		*cp = 0xfffd;
		return 6;
	}
	*cp = 0x10000 + ((uint32_t)(hi - 0xd800) << 10) +
	    (uint32_t)(lo - 0xdc00);
	return 12;
}

/*
 * Room among the mended strings for one of N bytes of text.  It is made once
 * a document, for all that can follow: what points there must not move.
 */
static uint8_t *
mend_room(struct at *a, size_t n)
{
	struct json *j = a->j;
	const size_t all = 3 * a->n + 1;
	char *grown;

	if (j->mended_len == 0 && j->mended_cap < all) {
		grown = realloc(j->mended, all);
		if (!grown) {
			(void)err_nomem(j->e);
			return NULL;
		}
		j->mended = grown;
		j->mended_cap = all;
	}
	if (j->mended_cap - j->mended_len < 3 * n + 1) {
		(void)err_nomem(j->e);
		return NULL;
	}
	return (uint8_t *)j->mended + j->mended_len;
}

/*
 * The string from FROM, where something is to be mended, up to its quote.
 * OUT has room for thrice of it.  Returns the bytes written, or -1.
 */
static int64_t
copy_string(struct at *a, uint8_t *out)
{
	const uint8_t *end = a->s + a->n;
	uint8_t *w = out;
	uint32_t cp;
	size_t n;

	for (;;) {
		n = plain(a);
		memmove(w, a->s + a->pos, n);
		w += n;
		a->pos += n;
		if (a->pos == a->n)
			return wrong(a);
		if (a->s[a->pos] == '"') {
			a->pos++;
			return w - out;
		}
		cp = 0xfffd;
		n = 1;
		if (a->s[a->pos] == '\\')
			n = escape(a->s + a->pos, end, &cp);
		if (n == 0)
			return wrong(a);
		w += utf8_put(cp, (char *)w);
		a->pos += n;
	}
}

/* Where the string ends whose text begins at pos, its quote; or a->n. */
static size_t
find_quote(const struct at *a)
{
	size_t i = a->pos;

	while (i < a->n && a->s[i] != '"')
		i += a->s[i] == '\\' && a->n - i > 1 ? 2 : 1;
	return i;
}

/*
 * The string whose text begins at pos.  While nothing is to be mended it is
 * written over itself; else it goes to the mended ones, all of it.
 */
static int
string(struct at *a, const char **str, size_t *len)
{
	const uint8_t *end = a->s + a->n;
	const size_t start = a->pos;
	uint8_t *w = a->s + start, *out;
	uint32_t cp;
	int64_t got;
	size_t n;

	for (;;) {
		n = plain(a);
		if (w != a->s + a->pos)
			memmove(w, a->s + a->pos, n);
		w += n;
		a->pos += n;
		if (a->pos == a->n)
			return wrong(a);
		if (a->s[a->pos] == '"')
			break;
		if (a->s[a->pos] != '\\')
			goto mend;
		n = escape(a->s + a->pos, end, &cp);
		if (n == 0)
			return wrong(a);
		w += utf8_put(cp, (char *)w);
		a->pos += n;
	}
	a->pos++;
	*w = '\0';
	*str = (const char *)a->s + start;
	*len = (size_t)(w - (a->s + start));
	return 0;
mend:
	n = (size_t)(w - (a->s + start));
	out = mend_room(a, n + find_quote(a) - a->pos);
	if (!out)
		return -1;
	memcpy(out, a->s + start, n);
	got = copy_string(a, out + n);
	if (got < 0)
		return -1;
	n += (size_t)got;
	out[n] = '\0';
	a->j->mended_len += n + 1;
	*str = (const char *)out;
	*len = n;
	return 0;
}

/* --- Other values */

static bool
is_digit(const struct at *a, size_t i)
{
	return i < a->n && a->s[i] >= '0' && a->s[i] <= '9';
}

/* Length of the number at pos by the grammar, or 0; *whole: an integer. */
static size_t
number_len(const struct at *a, bool *whole)
{
	size_t i = a->pos;

	*whole = true;
	if (a->s[i] == '-')
		i++;
	if (!is_digit(a, i))
		return 0;
	if (a->s[i] == '0')
		i++;
	else
		while (is_digit(a, i))
			i++;
	if (i < a->n && a->s[i] == '.') {
		*whole = false;
		if (!is_digit(a, ++i))
			return 0;
		while (is_digit(a, i))
			i++;
	}
	if (i < a->n && (a->s[i] | 0x20) == 'e') {
		*whole = false;
		i++;
		if (i < a->n && (a->s[i] == '+' || a->s[i] == '-'))
			i++;
		if (!is_digit(a, i))
			return 0;
		while (is_digit(a, i))
			i++;
	}
	return i - a->pos;
}

/* What fits into an int64, as str_to_i64() has it. */
static bool
to_i64(const uint8_t *s, size_t n, int64_t *out)
{
	char text[24];
	int64_t v = 0;
	size_t i;

	if (n <= 18 && s[0] != '-') {
		for (i = 0; i < n; i++)
			v = 10 * v + (s[i] - '0');
		*out = v;
		return true;
	}
	if (n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	return str_to_i64(text, INT64_MIN, INT64_MAX, out) == 0;
}

static int
number(struct at *a)
{
	bool whole;
	const size_t n = number_len(a, &whole);
	uint8_t *s = a->s + a->pos;
	struct json_node *node;
	int64_t v = 0;

	if (n == 0)
		return wrong(a);
	node = json_add(a->j, JSON_INT);
	if (!node)
		return -1;
	a->pos += n;
	if (whole && to_i64(s, n, &v)) {
		node->num = v;
		return 0;
	}
	/* Its NUL: behind it stands what is still to be read, if anything. */
	if (s > a->s) {
		memmove(s - 1, s, n);
		s--;
	} else if (a->pos < a->n) {
		skip_space(a);
		if (a->pos < a->n)
			return wrong(a);
	}
	s[n] = '\0';
	node->type = JSON_NUM;
	node->str = (const char *)s;
	node->len = n;
	return 0;
}

static int
literal(struct at *a)
{
	static const struct {
		const char *text;
		enum json_type type;
		int v;
	} words[] = {{"null", JSON_NULL, 0}, {"true", JSON_BOOL, 1},
	    {"false", JSON_BOOL, 0}, {"NaN", JSON_NULL, 0}};
	struct json_node *node;
	size_t i, n;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = strlen(words[i].text);
		if (a->n - a->pos < n ||
		    memcmp(a->s + a->pos, words[i].text, n) != 0)
			continue;
		node = json_add(a->j, words[i].type);
		if (!node)
			return -1;
		node->num = words[i].v;
		a->pos += n;
		return 0;
	}
	return wrong(a);
}

static int
open_level(struct at *a, enum json_type type)
{
	struct json *j = a->j;

	if (j->depth == j->max_depth)
		return err_set(j->e, ERR_FORMAT,
		    "JSON nested more than %u deep", j->max_depth);
	if (!json_add(j, type))
		return -1;
	j->level[j->depth++] = (struct level){(uint32_t)(j->n - 1), 0};
	a->pos++;
	return 0;
}

/* The key at pos, and its colon. */
static int
key(struct at *a)
{
	const char *str;
	size_t len;

	skip_space(a);
	if (a->pos == a->n || a->s[a->pos] != '"')
		return wrong(a);
	a->pos++;
	if (string(a, &str, &len) < 0)
		return -1;
	skip_space(a);
	if (a->pos == a->n || a->s[a->pos] != ':')
		return wrong(a);
	a->pos++;
	a->j->key = str;
	a->j->key_len = len;
	return 0;
}

/*
 * One value, or the beginning of an array or object: *open says that.  In an
 * empty one nothing is open.
 */
static int
value(struct at *a, bool *open)
{
	struct json_node *node;
	const char *str;
	size_t len;
	uint8_t c;

	*open = false;
	skip_space(a);
	if (a->pos == a->n)
		return wrong(a);
	c = a->s[a->pos];
	if (c == '"') {
		node = json_add(a->j, JSON_STR);
		if (!node)
			return -1;
		a->pos++;
		if (string(a, &str, &len) < 0)
			return -1;
		node->str = str;
		node->len = len;
		return 0;
	}
	if (c == '-' || (c >= '0' && c <= '9'))
		return number(a);
	if (c != '{' && c != '[')
		return literal(a);
	if (open_level(a, c == '{' ? JSON_OBJECT : JSON_ARRAY) < 0)
		return -1;
	skip_space(a);
	if (a->pos < a->n && a->s[a->pos] == (c == '{' ? '}' : ']')) {
		a->pos++;
		a->j->depth--;
		return 0;
	}
	*open = true;
	return c == '{' ? key(a) : 0;
}

/* Behind a value: close what ends here.  1: another one follows; 0; -1. */
static int
after(struct at *a)
{
	struct json *j = a->j;
	bool object;
	uint8_t c;

	while (j->depth > 0) {
		object = j->nodes[j->level[j->depth - 1].node].type ==
		    JSON_OBJECT;
		skip_space(a);
		c = a->pos < a->n ? a->s[a->pos] : 0;
		if (c == ',') {
			a->pos++;
			return object && key(a) < 0 ? -1 : 1;
		}
		if (c != (object ? '}' : ']'))
			return wrong(a);
		a->pos++;
		j->depth--;
	}
	skip_space(a);
	return a->pos == a->n ? 0 : wrong(a);
}

const struct json_node *
json_lenient(struct json *j, char *data, size_t n)
{
	struct at a = {j, (uint8_t *)data, 0, n};
	bool open;
	int more = 1;

	j->mended_len = 0;
	while (more > 0) {
		if (value(&a, &open) < 0)
			return NULL;
		more = open ? 1 : after(&a);
	}
	return more == 0 ? &j->nodes[0] : NULL;
}
