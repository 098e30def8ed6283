/* desk/dayreports.c - reports of persons; docs/FORMAT.md section 23. */
#include "desk/dayreports.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "desk/bytes.h"

#include "base/banned.h"

#define MARK "reports"
#define BATCH 64
#define SUM_LEN 16
#define PATH_MAX_LEN 4096
#define RUNS_MAX (1u << 20)	/* of a file that is read */
#define LINES_MAX (REPORTFILE_LINES_MAX * (REPORTFILE_TEXT_MAX + 1))

/* Columns of SQL_REPORTS_VERSION. */
enum { GET_STATION, GET_SOURCE, GET_PATH, GET_SIZE, GET_MTIME, GET_RUNS };

struct index {
	struct box *box;
	struct catalogue *c;
	struct bytes *bytes;
	struct dayreports_report *report;
	struct buf file, text, runs, path;
	char *station, *source;		/* of the version at hand */
	int64_t version, size, mtime;
	int64_t first_left;
};

/* --- What a name says. */

static int
digits(const char *s, size_t n)
{
	int v = 0;

	for (; n > 0; n--, s++) {
		if (*s < '0' || *s > '9')
			return -1;
		v = v * 10 + *s - '0';
	}
	return v;
}

/* How long what stands between two parts of a date is. */
static size_t
between(const char *s, size_t n, const char *word)
{
	const size_t w = strlen(word);

	if (n > 0 && (*s == '-' || *s == '.' || *s == '_'))
		return 1;
	return n >= w && memcmp(s, word, w) == 0 ? w : 0;
}

/* A date that begins at S. */
static bool
take_date(const char *s, size_t n, int64_t *day)
{
	char text[CLOCK_DAY_LEN];
	size_t at = 4, gap;
	int y, m, d;

	if (n < 8)
		return false;
	y = digits(s, 4);
	gap = between(s + at, n - at, "年");
	at += gap;
	if (n < at + 4)
		return false;
	m = digits(s + at, 2);
	at += 2;
	if (gap > 0) {
		gap = between(s + at, n - at, "月");
		if (gap == 0)
			return false;
		at += gap;
	}
	if (n < at + 2)
		return false;
	d = digits(s + at, 2);
	if (y < 0 || m < 0 || d < 0)
		return false;
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02d", y, m, d);
	return clock_day_parse(text, day) == 0;
}

/* "2026-W48": its Monday. */
static bool
take_week(const char *s, size_t n, int64_t *day)
{
	char text[CLOCK_DAY_LEN];
	int y, w;

	if (n < 8 || s[4] != '-' || s[5] != 'W')
		return false;
	y = digits(s, 4);
	w = digits(s + 6, 2);
	(void)snprintf(text, sizeof(text), "%04d-01-04", y > 0 ? y : 0);
	if (y < 0 || w < 1 || w > 53 || clock_day_parse(text, day) < 0)
		return false;
	*day = clock_day_monday(*day) + (int64_t)(w - 1) * 7;
	return true;
}

static bool
holds(const char *s, size_t n, const char *word)
{
	const size_t w = strlen(word);

	for (; n >= w; s++, n--)
		if (strncasecmp(s, word, w) == 0)
			return true;
	return false;
}

static bool
ends(const char *s, size_t n, const char *end)
{
	const size_t w = strlen(end);

	return n >= w && strncasecmp(s + n - w, end, w) == 0;
}

