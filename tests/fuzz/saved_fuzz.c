/* tests/fuzz/saved_fuzz.c - what persons saved, and what is asked of it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shop/saved.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	struct saved s;

	if (crypto_setup(&e) < 0)
		abort();
	if (saved_open(&s, data, n, &e) == 0) {
		const struct tab_saved t = saved_answers(&s);
		const char *type = "";
		size_t len = 0, sum = strlen(s.url);

		for (int page = 0; page < 2; page++) {
			const uint8_t *b = t.find(t.arg, s.url, page == 1, &len,
			    &type);

			/* All of it is there to be read. */
			for (size_t i = 0; b && i < len; i++)
				sum += b[i];
			sum += b ? strlen(type) : 0;
		}
		(void)t.find(t.arg, "https://cid.invalid/0", false, &len,
		    &type);
		if (sum == SIZE_MAX)
			return 1;
	}
	saved_free(&s);
	return 0;
}
