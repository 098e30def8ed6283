/* desk/bytes.c - the bytes of files, version after version. */
#include "desk/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "desk/columns.h"
#include "desk/feed.h"
#include "desk/fetch.h"
#include "desk/runs.h"
#include "unbundle/bundle_read.h"

#include "base/banned.h"

#define ID_LEN 32
#define RUNS_MAX (256u << 20)
#define COPY_LEN (1u << 20)
#define PENDING_MAX (1u << 20)
#define WANTED_MAX (1u << 27)		/* chunks */

/* Where a chunk lies. */
struct kept {
	int64_t n;		/* its number; 0: a free place */
	int64_t off;		/* in the file; below 0: not there */
	uint32_t len;
};
#define OFF_WANTED (-1)
#define OFF_MISSING (-2)	/* it could not be had */

struct bundle {
	int64_t first, count;
	size_t chunk, nchunks;	/* of `wanted` */
};

struct bytes {
	struct box *box;
	int fd;
	int64_t len;		/* of the file, and of what is wanted */
	/* a table with open places, less than half full */
	struct kept *table;
	size_t cap, n;
	int64_t *wanted;	/* numbers */
	size_t nwanted, wanted_cap;
	struct err why;		/* of what is missing: the first */
	/* while bundles are read */
	struct bundle *bundle;
	char (*blob)[CANON_ID_LEN];
	size_t nbundles, bundle_cap, blob_cap;
	const struct bundle *now;
	size_t at;		/* index of the entry that is looked at */
	size_t next;		/* of `wanted` */
	struct buf ids;
	struct buf pending;	/* of the file, behind `written` */
	int64_t written;
	uint8_t *copy;
};

/* --- The table. */

static size_t
place_of(const struct bytes *y, int64_t n)
{
	/* Numbers come in a row: any odd factor spreads them. */
	size_t i = (size_t)((uint64_t)n * 0x9e3779b97f4a7c15u >> 20) &
	    (y->cap - 1);

	while (y->table[i].n != 0 && y->table[i].n != n)
		i = (i + 1) & (y->cap - 1);
	return i;
}

static struct kept *
find(const struct bytes *y, int64_t n)
{
	struct kept *k = y->cap > 0 ? &y->table[place_of(y, n)] : NULL;

	return k && k->n == n ? k : NULL;
}

static int
grow(struct bytes *y, struct err *e)
{
	struct bytes old = *y;
	size_t i;

	y->cap = old.cap ? old.cap * 2 : 4096;
	y->table = y->cap <= WANTED_MAX ? calloc(y->cap, sizeof(*y->table)) :
	    NULL;
	if (!y->table) {
		y->cap = old.cap;
		y->table = old.table;
		return err_nomem(e);
	}
	for (i = 0; i < old.cap; i++)
		if (old.table[i].n != 0)
			y->table[place_of(y, old.table[i].n)] = old.table[i];
	free(old.table);
	return 0;
}

static int
add(struct bytes *y, int64_t n, uint32_t len, struct err *e)
{
	struct kept *k;

	if (y->n * 2 >= y->cap && grow(y, e) < 0)
		return -1;
	k = &y->table[place_of(y, n)];
	if (k->n == 0)
		y->n++;
	*k = (struct kept){n, OFF_WANTED, len};
	return 0;
}

/* Room for one more of SIZE bytes each. */
static int
room(void *vec, size_t n, size_t *cap, size_t size, struct err *e)
{
	void **v = vec;
	size_t more = *cap ? *cap * 2 : 256;
	void *grown;

	if (n < *cap)
		return 0;
	grown = more <= WANTED_MAX ? realloc(*v, more * size) : NULL;
	if (!grown)
		return err_nomem(e);
	*v = grown;
	*cap = more;
	return 0;
}

static int
forget(struct bytes *y, struct err *e)
{
	if (y->cap > 0)
		memset(y->table, 0, y->cap * sizeof(*y->table));
	y->n = y->nwanted = 0;
	y->len = y->written = 0;
	buf_clear(&y->pending);
	err_clear(&y->why);
	if (ftruncate(y->fd, 0) < 0)
		return err_sys(e, errno, "cannot empty a temporary file");
	return 0;
}

/* --- What is wanted. */

/* Chunks FIRST to LAST of the catalogue that are not known; *left sinks. */
static int
want_span(struct bytes *y, int64_t first, int64_t last, int64_t *left,
	struct err *e)
{
	const enum sql q = SQL_CHUNK_SPAN;
	struct catalogue *c = y->box->catalogue;
	int64_t n = first, len;
	int rc = catalogue_step(c, q, e, "ii", first, last);

