/* crypto/secmem.c - memory for secrets. */
#include "crypto/secmem.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

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
secmem_keep_from_children(void *p, size_t n)
{
#ifdef MADV_WIPEONFORK
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const size_t before = (uintptr_t)p % page;
	const size_t len = (before + n + page - 1) / page * page;

	/* Whole pages are this allocation's alone.  Without it the child holds
	 * what its parent does. */
	(void)madvise((uint8_t *)p - before, len, MADV_WIPEONFORK);
#else
	(void)p;
	(void)n;
#endif
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
