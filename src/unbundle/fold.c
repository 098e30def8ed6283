/*
 * unbundle/fold.c - docs/FORMAT.md section 5 "Rules" and section 6.
 *
 * Invariants:
 *  1. `table` holds each live file once; open addressing, linear probing, no
 *     tombstones (deletion shifts back).
 *  2. `order` holds every node that was not freed: its first `nsorted` entries
 *     ascend by section 6, dead ones among them; tidy() makes it all sorted and
 *     all live.
 *  3. `gone` holds the paths that the current run made not live: none of them
 *     may be named again in that run.
 */
#include "unbundle/fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define LINE_MAX ((size_t)256 * 1024 * 1024)
#define CHUNK_MAX (8 * 1024 * 1024)
#define SOURCE_MAX 32
#define FIRST_SLOTS 64
#define KEY_LEN 16

struct node {
	struct fold_file file;	/* first: a file is its node */
	uint64_t hash;
	uint64_t run_no;	/* of the run that named it last; 0: before */
	bool dead;
	char path[];
};

/* Paths by hash; also of those that are gone. */
struct table {
	struct node **slot;
	size_t size;		/* a power of two, or 0 */
	size_t n;
};

struct source_name {
	struct source_name *next;
	char name[SOURCE_MAX + 1];
};

struct fold {
	uint8_t key[KEY_LEN];	/* of the hash: no station can choose slots */
	struct table live, gone;
	struct node **order;
	size_t norder, order_cap, nsorted;
	struct source_name *sources;
	uint64_t bytes;		/* modulo 2^64: sizes are claims */
	struct buf scratch, applied;
	struct record_head head;
	uint64_t run_no;	/* ids of runs may come again */
	bool has_head;		/* a part was begun */
	bool ended;		/* and ended */
	bool keep;		/* what it does not name stays */
	int (*watch)(void *arg, const struct fold_change *c, struct err *e);
	void *watch_arg;
	int (*stored)(void *arg, const uint8_t id[static 32], struct err *e);
	void *stored_arg;
};

/* --- The table. */

static uint64_t
hash_path(const struct fold *f, const char *source, const char *path,
	size_t n)
{
	uint8_t text[SOURCE_MAX + 1 + PATH_MAX_LEN], out[8];
	size_t len = strlen(source) + 1;
	uint64_t h;

	memcpy(text, source, len);
	memcpy(text + len, path, n);
	hash_blake2b_n(out, sizeof(out), f->key, KEY_LEN, text, len + n);
	memcpy(&h, out, sizeof(h));
	return h;
}

static bool
is_at(const struct node *n, uint64_t hash, const char *source,
	const char *path, size_t len)
{
	return n->hash == hash && n->file.path_len == len &&
	    memcmp(n->path, path, len) == 0 &&
	    strcmp(n->file.source, source) == 0;
}

static struct node *
table_find(const struct table *t, uint64_t hash, const char *source,
	const char *path, size_t len)
{
	size_t i;

	if (t->size == 0)
		return NULL;
	for (i = hash & (t->size - 1); t->slot[i]; i = (i + 1) & (t->size - 1))
		if (is_at(t->slot[i], hash, source, path, len))
			return t->slot[i];
	return NULL;
}

static void
table_place(struct table *t, struct node *n)
{
	size_t i = n->hash & (t->size - 1);

	while (t->slot[i])
		i = (i + 1) & (t->size - 1);
	t->slot[i] = n;
}

static int
table_add(struct table *t, struct node *n, struct err *e)
{
	struct table bigger = {NULL, 0, t->n};
	size_t i;

	if (3 * (t->n + 1) > 2 * t->size) {
		bigger.size = t->size > 0 ? 2 * t->size : FIRST_SLOTS;
		bigger.slot = calloc(bigger.size, sizeof(*bigger.slot));
		if (!bigger.slot)
			return err_nomem(e);
		for (i = 0; i < t->size; i++)
			if (t->slot[i])
				table_place(&bigger, t->slot[i]);
		free(t->slot);
		*t = bigger;
	}
	table_place(t, n);
	t->n++;
	return 0;
}

/* Take N out and close the gap, so that no probe stops too early. */
static void
table_remove(struct table *t, const struct node *n)
{
	size_t mask = t->size - 1, i = n->hash & mask, j, home;

	while (t->slot[i] != n)
		i = (i + 1) & mask;
	for (j = (i + 1) & mask; t->slot[j]; j = (j + 1) & mask) {
		home = t->slot[j]->hash & mask;
		if (((j - home) & mask) >= ((j - i) & mask)) {
			t->slot[i] = t->slot[j];
			i = j;
		}
	}
	t->slot[i] = NULL;
	t->n--;
}

