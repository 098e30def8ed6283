/*
 * cli/desk/chatnews.h - what a sync tells of chats.
 * Needs: cli/cli.h, desk.
 */
#ifndef LIUDI_CLI_DESK_CHATNEWS_H
#define LIUDI_CLI_DESK_CHATNEWS_H

#include "cli/cli.h"
#include "cli/desk/progress.h"
#include "desk/gather.h"

struct chatnews {
	const struct cli *c;		/* borrowed, as PROGRESS */
	struct progress *progress;
	struct gather_report report;
	struct buf lines;		/* about files, for later */
	int64_t told;			/* of these */
};

void chatnews_init(struct chatnews *n, const struct cli *c,
	struct progress *progress);
void chatnews_release(struct chatnews *n);

/* In the box: gather_run(), with progress.  0, or -1. */
int chatnews_gather(struct chatnews *n, struct box *b, struct err *e);

/* Print what came of it: as text, or a line of JSON and one for each file. */
int chatnews_print(struct chatnews *n, struct err *e);

#endif
