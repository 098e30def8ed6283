/* desk/restore.c - files as they were: each bundle once, in order. */
#include "desk/restore.h"

#include <errno.h>
#include <fcntl.h>
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
	return rc < 0 ? give_up(r, file, &why, e) : 0;
}

static int
flush(struct restoring *r, struct err *e)
{
	int rc = r->pending.len == 0 ? 0 : write_now(r, r->pending_file,
	    r->pending_off, r->pending.data, r->pending.len, e);

	buf_clear(&r->pending);
	return rc;
}

/* Chunks of one file follow each other: few writes instead of many. */
static int
write_later(struct restoring *r, size_t file, int64_t off, const void *data,
	size_t n, struct err *e)
{
	if (r->pending.len > 0 && (file != r->pending_file ||
	    off != r->pending_off + (int64_t)r->pending.len ||
	    n >= WRITE_NOW || n > PENDING_MAX - r->pending.len) &&
	    flush(r, e) < 0)
		return -1;
	if (n >= WRITE_NOW)
		return write_now(r, file, off, data, n, e);
	if (r->pending.len == 0) {
		r->pending_file = file;
		r->pending_off = off;
	}
	return buf_add(&r->pending, data, n, e);
}

static int
write_file(struct restoring *r, const struct restore_piece *p,
	const void *data, size_t n, struct err *e)
{
	struct restore_file *f = &r->plan.file[p->file];

	if (f->state == FILE_WAITS && begin_file(r, p->file, e) < 0)
		return -1;
	if (f->state != FILE_BEGUN)
		return 0;
	if ((int64_t)n > f->left)
		return err_set(e, ERR_INTEGRITY, "'%s' is too long", f->path);
	if (write_later(r, p->file, p->off, data, n, e) < 0)
		return -1;
	f->left -= (int64_t)n;
	if (f->left > 0)
		return 0;
	if (flush(r, e) < 0)
		return -1;
	return f->state == FILE_BEGUN ? end_file(r, p->file, e) : 0;
}

/* --- Chunks. */

static int
add_active(struct restoring *r, struct restore_piece *p, struct err *e)
{
	if (r->nactive == r->active_cap) {
		size_t cap = r->active_cap ? r->active_cap * 2 : 64;
		struct restore_piece **v = realloc(r->active,
		    cap * sizeof(struct restore_piece *));

		if (!v)
			return err_nomem(e);
		r->active = v;
		r->active_cap = cap;
	}
	r->active[r->nactive++] = p;
	return 0;
}

/* The pieces that chunk number N belongs to become the active ones. */
static int
move_to(struct restoring *r, int64_t n, struct err *e)
{
	const struct restore_bundle *b = r->bundle;
	size_t i = 0;

	while (i < r->nactive) {
		const struct restore_piece *p = r->active[i];

		if (n >= p->first + p->count)
			r->active[i] = r->active[--r->nactive];
		else
			i++;
	}
	while (r->next < b->piece + b->npieces &&
	    r->plan.piece[r->next].first <= n)
		if (add_active(r, &r->plan.piece[r->next++], e) < 0)
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
	struct restoring *r = arg;
	struct err ignored = ERR_INIT;
	size_t i = r->at++;

	if ((i + 1) * 32 > r->ids.len ||
	    memcmp(r->ids.data + i * 32, id, 32) != 0)
		return true;	/* on_chunk() says so */
	/* Out of memory: wanted, and on_chunk() fails in the same way. */
	if (move_to(r, r->bundle->first + (int64_t)i, &ignored) < 0)
		return true;
	return r->nactive > 0;
}

