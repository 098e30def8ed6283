/*
 * repo/pack_entry.h - an entry of a pack: its head, and reading it back.  For
 * this room only.
 *
 * Spec: git's gitformat-pack(5), RFC 1950, RFC 1951 (stored blocks).
 * Needs: base.
 */
#ifndef LIUDI_REPO_PACK_ENTRY_H
#define LIUDI_REPO_PACK_ENTRY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "repo/packw.h"

#define PACK_HEAD_LEN 12	/* "PACK", version, number of objects */
#define PACK_TRAILER_LEN 20
#define PACK_BLOCK_MAX 65535u	/* bytes of a stored block */
#define PACK_COPY_LEN 65536
#define PACK_MAX_LEN INT64_C(0x7fffffff)	/* idx offsets of 31 bits */

static inline void
pack_put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static inline uint32_t
pack_get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* Type and size in front of an entry: 4 bits, then groups of 7; its length. */
size_t pack_entry_head(uint8_t out[static 16], enum packw_type type,
	uint64_t n);

/* A pack that is read entry by entry; FD and NAME are borrowed. */
struct pack_reader {
	int fd;
	const char *name;
	uint64_t off;
};

/* The next N bytes.  -1: also ERR_FORMAT, cut. */
int pack_read_at(struct pack_reader *r, void *out, size_t n, struct err *e);
/* -1 and ERR_FORMAT: this entry is not one of ours. */
int pack_bad_entry(const struct pack_reader *r, struct err *e);
int pack_read_head(struct pack_reader *r, enum packw_type *type, uint64_t *n,
	struct err *e);
/* Append an object of exactly N bytes. */
int pack_read_stored(struct pack_reader *r, uint64_t n, struct buf *out,
	struct err *e);

#endif
