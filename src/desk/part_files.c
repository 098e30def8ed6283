/*
 * desk/part_files.c - a manifest's lines of files, into fold and catalogue.
 * FORMAT sections 5 and 6.
 */
#include "desk/part_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "desk/columns.h"
#include "desk/part_prime.h"
#include "desk/part_tails.h"
#include "desk/runs.h"

#include "base/banned.h"

#define IDS_MAX (256u * 1024 * 1024)
#define RUNS_MAX (256u * 1024 * 1024)

int
part_files_stored(void *arg, const uint8_t id[static 32], struct err *e)
{
	struct part_in *p = arg;
	int64_t n;

	return chunks_find(p->chunks, id, &n, e);
}

/* The list of a live file as numbers. */
static int
runs_of(struct part_in *p, const struct fold_file *f, struct buf *runs,
	struct err *e)
{
	struct runs_writer w;
	size_t i;

	runs_begin(&w, runs);
	for (i = 0; i < f->nchunks; i++) {
		int64_t n = 0;
		int rc = chunks_find(p->chunks, f->chunks + i * 32, &n, e);

		if (rc == 0)
			return err_set(e, ERR_INTEGRITY, "'%s': a chunk was "
			    "never stored in this branch", f->path);
		if (rc < 0 || runs_add(&w, n, e) < 0)
			return -1;
	}
	return runs_finish(&w, e);
}

/* The live row of a path, 0 if there is none; its runs if wanted. */
static int
live_row(struct part_in *p, const char *source, const char *path,
	size_t path_len, int64_t *n, struct buf *runs, struct err *e)
{
	struct catalogue *c = p->at.catalogue;
	size_t len;
	const void *data;
	int rc;

	*n = 0;
	rc = catalogue_step(c, SQL_VERSION_LIVE_ONE, e, "itb", p->line, source,
	    (const void *)path, path_len);
	if (rc > 0) {
		*n = catalogue_int(c, SQL_VERSION_LIVE_ONE, VERSION_N);
		data = catalogue_blob(c, SQL_VERSION_LIVE_ONE, VERSION_RUNS,
		    &len);
		if (runs && buf_add(runs, data, len, e) < 0)
			rc = -1;
	}
	catalogue_reset(c, SQL_VERSION_LIVE_ONE);
	return rc < 0 ? -1 : 0;
}

static int
close_row(struct part_in *p, const char *source, const char *path,
	size_t path_len, struct err *e)
{
	int64_t n;

	if (live_row(p, source, path, path_len, &n, NULL, e) < 0)
		return -1;
	return n == 0 ? 0 : catalogue_run(p->at.catalogue, SQL_VERSION_CLOSE,
	    e, "ii", n, p->at.part);
}

/* "ref seq manifest" of where a list stands that this epoch lacks, or NULL. */
static char *
elsewhere_text(const struct record_point *w, struct err *e)
{
	char hex[65];
	char *s;

	str_hex(hex, w->manifest, 32);
	s = str_fmt("%s %lld %s", w->ref, (long long)w->seq, hex);
	if (!s)
		(void)err_nomem(e);
	return s;
}

/*
 * Content of a live file as the catalogue keeps it.  A file whose list stands
 * elsewhere keeps the numbers it had.
 */
static int
content(struct part_in *p, const struct fold_change *c, struct buf *runs,
	char **elsewhere, struct err *e)
{
	int64_t n;

	*elsewhere = NULL;
	if (!c->now->elsewhere.have)
		return runs_of(p, c->now, runs, e);
	*elsewhere = elsewhere_text(&c->now->elsewhere, e);
	if (!*elsewhere)
		return -1;
	if (live_row(p, c->source, c->from ? c->from : c->path,
	    c->from ? c->from_len : c->path_len, &n, runs, e) < 0)
		return -1;
	if (n == 0)
		return part_in_tell(p, FINDING_WARN, "elsewhere", e,
		    "'%s' of '%s' lies in another epoch that is not here",
		    c->now->path, c->source);
	return 0;
}