static int
on_chunk(void *arg, size_t index, const uint8_t id[static 32],
	const void *data, size_t n, struct err *e)
{
	struct restoring *r = arg;
	const struct restore_bundle *b = r->bundle;
	const int64_t number = b->first + (int64_t)index;
	size_t i;

	if ((index + 1) * 32 > r->ids.len ||
	    memcmp(r->ids.data + index * 32, id, 32) != 0)
		return err_set(e, ERR_INTEGRITY,
		    "chunk %zu is not the one of the catalogue", index);
	if (move_to(r, number, e) < 0)
		return -1;
	for (i = 0; i < r->nactive; i++) {
		struct restore_piece *p = r->active[i];

		if (write_file(r, p, data, n, e) < 0)
			return -1;
		p->off += (int64_t)n;
	}
	if (r->next < b->piece + b->npieces)
		return 0;
	for (i = 0; i < r->nactive; i++)
		if (number + 1 < r->active[i]->first + r->active[i]->count)
			return 0;
	return 1;	/* nothing behind it is needed */
}

static int
load_ids(struct restoring *r, struct err *e)
{
	struct catalogue *c = r->box->catalogue;
	const enum sql q = SQL_CHUNK_SPAN;
	int rc;

	buf_clear(&r->ids);
	rc = catalogue_step(c, q, e, "ii", r->bundle->first,
	    r->bundle->first + r->bundle->count - 1);
	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		size_t len;
		const void *id = catalogue_blob(c, q, 1, &len);

		if (buf_add(&r->ids, id, len, e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
	}
	return rc;
}

static int
one_bundle(struct restoring *r, struct fetch_pull *plain, struct err *e)
{
	const struct bundle_handler h = {NULL, on_chunk, r};

	if (load_ids(r, e) < 0)
		return -1;
	r->at = 0;
	r->next = r->bundle->piece;
	r->nactive = 0;
	return bundle_read(fetch_pull, plain,
	    fetch_plain_max((uint64_t)r->bundle->count), wanted, &h, e);
}

/* The files of a bundle that does not hold stay out; others go on. */
static int
bad_bundle(struct restoring *r, const struct err *why, struct err *e)
{
	const struct restore_bundle *b = r->bundle;
	size_t i;

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

static int
all_bundles(struct restoring *r, struct err *e)
{
	struct fetch_pull plain;
	struct feed *f = NULL;
	size_t i;
	int rc = -1;

	f = feed_new(r->box->records, r->box->opener,
	    (const char (*)[CANON_ID_LEN])r->plan.blob, r->plan.nbundles, e);
	if (!f)
		return -1;
	for (i = 0; i < r->plan.nbundles; i++) {
		struct err why = ERR_INIT;

		if (proc_interrupted()) {
			(void)err_set(e, ERR_INTR, "interrupted");
			goto out;
		}
		r->bundle = &r->plan.bundle[i];
		r->report->bundles++;
		if ((feed_next(f, &plain, &why) < 0 ||
		    one_bundle(r, &plain, &why) < 0) &&
		    bad_bundle(r, &why, e) < 0)
			goto out;
	}
	rc = 0;
out:
	feed_free(f);
	return rc;
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

static int
all_files(struct restoring *r, struct err *e)
{
	if (empty_files(r, e) < 0)
		return -1;
	return r->plan.nbundles == 0 ? 0 : all_bundles(r, e);
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

/* A file without a name beside the archive: gone with the process. */
static int
open_pool(const char *to, struct err *e)
{
	struct file_new f = FILE_NEW_INIT;
	char *dir = path_dir(to);
	int fd;

	if (!dir)
		return err_nomem(e);
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 && file_new_open(&f, to, 0600, e) == 0) {
		fd = dup(f.fd);
		if (fd < 0)
			(void)err_sys(e, errno, "cannot make a temporary");
		file_new_release(&f);
	}
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
	buf_init(&r.ids, 256u * 1024 * 1024);
	buf_init(&r.pending, PENDING_MAX);
	if (restore_plan_make(&r.plan, b->catalogue, ask,
	    kind == PACKOUT_ZIP, report, e) < 0)
		goto out;
	rc = kind == PACKOUT_NONE ? into_folder(&r, e) :
	    into_archive(&r, kind, e);
out:
	restore_plan_release(&r.plan);
	buf_release(&r.ids);
	buf_release(&r.pending);
	free(r.active);
	return rc;
}
