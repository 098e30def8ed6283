/*
 * repo/packw.h - write a git pack of stored (uncompressed) objects.
 *
 * Sealed bytes do not compress and have no deltas: an entry is the object in
 * deflate's stored blocks.  Each object is hashed once, with SHA-1 from
 * crypto.  The pack appears whole (tmp_pack_*, fsync, rename .pack then .idx)
 * or not at all.
 * Spec: git's gitformat-pack(5): pack version 2, idx version 2; RFC 1950/1951.
 * Needs: base, crypto.
 */
#ifndef LIUDI_REPO_PACKW_H
#define LIUDI_REPO_PACKW_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum packw_type { PACKW_COMMIT = 1, PACKW_TREE = 2, PACKW_BLOB = 3 };

struct packw;

/* Begin a pack in folder DIR (a repository's objects/pack). */
struct packw *packw_new(const char *dir, struct err *e);
/*
 * As packw_new, for a pack that only waits to be passed on by packw_concat():
 * its trailer, the same in pack and idx, is SHA-1 over its ids instead of its
 * bytes, and the idx has no checksums.  git and libgit2 read and push such a
 * pack as any other; only fsck and verify-pack look at what is not there.  Not
 * for packw_merge().
 */
struct packw *packw_new_passing(const char *dir, struct err *e);
/*
 * Add an object; ID gets its 20 bytes.  An object already in this pack is not
 * written twice.
 */
int packw_add(struct packw *p, enum packw_type type, const void *data,
	size_t n, uint8_t id[static 20], struct err *e);
/*
 * Add an object of less than 32 MiB in pieces, to a pack for passing on:
 * packw_begin, packw_write as often as wanted, packw_end.  -1: the pack can
 * only be freed; ERR_FAIL also for an object that is there already.
 */
int packw_begin(struct packw *p, enum packw_type type, struct err *e);
int packw_write(struct packw *p, const void *data, size_t n, struct err *e);
int packw_end(struct packw *p, uint8_t id[static 20], struct err *e);
size_t packw_count(const struct packw *p);
/* Find an object of this pack that is not finished yet: 1 and bytes, or 0. */
int packw_find(struct packw *p, const uint8_t id[static 20],
	enum packw_type *type, struct buf *out, struct err *e);
/*
 * Finish: header count, trailer, idx, fsync, rename.  NAME gets the 40 hex of
 * pack-<name>.pack.  A pack without objects is dropped and NAME is "".
 */
int packw_finish(struct packw *p, char name[static 41], struct err *e);
void packw_free(struct packw *p);	/* drops what is not finished */

/*
 * Stream several packs of ours as one: a new header, the bodies, a new trailer,
 * given to SINK in order; an object that stands in several goes out once.
 * NPACKS 0 gives a pack without objects.  *total (may be NULL) = the bytes that
 * will come, set before the first.
 */
int packw_concat(const char *const paths[], size_t npacks,
	int (*sink)(void *arg, const void *data, size_t n, struct err *e),
	void *arg, uint64_t *total, struct err *e);

/*
 * Each object of a pack that packw wrote, in the order of the pack; objects of
 * more than MAX bytes and packs of other writers are ERR_FORMAT.
 */
int packw_each(const char *path, size_t max, int (*fn)(void *arg,
	enum packw_type type, const uint8_t id[static 20], const void *data,
	size_t n, struct err *e), void *arg, struct err *e);

/* Merge packs of stored objects in DIR (names as packw_finish gave) into one
 * and remove them. */
int packw_merge(const char *dir, const char *const names[], size_t n,
	char name[static 41], struct err *e);

#endif
