/*
 * tests/fuzz/shoppack_fuzz.c - whatever a page is, the policy stands in front of
 * it, and nothing of it leads away.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "desk/shoppack.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *
local(void *arg, const char *url, size_t n)
{
	(void)arg;
	return n % 2 == 0 && url[0] != '\0' ? "00.png" : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf out = BUF_INIT((size_t)1 << 24);
	struct err e = ERR_INIT;
	const char *text = n ? (const char *)data : "", *at;
	int seen = 0;

	if (n > 1 << 18)
		return 0;
	if (shoppack_html(text, n, local, NULL, &out, &e) < 0)
		abort();
	/* Ours alone: two in front. */
	for (at = buf_str(&out); at < buf_str(&out) + out.len; at++)
		if ((size_t)(buf_str(&out) + out.len - at) >= 10 &&
		    strncasecmp(at, "http-equiv", 10) == 0)
			seen++;
	if (seen != 2)
		abort();
	buf_clear(&out);
	if (shoppack_css(text, n, local, NULL, &out, &e) < 0)
		abort();
	buf_release(&out);
	return 0;
}
