/* base/utf8.c - RFC 3629, and widths after Unicode's East Asian Width. */
#include "base/utf8.h"

#include <endian.h>
#include <string.h>

#include "base/banned.h"

#define MORE(c) (((c) & 0xc0) == 0x80)	/* goes on with a character */

size_t
utf8_next(const uint8_t *s, size_t n, uint32_t *cp)
{
	uint32_t c;

	if (s[0] < 0x80) {
		*cp = s[0];
		return 1;
	}
	if ((s[0] & 0xf0) == 0xe0) {
		if (n < 3 || !MORE(s[1]) || !MORE(s[2]))
			return 0;
		c = (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 |
		    (s[2] & 0x3fu);
		if (c < 0x800 || (c >= 0xd800 && c <= 0xdfff))
			return 0;
		*cp = c;
		return 3;
	}
	if (s[0] >= 0xc2 && s[0] <= 0xdf) {
		if (n < 2 || !MORE(s[1]))
			return 0;
		*cp = (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
		return 2;
	}
	if (s[0] < 0xf0 || s[0] > 0xf4 || n < 4 || !MORE(s[1]) ||
	    !MORE(s[2]) || !MORE(s[3]))
		return 0;
	c = (s[0] & 0x07u) << 18 | (s[1] & 0x3fu) << 12 |
	    (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu);
	if (c < 0x10000 || c > 0x10ffff)
		return 0;
	*cp = c;
	return 4;
}

size_t
utf8_ascii(const void *s, size_t n)
{
	const uint64_t high = 0x8080808080808080u;
	const uint8_t *p = s;
	uint64_t w[4];
	size_t i = 0;

	for (; n - i >= sizeof(w); i += sizeof(w)) {
		memcpy(w, p + i, sizeof(w));
		if (((w[0] | w[1] | w[2] | w[3]) & high) != 0)
			break;
	}
	while (i < n && p[i] < 0x80)
		i++;
	return i;
}

/* How many of the eight bytes W, the lowest first, are ASCII. */
static size_t
ascii_of(uint64_t w)
{
	w &= 0x8080808080808080u;
	return w == 0 ? 8 : (size_t)__builtin_ctzll(w) / 8;
}

/* The lower six: two characters from U+1000 to U+CFFF, as Chinese has. */
static bool
are_two(uint64_t w)
{
	uint64_t low;

	if ((w & 0xc0c0f0c0c0f0u) != 0x8080e08080e0u)
		return false;
	/* The lower halves of the first bytes: 1 to 12. */
	low = w & 0x00000f00000fu;
	return (((low - 0x000001000001u) | (low + 0x000003000003u)) &
	    0x000010000010u) == 0;
}

size_t
utf8_run(const void *s, size_t n)
{
	const uint8_t *p = s;
	size_t i = 0, len;
	uint64_t w;
	uint32_t cp;

	while (i < n) {
		if (n - i >= sizeof(w)) {
			memcpy(&w, p + i, sizeof(w));
			w = le64toh(w);
			len = ascii_of(w);
			if (len == 0 && are_two(w))
				len = 6;
			i += len;
			if (len > 0)
				continue;
		}
		len = utf8_next(p + i, n - i, &cp);
		if (len == 0)
			break;
		i += len;
	}
	return i;
}

bool
utf8_valid(const void *s, size_t n)
{
	return utf8_run(s, n) == n;
}

bool
utf8_clean(const void *s, size_t n)
{
	const uint8_t *p = s;
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] < 0x20 || p[i] == 0x7f)
			return false;
	return utf8_valid(s, n);
}

struct range {
	uint32_t first, last;
};

