/*
 * cli/desk/show.h - what the commands that look at the catalogue share.
 * Needs: cli/cli.h, desk.
 */
#ifndef LIUDI_CLI_DESK_SHOW_H
#define LIUDI_CLI_DESK_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/jsonw.h"
#include "cli/cli.h"
#include "desk/box.h"
#include "desk/query.h"

/* Local time, "-" where it is not known. */
#define SHOW_TIME_LEN 32
const char *show_time(int64_t utc, char out[SHOW_TIME_LEN]);
/* The same without its seconds: "2026-11-23 10:00". */
const char *show_minute(int64_t utc, char out[SHOW_TIME_LEN]);

/*
 * Options --since and --until in seconds, INT64_MIN and INT64_MAX where they are
 * not given.  A day is meant from its beginning to its last second.
 */
int show_since(const struct cli *c, int64_t *utc, struct err *e);
int show_until(const struct cli *c, int64_t *utc, struct err *e);

/* S without terminal's own codes, then blanks up to COLUMNS. */
void show_padded(const char *s, size_t columns);
/* The blanks first; two of them before that. */
void show_right(const char *s, size_t columns);

/* Print a line of JSON and empty it.  0 or -1. */
int show_json_line(struct buf *line, struct err *e);

/* The JSON line of a problem: WHERE (a path or ref) and what; as show_json_line. */
int show_json_problem(struct buf *line, const char *where, const char *text,
	struct err *e);

/* "seen" in words: what a run did that a manager should look at. */
#define SHOW_FLAGS_LEN 64
const char *show_flags(const struct query_run *r, char out[SHOW_FLAGS_LEN]);

/* What a run did to files, as log and the page of a day sum it up. */
struct show_counts {
	int64_t fresh, grown;
	int64_t moved;		/* or touched */
	int64_t cut;		/* or rewritten */
	int64_t gone;
};
struct show_counts show_counts(const struct query_run *r);
/* "!!", "--", "+ ", …: what tampering looks like stands out. */
const char *show_mark(enum record_op op);

/* A run's keys and values inside an open JSON object. */
void show_run_json(struct jsonw *w, const struct query_run *r);

/* "SOURCE[/PATH]" cut at the first '/'; both on the heap, NULL where absent. */
int show_split(const char *spec, char **source, char **path, struct err *e);

/*
 * The opener: for -i FILE, else for the manager's identity in the home; asks
 * for the passphrase where there is one.
 */
struct opener *show_opener(const struct cli *c, const struct deskhome *h,
	struct err *e);

#endif
