/*
 * json/walk.c - the borders of values in RFC 8259 text, found in one pass.
 *
 * Brackets and quotes are all that is looked at where nothing is taken; what
 * is gone into is held against the grammar here, what is taken in lenient.c.
 */
#include "json/walk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/buf.h"

#include "base/banned.h"

#define READ_LEN (256u * 1024)
#define WORD_MAX 4096	/* bytes of a number that is taken for one */

enum { AT_END = 1 };	/* the text is cut off: 0 and -1 as usual */

struct walk {
	const struct json_walker *w;
	struct err *e;
	uint8_t *buf;		/* READ_LEN + 1 bytes */
	size_t pos, n;
	uint64_t base;		/* of buf[0] in the text */
	struct json *doc;
	struct json_place place;
	bool object[JSON_WALK_DEPTH + 1];	/* what is open, from 1 */
	char key[JSON_WALK_DEPTH + 1][JSON_WALK_KEY_MAX];
	/* What is being taken: kept, and buf from FROM. */
	bool taking, eliding, over;
	size_t from;
	size_t string_at;	/* where the string began, in what is kept */
	struct buf kept;
};

static uint64_t
offset(const struct walk *k)
{
	return k->base + k->pos;
}

static int
wrong(struct walk *k)
{
	return err_set(k->e, ERR_FORMAT, "no JSON at byte %" PRIu64,
	    offset(k));
}

/* --- Taking: bytes leave buf[from..to) for kept. */

static int
keep(struct walk *k, size_t to)
{
	if (!k->eliding && !k->over) {
		/* A string that will be elided may be over the cap so far. */
		if (k->kept.len + (to - k->from) >
		    JSON_WALK_TAKE_MAX + JSON_WALK_STR_MAX + READ_LEN) {
			k->over = true;
			buf_release(&k->kept);
		} else if (buf_add(&k->kept, k->buf + k->from, to - k->from,
		    k->e) < 0)
			return -1;
	}
	k->from = to;
	return 0;
}

/* Bytes of the value so far. */
static size_t
kept_len(const struct walk *k)
{
	return k->kept.len + (k->eliding ? 0 : k->pos - k->from);
}

/* The next bytes.  0, AT_END, or -1. */
static int
fill(struct walk *k)
{
	int64_t got;

	if (k->taking && keep(k, k->n) < 0)
		return -1;
	if (k->taking && k->string_at > 0 && !k->eliding && !k->over &&
	    k->kept.len - k->string_at > JSON_WALK_STR_MAX) {
		k->eliding = true;
		k->kept.len = k->string_at;
	}
	k->base += k->n;
	k->pos = k->n = k->from = 0;
	got = k->w->read(k->w->read_arg, k->base, k->buf, READ_LEN, k->e);
	if (got < 0)
		return -1;
	k->n = (size_t)got;
	return got == 0 ? AT_END : 0;
}

/* The next byte is at pos.  0, AT_END, or -1. */
static inline int
more(struct walk *k)
{
	return k->pos < k->n ? 0 : fill(k);
}

static int
skip_space(struct walk *k)
{
	int rc;

	for (;;) {
		while (k->pos < k->n && (k->buf[k->pos] == ' ' ||
		    (k->buf[k->pos] >= '\t' && k->buf[k->pos] <= '\r')))
			k->pos++;
		if (k->pos < k->n)
			return 0;
		rc = fill(k);
		if (rc != 0)
			return rc;
	}
}

/* --- Passing over a value */

/* The first quote or backslash from S, or END. */
static const uint8_t *
find_quote(const uint8_t *s, const uint8_t *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i slash = _mm_set1_epi8('\\');

	for (; end - s >= 16; s += 16) {
		const __m128i v = _mm_loadu_si128((const __m128i *)s);
		const int mask = _mm_movemask_epi8(_mm_or_si128(
		    _mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)));

		if (mask != 0)
			return s + __builtin_ctz((unsigned)mask);
	}
#endif
	while (s < end && *s != '"' && *s != '\\')
		s++;
	return s;
}

/* The string whose quote is at pos, to behind its end. */
static int
pass_string(struct walk *k)
{
	int rc;

	k->pos++;
	k->string_at = k->taking ? kept_len(k) : 0;
	for (;;) {
		rc = more(k);
		if (rc != 0)
			return rc;
		k->pos = (size_t)(find_quote(k->buf + k->pos,
		    k->buf + k->n) - k->buf);
		if (k->pos == k->n)
			continue;
		if (k->buf[k->pos] == '"')
			break;
		k->pos++;
		rc = more(k);
		if (rc != 0)
			return rc;
		k->pos++;
	}
	if (k->taking && !k->over) {
		if (!k->eliding &&
		    kept_len(k) - k->string_at > JSON_WALK_STR_MAX) {
			if (keep(k, k->pos) < 0)
				return -1;
			k->eliding = true;
			k->kept.len = k->string_at;
		}
		if (k->eliding) {
			k->from = k->pos;
			k->eliding = false;
			k->place.elided = true;
		}
	}
	k->string_at = 0;
	k->pos++;
	return 0;
}

