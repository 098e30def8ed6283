/*
 * chunk/chunker.c - docs/FORMAT.md "Chunks"; W. Xia et al., FastCDC, USENIX ATC
 * 2016, with the gear table keyed by the station.
 */
#include "chunk/chunker.h"

#include <string.h>

#include "crypto/hash.h"

#include "base/banned.h"

#define MIB ((int64_t)1 << 20)
#define SMALL_MAX (64 * MIB)
#define MEDIUM_MAX (4096 * MIB)
#define PAGES_EACH_MAX (1024 * MIB)	/* above: cut at BIG_PAGE */
#define BIG_PAGE 65536

void
chunker_gear_init(struct chunker_gear *gear,
	const uint8_t secret[static CHUNKER_SECRET_LEN])
{
	static const char label[] = "liudi-gear-v1";
	uint8_t msg[sizeof(label)];	/* the index where the NUL was */
	uint8_t block[64];
	uint64_t v;
	unsigned i, j;

	memcpy(msg, label, sizeof(label));
	for (i = 0; i < 256; i++) {
		if (i % 8 == 0) {
			msg[sizeof(label) - 1] = (uint8_t)(i / 8);
			hash_blake2b_n(block, sizeof(block), secret,
			    CHUNKER_SECRET_LEN, msg, sizeof(msg));
		}
		for (v = 0, j = 8; j-- > 0; )
			v = v << 8 | block[8 * (i % 8) + j];
		gear->g[i] = v;
	}
}

enum chunker_class
chunker_class_for(int64_t size)
{
	if (size <= SMALL_MAX)
		return CHUNKER_SMALL;
	return size <= MEDIUM_MAX ? CHUNKER_MEDIUM : CHUNKER_LARGE;
}

/* The top BITS of 64. */
static uint64_t
top_bits(unsigned bits)
{
	return ~(uint64_t)0 << (64 - bits);
}

void
chunker_init(struct chunker *c, const struct chunker_gear *gear,
	enum chunker_class class_, unsigned page, int64_t size)
{
	unsigned k = (unsigned)class_;

	c->gear = gear;
	c->mask_hard = top_bits(k + 2);
	c->mask_easy = top_bits(k - 2);
	c->min = (size_t)1 << (k - 2);
	c->avg = (size_t)1 << k;
	c->max = (size_t)1 << (k + 3);
	c->page = 0;
	if (page > 0) {
		c->page = size > PAGES_EACH_MAX ? BIG_PAGE : page;
		c->min = c->avg = c->max = c->page;
	}
}

/*
 * Feed bytes [i, end) until the hash has no bit of MASK.  Returns the index
 * behind that byte, or 0 (never an index behind one); *hash is carried on.
 *
 * The chain of one shift and one addition a byte is what bounds the speed;
 * eight bytes at a time leave the loop's own work out of it.
 */
static size_t
scan(const uint64_t *g, const uint8_t *p, size_t i, size_t end, uint64_t mask,
	uint64_t *hash)
{
	uint64_t h = *hash;

#define STEP(j) do { \
		h = (h << 1) + g[p[i + (j)]]; \
		if (__builtin_expect((h & mask) == 0, 0)) \
			return i + (j) + 1; \
	} while (0)
	for (; i + 8 <= end; i += 8) {
		STEP(0); STEP(1); STEP(2); STEP(3);
		STEP(4); STEP(5); STEP(6); STEP(7);
	}
	for (; i < end; i++)
		STEP(0);
#undef STEP
	*hash = h;
	return 0;
}

static size_t
min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
chunker_cut(const struct chunker *c, const uint8_t *data, size_t n, bool last)
{
	uint64_t hash = 0;
	size_t cut;

	if (c->page == 0 && n > c->min) {
		cut = scan(c->gear->g, data, c->min, min_size(n, c->avg),
		    c->mask_hard, &hash);
		if (cut == 0 && n > c->avg)
			cut = scan(c->gear->g, data, c->avg,
			    min_size(n, c->max), c->mask_easy, &hash);
		if (cut > 0)
			return cut;
	}
	if (n >= c->max)
		return c->max;
	return last ? n : 0;
}
