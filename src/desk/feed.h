/*
 * desk/feed.h - opened bundles, ahead of whoever reads them.
 *
 * A thread reads sealed blobs out of the mirror and passes them through the
 * opener while those before are still unpacked.  Until feed_free() the mirror
 * and the opener with its rooms belong to the feed.
 * Needs: base, repo, desk/fetch.
 */
#ifndef LIUDI_DESK_FEED_H
#define LIUDI_DESK_FEED_H

#include "desk/fetch.h"
#include "repo/canon.h"
#include "repo/mirror.h"

struct feed;

/*
 * BLOBS: N ids, borrowed, of the repository DIR that RECORDS is open on; opened
 * in that order.  What they hold was sealed by whom it names; nothing else of
 * it is checked.
 */
struct feed *feed_new(struct mirror *records, const char *dir,
	struct opener *opener, const char (*blobs)[CANON_ID_LEN], size_t n,
	struct err *e);

/*
 * The next one: 1 and its *index and plaintext, borrowed until feed_done(); 0
 * behind the last, or after feed_stop(); -1: that one could not be opened
 * (feed_done() as well), the next call goes on with the next.  Several threads
 * may ask, each for one at a time.
 */
int feed_next(struct feed *f, size_t *index, struct fetch_pull *plain,
	struct err *e);
void feed_done(struct feed *f, size_t index);

/* Nothing more is given to anybody. */
void feed_stop(struct feed *f);

void feed_free(struct feed *f);

#endif
