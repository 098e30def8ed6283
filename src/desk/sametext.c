/* desk/sametext.c - UAX #15, character by character where that is the same. */
#include "desk/sametext.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/utf8.h"

#include "base/banned.h"

#define PAGE 256
#define PAGES (0x110000 / PAGE)
#define UNITS 64	/* UTF-16 units that one character may become */

enum what {
	UNKNOWN,
	SAME,
	DROP,
	BLANK,
	OTHER,		/* becomes `text` */
	JOINS		/* may be composed with what stands before it */
};

struct one {
	uint8_t what;
	uint8_t len;
	char text[UNITS];
};

struct page {
	uint8_t what[PAGE];
	struct one *other[PAGE];	/* of OTHER */
};

struct sametext {
	const UNormalizer2 *nfkc;
	struct page *pages[PAGES];
};

struct sametext *
sametext_new(struct err *e)
{
	UErrorCode ue = U_ZERO_ERROR;
	struct sametext *p = calloc(1, sizeof(*p));

	if (!p) {
		(void)err_nomem(e);
		return NULL;
	}
	p->nfkc = unorm2_getNFKCInstance(&ue);
	if (U_FAILURE(ue)) {
		(void)err_set(e, ERR_FAIL, "ICU: %s", u_errorName(ue));
		free(p);
		return NULL;
	}
	return p;
}

void
sametext_free(struct sametext *p)
{
	size_t i, k;

	if (!p)
		return;
	for (i = 0; i < PAGES; i++) {
		if (!p->pages[i])
			continue;
		for (k = 0; k < PAGE; k++)
			free(p->pages[i]->other[k]);
		free(p->pages[i]);
	}
	free(p);
}

/* What C alone is; of OTHER the text as well. */
static enum what
classify(struct sametext *p, UChar32 c, struct one *o)
{
	UChar in[2], out[UNITS];
	UErrorCode ue = U_ZERO_ERROR;
	int32_t n = 0, len, bytes = 0;

	if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
	    c == 0xfeff)
		return DROP;
	if (u_isUWhiteSpace(c) || c < 0x20 || c == 0x7f)
		return BLANK;
	if (!unorm2_hasBoundaryBefore(p->nfkc, c))
		return JOINS;
	U16_APPEND_UNSAFE(in, n, c);
	len = unorm2_normalize(p->nfkc, in, n, out, UNITS, &ue);
	if (U_FAILURE(ue))
		return SAME;
	if (len == n && u_memcmp(in, out, n) == 0)
		return SAME;
	if (len == 1 && u_isUWhiteSpace(out[0]))
		return BLANK;
	u_strToUTF8(o->text, UNITS, &bytes, out, len, &ue);
	if (U_FAILURE(ue) || bytes > UNITS)
		return SAME;
	o->len = (uint8_t)bytes;
	return OTHER;
}

/* NULL: out of memory. */
static struct page *
page_of(struct sametext *p, uint32_t cp)
{
	struct page **page = &p->pages[cp / PAGE];

	if (!*page)
		*page = calloc(1, sizeof(**page));
	return *page;
}

static int
look(struct sametext *p, struct page *page, uint32_t cp)
{
	struct one o = {0}, *kept;
	enum what w = classify(p, (UChar32)cp, &o);

	if (w == OTHER) {
		kept = malloc(sizeof(*kept));
		if (!kept)
			return -1;
		*kept = o;
		page->other[cp % PAGE] = kept;
	}
	page->what[cp % PAGE] = (uint8_t)w;
	return 0;
}

/* The whole text by ICU: some of its characters join. */
static int
compose(struct sametext *p, struct buf *b, size_t from, struct err *e)
{
	int32_t n = (int32_t)(b->len - from), len = 0, cap, bytes = 0;
	UChar *in = NULL, *out = NULL;
	UErrorCode ue = U_ZERO_ERROR;
	int rc = -1;

	cap = n * 4 + 16;
	in = malloc(((size_t)n + 1) * sizeof(*in));
	out = malloc((size_t)cap * sizeof(*out));
	if (!in || !out) {
		(void)err_nomem(e);
		goto out;
	}
	u_strFromUTF8(in, n + 1, &len, (const char *)b->data + from, n, &ue);
	len = unorm2_normalize(p->nfkc, in, len, out, cap, &ue);
	if (U_FAILURE(ue)) {	/* longer than all that exists: as it is */
		rc = 0;
		goto out;
	}
	if (buf_reserve(b, (size_t)len * 3, e) < 0)
		goto out;
	u_strToUTF8((char *)b->data + from, (int32_t)(b->cap - from), &bytes,
	    out, len, &ue);
	if (U_FAILURE(ue)) {
		(void)err_nomem(e);
		goto out;
	}
	b->len = from + (size_t)bytes;
	b->data[b->len] = '\0';
	rc = 0;
out:
	free(in);
	free(out);
	return rc;
}

/* What CP is; of OTHER also its text. */
static int
what_of(struct sametext *p, uint32_t cp, const struct one **other,
	struct err *e)
{
	struct page *page = page_of(p, cp);

	if (!page || (page->what[cp % PAGE] == UNKNOWN &&
	    look(p, page, cp) < 0))
		return err_nomem(e);
	*other = page->other[cp % PAGE];
	return page->what[cp % PAGE];
}

int
sametext_add(struct sametext *p, const char *text, size_t n, struct buf *out,
	struct err *e)
{
	static const struct one unknown = {OTHER, 3, "\xef\xbf\xbd"};
	const uint8_t *s = (const uint8_t *)text;
	size_t at, len, from = out->len, run = 0;	/* s[run..at): as it is */
	const struct one *other = NULL;
	bool blank = false, joins = false;
	uint32_t cp;
	int what;

	for (at = 0; at <= n; at += len) {
		len = 1;
		if (at < n && s[at] > 0x20 && s[at] < 0x7f) {
			what = SAME;
		} else if (at < n) {
			len = utf8_next(s + at, n - at, &cp);
			other = &unknown;
			what = len == 0 ? OTHER : what_of(p, cp, &other, e);
			if (what < 0)
				return -1;
			len = len == 0 ? 1 : len;
		} else {
			what = DROP;	/* the end */
		}
		joins = joins || what == JOINS;
		if ((what == SAME || what == JOINS) && !blank)
			continue;
		if (at > run && buf_add(out, s + run, at - run, e) < 0)
			return -1;
		run = at;
		if (what == BLANK || what == DROP) {
			blank = blank || what == BLANK;
			run = at + len;
			continue;
		}
		if (blank && out->len > from && buf_addc(out, ' ', e) < 0)
			return -1;
		blank = false;
		if (what == OTHER) {
			if (buf_add(out, other->text, other->len, e) < 0)
				return -1;
			run = at + len;
		}
	}
	return joins ? compose(p, out, from, e) : 0;
}
