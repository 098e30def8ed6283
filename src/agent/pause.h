/*
 * agent/pause.h - the person wants nothing to be read for a while.
 *
 * Runs go on, signed and sent as ever, with every source blocked and the reason
 * in its line; live files stay.
 * Spec: docs/FORMAT.md section 15; state/paused.
 * Needs: base, agent/station.
 */
#ifndef LIUDI_AGENT_PAUSE_H
#define LIUDI_AGENT_PAUSE_H

#include "agent/station.h"

#define PAUSE_DAYS_MAX 31

/* Until UNTIL, UTC seconds.  0, or -1 (ERR_IO, ERR_SPACE, ERR_NOMEM). */
int pause_begin(const struct station *s, int64_t until, struct err *e);
/* No more.  It is none where there was no pause. */
int pause_end(const struct station *s, struct err *e);
/* *UNTIL: of the pause that holds at NOW, or 0.  0, or -1 (ERR_IO, ERR_NOMEM). */
int pause_load(const struct station *s, int64_t now, int64_t *until,
	struct err *e);
/*
 * Where one holds now and nothing else stands in the way, s->blocked says so.
 * *PAUSED: whether it does.
 */
int pause_block(struct station *s, bool *paused, struct err *e);

#endif
