/* desk/shops.c - captures and pages into the catalogue; docs/FORMAT.md 22. */
#include "desk/shops.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "desk/bytes.h"
#include "desk/finding.h"
#include "desk/shopfound.h"
#include "desk/shoplist.h"

#include "base/banned.h"

#define MARK "shops"
#define CODE "shop"		/* of the findings */
#define BATCH 256
#define RUNS_MAX (256u << 20)
#define WRONG_MAX 1000		/* of a file, which then is given up */
#define BY_MAX 16

/* Columns of SQL_SHOPS_VERSION. */
enum { GET_STATION, GET_LINE, GET_SOURCE, GET_PATH, GET_SIZE, GET_SUM,
	GET_RUNS };

enum file_kind { FILE_OTHER, FILE_MONTH, FILE_RECORD };

struct index {
	struct box *box;
	struct catalogue *c;
	struct shops_report *report;
	struct bytes *bytes;
	struct buf file;
	int64_t first_left;
	/* of the version that is looked at */
	char *station, *source;
	char path[sizeof("captures/2026-11.jsonl") + 64];
	enum file_kind kind;
	uint8_t name[SHOP_HASH_LEN];	/* of a record */
	int64_t version, line, size, shop;
	struct buf list, runs;
	/* of the month that is read */
	const char *text;		/* of the line, and its length */
	size_t n;
	int64_t wrong, first_wrong, at;
};

/* --- What a file is. */

static bool
is_month(const char *path)
{
	const char *s = path + strlen("captures/");
	size_t i;

	if (!str_starts(path, "captures/") || strlen(s) != 13 ||
	    strcmp(s + 7, ".jsonl") != 0 || s[4] != '-')
		return false;
	for (i = 0; i < 7; i++)
		if (i != 4 && (s[i] < '0' || s[i] > '9'))
			return false;
	return true;
}

static enum file_kind
kind_of(const char *path, uint8_t name[static SHOP_HASH_LEN])
{
	const char *s = path + strlen("pages/");

	if (is_month(path))
		return FILE_MONTH;
	if (str_starts(path, "pages/") &&
	    strlen(s) == 2 * SHOP_HASH_LEN + 5 &&
	    strcmp(s + 2 * SHOP_HASH_LEN, ".json") == 0 &&
	    str_unhex(name, SHOP_HASH_LEN, s, 2 * SHOP_HASH_LEN) == 0)
		return FILE_RECORD;
	return FILE_OTHER;
}

static const char *
shop_name(const char *source)
{
	return str_starts(source, "shop-") && source[5] ? source + 5 : source;
}

static struct finding_place
place(const struct index *k)
{
	return (struct finding_place){k->c, 0, 0, k->station,
	    clock_now_utc()};
}

static int
add_blob(struct buf *b, struct catalogue *c, int col, struct err *e)
{
	size_t n;
	const void *p = catalogue_blob(c, SQL_SHOPS_VERSION, col, &n);

	buf_clear(b);
	return buf_add(b, p, n, e);
}

static int
take_row(struct index *k, struct err *e)
{
	const enum sql q = SQL_SHOPS_VERSION;
	size_t n;
	const void *path = catalogue_blob(k->c, q, GET_PATH, &n);

	k->kind = FILE_OTHER;
	if (n < sizeof(k->path) && !memchr(path, '\0', n)) {
		memcpy(k->path, path, n);
		k->path[n] = '\0';
		k->kind = kind_of(k->path, k->name);
	}
	k->station = str_dup(catalogue_text(k->c, q, GET_STATION));
	k->source = str_dup(catalogue_text(k->c, q, GET_SOURCE));
	if (!k->station || !k->source)
		return err_nomem(e);
	k->line = catalogue_int(k->c, q, GET_LINE);
	k->size = catalogue_int(k->c, q, GET_SIZE);
	return add_blob(&k->list, k->c, GET_SUM, e) < 0 ? -1 :
	    add_blob(&k->runs, k->c, GET_RUNS, e);
}

static void
forget_row(struct index *k)
{
	free(k->station);
	free(k->source);
	k->station = k->source = NULL;
}

static int
load_version(struct index *k, int64_t version, struct err *e)
{
	const enum sql q = SQL_SHOPS_VERSION;
	int rc;

	forget_row(k);
	k->version = version;
	rc = catalogue_step(k->c, q, e, "i", version);
	if (rc == 0)
		rc = err_set(e, ERR_FAIL, "the catalogue lacks a file");
	if (rc > 0)
		rc = take_row(k, e);
	catalogue_reset(k->c, q);
	return rc;
}

