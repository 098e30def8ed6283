/* desk/restore.c - files as they were: each bundle once, in order. */
#include "desk/columns.h"
#include "desk/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "desk/chain.h"
#include "desk/feed.h"
#include "desk/fetch.h"
#include "desk/packout.h"
#include "desk/restore_plan.h"
#include "desk/target.h"
#include "unbundle/bundle_read.h"

#include "base/banned.h"

#define PENDING_MAX (512u * 1024)
#define WRITE_NOW (32u * 1024)	/* a call is cheaper than a copy from here on */

struct restoring {
	struct box *box;
	const struct restore_ask *ask;
	struct restore_report *report;
	struct restore_plan plan;
	struct target *target;	/* a folder, or … */
	int pool;		/* … a temporary that an archive is made of */
	struct feed *feed;
	/*
	 * Whoever unpacks a bundle takes it for all but decompressing and
	 * hashing: files, catalogue, report.
	 */
	pthread_mutex_t lock;
	struct err fatal;	/* why it ends early */
};

/* One of those who unpack bundles. */
struct worker {
	struct restoring *r;
	/* bytes that follow each other, not written yet */
	struct buf pending;
	int64_t pending_off;
	size_t pending_file;
	/* the bundle being read */
	const struct restore_bundle *bundle;
	struct buf ids;		/* what the catalogue says */
	size_t at;		/* index of the entry that is looked at */
	size_t next;		/* piece that comes next */
	struct restore_piece **active;
	size_t nactive, active_cap;
};

/* --- Files: into the folder, or into the pool. */

static int
note(struct restoring *r, enum restore_note kind, size_t file,
	const char *text, struct err *e)
{
	const char *path = r->plan.file[file].path;

	if (kind == RESTORE_EXISTS)
		r->report->exists++;
	else if (kind == RESTORE_FAILED)
		r->report->failed++;
	return r->ask->note(r->ask->arg, kind, path, strlen(path), text, e);
}

/* One file that cannot be written is not the end: -1 only for a full disk. */
static int
give_up(struct restoring *r, size_t file, const struct err *why,
	struct err *e)
{
	r->plan.file[file].state = FILE_OUT;
	if (r->target)
		target_drop(r->target, file);
	if (why->code == ERR_SPACE || why->code == ERR_NOMEM || !r->target) {
		*e = *why;
		return -1;
	}
	return note(r, RESTORE_FAILED, file, why->what, e);
}

static int
begin_file(struct restoring *r, size_t file, struct err *e)
{
	struct restore_file *f = &r->plan.file[file];
	struct err why = ERR_INIT;
	int rc;

	f->state = FILE_BEGUN;
	if (!r->target)
		return 0;
	rc = target_begin(r->target, file, f->path, strlen(f->path), &why);
	if (rc < 0)
		return give_up(r, file, &why, e);
	if (rc == 0)
		return 0;
	f->state = FILE_OUT;
	return note(r, RESTORE_EXISTS, file, "", e);
}

static int
end_file(struct restoring *r, size_t file, struct err *e)
{
	struct restore_file *f = &r->plan.file[file];
	struct err why = ERR_INIT;
	int rc = 0;

	if (r->target)
		rc = target_end(r->target, file, f->mode, f->mtime_sec,
		    f->mtime_nsec, &why);
	if (rc < 0)
		return give_up(r, file, &why, e);
	f->state = rc == 0 ? FILE_DONE : FILE_OUT;
	if (rc > 0)
		return note(r, RESTORE_EXISTS, file, "", e);
	r->report->files++;
	r->report->bytes += f->size;
	return 0;
}

/* A file is finished when its last byte is written, whoever writes it. */
static int
write_now(struct restoring *r, size_t file, int64_t off, const void *data,
	size_t n, struct err *e)
{
	struct restore_file *f = &r->plan.file[file];
	struct err why = ERR_INIT;
	int rc;

	if (f->state != FILE_BEGUN)
		return 0;
	rc = r->target ? target_write(r->target, file, off, data, n, &why) :
	    file_pwrite(r->pool, data, n, f->base + off, "pool", &why);
	if (rc < 0)
		return give_up(r, file, &why, e);
	f->left -= (int64_t)n;
	return f->left == 0 ? end_file(r, file, e) : 0;
}

static int
flush(struct worker *w, struct err *e)
{
	int rc = w->pending.len == 0 ? 0 : write_now(w->r, w->pending_file,
	    w->pending_off, w->pending.data, w->pending.len, e);

	buf_clear(&w->pending);
	return rc;
}

