/*
 * open/slip39_share.h - one share of SLIP-0039 as words and as fields.
 *
 * Spec: SLIP-0039 "Format of the share mnemonic", "Checksum".  A share is as
 * secret as what it is a share of: the structs live in guarded memory, which
 * is the caller's to get.
 * Caps: SLIP39_TEXT_MAX bytes of text.
 * Needs: base, crypto, open/slip39_words.
 */
#ifndef LIUDI_OPEN_SLIP39_SHARE_H
#define LIUDI_OPEN_SLIP39_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "open/shamir.h"
#include "open/slip39_words.h"

#define SLIP39_HEAD_WORDS 4	/* identifier to threshold: 40 bits */
#define SLIP39_SUM_WORDS 3	/* the checksum */
#define SLIP39_VALUE_WORDS ((SHAMIR_MAX_LEN * 8 + 9) / 10)
#define SLIP39_MIN_WORDS 20
#define SLIP39_MAX_WORDS \
	(SLIP39_HEAD_WORDS + SLIP39_VALUE_WORDS + SLIP39_SUM_WORDS)
#define SLIP39_TEXT_MAX 4096	/* of what is read: white space may abound */
#define SLIP39_EXPONENT_MAX 15

/* Numbers as people count: thresholds and counts from 1, indices from 0. */
struct slip39_share {
	unsigned id;			/* 15 bits, the same in all of a set */
	bool extendable;		/* id is not part of the salt */
	unsigned exponent;		/* 10000 * 2^exponent rounds */
	unsigned group;
	unsigned group_threshold;
	unsigned group_count;
	unsigned member;
	unsigned threshold;		/* of its group */
	size_t len;			/* of value: 16..64, even */
	uint8_t value[SHAMIR_MAX_LEN];
	size_t nwords;			/* the same as numbers of words */
	uint16_t word[SLIP39_MAX_WORDS];
};

/*
 * Read a share: words in any case, whole or their first four letters, between
 * white space.  0, or -1 and *S is of no use (ERR_FORMAT; the text names the
 * word that is not one, and the hint what may be meant; where the checksum is
 * wrong, the hint names the word that would explain it).  The standard wants
 * no correction beyond that.
 */
int slip39_share_decode(struct slip39_share *s, const char *text, size_t n,
	struct err *e);

/*
 * Fill in s->word from the other fields.  0, or -1 (ERR_FAIL: a field is out
 * of range).
 */
int slip39_share_encode(struct slip39_share *s, struct err *e);

/* Bytes of the longest share as a line, with the NUL. */
#define SLIP39_LINE_MAX (SLIP39_MAX_WORDS * (SLIP39_WORD_LEN + 1))

/* The words of an encoded share, one space between them, and a NUL. */
void slip39_share_text(char out[static SLIP39_LINE_MAX],
	const struct slip39_share *s);

#endif
