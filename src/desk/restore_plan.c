/* desk/restore_plan.c - which bytes of which bundle go where. */
#include "desk/restore_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/columns.h"
#include "desk/names.h"
#include "desk/query.h"
#include "desk/runs.h"

#include "base/banned.h"

#define FILES_MAX 100000000u

struct span {			/* a bundle of the catalogue */
	int64_t first, count;
	char blob[CANON_ID_LEN];
};

struct making {
	struct restore_plan *p;
	struct catalogue *c;
	const struct restore_ask *ask;
	struct restore_report *report;
	bool portable;
	size_t files_cap, pieces_cap;
	struct span *span;
	size_t nspans;
	int64_t pool;
};

void
restore_plan_release(struct restore_plan *p)
{
	size_t i;

	for (i = 0; i < p->nfiles; i++)
		free(p->file[i].path);
	free(p->file);
	free(p->piece);
	free(p->bundle);
	free(p->blob);
	memset(p, 0, sizeof(*p));
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
	if (more > FILES_MAX)
		return err_nomem(e);
	grown = realloc(*v, more * size);
	if (!grown)
		return err_nomem(e);
	*v = grown;
	*cap = more;
	return 0;
}

static int
load_spans(struct making *m, struct err *e)
{
	const enum sql q = SQL_BUNDLE_EACH;
	size_t cap = 0;
	int rc = catalogue_step(m->c, q, e, "");

	for (; rc > 0; rc = catalogue_next(m->c, q, e)) {
		struct span *s;

		if (catalogue_int(m->c, q, BUNDLE_CHUNKS) == 0)
			continue;
		if (room(&m->span, m->nspans, &cap, sizeof(*s), e) < 0) {
			catalogue_reset(m->c, q);
			return -1;
		}
		s = &m->span[m->nspans++];
		s->first = catalogue_int(m->c, q, BUNDLE_FIRST);
		s->count = catalogue_int(m->c, q, BUNDLE_CHUNKS);
		(void)snprintf(s->blob, sizeof(s->blob), "%s",
		    catalogue_text(m->c, q, BUNDLE_BLOB));
	}
	return rc;
}

/* The bundle of chunk N: numbers ascend, and so do the bundles'. */
static const struct span *
span_of(const struct making *m, int64_t n)
{
	size_t low = 0, high = m->nspans;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m->span[mid].first + m->span[mid].count <= n)
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->nspans && m->span[low].first <= n ? &m->span[low] :
	    NULL;
}

/* One piece within one bundle; *off moves behind it, its ids go to HASH. */
static int
add_piece(struct making *m, int64_t first, int64_t count, int64_t *off,
	struct hash *hash, struct err *e)
{
	const enum sql q = SQL_CHUNK_SPAN;
	struct restore_piece *p;
	int64_t seen = 0;
	int rc;

	if (room(&m->p->piece, m->p->npieces, &m->pieces_cap, sizeof(*p),
	    e) < 0)
		return -1;
	p = &m->p->piece[m->p->npieces++];
	*p = (struct restore_piece){first, count, *off, m->p->nfiles};
	rc = catalogue_step(m->c, q, e, "ii", first, first + count - 1);
	for (; rc > 0; rc = catalogue_next(m->c, q, e)) {
		size_t len;
		const void *id = catalogue_blob(m->c, q, 1, &len);

		hash_update(hash, id, len);
		*off += catalogue_int(m->c, q, 2);
		seen++;
	}
	if (rc == 0 && seen != count)
		return err_set(e, ERR_FORMAT, "the catalogue lacks chunks");
	return rc;
}

static int
add_run(struct making *m, int64_t first, int64_t count, int64_t *off,
	struct hash *hash, struct err *e)
{
	while (count > 0) {
		const struct span *s = span_of(m, first);
		int64_t n;

		if (!s)
			return err_set(e, ERR_FORMAT,
			    "the catalogue lacks a bundle");
		n = s->first + s->count - first;
		if (n > count)
			n = count;
		if (add_piece(m, first, n, off, hash, e) < 0)
			return -1;
		first += n;
		count -= n;
	}
	return 0;
}

static int
add_content(struct making *m, const struct query_file *f, struct err *e)
{
	struct runs_reader r;
	struct hash hash;
	uint8_t sum[HASH_LEN];
	int64_t first, count, off = 0;
	int rc;

	if (hash_init(&hash, HASH_BLAKE2B, e) < 0)
		return -1;
	runs_open(&r, f->runs, f->runs_len);
	while ((rc = runs_next(&r, &first, &count, e)) > 0) {
		rc = add_run(m, first, count, &off, &hash, e);
		if (rc < 0)
			break;
	}
	hash_final(&hash, sum);
	hash_release(&hash);
	if (rc < 0)
		return -1;
	if (off != f->size || !f->sum || memcmp(sum, f->sum, HASH_LEN) != 0)
		return err_set(e, ERR_INTEGRITY,
		    "its chunks are not those that were signed");
	return 0;
}

/* "source/path", as the target can hold it. */
static char *
name_of(struct making *m, const struct query_file *f, bool *changed,
	struct err *e)
{
	struct buf raw = BUF_INIT(PATH_MAX_LEN * 2), out = BUF_INIT(65536);
	char *name = NULL;

	if (buf_addf(&raw, e, "%s/", f->source) < 0 ||
	    buf_add(&raw, f->path, f->path_len, e) < 0)
		goto out;
	if (m->portable && names_portable(&out, buf_str(&raw), raw.len, e) < 0)
		goto out;
	*changed = m->portable && (out.len != raw.len ||
	    memcmp(out.data, raw.data, raw.len) != 0);
	name = str_dup(m->portable ? buf_str(&out) : buf_str(&raw));
	if (!name)
		(void)err_nomem(e);
out:
	buf_release(&raw);
	buf_release(&out);
	return name;
}

