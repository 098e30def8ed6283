/* cli/desk/escape.c - foreign text inside of HTML and CSV (RFC 4180). */
#include "cli/desk/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

static const char *
reference(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\n':
		return "\n";
	case '\t':
		return "\t";
	default:
		return NULL;
	}
}

int
escape_html(struct buf *out, const char *s, size_t n, struct err *e)
{
	size_t i, run;

	for (i = 0; i < n; i++) {
		const char *ref = reference(s[i]);

		if (ref) {
			if (buf_adds(out, ref, e) < 0)
				return -1;
			continue;
		}
		/* as it is written on Windows */
		if (s[i] == '\r' && i + 1 < n && s[i + 1] == '\n')
			continue;
		for (run = 1; i + run < n && !reference(s[i + run]) &&
		    s[i + run] != '\r'; run++)
			;
		if (utf8_add_shown(out, s + i, run, e) < 0)
			return -1;
		i += run - 1;
	}
	return 0;
}

/* Shows nothing, and some programs drop it: what is behind it comes first. */
static bool
is_invisible(uint32_t cp)
{
	static const uint32_t ranges[][2] = {{0xad, 0xad}, {0x34f, 0x34f},
		{0x61c, 0x61c}, {0x115f, 0x1160}, {0x17b4, 0x17b5},
		{0x180b, 0x180f}, {0x200b, 0x200f}, {0x202a, 0x202e},
		{0x2060, 0x206f}, {0x3164, 0x3164}, {0xfe00, 0xfe0f},
		{0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xe0000, 0xe0fff}};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (cp >= ranges[i][0] && cp <= ranges[i][1])
			return true;
	return false;
}

static bool
is_formula(const char *s, size_t n)
{
	static const uint32_t first[] = {'=', '+', '-', '@', '\t', '\r', '\n',
		0xff1d, 0xff0b, 0xff0d, 0xff20};
	uint32_t cp = 0;
	size_t i, len;

	do {
		len = n > 0 ? utf8_next((const uint8_t *)s, n, &cp) : 0;
		if (len == 0)
			return false;
		s += len;
		n -= len;
	} while (is_invisible(cp));
	for (i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (first[i] == cp)
			return true;
	return false;
}

int
escape_csv(struct buf *out, const char *s, size_t n, struct err *e)
{
	size_t i, run;

	if (buf_adds(out, is_formula(s, n) ? "\"'" : "\"", e) < 0)
		return -1;
	for (i = 0; i < n; i += run) {
		for (run = 0; i + run < n && !memchr("\"\n\t\r", s[i + run], 4);
		    run++)
			;
		if (utf8_add_shown(out, s + i, run, e) < 0)
			return -1;
		if (i + run == n)
			break;
		if ((s[i + run] == '"' && buf_addc(out, '"', e) < 0) ||
		    buf_addc(out, s[i + run], e) < 0)
			return -1;
		run++;
	}
	return buf_addc(out, '"', e);
}
