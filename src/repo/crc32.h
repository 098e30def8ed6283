/*
 * repo/crc32.h - the CRC-32 of a pack's index, and zlib's Adler-32.
 * Spec: ISO 3309 (reflected 0xEDB88320); RFC 1950 section 9.
 * Needs: nothing.
 */
#ifndef LIUDI_REPO_CRC32_H
#define LIUDI_REPO_CRC32_H

#include <stddef.h>
#include <stdint.h>

struct crc32_table {
	uint32_t t[8][256];	/* slice by eight */
};

void crc32_init(struct crc32_table *t);
/* Begin with 0; feed on with the value returned. */
uint32_t crc32_update(const struct crc32_table *t, uint32_t crc,
	const void *data, size_t n);

/* Begin with 1. */
uint32_t adler32_update(uint32_t adler, const void *data, size_t n);

#endif
