/*
 * agent/status.h - what a station knows of itself, without asking anybody.
 *
 * Reads what the last run left in the state folder; changes nothing, so that no
 * lock is needed.
 * Needs: base, control, repo, agent/station, agent/agree.
 */
#ifndef LIUDI_AGENT_STATUS_H
#define LIUDI_AGENT_STATUS_H

#include <stddef.h>
#include <stdint.h>

#include "agent/station.h"
#include "repo/receipt.h"

#define STATUS_MAX 64

enum status_in {
	STATUS_UNKNOWN,		/* control was never fetched */
	STATUS_OUT,		/* control does not name this key */
	STATUS_NOT_ASKED,	/* a join that was cut off */
	STATUS_WAITING,		/* the request is sent */
	STATUS_IN,
	STATUS_SUSPENDED,	/* it may not send for now */
	STATUS_REVOKED,		/* nor ever again, with this key */
	STATUS_BARRED		/* it was in; then its login was refused */
};

struct status_receipt {
	char stream[33];
	struct receipt last;
};

struct status {
	enum status_in in;
	struct status_receipt receipt[STATUS_MAX];	/* by stream */
	size_t nreceipts;
};

/* "unknown", "out", "not asked", "waiting", "in", "suspended",
 * "revoked", "barred" */
const char *status_in_name(enum status_in in);

/*
 * After station_open; s->control (where it is known), s->agreed and s->blocked
 * are set.  -1: ERR_INTEGRITY and what control_load gives.
 */
int status_load(struct status *st, struct station *s, struct err *e);

#endif
