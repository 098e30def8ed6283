/*
 * desk/worktime.h - when a station works: its days, hours, holidays.
 *
 * Of policy.ini, each key of [station ID], else of [team] (docs/FORMAT.md
 * section 9):
 *
 *   zone = Asia/Shanghai		else the desk's own
 *   work = mon-fri 09:00-12:00, mon-fri 13:30-18:00, sat 22:00-06:00
 *   work = none			else mon-fri 09:00-18:00
 *   holidays = 2026-10-01..2026-10-07, 2026-12-25
 *   leave = 2026-11-26			days off besides the holidays
 *   cutoff = 12:00			when its day begins; else 00:00
 *
 * Hours whose end is not behind their beginning end the next day, and belong to
 * the day on which they begin.  A day is the number of days since 1970-01-01.
 * Changes as it is asked: one thread at a time.
 * Needs: base, config/teamini, desk/zone.
 */
#ifndef LIUDI_DESK_WORKTIME_H
#define LIUDI_DESK_WORKTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct worktime;

/*
 * What POLICY, the text of policy.ini, says of STATION ("": of the team alone).
 * NULL: ERR_FORMAT (hint) where a key makes no sense, ERR_NOMEM.
 */
struct worktime *worktime_new(const char *policy, const char *station,
	struct err *e);
void worktime_free(struct worktime *w);	/* NULL does nothing */

/* The day at UTC_MS there: from one cutoff to the next. */
int64_t worktime_day(struct worktime *w, int64_t utc_ms);
/* ms UTC at which DAY begins. */
int64_t worktime_start(struct worktime *w, int64_t day);
/* Has DAY hours of work, and is no holiday? */
bool worktime_works(const struct worktime *w, int64_t day);

/* ms of work in [FROM, UNTIL); 0 where UNTIL is not behind FROM. */
int64_t worktime_between(struct worktime *w, int64_t from, int64_t until);
/* The ms in [FROM, UNTIL) that lie in days on which it works, day and night. */
int64_t worktime_days_between(struct worktime *w, int64_t from,
	int64_t until);

/* "2026-11-23"; and back: 0, or -1 (no such day, years 1970 to 9999). */
#define WORKTIME_DAY_LEN 16
const char *worktime_day_text(int64_t day, char out[WORKTIME_DAY_LEN]);
int worktime_day_parse(const char *s, int64_t *day);

/* "2026-11-23 10:30" of the wall clock there. */
#define WORKTIME_CLOCK_LEN 24
const char *worktime_clock(struct worktime *w, int64_t utc_ms,
	char out[WORKTIME_CLOCK_LEN]);

#endif
