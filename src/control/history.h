/*
 * control/history.h - check how control came to be.  For this room.
 *
 * Spec: docs/FORMAT.md section 9.
 * Needs: base, crypto, sign, repo.
 */
#ifndef LIUDI_CONTROL_HISTORY_H
#define LIUDI_CONTROL_HISTORY_H

#include "control/control.h"
#include "repo/mirror.h"

#define HISTORY_BASE_LEN 65	/* hex and NUL */

/* The commit at the end of the part that was checked. */
struct history {
	char tree[CANON_ID_LEN];
	int64_t utc;
	char base[HISTORY_BASE_LEN];	/* what a consent would stand on */
};

/*
 * Check every commit behind PINNED ("" or NULL: from the first on) up to HEAD.
 * -1: ERR_INTEGRITY and what else reading can give.
 */
int history_check(struct history *h, struct mirror *m, const char *head,
	const char *pinned, struct err *e);

/* What a commit does to the protected files, in control_protected's order. */
#define HISTORY_NPROTECTED 3
struct history_change {
	bool changed;
	bool gone;
	uint8_t sha256[32];
};
/* Append the text that a second key signs, BASE being what it stands on. */
int history_consent(const char *base,
	const struct history_change change[static HISTORY_NPROTECTED],
	struct buf *out, struct err *e);

#endif