bool
dayreports_name(const char *path, size_t n, enum reportfile_kind *kind,
	int64_t *day)
{
	static const char *const plans[] = {"week", "plan", "周计划", "周計劃",
	    "周計畫"};
	const char *slash = n > 0 ? memrchr(path, '/', n) : NULL;
	size_t i;

	if (slash) {
		n -= (size_t)(slash + 1 - path);
		path = slash + 1;
	}
	*kind = REPORTFILE_DAY;
	*day = DAYREPORTS_NO_DAY;
	for (i = 0; i < sizeof(plans) / sizeof(*plans); i++)
		if (holds(path, n, plans[i]))
			*kind = REPORTFILE_PLAN;
	for (i = 0; i < n; i++) {
		/* not the end of a longer number */
		if (i > 0 && path[i - 1] >= '0' && path[i - 1] <= '9')
			continue;
		if (take_week(path + i, n - i, day)) {
			*kind = REPORTFILE_PLAN;
			break;
		}
		if (take_date(path + i, n - i, day))
			break;
	}
	if (*kind == REPORTFILE_PLAN && *day != DAYREPORTS_NO_DAY)
		*day = clock_day_monday(*day);
	return n > 0 && *path != '.' && !(n > 1 && memcmp(path, "~$", 2) ==
	    0) && path[n - 1] != '~' && !ends(path, n, ".tmp") &&
	    !ends(path, n, ".part");
}

int
dayreports_text(struct buf *out, const void *data, size_t n, struct err *e)
{
	static const char mark[] = "\xef\xbb\xbf";
	const char *s = data;
	size_t i, end;

	if (n >= 3 && memcmp(s, mark, 3) == 0) {
		s += 3;
		n -= 3;
	}
	end = n < DAYREPORTS_TEXT_MAX ? n : DAYREPORTS_TEXT_MAX;
	/* not in the middle of a character */
	while (end < n && end > 0 && ((unsigned char)s[end] & 0xc0) == 0x80)
		end--;
	if (!utf8_valid(s, end))
		return 0;
	for (i = 0; i < end; i++)
		if (((unsigned char)s[i] < 0x20 && s[i] != '\n' &&
		    s[i] != '\r' && s[i] != '\t') || s[i] == 0x7f)
			return 0;
	return buf_add(out, s, end, e);
}

/* --- Into the catalogue. */

static void
forget(struct index *k)
{
	free(k->station);
	free(k->source);
	k->station = k->source = NULL;
}

static int
take_row(struct index *k, struct err *e)
{
	const enum sql q = SQL_REPORTS_VERSION;
	const void *p;
	size_t n;

	k->station = str_dup(catalogue_text(k->c, q, GET_STATION));
	k->source = str_dup(catalogue_text(k->c, q, GET_SOURCE));
	if (!k->station || !k->source)
		return err_nomem(e);
	k->size = catalogue_int(k->c, q, GET_SIZE);
	k->mtime = catalogue_int(k->c, q, GET_MTIME);
	p = catalogue_blob(k->c, q, GET_PATH, &n);
	buf_clear(&k->path);
	if (n > PATH_MAX_LEN || buf_add(&k->path, p, n, e) < 0)
		return n > PATH_MAX_LEN ? 0 : -1;
	buf_clear(&k->runs);
	p = catalogue_blob(k->c, q, GET_RUNS, &n);
	/* what is that large is not read */
	return k->size > (int64_t)REPORTFILE_MAX || n > RUNS_MAX ? 0 :
	    buf_add(&k->runs, p, n, e);
}

static int
load(struct index *k, int64_t version, struct err *e)
{
	const enum sql q = SQL_REPORTS_VERSION;
	int rc;

	forget(k);
	k->version = version;
	rc = catalogue_step(k->c, q, e, "i", version);
	if (rc == 0)
		rc = err_set(e, ERR_FAIL, "the catalogue lacks a file");
	if (rc > 0)
		rc = take_row(k, e);
	catalogue_reset(k->c, q);
	return rc;
}

/* Its bytes into k->file.  1: they cannot be had now; 0; -1. */
static int
read_bytes(struct index *k, struct err *e)
{
	const struct bytes_of of = {k->runs.data, k->runs.len, INT64_MAX};
	struct err why = ERR_INIT;
	int64_t size = 0;
	int fd = file_nameless(k->box->home->index, e), rc;

	if (fd < 0)
		return -1;
	rc = bytes_write(k->bytes, &of, fd, &size, &why);
	if (rc == 0 && size != k->size)
		rc = 1;
	buf_clear(&k->file);
	if (rc == 0 && lseek(fd, 0, SEEK_SET) < 0)
		rc = err_set(&why, ERR_IO, "cannot read the file back");
	if (rc == 0)
		rc = file_load_fd(fd, "report", &k->file, &why);
	(void)close(fd);
	if (rc < 0)
		*e = why;
	return rc;
}

