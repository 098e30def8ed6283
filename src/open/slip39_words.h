/*
 * open/slip39_words.h - the 1024 words of SLIP-0039, and finding them.
 *
 * Words of a share are secret: where one stands in the table decides neither
 * which memory is read nor how long it takes.
 * Needs: base, crypto.
 */
#ifndef LIUDI_OPEN_SLIP39_WORDS_H
#define LIUDI_OPEN_SLIP39_WORDS_H

#include <stddef.h>
#include <stdint.h>

#define SLIP39_WORDS 1024
#define SLIP39_WORD_LEN 8	/* letters of the longest; the shortest has 4 */
#define SLIP39_PREFIX_LEN 4	/* no two words have these in common */

/*
 * The number 0..1023 of the word that the N bytes at S are, or begin: four
 * letters suffice, what follows them must fit.  Upper and lower case are one.
 * -1: no such word.
 */
int slip39_word_find(const char *s, size_t n);

/* The word of a number < SLIP39_WORDS, with its NUL. */
void slip39_word_text(char out[static SLIP39_WORD_LEN + 1], unsigned number);

/*
 * For "did you mean": the word with the same first four letters, or else the
 * nearest at most two slips away; NULL if there is none.  Not in constant time.
 */
const char *slip39_word_nearest(const char *s, size_t n);

#endif