	for (; rc > 0 && *left > 0; rc = catalogue_next(c, q, e), n++) {
		len = catalogue_int(c, q, 2);
		if (catalogue_int(c, q, 0) != n || len < 0 ||
		    len > UINT32_MAX)
			break;
		*left -= len;
		if (add(y, n, (uint32_t)len, e) < 0 || room(&y->wanted,
		    y->nwanted, &y->wanted_cap, sizeof(*y->wanted), e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
		y->wanted[y->nwanted++] = n;
		y->len += len;
	}
	catalogue_reset(c, q);
	if (rc < 0)
		return -1;
	return n > last || *left <= 0 ? 0 : err_set(e, ERR_FORMAT,
	    "the catalogue lacks chunks");
}

/* One run of chunks: those that are known are passed over. */
static int
want_run(struct bytes *y, int64_t n, int64_t count, int64_t *left,
	struct err *e)
{
	const int64_t end = n + count;
	const struct kept *k;
	int64_t from;

	while (n < end && *left > 0) {
		k = find(y, n);
		if (k) {
			*left -= k->len;
			n++;
			continue;
		}
		for (from = n; n < end && !find(y, n); n++)
			;
		if (want_span(y, from, n - 1, left, e) < 0)
			return -1;
	}
	return 0;
}

static int
want(struct bytes *y, const struct bytes_of *of, struct err *e)
{
	int64_t left = of->limit, first, count;
	struct runs_reader r;
	int rc;

	runs_open(&r, of->runs, of->len);
	while (left > 0 && (rc = runs_next(&r, &first, &count, e)) != 0)
		if (rc < 0 || want_run(y, first, count, &left, e) < 0)
			return -1;
	return 0;
}

int
bytes_want(struct bytes *y, const struct bytes_of *of, struct err *e)
{
	/* What is kept is dropped only where nobody counts on it. */
	if (y->nwanted == 0 && y->len > BYTES_KEPT_MAX && forget(y, e) < 0)
		return -1;
	if (want(y, of, e) < 0)
		return -1;
	return y->len > BYTES_KEPT_MAX;
}

/* --- Opening bundles. */

static int
cmp_number(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* In which bundles what is wanted lies. */
static int
plan(struct bytes *y, struct err *e)
{
	const enum sql q = SQL_BUNDLE_AT;
	struct catalogue *c = y->box->catalogue;
	struct bundle *b = NULL;
	size_t i;
	int rc;

	y->nbundles = 0;
	qsort(y->wanted, y->nwanted, sizeof(*y->wanted), cmp_number);
	for (i = 0; i < y->nwanted; i++) {
		if (b && y->wanted[i] < b->first + b->count) {
			b->nchunks++;
			continue;
		}
		if (room(&y->bundle, y->nbundles, &y->bundle_cap,
		    sizeof(*y->bundle), e) < 0 || room(&y->blob, y->nbundles,
		    &y->blob_cap, sizeof(*y->blob), e) < 0)
			return -1;
		rc = catalogue_step(c, q, e, "i", y->wanted[i]);
		b = &y->bundle[y->nbundles];
		if (rc > 0) {
			*b = (struct bundle){catalogue_int(c, q, BUNDLE_FIRST),
			    catalogue_int(c, q, BUNDLE_CHUNKS), i, 1};
			(void)snprintf(y->blob[y->nbundles++],
			    sizeof(*y->blob), "%s",
			    catalogue_text(c, q, BUNDLE_BLOB));
		}
		catalogue_reset(c, q);
		if (rc < 0)
			return -1;
		if (rc == 0 || y->wanted[i] >= b->first + b->count)
			return err_set(e, ERR_FORMAT,
			    "the catalogue lacks a bundle");
	}
	return 0;
}

static int
flush(struct bytes *y, struct err *e)
{
	if (y->pending.len > 0 && file_pwrite(y->fd, y->pending.data,
	    y->pending.len, y->written, "a temporary file", e) < 0)
		return -1;
	y->written += (int64_t)y->pending.len;
	buf_clear(&y->pending);
	return 0;
}

static bool
is_id(const struct bytes *y, size_t i, const uint8_t id[static ID_LEN])
{
	return (i + 1) * ID_LEN <= y->ids.len &&
	    memcmp(y->ids.data + i * ID_LEN, id, ID_LEN) == 0;
}

/* Asked once for every entry, in order: the place in the tar decides. */
static bool
is_wanted(void *arg, const uint8_t id[static ID_LEN])
{
	struct bytes *y = arg;
	const size_t i = y->at++;

	return !is_id(y, i, id) || y->next >= y->nwanted ||
	    y->wanted[y->next] <= y->now->first + (int64_t)i;
}

static int
on_chunk(void *arg, size_t index, const uint8_t id[static ID_LEN],
	const void *data, size_t n, struct err *e)
{
	struct bytes *y = arg;
	const size_t end = y->now->chunk + y->now->nchunks;
	struct kept *k;

	if (!is_id(y, index, id))
		return err_set(e, ERR_INTEGRITY,
		    "chunk %zu is not the one of the catalogue", index);
	if (y->next >= end)
		return 1;
	k = find(y, y->wanted[y->next++]);
	if (!k || k->n != y->now->first + (int64_t)index || n != k->len)
		return err_set(e, ERR_INTEGRITY,
		    "chunk %zu is not the one of the catalogue", index);
	if ((n > PENDING_MAX || y->pending.len > PENDING_MAX - n) &&
	    flush(y, e) < 0)
		return -1;
	k->off = y->written + (int64_t)y->pending.len;
	if (n > PENDING_MAX) {
		if (file_pwrite(y->fd, data, n, y->written,
		    "a temporary file", e) < 0)
			return -1;
		y->written += (int64_t)n;
	} else if (buf_add(&y->pending, data, n, e) < 0) {
		return -1;
	}
	return y->next == end;
}

static int
load_ids(struct bytes *y, struct err *e)
{
	struct catalogue *c = y->box->catalogue;
	const enum sql q = SQL_CHUNK_SPAN;
	int rc;

	buf_clear(&y->ids);
	rc = catalogue_step(c, q, e, "ii", y->now->first,
	    y->now->first + y->now->count - 1);
	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		size_t len;
		const void *id = catalogue_blob(c, q, 1, &len);

		if (buf_add(&y->ids, id, len, e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
	}
	return rc;
}

static int
read_bundle(struct bytes *y, struct fetch_pull *plain, struct err *e)
{
	const struct bundle_handler h = {NULL, on_chunk, y};

	y->at = 0;
	y->next = y->now->chunk;
	if (load_ids(y, e) < 0)
		return -1;
	return bundle_read(fetch_pull, plain,
	    fetch_plain_max((uint64_t)y->now->count), is_wanted, &h, e);
}

/* What was wanted of a bundle and did not come out of it cannot be had. */
static int
settle(struct bytes *y, const struct err *why, struct err *e)
{
	const struct bundle *b = y->now;
	struct kept *k;
	size_t i;

	if (why->code != ERR_NONE && why->code != ERR_INTEGRITY &&
	    why->code != ERR_FORMAT && why->code != ERR_CRYPTO &&
	    why->code != ERR_NOENT) {
		*e = *why;
		return -1;
	}
	for (i = b->chunk; i < b->chunk + b->nchunks; i++) {
		k = find(y, y->wanted[i]);
		if (k->off != OFF_WANTED)
			continue;
		k->off = OFF_MISSING;
		if (y->why.code != ERR_NONE)
			continue;
		if (why->code != ERR_NONE)
			y->why = *why;
		else
			(void)err_set(&y->why, ERR_INTEGRITY,
			    "a bundle lacks a chunk that it had");
	}
	return 0;
}

static int
read_bundles(struct bytes *y, struct feed *f, struct err *e)
{
	struct fetch_pull plain;
	int rc;

	for (;;) {
		struct err why = ERR_INIT;
		size_t i;

		rc = feed_next(f, &i, &plain, &why);
		if (rc == 0)
			return 0;
		y->now = &y->bundle[i];
		if (rc > 0)
			rc = read_bundle(y, &plain, &why);
		feed_done(f, i);
		if (rc >= 0)
			err_clear(&why);
		if (settle(y, &why, e) < 0)
			return -1;
		if (proc_interrupted())
			return err_set(e, ERR_INTR, "interrupted");
	}
}

int
bytes_fetch(struct bytes *y, struct err *e)
{
	struct box *b = y->box;
	struct feed *f;
	int rc = -1;

	if (y->nwanted == 0)
		return 0;
	if (plan(y, e) < 0)
		return -1;
	f = feed_new(b->records, b->home->records, b->opener,
	    (const char (*)[CANON_ID_LEN])y->blob, y->nbundles, e);
	if (f)
		rc = read_bundles(y, f, e);
	feed_free(f);
	if (rc == 0)
		rc = flush(y, e);
	y->nwanted = 0;
	return rc;
}

/* --- Writing. */

struct writing {
	int fd;
	int64_t at;		/* of the file that is written */
	int64_t off, n;		/* of what is kept, not copied yet */
	int64_t left;
};

static int
copy(struct bytes *y, struct writing *w, struct err *e)
{
	size_t n, got;

	while (w->n > 0) {
		n = w->n < COPY_LEN ? (size_t)w->n : COPY_LEN;
		if (file_pread(y->fd, y->copy, n, w->off, &got,
		    "a temporary file", e) < 0)
			return -1;
		if (got != n)
			return err_set(e, ERR_IO,
			    "a temporary file was cut short");
		if (file_pwrite(w->fd, y->copy, n, w->at, "a temporary file",
		    e) < 0)
			return -1;
		w->off += (int64_t)n;
		w->at += (int64_t)n;
		w->n -= (int64_t)n;
	}
	return 0;
}

/* Chunks that lie one behind the other are copied at once. */
static int
write_chunk(struct bytes *y, struct writing *w, int64_t number,
	struct err *e)
{
	const struct kept *k = find(y, number);
	int64_t n;

	if (!k || k->off < 0) {
		if (!k || y->why.code == ERR_NONE)
			return err_set(e, ERR_FAIL, "a chunk was lost");
		*e = y->why;
		return 1;
	}
	n = k->len < w->left ? k->len : w->left;
	if (k->off != w->off + w->n) {
		if (copy(y, w, e) < 0)
			return -1;
		w->off = k->off;
	}
	w->n += n;
	w->left -= n;
	return 0;
}

static int
write_all(struct bytes *y, const struct bytes_of *of, struct writing *w,
	struct err *e)
{
	int64_t first, count;
	struct runs_reader r;
	int rc;

	runs_open(&r, of->runs, of->len);
	while (w->left > 0 && (rc = runs_next(&r, &first, &count, e)) != 0) {
		if (rc < 0)
			return -1;
		for (; count > 0 && w->left > 0; count--, first++) {
			rc = write_chunk(y, w, first, e);
			if (rc != 0)
				return rc;
		}
	}
	return copy(y, w, e);
}

int
bytes_write(struct bytes *y, const struct bytes_of *of, int fd,
	int64_t *size, struct err *e)
{
	struct writing w = {.fd = fd, .left = of->limit};
	int rc;

	if (want(y, of, e) < 0 || bytes_fetch(y, e) < 0)
		return -1;
	rc = write_all(y, of, &w, e);
	if (rc != 0)
		return rc;
	if (ftruncate(fd, (off_t)w.at) < 0)
		return err_sys(e, errno, "cannot write a temporary file");
	*size = w.at;
	return 0;
}

struct bytes *
bytes_new(struct box *b, struct err *e)
{
	struct bytes *y = calloc(1, sizeof(*y));

	if (!y) {
		(void)err_nomem(e);
		return NULL;
	}
	y->box = b;
	buf_init(&y->ids, (size_t)1 << 30);
	buf_init(&y->pending, PENDING_MAX);
	y->fd = file_nameless(b->home->index, e);
	y->copy = malloc(COPY_LEN);
	if (y->fd >= 0 && y->copy)
		return y;
	if (!y->copy)
		(void)err_nomem(e);
	bytes_free(y);
	return NULL;
}

void
bytes_free(struct bytes *y)
{
	if (!y)
		return;
	if (y->fd >= 0)
		(void)close(y->fd);
	free(y->table);
	free(y->wanted);
	free(y->bundle);
	free(y->blob);
	free(y->copy);
	buf_release(&y->ids);
	buf_release(&y->pending);
	free(y);
}

int
bytes_version(struct box *b, int64_t version, int fd, struct err *e)
{
	const enum sql q = SQL_VERSION_GET;
	struct catalogue *c = b->catalogue;
	struct buf runs = BUF_INIT(RUNS_MAX);
	struct bytes_of of = {.limit = INT64_MAX};
	struct bytes *y = NULL;
	int64_t size, whole = 0;
	const void *p;
	int rc = catalogue_step(c, q, e, "i", version);

	if (rc > 0) {
		p = catalogue_blob(c, q, VERSION_RUNS, &of.len);
		whole = catalogue_int(c, q, VERSION_SIZE);
		rc = buf_add(&runs, p, of.len, e) < 0 ? -1 : 1;
	} else if (rc == 0) {
		rc = err_set(e, ERR_NOENT, "there is no such file");
	}
	catalogue_reset(c, q);
	of.runs = runs.data;
	if (rc > 0)
		y = bytes_new(b, e);
	rc = y && bytes_write(y, &of, fd, &size, e) == 0 ? 0 : -1;
	if (rc == 0 && size != whole)
		rc = err_set(e, ERR_NOENT,
		    "it lies in an epoch that is not here");
	bytes_free(y);
	buf_release(&runs);
	return rc;
}
