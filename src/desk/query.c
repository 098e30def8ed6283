/* desk/query.c - what the catalogue says. */
#include "desk/query.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "desk/columns.h"
#include "desk/finding.h"

#include "base/banned.h"

#define PREFIX_MIN 4

static void
text_col(struct catalogue *c, enum sql q, int col, char *out, size_t n)
{
	(void)snprintf(out, n, "%s", catalogue_text(c, q, col));
}

/* The row of a statement on parts. */
static void
part_of_row(struct catalogue *c, enum sql q, struct query_part *p)
{
	static const int ops[RECORD_NOPS] = {
		[RECORD_ADDED] = PART_ADDED,
		[RECORD_APPENDED] = PART_APPENDED,
		[RECORD_REWRITTEN] = PART_REWRITTEN,
		[RECORD_TRUNCATED] = PART_TRUNCATED,
		[RECORD_REMOVED] = PART_REMOVED,
		[RECORD_MOVED] = PART_MOVED,
		[RECORD_TOUCHED] = PART_TOUCHED
	};
	const void *run, *manifest;
	size_t i, n;

	memset(p, 0, sizeof(*p));
	p->n = catalogue_int(c, q, PART_N);
	text_col(c, q, PART_ID, p->id, sizeof(p->id));
	text_col(c, q, PART_STATION, p->station, sizeof(p->station));
	text_col(c, q, PART_STREAM, p->stream, sizeof(p->stream));
	p->epoch = (int)catalogue_int(c, q, PART_EPOCH);
	p->incarnation = (int)catalogue_int(c, q, PART_INCARNATION);
	p->seq = catalogue_int(c, q, PART_SEQ);
	p->part = catalogue_int(c, q, PART_PART);
	run = catalogue_blob(c, q, PART_RUN, &n);
	if (n == 16)
		str_hex(p->run, run, n);
	manifest = catalogue_blob(c, q, PART_MANIFEST, &n);
	if (n == 32)
		str_hex(p->manifest, manifest, n);
	p->final = catalogue_int(c, q, PART_FINAL) != 0;
	p->full = catalogue_int(c, q, PART_FULL) != 0;
	p->folded = catalogue_int(c, q, PART_FOLDED) != 0;
	p->started = catalogue_int(c, q, PART_STARTED);
	p->finished = catalogue_null(c, q, PART_FINISHED) ? QUERY_NONE :
	    catalogue_int(c, q, PART_FINISHED);
	p->commit_utc = catalogue_int(c, q, PART_COMMIT_UTC);
	p->receipt_utc = catalogue_null(c, q, PART_RECEIPT_UTC) ? QUERY_NONE :
	    catalogue_int(c, q, PART_RECEIPT_UTC);
	p->first_seen = catalogue_int(c, q, PART_FIRST_SEEN);
	p->spooled = catalogue_int(c, q, PART_SPOOLED);
	p->files = catalogue_int(c, q, PART_FILES);
	p->bytes = catalogue_int(c, q, PART_BYTES);
	p->stored = catalogue_int(c, q, PART_STORED);
	p->same = catalogue_int(c, q, PART_SAME);
	p->worst = (int)catalogue_int(c, q, PART_WORST);
	for (i = 0; i < RECORD_NOPS; i++)
		p->ops[i] = catalogue_int(c, q, ops[i]);
}

/* --- Runs. */

static bool
same_run(const struct query_part *a, const struct query_part *b)
{
	return a->run[0] != '\0' && strcmp(a->run, b->run) == 0 &&
	    strcmp(a->station, b->station) == 0;
}

static void
run_begin(struct query_run *r, const struct query_part *p)
{
	r->first = *p;
	r->parts = 1;
	r->finished = p->final;
}

