/*
 * chat/mold.h - a header of the shape of one that was understood before.
 *
 * All headers of a text export look alike: "26/02/28, 19:53 - " differs from the
 * next by its numbers only.  Whoever understood one the long way keeps its mold,
 * and tells by it where the same stands again; what fits none may be one, too.
 * Needs: base, chat/scan.
 */
#ifndef LIUDI_CHAT_MOLD_H
#define LIUDI_CHAT_MOLD_H

#include "chat/scan.h"

#define MOLD_NUMBERS 8u
#define MOLD_LEN 64u		/* bytes of the header that it is made of */

struct mold {
	unsigned n;		/* numbers; 0: no mold */
	unsigned digits[MOLD_NUMBERS];
	size_t longest;		/* header that can fit */
	size_t len;		/* of the header, a byte for each number */
	char text[MOLD_LEN];
};

/*
 * Of the N bytes of header S.  False (then *m fits nothing): it has no numbers,
 * too many, longer ones than four digits, one at its end, or is too long.
 * Digits of other scripts are text to a mold.
 */
bool mold_make(struct mold *m, const char *s, size_t n);

/*
 * C stands at such a header: the same text, as many numbers.  One of one or two
 * digits may now have the other, one of three or four has as many.  Moves behind
 * it; number[] and digits[] have the first M->n.  False is also said where less
 * is left than the longest such header has.
 */
bool mold_fits(const struct mold *m, struct scan *c,
	int number[static MOLD_NUMBERS], unsigned digits[static MOLD_NUMBERS]);

#endif
