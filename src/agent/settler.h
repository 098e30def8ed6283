/*
 * agent/settler.h - the thread that makes a part count: manifest, commit,
 * journal, ref, cache, while the next part is being read.
 *
 * Order: bundles' pack, manifest and commit's pack, journal, ref, cache; part
 * by part, each on top of the one before.
 * Invariant: until settler_wait() says that all is settled, branch, spool's
 * commits and the cache's journals are the thread's.
 * Needs: base, bundle, chunk, record, seal, sign, repo.
 */
#ifndef LIUDI_AGENT_SETTLER_H
#define LIUDI_AGENT_SETTLER_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/branch.h"
#include "agent/part_job.h"
#include "chunk/cache.h"
#include "seal/seal.h"

/* What it works with, borrowed. */
struct settler_with {
	struct station *s;
	struct spool *sp;
	struct branch *b;
	struct cache *cache;
	struct run_result *r;
	bool fresh;			/* the run stores everything anew */
	struct record_point before;	/* the branch before, if it begins one */
	struct seal_recipient recipient[SEAL_MAX_RECIPIENTS];
	size_t nrecipients;
};

struct settler;

struct settler *settler_new(const struct settler_with *w, struct err *e);
/* Ends the thread; a part that is being settled is finished first. */
void settler_free(struct settler *s);

/*
 * Hand over a part, borrowed until it is settled.  Waits for the one before.
 * -1: an earlier one failed; this one counts as done, too.
 */
int settler_put(struct settler *s, struct part_job *j, struct err *e);
/* What is handed over from now on is only counted: WHY. */
void settler_fail(struct settler *s, const struct err *why);
/* Until N parts in all are settled.  -1: what went wrong. */
int settler_wait(struct settler *s, uint64_t n, struct err *e);

#endif
