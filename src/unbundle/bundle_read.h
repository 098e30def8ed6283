/*
 * unbundle/bundle_read.h - read a bundle's plaintext: every chunk checked
 * against its id.
 *
 * Spec: docs/FORMAT.md section 7; hostile input.  Nothing is extracted: entries
 * are iterated; anything but regular files of the expected names is refused.
 * Caps: a chunk <= 8 MiB, all plain bytes <= MAX given, zstd window <= 2^27.
 * Needs: base, crypto, json, record; libarchive, zstd.
 */
#ifndef LIUDI_UNBUNDLE_BUNDLE_READ_H
#define LIUDI_UNBUNDLE_BUNDLE_READ_H

#include "base/buf.h"
#include "record/record.h"

/* What liudi.json says. */
struct bundle_context {
	char station[33], stream[33];
	int epoch;
	int64_t seq, part;
	uint8_t run[16];
};

/*
 * Pull: fills *data with the next piece of what age gave; *n 0 at the end.
 * Borrowed until the next call.
 */
typedef int (*bundle_pull)(void *arg, const void **data, size_t *n,
	struct err *e);

struct bundle_handler {
	int (*context)(void *arg, const struct bundle_context *c,
		struct err *e);
	/* INDEX from 0 in tar order; return 1 to stop reading early (no
	 * error; what follows stays unchecked). */
	int (*chunk)(void *arg, size_t index, const uint8_t id[static 32],
		const void *data, size_t n, struct err *e);
	void *arg;
};

/*
 * Read; WANTED (may be NULL): returns false for an id whose bytes need not be
 * hashed and handed over.  -1: ERR_FORMAT, ERR_INTEGRITY (bytes do not have
 * their id), or what a handler set.
 */
int bundle_read(bundle_pull pull, void *pull_arg, uint64_t max_plain,
	bool (*wanted)(void *arg, const uint8_t id[static 32]),
	const struct bundle_handler *h, struct err *e);

#endif