static void
run_add(struct query_run *r, const struct query_part *p)
{
	struct query_part *f = &r->first;
	size_t i;

	r->parts++;
	r->finished = r->finished || p->final;
	for (i = 0; i < RECORD_NOPS; i++)
		f->ops[i] += p->ops[i];
	f->same += p->same;
	f->stored += p->stored;
	f->worst = f->worst > p->worst ? f->worst : p->worst;
	f->receipt_utc = f->receipt_utc > p->receipt_utc ? f->receipt_utc :
	    p->receipt_utc;
	if (strcmp(f->stream, p->stream) == 0) {
		f->files = p->files;
		f->bytes = p->bytes;
		f->finished = p->finished;
	}
}

int
query_inputs(struct catalogue *c, struct query_inputs *in, struct err *e)
{
	const enum sql q = SQL_INPUTS;
	int rc = catalogue_step(c, q, e, "");

	if (rc == 1) {
		in->parts = catalogue_int(c, q, 0);
		in->waiting = catalogue_int(c, q, 1);
		in->readings = catalogue_int(c, q, 2);
		in->records = catalogue_int(c, q, 3);
		in->reports = catalogue_int(c, q, 4);
		catalogue_reset(c, q);
	}
	return rc == 1 ? 0 : -1;
}

int
query_log(struct catalogue *c, const char *station, int64_t since,
	int64_t until, query_run_fn fn, void *arg, struct err *e)
{
	struct query_run r;
	struct query_part p;
	bool have = false;
	int rc = catalogue_step(c, SQL_LOG, e, "tii", station, since, until);

	for (; rc > 0; rc = catalogue_next(c, SQL_LOG, e)) {
		part_of_row(c, SQL_LOG, &p);
		if (have && same_run(&r.first, &p)) {
			run_add(&r, &p);
			continue;
		}
		if (have && fn(arg, &r, e) < 0) {
			catalogue_reset(c, SQL_LOG);
			return -1;
		}
		run_begin(&r, &p);
		have = true;
	}
	if (rc == 0 && have && fn(arg, &r, e) < 0)
		return -1;
	return rc;
}

static int
each_part(struct catalogue *c, const uint8_t run[16], query_part_fn fn,
	void *arg, struct err *e)
{
	const enum sql q = SQL_PART_OF_RUN;
	struct query_part p;
	int rc = catalogue_step(c, q, e, "b", (const void *)run, (size_t)16);

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		part_of_row(c, q, &p);
		if (fn(arg, &p, e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
	}
	return rc;
}

/* "STATION@SEQ" or "STATION": 1 and the run, 0, -1. */
static int
run_of_station(struct catalogue *c, const char *what, uint8_t run[16],
	struct err *e)
{
	const char *at = strrchr(what, '@');
	char *station = str_ndup(what, at ? (size_t)(at - what) :
	    strlen(what));
	int64_t seq = INT64_MAX;
	enum sql q = at ? SQL_PART_BY_SEQ : SQL_PART_NEWEST;
	const void *p;
	size_t n;
	int rc = 0;

	if (!station)
		return err_nomem(e);
	if (at && str_to_i64(at + 1, 0, INT64_MAX, &seq) < 0)
		goto out;
	rc = catalogue_step(c, q, e, "ti", station, seq);
	if (rc > 0) {
		p = catalogue_blob(c, q, PART_RUN, &n);
		if (n == 16)
			memcpy(run, p, n);
		else
			rc = err_set(e, ERR_NOENT, "that commit was left out: "
			    "'liudi-desk log' says why");
	}
	catalogue_reset(c, q);
out:
	free(station);
	return rc;
}

/* The first digits of a run's id: 1 and the run, 0, -1. */
static int
run_of_digits(struct catalogue *c, const char *what, uint8_t run[16],
	struct err *e)
{
	const enum sql q = SQL_PART_BY_RUN;
	size_t len = strlen(what), n;
	uint8_t low[16], high[16];
	char hex[33];
	int found = 0, rc;

	if (len < PREFIX_MIN || len > 32)
		return 0;
	memset(hex, '0', 32);
	memcpy(hex, what, len);
	if (str_unhex(low, 16, hex, 32) < 0)
		return 0;
	memset(hex + len, 'f', 32 - len);
	(void)str_unhex(high, 16, hex, 32);	/* digits were good above */
	rc = catalogue_step(c, q, e, "bb", (const void *)low, (size_t)16,
	    (const void *)high, (size_t)16);
	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		const void *p = catalogue_blob(c, q, PART_RUN, &n);

		if (n != 16 || (found && memcmp(run, p, 16) == 0))
			continue;
		if (found++) {
			catalogue_reset(c, q);
			(void)err_set(e, ERR_USAGE,
			    "more than one run begins with '%s'", what);
			return err_hint(e, "give more digits");
		}
		memcpy(run, p, 16);
	}
	return rc < 0 ? -1 : found;
}

