/*
 * desk/requests.h - a request to be let in, as it came.  In the box.
 *
 * Spec: docs/FORMAT.md section 14; hostile input.
 * Needs: base, json, repo, control.
 */
#ifndef LIUDI_DESK_REQUESTS_H
#define LIUDI_DESK_REQUESTS_H

#include "control/request.h"
#include "repo/mirror.h"

/*
 * Read the request at HEAD of branch REF and check all that a request must be
 * under an invitation for STATION with this SECRET; *utc is its commit's date.
 * -1: ERR_INTEGRITY or ERR_FORMAT or ERR_CRYPTO with what is wrong with it.
 */
int requests_check(struct request *r, int64_t *utc, struct mirror *records,
	const char *ref, const char *head, const char *invite,
	const char *station, const uint8_t secret[static INVITE_SECRET_LEN],
	struct err *e);

/* The line alone; for tests.  As above. */
int requests_parse(struct request *r, const char *line, size_t n,
	const uint8_t secret[static INVITE_SECRET_LEN], struct err *e);

#endif
