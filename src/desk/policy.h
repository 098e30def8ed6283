/*
 * desk/policy.h - who had to be able to read at a control commit.
 *
 * Needs: base, seal, repo, control.
 */
#ifndef LIUDI_DESK_POLICY_H
#define LIUDI_DESK_POLICY_H

#include "control/control.h"
#include "repo/mirror.h"
#include "seal/seal.h"

struct policy;	/* keeps what it read */

/* CONTROL was loaded from the mirror CLONE; both borrowed. */
struct policy *policy_new(struct mirror *clone, const struct control *control,
	struct err *e);
void policy_free(struct policy *p);

struct policy_readers {
	int64_t version;
	size_t n;
	char age[CONTROL_MAX_RECIPIENTS][80];
	bool owner[CONTROL_MAX_RECIPIENTS];
};

/*
 * The recipients of STATION's records at commit ID: 1 and *r (borrowed until
 * the next call; none where the file is not readable), 0 if it is not in the
 * checked history, -1.
 */
int policy_at(struct policy *p, const char *id, const char *station,
	const struct policy_readers **r, struct err *e);

/*
 * By the control that was the newest before UTC: may one of the N recipients R read
 * STATION's records?  1, 0, -1.
 */
int policy_reads(struct policy *p, int64_t utc, const char *station,
	const struct seal_recipient *r, size_t n, struct err *e);

/* Is the recipient AGE one of the N of R? */
bool policy_is_one(const char *age, const struct seal_recipient *r, size_t n);

#endif
