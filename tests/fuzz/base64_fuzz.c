/* tests/fuzz/base64_fuzz.c - what decodes encodes to the same text. */
#include "base/base64.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf bytes = BUF_INIT(size * 2 + 4);
	struct buf text = BUF_INIT(size * 2 + 4);
	struct err e = ERR_INIT;
	int pad;

	for (pad = 0; pad < 2; pad++) {
		buf_clear(&bytes);
		buf_clear(&text);
		if (base64_decode(&bytes, (const char *)data, size, pad, &e) ==
		    0 && (base64_encode(&text, bytes.data, bytes.len, pad,
		    &e) < 0 || text.len != size ||
		    (size > 0 && memcmp(text.data, data, size) != 0)))
			abort();
		buf_clear(&bytes);
		buf_clear(&text);
		if (base64_encode(&text, data, size, pad, &e) < 0 ||
		    base64_decode(&bytes, buf_str(&text), text.len, pad, &e) <
		    0 || bytes.len != size ||
		    (size > 0 && memcmp(bytes.data, data, size) != 0))
			abort();
	}
	buf_release(&bytes);
	buf_release(&text);
	return 0;
}
