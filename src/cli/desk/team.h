/*
 * cli/desk/team.h - the team as control says it is: who works where, which
 * stations there are, and what policy.ini says.
 * Needs: base, desk.
 */
#ifndef LIUDI_CLI_DESK_TEAM_H
#define LIUDI_CLI_DESK_TEAM_H

#include "desk/box.h"
#include "desk/roster.h"

struct team {
	struct buf policy;		/* text of policy.ini */
	struct roster people;
	char (*name)[33];
	const char **station;		/* those that may send, then those that
					 * once did */
	size_t n, nactive;
};

/*
 * In the box, with an opener.  *T is to be released also on failure.  -1:
 * ERR_CRYPTO, ERR_FORMAT (the roster), ERR_NOMEM.
 */
int team_load(struct team *t, struct box *b, struct err *e);
void team_release(struct team *t);

/* The zone by which the team's days are named. */
#define TEAM_ZONE_LEN 128
void team_zone(const struct team *t, char zone[TEAM_ZONE_LEN]);

/* The person behind STATION, else its id. */
const char *team_who(const struct team *t, const char *station);

#endif
