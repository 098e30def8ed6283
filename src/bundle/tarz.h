/*
 * bundle/tarz.h - write zstd(tar) of chunks to a sink.
 *
 * Spec: docs/FORMAT.md section 7; one zstd frame per run of entries of the same
 * nature, so that bytes that are compressed already cost next to nothing.
 * Needs: base; libarchive, zstd.
 */
#ifndef LIUDI_BUNDLE_TARZ_H
#define LIUDI_BUNDLE_TARZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

typedef int (*tarz_sink)(void *arg, const void *data, size_t n, struct err *e);

struct tarz;	/* reusable: keeps its compression contexts between files */

/* LEVEL: of zstd, 1..19. */
struct tarz *tarz_new(int level, struct err *e);
void tarz_free(struct tarz *t);

/*
 * Search longer, at twice the CPU and 1 MB more memory, or as the level says,
 * in what begins from now on; a file that was begun is dropped.  0, or -1
 * (ERR_FAIL).
 */
int tarz_longer(struct tarz *t, bool longer, struct err *e);

/* Begin a file; bytes go to SINK. */
int tarz_begin(struct tarz *t, tarz_sink sink, void *arg, struct err *e);
/* An entry; PACKED: its bytes do not compress. */
int tarz_add(struct tarz *t, const char *name, const void *data, size_t n,
	bool packed, struct err *e);
/*
 * Compress what zstd still holds back, so that tarz_written() tells all.  Costs
 * a block's worth of ratio: for the last few entries of a file only.
 */
int tarz_flush(struct tarz *t, struct err *e);
/* Bytes given to the sink so far. */
uint64_t tarz_written(const struct tarz *t);
/* End of tar and of the last frame. */
int tarz_finish(struct tarz *t, struct err *e);

/* One buffer as one zstd frame (for manifests), appended to OUT. */
int tarz_lines(const void *data, size_t n, struct buf *out, struct err *e);

/*
 * True if bytes that begin like this (up to the first 4 KiB are looked at) are
 * a format that is compressed already: pictures, archives, PDF, media.
 */
bool tarz_is_packed(const uint8_t *data, size_t n);

#endif
