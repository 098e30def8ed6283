/*
 * control/witness.h - the heads that a manager saw, for all to compare.
 *
 * Spec: docs/FORMAT.md section 16.  Caps: 10,000 lines.
 * Needs: base, crypto, repo.
 */
#ifndef LIUDI_CONTROL_WITNESS_H
#define LIUDI_CONTROL_WITNESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "repo/canon.h"

#define WITNESS_PATH "witness/heads"
#define WITNESS_DIGEST_LEN 17	/* 16 hex and NUL */

struct witness_line {
	char ref[CANON_REF_LEN];
	int64_t seq;
	char head[CANON_ID_LEN];
	uint8_t manifest[32];
	int64_t seen;		/* UTC seconds */
};

struct witness {
	struct witness_line *v;	/* owned, sorted by ref */
	size_t n;
};

/* *w is set only on success.  -1: ERR_FORMAT with the line number. */
int witness_parse(struct witness *w, const char *text, size_t n,
	struct err *e);
void witness_release(struct witness *w);
/* The line of REF, or NULL. */
const struct witness_line *witness_find(const struct witness *w,
	const char *ref);
/* Append the file.  -1: ERR_FAIL (a line that cannot be, or not sorted). */
int witness_text(const struct witness *w, struct buf *out, struct err *e);
/* The digest line of the file's bytes.  -1: ERR_NOMEM. */
int witness_digest(const void *text, size_t n,
	char digest[static WITNESS_DIGEST_LEN], struct err *e);

#endif
