/*
 * desk/retention.h - how long streams are kept, and what is held back.
 *
 * Spec: docs/FORMAT.md section 18, `retention.ini` of control.  What the hook
 * of the central would pass over is refused here: nobody shall believe in a
 * hold that is none.
 * Caps: control's files; RETENTION_MAX streams, and so many holds.
 * Needs: base, repo.
 */
#ifndef LIUDI_DESK_RETENTION_H
#define LIUDI_DESK_RETENTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "repo/canon.h"

#define RETENTION_FILE "retention.ini"
#define RETENTION_MAX 1000
#define RETENTION_FOREVER (-1)
#define RETENTION_YEARS_MAX 1000
#define RETENTION_REASON_MAX 200

struct retention_stream {
	char name[33];
	int years;		/* RETENTION_FOREVER: none is set */
};

struct retention_hold {
	char name[33];
	char refs[CANON_REF_LEN];	/* prefix of the refs it holds */
	char reason[RETENTION_REASON_MAX + 1];
};

struct retention {
	struct retention_stream *stream;	/* owned; in their order */
	size_t nstreams;
	struct retention_hold *hold;		/* owned */
	size_t nholds;
};

/* *r is set only on success.  -1: ERR_FORMAT (the text names the line). */
int retention_parse(struct retention *r, const char *text, size_t n,
	struct err *e);
void retention_release(struct retention *r);

/* Whole years behind the end of an epoch, or RETENTION_FOREVER. */
int retention_years(const struct retention *r, const char *stream);
/* The first moment at which an epoch of so many YEARS may go. */
int64_t retention_due(int epoch, int years);

/* The I-th (from 0) hold that names REF, a branch by its full name, or NULL. */
const struct retention_hold *retention_held(const struct retention *r,
	const char *ref, size_t i);
const struct retention_hold *retention_hold(const struct retention *r,
	const char *name);

/* "7", "7y", "forever".  -1: ERR_USAGE. */
int retention_period(const char *s, int *years, struct err *e);
/*
 * What a hold names, as people say it: "all", STATION, STATION/STREAM or
 * STATION/STREAM/EPOCH, into the prefix of refs.  -1: ERR_USAGE.
 */
int retention_prefix(const char *what, char out[static CANON_REF_LEN],
	struct err *e);
/* The same back; what people would not say as it stands. */
void retention_what(const char *refs, char out[static CANON_REF_LEN]);

/*
 * Append TEXT, a good file, with one thing changed: the period of STREAM, HOLD
 * added, the hold NAME gone.  Comments of other sections stay.  -1: ERR_FAIL
 * (such a hold is there already), ERR_NOENT (it is not).
 */
int retention_set(const char *text, const char *stream, int years,
	struct buf *out, struct err *e);
int retention_hold_add(const char *text, const struct retention_hold *hold,
	struct buf *out, struct err *e);
int retention_hold_remove(const char *text, const char *name,
	struct buf *out, struct err *e);

#endif
