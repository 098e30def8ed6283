/*
 * agent/part_job.h - one part of a run while it is made.
 *
 * It passes through the hands of four threads, one after the other or each in
 * its own fields: the reader fills head, journal and lines; the packer the ids
 * of bundles; the binder the rest of them and the pack; the settler makes the
 * commit.
 * Needs: base, chunk, record, repo.
 */
#ifndef LIUDI_AGENT_PART_JOB_H
#define LIUDI_AGENT_PART_JOB_H

#include <stdint.h>

#include "base/buf.h"
#include "chunk/cache.h"
#include "record/record.h"
#include "repo/canon.h"
#include "repo/spool.h"

struct part_bundle {
	struct buf ids;			/* packer */
	struct canon_path path;		/* binder, with what follows */
	uint8_t sha256[32];		/* of the sealed file */
	uint64_t bytes;
};

struct part_job {
	struct record_head head;	/* prev and spooled: settler */
	struct cache_journal *journal;
	struct buf lines;		/* of files */
	struct buf sources;		/* lines of sources; final part only */
	struct cache_part what;		/* final: its `after` */
	struct spool_part *pack;
	struct part_bundle bundle[CANON_MAX_BUNDLES];
	size_t nbundles;		/* binder */
};

/* NULL and *e. */
struct part_job *part_job_new(const struct record_head *head,
	struct spool *sp, struct cache *c, struct err *e);
void part_job_free(struct part_job *j);

#endif
