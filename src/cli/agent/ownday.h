/*
 * cli/agent/ownday.h - the logical day of the person at this station.
 * Needs: cli/cli.h, agent/{reports,station}.
 */
#ifndef LIUDI_CLI_AGENT_OWNDAY_H
#define LIUDI_CLI_AGENT_OWNDAY_H

#include "agent/station.h"
#include "cli/cli.h"

struct ownday {
	int64_t now;		/* UTC seconds */
	int offset;		/* seconds east of UTC there */
	int64_t cutoff;		/* seconds behind midnight */
	int64_t day;		/* since 1970-01-01 */
};

/*
 * Now, by the clock that control names for S; from here on it is that of this
 * process.  -1: as reports_clock().
 */
int ownday_now(const struct station *s, struct ownday *o, struct err *e);

/*
 * The day that --day names, else today's, from BACK days before today to AHEAD
 * behind it.  -1: ERR_USAGE with a hint.
 */
int ownday_asked(const struct cli *c, const struct ownday *o, int64_t back,
	int64_t ahead, int64_t *day, struct err *e);

#endif
