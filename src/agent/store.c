/* agent/store.c - read what stands on the work list, cut it, tell the sink. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/collect.h"
#include "agent/gone.h"
#include "base/clock.h"
#include "base/proc.h"
#include "base/str.h"
#include "bundle/tarz.h"
#include "chunk/chunker.h"
#include "crypto/hash.h"
#include "base/banned.h"

#define READ_LEN (256 * 1024)
#define TELL_MS 200

/* One file being stored. */
struct store {
	struct collect *c;
	const struct collect_sink *k;
	struct chunker_gear gear;
	uint8_t *data;
	size_t cap;
	struct buf ids;		/* of the file being read */
	struct buf old;		/* chunk ids before */
	struct buf key;		/* of the item */
	struct buf from;	/* key of what was moved here */
	struct buf scratch;
	uint32_t last_len;
	int64_t size;
	/* Do the old bytes' last chunk and the new bytes there agree? */
	struct hash tail;
	int64_t tail_from, tail_to;
	bool tail_same;
	bool lost;		/* the sink failed: this is not the file's fault */
};

static void
tell_progress(struct store *x)
{
	struct collect *c = x->c;
	int64_t now = clock_mono_ms();

	if (c->o->watch.progress == NULL || now - c->told_ms < TELL_MS)
		return;
	c->told_ms = now;
	c->o->watch.progress(c->o->watch.arg, &c->progress);
}

/* Feed the part of these bytes that lies in the old last chunk's place. */
static void
feed_tail(struct store *x, int64_t at, const uint8_t *data, size_t n)
{
	int64_t from = at > x->tail_from ? at : x->tail_from;
	int64_t to = at + (int64_t)n < x->tail_to ? at + (int64_t)n :
	    x->tail_to;

	if (from < to)
		hash_update(&x->tail, data + (from - at),
		    (size_t)(to - from));
}

static int
one_chunk(struct store *x, const uint8_t *data, size_t n, bool packed,
	struct err *e)
{
	uint8_t id[HASH_LEN];

	hash_blake2b(id, data, n);
	x->last_len = (uint32_t)n;
	if (buf_add(&x->ids, id, sizeof(id), e) != 0)
		return -1;
	if (x->k->chunk(x->k->arg, id, data, n, packed, e) == 0)
		return 0;
	x->lost = true;
	return -1;
}

static int
room_for(struct store *x, size_t n, struct err *e)
{
	uint8_t *p;

	if (x->cap >= n)
		return 0;
	p = realloc(x->data, n);
	if (p == NULL)
		return err_nomem(e);
	x->data = p;
	x->cap = n;
	return 0;
}

/* Cut and store what is in the buffer; LAST: the file ends there. */
static int
cut_buffer(struct store *x, const struct chunker *ch, size_t *have,
	bool packed, bool last, struct err *e)
{
	size_t pos = 0, n;

	while ((n = chunker_cut(ch, x->data + pos, *have - pos, last)) > 0) {
		if (one_chunk(x, x->data + pos, n, packed, e) != 0)
			return -1;
		pos += n;
	}
	memmove(x->data, x->data + pos, *have - pos);
	*have -= pos;
	return 0;
}

/*
 * The class in which a file is cut is fixed when it is first stored.  Bytes
 * that are compressed already have no small repeats to find: larger chunks.
 */
static enum chunker_class
first_class(int64_t size, bool packed)
{
	enum chunker_class c = chunker_class_for(size);

	return packed && c == CHUNKER_SMALL ? CHUNKER_MEDIUM : c;
}

/* Read to the end, cutting and storing. */
static int
read_file(struct store *x, struct source_file *f, struct entry *en,
	struct err *e)
{
	struct chunker ch;
	size_t have = 0, got;
	bool packed = false, first = true;

	buf_clear(&x->ids);
	x->size = 0;
	x->last_len = 0;
	en->page = source_file_page_size(f);
	if (hash_restart(&x->tail, e) != 0 || room_for(x, READ_LEN, e) != 0)
		return -1;
	do {
		if (source_file_read(f, x->data + have, x->cap - have, &got,
			e) != 0)
			return -1;
		feed_tail(x, x->size, x->data + have, got);
		x->size += (int64_t)got;
		have += got;
		if (first) {
			packed = en->page == 0 &&
			    tarz_is_packed(x->data, have);
			if (en->class_ == 0)
				en->class_ = (uint8_t)first_class(
				    source_file_size(f), packed);
			chunker_init(&ch, &x->gear, en->class_, en->page,
			    source_file_size(f));
			if (room_for(x, ch.max + READ_LEN, e) != 0)
				return -1;
			first = false;
		}
		if (cut_buffer(x, &ch, &have, packed, got == 0, e) != 0)
			return -1;
		x->c->progress.bytes += (int64_t)got;
		tell_progress(x);
		if (proc_interrupted())
			return err_set(e, ERR_INTR, "interrupted");
	} while (got > 0);
	return 0;
}

