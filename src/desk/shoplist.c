/* desk/shoplist.c - lists of goods into the catalogue; docs/FORMAT.md 22. */
#include "desk/shoplist_work.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "desk/bytes.h"
#include "desk/finding.h"
#include "desk/shopfound.h"

#include "base/banned.h"

#define MARK "lists"
#define BATCH 64
#define RUNS_MAX (256u << 20)
#define DAY_S 86400

/* Columns of SQL_LIST_NEXT and SQL_LIST_FILES. */
enum { NEXT_PART, NEXT_LINE, NEXT_SOURCE, NEXT_STATE, NEXT_REASON,
	NEXT_STATION, NEXT_STARTED, NEXT_EAST };
enum { FILE_PATH, FILE_SIZE, FILE_MTIME, FILE_SUM, FILE_RUNS,
	FILE_TORN };

struct looked {			/* a source as a run had it */
	int64_t part, line, started, east;
	char *source, *state, *reason, *station;
};
struct lists {
	struct box *box;
	struct catalogue *c;
	struct shops_report *report;
	struct bytes *bytes;
	int64_t first_left;	/* part; 0: none */
	/* of the source that is looked at */
	const struct looked *at;
	int64_t shop;
	struct shoplist_file *file;
	size_t n;
};

/* --- Captures. */

/* Is it what the last look of that day said?  1; 0; -1. */
static int
is_said(struct lists *k, const char *page, int64_t day,
	const struct shoplist_outcome *o, struct err *e)
{
	const enum sql q = SQL_LIST_LAST;
	int rc = catalogue_step(k->c, q, e, "iti", k->shop, page,
	    k->at->started);
	const void *record;
	size_t n;

	if (rc > 0) {
		record = catalogue_blob(k->c, q, 3, &n);
		rc = catalogue_int(k->c, q, 0) == day &&
		    catalogue_int(k->c, q, 1) == (int64_t)o->state &&
		    strcmp(catalogue_text(k->c, q, 2), o->reason) == 0 &&
		    n == (o->has_record ? SHOP_HASH_LEN : 0) &&
		    (n == 0 || memcmp(record, o->record, n) == 0);
	}
	catalogue_reset(k->c, q);
	return rc;
}

/* The line that it would be. */
static int
sum_of(const struct shop_capture *c, uint8_t sum[static HASH_LEN],
	struct err *e)
{
	struct buf line = BUF_INIT(CAPTURES_LINE_MAX);
	const int rc = captures_write(c, &line, e);

	hash_sha256(sum, line.data, line.len);
	buf_release(&line);
	return rc;
}

static int
capture(struct lists *k, const char *page, const char *path,
	const struct shoplist_outcome *o, struct err *e)
{
	const struct looked *at = k->at;
	struct shop_capture c = {.ts = at->started,
	    .offset = (int32_t)(at->east / 60), .page = page,
	    .view = SHOPLIST_VIEW, .state = o->state,
	    .reason = o->reason[0] ? o->reason : NULL,
	    .has_record = o->has_record, .by = SHOPLIST_BY};
	struct buf url = BUF_INIT(3 * PATH_MAX);
	const int64_t day = (c.ts + c.offset * 60) / DAY_S;
	uint8_t sum[HASH_LEN];
	int rc = is_said(k, page, day, o, e);

	if (rc == 0 && (buf_addf(&url, e, "%s%s", at->source, path ? "/" :
	    "") < 0 || (path && buf_adds(&url, path, e) < 0)))
		rc = -1;
	if (rc == 0) {
		memcpy(c.record, o->record, sizeof(c.record));
		c.url = buf_str(&url);
		rc = sum_of(&c, sum, e);
	}
	if (rc == 0 && c.url)
		rc = shopfound_capture(k->c, k->shop, &c, sum,
		    &k->report->captures, e);
	buf_release(&url);
	return rc < 0 ? -1 : 0;
}

/* --- A source as a run had it. */

static void
forget_files(struct lists *k)
{
	size_t i;

	for (i = 0; i < k->n; i++) {
		free(k->file[i].shown);
		buf_release(&k->file[i].sum);
		buf_release(&k->file[i].runs);
	}
	free(k->file);
	k->file = NULL;
	k->n = 0;
}

static int
copy_blob(struct catalogue *c, int col, struct buf *out, size_t max,
	struct err *e)
{
	size_t n;
	const void *p = catalogue_blob(c, SQL_LIST_FILES, col, &n);

	buf_init(out, max);
	return buf_add(out, p, n, e);
}

