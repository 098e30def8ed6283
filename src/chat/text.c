/*
 * chat/text.c - which encoding, and its lines as UTF-8.
 *
 * In every encoding that is read here but UTF-16 and UTF-32 the byte 0x0A is
 * nothing but a line feed, so lines are cut before they are converted: each
 * keeps its place in the file, and a bad byte costs one line, not the rest.
 */
#include "chat/text.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <uchardet.h>

#include "base/utf8.h"

#include "base/banned.h"

#define BLOCK (256u * 1024)
#define HEAD (64u * 1024)
#define GUESS_MIN 4096u
#define SURE 65536u	/* so many characters are UTF-8 by no accident */
#define REPLACEMENT "\xef\xbf\xbd"

/* --- Encodings. */

/* What uchardet may answer and mail may name, and UTF-16 for texts. */
static const char *const charsets[] = {
	"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "GB18030",
	"GBK", "BIG5-HKSCS", "BIG5", "CP949", "EUC-KR", "CP932", "SHIFT_JIS",
	"EUC-JP", "ISO-2022-JP", "CP1252", "ISO-8859-1", "ISO-8859-15",
	"ISO-8859-2", "ISO-8859-5", "ISO-8859-7", "ISO-8859-9", "CP1250",
	"CP1251", "CP1253", "CP1254", "CP1255", "CP1256", "CP1257", "CP1258",
	"KOI8-R", "TIS-620"
};
#define NCHARSETS (sizeof(charsets) / sizeof(*charsets))

struct chat_charsets {
	iconv_t cd[NCHARSETS];
};

struct chat_charsets *
chat_charsets_load(struct err *e)
{
	struct chat_charsets *c = calloc(1, sizeof(*c));
	size_t i;

	if (!c) {
		(void)err_nomem(e);
		return NULL;
	}
	/* One that this machine lacks is missed when a file has it. */
	for (i = 0; i < NCHARSETS; i++)
		c->cd[i] = iconv_open("UTF-8", charsets[i]);
	return c;
}

static void
close_converter(iconv_t cd)
{
	/* Nothing was written through it. */
	if (cd != (iconv_t)-1)
		(void)iconv_close(cd);
}

void
chat_charsets_free(struct chat_charsets *c)
{
	size_t i;

	if (!c)
		return;
	for (i = 0; i < NCHARSETS; i++)
		close_converter(c->cd[i]);
	free(c);
}

bool
chat_charset_known(const char *name)
{
	size_t i;

	for (i = 0; i < NCHARSETS; i++)
		if (strcmp(charsets[i], name) == 0)
			return true;
	return false;
}

static void
set_name(struct chat_encoding *enc, const char *name)
{
	(void)snprintf(enc->name, sizeof(enc->name), "%s", name);
}

/* Vendors write their own superset and call it by the standard's name. */
static void
set_guess(struct chat_encoding *enc, const char *name)
{
	static const char *const wider[][2] = {
		{"", "GB18030"}, {"ASCII", "GB18030"}, {"GB2312", "GB18030"},
		{"GBK", "GB18030"}, {"BIG5", "BIG5-HKSCS"},
		{"EUC-KR", "CP949"}, {"UHC", "CP949"},
		{"SHIFT_JIS", "CP932"}, {"ISO-8859-1", "CP1252"},
		{"ISO-8859-15", "CP1252"}, {"WINDOWS-1252", "CP1252"}
	};
	size_t i;

	for (i = 0; i < sizeof(wider) / sizeof(*wider); i++)
		if (strcmp(name, wider[i][0]) == 0)
			name = wider[i][1];
	set_name(enc, name);
}

static bool
find_bom(struct chat_encoding *enc, const uint8_t *p, size_t n)
{
	static const struct {
		const char *bytes;
		unsigned n;
		const char *name;
	} boms[] = {
		{"\xef\xbb\xbf", 3, "UTF-8"},
		{"\xff\xfe\0\0", 4, "UTF-32LE"},
		{"\0\0\xfe\xff", 4, "UTF-32BE"},
		{"\xff\xfe", 2, "UTF-16LE"},
		{"\xfe\xff", 2, "UTF-16BE"},
		{"\x84\x31\x95\x33", 4, "GB18030"}
	};
	size_t i;

	for (i = 0; i < sizeof(boms) / sizeof(*boms); i++) {
		if (n < boms[i].n || memcmp(p, boms[i].bytes, boms[i].n) != 0)
			continue;
		set_name(enc, boms[i].name);
		enc->bom = boms[i].n;
		return true;
	}
	return false;
}