/* --- Nodes. */

static char *
keep_source(struct fold *f, const char *name, struct err *e)
{
	struct source_name *s;
	size_t n = strlen(name);

	for (s = f->sources; s; s = s->next)
		if (strcmp(s->name, name) == 0)
			return s->name;
	if (n > SOURCE_MAX) {
		err_set(e, ERR_INTEGRITY, "name of a source over %d bytes",
		    SOURCE_MAX);
		return NULL;
	}
	s = malloc(sizeof(*s));
	if (!s) {
		err_nomem(e);
		return NULL;
	}
	memcpy(s->name, name, n + 1);
	s->next = f->sources;
	f->sources = s;
	return s->name;
}

static void
node_free(struct node *n)
{
	if (!n)
		return;
	free(n->file.chunks);
	free(n);
}

static int
order_add(struct fold *f, struct node *n, struct err *e)
{
	struct node **grown;
	size_t cap = f->order_cap > 0 ? 2 * f->order_cap : FIRST_SLOTS;

	if (f->norder == f->order_cap) {
		grown = realloc(f->order, cap * sizeof(*grown));
		if (!grown)
			return err_nomem(e);
		f->order = grown;
		f->order_cap = cap;
	}
	f->order[f->norder++] = n;
	return 0;
}

/* A live node for a path that is not live; no content yet. */
static struct node *
node_new(struct fold *f, const char *source, const char *path, size_t len,
	struct err *e)
{
	char *kept = keep_source(f, source, e);
	struct node *n;

	if (!kept)
		return NULL;
	n = calloc(1, sizeof(*n) + len + 1);
	if (!n) {
		err_nomem(e);
		return NULL;
	}
	memcpy(n->path, path, len);
	n->file.source = kept;
	n->file.path = n->path;
	n->file.path_len = len;
	n->hash = hash_path(f, source, path, len);
	if (table_add(&f->live, n, e) < 0) {
		free(n);
		return NULL;
	}
	if (order_add(f, n, e) < 0) {
		table_remove(&f->live, n);
		free(n);
		return NULL;
	}
	return n;
}

/* No longer live; freed by tidy() or with the fold. */
static void
node_kill(struct fold *f, struct node *n)
{
	table_remove(&f->live, n);
	f->bytes -= (uint64_t)n->file.size;
	n->dead = true;
}

static int
cmp_nodes(const void *a, const void *b)
{
	const struct node *x = *(struct node *const *)a;
	const struct node *y = *(struct node *const *)b;

	return record_cmp(x->file.source, x->path, x->file.path_len,
	    y->file.source, y->path, y->file.path_len);
}

/* Merge the two sorted runs order[0..mid) and order[mid..n). */
static int
merge(struct fold *f, size_t mid, struct err *e)
{
	size_t ntail = f->norder - mid, i = mid, j = ntail, k = f->norder;
	struct node **tail;

	if (ntail == 0 || mid == 0)
		return 0;
	tail = malloc(ntail * sizeof(struct node *));
	if (!tail)
		return err_nomem(e);
	memcpy(tail, f->order + mid, ntail * sizeof(struct node *));
	while (j > 0) {
		if (i > 0 && cmp_nodes(&f->order[i - 1], &tail[j - 1]) > 0)
			f->order[--k] = f->order[--i];
		else
			f->order[--k] = tail[--j];
	}
	free(tail);
	return 0;
}

/*
 * All of `order` live and sorted.  Only what came since last time is sorted: a
 * run changes few files of many.
 */
static int
tidy(struct fold *f, struct err *e)
{
	size_t i, n = 0, mid = 0;

	for (i = 0; i < f->norder; i++) {
		if (i == f->nsorted)
			mid = n;
		if (f->order[i]->dead)
			node_free(f->order[i]);
		else
			f->order[n++] = f->order[i];
	}
	if (f->nsorted >= f->norder)
		mid = n;
	f->norder = n;
	f->nsorted = mid;
	if (n > mid)
		qsort(f->order + mid, n - mid, sizeof(*f->order), cmp_nodes);
	if (merge(f, mid, e) < 0)
		return -1;
	f->nsorted = n;
	return 0;
}

/* --- What the run has made not live. */

static int
note_gone(struct fold *f, const struct node *n, struct err *e)
{
	struct node *copy = calloc(1, sizeof(*copy) + n->file.path_len + 1);

	if (!copy)
		return err_nomem(e);
	memcpy(copy->path, n->path, n->file.path_len);
	copy->file.source = n->file.source;
	copy->file.path_len = n->file.path_len;
	copy->hash = n->hash;
	if (table_add(&f->gone, copy, e) < 0) {
		free(copy);
		return -1;
	}
	return 0;
}

