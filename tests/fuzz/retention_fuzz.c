/* tests/fuzz/retention_fuzz.c - retention.ini, and what changes make of it. */
#include "desk/retention.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT(1024 * 1024);
	struct err e = ERR_INIT;
	struct retention r;
	char *text = str_ndup((const char *)data, size);

	if (!text)
		abort();
	if (size < 65536 && retention_parse(&r, (const char *)data, size,
	    &e) == 0) {
		retention_release(&r);
		/* a good file stays one */
		if (retention_set(text, "main", 3, &out, &e) < 0 &&
		    e.code != ERR_FORMAT)
			abort();
		if (out.len > 0 && (retention_parse(&r, buf_str(&out), out.len,
		    &e) < 0 || retention_years(&r, "main") != 3))
			abort();
		if (out.len > 0)
			retention_release(&r);
	}
	free(text);
	buf_release(&out);
	return 0;
}