static int
add(struct index *k, const struct dayreport *r, struct err *e)
{
	uint8_t sum[HASH_LEN];
	int rc;

	hash_sha256(sum, k->text.data, k->text.len);
	if (r->day == DAYREPORTS_NO_DAY)
		rc = catalogue_run(k->c, SQL_REPORT_ADD, e, "ittbiniitb",
		    k->version, k->station, k->source,
		    (const void *)k->path.data, k->path.len, (int64_t)r->kind,
		    r->at, (int64_t)r->typed, buf_str(&k->text),
		    (const void *)sum, (size_t)SUM_LEN);
	else
		rc = catalogue_run(k->c, SQL_REPORT_ADD, e, "ittbiiiitb",
		    k->version, k->station, k->source,
		    (const void *)k->path.data, k->path.len, (int64_t)r->kind,
		    r->day, r->at, (int64_t)r->typed, buf_str(&k->text),
		    (const void *)sum, (size_t)SUM_LEN);
	if (rc == 0)
		k->report->added += catalogue_changed(k->c) > 0;
	return rc;
}

/* The lines of ours into k->text. */
static int
take_lines(struct index *k, const struct reportfile *r, struct err *e)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (buf_addf(&k->text, e, "%s%s", i ? "\n" : "",
		    r->line[i]) < 0)
			return -1;
	return 0;
}

/* What k->file, of what k->path is called, is. */
static int
take_file(struct index *k, struct err *e)
{
	struct dayreport r = {.at = k->mtime};
	const char *path = buf_str(&k->path);
	struct reportfile f;
	int rc;

	buf_clear(&k->text);
	if (!dayreports_name(path, k->path.len, &r.kind, &r.day))
		return 0;
	rc = reportfile_read(&f, k->file.data, k->file.len, e);
	if (rc == 0) {
		r.kind = f.kind;
		r.day = f.day;
		r.at = f.written;
		r.typed = true;
		rc = take_lines(k, &f, e);
		reportfile_release(&f);
	} else if (rc > 0) {
		rc = dayreports_text(&k->text, k->file.data, k->file.len, e);
	}
	return rc < 0 ? -1 : add(k, &r, e);
}

/* 1: not now; 0; -1. */
static int
one_version(struct index *k, int64_t version, struct err *e)
{
	int rc = 0;

	if (load(k, version, e) < 0)
		return -1;
	buf_clear(&k->file);
	if (k->size <= (int64_t)REPORTFILE_MAX)
		rc = read_bytes(k, e);
	return rc != 0 ? rc : take_file(k, e);
}

static int
batch(struct index *k, const int64_t *version, size_t n, struct err *e)
{
	struct bytes_of of = {.limit = INT64_MAX};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++) {
		if (load(k, version[i], e) < 0)
			return -1;
		of.runs = k->runs.data;
		of.len = k->runs.len;
		rc = k->size > (int64_t)REPORTFILE_MAX ? 0 :
		    bytes_want(k->bytes, &of, e);
	}
	if (rc < 0 || bytes_fetch(k->bytes, e) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (proc_interrupted())
			return err_set(e, ERR_INTR, "interrupted");
		rc = one_version(k, version[i], e);
		if (rc < 0)
			return -1;
		k->report->later += rc;
		if (rc > 0 && k->first_left == 0)
			k->first_left = version[i];
	}
	return 0;
}

/* --- From where to where; a source that is new is read from its beginning. */

static int
find_span(struct index *k, int64_t *sources, int64_t *from, int64_t *to,
	struct err *e)
{
	int64_t done = 0, before = 0;
	int rc = catalogue_step(k->c, SQL_REPORTS_SOURCES, e, "");

