/* tests/fuzz/page_fuzz.c - pages of shops, and lines of captures. */
#include "shop/page.h"

#include <stdlib.h>
#include <string.h>

#include "shop/captures.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
on_capture(void *arg, const struct shop_capture *c, struct err *e)
{
	struct buf again = BUF_INIT(1 << 20);

	(void)arg;
	if (captures_write(c, &again, e) < 0)
		abort();
	buf_release(&again);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = BUF_INIT(64u << 20), twice = BUF_INIT(64u << 20);
	struct err e = ERR_INIT;
	struct shop_page p, q;

	/* What was read is written, read again, and written the same. */
	if (page_read(&p, data, size, &e) == 0) {
		if (page_write(&p, &once, &e) < 0 || once.len > PAGE_MAX)
			goto out;
		if (page_read(&q, once.data, once.len, &e) < 0 ||
		    page_write(&q, &twice, &e) < 0 ||
		    once.len != twice.len ||
		    memcmp(once.data, twice.data, once.len) != 0)
			abort();
		page_free(&q);
	}
out:
	page_free(&p);
	err_clear(&e);
	(void)captures_read(data, size, on_capture, NULL, &e);
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