static bool
is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || c == '-' || c == '+' || c == '.';
}

/* A number, by its beginning, or one of the few words. */
static bool
is_known(const char *word, size_t n)
{
	static const char *const words[] = {"true", "false", "null", "NaN"};
	size_t i;

	if (n > 0 && (*word == '-' || (*word >= '0' && *word <= '9')))
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == n && memcmp(words[i], word, n) == 0)
			return true;
	return false;
}

/* A number or a word. */
static int
pass_word(struct walk *k)
{
	char word[8] = "";
	size_t n = 0;
	int rc;

	for (;;) {
		rc = more(k);
		if (rc == AT_END && k->place.depth == 0)
			break;
		if (rc != 0)
			return rc;
		if (!is_word(k->buf[k->pos]))
			break;
		if (n < sizeof(word))
			word[n] = (char)k->buf[k->pos];
		if (++n > WORD_MAX)
			return wrong(k);
		k->pos++;
	}
	return is_known(word, n) ? 0 : wrong(k);
}

/* The first quote or bracket from S, or END. */
static const uint8_t *
find_bracket(const uint8_t *s, const uint8_t *end)
{
	static const bool stop[256] = {['"'] = true, ['{'] = true,
		['}'] = true, ['['] = true, [']'] = true};

	while (end - s >= 4) {
		if (stop[s[0]])
			return s;
		if (stop[s[1]])
			return s + 1;
		if (stop[s[2]])
			return s + 2;
		if (stop[s[3]])
			return s + 3;
		s += 4;
	}
	while (s < end && !stop[*s])
		s++;
	return s;
}

#ifdef __SSE2__
#define BLOCK 64

/* A bit for each byte of 64, the first the lowest. */
struct bits {
	uint64_t quotes, slashes, brackets;
};

static struct bits
look_at_block(const uint8_t *s)
{
	struct bits b = {0, 0, 0};
	int i;

	for (i = 0; i < BLOCK; i += 16) {
		const __m128i v = _mm_loadu_si128((const __m128i *)(s + i));
		/* "[" and "]" are "{" and "}" but for a bit. */
		const __m128i curly = _mm_or_si128(v, _mm_set1_epi8(0x20));
		const __m128i bracket = _mm_or_si128(
		    _mm_cmpeq_epi8(curly, _mm_set1_epi8('{')),
		    _mm_cmpeq_epi8(curly, _mm_set1_epi8('}')));

		b.quotes |= (uint64_t)(unsigned)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(v, _mm_set1_epi8('"'))) << i;
		b.slashes |= (uint64_t)(unsigned)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))) << i;
		b.brackets |= (uint64_t)(unsigned)_mm_movemask_epi8(bracket)
		    << i;
	}
	return b;
}

/* Without the quotes behind a backslash; *carry: the first one is. */
static uint64_t
real_quotes(struct bits b, bool *carry)
{
	uint64_t slash;

	if (*carry) {
		b.quotes &= ~(uint64_t)1;
		b.slashes &= ~(uint64_t)1;
	}
	*carry = false;
	while (b.slashes != 0) {
		slash = b.slashes & -b.slashes;
		*carry = slash << 1 == 0;
		b.quotes &= ~(slash << 1);
		b.slashes &= ~(slash | slash << 1);
	}
	return b.quotes;
}

/* Each bit is the sum of those up to it: set from a quote up to the next. */
static uint64_t
between(uint64_t quotes)
{
	int i;

	for (i = 1; i < BLOCK; i *= 2)
		quotes ^= quotes << i;
	return quotes;
}

/*
 * The length of the array or object at S if it is a short one, well nested and
 * its end in whole blocks of the N bytes; else 0, and who asks has to look at
 * each byte.
 */
static size_t
length_of_brackets(const uint8_t *s, size_t n, unsigned depth_max)
{
	uint64_t objects = 0, inside = 0, left;
	unsigned depth = 0;
	bool carry = false;
	size_t i, at;

	for (i = 0; i + BLOCK <= n; i += BLOCK) {
		const struct bits b = look_at_block(s + i);

		inside ^= between(real_quotes(b, &carry));
		for (left = b.brackets & ~inside; left != 0;
		    left &= left - 1) {
			at = i + (size_t)__builtin_ctzll(left);
			if (s[at] == '{' || s[at] == '[') {
				if (depth++ == depth_max)
					return 0;
				objects = objects << 1 | (s[at] == '{');
				continue;
			}
			if ((objects & 1) != (s[at] == '}'))
				return 0;
			objects >>= 1;
			if (--depth == 0)
				return at + 1;
		}
		/* All ones if a string goes on in the next block. */
		inside = -(inside >> (BLOCK - 1));
	}
	return 0;
}
#else
static size_t
length_of_brackets(const uint8_t *s, size_t n, unsigned depth_max)
{
	(void)s, (void)n, (void)depth_max;
	return 0;
}
#endif

