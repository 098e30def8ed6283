/*
 * desk/seen.h - when this desk first saw what a branch held.
 *
 * The manager's own witness, beside the station's claim and the central's
 * receipt.  It can be had from nowhere else, so it does not live in the
 * catalogue: a text file that only grows, written and fsynced after a fetch
 * and before anything is indexed.
 * Spec: docs/FORMAT.md section 20.
 * Cap: SEEN_MAX bytes.  Needs: base, repo.
 */
#ifndef LIUDI_DESK_SEEN_H
#define LIUDI_DESK_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "repo/canon.h"
#include "repo/mirror.h"

#define SEEN_MAX (256u * 1024 * 1024)	/* some 2.5 million lines */

struct seen;

/*
 * What FILE says; missing = nothing yet, a last line without its end is none.
 * NULL: ERR_FORMAT (hint), ERR_IO, ERR_NOMEM.
 */
struct seen *seen_load(const char *file, struct err *e);
void seen_free(struct seen *s);		/* NULL does nothing */

/*
 * A line for each station's branch of RECORDS whose head is not that of its
 * newest line, in S and at the end of FILE.  0, or -1: then only seen_free().
 */
int seen_note(struct seen *s, const char *file, struct mirror *records,
	int64_t now_utc, struct err *e);

/*
 * Would seen_note() add a line?  1, 0, or -1 (ERR_NOMEM, or what reading RECORDS
 * sets).  Neither S nor the file changes; S NULL is one without lines.
 */
int seen_news(const struct seen *s, struct mirror *records, struct err *e);

/*
 * One line more, unless there is one of this head and ref, in S and at the end
 * of FILE, fsynced.  0, or -1 (ERR_IO, ERR_SPACE, ERR_NOMEM): then only
 * seen_free().
 */
int seen_add(struct seen *s, const char *file, const char *ref,
	const char *id, int64_t utc, struct err *e);

/* Is there a line of that head and ref?  S may be NULL: no. */
bool seen_has(const struct seen *s, const char *ref, const char *id);

/*
 * Each line, in the order of the file: HEAD of REF was there at UTC.  What FN
 * gets lives as long as S; FN returns -1 to stop.  0 or -1 (what FN set).
 */
int seen_each(const struct seen *s, int (*fn)(void *arg, const char *ref,
	const char *head, int64_t utc, struct err *e), void *arg,
	struct err *e);

/*
 * IDS are N commits that follow each other on branch REF: OUT[i] is the time
 * of the first line of REF whose head is ids[i] or comes behind it here, else
 * NOW_UTC.  S may be NULL.
 */
int seen_times(const struct seen *s, const char *ref,
	char (*ids)[CANON_ID_LEN], size_t n, int64_t now_utc, int64_t *out,
	struct err *e);

#endif
