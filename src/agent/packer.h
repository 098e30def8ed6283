/*
 * agent/packer.h - the thread that compresses and seals: chunks in, sealed
 * bundles out to the binder.
 *
 * chunk -> tar -> zstd -> age.  The caller reads, cuts and hashes meanwhile; a
 * bounded ring lies between, and parts begin and end in it like chunks, so that
 * nobody waits at the end of one.
 * Needs: base, bundle, seal, record.
 */
#ifndef LIUDI_AGENT_PACKER_H
#define LIUDI_AGENT_PACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/binder.h"
#include "agent/part_job.h"
#include "seal/seal.h"

#define PACKER_BUNDLE_LEN (6u * 1024 * 1024)	/* closed near it */

struct packer;

struct packer *packer_new(const struct seal_recipient *r, size_t n,
	int zstd_level, struct binder *to, struct err *e);
/* Ends the thread; what it still has is not sealed. */
void packer_free(struct packer *p);

/* Begin part J, borrowed until it is settled.  -1: what went wrong so far. */
int packer_begin(struct packer *p, struct part_job *j, struct err *e);
/*
 * Hand over a chunk that is not stored yet (copied).  PACKED: its bytes do not
 * compress.  -1: what went wrong in the thread.
 */
int packer_chunk(struct packer *p, const uint8_t id[static 32],
	const void *data, size_t n, bool packed, struct err *e);
/* Has J, the part that was begun, as many bundles as it should? */
bool packer_full(struct packer *p, const struct part_job *j);
/*
 * All chunks of J are given: it goes on to the binder and the settler, even
 * when this says -1.
 */
int packer_end(struct packer *p, struct part_job *j, struct err *e);

#endif
