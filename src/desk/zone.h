/*
 * desk/zone.h - wall clocks of any zone.
 *
 * What was asked last is kept by the quarter of an hour, so that the messages
 * of a file cost next to nothing: a struct zone changes as it is asked, one
 * thread at a time.
 * Needs: base, ICU (unicode/ucal.h).
 */
#ifndef LIUDI_DESK_ZONE_H
#define LIUDI_DESK_ZONE_H

#include <stdint.h>

#include "base/err.h"

struct zone;

/* IANA name; "" is UTC.  NULL: ERR_NOENT (no such zone), ERR_NOMEM. */
struct zone *zone_new(const char *name, struct err *e);
void zone_free(struct zone *z);		/* NULL does nothing */

/*
 * The moment (ms since 1970, UTC) at which a wall clock there shows WALL (ms
 * since 1970 as if in UTC); of a time that comes twice the first, of one that
 * is left out the moment as if the clock had not moved.
 */
int64_t zone_to_utc(struct zone *z, int64_t wall_ms);

/* ms to add to UTC for the wall clock at UTC. */
int64_t zone_offset(struct zone *z, int64_t utc_ms);

#endif
