/* desk/folded.c - a text as the row of characters that it is worth. */
#include "desk/folded.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

static int
grow(struct folded *f, size_t n, struct err *e)
{
	struct folded_char *v;
	size_t cap = f->cap ? f->cap : 256;

	if (n <= f->cap)
		return 0;
	while (cap < n)
		cap *= 2;
	v = realloc(f->v, cap * sizeof(*v));
	if (!v)
		return err_nomem(e);
	f->v = v;
	f->cap = cap;
	return 0;
}

int
folded_make(struct folded *f, struct glyphs *g, const char *text, size_t n,
	size_t max, struct err *e)
{
	const uint8_t *s = (const uint8_t *)text;
	const struct glyph *to;
	uint32_t cp;
	size_t at = 0, len;
	unsigned i, k;

	if (n > UINT32_MAX)
		n = UINT32_MAX;
	for (f->n = 0; at < n && f->n < max; at += len) {
		len = utf8_next(s + at, n - at, &cp);
		if (len == 0) {
			len = 1;
			cp = 0xfffd;
		}
		to = glyphs_fold(g, cp, &k);
		if (!to)
			return err_nomem(e);
		if (grow(f, f->n + k + 1, e) < 0)
			return -1;
		for (i = 0; i < k; i++)
			f->v[f->n++] = (struct folded_char){to[i].cp,
			    (uint32_t)at, (uint32_t)(at + len),
			    (uint8_t)to[i].kind};
	}
	if (grow(f, f->n + 1, e) < 0)
		return -1;
	memset(&f->v[f->n], 0, sizeof(*f->v));
	return 0;
}

void
folded_release(struct folded *f)
{
	free(f->v);
	memset(f, 0, sizeof(*f));
}

bool
folded_is(const struct folded *f, size_t at, const struct folded_char *word,
	size_t len)
{
	size_t i;

	if (at > f->n || len > f->n - at)
		return false;
	for (i = 0; i < len; i++)
		if (f->v[at + i].cp != word[i].cp)
			return false;
	return true;
}