static int
take_file(struct lists *k, struct err *e)
{
	const enum sql q = SQL_LIST_FILES;
	struct buf shown = BUF_INIT(4 * PATH_MAX);
	struct shoplist_file *f = &k->file[k->n];
	size_t n;
	const void *path = catalogue_blob(k->c, q, FILE_PATH, &n);

	memset(f, 0, sizeof(*f));
	if (!shoplist_name(path, n, f->page))
		return 0;
	k->n++;
	f->size = catalogue_int(k->c, q, FILE_SIZE);
	f->mtime = catalogue_int(k->c, q, FILE_MTIME);
	f->torn = catalogue_int(k->c, q, FILE_TORN) != 0;
	if (copy_blob(k->c, FILE_SUM, &f->sum, 64, e) < 0 ||
	    copy_blob(k->c, FILE_RUNS, &f->runs, RUNS_MAX, e) < 0 ||
	    utf8_add_shown(&shown, path, n, e) < 0) {
		buf_release(&shown);
		return -1;
	}
	f->shown = str_dup(buf_str(&shown));
	buf_release(&shown);
	return f->shown ? 0 : err_nomem(e);
}

/* By list, the newest first. */
static int
compare_files(const void *x, const void *y)
{
	const struct shoplist_file *p = x, *q = y;
	const int c = strcmp(p->page, q->page);

	if (c != 0)
		return c;
	if (p->mtime != q->mtime)
		return p->mtime > q->mtime ? -1 : 1;
	return -strcmp(p->shown, q->shown);
}

/* The lists that lay there.  1: too many; 0; -1. */
static int
find_files(struct lists *k, struct err *e)
{
	const enum sql q = SQL_LIST_FILES;
	const struct looked *at = k->at;
	int rc;

	k->file = calloc(SHOPLIST_FILES_MAX, sizeof(*k->file));
	if (!k->file)
		return err_nomem(e);
	for (rc = catalogue_step(k->c, q, e, "iti", at->line, at->source,
	    at->part); rc > 0 && k->n < SHOPLIST_FILES_MAX;
	    rc = catalogue_next(k->c, q, e))
		if (take_file(k, e) < 0) {
			rc = -1;
			break;
		}
	catalogue_reset(k->c, q);
	if (rc < 0)
		return -1;
	qsort(k->file, k->n, sizeof(*k->file), compare_files);
	return rc;
}

/* Which of the N files of a list are of its newest day? */
static size_t
of_newest_day(const struct looked *at, const struct shoplist_file *file,
	size_t n)
{
	const int64_t day = (file[0].mtime + at->east) / DAY_S;
	size_t i = 1;

	while (i < n && (file[i].mtime + at->east) / DAY_S == day)
		i++;
	return i;
}

/* Each list that lies there. */
static int
there(struct lists *k, struct err *e)
{
	struct shoplist_outcome o;
	size_t i, end;
	int rc;

	for (i = 0; i < k->n; i = end) {
		const struct shoplist_file *file = &k->file[i];

		for (end = i + 1; end < k->n &&
		    strcmp(k->file[end].page, file->page) == 0; end++)
			;
		rc = shoplist_read(k->box, k->bytes, file->page, file,
		    of_newest_day(k->at, file, end - i), &o,
		    &k->report->records, e);
		if (rc < 0)
			return -1;
		if (rc == 0 && capture(k, file->page, file->shown, &o, e) < 0)
			return -1;
		k->report->later += rc;
		if (rc > 0 && k->first_left == 0)
			k->first_left = k->at->part;
	}
	return 0;
}

static bool
is_there(const struct lists *k, const char *page)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (strcmp(k->file[i].page, page) == 0)
			return true;
	return false;
}

struct gone { char page[SHOPS_NAME_MAX + 1]; int64_t day; };

/*
 * Lists that were there and are not: that is said for some days, as what it is,
 * and not as goods that are gone.
 */
static int
not_there(struct lists *k, const struct shoplist_outcome *o, struct err *e)
{
	const enum sql q = SQL_LIST_PAGES;
	const int64_t day = (k->at->started + k->at->east) / DAY_S;
	struct gone *gone = calloc(SHOPS_PAGES_MAX, sizeof(*gone));
	size_t n = 0, i;
	int rc;

	if (!gone)
		return err_nomem(e);
	for (rc = catalogue_step(k->c, q, e, "ii", k->shop, k->at->started);
	    rc > 0 && n < SHOPS_PAGES_MAX; rc = catalogue_next(k->c, q, e)) {
		(void)snprintf(gone[n].page, sizeof(gone[n].page), "%s",
		    catalogue_text(k->c, q, 0));
		gone[n++].day = catalogue_int(k->c, q, 1);
	}
	catalogue_reset(k->c, q);
	rc = rc < 0 ? -1 : 0;
	for (i = 0; rc == 0 && i < n; i++)
		if (!is_there(k, gone[i].page) &&
		    day - gone[i].day < SHOPLIST_TOLD)
			rc = capture(k, gone[i].page, NULL, o, e);
	free(gone);
	return rc;
}

static int
too_many(struct lists *k, struct err *e)
{
	const struct finding_place at = {k->c, 0, 0, k->at->station,
	    clock_now_utc()};

	k->report->wrong++;
	return finding_once(&at, FINDING_WARN, "shop", e, "shop '%s': more "
	    "than %d lists of goods in one folder", k->at->source +
	    strlen("products-"), SHOPLIST_FILES_MAX);
}