static void
forget_gone(struct fold *f)
{
	size_t i;

	for (i = 0; i < f->gone.size; i++)
		node_free(f->gone.slot[i]);
	free(f->gone.slot);
	f->gone = (struct table){NULL, 0, 0};
}

/* --- The fold. */

struct fold *
fold_new(struct err *e)
{
	struct fold *f = calloc(1, sizeof(*f));

	if (!f) {
		err_nomem(e);
		return NULL;
	}
	secmem_random(f->key, sizeof(f->key));
	buf_init(&f->scratch, LINE_MAX);
	buf_init(&f->applied, LINE_MAX);
	return f;
}

void
fold_free(struct fold *f)
{
	struct source_name *s;
	size_t i;

	if (!f)
		return;
	for (i = 0; i < f->norder; i++)
		node_free(f->order[i]);
	forget_gone(f);
	while ((s = f->sources) != NULL) {
		f->sources = s->next;
		free(s);
	}
	free(f->order);
	free(f->live.slot);
	buf_release(&f->scratch);
	buf_release(&f->applied);
	free(f);
}

void
fold_watch(struct fold *f, int (*fn)(void *arg, const struct fold_change *c,
	struct err *e), void *arg)
{
	f->watch = fn;
	f->watch_arg = arg;
}

void
fold_stored(struct fold *f, int (*fn)(void *arg, const uint8_t id[static 32],
	struct err *e), void *arg)
{
	f->stored = fn;
	f->stored_arg = arg;
}

/* "pc-1/main seq 12: WHY" */
static int
part_broken(const struct record_head *h, const char *why, struct err *e)
{
	return err_set(e, ERR_INTEGRITY, "%s/%s seq %lld: %s", h->station,
	    h->stream, (long long)h->seq, why);
}

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

static int
check_first(const struct record_head *h, struct err *e)
{
	if (h->full)
		return 0;
	if (h->seq == 0 || h->continues.have || h->prev_epoch_head.have)
		return part_broken(h,
		    "a branch that begins with a delta run", e);
	return 0;
}

static int
check_next(const struct fold *f, const struct record_head *h, struct err *e)
{
	const struct record_head *p = &f->head;

	if (!f->ended)
		return part_broken(h, "a part that begins within another", e);
	if (!str_eq(h->station, p->station) || !str_eq(h->stream, p->stream))
		return part_broken(h, "a part of another stream", e);
	if (h->seq > 0 && (h->seq != p->seq + 1 || h->epoch != p->epoch))
		return part_broken(h, "parts are not in the order of seq", e);
	if (memcmp(h->run, p->run, sizeof(h->run)) != 0)
		return h->part == 0 ? 0 : part_broken(h,
		    "a run that does not begin with part 0", e);
	if (p->final)
		return part_broken(h, "a part behind the final one", e);
	if (h->part != p->part + 1)
		return part_broken(h, "parts of a run are not in order", e);
	if (h->full != p->full)
		return part_broken(h, "a run that is both full and delta", e);
	return 0;
}

/* The saved point lay within a run: what it named then is named. */
static void
adopt_run(struct fold *f, const uint8_t run[static 16])
{
	size_t i;

	for (i = 0; i < f->norder; i++)
		if (memcmp(f->order[i]->file.run, run, 16) == 0)
			f->order[i]->run_no = f->run_no;
}

int
fold_begin(struct fold *f, const struct record_head *h, struct err *e)
{
	if (check_first(h, e) < 0)
		return -1;
	if (f->has_head && check_next(f, h, e) < 0)
		return -1;
	if (!f->has_head || memcmp(h->run, f->head.run, sizeof(h->run)) != 0) {
		forget_gone(f);
		f->run_no++;
	}
	if (!f->has_head && h->part > 0)
		adopt_run(f, h->run);
	f->head = *h;
	f->has_head = true;
	f->ended = f->keep = false;
	return 0;
}

/* --- One line. */

/* What is known while a line is applied. */
struct line {
	const struct record_file *r;
	struct node *node;	/* at the path; NULL: not live */
	struct fold_change c;
	uint8_t *old;		/* the old list, ours until it was watched */
};

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
	uint64_t hash = hash_path(f, r->source, r->path, r->path_len);

	l->node = table_find(&f->live, hash, r->source, r->path, r->path_len);
	if (l->node && in_this_run(f, l->node))
		return line_broken(f, r, "stands twice in a run", e);
	if (table_find(&f->gone, hash, r->source, r->path, r->path_len))
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

static int
refresh(struct fold *f, struct node *n, struct err *e)
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

