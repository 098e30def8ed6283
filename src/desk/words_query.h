/*
 * desk/words_query.h - what a person typed, as an FTS5 expression and as marks.
 *
 *   宁波 FOB		both, in any order, anywhere in the text
 *   "FOB 宁波"		one behind the other; also between “ ” „ « » 「 」 『 』
 *   -draft  -"a b"	not this
 *   报价*  invo*	what begins so
 *
 * Everything else is a word, AND, NEAR and ^ too; nothing typed is a syntax
 * error.  A word of several parts (L-100A, 报价单.xlsx, a@b.com) is a phrase of
 * them, or what they make together; so are the groups of a telephone number.
 * Caps: WORDS_QUERY_MAX, WORDS_QUERY_WORDS, WORDS_MARKS_MAX.
 * Needs: base, desk/words.
 */
#ifndef LIUDI_DESK_WORDS_QUERY_H
#define LIUDI_DESK_WORDS_QUERY_H

#include "base/buf.h"
#include "desk/words.h"

#define WORDS_QUERY_MAX 4096	/* bytes typed */
#define WORDS_QUERY_WORDS 64	/* words and phrases typed */
#define WORDS_MARKS_MAX (1024u * 1024)	/* bytes of a text that get marks */

/*
 * Append to OUT the right side of a MATCH, as text for a bound parameter, for
 * the N bytes TYPED.  0; 1: nothing to look for (no word, or only such with a
 * minus), OUT as it was; -1: ERR_USAGE (over a cap), ERR_NOMEM.
 */
int words_query(struct words *w, const char *typed, size_t n, struct buf *out,
	struct err *e);

/*
 * FN for each stretch of TEXT that TYPED finds, in order, none touching the
 * next, in bytes and never inside a character.  It needs no table, and is exact
 * where highlight() and snippet() are not: a character alone is marked alone,
 * 1,200.50 as a whole, and where two words share a character (宁波 波港) SQLite
 * 3.40 writes the text behind the first twice.  0.1 s for a text at the cap; 3 s
 * if text and phrase, both at their caps, are one character again and again.  FN returns not 0
 * to stop, and that is returned; else 0, or -1 as words_query().
 */
int words_marks(struct words *w, const char *typed, size_t typed_len,
	const char *text, size_t n,
	int (*fn)(void *arg, size_t start, size_t end), void *arg,
	struct err *e);

#endif