int
query_run_parts(struct catalogue *c, const char *what, query_part_fn fn,
	void *arg, struct err *e)
{
	uint8_t run[16];
	int rc = run_of_station(c, what, run, e);

	if (rc == 0)
		rc = run_of_digits(c, what, run, e);
	if (rc == 0) {
		(void)err_set(e, ERR_NOENT, "there is no run '%s'", what);
		return err_hint(e, "'liudi-desk log' lists runs");
	}
	return rc < 0 ? -1 : each_part(c, run, fn, arg, e);
}

/* --- Files. */

/* As it stood after part AT. */
static void
file_of_row(struct catalogue *c, enum sql q, int64_t at, struct query_file *f)
{
	size_t n;
	const void *p;

	memset(f, 0, sizeof(*f));
	f->source = catalogue_text(c, q, VERSION_SOURCE);
	f->path = catalogue_blob(c, q, VERSION_PATH, &f->path_len);
	p = catalogue_blob(c, q, VERSION_WAS, &f->was_len);
	f->was = f->was_len > 0 ? p : NULL;
	f->size = catalogue_int(c, q, VERSION_SIZE);
	f->mtime_sec = catalogue_int(c, q, VERSION_MTIME);
	f->mtime_nsec = (uint32_t)catalogue_int(c, q, VERSION_NSEC);
	f->mode = (unsigned)catalogue_int(c, q, VERSION_MODE);
	f->torn = catalogue_int(c, q, VERSION_TORN) != 0;
	f->older = !catalogue_null(c, q, VERSION_DOUBT) &&
	    catalogue_int(c, q, VERSION_DOUBT) <= at;
	f->elsewhere = !catalogue_null(c, q, VERSION_ELSEWHERE);
	f->claimed = (enum record_op)catalogue_int(c, q, VERSION_CLAIMED);
	f->op = (enum record_op)catalogue_int(c, q, VERSION_OP);
	p = catalogue_blob(c, q, VERSION_SUM, &n);
	f->sum = n == 32 ? p : NULL;
	f->runs = catalogue_blob(c, q, VERSION_RUNS, &f->runs_len);
}