/* Texts have ASCII: in UTF-16 every second byte of it is zero. */
static bool
find_utf16(struct chat_encoding *enc, const uint8_t *p, size_t n)
{
	size_t zeros[2] = {0, 0}, all, i;

	for (i = 0; i < n; i++)
		zeros[i & 1] += p[i] == 0;
	all = zeros[0] + zeros[1];
	if (all * 20 <= n)
		return false;
	if (zeros[1] * 10 >= all * 9)
		set_name(enc, "UTF-16LE");
	else if (zeros[0] * 10 >= all * 9)
		set_name(enc, "UTF-16BE");
	else
		return false;
	return true;
}

struct census {
	uint64_t good, bad;	/* characters beyond ASCII; bytes of none */
};

/* Length of the character that begins with LEAD; 0 if none does. */
static size_t
utf8_len(uint8_t lead)
{
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/*
 * Count what is UTF-8.  Returns how many bytes were looked at: all, or all but
 * a character that the end cuts off.
 */
static size_t
take_census(struct census *c, const uint8_t *p, size_t n)
{
	size_t i = 0, len;
	uint32_t cp;

	while (i < n) {
		i += utf8_ascii(p + i, n - i);
		if (i == n)
			break;
		len = p[i] > 0xe0 && p[i] < 0xed && n - i >= 3 &&
		    (p[i + 1] & 0xc0) == 0x80 && (p[i + 2] & 0xc0) == 0x80 ?
		    3 : utf8_next(p + i, n - i, &cp);
		if (len > 0) {
			c->good++;
			i += len;
		} else if (utf8_len(p[i]) > n - i && n - i < 4) {
			break;
		} else {
			c->bad++;
			i++;
		}
	}
	return i;
}

/*
 * Read until it is clear.  1: UTF-8; 0: it is not; -1.  A file that has been
 * UTF-8 for long does not become another for a few broken bytes.
 */
static int
whole_is_utf8(const struct chat_input *in, struct chat_encoding *enc,
	uint8_t *block, struct err *e)
{
	struct census c = {0, 0};
	uint64_t off = 0;
	size_t used;
	int64_t got;

	for (;;) {
		got = in->read(in->arg, off, block, BLOCK, e);
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		used = take_census(&c, block, (size_t)got);
		if (c.bad > 0)
			break;
		if (c.good >= SURE)
			break;
		if (used == 0)
			break;	/* a character that the file's end cuts off */
		off += used;
	}
	if (c.bad > 0 && c.good < 32 * c.bad)
		return 0;
	set_name(enc, "UTF-8");
	enc->guessed = c.bad > 0;
	return 1;
}

/* Lines that are not all ASCII, for they alone tell something. */
static size_t
densify(uint8_t *out, const uint8_t *p, size_t n)
{
	size_t len, used = 0;
	const uint8_t *lf;

	while (n > 0) {
		lf = memchr(p, '\n', n);
		len = lf ? (size_t)(lf - p) + 1 : n;
		if (utf8_ascii(p, len) < len) {
			memcpy(out + used, p, len);
			used += len;
		}
		p += len;
		n -= len;
	}
	return used;
}

static int
guess(const struct chat_input *in, struct chat_encoding *enc, uint8_t *block,
	struct err *e)
{
	uchardet_t ud = NULL;
	uint8_t *dense = NULL;
	uint64_t off = 0;
	size_t n = 0, fed;
	int64_t got;
	int rc = -1;

	dense = malloc(BLOCK);
	ud = uchardet_new();
	if (!dense || !ud) {
		(void)err_nomem(e);
		goto out;
	}
	/* Headers may be ASCII for long: go on until there is something. */
	while (n == 0) {
		got = in->read(in->arg, off, block, BLOCK, e);
		if (got < 0)
			goto out;
		if (got == 0)
			break;
		n = densify(dense, block, (size_t)got);
		off += (uint64_t)got;
	}
	/* Of a short text it is surer when it has seen it several times. */
	for (fed = 0; n > 0 && (fed == 0 || fed < GUESS_MIN); fed += n) {
		if (uchardet_handle_data(ud, (const char *)dense, n) != 0)
			break;
	}
	uchardet_data_end(ud);
	set_guess(enc, n > 0 ? uchardet_get_charset(ud) : "");
	enc->guessed = true;
	rc = 0;
out:
	if (ud)
		uchardet_delete(ud);
	free(dense);
	return rc;
}

int
chat_encoding_find(struct chat_encoding *out, const struct chat_input *in,
	struct err *e)
{
	struct chat_encoding enc = {"", 0, false};
	uint8_t *block = malloc(BLOCK);
	int64_t n;
	int rc = -1, is;

	if (!block)
		return err_nomem(e);
	n = in->read(in->arg, 0, block, HEAD, e);
	if (n < 0)
		goto out;
	if (!find_bom(&enc, block, (size_t)n) &&
	    !find_utf16(&enc, block, (size_t)n)) {
		is = whole_is_utf8(in, &enc, block, e);
		if (is < 0 || (is == 0 && guess(in, &enc, block, e) < 0))
			goto out;
	}
	*out = enc;
	rc = 0;
out:
	free(block);
	return rc;
}

/* --- Conversion. */

/* Well-formed UTF-8 without NUL out of nearly that. */
static int
repair(struct buf *out, const uint8_t *p, size_t n, bool *replaced,
	struct err *e)
{
	const uint8_t *nul = n > 0 ? memchr(p, 0, n) : NULL;
	size_t good;

	while (n > 0) {
		good = utf8_run(p, nul ? (size_t)(nul - p) : n);
		if (buf_add(out, p, good, e) < 0)
			return -1;
		if (good == n)
			break;
		*replaced = true;
		if (buf_adds(out, REPLACEMENT, e) < 0)
			return -1;
		p += good + 1;
		n -= good + 1;
		if (nul && nul < p)
			nul = memchr(p, 0, n);
	}
	return 0;
}

/* N bytes through CD, whose unit is UNIT bytes. */
static int
convert(struct buf *out, iconv_t cd, size_t unit, const void *s, size_t n,
	bool *replaced, struct err *e)
{
	/* iconv(3) does not write to its input. */
	char *in = (char *)(uintptr_t)s, *to;
	size_t left = n, room;

	(void)iconv(cd, NULL, NULL, NULL, NULL);
	while (left > 0) {
		if (buf_reserve(out, left + 16, e) < 0)
			return -1;
		to = (char *)out->data + out->len;
		room = out->cap - out->len;
		if (iconv(cd, &in, &left, &to, &room) == (size_t)-1 &&
		    errno != E2BIG) {
			out->len = (size_t)((uint8_t *)to - out->data);
			if (buf_adds(out, REPLACEMENT, e) < 0)
				return -1;
			*replaced = true;
			if (errno == EINVAL || left <= unit)
				return 0;	/* cut off at the end */
			in += unit;
			left -= unit;
			continue;
		}
		if ((size_t)((uint8_t *)to - out->data) == out->len &&
		    left > 0 && buf_reserve(out, out->cap * 2, e) < 0)
			return -1;
		out->len = (size_t)((uint8_t *)to - out->data);
		out->data[out->len] = '\0';
	}
	return 0;
}

static size_t
unit_of(const char *name)
{
	if (strncmp(name, "UTF-16", 6) == 0)
		return 2;
	return strncmp(name, "UTF-32", 6) == 0 ? 4 : 1;
}

/* iconv_open(3), where a wrong name is no fault of the system. */
static int
open_converter(iconv_t *cd, const char *name, struct err *e)
{
	*cd = iconv_open("UTF-8", name);
	if (*cd != (iconv_t)-1)
		return 0;
	if (errno == ENOMEM)
		return err_nomem(e);
	return err_set(e, ERR_FORMAT, "encoding '%.32s' is not known", name);
}

static bool
is_utf8_name(const char *name)
{
	return strcmp(name, "UTF-8") == 0 || strcmp(name, "utf-8") == 0;
}

/* NUL is none of the characters that a message may have. */
static int
replace_nul(struct buf *b, size_t from, bool *replaced, struct err *e)
{
	struct buf copy = BUF_INIT(b->max);
	int rc = -1;

	if (b->len == from || !memchr(b->data + from, 0, b->len - from))
		return 0;
	if (repair(&copy, b->data + from, b->len - from, replaced, e) < 0)
		goto out;
	b->len = from;
	rc = buf_add(b, copy.data, copy.len, e);
out:
	buf_release(&copy);
	return rc;
}

int
chat_text_convert(struct buf *out, const char *encoding, const void *s,
	size_t n, bool *replaced, struct err *e)
{
	size_t from = out->len;
	iconv_t cd;
	int rc;

	if (is_utf8_name(encoding))
		return repair(out, s, n, replaced, e);
	if (open_converter(&cd, encoding, e) < 0)
		return -1;
	rc = convert(out, cd, unit_of(encoding), s, n, replaced, e);
	close_converter(cd);
	return rc < 0 ? -1 : replace_nul(out, from, replaced, e);
}

/* --- Lines. */

struct chat_lines {
	const struct chat_input *in;
	iconv_t cd;		/* -1: it is UTF-8 */
	size_t unit;
	bool big;		/* the byte of LF is the last of its unit */
	uint8_t *data;		/* what was read and not yet handed over */
	size_t cap, begin, end;
	size_t good;		/* up to here nothing is to be repaired */
	uint64_t off;		/* of data[begin] in the file */
	bool eof, first;
	struct buf text;	/* a line that had to be converted or repaired */
};

struct chat_lines *
chat_lines_new(const struct chat_input *in, const struct chat_encoding *enc,
	struct err *e)
{
	struct chat_lines *l = calloc(1, sizeof(*l));

	if (!l) {
		(void)err_nomem(e);
		return NULL;
	}
	l->in = in;
	l->cd = (iconv_t)-1;
	l->unit = unit_of(enc->name);
	l->big = strstr(enc->name, "BE") != NULL;
	l->off = enc->bom;
	l->first = true;
	/* A repaired byte takes three; a character of iconv's four. */
	buf_init(&l->text, 3 * (size_t)CHAT_LINE_MAX + 64);
	if (!is_utf8_name(enc->name) &&
	    open_converter(&l->cd, enc->name, e) < 0)
		goto fail;
	l->cap = BLOCK;
	l->data = malloc(l->cap + 1);
	if (!l->data) {
		(void)err_nomem(e);
		goto fail;
	}
	return l;
fail:
	chat_lines_free(l);
	return NULL;
}

void
chat_lines_free(struct chat_lines *l)
{
	if (!l)
		return;
	close_converter(l->cd);
	buf_release(&l->text);
	free(l->data);
	free(l);
}

/* Behind the line feed at or after FROM; 0: there is none. */
static size_t
find_end(const struct chat_lines *l, size_t from)
{
	const uint8_t *p, *base = l->data + l->begin;
	size_t n = l->end - l->begin, at, k;

	while (from < n) {
		p = memchr(base + from, '\n', n - from);
		if (!p)
			return 0;
		at = (size_t)(p - base);
		if (l->unit == 1)
			return at + 1;
		from = at + 1;
		/* The first byte of its unit, the others zero. */
		at -= l->big ? l->unit - 1 : 0;
		if (at > n || at % l->unit != 0 || at + l->unit > n)
			continue;
		for (k = 0; k < l->unit; k++)
			if (base[at + k] !=
			    (k == (l->big ? l->unit - 1 : 0) ? '\n' : 0))
				break;
		if (k == l->unit)
			return at + l->unit;
	}
	return 0;
}

/* How many of N bytes are well-formed UTF-8 without NUL. */
static size_t
text_len(const uint8_t *p, size_t n)
{
	const uint8_t *nul = memchr(p, 0, n);

	return utf8_run(p, nul ? (size_t)(nul - p) : n);
}

static int
fill(struct chat_lines *l, struct err *e)
{
	size_t held = l->end - l->begin;
	int64_t got;
	void *p;

	if (l->begin > 0) {
		memmove(l->data, l->data + l->begin, held);
		l->good -= l->good < l->begin ? l->good : l->begin;
		l->begin = 0;
		l->end = held;
	}
	if (l->cap - held < BLOCK / 2) {
		p = realloc(l->data, l->cap * 2 + 1);
		if (!p)
			return err_nomem(e);
		l->data = p;
		l->cap *= 2;
	}
	got = l->in->read(l->in->arg, l->off + held, l->data + held,
	    l->cap - held, e);
	if (got < 0)
		return -1;
	if (got == 0)
		l->eof = true;
	l->end += (size_t)got;
	if (l->cd == (iconv_t)-1)
		l->good += text_len(l->data + l->good, l->end - l->good);
	return 0;
}

/* Drop bytes up to the line's end, or the file's; *n grows by them. */
static int
skip_rest(struct chat_lines *l, uint64_t *n, bool *ended, struct err *e)
{
	size_t end;

	*ended = false;
	for (;;) {
		end = find_end(l, 0);
		*ended = end > 0;
		if (end == 0)
			end = (l->end - l->begin) / l->unit * l->unit;
		if (l->eof && !*ended)
			end = l->end - l->begin;
		*n += end;
		l->begin += end;
		l->off += end;
		if (*ended || l->eof)
			return 0;
		if (fill(l, e) < 0)
			return -1;
	}
}

/*
 * The raw bytes of the next line: *n with its end, which may lie beyond what is
 * held if it was cut.  1, 0, -1.
 */
static int
next_raw(struct chat_lines *l, size_t *n, bool *ended, struct err *e)
{
	size_t end, seen = 0;

	for (;;) {
		end = find_end(l, seen);
		if (end > 0 || l->end - l->begin >= CHAT_LINE_MAX)
			break;
		/* A unit may be half there. */
		seen = l->end - l->begin;
		seen -= seen < l->unit ? seen : l->unit;
		seen = seen / l->unit * l->unit;
		if (l->eof)
			break;
		if (fill(l, e) < 0)
			return -1;
	}
	*ended = end > 0;
	*n = end > 0 ? end : l->end - l->begin;
	return *n > 0;
}

/* A text of UTF-8 is handed over where it lies, if there is nothing wrong. */
static int
as_utf8(struct chat_lines *l, struct chat_line *line, uint8_t *p, size_t n,
	struct err *e)
{
	buf_clear(&l->text);
	if (l->cd == (iconv_t)-1) {
		if (l->begin + n <= l->good || text_len(p, n) == n) {
			p[n] = '\0';	/* over its end, or the spare byte */
			line->s = (const char *)p;
			line->n = n;
			return 0;
		}
		if (repair(&l->text, p, n, &line->replaced, e) < 0)
			return -1;
	} else if (convert(&l->text, l->cd, l->unit, p, n, &line->replaced,
	    e) < 0 || replace_nul(&l->text, 0, &line->replaced, e) < 0) {
		return -1;
	}
	line->s = buf_str(&l->text);
	line->n = l->text.len;
	return 0;
}

/* Without CR and, at the head of the file, U+FEFF. */
static void
trim(struct chat_lines *l, struct chat_line *line)
{
	if (l->first && line->n >= 3 &&
	    memcmp(line->s, "\xef\xbb\xbf", 3) == 0) {
		line->s += 3;
		line->n -= 3;
	}
	l->first = false;
}

/* N cut back so that no character of UTF-8 is torn. */
static size_t
whole_characters(const uint8_t *p, size_t n)
{
	size_t back = 0;

	while (back < 3 && back < n && (p[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back < n && utf8_len(p[n - 1 - back]) > back + 1)
		return n - 1 - back;
	return n;
}

int
chat_lines_next(struct chat_lines *l, struct chat_line *line, struct err *e)
{
	size_t n = 0, text;
	bool ended = false;
	uint8_t *p, *cr;
	int rc;

	rc = next_raw(l, &n, &ended, e);
	if (rc <= 0)
		return rc;
	memset(line, 0, sizeof(*line));
	line->off = l->off;
	p = l->data + l->begin;
	text = n - (ended ? l->unit : 0);
	if (text > CHAT_LINE_MAX || (!ended && !l->eof)) {
		text = text > CHAT_LINE_MAX ? CHAT_LINE_MAX : text;
		text = text / l->unit * l->unit;
		if (l->cd == (iconv_t)-1)
			text = whole_characters(p, text);
		line->cut = true;
	} else if (text >= l->unit) {
		/* Its CR, in a unit of its own. */
		cr = p + text - l->unit + (l->big ? l->unit - 1 : 0);
		if (*cr == '\r' && (l->unit == 1 ||
		    p[text - (l->big ? l->unit : l->unit - 1)] == 0))
			text -= l->unit;
	}
	line->torn = !ended && l->eof && (text % l->unit != 0 ||
	    (l->cd == (iconv_t)-1 && whole_characters(p, text) < text));
	if (as_utf8(l, line, p, text, e) < 0)
		return -1;
	trim(l, line);
	line->len = n;
	l->begin += n;
	l->off += n;
	if (line->cut && !ended) {
		/* What it holds is needed no more than this line is. */
		if (line->s != buf_str(&l->text)) {
			buf_clear(&l->text);
			if (buf_add(&l->text, line->s, line->n, e) < 0)
				return -1;
			line->s = buf_str(&l->text);
		}
		if (skip_rest(l, &line->len, &ended, e) < 0)
			return -1;
	}
	line->last = !ended;
	return 1;
}