/* The array or object whose bracket is at pos, to behind its end. */
static int
pass_brackets(struct walk *k)
{
	const size_t n = length_of_brackets(k->buf + k->pos, k->n - k->pos,
	    JSON_WALK_DEPTH - k->place.depth);
	uint64_t objects = 0;	/* a bit each for what is open */
	unsigned depth = 0;
	int rc;
	uint8_t c;

	if (n > 0) {
		k->pos += n;
		return 0;
	}
	do {
		rc = more(k);
		if (rc != 0)
			return rc;
		k->pos = (size_t)(find_bracket(k->buf + k->pos,
		    k->buf + k->n) - k->buf);
		if (k->pos == k->n)
			continue;
		c = k->buf[k->pos];
		if (c == '"') {
			rc = pass_string(k);
			if (rc != 0)
				return rc;
			continue;
		}
		if (c == '{' || c == '[') {
			if (k->place.depth + depth == JSON_WALK_DEPTH)
				return err_set(k->e, ERR_FORMAT, "JSON nested "
				    "more than %u deep at byte %" PRIu64,
				    JSON_WALK_DEPTH, offset(k));
			objects = objects << 1 | (c == '{');
			depth++;
		} else {
			if ((objects & 1) != (c == '}'))
				return wrong(k);
			objects >>= 1;
			depth--;
		}
		k->pos++;
	} while (depth > 0);
	return 0;
}

static int
pass(struct walk *k)
{
	switch (k->buf[k->pos]) {
	case '"':
		return pass_string(k);
	case '{':
	case '[':
		return pass_brackets(k);
	default:
		return pass_word(k);
	}
}

/* --- What the caller wants to see */

/* Hand over what was taken; its last byte is before pos. */
static int
hand_over(struct walk *k)
{
	const struct json_node *value = NULL;
	struct err inside = ERR_INIT;
	const uint64_t n = offset(k) - k->place.off;
	uint8_t *data = k->buf + k->from;
	size_t len = k->pos - k->from;
	uint8_t behind;
	int rc;

	if (k->kept.len > 0) {
		if (keep(k, k->pos) < 0)
			return -1;
		data = k->kept.data;
		len = k->kept.len;
	}
	k->taking = false;
	behind = data[len];	/* the next token, perhaps */
	if (!k->over && len <= JSON_WALK_TAKE_MAX)
		value = json_parse_here(k->doc, data, len, &inside);
	if (!value && inside.code == ERR_NOMEM)
		return err_nomem(k->e);
	rc = k->w->take(k->w->arg, &k->place, k->doc, value, n, k->e);
	data[len] = behind;
	return rc < 0 ? -1 : 0;
}

static int
take(struct walk *k)
{
	int rc;

	buf_clear(&k->kept);
	k->place.elided = false;
	k->over = false;
	k->from = k->pos;
	k->taking = true;
	rc = pass(k);
	if (rc == 0)
		rc = hand_over(k);
	k->taking = k->eliding = false;
	if (k->kept.cap > 4 * READ_LEN)
		buf_release(&k->kept);
	return rc;
}

/* The key at pos into level DEPTH, and its colon. */
static int
read_key(struct walk *k, unsigned depth)
{
	const struct json_node *node;
	struct err inside = ERR_INIT;
	char *out = k->key[depth];
	size_t n;
	int rc;

	buf_clear(&k->kept);
	k->over = false;
	k->from = k->pos;
	k->taking = true;
	rc = k->buf[k->pos] == '"' ? pass_string(k) : wrong(k);
	if (rc == 0)
		rc = keep(k, k->pos);
	k->taking = k->eliding = false;
	if (rc != 0)
		return rc;
	node = json_parse_here(k->doc, k->kept.data, k->kept.len, &inside);
	if (!node)
		return wrong(k);
	n = node->len < JSON_WALK_KEY_MAX ? node->len : JSON_WALK_KEY_MAX - 1;
	while (n > 0 && n < node->len && (node->str[n] & 0xc0) == 0x80)
		n--;
	memcpy(out, node->str, n);
	out[n] = '\0';
	k->place.level[depth].key = out;
	rc = skip_space(k);
	if (rc == 0 && k->buf[k->pos++] != ':')
		rc = wrong(k);
	return rc == 0 ? skip_space(k) : rc;
}

/* --- What is gone into */