/* The rest of the rows of Q, RC being what its first step gave. */
static int
rest_files(struct catalogue *c, enum sql q, int rc, int64_t at,
	const char *path, query_file_fn fn, void *arg, struct err *e)
{
	size_t len = path ? strlen(path) : 0;
	struct query_file f;

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		file_of_row(c, q, at, &f);
		/* Behind 'a' and before 'a0' stands 'a-b' as well. */
		if (len > 0 && f.path_len > len && f.path[len] != '/')
			continue;
		if (fn(arg, &f, e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
	}
	return rc;
}

int
query_version_part(struct catalogue *c, int64_t version,
	struct query_part *p, struct err *e)
{
	const enum sql q = SQL_PART_OF_VERSION;
	int rc = catalogue_step(c, q, e, "i", version);

	if (rc > 0) {
		part_of_row(c, q, p);
		catalogue_reset(c, q);
	}
	return rc;
}

int
query_part_files(struct catalogue *c, int64_t part, query_file_fn fn,
	void *arg, struct err *e)
{
	const enum sql q = SQL_VERSION_OF_PART;

	return rest_files(c, q, catalogue_step(c, q, e, "i", part), part,
	    NULL, fn, arg, e);
}

int
query_part_sources(struct catalogue *c, int64_t part, query_source_fn fn,
	void *arg, struct err *e)
{
	const enum sql q = SQL_SOURCE_OF_PART;
	int rc = catalogue_step(c, q, e, "i", part);

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		const struct query_source s = {catalogue_text(c, q, 0),
			catalogue_text(c, q, 1), catalogue_text(c, q, 2),
			catalogue_text(c, q, 3), catalogue_int(c, q, 4),
			catalogue_int(c, q, 5), catalogue_int(c, q, 9)};

		if (fn(arg, &s, e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
	}
	return rc;
}

/*
 * All streams of the station: whoever can make up branches could hide the true
 * one behind a bound.  *line is on the heap.
 */
static int
lines(struct catalogue *c, const char *station, int64_t **line, size_t *n,
	struct err *e)
{
	size_t cap = 0;
	int rc = catalogue_step(c, SQL_LINE_EACH, e, "t", station);

	*line = NULL;
	for (*n = 0; rc > 0; rc = catalogue_next(c, SQL_LINE_EACH, e)) {
		if (*n == cap) {
			int64_t *more;

			cap = cap ? cap * 2 : 16;
			more = realloc(*line, cap * sizeof(*more));
			if (!more) {
				catalogue_reset(c, SQL_LINE_EACH);
				return err_nomem(e);
			}
			*line = more;
		}
		(*line)[(*n)++] = catalogue_int(c, SQL_LINE_EACH, 0);
	}
	if (rc >= 0 && *n == 0) {
		(void)err_set(e, ERR_NOENT, "there is no station '%s'",
		    station);
		return err_hint(e, "'liudi-desk log' names the stations that "
		    "sent something; run 'liudi-desk sync' first");
	}
	return rc < 0 ? -1 : 0;
}

/* The part after which the line stood like that at AT; 0 = before its first. */
static int
part_at(struct catalogue *c, int64_t line, int64_t at, int64_t *part,
	struct err *e)
{
	int rc;

	*part = INT64_MAX;
	if (at == INT64_MAX)
		return 0;
	rc = catalogue_step(c, SQL_PART_AT, e, "ii", line, at);
	*part = rc > 0 ? catalogue_int(c, SQL_PART_AT, 0) : 0;
	catalogue_reset(c, SQL_PART_AT);
	return rc < 0 ? -1 : 0;
}

static int
line_files(struct catalogue *c, int64_t line, int64_t part,
	const char *source, const char *path, query_file_fn fn, void *arg,
	struct err *e)
{
	const char *from = path ? path : "";
	enum sql q = source ? SQL_VERSION_UNDER : SQL_VERSION_AT;
	/* Behind any path: longer than all, of the highest byte. */
	char last[PATH_MAX_LEN + 2];
	char *to;
	int rc;

	if (!source)
		return rest_files(c, q, catalogue_step(c, q, e, "ii", line,
		    part), part, NULL, fn, arg, e);
	memset(last, 0xff, sizeof(last) - 1);
	last[sizeof(last) - 1] = '\0';
	to = path && *path ? str_fmt("%s0", path) : str_dup(last);
	if (!to)
		return err_nomem(e);
	rc = rest_files(c, q, catalogue_step(c, q, e, "iitbb", line, part,
	    source, (const void *)from, strlen(from), (const void *)to,
	    strlen(to)), part, path, fn, arg, e);
	free(to);
	return rc;
}

int
query_files(struct catalogue *c, const char *station, const char *source,
	const char *path, int64_t at, query_file_fn fn, void *arg,
	struct err *e)
{
	int64_t *line = NULL, part;
	bool any = false;
	size_t i, n;
	int rc = -1;

	if (lines(c, station, &line, &n, e) < 0)
		goto out;
	for (i = 0; i < n; i++) {
		if (part_at(c, line[i], at, &part, e) < 0)
			goto out;
		if (part == 0)
			continue;
		any = true;
		if (line_files(c, line[i], part, source, path, fn, arg, e) < 0)
			goto out;
	}
	if (!any) {
		(void)err_set(e, ERR_NOENT,
		    "nothing of '%s' was kept at that time", station);
		(void)err_hint(e, "'liudi-desk log %s' lists its runs",
		    station);
		goto out;
	}
	rc = 0;
out:
	free(line);
	return rc;
}

/* --- Events. */

static int
rest_events(struct catalogue *c, enum sql q, int rc, query_event_fn fn,
	void *arg, struct err *e)
{
	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		const struct query_event ev = {
			(int)catalogue_int(c, q, 0), catalogue_text(c, q, 1),
			catalogue_text(c, q, 2), catalogue_text(c, q, 4),
			catalogue_int(c, q, 3)
		};

		if (fn(arg, &ev, e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
	}
	return rc;
}

int
query_part_events(struct catalogue *c, int64_t part, query_event_fn fn,
	void *arg, struct err *e)
{
	const enum sql q = SQL_EVENT_OF_PART;

	return rest_events(c, q, catalogue_step(c, q, e, "i", part), fn, arg,
	    e);
}

int
query_events_since(struct catalogue *c, int64_t n, query_event_fn fn,
	void *arg, struct err *e)
{
	const enum sql q = SQL_EVENT_SINCE;

	return rest_events(c, q, catalogue_step(c, q, e, "i", n), fn, arg, e);
}

int
query_event_last(struct catalogue *c, int64_t *n, struct err *e)
{
	int rc = catalogue_step(c, SQL_EVENT_NEWEST, e, "");

	if (rc > 0)
		*n = catalogue_int(c, SQL_EVENT_NEWEST, 0);
	catalogue_reset(c, SQL_EVENT_NEWEST);
	return rc < 0 ? -1 : 0;
}

/* --- Stations. */

static int
last_run_part(void *arg, const struct query_part *p, struct err *e)
{
	struct query_station *s = arg;

	(void)e;
	if (s->last.first.n == 0)
		run_begin(&s->last, p);
	else
		run_add(&s->last, p);
	return 0;
}

static int
count_warning(void *arg, const struct query_event *ev, struct err *e)
{
	int64_t *n = arg;

	(void)e;
	*n += ev->severity == FINDING_WARN;
	return 0;
}

static int
last_run(struct catalogue *c, struct query_station *s, struct err *e)
{
	struct err none = ERR_INIT;
	uint8_t run[16];
	int rc = run_of_station(c, s->station, run, &none);

	if (rc <= 0)
		return 0;	/* nothing was folded yet */
	if (each_part(c, run, last_run_part, s, e) < 0)
		return -1;
	return query_part_events(c, s->last.first.n, count_warning,
	    &s->warnings, e);
}

static int
station_facts(struct catalogue *c, struct query_station *s, struct err *e)
{
	if (catalogue_step(c, SQL_STATION_SUM, e, "t", s->station) < 0)
		return -1;
	s->files = catalogue_int(c, SQL_STATION_SUM, 0);
	s->bytes = catalogue_int(c, SQL_STATION_SUM, 1);
	catalogue_reset(c, SQL_STATION_SUM);
	if (catalogue_step(c, SQL_STATION_PROBLEMS, e, "ti", s->station,
	    (int64_t)FINDING_INTEGRITY) < 0)
		return -1;
	s->integrity = catalogue_int(c, SQL_STATION_PROBLEMS, 0);
	catalogue_reset(c, SQL_STATION_PROBLEMS);
	return last_run(c, s, e);
}

int
query_stations(struct catalogue *c, query_station_fn fn, void *arg,
	struct err *e)
{
	const enum sql q = SQL_STATION_EACH;
	struct query_station s;
	int rc = catalogue_step(c, q, e, "");

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		memset(&s, 0, sizeof(s));
		text_col(c, q, 0, s.station, sizeof(s.station));
		if (station_facts(c, &s, e) < 0 || fn(arg, &s, e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
	}
	return rc;
}

int
query_station_names(struct catalogue *c, query_name_fn fn, void *arg,
	struct err *e)
{
	const enum sql q = SQL_STATION_EACH;
	int rc = catalogue_step(c, q, e, "");

	for (; rc > 0; rc = catalogue_next(c, q, e))
		if (fn(arg, catalogue_text(c, q, 0), e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
	return rc;
}

int
query_part_newest(struct catalogue *c, int64_t *n, struct err *e)
{
	int rc = catalogue_step(c, SQL_PART_MAX, e, "");

	if (rc > 0)
		*n = catalogue_int(c, SQL_PART_MAX, 0);
	catalogue_reset(c, SQL_PART_MAX);
	return rc < 0 ? -1 : 0;
}

static int
lost_of_row(struct catalogue *c, enum sql q, struct query_lost *l,
	struct err *e)
{
	uint8_t last[16];
	const void *run;
	size_t n;
	int rc;

	memset(l, 0, sizeof(*l));
	l->station = catalogue_text(c, q, 0);
	l->cut = catalogue_int(c, q, 1);
	l->removed = catalogue_int(c, q, 2);
	l->runs = catalogue_int(c, q, 3);
	run = catalogue_blob(c, q, 4, &n);
	if (n != sizeof(last))
		return 0;
	str_hex(l->run, run, n);
	rc = run_of_station(c, l->station, last, e);
	l->last = rc > 0 && memcmp(last, run, n) == 0;
	return rc < 0 ? -1 : 0;
}

int
query_chat_lost(struct catalogue *c, int64_t n, query_lost_fn fn, void *arg,
	struct err *e)
{
	const enum sql q = SQL_CHAT_LOST;
	struct query_lost l;
	int rc = catalogue_step(c, q, e, "iiii", n, (int64_t)RECORD_REWRITTEN,
	    (int64_t)RECORD_TRUNCATED, (int64_t)RECORD_REMOVED);

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		if (lost_of_row(c, q, &l, e) < 0 || fn(arg, &l, e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
	}
	return rc;
}

int
query_stopped(struct catalogue *c, int64_t *n, struct err *e)
{
	const enum sql q = SQL_BRANCH_EACH;
	int rc = catalogue_step(c, q, e, "");

	for (*n = 0; rc > 0; rc = catalogue_next(c, q, e))
		*n += !catalogue_null(c, q, 3);
	return rc;
}

int
query_has_station(struct catalogue *c, const char *station, bool *yes,
	struct err *e)
{
	int rc = catalogue_step(c, SQL_LINE_EACH, e, "t", station);

	*yes = rc > 0;
	catalogue_reset(c, SQL_LINE_EACH);
	return rc < 0 ? -1 : 0;
}

int
query_source_reason(struct catalogue *c, const char *station,
	const char *source, struct buf *out, struct err *e)
{
	const enum sql q = SQL_SOURCE_REASON;
	int rc = catalogue_step(c, q, e, "tt", station, source);

	if (rc > 0 && buf_adds(out, catalogue_text(c, q, 0), e) < 0)
		rc = -1;
	catalogue_reset(c, q);
	return rc < 0 ? -1 : 0;
}

int
query_bundle_bytes(struct catalogue *c, int64_t *bytes, struct err *e)
{
	const enum sql q = SQL_BUNDLE_SUM;
	int rc = catalogue_step(c, q, e, "");

	*bytes = rc > 0 ? catalogue_int(c, q, 0) : 0;
	catalogue_reset(c, q);
	return rc < 0 ? -1 : 0;
}
