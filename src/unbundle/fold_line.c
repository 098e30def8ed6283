/*
 * unbundle/fold_line.c - what one line of a manifest does to a fold.
 * docs/FORMAT.md section 5 "Rules" and section 6.
 */
#include "unbundle/fold_line.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/utf8.h"

#include "base/banned.h"

#define CHUNK_MAX (8 * 1024 * 1024)

/* What is known while a line is applied. */
struct line {
	const struct record_file *r;
	struct node *node;	/* at the path; NULL: not live */
	struct fold_change c;
	uint8_t *old;		/* the old list, ours until it was watched */
};

/* "pc-1/main seq 12, 'wechat/a.txt': WHY" */
static int
line_broken(const struct fold *f, const struct record_file *r,
	const char *why, struct err *e)
{
	struct buf shown = BUF_INIT(8 * PATH_MAX_LEN);
	struct err ignored = ERR_INIT;
	size_t n = r->path_len < 200 ? r->path_len : 200;

	/* Without memory the path is not named; the rule still is. */
	(void)utf8_add_shown(&shown, r->path, n, &ignored);
	err_set(e, ERR_INTEGRITY, "%s/%s seq %lld, '%s/%.200s%s': %s",
	    f->head.station, f->head.stream, (long long)f->head.seq,
	    r->source, buf_str(&shown), n < r->path_len ? "..." : "", why);
	buf_release(&shown);
	return -1;
}

static bool
in_this_run(const struct fold *f, const struct node *n)
{
	return n->run_no == f->run_no;
}

/* The rules that look at the path alone. */
static int
check_path(struct fold *f, struct line *l, struct err *e)
{
	const struct record_file *r = l->r;
	uint64_t hash = node_hash(f, r->source, r->path, r->path_len);

	l->node = node_find(&f->live, hash, r->source, r->path, r->path_len);
	if (l->node && in_this_run(f, l->node))
		return line_broken(f, r, "stands twice in a run", e);
	if (node_find(&f->gone, hash, r->source, r->path, r->path_len))
		return line_broken(f, r,
		    "stands again after the run removed or moved it", e);
	if (f->head.full && r->op != RECORD_ADDED)
		return line_broken(f, r,
		    "a full run holds only 'added' files", e);
	if (r->op == RECORD_ADDED) {
		if (l->node && !f->head.full)
			return line_broken(f, r,
			    "is added, but was live before", e);
		return 0;
	}
	if (r->op == RECORD_MOVED)
		return l->node ? line_broken(f, r,
		    "is the target of a move, but was live before", e) : 0;
	return l->node ? 0 : line_broken(f, r, "was not live before", e);
}