/* Chunks of one file follow each other: few writes instead of many. */
static int
write_later(struct worker *w, size_t file, int64_t off, const void *data,
	size_t n, struct err *e)
{
	struct buf *b = &w->pending;

	if (b->len > 0 && (file != w->pending_file ||
	    off != w->pending_off + (int64_t)b->len ||
	    n >= WRITE_NOW || n > PENDING_MAX - b->len) && flush(w, e) < 0)
		return -1;
	if (n >= WRITE_NOW)
		return write_now(w->r, file, off, data, n, e);
	if (b->len == 0) {
		w->pending_file = file;
		w->pending_off = off;
	}
	if (buf_add(b, data, n, e) < 0)
		return -1;
	return (int64_t)b->len == w->r->plan.file[file].left ? flush(w, e) :
	    0;
}

static int
write_file(struct worker *w, const struct restore_piece *p,
	const void *data, size_t n, struct err *e)
{
	struct restore_file *f = &w->r->plan.file[p->file];

	if (f->state == FILE_WAITS && begin_file(w->r, p->file, e) < 0)
		return -1;
	if (f->state != FILE_BEGUN)
		return 0;
	if ((int64_t)n > f->size - p->off)
		return err_set(e, ERR_INTEGRITY, "'%s' is too long", f->path);
	return write_later(w, p->file, p->off, data, n, e);
}

/* --- Chunks. */

static int
add_active(struct worker *w, struct restore_piece *p, struct err *e)
{
	if (w->nactive == w->active_cap) {
		size_t cap = w->active_cap ? w->active_cap * 2 : 64;
		struct restore_piece **v = realloc(w->active,
		    cap * sizeof(struct restore_piece *));

		if (!v)
			return err_nomem(e);
		w->active = v;
		w->active_cap = cap;
	}
	w->active[w->nactive++] = p;
	return 0;
}

/* The pieces that chunk number N belongs to become the active ones. */
static int
move_to(struct worker *w, int64_t n, struct err *e)
{
	const struct restore_bundle *b = w->bundle;
	size_t i = 0;

	while (i < w->nactive) {
		const struct restore_piece *p = w->active[i];

		if (n >= p->first + p->count)
			w->active[i] = w->active[--w->nactive];
		else
			i++;
	}
	while (w->next < b->piece + b->npieces &&
	    w->r->plan.piece[w->next].first <= n)
		if (add_active(w, &w->r->plan.piece[w->next++], e) < 0)
			return -1;
	return 0;
}

/*
 * Asked once for every entry, in order: the place in the tar decides, and the
 * id must be the catalogue's for that place.
 */
static bool
wanted(void *arg, const uint8_t id[static 32])
{
	struct worker *w = arg;
	struct err ignored = ERR_INIT;
	size_t i = w->at++;

	if ((i + 1) * 32 > w->ids.len ||
	    memcmp(w->ids.data + i * 32, id, 32) != 0)
		return true;	/* on_chunk() says so */
	/* Out of memory: wanted, and on_chunk() fails in the same way. */
	if (move_to(w, w->bundle->first + (int64_t)i, &ignored) < 0)
		return true;
	return w->nactive > 0;
}

/* A chunk to all the places that it belongs to. */
static int
place_chunk(struct worker *w, const void *data, size_t n, struct err *e)
{
	size_t i;

	for (i = 0; i < w->nactive; i++) {
		struct restore_piece *p = w->active[i];

		if (write_file(w, p, data, n, e) < 0)
			return -1;
		p->off += (int64_t)n;
	}
	return 0;
}

static int
on_chunk(void *arg, size_t index, const uint8_t id[static 32],
	const void *data, size_t n, struct err *e)
{
	struct worker *w = arg;
	const struct restore_bundle *b = w->bundle;
	const int64_t number = b->first + (int64_t)index;
	size_t i;
	int rc;

	if ((index + 1) * 32 > w->ids.len ||
	    memcmp(w->ids.data + index * 32, id, 32) != 0)
		return err_set(e, ERR_INTEGRITY,
		    "chunk %zu is not the one of the catalogue", index);
	if (move_to(w, number, e) < 0)
		return -1;
	(void)pthread_mutex_lock(&w->r->lock);
	rc = place_chunk(w, data, n, e);
	(void)pthread_mutex_unlock(&w->r->lock);
	if (rc < 0)
		return -1;
	if (w->next < b->piece + b->npieces)
		return 0;
	for (i = 0; i < w->nactive; i++)
		if (number + 1 < w->active[i]->first + w->active[i]->count)
			return 0;
	return 1;	/* nothing behind it is needed */
}

