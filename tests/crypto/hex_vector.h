/* tests/crypto/hex_vector.h - vectors are written as hex, as in the RFCs. */
#ifndef LIUDI_TESTS_CRYPTO_HEX_VECTOR_H
#define LIUDI_TESTS_CRYPTO_HEX_VECTOR_H

#include <string.h>

#include "base/str.h"

/* The bytes of TEXT into OUT; how many. */
static inline size_t
unhex(uint8_t *out, const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(str_unhex(out, n / 2, text, n), 0);
	return n / 2;
}

static inline void
assert_hex(const uint8_t *data, size_t n, const char *want)
{
	char text[1024];

	assert_true(n < sizeof(text) / 2);
	str_hex(text, data, n);
	assert_string_equal(text, want);
}

#endif
