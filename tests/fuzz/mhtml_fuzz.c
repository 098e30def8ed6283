/* tests/fuzz/mhtml_fuzz.c - saved pages. */
#include "shop/mhtml.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
look(void *arg, const struct mhtml_part *p, struct err *e)
{
	(void)arg;
	(void)e;
	if (strlen(p->url) > MHTML_HEADER_MAX || (p->n > 0 && !p->data))
		abort();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;

	if (crypto_setup(&e) < 0)
		abort();
	(void)mhtml_is(data, size);
	(void)mhtml_read(data, size, look, NULL, &e);
	return 0;
}
