/*
 * desk/feed.h - opened bundles, one ahead of the reader.
 *
 * A thread reads sealed blobs out of the mirror and passes them through the
 * opener while the caller still unpacks the one before; so three processors'
 * worth of work overlap.  Until feed_free() the mirror and the opener belong
 * to the feed.
 * Needs: base, repo, desk/fetch.
 */
#ifndef LIUDI_DESK_FEED_H
#define LIUDI_DESK_FEED_H

#include "desk/fetch.h"
#include "repo/canon.h"
#include "repo/mirror.h"

struct feed;

/* BLOBS: N ids, borrowed; opened in that order. */
struct feed *feed_new(struct mirror *records, struct opener *opener,
	const char (*blobs)[CANON_ID_LEN], size_t n, struct err *e);

/*
 * The next one's plaintext, borrowed until the next call: 1, 0 behind the
 * last, -1: that one could not be opened; the next call goes on with the next.
 */
int feed_next(struct feed *f, struct fetch_pull *plain, struct err *e);

void feed_free(struct feed *f);

#endif