	*sources = *from = *to = 0;
	if (rc > 0) {
		*sources = catalogue_int(k->c, SQL_REPORTS_SOURCES, 0);
		*to = catalogue_int(k->c, SQL_REPORTS_SOURCES, 1);
	}
	catalogue_reset(k->c, SQL_REPORTS_SOURCES);
	if (rc < 0)
		return -1;
	rc = catalogue_step(k->c, SQL_MARK_GET, e, "t", MARK);
	if (rc > 0 && sscanf(catalogue_text(k->c, SQL_MARK_GET, 0),
	    "%" SCNd64 " %" SCNd64, &done, &before) == 2 && before == *sources)
		*from = done;
	catalogue_reset(k->c, SQL_MARK_GET);
	return rc < 0 ? -1 : 0;
}

static int
list_versions(struct index *k, int64_t from, int64_t *version, size_t *n,
	struct err *e)
{
	const enum sql q = SQL_REPORTS_NEXT;
	int rc = catalogue_step(k->c, q, e, "ii", from, (int64_t)BATCH);

	for (*n = 0; rc > 0 && *n < BATCH; rc = catalogue_next(k->c, q, e))
		version[(*n)++] = catalogue_int(k->c, q, 0);
	catalogue_reset(k->c, q);
	return rc < 0 ? -1 : 0;
}

static int
all(struct index *k, struct err *e)
{
	int64_t version[BATCH], sources, from, to;
	char mark[64];
	size_t n;

	if (find_span(k, &sources, &from, &to, e) < 0)
		return -1;
	do {
		if (list_versions(k, from, version, &n, e) < 0)
			return -1;
		if (n == 0)
			break;
		if (catalogue_begin(k->c, e) < 0)
			return -1;
		if (batch(k, version, n, e) < 0 ||
		    catalogue_commit(k->c, e) < 0) {
			catalogue_rollback(k->c);
			return -1;
		}
		from = version[n - 1];
	} while (n == BATCH);
	(void)snprintf(mark, sizeof(mark), "%" PRId64 " %" PRId64,
	    k->first_left > 0 ? k->first_left - 1 : to, sources);
	return catalogue_run(k->c, SQL_MARK_SET, e, "tt", MARK, mark);
}

int
dayreports_index(struct box *b, struct dayreports_report *r, struct err *e)
{
	struct index k = {.box = b, .c = b->catalogue, .report = r,
	    .file = BUF_INIT(REPORTFILE_MAX), .text = BUF_INIT(LINES_MAX),
	    .runs = BUF_INIT(RUNS_MAX), .path = BUF_INIT(PATH_MAX_LEN)};
	int rc = -1;

	memset(r, 0, sizeof(*r));
	k.bytes = bytes_new(b, e);
	if (k.bytes)
		rc = all(&k, e);
	bytes_free(k.bytes);
	forget(&k);
	buf_release(&k.file);
	buf_release(&k.text);
	buf_release(&k.runs);
	buf_release(&k.path);
	return rc;
}

/* --- Out of it. */

int
dayreports_each(struct catalogue *c, const struct dayreports_ask *ask,
	dayreports_fn fn, void *arg, struct err *e)
{
	const enum sql q = SQL_REPORT_EACH;
	struct dayreport r;
	int rc;

	for (rc = catalogue_step(c, q, e, "tiiiii", ask->station,
	    (int64_t)ask->kind, ask->first, ask->last, ask->from, ask->until);
	    rc > 0; rc = catalogue_next(c, q, e)) {
		r.version = catalogue_int(c, q, 0);
		r.station = ask->station;
		r.kind = ask->kind;
		r.source = catalogue_text(c, q, 1);
		r.path = catalogue_blob(c, q, 2, &r.path_len);
		r.day = catalogue_null(c, q, 3) ? DAYREPORTS_NO_DAY :
		    catalogue_int(c, q, 3);
		r.at = catalogue_int(c, q, 4);
		r.typed = catalogue_int(c, q, 5) != 0;
		r.text = catalogue_text(c, q, 6);
		if (fn(arg, &r, e) < 0) {
			rc = -1;
			break;
		}
	}
	catalogue_reset(c, q);
	return rc;
}
