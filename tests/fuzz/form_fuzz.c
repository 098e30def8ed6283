/* tests/fuzz/form_fuzz.c - addresses, forms and cookies as a browser may send them. */
#include "web/form.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "web/guard.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	char *text = malloc(size + 1);
	char value[80];
	struct form f;
	size_t i, n;

	if (!text)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (form_parse(&f, text, size, &e) == 0)
		for (i = 0; i < f.n; i++)
			if (!utf8_valid(f.name[i], strlen(f.name[i])) ||
			    form_get(&f, f.name[i]) == NULL)
				abort();
	if (guard_cookie(text, "liudi", value, sizeof(value)) >=
	    (int)sizeof(value))
		abort();
	if (form_path(text, size, &n, &e) == 0 &&
	    (n > size || memchr(text, '\0', n)))
		abort();
	free(text);
	return 0;
}
