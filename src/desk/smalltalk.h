/*
 * desk/smalltalk.h - is a text only thanks, consent or emoji: nothing that
 * anybody waits for an answer to?
 *
 * The words and what counts: docs/REPORTS.md "Meaningful".  A question mark or a
 * digit makes it more than that.
 * Needs: base, desk/glyphs.
 */
#ifndef LIUDI_DESK_SMALLTALK_H
#define LIUDI_DESK_SMALLTALK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SMALLTALK_TEXT_MAX 80	/* characters; what is longer says something */

struct smalltalk;

/* NULL: ERR_NOMEM, ERR_FAIL (ICU's data is missing).  One thread at a time. */
struct smalltalk *smalltalk_new(struct err *e);
void smalltalk_free(struct smalltalk *s);	/* NULL does nothing */

/* 1: only that, or nothing at all; 0; -1: ERR_NOMEM. */
int smalltalk_only(struct smalltalk *s, const char *text, size_t n,
	struct err *e);

/*
 * A number for the text as it is folded, blanks and signs left out, so that a
 * text that is sent again has the same; 0 for one without a letter or digit.
 * Its first 4096 characters count.
 */
int smalltalk_hash(struct smalltalk *s, const char *text, size_t n,
	uint64_t *out, struct err *e);

#endif
