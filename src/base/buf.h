/*
 * base/buf.h - a growing run of bytes with a maximum from birth.
 *
 * Storage of the struct is the caller's; `data` is NULL or on the heap and is
 * followed by a NUL byte that `len` does not count.
 * Needs: base/err.
 */
#ifndef LIUDI_BASE_BUF_H
#define LIUDI_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct buf {
	uint8_t *data;	/* NULL before the first byte */
	size_t len;	/* bytes used */
	size_t cap;	/* bytes allocated, NUL not counted */
	size_t max;	/* never more than this many bytes */
};

/* Ready to use, empty, never more than MAX_LEN bytes. */
#define BUF_INIT(max_len) {NULL, 0, 0, (max_len)}

void buf_init(struct buf *b, size_t max);

/* Free the bytes; b is empty and usable again with the same max. */
void buf_release(struct buf *b);

/*
 * As buf_release, and the bytes are overwritten first (for secrets).  Reserve
 * the room first: growing leaves copies behind.
 */
void buf_wipe(struct buf *b);

/* Length 0, memory kept. */
void buf_clear(struct buf *b);

/*
 * Room for N more bytes behind len.  Returns 0, or -1 (ERR_NOMEM: no memory or
 * over max).
 */
int buf_reserve(struct buf *b, size_t n, struct err *e);

/* Append; each returns 0 or -1 (ERR_NOMEM), and then b is unchanged. */
int buf_add(struct buf *b, const void *data, size_t n, struct err *e);
/* One character; a C string without its NUL; as printf. */
int buf_addc(struct buf *b, char c, struct err *e);
int buf_adds(struct buf *b, const char *s, struct err *e);
int buf_addf(struct buf *b, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Remove N <= len bytes from the front. */
void buf_drop(struct buf *b, size_t n);

/* The text, never NULL ("" when empty); borrowed until the next change. */
const char *buf_str(const struct buf *b);

/* Hand the bytes over to the caller, who frees them with free(); b is empty. */
uint8_t *buf_take(struct buf *b, size_t *len);

#endif
