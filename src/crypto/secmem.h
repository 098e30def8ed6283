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

/*
 * The N bytes at P, which secmem_new() gave, are zeros in processes forked from
 * now on, where the kernel knows how (Linux 4.14).  Such a process must not
 * secmem_free(P).
 */
void secmem_keep_from_children(void *p, size_t n);

/* Overwrite in a way the compiler keeps. */
void secmem_wipe(void *p, size_t n);

/* Equal in constant time. */
bool secmem_eq(const void *a, const void *b, size_t n);

/* Fill with random bytes from the kernel. */
void secmem_random(void *p, size_t n);

#endif