/* A full run names what was there: where it lies may be new. */
static int
on_same(struct part_in *p, const struct fold_change *c, struct err *e)
{
	struct buf runs = BUF_INIT(RUNS_MAX);
	char *elsewhere = NULL;
	int64_t n;
	int rc = -1;

	p->same++;
	if (live_row(p, c->source, c->path, c->path_len, &n, NULL, e) < 0 ||
	    content(p, c, &runs, &elsewhere, e) < 0)
		goto out;
	rc = catalogue_run(p->at.catalogue, SQL_VERSION_RUNS, e, "ibtii", n,
	    runs.len > 0 ? runs.data : (const void *)"", runs.len, elsewhere,
	    p->at.part, (int64_t)c->now->tag);
out:
	free(elsewhere);
	buf_release(&runs);
	return rc;
}

static int
add_row(struct part_in *p, const struct fold_change *c, const struct buf *runs,
	const char *elsewhere, struct err *e)
{
	const struct fold_file *f = c->now;

	return catalogue_run(p->at.catalogue, SQL_VERSION_ADD, e,
	    "itbiniiiiibbtiibbi", p->line, c->source, (const void *)c->path,
	    c->path_len, p->at.part, f->size, f->mtime_sec,
	    (int64_t)f->mtime_nsec, (int64_t)f->mode, (int64_t)f->torn,
	    (const void *)f->sum, (size_t)32,
	    runs->len > 0 ? runs->data : (const void *)"", runs->len,
	    elsewhere, (int64_t)c->claimed, (int64_t)c->op,
	    (const void *)f->line_hash, (size_t)32, (const void *)c->from,
	    c->from ? c->from_len : (size_t)0, (int64_t)f->tag);
}

/* A line for what is gone, so that a run can be shown whole. */
static int
add_gone(struct part_in *p, const struct fold_change *c, struct err *e)
{
	return catalogue_run(p->at.catalogue, SQL_VERSION_ADD, e,
	    "itbiiiiiiinnniin", p->line, c->source, (const void *)c->path,
	    c->path_len, p->at.part, p->at.part, c->old_size, (int64_t)0,
	    (int64_t)0, (int64_t)0, (int64_t)0, (int64_t)c->claimed,
	    (int64_t)c->op);
}

static bool
is_loss(enum record_op op)
{
	return op == RECORD_REWRITTEN || op == RECORD_TRUNCATED ||
	    op == RECORD_REMOVED;
}

/*
 * A station that plays a loss down breaks its word; the rest is a note.  It
 * holds ids, not the old bytes, so cut and rewritten it cannot always tell
 * apart: both are a loss.
 */
int
part_files_claim(struct part_in *p, const char *source, const char *path,
	size_t path_len, enum record_op claimed, enum record_op op,
	struct err *e)
{
	if (p->head.full || claimed == op ||
	    (is_loss(claimed) && is_loss(op)))
		return 0;
	return part_in_tell(p, is_loss(op) ? FINDING_INTEGRITY : FINDING_NOTE,
	    "class", e, "'%.*s' of '%s' was %s; the station calls it %s",
	    (int)path_len, path, source, record_op_name(op),
	    record_op_name(claimed));
}

static int
change(struct part_in *p, const struct fold_change *c, struct err *e)
{
	struct buf runs = BUF_INIT(RUNS_MAX);
	char *elsewhere = NULL;
	int rc = -1;

	if (c->same)
		return on_same(p, c, e);
	if (!c->now) {
		p->ops[c->op]++;
		if (close_row(p, c->source, c->path, c->path_len, e) < 0)
			return -1;
		return add_gone(p, c, e);
	}
	if (content(p, c, &runs, &elsewhere, e) < 0 ||
	    close_row(p, c->source, c->path, c->path_len, e) < 0)
		goto out;
	if (c->from && close_row(p, c->source, c->from, c->from_len, e) < 0)
		goto out;
	if (add_row(p, c, &runs, elsewhere, e) < 0)
		goto out;
	if (c->tail) {
		rc = part_tails_add(p, c, e);
		goto out;
	}
	p->ops[c->op]++;
	rc = part_files_claim(p, c->source, c->path, c->path_len, c->claimed,
	    c->op, e);
out:
	free(elsewhere);
	buf_release(&runs);
	return rc;
}