/* Fatal for the run, or only for this file? */
static bool
fatal(const struct store *x, const struct err *e)
{
	return x->lost || (e->code != ERR_IO && e->code != ERR_NOENT &&
	    e->code != ERR_FORMAT);
}

/* ITEM's file could not be read, as *e says.  0 or -1. */
static int
cannot_read(struct store *x, struct collect_source *cs,
	const struct entry *item, struct err *e)
{
	struct entry en = *item;
	char why[sizeof(e->what)];

	(void)snprintf(why, sizeof(why), "%s", e->what);
	err_clear(e);
	collect_unread(x->c, cs, item->key + strlen(item->key) + 1, why);
	en.kind = ENTRY_UNREAD;
	en.nchunks = 0;
	en.extra_is = ENTRY_WHY;
	en.extra = (const uint8_t *)why;
	en.extra_len = (uint32_t)strlen(why);
	return x->k->unread(x->k->arg, &en, e);
}

/*
 * Open and read; again if it changed meanwhile.  1: done, EN has stat, size,
 * sum and torn; 0: it could not be read; -1.
 */
static int
read_item(struct store *x, struct collect_source *cs, struct entry *en,
	struct err *e)
{
	const char *path = en->key + strlen(en->key) + 1;
	struct source_file *f = NULL;
	struct source_entry se;
	int rc = 0;

	for (int try = 0; try < 2; try++) {
		bool io;

		if (source_file_open(cs->src, path, x->c->s->path.tmp, &f,
			e) != 0)
			break;
		io = read_file(x, f, en, e) != 0;
		if (io) {
			source_file_close(f);
			break;
		}
		source_file_stat(f, &se);
		collect_stat(en, &se);
		en->torn = source_file_changed(f);
		source_file_close(f);
		rc = 1;
		if (!en->torn)
			break;
	}
	if (e->code != ERR_NONE) {
		if (fatal(x, e))
			return -1;
		/* One that went since the walk is seen by the next run. */
		if (e->code != ERR_NOENT)
			return cannot_read(x, cs, en, e);
		err_clear(e);
		return 0;
	}
	if (en->torn && x->c->o->watch.file != NULL)
		x->c->o->watch.file(x->c->o->watch.arg, cs->cfg->name, path,
		    "changed while it was read, twice");
	en->size = x->size;
	en->last_len = x->last_len;
	en->chunks = x->ids.data;
	en->nchunks = (uint32_t)(x->ids.len / HASH_LEN);
	record_sum(en->sum, en->chunks, en->nchunks);
	return rc;
}

/* What happened to the bytes, as far as the ids tell. */
static enum record_op
classify(const struct store *x, const struct entry *old,
	const struct entry *now)
{
	size_t same = 0, least;

	least = old->nchunks < now->nchunks ? old->nchunks : now->nchunks;
	while (same < least && memcmp(x->old.data + same * HASH_LEN,
		now->chunks + same * HASH_LEN, HASH_LEN) == 0)
		same++;
	if (now->size > old->size && (old->nchunks == 0 ||
		(same + 1 >= old->nchunks && x->tail_same)))
		return RECORD_APPENDED;
	if (now->size < old->size &&
	    (now->nchunks == 0 || same + 1 >= now->nchunks))
		return RECORD_TRUNCATED;
	return RECORD_REWRITTEN;
}

static void
fill_record(struct record_file *f, const struct entry *en)
{
	f->source = en->key;
	f->path = en->key + strlen(en->key) + 1;
	f->path_len = en->key_len - strlen(en->key) - 1;
	f->size = en->size;
	f->mtime_sec = en->mtime_sec;
	f->mtime_nsec = en->mtime_nsec;
	f->mode = en->mode;
	memcpy(f->sum, en->sum, sizeof(f->sum));
	f->chunks = en->chunks;
	f->nchunks = en->nchunks;
	f->torn = en->torn;
}

