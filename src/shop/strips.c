/* shop/strips.c - where a picture of a page is cut. */
#include "shop/strips.h"

#include <string.h>

#include "crypto/hash.h"

#include "base/banned.h"

#define CUT_BITS 0x3fu

uint64_t
strips_row(const struct picture *p, int32_t y)
{
	const size_t len = (size_t)p->width * 3;
	uint64_t h;

	hash_blake2b_n((uint8_t *)&h, sizeof(h), NULL, 0,
	    p->rgb + (size_t)y * len, len);
	return h;
}

int
strips_cut(const struct picture *p, strips_fn fn, void *arg, struct err *e)
{
	uint64_t now = strips_row(p, 0), next;
	int32_t from = 0, y, n;
	int rc = 0;

	for (y = 0; rc == 0 && y < p->height; y++, now = next) {
		const bool last = y == p->height - 1;
		/* Of the bytes in their order, so the same on each machine. */
		uint8_t end;

		next = last ? 0 : strips_row(p, y + 1);
		memcpy(&end, &now, 1);
		n = y + 1 - from;
		if (!last && n < STRIPS_MAX &&
		    (n < STRIPS_MIN || (end & CUT_BITS) != 0 || next == now))
			continue;
		rc = fn(arg, &(struct shop_strip){.y = from, .h = n}, e);
		from = y + 1;
	}
	return rc;
}