static int
load_ids(struct worker *w, struct err *e)
{
	struct catalogue *c = w->r->box->catalogue;
	const enum sql q = SQL_CHUNK_SPAN;
	int rc;

	buf_clear(&w->ids);
	rc = catalogue_step(c, q, e, "ii", w->bundle->first,
	    w->bundle->first + w->bundle->count - 1);
	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		size_t len;
		const void *id = catalogue_blob(c, q, 1, &len);

		if (buf_add(&w->ids, id, len, e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
	}
	return rc;
}

static int
one_bundle(struct worker *w, struct fetch_pull *plain, struct err *e)
{
	const struct bundle_handler h = {NULL, on_chunk, w};
	struct restoring *r = w->r;
	int rc;

	(void)pthread_mutex_lock(&r->lock);
	r->report->bundles++;
	rc = load_ids(w, e);
	(void)pthread_mutex_unlock(&r->lock);
	if (rc < 0)
		return -1;
	w->at = 0;
	w->next = w->bundle->piece;
	w->nactive = 0;
	rc = bundle_read(fetch_pull, plain,
	    fetch_plain_max((uint64_t)w->bundle->count), wanted, &h, e);
	if (rc < 0)
		return -1;
	(void)pthread_mutex_lock(&r->lock);
	rc = flush(w, e);
	(void)pthread_mutex_unlock(&r->lock);
	return rc;
}

/* The files of a bundle that does not hold stay out; others go on. */
static int
bad_bundle(struct worker *w, const struct err *why, struct err *e)
{
	const struct restore_bundle *b = w->bundle;
	struct restoring *r = w->r;
	size_t i;

	buf_clear(&w->pending);
	if (why->code != ERR_INTEGRITY && why->code != ERR_FORMAT &&
	    why->code != ERR_CRYPTO && why->code != ERR_NOENT) {
		*e = *why;
		return -1;
	}
	for (i = b->piece; i < b->piece + b->npieces; i++) {
		size_t file = r->plan.piece[i].file;
		struct restore_file *f = &r->plan.file[file];

		if (f->state == FILE_DONE || f->state == FILE_OUT)
			continue;
		f->state = FILE_OUT;
		if (r->target)
			target_drop(r->target, file);
		if (note(r, RESTORE_FAILED, file, why->what, e) < 0)
			return -1;
	}
	return 0;
}

/* What WHY means for the whole: it goes on, or it ends. */
static void
failed(struct worker *w, const struct err *why)
{
	struct restoring *r = w->r;
	struct err e = ERR_INIT;

	(void)pthread_mutex_lock(&r->lock);
	if (bad_bundle(w, why, &e) < 0) {
		if (r->fatal.code == ERR_NONE)
			r->fatal = e;
		feed_stop(r->feed);
	}
	(void)pthread_mutex_unlock(&r->lock);
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct restoring *r = w->r;
	struct fetch_pull plain;
	size_t i;
	int rc;

	for (;;) {
		struct err why = ERR_INIT;

		rc = feed_next(r->feed, &i, &plain, &why);
		if (rc == 0)
			break;
		w->bundle = &r->plan.bundle[i];
		if (rc > 0 && proc_interrupted())
			rc = err_set(&why, ERR_INTR, "interrupted");
		if (rc < 0 || one_bundle(w, &plain, &why) < 0)
			failed(w, &why);
		feed_done(r->feed, i);
	}
	return NULL;
}

static void
worker_init(struct worker *w, struct restoring *r)
{
	memset(w, 0, sizeof(*w));
	w->r = r;
	buf_init(&w->ids, 256u * 1024 * 1024);
	buf_init(&w->pending, PENDING_MAX);
}

static void
worker_release(struct worker *w)
{
	buf_release(&w->ids);
	buf_release(&w->pending);
	free(w->active);
}

/* This thread and one more: hashing is half of the work. */
static int
all_bundles(struct restoring *r, struct err *e)
{
	struct worker one, two;
	pthread_t thread;
	bool more;

	r->feed = feed_new(r->box->records, r->box->home->records,
	    r->box->opener, (const char (*)[CANON_ID_LEN])r->plan.blob, r->plan.nbundles, e);
	if (!r->feed)
		return -1;
	worker_init(&one, r);
	worker_init(&two, r);
	more = r->plan.nbundles > 1 &&
	    pthread_create(&thread, NULL, work, &two) == 0;
	(void)work(&one);
	if (more)
		(void)pthread_join(thread, NULL);
	feed_free(r->feed);
	worker_release(&one);
	worker_release(&two);
	if (r->fatal.code == ERR_NONE)
		return 0;
	*e = r->fatal;
	return -1;
}

/* Files without bytes are in no bundle. */
static int
empty_files(struct restoring *r, struct err *e)
{
	size_t i;

	for (i = 0; i < r->plan.nfiles; i++) {
		struct restore_file *f = &r->plan.file[i];

		if (f->size > 0)
			continue;
		if (begin_file(r, i, e) < 0)
			return -1;
		if (f->state == FILE_BEGUN && end_file(r, i, e) < 0)
			return -1;
	}
	return 0;
}

/* A bundle that holds less than it did. */
static int
lost_files(struct restoring *r, struct err *e)
{
	size_t i;

	for (i = 0; i < r->plan.nfiles; i++) {
		struct restore_file *f = &r->plan.file[i];

		if (f->state == FILE_DONE || f->state == FILE_OUT)
			continue;
		f->state = FILE_OUT;
		if (note(r, RESTORE_FAILED, i, "not all its bytes are there",
		    e) < 0)
			return -1;
	}
	return 0;
}

static int
all_files(struct restoring *r, struct err *e)
{
	if (empty_files(r, e) < 0 ||
	    (r->plan.nbundles > 0 && all_bundles(r, e) < 0))
		return -1;
	return lost_files(r, e);
}

/* --- Where to. */

static int
into_folder(struct restoring *r, struct err *e)
{
	int rc;

	r->target = target_new(r->ask->to, r->ask->overwrite, e);
	if (!r->target)
		return -1;
	rc = all_files(r, e);
	target_free(r->target);
	return rc;
}

/* Beside the archive: gone with the process. */
static int
open_pool(const char *to, struct err *e)
{
	char *dir = path_dir(to);
	int fd = dir ? file_nameless(dir, e) : err_nomem(e);

	free(dir);
	return fd;
}

static int
pack(struct restoring *r, int fd, enum packout_kind kind, struct err *e)
{
	struct packout *p = packout_new(fd, kind, e);
	size_t i;
	int rc = -1;

	if (!p)
		return -1;
	for (i = 0; i < r->plan.nfiles; i++) {
		const struct restore_file *f = &r->plan.file[i];

		if (f->state == FILE_DONE && packout_add(p, f->path, f->size,
		    f->mode, f->mtime_sec, f->mtime_nsec, r->pool, f->base,
		    e) < 0)
			goto out;
	}
	rc = packout_finish(p, e);
out:
	packout_free(p);
	return rc;
}

static int
into_archive(struct restoring *r, enum packout_kind kind, struct err *e)
{
	struct file_new out = FILE_NEW_INIT;
	int rc = -1;

	if (!r->ask->overwrite && file_exists(r->ask->to)) {
		(void)err_set(e, ERR_USAGE, "'%s' exists", r->ask->to);
		return err_hint(e, "choose another name, or --overwrite");
	}
	r->pool = open_pool(r->ask->to, e);
	if (r->pool < 0)
		return -1;
	if (all_files(r, e) < 0 ||
	    file_new_open(&out, r->ask->to, 0600, e) < 0)
		goto out;
	if (pack(r, out.fd, kind, e) < 0)
		goto out;
	rc = file_new_commit(&out, e);
out:
	file_new_release(&out);
	(void)close(r->pool);	/* a temporary */
	return rc;
}

/* Tell how much will be opened; a bundle that is not found counts nothing. */
static int
tell_plan(const struct restoring *r, struct err *e)
{
	struct catalogue *c = r->box->catalogue;
	int64_t bytes = 0;
	size_t i;
	int rc;

	for (i = 0; r->ask->planned && i < r->plan.nbundles; i++) {
		rc = catalogue_step(c, SQL_BUNDLE_AT, e, "i",
		    r->plan.bundle[i].first);
		if (rc > 0)
			bytes += catalogue_int(c, SQL_BUNDLE_AT, BUNDLE_BYTES);
		catalogue_reset(c, SQL_BUNDLE_AT);
		if (rc < 0)
			return -1;
	}
	if (r->ask->planned)
		r->ask->planned(r->ask->arg, bytes);
	return 0;
}

int
restore_run(struct box *b, const struct restore_ask *ask,
	struct restore_report *report, struct err *e)
{
	const enum packout_kind kind = packout_kind_of(ask->to);
	struct restoring r;
	int rc = -1;

	memset(&r, 0, sizeof(r));
	memset(report, 0, sizeof(*report));
	r.box = b;
	r.ask = ask;
	r.report = report;
	r.pool = -1;
	if (pthread_mutex_init(&r.lock, NULL) != 0)
		return err_nomem(e);
	if (restore_plan_make(&r.plan, b->catalogue, ask,
	    kind == PACKOUT_ZIP, report, e) < 0 || tell_plan(&r, e) < 0)
		goto out;
	rc = kind == PACKOUT_NONE ? into_folder(&r, e) :
	    into_archive(&r, kind, e);
out:
	restore_plan_release(&r.plan);
	(void)pthread_mutex_destroy(&r.lock);
	return rc;
}
