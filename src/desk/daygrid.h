/*
 * desk/daygrid.h - what became of each of thirty days, station by station.
 *
 * Of runs that were verified and of policy alone, never of what a program said of
 * itself.  A run belongs to the day on which it began by the station's clock, as
 * policy.ini cuts days.
 * Needs: base, sign, desk/{query,worktime}.
 */
#ifndef LIUDI_DESK_DAYGRID_H
#define LIUDI_DESK_DAYGRID_H

#include <stddef.h>
#include <stdint.h>

#include "desk/catalogue.h"
#include "desk/query.h"
#include "desk/worktime.h"
#include "sign/signers.h"

#define DAYGRID_DAYS 30

enum daygrid_cell {
	DAYGRID_NOTHING,	/* not over yet, or it could not send then */
	DAYGRID_FREE,		/* no working day, and nothing came */
	DAYGRID_MISSED,		/* a working day, and nothing came */
	DAYGRID_LATE,		/* what came was received two days later */
	DAYGRID_DONE,
	DAYGRID_PARTIAL,	/* the day's last run could not keep everything */
	DAYGRID_ALARM,		/* something does not agree */
	DAYGRID_CELLS
};

struct daygrid_row {
	const char *station;	/* borrowed */
	struct worktime *time;	/* owned */
	int64_t last;		/* the day of the last column */
	uint8_t cell[DAYGRID_DAYS];	/* enum daygrid_cell */
};

struct daygrid {
	struct daygrid_row *row;
	size_t n;
};

/*
 * Rows of the N names of STATION, whose last column is the day at NOW (seconds)
 * there, less BACK days.  SIGNERS are control's: nobody misses who could not sign
 * yet.  *G is to be released also on failure.  -1: ERR_FORMAT (policy.ini; hint),
 * ERR_NOMEM, what reading the catalogue gives.
 */
int daygrid_make(struct daygrid *g, struct catalogue *c,
	const struct signers *signers, const char *policy,
	const char *const *station, size_t n, int64_t now, int64_t back,
	struct err *e);
void daygrid_release(struct daygrid *g);	/* zeroed: nothing */

/* "missed", "done", …: for machines. */
const char *daygrid_name(enum daygrid_cell c);

#endif
