/*
 * tests/fuzz/account_event_fuzz.c - event_read on any bytes; what it takes must
 * be written, and read again as the same.
 */
#include "account/account_event.h"

#include <stdlib.h>

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf out = BUF_INIT(2 * EVENT_LINE_MAX);
	struct buf again = BUF_INIT(2 * EVENT_LINE_MAX);
	struct err e = ERR_INIT;
	struct event_reader *r = event_reader_new(&e);
	struct account_event v;

	if (r && event_read(r, (const char *)data, n, &v, &e) == 0 &&
	    event_write(&v, &out, &e) == 0) {
		if (event_read(r, buf_str(&out), out.len, &v, &e) < 0 ||
		    event_write(&v, &again, &e) < 0 ||
		    again.len != out.len)
			abort();
	}
	buf_release(&again);
	buf_release(&out);
	event_reader_free(r);
	return 0;
}
