/*
 * desk/words.h - the words of a text, as the search of the desk knows them.
 *
 * A text is a row of tokens, folded as desk/glyphs.h says:
 *
 *   word	a run of letters and digits: `fob`, `100a`, `xlsx`; more than
 *		WORDS_WORD_MAX characters are known by their beginning
 *   pair	in scripts without blanks, each character with the one behind
 *		it, and the last of a run alone: 宁波港 is 宁波 波港 港.  One
 *		or two blanks do not end a run (微 信 is found as 微信); the end
 *		of a line does.
 *   sign	an emoji
 *
 * and beside some of them, at the same place, what the same is also called:
 *
 *   joined	words with - _ ' between them: l100a for L-100A; a number
 *		without the separators of thousands and the zeros behind its
 *		point: 1200.5 for 1,200.50 and 1.200,50 (the point is written
 *		U+A78F, a letter, so that it is one word when looked for);
 *		digits that are a telephone number, also without the +86
 *   part	the letters and the digits of USD1200 or 100pcs
 *
 * A character alone is asked for as the beginning of a pair (港*), so what it
 * costs is a place for each run and not for each character.  A word of two
 * characters is one token, a longer one a phrase of pairs; so FTS5's detail
 * must be full.  words_query() writes such expressions; a hand-written MATCH
 * has to give single characters their star.
 *
 * Bytes that are not UTF-8, and NUL, separate.  Marks of scripts other than
 * those that lose theirs are taken as they come, not put into canonical order.
 * Caps: WORDS_TEXT_MAX, WORDS_WORD_MAX, WORDS_JOIN_MAX.  Memory: none grows
 * with the text.
 * Needs: base, desk/glyphs, sqlite3.
 */
#ifndef LIUDI_DESK_WORDS_H
#define LIUDI_DESK_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sqlite3.h>

#include "base/err.h"

#define WORDS_TEXT_MAX (64u * 1024 * 1024) /* what lies behind is not read */
#define WORDS_WORD_MAX 64	/* characters of a word that count */
#define WORDS_JOIN_MAX 8	/* words that can be joined */

/* The name of the tokenizer: CREATE VIRTUAL TABLE … (…, tokenize = 'liudi'). */
#define WORDS_TOKENIZER "liudi"

enum words_kind {
	WORDS_TOKEN,	/* word, pair or sign: a place of its own */
	WORDS_JOINED,	/* at the place of the last WORDS_TOKEN */
	WORDS_PART	/* likewise */
};

struct words_token {
	const char *text;	/* UTF-8, not terminated; for the call only */
	size_t len;
	size_t start, end;	/* its bytes in the text */
	size_t first_end;	/* of a pair: where its first character ends */
	enum words_kind kind;
	bool single;		/* one character of a script without blanks */
};

/* 0 to go on; anything else stops words_each(). */
typedef int (*words_fn)(void *arg, const struct words_token *t);

struct words;

/* NULL: ERR_NOMEM, ERR_FAIL (ICU's data is missing).  One thread at a time. */
struct words *words_new(struct err *e);
void words_free(struct words *w);	/* NULL does nothing */

/*
 * Each token of the N bytes of TEXT, by place; starts never go back among those
 * with a place.  AS_PHRASE: as the text of a phrase that is looked for, that is
 * places only, and the last character of a run not again if nothing follows.
 * Returns 0, what FN returned, or -1 if out of memory.
 */
int words_each(struct words *w, const char *text, size_t n, bool as_phrase,
	words_fn fn, void *arg);

/*
 * Make WORDS_TOKENIZER known to the connection DB, which W must outlive; only
 * the thread of DB uses W then.  0, or -1: ERR_FAIL (an SQLite without FTS5),
 * ERR_NOMEM.
 */
int words_register(struct words *w, sqlite3 *db, struct err *e);

#endif