/* Chunks whole, or as edits where that is shorter; then to the sink. */
static int
emit(struct store *x, struct record_file *f, struct entry *en, struct err *e)
{
	struct record_edit *edits = NULL;
	size_t nedits = 0, ids = 0;
	int rc = -1;

	f->content = RECORD_CHUNKS;
	if (record_state_hash(en->line, f, &x->scratch, e) != 0)
		goto out;
	if (f->op == RECORD_TOUCHED || f->op == RECORD_MOVED)
		f->content = RECORD_NOTHING;
	if (f->op == RECORD_APPENDED || f->op == RECORD_TRUNCATED ||
	    f->op == RECORD_REWRITTEN) {
		if (record_diff(x->old.data, x->old.len / HASH_LEN,
			en->chunks, en->nchunks, &edits, &nedits, e) != 0)
			goto out;
		for (size_t i = 0; i < nedits; i++)
			ids += edits[i].n;
		if (ids + nedits / 2 + 1 < en->nchunks) {
			f->content = RECORD_EDITS;
			f->edits = edits;
			f->nedits = nedits;
		}
	}
	en->kind = ENTRY_LIVE;
	rc = x->k->line(x->k->arg, f, en, e);
out:
	free(edits);
	return rc;
}

static bool
unchanged_stat(const struct entry *a, const struct entry *b)
{
	return a->stat_size == b->stat_size &&
	    a->mtime_sec == b->mtime_sec && a->mtime_nsec == b->mtime_nsec &&
	    a->ctime_sec == b->ctime_sec && a->ctime_nsec == b->ctime_nsec &&
	    a->ident == b->ident && a->mode == b->mode;
}

static int
store_new(struct store *x, struct collect_source *cs, struct entry *en,
	struct err *e)
{
	struct record_file f = {.op = RECORD_ADDED};
	const char *from;
	int rc;

	if (!x->c->full && en->size > 0 && !en->torn) {
		rc = gone_take(x->c, (size_t)(cs - x->c->src), en->sum,
		    &x->from, e);
		if (rc < 0)
			return -1;
		if (rc == 1) {
			from = buf_str(&x->from);
			f.op = RECORD_MOVED;
			f.from = from + strlen(from) + 1;
			f.from_len = x->from.len - strlen(from) - 1;
		}
	}
	fill_record(&f, en);
	cs->ops[f.op]++;
	return emit(x, &f, en, e);
}

static int
store_known(struct store *x, struct collect_source *cs,
	const struct entry *old, struct entry *en, struct err *e)
{
	struct record_file f = {.op = RECORD_ADDED};
	/* What lies elsewhere is stored here now, and that is to be said. */
	bool same_bytes = old->extra_is == ENTRY_PLAIN && old->size == en->size && !en->torn && !old->torn &&
	    memcmp(old->sum, en->sum, sizeof(en->sum)) == 0;
	bool same_stat = old->mtime_sec == en->mtime_sec &&
	    old->mtime_nsec == en->mtime_nsec && old->mode == en->mode;

	fill_record(&f, en);
	if (!x->c->full && same_bytes && same_stat) {
		f.content = RECORD_CHUNKS;
		if (record_state_hash(en->line, &f, &x->scratch, e) != 0)
			return -1;
		en->kind = ENTRY_LIVE;
		/* Reread and found the same: nothing to note at all. */
		if (unchanged_stat(old, en))
			return 0;
		return x->k->line(x->k->arg, NULL, en, e);
	}
	if (!x->c->full)
		f.op = old->extra_is == ENTRY_ELSEWHERE ? RECORD_REWRITTEN :
		    same_bytes ? RECORD_TOUCHED : classify(x, old, en);
	cs->ops[f.op]++;
	return emit(x, &f, en, e);
}

/*
 * A file of a full run that cannot be read now: it stays live with what is
 * stored of it, or, in a new epoch, with the place where that is.
 */
static int
keep_unread(struct store *x, const struct entry *old, struct err *e)
{
	struct record_file f = {.op = RECORD_ADDED};
	struct entry en = *old;

	en.kind = ENTRY_LIVE;
	fill_record(&f, &en);
	f.content = RECORD_CHUNKS;
	if (x->c->fresh || old->extra_is == ENTRY_ELSEWHERE) {
		if (old->extra_is == ENTRY_ELSEWHERE &&
		    old->extra_len == sizeof(f.elsewhere))
			memcpy(&f.elsewhere, old->extra, sizeof(f.elsewhere));
		else
			f.elsewhere = x->c->elsewhere;
		if (!f.elsewhere.have)
			return 0;
		f.content = RECORD_ELSEWHERE;
		f.chunks = NULL;
		f.nchunks = 0;
		en.extra_is = ENTRY_ELSEWHERE;
		en.extra = (const uint8_t *)&f.elsewhere;
		en.extra_len = sizeof(f.elsewhere);
		en.chunks = NULL;
		en.nchunks = 0;
	}
	if (record_state_hash(en.line, &f, &x->scratch, e) != 0)
		return -1;
	return x->k->line(x->k->arg, &f, &en, e);
}