static int
one_source(struct lists *k, const struct looked *at, struct err *e)
{
	struct shoplist_outcome none = {.state = SHOP_MISSING};
	int rc = 0;

	k->at = at;
	if (at->started < SHOPFOUND_TS_MIN || at->started > SHOPFOUND_TS_MAX ||
	    at->east < -DAY_S || at->east > DAY_S)
		return 0;
	if (shopfound_shop(k->c, at->line, at->station, at->source,
	    at->source + strlen("products-"), &k->shop, e) < 0)
		return -1;
	if (strcmp(at->state, "ok") == 0 || strcmp(at->state, "partial") == 0)
		rc = find_files(k, e);
	(void)snprintf(none.reason, sizeof(none.reason), "%s", at->reason);
	if (rc > 0)
		rc = too_many(k, e);
	if (rc == 0)
		rc = there(k, e);
	if (rc == 0)
		rc = not_there(k, &none, e);
	forget_files(k);
	return rc;
}

/* --- From where to where. */

static void
forget_looked(struct looked *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(v[i].source);
		free(v[i].state);
		free(v[i].reason);
		free(v[i].station);
	}
}

static int
take_looked(struct lists *k, struct looked *v, struct err *e)
{
	const enum sql q = SQL_LIST_NEXT;

	*v = (struct looked){catalogue_int(k->c, q, NEXT_PART),
	    catalogue_int(k->c, q, NEXT_LINE),
	    catalogue_int(k->c, q, NEXT_STARTED),
	    catalogue_int(k->c, q, NEXT_EAST),
	    str_dup(catalogue_text(k->c, q, NEXT_SOURCE)),
	    str_dup(catalogue_text(k->c, q, NEXT_STATE)),
	    str_dup(catalogue_text(k->c, q, NEXT_REASON)),
	    str_dup(catalogue_text(k->c, q, NEXT_STATION))};
	return v->source && v->state && v->reason && v->station ? 0 :
	    err_nomem(e);
}

/* Behind source NAME of PART, at most BATCH. */
static int
next_looked(struct lists *k, int64_t part, const char *name,
	struct looked *v, size_t *n, struct err *e)
{
	const enum sql q = SQL_LIST_NEXT;
	int rc;

	*n = 0;
	for (rc = catalogue_step(k->c, q, e, "iti", part, name,
	    (int64_t)BATCH); rc > 0 && *n < BATCH;
	    rc = catalogue_next(k->c, q, e))
		if (take_looked(k, &v[(*n)++], e) < 0) {
			rc = -1;
			break;
		}
	catalogue_reset(k->c, q);
	return rc < 0 ? -1 : 0;
}

static int
batch(struct lists *k, const struct looked *v, size_t n, struct err *e)
{
	size_t i;

	if (catalogue_begin(k->c, e) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (proc_interrupted()) {
			(void)err_set(e, ERR_INTR, "interrupted");
			break;
		}
		if (one_source(k, &v[i], e) < 0)
			break;
	}
	if (i == n && catalogue_commit(k->c, e) == 0)
		return 0;
	catalogue_rollback(k->c);
	return -1;
}

static int
all(struct lists *k, int64_t from, struct err *e)
{
	struct looked v[BATCH];
	int64_t part = from;
	char *name = str_dup("\x7f");	/* behind each of FROM */
	char mark[32];
	size_t n = 0;
	int rc = name ? 0 : err_nomem(e);

	while (rc == 0) {
		rc = next_looked(k, part, name, v, &n, e);
		if (rc == 0 && n > 0)
			rc = batch(k, v, n, e);
		if (rc == 0 && n > 0) {
			part = v[n - 1].part;
			free(name);
			name = v[n - 1].source;
			v[n - 1].source = NULL;
		}
		forget_looked(v, n);
		if (n < BATCH)
			break;
	}
	free(name);
	if (rc < 0)
		return -1;
	(void)snprintf(mark, sizeof(mark), "%" PRId64, k->first_left > 0 ?
	    k->first_left - 1 : part);
	return catalogue_run(k->c, SQL_MARK_SET, e, "tt", MARK, mark);
}

int
shoplist_index(struct box *b, struct shops_report *r, struct err *e)
{
	struct lists k = {.box = b, .c = b->catalogue, .report = r};
	int64_t from = 0;
	int rc;

	if (!b->importer)
		return 0;
	rc = catalogue_step(k.c, SQL_MARK_GET, e, "t", MARK);
	if (rc > 0)
		(void)str_to_i64(catalogue_text(k.c, SQL_MARK_GET, 0), 0,
		    INT64_MAX, &from);
	catalogue_reset(k.c, SQL_MARK_GET);
	if (rc < 0)
		return -1;
	k.bytes = bytes_new(b, e);
	rc = k.bytes ? all(&k, from, e) : -1;
	bytes_free(k.bytes);
	return rc;
}
