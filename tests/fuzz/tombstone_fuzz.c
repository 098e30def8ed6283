/* tests/fuzz/tombstone_fuzz.c - orders of erasure: one text for one order. */
#include "desk/tombstone.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf again = BUF_INIT(TOMBSTONE_MAX);
	struct err e = ERR_INIT;
	struct tombstone_order o;
	char *text = str_ndup((const char *)data, size);

	if (!text)
		abort();
	if (tombstone_parse(&o, text, strlen(text), &e) == 0 &&
	    (tombstone_text(&o, &again, &e) < 0 ||
	    again.len != strlen(text) ||
	    memcmp(again.data, text, again.len) != 0))
		abort();
	free(text);
	buf_release(&again);
	return 0;
}
