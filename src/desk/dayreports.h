/*
 * desk/dayreports.h - what persons wrote of their days, weeks and numbers, in
 * the catalogue.
 *
 * Spec: docs/FORMAT.md section 23.  Each version of each file of a source of
 * kind report goes into the catalogue once, and stays whatever becomes of the
 * file.  All of it is foreign.
 * Needs: base, config/reportfile, crypto, desk/{box,bytes,catalogue}.
 */
#ifndef LIUDI_DESK_DAYREPORTS_H
#define LIUDI_DESK_DAYREPORTS_H

#include "config/reportfile.h"
#include "desk/box.h"

#define DAYREPORTS_TEXT_MAX 4096	/* of a file of another form */

struct dayreports_report {
	int64_t added;		/* that are new here */
	int64_t later;		/* files that cannot be had now */
};

/*
 * A step of sync (mirrors, make, opener): what came behind the last step.  0, or
 * -1 (ERR_INTR, of this machine): the next step goes on.
 */
int dayreports_index(struct box *b, struct dayreports_report *r,
	struct err *e);

struct dayreport {		/* borrowed during the call */
	int64_t version;	/* row of the catalogue */
	const char *station, *source;
	const char *path;	/* as its bytes are */
	size_t path_len;
	enum reportfile_kind kind;
	int64_t day;		/* DAYREPORTS_NO_DAY: that of `at` */
	int64_t at;		/* UTC seconds: written, or mtime */
	bool typed;		/* of our form: TEXT has a line for each line */
	const char *text;	/* UTF-8; "": what nobody could read */
};
#define DAYREPORTS_NO_DAY INT64_MIN

struct dayreports_ask {
	const char *station;
	enum reportfile_kind kind;
	int64_t first, last;	/* days, both included */
	int64_t from, until;	/* UTC seconds: the same of files without a day */
};
/* FN for each, the one that counts last.  0, or -1, also what FN gave. */
typedef int (*dayreports_fn)(void *arg, const struct dayreport *r,
	struct err *e);
int dayreports_each(struct catalogue *c, const struct dayreports_ask *ask,
	dayreports_fn fn, void *arg, struct err *e);

/*
 * What the name of a file of another form says (N bytes, foreign).  *KIND is set
 * in any case, *DAY to DAYREPORTS_NO_DAY where there is no date in it.  False: it
 * is no report, but what a program left while it wrote one.
 */
bool dayreports_name(const char *path, size_t n, enum reportfile_kind *kind,
	int64_t *day);

/* Of N bytes of foreign DATA what can be shown, appended.  -1: ERR_NOMEM. */
int dayreports_text(struct buf *out, const void *data, size_t n,
	struct err *e);

#endif
