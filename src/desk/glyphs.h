/*
 * desk/glyphs.h - what a character is worth to a search.
 *
 * Folded to one: NFKC and case (ICU's NFKC_Casefold, which also drops what is
 * ignorable: bidi controls, zero-width characters, variation selectors), the
 * accents of Latin, Greek and Cyrillic, the points of Hebrew and Arabic, the
 * digits of every script, and traditional to simplified Chinese, character by
 * character (ICU's Traditional-Simplified, some 2,850 of them).
 * Pages of 256 characters are computed when first met: 30 ms to open, 0.1 ms a
 * page.  So a struct glyphs changes as it is asked: one thread at a time.
 * Needs: base/err, ICU.
 */
#ifndef LIUDI_DESK_GLYPHS_H
#define LIUDI_DESK_GLYPHS_H

#include <stdint.h>

#include "base/err.h"

enum glyph_kind {
	GLYPH_NONE,	/* separates: punctuation, controls, unassigned */
	GLYPH_BLANK,	/* separates: a space or tab, not the end of a line */
	GLYPH_LETTER,	/* part of a word */
	GLYPH_DIGIT,	/* '0' to '9', part of a word */
	GLYPH_MARK,	/* goes on with the word before it, begins none */
	GLYPH_UNIT,	/* Han, kana, Hangul, Thai …: no blanks between words */
	GLYPH_SIGN	/* emoji: a word of its own */
};

/* No character becomes more; the longest of NFKC has 18. */
#define GLYPH_MAX 20

struct glyph {
	uint32_t cp;	/* folded */
	enum glyph_kind kind;
};

struct glyphs;

/* NULL: ERR_NOMEM, or ERR_FAIL if ICU's data is not there. */
struct glyphs *glyphs_new(struct err *e);
void glyphs_free(struct glyphs *g);	/* NULL does nothing */

/*
 * What CP becomes: *N characters (0: it is dropped), borrowed until
 * glyphs_free().  Above U+10FFFF: one GLYPH_NONE.  NULL: out of memory.
 */
const struct glyph *glyphs_fold(struct glyphs *g, uint32_t cp, unsigned *n);

/*
 * A character that A and B behind it are in composed form (kana with a sound
 * mark, Hangul letters), folded; 0 if none.
 */
uint32_t glyphs_compose(const struct glyphs *g, uint32_t a, uint32_t b);

#endif
