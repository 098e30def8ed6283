/*
 * desk/gather.h - the messages out of what stations sent: a step of sync.
 *
 * Every version of every file of a source of kind chat, in the order in which
 * they came: its bytes out of the bundles, through an importer, into messages.
 * What an export is, and whose, policy.ini says (desk/chatini.h).  Killed
 * anywhere, the next sync goes on.
 *
 * Not read at all: pictures and other things by the name of which it is clear
 * that they are attachments, and bytes that this source had before (a file that
 * was moved, touched, copied, or put back): they have no reading.
 * Read, and noted as not readable: what no format knows, what is damaged or over
 * a limit.  sync --rebuild tries again.
 * Left for a later sync: what cannot be opened, is not here, or finds no room.
 * In the box (mirrors, opener, make).
 * Needs: desk/{box,bytes,catalogue,chatini,importer,messages,zone}.
 */
#ifndef LIUDI_DESK_GATHER_H
#define LIUDI_DESK_GATHER_H

#include "desk/box.h"
#include "desk/importer.h"

struct gather_report {
	int64_t files;		/* versions that were read */
	int64_t unread;		/* that nobody can read, or that failed */
	int64_t later;		/* that cannot be had now */
	int64_t messages;	/* not seen before */
	int64_t changed, recalled, vanished;
};

/* A version that was tried; borrowed during the call. */
struct gather_file {
	const char *station, *source;
	const char *path;	/* as it can be shown */
	const char *error;	/* why not; NULL: it was read */
	bool later;		/* it is tried again */
	bool again;		/* the version before could not be read, too */
};
typedef void (*gather_fn)(void *arg, const struct gather_file *f);

/*
 * FN for each format of which something was read by an importer that was
 * younger (lower in version) than today's: a rebuild may understand more.
 */
int gather_outdated(struct box *b, void (*fn)(void *arg, const char *format),
	void *arg, struct err *e);

/* FN (may be NULL): after each.  0, or -1: *r is as far as it came. */
int gather_run(struct box *b, struct importer *i, struct gather_report *r,
	gather_fn fn, void *arg, struct err *e);

#endif
