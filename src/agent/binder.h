/*
 * agent/binder.h - the thread that hashes sealed bundles and writes them into
 * their part's pack.
 *
 * Sealed bytes come in pieces out of a small pool, are hashed and written.  Only
 * git's id wants the length first: it is made from the file, whose pages are
 * still in memory, when a bundle is whole.
 * The packer's thread calls binder_data, _bundle and _part; a part is then
 * passed on to the settler.
 * Needs: base, crypto, repo.
 */
#ifndef LIUDI_AGENT_BINDER_H
#define LIUDI_AGENT_BINDER_H

#include <stddef.h>

#include "agent/part_job.h"
#include "agent/settler.h"

struct binder;

struct binder *binder_new(struct settler *to, struct err *e);
/* Ends the thread; what it still has is not written. */
void binder_free(struct binder *b);

/* Sealed bytes of bundle NN of J (copied).  -1: what went wrong. */
int binder_data(struct binder *b, struct part_job *j, size_t nn,
	const void *data, size_t n, struct err *e);
/* Bundle NN of J is whole. */
int binder_bundle(struct binder *b, struct part_job *j, size_t nn,
	struct err *e);
/* All bundles of J are given.  WHY (or NULL) = it cannot be settled. */
void binder_part(struct binder *b, struct part_job *j, const struct err *why);

#endif
