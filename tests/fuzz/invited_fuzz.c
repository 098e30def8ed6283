/* tests/fuzz/invited_fuzz.c - what the box says of control's sealed files. */
#include "desk/invited.h"

#include <stdlib.h>

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct invited i;
	size_t k;

	if (invited_read(&i, (const char *)data, size, &e) < 0)
		return 0;
	for (k = 0; k < i.n; k++)
		if (invited_find(&i, i.v[k].invite) != &i.v[k])
			abort();
	invited_release(&i);
	return 0;
}
