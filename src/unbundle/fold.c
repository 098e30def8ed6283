/*
 * unbundle/fold.c - docs/FORMAT.md section 5 "Rules" and section 6: parts in
 * order.  Lines are fold_line.c's business, paths and order node.c's.
 */
#include "unbundle/fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "unbundle/fold_line.h"

#include "base/banned.h"

#define LINE_MAX ((size_t)256 * 1024 * 1024)

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
	node_gone_forget(f);
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

/* --- A part. */

/* "pc-1/main seq 12: WHY" */
static int
part_broken(const struct record_head *h, const char *why, struct err *e)
{
	return err_set(e, ERR_INTEGRITY, "%s/%s seq %lld: %s", h->station,
	    h->stream, (long long)h->seq, why);
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
		node_gone_forget(f);
		f->run_no++;
	}
	if (!f->has_head && h->part > 0)
		adopt_run(f, h->run);
	f->head = *h;
	f->has_head = true;
	f->ended = f->keep = false;
	return 0;
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
	if (f->head.full && !f->keep && fold_line_drop(f, e) < 0)
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

	if (node_tidy(f, e) < 0 || hash_init(&h, HASH_BLAKE2B, e) < 0)
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

	if (node_tidy(f, e) < 0)
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

	if (strlen(source) > NODE_SOURCE_MAX || path_len > PATH_MAX_LEN)
		return NULL;
	n = node_find(&f->live, node_hash(f, source, path, path_len), source,
	    path, path_len);
	return n ? &n->file : NULL;
}

int
fold_put(struct fold *f, const struct fold_file *file, struct err *e)
{
	struct node *n;
	uint8_t *ids;

	if (strlen(file->source) > NODE_SOURCE_MAX ||
	    file->path_len > PATH_MAX_LEN)
		return err_set(e, ERR_FAIL, "a path or source too long");
	if (fold_find(f, file->source, file->path, file->path_len))
		return err_set(e, ERR_INTEGRITY, "a saved file stands twice");
	if (fold_line_ids(&ids, file->chunks, file->nchunks, e) < 0)
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
	return fold_line_refresh(f, n, e);
}
