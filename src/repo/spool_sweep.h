/*
 * repo/spool_sweep.h - put the spool in order after a killed run, and drop what
 * no branch reaches.  For this room only.
 * Needs: base; libgit2.
 */
#ifndef LIUDI_REPO_SPOOL_SWEEP_H
#define LIUDI_REPO_SPOOL_SWEEP_H

#include "base/err.h"
#include "repo/spool.h"

/* Locks and temporary files: they would block each later run. */
int spool_sweep(struct spool *s, struct err *e);
/*
 * Packs of commits that no branch reaches, and what spool_received() began to
 * remove.  Then spool_reopen().
 */
int spool_collect(struct spool *s, struct err *e);

#endif
