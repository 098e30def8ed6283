/* desk/glyphs.c - UAX #15 and the case folding of Unicode, for a search. */
#include "desk/glyphs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uset.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/banned.h"

#define PAGE 256
#define PAGES (0x110000 / PAGE)
#define UNITS 64		/* UTF-16 units of one folded character */

struct entry {
	uint8_t n;
	struct glyph one;	/* n == 1 */
	struct glyph *many;	/* n > 1 */
};

struct pair {
	UChar32 from, to;
};

struct glyphs {
	const UNormalizer2 *fold, *nfd, *nfc;
	struct pair *simple;	/* sorted by from */
	size_t nsimple;
	bool loaded;		/* they are there: who folds nothing waits not */
	struct entry *pages[PAGES];
};

/* Letters with a stroke and ligatures, which no decomposition takes apart. */
static const struct {
	UChar32 from;
	char to[3];
} latin[] = {
	{0xe6, "ae"}, {0xf0, "d"}, {0xf8, "o"}, {0xfe, "th"}, {0x111, "d"},
	{0x127, "h"}, {0x131, "i"}, {0x142, "l"}, {0x153, "oe"}, {0x167, "t"},
};

static int
pair_cmp(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* What the transliterator makes of C alone; C if that is not one character. */
static UChar32
simplified(const UTransliterator *t, UChar32 c)
{
	UErrorCode ue = U_ZERO_ERROR;
	UChar text[16];
	int32_t len = 0, limit, at = 0;
	UChar32 to;

	U16_APPEND_UNSAFE(text, len, c);
	limit = len;
	utrans_transUChars(t, text, &len, 16, 0, &limit, &ue);
	if (U_FAILURE(ue) || len == 0)
		return c;
	U16_NEXT(text, at, len, to);
	return at == len ? to : c;
}

static int
add_range(struct glyphs *g, const UTransliterator *t, UChar32 from, UChar32 to)
{
	struct pair *p;
	UChar32 c;

	p = realloc(g->simple, (g->nsimple + (size_t)(to - from) + 1) *
	    sizeof(*p));
	if (!p)
		return -1;
	g->simple = p;
	for (c = from; c <= to; c++) {
		p[g->nsimple].from = c;
		p[g->nsimple].to = simplified(t, c);
		g->nsimple += p[g->nsimple].to != c;
	}
	return 0;
}

static int
load_simple(struct glyphs *g)
{
	UErrorCode ue = U_ZERO_ERROR;
	UTransliterator *t;
	USet *set = NULL;
	UChar32 from, to;
	UChar text[16];
	int32_t i, n = 0;
	int rc = -1;

	t = utrans_openU(u"Traditional-Simplified", -1, UTRANS_FORWARD, NULL, 0,
	    NULL, &ue);
	if (U_SUCCESS(ue)) {
		set = utrans_getSourceSet(t, 0, NULL, &ue);
		n = uset_getItemCount(set);
	}
	if (U_FAILURE(ue))
		goto out;
	for (i = 0; i < n; i++) {
		ue = U_ZERO_ERROR;
		if (uset_getItem(set, i, &from, &to, text, 16, &ue) != 0 ||
		    from < 0x2e80 || to > 0x10ffff)
			continue;	/* a string, or nothing Chinese */
		if (add_range(g, t, from, to) < 0)
			goto out;
	}
	g->loaded = true;
	qsort(g->simple, g->nsimple, sizeof(*g->simple), pair_cmp);
	rc = 0;
out:
	if (set)
		uset_close(set);
	if (t)
		utrans_close(t);
	return rc;
}

struct glyphs *
glyphs_new(struct err *e)
{
	struct glyphs *g = calloc(1, sizeof(*g));
	UErrorCode ue = U_ZERO_ERROR;

	if (!g) {
		err_nomem(e);
		return NULL;
	}
	g->fold = unorm2_getNFKCCasefoldInstance(&ue);
	g->nfd = unorm2_getNFDInstance(&ue);
	g->nfc = unorm2_getNFCInstance(&ue);
	if (U_SUCCESS(ue))
		return g;
	(void)err_set(e, ERR_FAIL, "cannot load ICU's tables: %s",
	    u_errorName(ue));
	glyphs_free(g);
	return NULL;
}

void
glyphs_free(struct glyphs *g)
{
	size_t i, k;

	if (!g)
		return;
	for (i = 0; i < PAGES; i++) {
		for (k = 0; g->pages[i] && k < PAGE; k++)
			free(g->pages[i][k].many);
		free(g->pages[i]);
	}
	free(g->simple);
	free(g);
}

/* Scripts that write words without blanks, or with them as they like. */
static bool
runs_on(UScriptCode s)
{
	switch (s) {
	case USCRIPT_HAN:
	case USCRIPT_HIRAGANA:
	case USCRIPT_KATAKANA:
	case USCRIPT_HANGUL:
	case USCRIPT_BOPOMOFO:
	case USCRIPT_YI:
	case USCRIPT_THAI:
	case USCRIPT_LAO:
	case USCRIPT_KHMER:
	case USCRIPT_MYANMAR:
		return true;
	default:
		return false;
	}
}

/* Marks that a search does without: accents, points, what encloses. */
static bool
drops(UChar32 c)
{
	return (c >= 0x300 && c <= 0x36f) || (c >= 0x483 && c <= 0x489) ||
	    (c >= 0x591 && c <= 0x5c7) || (c >= 0x610 && c <= 0x61a) ||
	    (c >= 0x640 && c <= 0x640) || (c >= 0x64b && c <= 0x65f) ||
	    c == 0x670 || (c >= 0x6d6 && c <= 0x6ed) ||
	    (c >= 0x1ab0 && c <= 0x1aff) || (c >= 0x1dc0 && c <= 0x1dff) ||
	    (c >= 0x20d0 && c <= 0x20ff) || (c >= 0xfe20 && c <= 0xfe2f) ||
	    (c >= 0x1f3fb && c <= 0x1f3ff);
}

static enum glyph_kind
kind_of(UChar32 c)
{
	UErrorCode ue = U_ZERO_ERROR;
	UScriptCode s = uscript_getScript(c, &ue);
	uint32_t mask = U_GET_GC_MASK(c);

	if (c == ' ' || c == '\t')
		return GLYPH_BLANK;
	if (c >= '0' && c <= '9')
		return GLYPH_DIGIT;
	if (c == 0x30fc || c == 0x3099 || c == 0x309a)	/* shared by kana */
		return GLYPH_UNIT;
	if (mask & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) {
		if (runs_on(s))
			return GLYPH_UNIT;
		return mask & U_GC_M_MASK ? GLYPH_MARK : GLYPH_LETTER;
	}
	if ((mask & U_GC_SO_MASK) && ((c >= 0x1f000 && c <= 0x1faff) ||
	    (c >= 0x2600 && c <= 0x27bf)))
		return GLYPH_SIGN;
	return GLYPH_NONE;
}

/* Some lead on to another, and a few to each other: then the first of both. */
static UChar32
simple(const struct glyphs *g, UChar32 c)
{
	struct pair key = {c, 0};
	const struct pair *p;
	UChar32 last;
	int i;

	for (i = 0; i < 4 && g->nsimple > 0; i++) {
		p = bsearch(&key, g->simple, g->nsimple, sizeof(key),
		    pair_cmp);
		if (!p)
			break;
		last = key.from;
		key.from = p->to;
		p = bsearch(&key, g->simple, g->nsimple, sizeof(key),
		    pair_cmp);
		if (p && p->to == last)
			return last < key.from ? last : key.from;
	}
	return key.from;
}

/* One character that NFKC and case folding gave; returns how many went out. */
static unsigned
put(const struct glyphs *g, UChar32 c, struct glyph *out)
{
	int32_t digit;
	size_t i;

	if (drops(c))
		return 0;
	for (i = 0; i < sizeof(latin) / sizeof(latin[0]); i++) {
		if (latin[i].from != c)
			continue;
		out[0].cp = (uint8_t)latin[i].to[0];
		out[1].cp = (uint8_t)latin[i].to[1];
		out[0].kind = out[1].kind = GLYPH_LETTER;
		return latin[i].to[1] ? 2 : 1;
	}
	digit = u_charType(c) == U_DECIMAL_DIGIT_NUMBER ?
	    u_charDigitValue(c) : -1;
	if (digit >= 0)
		c = '0' + digit;
	else if (c == 0x2010)
		c = '-';	/* and U+2011, by NFKC */
	else if (c == 0x2019)
		c = '\'';
	else
		c = simple(g, c);
	out->cp = (uint32_t)c;
	out->kind = kind_of(c);
	return 1;
}

/* True if its accents are dropped, so that it has to be taken apart. */
static bool
accented(UChar32 c)
{
	UErrorCode ue = U_ZERO_ERROR;
	UScriptCode s = uscript_getScript(c, &ue);

	return s == USCRIPT_LATIN || s == USCRIPT_GREEK ||
	    s == USCRIPT_CYRILLIC || s == USCRIPT_HEBREW ||
	    s == USCRIPT_ARABIC;
}

static unsigned
compute(const struct glyphs *g, UChar32 cp, struct glyph out[GLYPH_MAX])
{
	UErrorCode ue = U_ZERO_ERROR;
	UChar in[2], text[UNITS], apart[UNITS];
	int32_t nin = 0, len, at = 0, napart, k;
	unsigned n = 0;
	UChar32 c, d;

	out[0].cp = 0xfffd;
	out[0].kind = GLYPH_NONE;
	if (U_IS_SURROGATE(cp))
		return 1;
	U16_APPEND_UNSAFE(in, nin, cp);
	len = unorm2_normalize(g->fold, in, nin, text, UNITS, &ue);
	if (U_FAILURE(ue))
		return 1;
	while (at < len) {
		U16_NEXT(text, at, len, c);
		ue = U_ZERO_ERROR;
		napart = accented(c) ? unorm2_getDecomposition(g->nfd, c, apart,
		    UNITS, &ue) : -1;
		if (napart < 0 || U_FAILURE(ue)) {
			if (n + 2 <= GLYPH_MAX)
				n += put(g, c, out + n);
			continue;
		}
		for (k = 0; k < napart && n + 2 <= GLYPH_MAX;) {
			U16_NEXT(apart, k, napart, d);
			n += put(g, d, out + n);
		}
	}
	return n;
}

static struct entry *
page_new(const struct glyphs *g, uint32_t page)
{
	struct entry *p = calloc(PAGE, sizeof(*p));
	struct glyph out[GLYPH_MAX];
	uint32_t i;

	for (i = 0; p && i < PAGE; i++) {
		p[i].n = (uint8_t)compute(g, (UChar32)(page * PAGE + i), out);
		p[i].one = out[0];
		if (p[i].n < 2)
			continue;
		p[i].many = calloc(p[i].n, sizeof(*out));
		if (!p[i].many)
			goto fail;
		memcpy(p[i].many, out, p[i].n * sizeof(*out));
	}
	return p;
fail:
	while (i-- > 0)
		free(p[i].many);
	free(p);
	return NULL;
}

const struct glyph *
glyphs_fold(struct glyphs *g, uint32_t cp, unsigned *n)
{
	static const struct glyph none = {0xfffd, GLYPH_NONE};
	struct entry *x;

	*n = 1;
	if (cp > 0x10ffff)
		return &none;
	x = g->pages[cp / PAGE];
	if (!x) {
		if (!g->loaded && load_simple(g) < 0)
			return NULL;
		x = g->pages[cp / PAGE] = page_new(g, cp / PAGE);
		if (!x)
			return NULL;
	}
	x += cp % PAGE;
	*n = x->n;
	return x->n > 1 ? x->many : &x->one;
}

uint32_t
glyphs_compose(const struct glyphs *g, uint32_t a, uint32_t b)
{
	UChar32 c = unorm2_composePair(g->nfc, (UChar32)a, (UChar32)b);

	return c < 0 ? 0 : (uint32_t)c;
}
