/*
 * cli/desk/dayfacts.h - the facts of a day of the whole team, as the first page, its
 * numbers for machines, the sheet for the boss and the page of work show them.
 *
 * Counting them takes seconds where there are millions of messages, so those of
 * today and of the day before are counted behind each sync, and lie beside the
 * catalogue (docs/FORMAT.md section 20) for as long as all that they hang on is
 * the same: runs, messages, reports, control, the zone.  Nothing comes but by a
 * sync: who asks in between gets what the last one counted.
 * Needs: cli/desk/team, desk.
 */
#ifndef LIUDI_CLI_DESK_DAYFACTS_H
#define LIUDI_CLI_DESK_DAYFACTS_H

#include "cli/desk/team.h"
#include "desk/facts.h"
#include "desk/worktime.h"

struct dayfacts {
	struct facts facts;
	struct worktime *time;		/* of the team */
	int64_t today;			/* its day at NOW */
	char zone[TEAM_ZONE_LEN];
	bool early;			/* counted before the day was over, at
					 * facts.made, by a sync */
};

#define DAYFACTS_YESTERDAY INT64_MIN

/*
 * In the box, with a catalogue that messages were gathered into.  NOW in seconds;
 * DAY a number (desk/worktime.h) or DAYFACTS_YESTERDAY.  *D is to be released also
 * on failure.  0, or -1 as facts_make().
 */
int dayfacts_make(struct dayfacts *d, struct box *b, const struct team *t,
	int64_t now, int64_t day, struct err *e);
void dayfacts_release(struct dayfacts *d);

/*
 * Behind a sync, in a box with an opener: have them counted before anybody asks.
 * For box_run(); it never fails.
 */
int dayfacts_keep(struct box *b, void *nothing, struct err *e);

#endif