static int
leave_out(struct making *m, const struct query_file *f, const char *why,
	struct err *e)
{
	m->report->failed++;
	return m->ask->note(m->ask->arg, RESTORE_FAILED, f->path, f->path_len,
	    why, e);
}

/* An archive has nobody behind it who looks at names once more. */
static bool
is_safe(const struct query_file *f)
{
	return path_is_safe(f->path, f->path_len) && !strchr(f->source, '/') &&
	    path_is_safe(f->source, strlen(f->source));
}

static int
on_file(void *arg, const struct query_file *f, struct err *e)
{
	struct making *m = arg;
	struct restore_plan *p = m->p;
	struct err why = ERR_INIT;
	const size_t pieces = p->npieces;
	struct restore_file *out;
	bool changed = false;
	char *name;

	if (!is_safe(f))
		return leave_out(m, f, "its path leads out of its folder", e);
	if (f->elsewhere && f->size > 0 && f->runs_len == 0)
		return leave_out(m, f, "it lies in an epoch that is not here",
		    e);
	if (add_content(m, f, &why) < 0) {
		p->npieces = pieces;
		if (why.code == ERR_NOMEM) {
			*e = why;
			return -1;
		}
		return leave_out(m, f, why.what, e);
	}
	if (room(&p->file, p->nfiles, &m->files_cap, sizeof(*out), e) < 0)
		return -1;
	name = name_of(m, f, &changed, e);
	if (!name)
		return -1;
	out = &p->file[p->nfiles++];
	memset(out, 0, sizeof(*out));
	out->path = name;
	out->size = out->left = f->size;
	out->mtime_sec = f->mtime_sec;
	out->mtime_nsec = f->mtime_nsec;
	out->mode = f->mode;
	out->base = m->pool;
	m->pool += f->size;
	m->report->older += f->older;
	if (!changed)
		return 0;
	m->report->renamed++;
	return m->ask->note(m->ask->arg, RESTORE_RENAMED, f->path,
	    f->path_len, name, e);
}

static int
cmp_piece(const void *a, const void *b)
{
	const struct restore_piece *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->file < y->file ? -1 : x->file > y->file;
}

/* Which bundles are needed, and their pieces. */
static int
group(struct making *m, struct err *e)
{
	struct restore_plan *p = m->p;
	size_t i, cap = 0, blobs = 0;

	if (p->npieces > 0)
		qsort(p->piece, p->npieces, sizeof(*p->piece), cmp_piece);
	for (i = 0; i < p->npieces; i++) {
		const struct span *s = span_of(m, p->piece[i].first);
		struct restore_bundle *b = p->nbundles > 0 ?
		    &p->bundle[p->nbundles - 1] : NULL;

		if (b && s->first == b->first) {
			b->npieces++;
			continue;
		}
		if (room(&p->bundle, p->nbundles, &cap, sizeof(*b), e) < 0 ||
		    room(&p->blob, p->nbundles, &blobs, sizeof(*p->blob),
		    e) < 0)
			return -1;
		p->bundle[p->nbundles] = (struct restore_bundle){s->first,
		    s->count, i, 1};
		memcpy(p->blob[p->nbundles++], s->blob, CANON_ID_LEN);
	}
	return 0;
}

/* Two names that a target cannot tell apart. */
static int
part_names(struct making *m, struct err *e)
{
	struct restore_plan *p = m->p;
	char **paths = calloc(p->nfiles + 1, sizeof(*paths));
	bool *changed = calloc(p->nfiles + 1, sizeof(*changed));
	size_t i;
	int rc = -1;

	if (!paths || !changed) {
		(void)err_nomem(e);
		goto out;
	}
	for (i = 0; i < p->nfiles; i++)
		paths[i] = p->file[i].path;
	rc = names_distinct(paths, changed, p->nfiles, e);
	for (i = 0; i < p->nfiles; i++)
		p->file[i].path = paths[i];
	for (i = 0; i < p->nfiles && rc == 0; i++) {
		if (!changed[i])
			continue;
		m->report->renamed++;
		rc = m->ask->note(m->ask->arg, RESTORE_RENAMED, paths[i],
		    strlen(paths[i]), paths[i], e);
	}
out:
	free(paths);
	free(changed);
	return rc;
}

int
restore_plan_make(struct restore_plan *p, struct catalogue *c,
	const struct restore_ask *ask, bool portable,
	struct restore_report *r, struct err *e)
{
	struct making m;
	int rc = -1;

	memset(p, 0, sizeof(*p));
	memset(&m, 0, sizeof(m));
	m.p = p;
	m.c = c;
	m.ask = ask;
	m.report = r;
	m.portable = portable;
	if (load_spans(&m, e) < 0 || query_files(c, ask->station, ask->source,
	    ask->path, ask->at, on_file, &m, e) < 0)
		goto out;
	if (p->nfiles == 0 && r->failed == 0) {
		(void)err_set(e, ERR_NOENT, "nothing of '%s' has that name",
		    ask->station);
		(void)err_hint(e, "'liudi-desk ls %s' lists what there is",
		    ask->station);
		goto out;
	}
	if (portable && part_names(&m, e) < 0)
		goto out;
	rc = group(&m, e);
out:
	free(m.span);
	if (rc < 0)
		restore_plan_release(p);
	return rc;
}