/* No column of their own: combining marks, joiners, variation selectors. */
static const struct range zero_width[] = {
	{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},
	{0x05bf, 0x05bf}, {0x05c1, 0x05c2}, {0x05c4, 0x05c5},
	{0x05c7, 0x05c7}, {0x0610, 0x061a}, {0x061c, 0x061c},
	{0x064b, 0x065f}, {0x0670, 0x0670}, {0x06d6, 0x06dc},
	{0x06df, 0x06e4}, {0x06e7, 0x06e8}, {0x06ea, 0x06ed},
	{0x0711, 0x0711}, {0x0730, 0x074a}, {0x07a6, 0x07b0},
	{0x07eb, 0x07f3}, {0x0816, 0x0819}, {0x081b, 0x0823},
	{0x0825, 0x0827}, {0x0829, 0x082d}, {0x0859, 0x085b},
	{0x08d3, 0x08e1}, {0x08e3, 0x0902}, {0x093a, 0x093a},
	{0x093c, 0x093c}, {0x0941, 0x0948}, {0x094d, 0x094d},
	{0x0951, 0x0957}, {0x0962, 0x0963}, {0x0981, 0x0981},
	{0x09bc, 0x09bc}, {0x09c1, 0x09c4}, {0x09cd, 0x09cd},
	{0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e},
	{0x0eb1, 0x0eb1}, {0x0eb4, 0x0ebc}, {0x0ec8, 0x0ecd},
	{0x1160, 0x11ff}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
	{0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064},
	{0x2066, 0x206f}, {0x20d0, 0x20f0}, {0x302a, 0x302d},
	{0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
	{0xfeff, 0xfeff}, {0x1f3fb, 0x1f3ff}, {0xe0001, 0xe007f},
	{0xe0100, 0xe01ef}
};

/* Two columns: East Asian wide and full-width, and what shows as emoji. */
static const struct range double_width[] = {
	{0x1100, 0x115f}, {0x231a, 0x231b}, {0x2329, 0x232a},
	{0x23e9, 0x23ec}, {0x23f0, 0x23f0}, {0x23f3, 0x23f3},
	{0x25fd, 0x25fe}, {0x2614, 0x2615}, {0x2648, 0x2653},
	{0x267f, 0x267f}, {0x2693, 0x2693}, {0x26a1, 0x26a1},
	{0x26aa, 0x26ab}, {0x26bd, 0x26be}, {0x26c4, 0x26c5},
	{0x26ce, 0x26ce}, {0x26d4, 0x26d4}, {0x26ea, 0x26ea},
	{0x26f2, 0x26f3}, {0x26f5, 0x26f5}, {0x26fa, 0x26fa},
	{0x26fd, 0x26fd}, {0x2705, 0x2705}, {0x270a, 0x270b},
	{0x2728, 0x2728}, {0x274c, 0x274c}, {0x274e, 0x274e},
	{0x2753, 0x2755}, {0x2757, 0x2757}, {0x2795, 0x2797},
	{0x27b0, 0x27b0}, {0x27bf, 0x27bf}, {0x2b1b, 0x2b1c},
	{0x2b50, 0x2b50}, {0x2b55, 0x2b55}, {0x2e80, 0x3029},
	{0x302e, 0x303e}, {0x3041, 0x3098}, {0x309b, 0xa4c6},
	{0xa960, 0xa97c}, {0xac00, 0xd7a3}, {0xf900, 0xfaff},
	{0xfe10, 0xfe19}, {0xfe30, 0xfe6b}, {0xff01, 0xff60},
	{0xffe0, 0xffe6}, {0x16fe0, 0x18cff}, {0x1aff0, 0x1b2fb},
	{0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e},
	{0x1f191, 0x1f19a}, {0x1f1e6, 0x1f202}, {0x1f210, 0x1f23b},
	{0x1f240, 0x1f248}, {0x1f250, 0x1f251}, {0x1f260, 0x1f265},
	{0x1f300, 0x1f320}, {0x1f32d, 0x1f335}, {0x1f337, 0x1f37c},
	{0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca}, {0x1f3cf, 0x1f3d3},
	{0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f3fa},
	{0x1f400, 0x1f43e}, {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc},
	{0x1f4ff, 0x1f53d}, {0x1f54b, 0x1f54e}, {0x1f550, 0x1f567},
	{0x1f57a, 0x1f57a}, {0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4},
	{0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc},
	{0x1f6d0, 0x1f6d2}, {0x1f6d5, 0x1f6d7}, {0x1f6dc, 0x1f6df},
	{0x1f6eb, 0x1f6ec}, {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7eb},
	{0x1f7f0, 0x1f7f0}, {0x1f90c, 0x1f93a}, {0x1f93c, 0x1f945},
	{0x1f947, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x2fffd},
	{0x30000, 0x3fffd}
};

static bool
in_table(uint32_t cp, const struct range *t, size_t n)
{
	size_t lo = 0, hi = n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (cp > t[mid].last)
			lo = mid + 1;
		else if (cp < t[mid].first)
			hi = mid;
		else
			return true;
	}
	return false;
}

