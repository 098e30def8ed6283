/* crypto/secmem.c - memory for secrets. */
#include "crypto/secmem.h"

#include <sodium.h>

#include "base/banned.h"

void *
secmem_new(size_t n)
{
	return sodium_malloc(n);
}

void
secmem_free(void *p)
{
	sodium_free(p);
}

void
secmem_wipe(void *p, size_t n)
{
	if (n > 0)
		sodium_memzero(p, n);
}

bool
secmem_eq(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

void
secmem_random(void *p, size_t n)
{
	randombytes_buf(p, n);
}
