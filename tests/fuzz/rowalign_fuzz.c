/*
 * tests/fuzz/rowalign_fuzz.c - strips that a station sent.  The first byte: how many
 * rows it says that a strip has; the second: where the second one begins.
 */
#include "shop/rowalign.h"

#include <stdlib.h>

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes { const uint8_t *data; size_t size, cut; };

static int
get(void *arg, int side, const struct shop_strip *s, struct buf *out,
	struct err *e)
{
	const struct bytes *b = arg;

	(void)s;
	return side ? buf_add(out, b->data + b->cut, b->size - b->cut, e) :
	    buf_add(out, b->data, b->cut, e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct shop_strip strip[2] = {{0, 0, {1}}, {0, 0, {2}}};
	struct shop_page a = {.strip = strip, .nstrips = 1};
	struct shop_page b = {.strip = strip + 1, .nstrips = 1};
	struct bytes bytes;
	struct rowalign r;
	struct err e = ERR_INIT;

	if (size < 2)
		return 0;
	strip[0].h = strip[1].h = data[0];
	bytes = (struct bytes){data + 2, size - 2,
	    (size_t)data[1] * (size - 2) / 255};
	if (rowalign(&a, &b, get, &bytes, &r, &e) == 0 &&
	    (r.rows < data[0] || r.nboxes > ROWALIGN_BOXES_MAX))
		abort();
	rowalign_release(&r);
	return 0;
}