/* --- Its shop. */

static int
find_shop(struct index *k, struct err *e)
{
	return shopfound_shop(k->c, k->line, k->station, k->source,
	    shop_name(k->source), &k->shop, e);
}

/* --- A record. */

/* 1: it is here already; 0; -1. */
static int
has_record(struct index *k, struct err *e)
{
	const enum sql q = SQL_SHOP_RECORD_THERE;
	int rc = catalogue_step(k->c, q, e, "b", (const void *)k->name,
	    sizeof(k->name));

	catalogue_reset(k->c, q);
	return rc;
}

static int
wrong_file(struct index *k, const char *why, struct err *e)
{
	const struct finding_place at = place(k);

	k->report->wrong++;
	return finding_once(&at, FINDING_WARN, CODE, e, "shop '%s': %.24s… "
	    "does not count: %s", shop_name(k->source), k->path, why);
}

static int
take_record(struct index *k, struct err *e)
{
	struct err why = ERR_INIT;
	uint8_t sum[HASH_LEN];
	int rc;

	hash_sha256(sum, k->file.data, k->file.len);
	if (memcmp(sum, k->name, sizeof(sum)) != 0)
		return wrong_file(k, "its bytes are others than its name "
		    "says", e);
	rc = shopfound_record(k->c, k->name, &k->file, &why);
	if (rc >= 0) {
		k->report->records += rc;
		return 0;
	}
	if (why.code == ERR_FORMAT)
		return wrong_file(k, why.what, e);
	*e = why;
	return -1;
}

/* --- A line. */

/* A name to be shown and compared. */
static bool
is_name(const char *s, size_t max)
{
	const size_t n = strlen(s);

	return n > 0 && n <= max && utf8_clean(s, n);
}

static bool
makes_sense(const struct shop_capture *c)
{
	return is_name(c->page, SHOPS_NAME_MAX) && is_name(c->by, BY_MAX) &&
	    (strcmp(c->view, "desktop") == 0 ||
	    strcmp(c->view, "mobile") == 0) && c->ts >= SHOPFOUND_TS_MIN &&
	    c->ts <= SHOPFOUND_TS_MAX;
}

/* 1: one more page would be too many; 0; -1.  Mostly it is one that is known. */
static int
is_over(struct index *k, const struct shop_capture *c, struct err *e)
{
	int rc = catalogue_step(k->c, SQL_SHOP_PAGE_THERE, e, "itt", k->shop,
	    c->page, c->view);

	catalogue_reset(k->c, SQL_SHOP_PAGE_THERE);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	rc = catalogue_step(k->c, SQL_SHOP_PAGES, e, "i", k->shop);
	if (rc > 0)
		rc = catalogue_int(k->c, SQL_SHOP_PAGES, 0) >=
		    SHOPS_PAGES_MAX;
	catalogue_reset(k->c, SQL_SHOP_PAGES);
	return rc;
}

static int
on_capture(void *arg, const struct shop_capture *c, struct err *e)
{
	struct index *k = arg;
	uint8_t sum[HASH_LEN];
	int rc = makes_sense(c) ? is_over(k, c, e) : 1;

	if (rc != 0)
		return rc < 0 ? -1 : err_set(e, ERR_FORMAT, "it cannot be");
	hash_sha256(sum, k->text, k->n);
	return shopfound_capture(k->c, k->shop, c, sum, &k->report->captures,
	    e);
}

/* A line with its LF; one that makes no sense is counted. */
static int
take_line(struct index *k, struct err *e)
{
	struct err why = ERR_INIT;

	if (captures_read(k->text, k->n, on_capture, k, &why) == 0)
		return 0;
	if (why.code != ERR_FORMAT) {
		*e = why;
		return -1;
	}
	if (k->wrong++ == 0)
		k->first_wrong = k->at;
	return 0;
}

/* --- A month. */

struct month {			/* how far it was read */
	int64_t len;
	uint8_t sum[HASH_LEN];
	bool known;
	bool done;		/* by these very bytes, or by later ones */
};

static int
find_month(struct index *k, struct month *m, struct err *e)
{
	const enum sql q = SQL_SHOP_MONTH;
	int rc = catalogue_step(k->c, q, e, "itt", k->line, k->source,
	    k->path);
	const void *p;
	size_t n;

	memset(m, 0, sizeof(*m));
	if (rc > 0) {
		m->len = catalogue_int(k->c, q, 0);
		p = catalogue_blob(k->c, q, 1, &n);
		m->known = n == HASH_LEN;
		if (m->known)
			memcpy(m->sum, p, n);
		p = catalogue_blob(k->c, q, 2, &n);
		m->done = m->known && (str_cmp_bytes(p, n, k->list.data,
		    k->list.len) == 0 ||
		    catalogue_int(k->c, q, 3) >= k->version);
	}
	catalogue_reset(k->c, q);
	return rc < 0 ? -1 : 0;
}

