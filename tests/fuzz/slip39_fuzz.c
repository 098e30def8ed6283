/* tests/fuzz/slip39_fuzz.c - shares a line each; what is read is written so. */
#include "open/slip39.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The words of A encode to the same fields and words. */
static void
check_share(const struct slip39_share *a)
{
	struct slip39_share b = *a;
	char text[SLIP39_LINE_MAX];
	struct err e = ERR_INIT;

	memset(b.word, 0, sizeof(b.word));
	if (slip39_share_encode(&b, &e) < 0 || b.nwords != a->nwords ||
	    memcmp(b.word, a->word, a->nwords * sizeof(a->word[0])) != 0)
		abort();
	slip39_share_text(text, &b);
	if (slip39_share_decode(&b, text, strlen(text), &e) < 0 ||
	    b.len != a->len || memcmp(b.value, a->value, a->len) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	const char *p = (const char *)data, *end = p + size, *lf;
	unsigned shares, groups;
	struct slip39 *s;
	uint8_t *secret = NULL;
	size_t len;

	if (crypto_setup(&e) < 0 || !(s = slip39_new(&e)))
		abort();
	while (p < end) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (!lf)
			lf = end;
		if (slip39_add(s, p, (size_t)(lf - p), &e) == 0)
			check_share(slip39_last(s));
		p = lf + 1;
	}
	/* The rounds of a higher exponent would only take time. */
	if (!slip39_complete(s, &shares, &groups) ||
	    slip39_last(s)->exponent == 0) {
		secret = slip39_combine(s, "", &len, &e);
		if (secret && (len < SHAMIR_MIN_LEN || len % 2 != 0))
			abort();
	}
	secmem_free(secret);
	slip39_free(s);
	return 0;
}
