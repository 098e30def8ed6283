/*
 * desk/folded.h - a text as the row of characters that it is worth
 * (desk/glyphs.h), each with its place in the bytes.
 * Needs: base, desk/glyphs.
 */
#ifndef LIUDI_DESK_FOLDED_H
#define LIUDI_DESK_FOLDED_H

#include <stdbool.h>
#include <stddef.h>

#include "desk/glyphs.h"

struct folded_char {
	uint32_t cp;
	uint32_t start, end;	/* of the character it came from */
	uint8_t kind;		/* enum glyph_kind */
};

/* Zeroed: empty.  Keeps its memory from text to text. */
struct folded {
	struct folded_char *v;	/* and one behind them that is all zero */
	size_t n;
	size_t cap;
};

/*
 * The N bytes of TEXT in place of what F held; not more than MAX characters of
 * it.  A byte that is not UTF-8 is U+FFFD.  -1: ERR_NOMEM.
 */
int folded_make(struct folded *f, struct glyphs *g, const char *text, size_t n,
	size_t max, struct err *e);
void folded_release(struct folded *f);

/* Do the characters from AT on begin with the LEN of WORD? */
bool folded_is(const struct folded *f, size_t at,
	const struct folded_char *word, size_t len);

#endif