static int
save_month(struct index *k, size_t len, struct err *e)
{
	uint8_t sum[HASH_LEN];

	hash_sha256(sum, k->file.data, len);
	return catalogue_run(k->c, SQL_SHOP_MONTH_SET, e, "ittibbi", k->line,
	    k->source, k->path, (int64_t)len, (const void *)sum, sizeof(sum),
	    (const void *)k->list.data, k->list.len, k->version);
}

/* Does the file begin with what was read of it? */
static bool
goes_on(const struct index *k, const struct month *m)
{
	uint8_t sum[HASH_LEN];

	if ((int64_t)k->file.len < m->len)
		return false;
	hash_sha256(sum, k->file.data, (size_t)m->len);
	return memcmp(sum, m->sum, sizeof(sum)) == 0;
}

static int
tell_wrong(struct index *k, struct err *e)
{
	const struct finding_place at = place(k);

	if (k->wrong == 0)
		return 0;
	k->report->wrong += k->wrong;
	return finding_once(&at, FINDING_WARN, CODE, e, "shop '%s': no "
	    "captures in %s: %lld lines, the first is line %lld",
	    shop_name(k->source), k->path, (long long)k->wrong,
	    (long long)k->first_wrong);
}

static int
take_month(struct index *k, struct err *e)
{
	const struct finding_place at = place(k);
	struct month m;
	size_t from, len = k->file.len;
	int rc = 0;

	if (find_month(k, &m, e) < 0)
		return -1;
	from = m.known && goes_on(k, &m) ? (size_t)m.len : 0;
	if (m.known && m.len > 0 && from == 0) {
		k->report->wrong++;
		if (finding_once(&at, FINDING_INTEGRITY, CODE, e, "shop '%s': "
		    "%s was rewritten at the station; what it said first "
		    "stays", shop_name(k->source), k->path) < 0)
			return -1;
	}
	k->wrong = 0;
	k->at = 0;
	for (size_t i = 0; i < from; i++)
		k->at += k->file.data[i] == '\n';
	while (rc == 0 && k->wrong < WRONG_MAX) {
		const uint8_t *lf = from < len ? memchr(k->file.data + from,
		    '\n', len - from) : NULL;

		if (!lf)
			break;
		k->text = (const char *)k->file.data + from;
		k->n = (size_t)(lf + 1 - k->file.data) - from;
		k->at++;
		from += k->n;
		rc = take_line(k, e);
	}
	if (rc == 0)
		rc = tell_wrong(k, e);
	return rc == 0 ? save_month(k, from, e) : -1;
}

/* --- Versions. */

/* 1: there is nothing to be read in it; 0; -1. */
static int
is_done(struct index *k, struct err *e)
{
	struct month m;

	switch (k->kind) {
	case FILE_RECORD:
		return has_record(k, e);
	case FILE_MONTH:
		return find_month(k, &m, e) < 0 ? -1 : m.done;
	default:
		return 1;
	}
}

static int64_t
most(const struct index *k)
{
	return k->kind == FILE_RECORD ? PAGE_MAX : SHOPS_MONTH_MAX;
}

/* The bytes into k->file.  1: they cannot be had now; 0; -1. */
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
		rc = file_load_fd(fd, k->path, &k->file, &why);
	(void)close(fd);
	if (rc < 0)
		*e = why;
	return rc;
}

/* 1: not now; 0; -1. */
static int
one_version(struct index *k, int64_t version, struct err *e)
{
	int rc;

	if (load_version(k, version, e) < 0)
		return -1;
	rc = is_done(k, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (k->size > most(k))
		return wrong_file(k, "it is too large", e);
	rc = read_bytes(k, e);
	if (rc != 0)
		return rc;
	if (find_shop(k, e) < 0)
		return -1;
	return k->kind == FILE_RECORD ? take_record(k, e) : take_month(k, e);
}

/* Note what N versions need, as far as there is room; *n: of how many. */
static int
prepare(struct index *k, const int64_t *version, size_t *n, struct err *e)
{
	struct bytes_of of = {.limit = INT64_MAX};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < *n; i++) {
		if (load_version(k, version[i], e) < 0)
			return -1;
		rc = k->size > most(k) ? 1 : is_done(k, e);
		if (rc < 0)
			return -1;
		of.runs = k->runs.data;
		of.len = k->runs.len;
		rc = rc > 0 ? 0 : bytes_want(k->bytes, &of, e);
	}
	*n = i;
	return rc < 0 ? -1 : bytes_fetch(k->bytes, e);
}