/* The bracket at pos opens level depth + 1.  *empty: and closes it at once. */
static int
enter(struct walk *k, bool *empty)
{
	const uint8_t c = k->buf[k->pos];
	struct json_place *p = &k->place;
	int rc;

	if (p->depth == JSON_WALK_DEPTH)
		return err_set(k->e, ERR_FORMAT, "JSON nested more than %u "
		    "deep at byte %" PRIu64, JSON_WALK_DEPTH, offset(k));
	k->pos++;
	rc = skip_space(k);
	if (rc != 0)
		return rc;
	p->depth++;
	k->object[p->depth] = c == '{';
	p->level[p->depth] = (struct json_level){NULL, 0};
	*empty = k->buf[k->pos] == (c == '{' ? '}' : ']');
	return !*empty && c == '{' ? read_key(k, p->depth) : 0;
}

/*
 * Behind a value inside of something: its comma, or the ends of what ends
 * here.  At depth 0 the caller goes on.
 */
static int
after(struct walk *k)
{
	struct json_place *p = &k->place;
	int rc;
	uint8_t c;

	while (p->depth > 0) {
		rc = skip_space(k);
		if (rc != 0)
			return rc;
		c = k->buf[k->pos];
		if (c == ',') {
			k->pos++;
			p->level[p->depth].index++;
			rc = skip_space(k);
			return rc == 0 && k->object[p->depth] ?
			    read_key(k, p->depth) : rc;
		}
		if (c != (k->object[p->depth] ? '}' : ']'))
			return wrong(k);
		k->pos++;
		p->depth--;
		p->off = offset(k);
		p->first = (char)c;
		if (k->w->leave && k->w->leave(k->w->arg, p, k->e) < 0)
			return -1;
	}
	return 0;
}

/* The value at pos. */
static int
value(struct walk *k)
{
	struct json_place *p = &k->place;
	enum json_act act;
	const uint8_t c = k->buf[k->pos];
	bool empty = false;
	int rc;

	p->off = offset(k);
	p->first = (char)c;
	p->elided = false;
	act = k->w->visit(k->w->arg, p);
	if (act == JSON_TAKE)
		rc = take(k);
	else if (act == JSON_INTO && (c == '{' || c == '[')) {
		rc = enter(k, &empty);
		if (rc != 0 || !empty)
			return rc;	/* at the first value of it */
	} else
		rc = pass(k);
	return rc == 0 ? after(k) : rc;
}

/* UTF-16 is not read, but known. */
static int
refuse_utf16(struct walk *k)
{
	uint8_t head[2] = {' ', ' '};
	int64_t got;
	size_t n;

	for (n = 0; n < sizeof(head); n += (size_t)got) {
		got = k->w->read(k->w->read_arg, n, head + n,
		    sizeof(head) - n, k->e);
		if (got < 0)
			return -1;
		if (got == 0)
			break;
	}
	if (head[0] < 0xfe && (head[0] == 0) == (head[1] == 0))
		return 0;
	(void)err_set(k->e, ERR_FORMAT, "JSON in UTF-16");
	return err_hint(k->e, "save it as UTF-8");
}

/* U+FEFF */
static int
skip_bom(struct walk *k)
{
	static const uint8_t bom[3] = {0xef, 0xbb, 0xbf};
	int rc = refuse_utf16(k);
	int i;

	if (rc < 0)
		return -1;
	for (i = 0; i < 3; i++) {
		rc = more(k);
		if (rc != 0 || k->buf[k->pos] != bom[i])
			return rc;
		k->pos++;
	}
	return 0;
}

/* All values one after the other. */
static int
run(struct walk *k)
{
	struct json_place *p = &k->place;
	int rc = more(k);

	if (rc == AT_END)
		return 0;	/* nothing is whole, too */
	if (rc == 0 && k->base == 0)
		rc = skip_bom(k);

	p->level[0] = (struct json_level){NULL, 0};
	while (rc == 0) {
		rc = skip_space(k);
		if (rc == AT_END)
			return p->depth == 0 ? 0 : AT_END;
		if (rc == 0)
			rc = value(k);
		if (rc == 0 && p->depth == 0)
			p->level[0].index++;
	}
	return rc;
}

int
json_walk(const struct json_walker *w, uint64_t off, struct err *e)
{
	struct walk *k = calloc(1, sizeof(*k));
	int rc = -1;

	if (!k)
		return err_nomem(e);
	k->w = w;
	k->e = e;
	k->base = off;
	buf_init(&k->kept, JSON_WALK_TAKE_MAX + JSON_WALK_STR_MAX +
	    2 * READ_LEN);
	k->buf = malloc(READ_LEN + 1);
	k->doc = json_new_lenient(JSON_WALK_NODES_MAX, JSON_WALK_DEPTH, e);
	if (!k->buf)
		(void)err_nomem(e);
	else if (k->doc)
		rc = run(k);
	buf_release(&k->kept);
	json_free(k->doc);
	free(k->buf);
	free(k);
	return rc;
}
