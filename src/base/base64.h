/*
 * base/base64.h - RFC 4648 base64, standard alphabet.
 *
 * Decoding is strict: canonical trailing bits, right padding for the variant,
 * no white space.
 * Needs: base/buf.
 */
#ifndef LIUDI_BASE_BASE64_H
#define LIUDI_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Append the encoding of N bytes; PAD: with '='. */
int base64_encode(struct buf *out, const void *data, size_t n, bool pad,
	struct err *e);

/*
 * Append the N characters' meaning.  0, or -1 (ERR_FORMAT, ERR_NOMEM; OUT may
 * then hold a part of it).
 */
int base64_decode(struct buf *out, const char *s, size_t n, bool pad,
	struct err *e);

#endif
