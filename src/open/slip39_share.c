/* open/slip39_share.c - one share as words (SLIP-0039). */
#include "open/slip39_share.h"

#include <string.h>

#include "crypto/secmem.h"

#include "base/banned.h"

#define WORD_BITS 10
#define EXTENDABLE 0x10u	/* in the second word */
#define EXTENDABLE_WORD 1
#define SHOWN_MAX 16		/* letters of a wrong word in a text */

/* Feed one word to the checksum (RS1024); V may be secret. */
static uint32_t
sum_step(uint32_t sum, uint32_t v)
{
	static const uint32_t gen[WORD_BITS] = {
		0x00e0e040, 0x01c1c080, 0x03838100, 0x07070200, 0x0e0e0009,
		0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x03f3f120
	};
	uint32_t top = sum >> 20, i;

	sum = ((sum & 0xfffff) << WORD_BITS) ^ v;
	for (i = 0; i < WORD_BITS; i++)
		sum ^= (0u - (top >> i & 1u)) & gen[i];
	return sum;
}

/* Of the first N words; 1 where they end in the right checksum. */
static uint32_t
sum_words(const struct slip39_share *s, size_t n, bool extendable)
{
	const char *p = extendable ? "shamir_extendable" : "shamir";
	uint32_t sum = 1;
	size_t i;

	for (; *p; p++)
		sum = sum_step(sum, (uint8_t)*p);
	for (i = 0; i < n; i++)
		sum = sum_step(sum, s->word[i]);
	return sum;
}

/* The sum before a word 0 was fed; TOP_OF: see locate(). */
static uint32_t
sum_back(uint32_t sum, const uint16_t *top_of)
{
	uint32_t top = top_of[sum & 0x3ff];

	return (sum ^ sum_step(top << 20, 0)) >> WORD_BITS | top << 20;
}

/*
 * Which word, from 1, would explain the checksum by being another; 0 if none
 * would.  The sum is linear: what is wrong with it is what one word did, moved
 * on by the words behind it, and is less than a word before they were fed.
 * The code tells up to three wrong words from none, so that with one or two of
 * them the answer is right or 0.
 */
