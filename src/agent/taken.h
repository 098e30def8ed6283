/*
 * agent/taken.h - what this station has taken of each source, as its own books
 * say.
 * Needs: base, chunk, repo, agent/{branch,station}.
 */
#ifndef LIUDI_AGENT_TAKEN_H
#define LIUDI_AGENT_TAKEN_H

#include <stddef.h>
#include <stdint.h>

#include "agent/station.h"

struct taken_source {
	char name[33], stream[33];
	int64_t files, bytes;	/* that are live */
	int64_t newest;		/* mtime of the newest, UTC seconds */
};

struct taken {
	struct taken_source *v;	/* owned; by stream, then name */
	size_t n;
	int64_t unsent;		/* commits that the central does not have yet */
};

/* A file that was taken; PATH is its bytes. */
typedef int (*taken_fn)(void *arg, const char *source, const char *path,
	size_t path_len, int64_t bytes, int64_t mtime, struct err *e);

/*
 * S is open; its lock is taken here, and kept until it is closed.  FN (may be
 * NULL) for each file, in order of stream and source.  *T is to be released also
 * on failure.  -1: ERR_LOCKED (a run is under way), ERR_IO, ERR_NOMEM, what FN
 * gave.
 */
int taken_load(struct taken *t, struct station *s, taken_fn fn, void *arg,
	struct err *e);
void taken_release(struct taken *t);

#endif
