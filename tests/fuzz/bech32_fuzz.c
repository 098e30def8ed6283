/* tests/fuzz/bech32_fuzz.c - what decodes encodes to the same text. */
#include "crypto/bech32.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hrps[] = {"age", "age-secret-key-", "a"};
	struct buf bytes = BUF_INIT(BECH32_MAX_LEN);
	struct buf text = BUF_INIT(BECH32_MAX_LEN);
	struct err e = ERR_INIT;
	size_t i, k;

	for (i = 0; i < sizeof(hrps) / sizeof(hrps[0]); i++) {
		buf_clear(&bytes);
		buf_clear(&text);
		if (bech32_decode(&bytes, hrps[i], (const char *)data, size,
		    &e) < 0)
			continue;
		if (bech32_encode(&text, hrps[i], bytes.data, bytes.len, &e) <
		    0 || text.len != size)
			abort();
		for (k = 0; k < size; k++)
			if (text.data[k] != tolower(data[k]))
				abort();
	}
	if (size <= 2000) {
		buf_clear(&text);
		buf_clear(&bytes);
		if (bech32_encode(&text, "x", data, size, &e) < 0 ||
		    bech32_decode(&bytes, "X", buf_str(&text), text.len, &e) <
		    0 || bytes.len != size ||
		    (size > 0 && memcmp(bytes.data, data, size) != 0))
			abort();
	}
	buf_release(&bytes);
	buf_release(&text);
	return 0;
}
