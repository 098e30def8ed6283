/*
 * desk/sametext.h - a text as it is compared with another copy of itself.
 *
 * NFKC, without what is not seen (bidi controls, zero-width characters,
 * variation selectors), runs of blanks and ends of lines one blank, none at
 * either end.  Unlike the words of a search (desk/glyphs.h) it keeps case,
 * accents and the Chinese script that was used: to change those is an edit.
 * Needs: base, ICU.
 */
#ifndef LIUDI_DESK_SAMETEXT_H
#define LIUDI_DESK_SAMETEXT_H

#include <stddef.h>

#include "base/buf.h"

struct sametext;

/* NULL: ERR_NOMEM, ERR_FAIL (ICU's data is missing).  One thread at a time. */
struct sametext *sametext_new(struct err *e);
void sametext_free(struct sametext *p);	/* NULL does nothing */

/*
 * Append to OUT what the N bytes of TEXT are.  Ill-formed bytes become U+FFFD.
 * 0, or -1: ERR_NOMEM.
 */
int sametext_add(struct sametext *p, const char *text, size_t n,
	struct buf *out, struct err *e);

#endif
