/*
 * agent/packer.h - the second thread: chunks in, sealed bundles out.
 *
 * chunk -> tar -> zstd -> age -> the part's pack.  The caller reads, cuts and
 * hashes meanwhile; a bounded ring lies between.
 * Invariant: between packer_end() and packer_begin() the thread is idle, and
 * part and bundles are the caller's.
 * Needs: base, bundle, seal, repo, record.
 */
#ifndef LIUDI_AGENT_PACKER_H
#define LIUDI_AGENT_PACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "record/record.h"
#include "repo/canon.h"
#include "repo/spool.h"
#include "seal/seal.h"

#define PACKER_BUNDLE_LEN (6u * 1024 * 1024)	/* closed near it */

struct packer_bundle {
	struct canon_path path;
	uint8_t sha256[32];		/* of the sealed file */
	uint64_t bytes;
	struct buf ids;
};

struct packer;

struct packer *packer_new(const struct seal_recipient *r, size_t n,
	int zstd_level, struct err *e);
void packer_free(struct packer *p);

/*
 * Begin a part: its bundles go to PART and carry HEAD's context (both borrowed
 * until packer_end).
 */
int packer_begin(struct packer *p, struct spool_part *part,
	const struct record_head *head, struct err *e);
/*
 * Hand over a chunk that is not stored yet (copied).  PACKED: its bytes do not
 * compress.  -1: what went wrong in the thread.
 */
int packer_chunk(struct packer *p, const uint8_t id[static 32],
	const void *data, size_t n, bool packed, struct err *e);
/* Bundles of this part that are closed already (0 before the first chunk). */
size_t packer_closed(struct packer *p);
/* Close the open bundle and wait.  Bundles are borrowed until packer_begin. */
int packer_end(struct packer *p, const struct packer_bundle **b, size_t *n,
	struct err *e);

/*
 * Seal a manifest's lines (zstd, padding, age) into OUT.
 */
int packer_manifest(struct packer *p, const struct buf *lines,
	struct buf *out, struct err *e);

#endif
