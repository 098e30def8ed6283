/*
 * desk/query.h - what the catalogue says, for those who show it.
 *
 * Callbacks get borrowed structs, valid during the call; -1 stops with *e.
 * Needs: base, record.
 */
#ifndef LIUDI_DESK_QUERY_H
#define LIUDI_DESK_QUERY_H

#include <stdbool.h>

#include "base/buf.h"
#include "desk/catalogue.h"
#include "record/record.h"

#define QUERY_NONE INT64_MIN	/* a time that is not known */

struct query_part {
	int64_t n;
	char id[41];
	char station[33], stream[33];
	int epoch, incarnation;
	int64_t seq, part;
	char run[33];		/* hex; "" where it was left out */
	char manifest[65];	/* hex of its SHA-256, sealed as it came */
	bool final, full, folded;
	int64_t started, finished, commit_utc, receipt_utc, first_seen;
	int64_t spooled, files, bytes, stored;
	int64_t ops[RECORD_NOPS];	/* recomputed */
	int64_t same;
	int worst;		/* enum finding_severity, 0 = nothing */
};

/* A run: its parts in all streams, added up. */
struct query_run {
	struct query_part first;	/* and sums in `ops`, `stored` */
	int64_t parts;
	bool finished;
};

typedef int (*query_run_fn)(void *arg, const struct query_run *r,
	struct err *e);
typedef int (*query_part_fn)(void *arg, const struct query_part *p,
	struct err *e);

/*
 * What facts (desk/facts.h) hang on beside control: while all of this is the same,
 * so are they.  0 or -1.
 */
struct query_inputs {
	int64_t parts;			/* the row of the last one */
	int64_t waiting;		/* parts without a receipt */
	int64_t readings, records, reports;	/* the row of the last one */
};
int query_inputs(struct catalogue *c, struct query_inputs *in,
	struct err *e);

/* Runs that started in [SINCE, UNTIL], oldest first; STATION NULL = all. */
int query_log(struct catalogue *c, const char *station, int64_t since,
	int64_t until, query_run_fn fn, void *arg, struct err *e);

/*
 * The parts of one run.  WHAT: the first 4 or more digits of a run's id,
 * "STATION@SEQ", or "STATION" (its last run).  -1: ERR_NOENT, ERR_USAGE (more
 * than one run begins like that).
 */
int query_run_parts(struct catalogue *c, const char *what, query_part_fn fn,
	void *arg, struct err *e);

/*
 * The part that sent version VERSION of a file (history_message.version) into
 * *p: 1, 0 if there is none, -1.
 */
int query_version_part(struct catalogue *c, int64_t version,
	struct query_part *p, struct err *e);

struct query_file {
	const char *source;
	const char *path;	/* raw bytes, path_len of them */
	size_t path_len;
	const char *was;	/* moved from; NULL */
	size_t was_len;
	int64_t size, mtime_sec;
	uint32_t mtime_nsec;
	unsigned mode;
	bool torn;
	bool older;		/* perhaps: something could not be read */
	bool elsewhere;
	enum record_op claimed, op;
	const uint8_t *sum;	/* 32 bytes or NULL */
	const void *runs;	/* desk/runs.h */
	size_t runs_len;
};
typedef int (*query_file_fn)(void *arg, const struct query_file *f,
	struct err *e);

/* The lines of one part. */
int query_part_files(struct catalogue *c, int64_t part, query_file_fn fn,
	void *arg, struct err *e);

/* What the station says of a source in one part; texts borrowed, "" for none. */
struct query_source {
	const char *name, *kind;
	const char *state;	/* "ok", "partial", "missing", … */
	const char *reason;	/* of that state, or a remark */
	int64_t files, bytes, unreadable;
};
typedef int (*query_source_fn)(void *arg, const struct query_source *s,
	struct err *e);
/* The sources of one part, by name. */
int query_part_sources(struct catalogue *c, int64_t part, query_source_fn fn,
	void *arg, struct err *e);

/*
 * The live files of STATION at time AT (INT64_MAX = now) in path order within
 * each stream; SOURCE NULL = all; PATH (may be NULL) = that file, or all below
 * that folder.  -1: ERR_NOENT (no such station, nothing kept at that time).
 */
int query_files(struct catalogue *c, const char *station, const char *source,
	const char *path, int64_t at, query_file_fn fn, void *arg,
	struct err *e);

struct query_event {
	int severity;
	const char *code, *text, *station;
	int64_t utc;
};
typedef int (*query_event_fn)(void *arg, const struct query_event *ev,
	struct err *e);
int query_part_events(struct catalogue *c, int64_t part, query_event_fn fn,
	void *arg, struct err *e);
/* Events behind number N; *last gets the newest number. */
int query_events_since(struct catalogue *c, int64_t n, query_event_fn fn,
	void *arg, struct err *e);
int query_event_last(struct catalogue *c, int64_t *n, struct err *e);

struct query_station {
	char station[33];
	struct query_run last;	/* first.n 0 = none */
	int64_t files, bytes;
	int64_t integrity;	/* such events of all time */
	int64_t warnings;	/* of the last run */
};
typedef int (*query_station_fn)(void *arg, const struct query_station *s,
	struct err *e);
/* The name alone of each: what else is known of them is summed up. */
typedef int (*query_name_fn)(void *arg, const char *station, struct err *e);
int query_station_names(struct catalogue *c, query_name_fn fn, void *arg,
	struct err *e);

int query_stations(struct catalogue *c, query_station_fn fn, void *arg,
	struct err *e);

/* The number of the newest part; 0 = none. */
int query_part_newest(struct catalogue *c, int64_t *n, struct err *e);

struct query_lost {
	const char *station;
	int64_t cut;		/* rewritten or truncated */
	int64_t removed;
	int64_t runs;		/* in so many */
	char run[33];		/* the newest of them */
	bool last;		/* which is the station's last */
};
typedef int (*query_lost_fn)(void *arg, const struct query_lost *l,
	struct err *e);
/*
 * What sources of kind chat lost in parts behind number N, by station.  A
 * rewritten database (by its name: .db, .db3, .sqlite, .sqlite3) lost nothing.
 */
int query_chat_lost(struct catalogue *c, int64_t n, query_lost_fn fn,
	void *arg, struct err *e);

/* How many branches are not followed any further: their chain is broken. */
int query_stopped(struct catalogue *c, int64_t *n, struct err *e);

/*
 * What STATION said last of its source, appended to OUT: why it was not kept, or
 * a remark; nothing where it said nothing.
 */
int query_source_reason(struct catalogue *c, const char *station,
	const char *source, struct buf *out, struct err *e);

/* True if there is such a station. */
int query_has_station(struct catalogue *c, const char *station, bool *yes,
	struct err *e);

/* Sealed bytes of all bundles. */
int query_bundle_bytes(struct catalogue *c, int64_t *bytes, struct err *e);

#endif
