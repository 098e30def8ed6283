/*
 * desk/proof.h - where an event of an account was sealed, and by what it can be
 * checked: file, commit, receipt.
 * Needs: base, account/account_event, desk/catalogue.
 */
#ifndef LIUDI_DESK_PROOF_H
#define LIUDI_DESK_PROOF_H

#include "account/account_event.h"
#include "desk/catalogue.h"
#include "repo/canon.h"

struct proof {
	char name[2 * EVENT_ID_LEN + 1];	/* of the event file */
	char sum[65];			/* its SHA-256, hex */
	char station[33];		/* "": a desk made it */
	char commit[CANON_ID_LEN];	/* of records.git; "": a desk's */
	int64_t received;		/* UTC: by the server's receipt; 0 */
};

/* 1; 0: the catalogue does not say; -1. */
int proof_of(struct catalogue *c, const uint8_t event[static EVENT_ID_LEN],
	struct proof *out, struct err *e);

#endif
