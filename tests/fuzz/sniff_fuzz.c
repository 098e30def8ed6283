/* tests/fuzz/sniff_fuzz.c - any bytes, under any name, are of some kind. */
#include "source/sniff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line is the path. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nl = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t n = nl ? (size_t)(nl - data) : 0;
	char path[256];
	struct sniff a, b;

	n = n < sizeof(path) ? n : sizeof(path) - 1;
	if (n > 0)
		memcpy(path, data, n);
	path[n] = '\0';
	if (nl) {
		size -= (size_t)(nl + 1 - data);
		data = nl + 1;
	}
	a = sniff(data, size, path);
	b = sniff(data, size, path);
	if (a.kind > SNIFF_UNKNOWN || a.what == NULL || a.kind != b.kind ||
	    a.what != b.what || (size == 0 && a.kind != SNIFF_EMPTY))
		abort();
	(void)sniff_is_other(path);
	return 0;
}
