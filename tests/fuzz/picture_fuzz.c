/* tests/fuzz/picture_fuzz.c - pictures that a page or a person gave. */
#include "shop/picture.h"

#include <stdlib.h>

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct picture p;

	if (picture_decode(data, size, &p, &e) == 0 &&
	    (p.width < 1 || p.height < 1 || !p.rgb))
		abort();
	picture_release(&p);
	return 0;
}
