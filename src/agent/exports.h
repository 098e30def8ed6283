/*
 * agent/exports.h - how the chat exports in a source stand.
 *
 * Looks at names, times and first bytes (source/sniff.h) of what lies there
 * now; changes nothing, and remembers nothing: what a run said yesterday has no
 * say today.
 * Needs: base, config, source.
 */
#ifndef LIUDI_AGENT_EXPORTS_H
#define LIUDI_AGENT_EXPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "source/sniff.h"

#define EXPORTS_NAME_LEN 256

/* The time of a file is the older of its mtime and ctime. */
struct exports {
	bool there;		/* the folder could be walked */
	int64_t files;		/* that may be exports: sniffed */
	int64_t newest;		/* seconds since 1970; 0: there is none */
	struct sniff newest_is;
	int64_t readable;	/* the newest one that can be read; 0: none */
	struct sniff readable_is;
	int64_t opaque;		/* the newest store that nobody can read */
	struct sniff opaque_is;
	int64_t empty;		/* how many of the last day hold nothing */
	char empty_name[EXPORTS_NAME_LEN];	/* one of them; foreign bytes,
						 * maybe cut */
	bool overdue;		/* a new one is to be made; see below */
	bool unreadable;	/* there is nothing to read at all */
};

/*
 * Look at the source CFG of kind chat at the time NOW; the folder SKIP (may be
 * NULL) is none of it.  0 or -1 (ERR_NOMEM, ERR_CONFIG, ERR_INTR).
 *
 * overdue: the source has a platform, and since the newest readable export more
 * than export_every days have gone by, Saturdays and Sundays not counted.
 * unreadable: nothing that can be read, but exports that are empty or stores; or
 * a platform, and no export at all.  Files of a kind that is not known say
 * nothing either way, nor does SQLite where the platform's client exports none.
 */
int exports_look(const struct config_source *cfg, const char *skip,
	int64_t now, struct exports *x, struct err *e);

/*
 * What the manager should see of it, one line of English, "" if all is well:
 * the reason of a source that is ok (docs/FORMAT.md).  It does not change from
 * day to day by itself.  0 or -1 (ERR_NOMEM).
 */
int exports_remark(const struct config_source *cfg, const struct exports *x,
	struct buf *out, struct err *e);

/*
 * Has an export come into one of the sources of kind chat since SINCE, and was
 * not changed for the time of its key `settle` up to NOW?  1, 0, or -1 as
 * above.  Databases are none: they change all the time.
 */
int exports_arrived(const struct config *cfg, const char *skip, int64_t since,
	int64_t now, struct err *e);

/* Seconds from A to B, but for Saturdays and Sundays of the local zone. */
int64_t exports_working(int64_t a, int64_t b);

#endif
