/*
 * unbundle/manifest.h - read a manifest's plaintext.
 *
 * Spec: docs/FORMAT.md sections 4 and 5; hostile input.  Caps: plaintext of
 * the JSON <= MANIFEST_MAX bytes, a line <= 64 MiB, zstd window <= 2^27, the
 * padding must be there and be zeros.
 * Needs: base, crypto, json, record; zstd.
 */
#ifndef LIUDI_UNBUNDLE_MANIFEST_H
#define LIUDI_UNBUNDLE_MANIFEST_H

#include "base/buf.h"
#include "record/record.h"

#define MANIFEST_MAX (512u * 1024 * 1024)

struct manifest_bundle {	/* ids borrowed during the call */
	char path[96];
	uint8_t sha256[32];
	uint64_t bytes;
	const uint8_t *ids;
	size_t n;
};

/* Called in the order of the lines; each returns 0 or -1 (*e set). */
struct manifest_handler {
	int (*head)(void *arg, const struct record_head *h, struct err *e);
	int (*bundle)(void *arg, const struct manifest_bundle *b,
		struct err *e);
	int (*source)(void *arg, const struct record_source *s,
		struct err *e);
	int (*file)(void *arg, const struct record_file *f, struct err *e);
	void *arg;
};

/*
 * Read N bytes as age gave them (zstd frames and padding).  -1: ERR_FORMAT with
 * the line number, or what a handler set.
 */
int manifest_read(const void *data, size_t n, const struct manifest_handler *h,
	struct err *e);

#endif