static size_t
locate(const struct slip39_share *s)
{
	bool ext = s->word[EXTENDABLE_WORD] & EXTENDABLE;
	uint32_t rest = sum_words(s, s->nwords, ext) ^ 1;
	uint32_t other = sum_words(s, s->nwords, !ext) ^ 1, did, top;
	uint16_t top_of[SLIP39_WORDS];
	size_t i;

	for (top = 0; top < SLIP39_WORDS; top++)
		top_of[sum_step(top << 20, 0) & 0x3ff] = (uint16_t)top;
	for (i = s->nwords; i-- > 0;) {
		did = rest;
		/* One bit decides over the checksum's beginning. */
		if (i == EXTENDABLE_WORD && (other & EXTENDABLE) &&
		    other < SLIP39_WORDS)
			did = other;
		else if (i == EXTENDABLE_WORD && (did & EXTENDABLE))
			did = 0;
		if (did > 0 && did < SLIP39_WORDS)
			return i + 1;
		rest = sum_back(rest, top_of);
		other = sum_back(other, top_of);
	}
	return 0;
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* No word: say which, in letters only, and which it may be. */
static int
bad_word(const char *p, size_t n, size_t no, struct err *e)
{
	const char *near = slip39_word_nearest(p, n);
	size_t i;

	for (i = 0; i < n; i++)
		if ((p[i] | 0x20) < 'a' || (p[i] | 0x20) > 'z')
			break;
	if (i < n)
		(void)err_set(e, ERR_FORMAT,
		    "word %zu holds a character that is no letter", no);
	else
		(void)err_set(e, ERR_FORMAT,
		    "word %zu, '%.*s%s', is not in the list of words", no,
		    (int)(n < SHOWN_MAX ? n : SHOWN_MAX), p,
		    n > SHOWN_MAX ? "..." : "");
	if (near)
		return err_hint(e, "is it '%s'? look at the paper", near);
	return err_hint(e, "look at the paper; the first four letters of a "
	    "word suffice");
}

static int
read_words(struct slip39_share *s, const char *p, size_t n, struct err *e)
{
	const char *end = p + n, *word;
	int found;

	for (s->nwords = 0;; s->nwords++) {
		while (p < end && is_space(*p))
			p++;
		if (p == end)
			return 0;
		if (s->nwords == SLIP39_MAX_WORDS)
			return err_set(e, ERR_FORMAT,
			    "more than %d words", SLIP39_MAX_WORDS);
		for (word = p; p < end && !is_space(*p); p++)
			;
		found = slip39_word_find(word, (size_t)(p - word));
		if (found < 0)
			return bad_word(word, (size_t)(p - word),
			    s->nwords + 1, e);
		s->word[s->nwords] = (uint16_t)found;
	}
}

/* Bits in front of the value; above 8 no value has so many words. */
static unsigned
padding(size_t nwords)
{
	return (unsigned)((nwords - SLIP39_HEAD_WORDS - SLIP39_SUM_WORDS) *
	    WORD_BITS % 16);
}

static int
check_words(const struct slip39_share *s, struct err *e)
{
	size_t at;

	if (s->nwords < SLIP39_MIN_WORDS || padding(s->nwords) > 8) {
		(void)err_set(e, ERR_FORMAT,
		    "%zu words, which no share has", s->nwords);
		return err_hint(e, "a share of 16 bytes has 20 words, one of "
		    "32 bytes 33: is a word missing or twice there?");
	}
	if (sum_words(s, s->nwords,
	    s->word[EXTENDABLE_WORD] & EXTENDABLE) == 1)
		return 0;
	(void)err_set(e, ERR_FORMAT, "the checksum is wrong: a word is not "
	    "the right one, or words are not in their order");
	at = locate(s);
	if (at > 0)
		return err_hint(e, "look at word %zu on the paper first", at);
	return err_hint(e, "compare each word with the paper");
}

static int
read_value(struct slip39_share *s, struct err *e)
{
	unsigned pad = padding(s->nwords), bits = 0;
	size_t i, end = s->nwords - SLIP39_SUM_WORDS;
	uint32_t acc = 0;

	s->len = 0;
	for (i = SLIP39_HEAD_WORDS; i < end; i++) {
		acc = (acc & 0xff) << WORD_BITS | s->word[i];
		bits += WORD_BITS;
		if (i == SLIP39_HEAD_WORDS) {
			bits -= pad;
			if (acc >> bits)
				return err_set(e, ERR_FORMAT,
				    "the share is not well formed");
		}
		for (; bits >= 8; bits -= 8)
			s->value[s->len++] = (uint8_t)(acc >> (bits - 8));
	}
	return 0;
}

int
slip39_share_decode(struct slip39_share *s, const char *text, size_t n,
	struct err *e)
{
	const uint16_t *w = s->word;

	if (n > SLIP39_TEXT_MAX)
		return err_set(e, ERR_FORMAT, "too long for a share");
	if (read_words(s, text, n, e) < 0 || check_words(s, e) < 0)
		return -1;
	s->id = (unsigned)w[0] << 5 | w[1] >> 5;
	s->extendable = w[EXTENDABLE_WORD] & EXTENDABLE;
	s->exponent = w[1] & 15;
	s->group = w[2] >> 6;
	s->group_threshold = (w[2] >> 2 & 15) + 1;
	s->group_count = ((w[2] & 3) << 2 | w[3] >> 8) + 1;
	s->member = w[3] >> 4 & 15;
	s->threshold = (w[3] & 15) + 1;
	if (s->group_threshold > s->group_count)
		return err_set(e, ERR_FORMAT, "%u groups are wanted, and "
		    "there are %u", s->group_threshold, s->group_count);
	return read_value(s, e);
}

/* The value behind zeros, so that it ends where a word does. */
static void
write_value(struct slip39_share *s)
{
	size_t words = (s->len * 8 + WORD_BITS - 1) / WORD_BITS, i;
	unsigned bits = (unsigned)(words * WORD_BITS - s->len * 8);
	uint32_t acc = 0;

	s->nwords = SLIP39_HEAD_WORDS;
	for (i = 0; i < s->len; i++) {
		acc = (acc & 0x3ff) << 8 | s->value[i];
		bits += 8;
		if (bits >= WORD_BITS) {
			bits -= WORD_BITS;
			s->word[s->nwords++] = (uint16_t)(acc >> bits & 0x3ff);
		}
	}
}

static bool
is_share(const struct slip39_share *s)
{
	return s->id < 1u << 15 && s->exponent <= SLIP39_EXPONENT_MAX &&
	    s->group < SHAMIR_MAX && s->group_count >= 1 &&
	    s->group_count <= SHAMIR_MAX && s->group_threshold >= 1 &&
	    s->group_threshold <= s->group_count && s->member < SHAMIR_MAX &&
	    s->threshold >= 1 && s->threshold <= SHAMIR_MAX &&
	    s->len >= SHAMIR_MIN_LEN && s->len <= SHAMIR_MAX_LEN &&
	    s->len % 2 == 0;
}

int
slip39_share_encode(struct slip39_share *s, struct err *e)
{
	uint32_t sum;
	size_t i;

	if (!is_share(s))
		return err_set(e, ERR_FAIL, "not the fields of a share");
	s->word[0] = (uint16_t)(s->id >> 5);
	s->word[1] = (uint16_t)((s->id & 31) << 5 |
	    (s->extendable ? EXTENDABLE : 0) | s->exponent);
	s->word[2] = (uint16_t)(s->group << 6 | (s->group_threshold - 1) << 2 |
	    (s->group_count - 1) >> 2);
	s->word[3] = (uint16_t)(((s->group_count - 1) & 3) << 8 |
	    s->member << 4 | (s->threshold - 1));
	write_value(s);
	for (i = 0; i < SLIP39_SUM_WORDS; i++)
		s->word[s->nwords++] = 0;
	sum = sum_words(s, s->nwords, s->extendable) ^ 1;
	for (i = 1; i <= SLIP39_SUM_WORDS; i++, sum >>= WORD_BITS)
		s->word[s->nwords - i] = (uint16_t)(sum & 0x3ff);
	return 0;
}

void
slip39_share_text(char out[static SLIP39_LINE_MAX],
	const struct slip39_share *s)
{
	char word[SLIP39_WORD_LEN + 1];
	size_t i, n = 0, len;

	for (i = 0; i < s->nwords; i++) {
		if (i > 0)
			out[n++] = ' ';
		slip39_word_text(word, s->word[i]);
		len = strlen(word);
		memcpy(out + n, word, len);
		n += len;
	}
	out[n] = '\0';
	secmem_wipe(word, sizeof(word));
}
