/* tests/fuzz/reheads_fuzz.c - a tar of headers: what is read is written so. */
#include "desk/reheads.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct copy {
	struct buf tar;
	size_t n;
};

static int
again(void *arg, const uint8_t sha256[static 32], const void *header,
	size_t n, struct err *e)
{
	struct copy *c = arg;

	if (n > REHEADS_HEADER_MAX)
		abort();
	c->n++;
	return reheads_tar_add(&c->tar, sha256, header, n, e);
}

static int
count(void *arg, const uint8_t sha256[static 32], const void *header,
	size_t n, struct err *e)
{
	struct copy *c = arg;

	(void)sha256;
	(void)header;
	(void)n;
	(void)e;
	c->n--;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct copy c = {.tar = BUF_INIT(REHEADS_TAR_MAX)};
	struct err e = ERR_INIT;

	if (reheads_tar_each(data, size, again, &c, &e) == 0 &&
	    (reheads_tar_end(&c.tar, &e) < 0 ||
	    reheads_tar_each(c.tar.data, c.tar.len, count, &c, &e) < 0 ||
	    c.n != 0))
		abort();
	buf_release(&c.tar);
	return 0;
}
