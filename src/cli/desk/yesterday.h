/*
 * cli/desk/yesterday.h - the facts of the day before, as the first page, its
 * numbers for machines and the sheet for the boss show them.
 *
 * Counting them takes a second where there are millions of messages, so they lie
 * beside the catalogue (docs/FORMAT.md section 20) for as long as nothing that they
 * hang on is another: catalogue, control, the day, the zone.  Who deletes the
 * catalogue deletes them.
 * Needs: cli/desk/team, desk.
 */
#ifndef LIUDI_CLI_DESK_YESTERDAY_H
#define LIUDI_CLI_DESK_YESTERDAY_H

#include "cli/desk/team.h"
#include "desk/facts.h"
#include "desk/worktime.h"

struct yesterday {
	struct facts facts;
	struct worktime *time;		/* of the team */
	char zone[128];
};

/*
 * In the box, with a catalogue that messages were gathered into.  NOW in seconds.
 * *Y is to be released also on failure.  0, or -1 as facts_make().
 */
int yesterday_make(struct yesterday *y, struct box *b, const struct team *t,
	int64_t now, struct err *e);
void yesterday_release(struct yesterday *y);

/*
 * Behind a sync, in a box with an opener: have them counted before anybody asks.
 * For box_run(); it never fails.
 */
int yesterday_keep(struct box *b, void *nothing, struct err *e);

#endif
