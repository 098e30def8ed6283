/*
 * desk/tail.h - did a file grow, shrink, or was it rewritten?
 *
 * Where the lists of chunks differ from some place on, ids alone do not say
 * it.  A shorter list is a prefix of a longer one if the longer one's bytes,
 * cut at the shorter one's lengths, have the shorter one's ids: the bytes of
 * one side are enough.
 * Needs: base, crypto.
 */
#ifndef LIUDI_DESK_TAIL_H
#define LIUDI_DESK_TAIL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Chunks one after the other. */
struct tail_list {
	const uint8_t *ids;	/* n * 32 bytes */
	const int64_t *len;	/* n lengths */
	size_t n;
};

/* Append the bytes of the I-th chunk of the longer list. */
typedef int (*tail_bytes)(void *arg, size_t i, struct buf *out,
	struct err *e);

/*
 * 1 if the bytes of PART are a prefix of those of WHOLE (or the same), 0 if
 * not, -1.  Only so many bytes of WHOLE are asked for as PART has.
 */
int tail_is_prefix(const struct tail_list *part,
	const struct tail_list *whole, tail_bytes bytes, void *arg,
	struct err *e);

#endif
