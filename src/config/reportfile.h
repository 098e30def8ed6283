/*
 * config/reportfile.h - what a person writes of a day, of a week, of his own
 * numbers: the file that a station keeps and a desk reads.
 *
 * Spec: docs/FORMAT.md section 23.  In the form of config/teamini.
 * Caps: a file REPORTFILE_MAX bytes, a value REPORTFILE_TEXT_MAX,
 * REPORTFILE_LINES_MAX tasks.
 * Needs: base, config/teamini.
 */
#ifndef LIUDI_CONFIG_REPORTFILE_H
#define LIUDI_CONFIG_REPORTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define REPORTFILE_MAX (64u << 10)
#define REPORTFILE_TEXT_MAX 2000
#define REPORTFILE_LINES_MAX 50

enum reportfile_kind {		/* in the order in which they are told */
	REPORTFILE_DAY, REPORTFILE_PLAN, REPORTFILE_OBJECTION,
	REPORTFILE_KINDS
};
/* Its section: "report", "plan", "objection". */
const char *reportfile_kind_name(enum reportfile_kind k);

enum { REPORTFILE_DONE, REPORTFILE_OPEN, REPORTFILE_TOMORROW, REPORTFILE_DAYS };

struct reportfile {
	enum reportfile_kind kind;
	int64_t day;		/* since 1970-01-01; of a plan its Monday */
	int64_t written;	/* UTC seconds */
	int offset;		/* seconds east of UTC */
	/* Of a day REPORTFILE_DAYS of them, each maybe ""; owned. */
	char *line[REPORTFILE_LINES_MAX];
	size_t n;
};

void reportfile_release(struct reportfile *r);	/* zeroed: nothing */

/*
 * May TEXT, N bytes without blanks at its ends, stand in a line?  0, or -1:
 * ERR_USAGE (too long; no UTF-8, control characters), with a hint.
 */
int reportfile_check(const char *text, size_t n, struct err *e);

/*
 * A copy of TEXT, which reportfile_check() let pass, as the next line.  -1:
 * ERR_USAGE (more than there may be), ERR_NOMEM.
 */
int reportfile_add(struct reportfile *r, const char *text, size_t n,
	struct err *e);

/* Append the file.  -1: ERR_NOMEM. */
int reportfile_write(const struct reportfile *r, struct buf *out,
	struct err *e);

/*
 * Read N bytes of foreign DATA.  0: *r is to be released; 1: it is no file of
 * this form, *r is empty; -1: ERR_NOMEM.
 */
int reportfile_read(struct reportfile *r, const void *data, size_t n,
	struct err *e);

/* Its name without ".<v>.txt": "2026-11-23", "2026-W48", … */
#define REPORTFILE_NAME_LEN 40
const char *reportfile_name(enum reportfile_kind kind, int64_t day,
	char out[REPORTFILE_NAME_LEN]);

#endif