#define IN_TABLE(cp, t) in_table(cp, t, sizeof(t) / sizeof((t)[0]))

size_t
utf8_put(uint32_t cp, char *out)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

size_t
utf8_width(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t n = strlen(s);
	size_t width = 0, len;
	uint32_t cp;

	while (n > 0) {
		len = utf8_next(p, n, &cp);
		if (len == 0) {
			len = 1;
			width++;
		} else if (cp < 0x300) {
			width++;
		} else if (IN_TABLE(cp, double_width)) {
			width += 2;
		} else if (!IN_TABLE(cp, zero_width)) {
			width++;
		}
		p += len;
		n -= len;
	}
	return width;
}

/* What can move the cursor, turn the text round or break the line. */
static bool
is_unsafe(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0x61c ||
	    cp == 0x200e || cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) ||
	    (cp >= 0x2066 && cp <= 0x2069);
}

/*
 * What nobody sees: a word with one in it looks like the word, and is another.
 * Joiners are letters of some scripts and hold emoji together.
 */
static bool
is_hidden(uint32_t cp, uint32_t before)
{
	static const struct range hidden[] = {
		{0xad, 0xad}, {0x34f, 0x34f}, {0x115f, 0x1160},
		{0x17b4, 0x17b5}, {0x180e, 0x180e}, {0x200b, 0x200b},
		{0x2060, 0x2065}, {0x206a, 0x206f}, {0x3164, 0x3164},
		{0xfeff, 0xfeff}, {0xffa0, 0xffa0}
	};
	/* scripts without joiners: Latin to Armenian, CJK */
	static const struct range plain[] = {
		{0, 0x58f}, {0x1e00, 0x20cf}, {0x2e80, 0xa4cf},
		{0xac00, 0xd7ff}, {0xf900, 0xfb1c}, {0xff00, 0xffef},
		{0x20000, 0x3ffff}
	};

	if (cp == 0x200c || cp == 0x200d)
		return IN_TABLE(before, plain);
	/* tags spell the flag of a region behind a black one */
	if (cp >= 0xe0000 && cp <= 0xe007f)
		return before != 0x1f3f4 && (before <= 0xe0000 ||
		    before > 0xe007f);
	return IN_TABLE(cp, hidden);
}

int
utf8_add_shown(struct buf *b, const void *s, size_t n, struct err *e)
{
	const uint8_t *p = s;
	uint32_t cp = 0, before = 0;
	size_t len;
	int rc;

	while (n > 0) {
		len = utf8_next(p, n, &cp);
		if (len == 0) {
			len = 1;
			rc = buf_addf(b, e, "\\x%02x", p[0]);
		} else if (!is_unsafe(cp) && !is_hidden(cp, before)) {
			rc = buf_add(b, p, len, e);
		} else if (len == 1) {
			rc = buf_addf(b, e, "\\x%02x", (unsigned)cp);
		} else {
			rc = buf_addf(b, e, "\\u{%04x}", (unsigned)cp);
		}
		if (rc < 0)
			return -1;
		before = cp;
		p += len;
		n -= len;
	}
	return 0;
}