/* ITEM stands on the list; OLD (may be NULL) is what was known. */
static int
store_item(struct store *x, const struct entry *item,
	const struct entry *old, struct err *e)
{
	struct collect_source *cs = collect_source_named(x->c, item->key);
	struct entry en = *item;
	int rc;

	x->tail_from = x->tail_to = 0;
	x->tail_same = false;
	if (old != NULL) {
		en.class_ = old->class_;
		x->tail_to = old->size;
		x->tail_from = old->size - old->last_len;
	} else {
		en.class_ = gone_class(x->c, item);
	}
	rc = read_item(x, cs, &en, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return x->c->full && old != NULL ? keep_unread(x, old, e) : 0;
	if (old == NULL || x->c->fresh)
		return store_new(x, cs, &en, e);
	if (old->nchunks > 0 && x->size >= x->tail_to) {
		uint8_t id[HASH_LEN];

		hash_final(&x->tail, id);
		x->tail_same = memcmp(id, x->old.data +
		    (size_t)(old->nchunks - 1) * HASH_LEN, HASH_LEN) == 0;
	}
	return store_known(x, cs, old, &en, e);
}

/* The reader's entry, with pointers that outlive its next call. */
static int
hold(struct entry *en, struct buf *key, struct buf *chunks, struct err *e)
{
	buf_clear(key);
	buf_clear(chunks);
	if (buf_add(key, en->key, en->key_len, e) != 0 ||
	    buf_add(chunks, en->chunks, (size_t)en->nchunks * HASH_LEN, e) !=
		0 ||
	    buf_add(chunks, en->extra, en->extra_len, e) != 0)
		return -1;
	en->key = buf_str(key);
	en->chunks = chunks->data;
	en->extra = chunks->data == NULL ? NULL :
	    chunks->data + (size_t)en->nchunks * HASH_LEN;
	chunks->len = (size_t)en->nchunks * HASH_LEN;
	return 0;
}

static int
store_list(struct store *x, struct entry_reader *r, struct err *e)
{
	struct entry en, old;
	struct buf old_key = BUF_INIT(ENTRY_KEY_MAX);
	bool have_old = false;
	int rc;

	while ((rc = entry_next(r, &en, e)) == 1) {
		if (en.kind == ENTRY_GONE) {
			const struct collect_source *cs =
			    collect_source_named(x->c, en.key);

			if (x->c->full && (cs == NULL ?
				collect_is_orphan(x->c, en.key) :
				!cs->complete) && keep_unread(x, &en, e) != 0)
				rc = -1;
		} else if (en.kind == ENTRY_LIVE) {
			old = en;
			rc = hold(&old, &old_key, &x->old, e) != 0 ? -1 : 1;
			have_old = true;
		} else {
			struct buf none = BUF_INIT(1);

			rc = hold(&en, &x->key, &none, e) != 0 ||
			    store_item(x, &en, have_old ? &old : NULL, e) !=
				0 ? -1 : 1;
			buf_release(&none);
			have_old = false;
			x->c->progress.files++;
			tell_progress(x);
		}
		if (rc < 0)
			break;
	}
	buf_release(&old_key);
	return rc;
}

int
collect_store(struct collect *c, const struct collect_sink *k, struct err *e)
{
	struct store x = {.c = c, .k = k};
	struct entry_reader *r = NULL;
	int rc = -1;

	buf_init(&x.ids, ENTRY_MAX);
	buf_init(&x.old, ENTRY_MAX);
	buf_init(&x.key, ENTRY_KEY_MAX + 1);
	buf_init(&x.from, ENTRY_KEY_MAX + 1);
	buf_init(&x.scratch, ENTRY_MAX);
	chunker_gear_init(&x.gear, c->s->gear);
	if (gone_sort(c, e) != 0 || hash_init(&x.tail, HASH_BLAKE2B, e) != 0 ||
	    (r = entry_reader_new(c->list_fd, 0, -1, e)) == NULL)
		goto out;
	rc = store_list(&x, r, e);
out:
	entry_reader_free(r);
	hash_release(&x.tail);
	free(x.data);
	buf_release(&x.ids);
	buf_release(&x.old);
	buf_release(&x.key);
	buf_release(&x.from);
	buf_release(&x.scratch);
	return rc;
}