static int
batch(struct index *k, const int64_t *version, size_t n, struct err *e)
{
	size_t i, end;
	int rc;

	for (i = 0; i < n; i = end) {
		end = n - i;
		if (prepare(k, version + i, &end, e) < 0)
			return -1;
		for (end += i; i < end; i++) {
			if (proc_interrupted())
				return err_set(e, ERR_INTR, "interrupted");
			rc = one_version(k, version[i], e);
			if (rc < 0)
				return -1;
			k->report->later += rc;
			if (rc > 0 && k->first_left == 0)
				k->first_left = version[i];
		}
	}
	return 0;
}

static int
batch_whole(struct index *k, const int64_t *version, size_t n, struct err *e)
{
	if (catalogue_begin(k->c, e) < 0)
		return -1;
	if (batch(k, version, n, e) == 0 && catalogue_commit(k->c, e) == 0)
		return 0;
	catalogue_rollback(k->c);
	return -1;
}

/* --- From where to where. */

struct span {
	int64_t sources;	/* of shops: where one is new, all is asked */
	int64_t from, to;
};

static int
find_span(struct index *k, struct span *s, struct err *e)
{
	int64_t sources = 0, done = 0;
	int rc = catalogue_step(k->c, SQL_SHOPS_SOURCES, e, "");

	memset(s, 0, sizeof(*s));
	if (rc > 0) {
		s->sources = catalogue_int(k->c, SQL_SHOPS_SOURCES, 0);
		s->to = catalogue_int(k->c, SQL_SHOPS_SOURCES, 1);
	}
	catalogue_reset(k->c, SQL_SHOPS_SOURCES);
	if (rc < 0)
		return -1;
	rc = catalogue_step(k->c, SQL_MARK_GET, e, "t", MARK);
	if (rc > 0 && sscanf(catalogue_text(k->c, SQL_MARK_GET, 0),
	    "%" SCNd64 " %" SCNd64, &done, &sources) == 2 &&
	    sources == s->sources)
		s->from = done;
	catalogue_reset(k->c, SQL_MARK_GET);
	return rc < 0 ? -1 : 0;
}

static int
list_versions(struct index *k, int64_t from, int64_t *version, size_t *n,
	struct err *e)
{
	const enum sql q = SQL_SHOPS_NEXT;
	int rc = catalogue_step(k->c, q, e, "ii", from, (int64_t)BATCH);

	for (*n = 0; rc > 0 && *n < BATCH; rc = catalogue_next(k->c, q, e))
		version[(*n)++] = catalogue_int(k->c, q, 0);
	catalogue_reset(k->c, q);
	return rc < 0 ? -1 : 0;
}

static int
all(struct index *k, struct err *e)
{
	int64_t version[BATCH];
	char mark[64];
	struct span s;
	size_t n;

	if (find_span(k, &s, e) < 0)
		return -1;
	do {
		if (list_versions(k, s.from, version, &n, e) < 0)
			return -1;
		if (n > 0 && batch_whole(k, version, n, e) < 0)
			return -1;
		if (n > 0)
			s.from = version[n - 1];
	} while (n == BATCH);
	(void)snprintf(mark, sizeof(mark), "%" PRId64 " %" PRId64,
	    k->first_left > 0 ? k->first_left - 1 : s.to, s.sources);
	return catalogue_run(k->c, SQL_MARK_SET, e, "tt", MARK, mark);
}

int
shops_index(struct box *b, struct shops_report *r, struct err *e)
{
	struct index k = {.box = b, .c = b->catalogue, .report = r,
	    .file = BUF_INIT(SHOPS_MONTH_MAX),
	    .list = BUF_INIT(64),
	    .runs = BUF_INIT(RUNS_MAX)};
	int rc = -1;

	memset(r, 0, sizeof(*r));
	k.bytes = bytes_new(b, e);
	if (k.bytes)
		rc = all(&k, e);
	bytes_free(k.bytes);
	forget_row(&k);
	buf_release(&k.file);
	buf_release(&k.list);
	buf_release(&k.runs);
	return rc < 0 ? -1 : shoplist_index(b, r, e);
}
