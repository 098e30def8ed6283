/* chat/wide.c - a file in UTF-16 as if it were in UTF-8. */
#include "chat/wide.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

/*
 * Bytes of the file that are converted at once.  What a block begins with can be
 * the second half of a pair: that belongs to the block before it.
 */
#define BLOCK 32768u
#define TEXT_MAX (BLOCK / 2 * 3 + 4)
#define NO_BLOCK SIZE_MAX
#define STRANGE 0xfffd

struct block {
	size_t n;		/* its number, or NO_BLOCK */
	bool big;
	uint8_t raw[BLOCK + 2];	/* and the unit behind it */
	size_t nraw, first;	/* where its first character begins */
	char text[TEXT_MAX];
	size_t ntext;
};

struct chat_wide {
	const struct chat_input *in;
	uint64_t bom;
	uint64_t *start;	/* of each block in the input, and the end */
	size_t nblocks;
	struct block read;	/* the one that is read … */
	struct block placed;	/* … and the one of the last message, behind */
	size_t raw_at, text_at;	/* where in it that was */
};

static uint32_t
unit_at(const struct block *b, size_t i)
{
	return b->big ? (uint32_t)b->raw[i] << 8 | b->raw[i + 1] :
	    (uint32_t)b->raw[i + 1] << 8 | b->raw[i];
}

static bool
is_first(uint32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool
is_second(uint32_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The character at byte *I of the block; *i moves behind it. */
static uint32_t
next_character(const struct block *b, size_t *i)
{
	uint32_t c, second;

	if (b->nraw - *i < 2) {		/* half a unit ends the file */
		*i = b->nraw;
		return STRANGE;
	}
	c = unit_at(b, *i);
	*i += 2;
	if (is_first(c) && b->nraw - *i >= 2 &&
	    is_second(second = unit_at(b, *i))) {
		*i += 2;
		return 0x10000 + ((c - 0xd800) << 10 | (second - 0xdc00));
	}
	return c == 0 || is_first(c) || is_second(c) ? STRANGE : c;
}

/* The bytes of block N, and the unit behind it. */
static int
read_raw(struct chat_wide *w, struct block *b, size_t n, struct err *e)
{
	const uint64_t off = w->bom + (uint64_t)n * BLOCK;
	int64_t got;

	b->nraw = 0;
	do {
		got = w->in->read(w->in->arg, off + b->nraw, b->raw + b->nraw,
		    sizeof(b->raw) - b->nraw, e);
		if (got < 0)
			return -1;
		b->nraw += (size_t)got;
	} while (got > 0 && b->nraw < sizeof(b->raw));
	return 0;
}

/* Does block N begin in the middle of a pair, of which N - 1 has the first? */
static int
find_first(struct chat_wide *w, struct block *b, size_t n, struct err *e)
{
	uint8_t before[2];

	b->first = 0;
	if (n == 0 || b->nraw < 2 || !is_second(unit_at(b, 0)))
		return 0;
	if (chat_input_read(w->in, w->bom + (uint64_t)n * BLOCK - 2, before, 2,
	    e) < 0)
		return -1;
	if (is_first((uint32_t)before[b->big ? 0 : 1] << 8))
		b->first = 2;
	return 0;
}

/* Block N into B, if it is not there. */
static int
convert(struct chat_wide *w, struct block *b, size_t n, struct err *e)
{
	size_t i;

	if (b->n == n)
		return 0;
	b->n = NO_BLOCK;
	if (read_raw(w, b, n, e) < 0 || find_first(w, b, n, e) < 0)
		return -1;
	b->ntext = 0;
	for (i = b->first; i < BLOCK && i < b->nraw; )
		b->ntext += utf8_put(next_character(b, &i),
		    b->text + b->ntext);
	b->n = n;
	return 0;
}

/* Where each block begins. */
static int
measure(struct chat_wide *w, struct err *e)
{
	const uint64_t n = w->in->size > w->bom ? w->in->size - w->bom : 0;
	size_t k;

	if (n / BLOCK >= SIZE_MAX / sizeof(*w->start) - 2)
		return err_nomem(e);
	w->nblocks = (size_t)((n + BLOCK - 1) / BLOCK);
	w->start = calloc(w->nblocks + 1, sizeof(*w->start));
	if (!w->start)
		return err_nomem(e);
	for (k = 0; k < w->nblocks; k++) {
		if (convert(w, &w->read, k, e) < 0)
			return -1;
		w->start[k + 1] = w->start[k] + w->read.ntext;
	}
	return 0;
}

struct chat_wide *
chat_wide_new(const struct chat_input *in, uint64_t bom, bool big,
	struct err *e)
{
	struct chat_wide *w = calloc(1, sizeof(*w));

	if (!w) {
		(void)err_nomem(e);
		return NULL;
	}
	w->in = in;
	w->bom = bom;
	w->read.big = w->placed.big = big;
	w->read.n = w->placed.n = NO_BLOCK;
	if (measure(w, e) == 0)
		return w;
	chat_wide_free(w);
	return NULL;
}

void
chat_wide_free(struct chat_wide *w)
{
	if (!w)
		return;
	free(w->start);
	free(w);
}

/* The block that has byte OFF, which is before the end. */
static size_t
block_of(const struct chat_wide *w, uint64_t off)
{
	size_t lo = 0, hi = w->nblocks - 1, mid;

	while (lo < hi) {
		mid = lo + (hi - lo + 1) / 2;
		if (w->start[mid] <= off)
			lo = mid;
		else
			hi = mid - 1;
	}
	return lo;
}

static int64_t
read_wide(void *arg, uint64_t off, void *buf, size_t n, struct err *e)
{
	struct chat_wide *w = arg;
	const struct block *b = &w->read;
	size_t k, at;

	if (off >= w->start[w->nblocks])
		return 0;
	k = block_of(w, off);
	if (convert(w, &w->read, k, e) < 0)
		return -1;
	at = (size_t)(off - w->start[k]);
	/* Of a file that is written meanwhile less may be there than was. */
	if (at >= b->ntext)
		return 0;
	if (n > b->ntext - at)
		n = b->ntext - at;
	memcpy(buf, b->text + at, n);
	return (int64_t)n;
}

void
chat_wide_input(struct chat_wide *w, struct chat_input *out)
{
	*out = *w->in;
	out->read = read_wide;
	out->arg = w;
	out->size = w->start[w->nblocks];
}

int
chat_wide_place(struct chat_wide *w, uint64_t off, uint64_t *place,
	struct err *e)
{
	const struct block *b = &w->placed;
	char text[4];
	size_t k, at, i, len;

	*place = w->in->size;
	if (off >= w->start[w->nblocks])
		return 0;
	k = block_of(w, off);
	at = (size_t)(off - w->start[k]);
	if (b->n != k || at < w->text_at) {
		if (convert(w, &w->placed, k, e) < 0)
			return -1;
		w->raw_at = b->first;
		w->text_at = 0;
	}
	/* Messages come one behind the other: on from the last. */
	for (i = w->raw_at; i < BLOCK && i < b->nraw; w->raw_at = i) {
		len = utf8_put(next_character(b, &i), text);
		if (w->text_at + len > at)
			break;
		w->text_at += len;
	}
	*place = w->bom + (uint64_t)k * BLOCK + w->raw_at;
	return 0;
}