/*
 * The fold holds no list of a file that lay elsewhere; the catalogue does.
 * Cut, grown or rewritten is told apart all the same.
 */
static int
change_from_elsewhere(struct part_in *p, const struct fold_change *c,
	struct err *e)
{
	struct buf runs = BUF_INIT(RUNS_MAX), ids = BUF_INIT(IDS_MAX);
	struct fold_change closer = *c;
	int64_t n;
	int rc = -1;

	if (live_row(p, c->source, c->path, c->path_len, &n, &runs, e) < 0 ||
	    part_prime_ids(p->at.catalogue, runs.data, runs.len, &ids, e) < 0)
		goto out;
	closer.old_chunks = ids.data;
	closer.old_nchunks = ids.len / 32;
	closer.tail = ids.len > 0;
	rc = change(p, &closer, e);
out:
	buf_release(&runs);
	buf_release(&ids);
	return rc;
}

/*
 * Content that a line gives has its sum: it is what the station had.  What a
 * line only touches or moves is as sure as before.
 */
int
part_files_change(void *arg, const struct fold_change *c, struct err *e)
{
	struct part_in *p = arg;
	struct fold_file *file;
	int rc;

	if (c->now && c->claimed != RECORD_TOUCHED &&
	    c->claimed != RECORD_MOVED && !c->now->elsewhere.have) {
		file = fold_find(p->fold, c->source, c->path, c->path_len);
		if (file)
			file->tag = 0;
	}
	if (c->now && c->op == RECORD_REWRITTEN && c->old_nchunks == 0 &&
	    c->old_size > 0 && !c->now->elsewhere.have)
		rc = change_from_elsewhere(p, c, e);
	else
		rc = change(p, c, e);
	if (rc == 0)
		return 0;
	p->stuck = true;	/* the fold has it, the catalogue not */
	return -1;
}

/*
 * A line that does not hold, while the fold is as before: its file stays as it
 * was, if it was there, and is marked until a later line or state makes it
 * sure.
 */
static int
skip_line(struct part_in *p, const struct record_file *f,
	const struct err *why, struct err *e)
{
	const char *path = f->from ? f->from : f->path;
	size_t len = f->from ? f->from_len : f->path_len;
	struct fold_file *file = fold_find(p->fold, f->source, path, len);
	int64_t n;

	p->gap = true;
	if (!p->behind && p->skipped++ < PART_SKIPPED_MAX && finding_add(&p->at,
	    FINDING_INTEGRITY, "bad-line", e, "a line is passed over: %s",
	    why->what) < 0)
		return -1;
	if (!file)
		return 0;
	if (file->tag == 0)
		file->tag = (uint64_t)p->at.part;
	*p->doubt = true;
	if (live_row(p, f->source, path, len, &n, NULL, e) < 0)
		return -1;
	return catalogue_run(p->at.catalogue, SQL_VERSION_DOUBT, e, "ii", n,
	    p->at.part);
}

int
part_files_line(void *arg, const struct record_file *f, struct err *e)
{
	struct part_in *p = arg;
	struct err why = ERR_INIT;

	if (fold_file_line(p->fold, f, &why) == 0)
		return 0;
	if (p->stuck || (why.code != ERR_INTEGRITY &&
	    why.code != ERR_FORMAT)) {
		*e = why;
		return -1;
	}
	return skip_line(p, f, &why, e);
}
