/*
 * base/str.h - small things on C strings and hex.
 * Needs: base/err.
 */
#ifndef LIUDI_BASE_STR_H
#define LIUDI_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A copy on the heap, or NULL when out of memory. */
char *str_dup(const char *s);
char *str_ndup(const char *s, size_t n);

/* printf to a fresh heap string, or NULL when out of memory. */
char *str_fmt(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
bool str_eq(const char *a, const char *b);	/* NULL equals only NULL */

/*
 * The whole of S is a decimal number in [MIN, MAX], no sign but '-', no space,
 * no leading zero.  Returns 0 and *out, or -1 (*out untouched).
 */
int str_to_i64(const char *s, int64_t min, int64_t max, int64_t *out);

/* Lower-case hex of N bytes into OUT (2 N + 1 bytes). */
void str_hex(char *out, const uint8_t *data, size_t n);

/* Exactly 2 N lower-case hex digits at S (NUL not needed).  0, or -1. */
int str_unhex(uint8_t *out, size_t n, const char *s, size_t s_len);

/*
 * Edit distance (insert, delete, replace, swap of neighbours) of two names of
 * at most 63 bytes; longer ones count as 64 apart.  For "did you mean".
 */
unsigned str_distance(const char *a, const char *b);

/* Compare as unsigned bytes, shorter first where one is the other's prefix. */
int str_cmp_bytes(const void *a, size_t a_len, const void *b, size_t b_len);

#endif
