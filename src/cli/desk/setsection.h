/*
 * cli/desk/setsection.h - a command that shows a section of control's policy.ini,
 * and changes the keys that its options name.
 * Needs: cli/cli.h, desk.
 */
#ifndef LIUDI_CLI_DESK_SETSECTION_H
#define LIUDI_CLI_DESK_SETSECTION_H

#include "cli/cli.h"

struct setsection_key {		/* ends with NULLs */
	const char *option, *key;
};
struct setsection {
	const char *section;	/* "shop Lamps UK" */
	const struct setsection_key *keys;
	/* May KEY be VALUE (not empty)?  0, or -1 (ERR_USAGE). */
	int (*check)(const char *key, const char *value, struct err *e);
	bool only_good;		/* what check() refuses is not shown */
	const char *type;	/* with --json "type", and "name"; NULL: the
				 * section's first word names the second */
	const char *hint;	/* after a change, or NULL */
};

enum cli_exit setsection_run(struct cli *c, const struct setsection *s,
	struct err *e);

#endif