static int
check_stored(struct fold *f, const struct record_file *r, const uint8_t *ids,
	size_t n, struct err *e)
{
	size_t i;
	int rc;

	for (i = 0; f->stored && i < n; i++) {
		rc = f->stored(f->stored_arg, ids + i * RECORD_ID_LEN, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return line_broken(f, r,
			    "names a chunk that was never stored", e);
	}
	return 0;
}

/* Put the whole new list of a content line into f->applied. */
static int
resolve(struct fold *f, const struct line *l, struct err *e)
{
	const struct record_file *r = l->r;
	const struct record_edit *d;
	size_t i;

	buf_clear(&f->applied);
	if (r->content == RECORD_CHUNKS) {
		if (check_stored(f, r, r->chunks, r->nchunks, e) < 0)
			return -1;
		return buf_add(&f->applied, r->chunks,
		    r->nchunks * RECORD_ID_LEN, e);
	}
	if (r->content != RECORD_EDITS)
		return line_broken(f, r, "has no chunks", e);
	if (!l->node || r->op == RECORD_ADDED || l->node->file.elsewhere.have)
		return line_broken(f, r, "edits a list that is not here", e);
	for (i = 0; i < r->nedits; i++) {
		d = &r->edits[i];
		if (check_stored(f, r, d->ids, d->n, e) < 0)
			return -1;
	}
	if (record_apply(l->node->file.chunks, l->node->file.nchunks,
	    r->edits, r->nedits, &f->applied, e) < 0)
		return e->code == ERR_FORMAT ?
		    line_broken(f, r, "edits do not fit the list", e) : -1;
	return 0;
}

static int
check_list(struct fold *f, const struct record_file *r, struct err *e)
{
	size_t n = f->applied.len / RECORD_ID_LEN;
	uint8_t sum[32];

	record_sum(sum, f->applied.data, n);
	if (memcmp(sum, r->sum, sizeof(sum)) != 0)
		return line_broken(f, r, "sum does not fit the chunks", e);
	if (r->size < (int64_t)n || r->size > (int64_t)n * CHUNK_MAX)
		return line_broken(f, r, "size does not fit the chunks", e);
	return 0;
}

static bool
same_meta(const struct fold_file *file, const struct record_file *r)
{
	return file->size == r->size && file->mtime_sec == r->mtime_sec &&
	    file->mtime_nsec == r->mtime_nsec && file->mode == r->mode;
}

/*
 * What the ids say.  All chunks but the last end where the bytes in them say
 * so, so an append keeps all of them and at most changes the last.
 */
static void
classify(struct fold_change *c, const struct fold_file *old,
	const struct record_file *r, const uint8_t *ids, size_t n)
{
	size_t k = 0, least;

	if (memcmp(old->sum, r->sum, 32) == 0) {
		c->op = RECORD_TOUCHED;
		c->same = same_meta(old, r);
		return;
	}
	c->op = RECORD_REWRITTEN;
	if (old->elsewhere.have || r->content == RECORD_ELSEWHERE)
		return;
	least = n < old->nchunks ? n : old->nchunks;
	while (k < least && memcmp(ids + k * RECORD_ID_LEN,
	    old->chunks + k * RECORD_ID_LEN, RECORD_ID_LEN) == 0)
		k++;
	if (k == old->nchunks && r->size > old->size)
		c->op = RECORD_APPENDED;
	else if (k == n && r->size < old->size)
		c->op = RECORD_TRUNCATED;
	else if (n >= old->nchunks && k + 1 >= old->nchunks &&
	    r->size > old->size)
		c->op = RECORD_APPENDED;
	else if (n <= old->nchunks && k + 1 >= n && r->size < old->size)
		c->op = RECORD_TRUNCATED;
	else
		return;
	c->tail = k < least;
}

int
fold_line_refresh(struct fold *f, struct node *n, struct err *e)
{
	const struct fold_file *file = &n->file;
	struct record_file r = {
		.source = file->source, .path = file->path,
		.path_len = file->path_len, .size = file->size,
		.mtime_sec = file->mtime_sec, .mtime_nsec = file->mtime_nsec,
		.mode = file->mode,
		.content = file->elsewhere.have ? RECORD_ELSEWHERE :
		    RECORD_CHUNKS,
		.chunks = file->chunks, .nchunks = file->nchunks,
		.elsewhere = file->elsewhere,
	};

	memcpy(r.sum, file->sum, sizeof(r.sum));
	return record_state_hash(n->file.line_hash, &r, &f->scratch, e);
}

static void
set_meta(struct fold *f, struct node *n, const struct record_file *r)
{
	f->bytes += (uint64_t)r->size - (uint64_t)n->file.size;
	n->file.size = r->size;
	n->file.mtime_sec = r->mtime_sec;
	n->file.mtime_nsec = r->mtime_nsec;
	n->file.mode = r->mode;
	memcpy(n->file.run, f->head.run, sizeof(n->file.run));
	n->run_no = f->run_no;
}

int
fold_line_ids(uint8_t **out, const uint8_t *ids, size_t n, struct err *e)
{
	*out = NULL;
	if (n == 0)
		return 0;
	*out = malloc(n * RECORD_ID_LEN);
	if (!*out)
		return err_nomem(e);
	memcpy(*out, ids, n * RECORD_ID_LEN);
	return 0;
}

/* added, appended, rewritten, truncated */
static int
apply_content(struct fold *f, struct line *l, struct err *e)
{
	const struct record_file *r = l->r;
	struct fold_file *file;
	uint8_t *ids;
	size_t n;

	if (r->content == RECORD_ELSEWHERE) {
		if (!f->head.full)
			return line_broken(f, r,
			    "'elsewhere' outside a full run", e);
		buf_clear(&f->applied);
	} else if (resolve(f, l, e) < 0 || check_list(f, r, e) < 0) {
		return -1;
	}
	n = f->applied.len / RECORD_ID_LEN;
	if (l->node)
		classify(&l->c, &l->node->file, r, f->applied.data, n);
	if (fold_line_ids(&ids, f->applied.data, n, e) < 0)
		return -1;
	if (!l->node)
		l->node = node_new(f, r->source, r->path, r->path_len, e);
	if (!l->node) {
		free(ids);
		return -1;
	}
	file = &l->node->file;
	l->old = file->chunks;
	file->chunks = ids;
	file->nchunks = n;
	file->torn = r->torn;
	memcpy(file->sum, r->sum, sizeof(file->sum));
	memset(&file->elsewhere, 0, sizeof(file->elsewhere));
	if (r->content == RECORD_ELSEWHERE)
		file->elsewhere = r->elsewhere;
	set_meta(f, l->node, r);
	return fold_line_refresh(f, l->node, e);
}

static int
apply_touched(struct fold *f, struct line *l, struct err *e)
{
	const struct record_file *r = l->r;

	if (r->size != l->node->file.size)
		return line_broken(f, r,
		    "is touched only, but has another size", e);
	l->c.op = RECORD_TOUCHED;
	l->c.same = same_meta(&l->node->file, r);
	set_meta(f, l->node, r);
	if (r->torn)
		l->node->file.torn = true;
	return fold_line_refresh(f, l->node, e);
}

static int
apply_moved(struct fold *f, struct line *l, struct err *e)
{
	const struct record_file *r = l->r;
	struct node *from, *node;

	from = node_find(&f->live, node_hash(f, r->source, r->from,
	    r->from_len), r->source, r->from, r->from_len);
	if (!from)
		return line_broken(f, r,
		    "is moved from a path that was not live before", e);
	if (in_this_run(f, from))
		return line_broken(f, r,
		    "is moved from a path that the run names too", e);
	if (r->size != from->file.size)
		return line_broken(f, r,
		    "is moved only, but has another size", e);
	if (node_gone_add(f, from, e) < 0)
		return -1;
	node = node_new(f, r->source, r->path, r->path_len, e);
	if (!node)
		return -1;
	l->node = node;
	l->c.old_nchunks = from->file.nchunks;
	l->c.old_chunks = from->file.chunks;
	l->c.old_size = from->file.size;
	node->file.chunks = from->file.chunks;
	node->file.nchunks = from->file.nchunks;
	node->file.elsewhere = from->file.elsewhere;
	node->file.torn = from->file.torn || r->torn;
	node->file.tag = from->file.tag;
	memcpy(node->file.sum, from->file.sum, sizeof(node->file.sum));
	from->file.chunks = NULL;
	node_kill(f, from);
	set_meta(f, node, r);
	return fold_line_refresh(f, node, e);
}

static int
apply_removed(struct fold *f, struct line *l, struct err *e)
{
	if (node_gone_add(f, l->node, e) < 0)
		return -1;
	l->old = l->node->file.chunks;
	l->node->file.chunks = NULL;
	node_kill(f, l->node);
	l->node = NULL;
	return 0;
}

static int
tell(struct fold *f, struct line *l, struct err *e)
{
	l->c.now = l->node ? &l->node->file : NULL;
	return f->watch ? f->watch(f->watch_arg, &l->c, e) : 0;
}

static void
begin_line(struct line *l, const struct record_file *r)
{
	memset(l, 0, sizeof(*l));
	l->r = r;
	l->c.claimed = l->c.op = r->op;
	l->c.source = r->source;
	l->c.path = r->path;
	l->c.path_len = r->path_len;
	l->c.from = r->from;
	l->c.from_len = r->from_len;
}

int
fold_file_line(struct fold *f, const struct record_file *r, struct err *e)
{
	struct line l;
	int rc = -1;

	begin_line(&l, r);
	if (!f->has_head || f->ended)
		return err_set(e, ERR_FAIL, "a line outside a part");
	if (strlen(r->source) > NODE_SOURCE_MAX || r->path_len > PATH_MAX_LEN ||
	    (r->from && r->from_len > PATH_MAX_LEN))
		return err_set(e, ERR_FAIL, "a path or source too long");
	if (check_path(f, &l, e) < 0)
		return -1;
	if (l.node) {
		l.c.old_chunks = l.node->file.chunks;
		l.c.old_nchunks = l.node->file.nchunks;
		l.c.old_size = l.node->file.size;
	}
	switch (r->op) {
	case RECORD_REMOVED:
		rc = apply_removed(f, &l, e);
		break;
	case RECORD_MOVED:
		rc = r->from ? apply_moved(f, &l, e) :
		    err_set(e, ERR_FAIL, "a move from nowhere");
		break;
	case RECORD_TOUCHED:
		rc = apply_touched(f, &l, e);
		break;
	default:
		rc = apply_content(f, &l, e);
		break;
	}
	if (rc == 0)
		rc = tell(f, &l, e);
	free(l.old);
	return rc;
}

int
fold_line_drop(struct fold *f, struct err *e)
{
	struct record_file r = {.op = RECORD_REMOVED};
	struct node *n;
	struct line l;
	size_t i;
	int rc = 0;

	if (node_tidy(f, e) < 0)
		return -1;
	for (i = 0; i < f->norder && rc == 0; i++) {
		n = f->order[i];
		if (in_this_run(f, n))
			continue;
		r.source = n->file.source;
		r.path = n->path;
		r.path_len = n->file.path_len;
		begin_line(&l, &r);
		l.c.old_chunks = n->file.chunks;
		l.c.old_nchunks = n->file.nchunks;
		l.c.old_size = n->file.size;
		node_kill(f, n);
		rc = tell(f, &l, e);
	}
	return rc;
}
