/*
 * crypto/hash_int.h - what hash.c asks of the library that has SHA-1 and SHA-2:
 * hash_evp.c (libcrypto) or hash_cng.c (Windows' own).
 * Needs: base.
 */
#ifndef LIUDI_CRYPTO_HASH_INT_H
#define LIUDI_CRYPTO_HASH_INT_H

#include "crypto/hash.h"

/* See that the digests are there.  0, or -1 (ERR_FAIL). */
int hash_begin(struct err *e);

#endif
