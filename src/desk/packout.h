/*
 * desk/packout.h - restored files as one archive: pax in zstd, or zip.
 *
 * Needs: base; libarchive.
 */
#ifndef LIUDI_DESK_PACKOUT_H
#define LIUDI_DESK_PACKOUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum packout_kind { PACKOUT_NONE, PACKOUT_TAR_ZSTD, PACKOUT_ZIP };

/* By the end of its name: ".tar.zst", ".zip", else none. */
enum packout_kind packout_kind_of(const char *name);

struct packout;

/* Write to the open FD (borrowed). */
struct packout *packout_new(int fd, enum packout_kind kind, struct err *e);
void packout_free(struct packout *p);

/* A file whose SIZE bytes lie at OFF of the open file FROM. */
int packout_add(struct packout *p, const char *path, int64_t size,
	unsigned mode, int64_t mtime_sec, uint32_t mtime_nsec, int from,
	int64_t off, struct err *e);
int packout_finish(struct packout *p, struct err *e);

#endif
