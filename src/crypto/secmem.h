/*
 * crypto/secmem.h - memory for secrets: guarded, locked, wiped when freed.
 * Needs: base; libsodium.
 */
#ifndef LIUDI_CRYPTO_SECMEM_H
#define LIUDI_CRYPTO_SECMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* N bytes, or NULL when out of memory.  secmem_free(NULL) does nothing. */
void *secmem_new(size_t n);
void secmem_free(void *p);

/* Overwrite in a way the compiler keeps. */
void secmem_wipe(void *p, size_t n);

/* Equal in constant time. */
bool secmem_eq(const void *a, const void *b, size_t n);

/* Fill with random bytes from the kernel. */
void secmem_random(void *p, size_t n);

#endif
