/* tests/fuzz/captures_fuzz.c - lines of captures; what is read is written again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "shop/captures.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
on_line(void *arg, const struct shop_capture *c, struct err *e)
{
	struct buf out = BUF_INIT(1 << 20);

	(void)arg;
	if (shop_state_shows(c->state) != c->has_record)
		abort();
	if (captures_write(c, &out, e) < 0)
		abort();
	buf_release(&out);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;

	(void)captures_read(data, n, on_line, NULL, &e);
	return 0;
}