static int
copy_ids(uint8_t **out, const uint8_t *ids, size_t n, struct err *e)
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
	if (copy_ids(&ids, f->applied.data, n, e) < 0)
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
	return refresh(f, l->node, e);
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
	return refresh(f, l->node, e);
}

static int
apply_moved(struct fold *f, struct line *l, struct err *e)
{
	const struct record_file *r = l->r;
	struct node *from, *node;

	from = table_find(&f->live, hash_path(f, r->source, r->from,
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
	if (note_gone(f, from, e) < 0)
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
	return refresh(f, node, e);
}

static int
apply_removed(struct fold *f, struct line *l, struct err *e)
{
	if (note_gone(f, l->node, e) < 0)
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
	if (strlen(r->source) > SOURCE_MAX || r->path_len > PATH_MAX_LEN ||
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

/* --- The end of a part. */

/* Files that the full run did not name are no longer there. */
static int
drop_unnamed(struct fold *f, struct err *e)
{
	struct record_file r = {.op = RECORD_REMOVED};
	struct node *n;
	struct line l;
	size_t i;
	int rc = 0;

	if (tidy(f, e) < 0)
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

void
fold_keep(struct fold *f)
{
	f->keep = true;
}

int
fold_end(struct fold *f, bool check_state, struct err *e)
{
	uint8_t state[32];

	if (!f->has_head || f->ended)
		return err_set(e, ERR_FAIL, "no part to end");
	f->ended = true;
	if (!f->head.final)
		return 0;
	if (f->head.full && !f->keep && drop_unnamed(f, e) < 0)
		return -1;
	if (!check_state)
		return 0;
	if (fold_state(f, state, e) < 0)
		return -1;
	if (!f->head.has_state ||
	    memcmp(state, f->head.state, sizeof(state)) != 0)
		return part_broken(&f->head,
		    "state does not fit the files that are live", e);
	return 0;
}

int
fold_state(struct fold *f, uint8_t state[static 32], struct err *e)
{
	struct hash h;
	size_t i;

	if (tidy(f, e) < 0 || hash_init(&h, HASH_BLAKE2B, e) < 0)
		return -1;
	for (i = 0; i < f->norder; i++)
		hash_update(&h, f->order[i]->file.line_hash, 32);
	hash_final(&h, state);
	hash_release(&h);
	return 0;
}

/* --- Looking at it, and going on from a saved point. */

int
fold_each(struct fold *f, int (*fn)(void *arg, struct fold_file *file,
	struct err *e), void *arg, struct err *e)
{
	size_t i;

	if (tidy(f, e) < 0)
		return -1;
	for (i = 0; i < f->norder; i++)
		if (fn(arg, &f->order[i]->file, e) < 0)
			return -1;
	return 0;
}

size_t
fold_count(const struct fold *f)
{
	return f->live.n;
}

int64_t
fold_bytes(const struct fold *f)
{
	return (int64_t)(f->bytes & INT64_MAX);
}

struct fold_file *
fold_find(struct fold *f, const char *source, const char *path,
	size_t path_len)
{
	struct node *n;

	if (strlen(source) > SOURCE_MAX || path_len > PATH_MAX_LEN)
		return NULL;
	n = table_find(&f->live, hash_path(f, source, path, path_len), source,
	    path, path_len);
	return n ? &n->file : NULL;
}

int
fold_put(struct fold *f, const struct fold_file *file, struct err *e)
{
	struct node *n;
	uint8_t *ids;

	if (strlen(file->source) > SOURCE_MAX ||
	    file->path_len > PATH_MAX_LEN)
		return err_set(e, ERR_FAIL, "a path or source too long");
	if (fold_find(f, file->source, file->path, file->path_len))
		return err_set(e, ERR_INTEGRITY, "a saved file stands twice");
	if (copy_ids(&ids, file->chunks, file->nchunks, e) < 0)
		return -1;
	n = node_new(f, file->source, file->path, file->path_len, e);
	if (!n) {
		free(ids);
		return -1;
	}
	n->file.size = file->size;
	n->file.mtime_sec = file->mtime_sec;
	n->file.mtime_nsec = file->mtime_nsec;
	n->file.mode = file->mode;
	n->file.torn = file->torn;
	n->file.elsewhere = file->elsewhere;
	n->file.tag = file->tag;
	n->file.chunks = ids;
	n->file.nchunks = file->nchunks;
	memcpy(n->file.sum, file->sum, sizeof(n->file.sum));
	memcpy(n->file.run, file->run, sizeof(n->file.run));
	f->bytes += (uint64_t)file->size;
	return refresh(f, n, e);
}
