/* tests/fuzz/approve_fuzz.c - what the box says of those who ask. */
#include "desk/approve.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct approve a;
	size_t i;

	if (approve_read(&a, (const char *)data, size, &e) < 0)
		return 0;
	for (i = 0; i < a.n; i++)
		if (strlen(a.v[i].invite) != INVITE_ID_LEN - 1)
			abort();
	approve_release(&a);
	return 0;
}
