/* chunk/entry.c - files of entries: fixed part, key, chunk ids. */

#include "chunk/entry.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/banned.h"

#define WINDOW_LEN (256 * 1024)

/* What precedes key, chunk ids and extra bytes; native byte order. */
struct fixed {
	uint32_t total;		/* bytes of the whole entry */
	uint8_t kind, class_, torn, extra_is;
	uint32_t mode;
	uint32_t key_len;
	int64_t stat_size;
	int64_t mtime_sec, ctime_sec;
	uint32_t mtime_nsec, ctime_nsec;
	uint64_t ident;
	int64_t size;
	int64_t seq;
	uint32_t page, last_len;
	uint32_t nchunks, extra_len;
	uint8_t sum[32];
	uint8_t line[32];
};

struct entry_reader {
	int fd;
	bool own;
	int64_t off, end;	/* next to read from the file */
	uint8_t *data;
	size_t pos, len, cap;
};

struct entry_writer {
	int fd;
	int64_t written;
	struct buf b;
};

int
entry_cmp(const struct entry *a, const struct entry *b)
{
	size_t n = a->key_len < b->key_len ? a->key_len : b->key_len;
	int c = memcmp(a->key, b->key, n);

	if (c != 0)
		return c;
	return (a->key_len > b->key_len) - (a->key_len < b->key_len);
}

struct entry_reader *
entry_reader_new(int fd, int64_t off, int64_t end, struct err *e)
{
	struct entry_reader *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->data = malloc(WINDOW_LEN)) == NULL) {
		free(r);
		(void)err_nomem(e);
		return NULL;
	}
	r->fd = fd;
	r->off = off;
	r->end = end < 0 ? INT64_MAX : end;
	r->cap = WINDOW_LEN;
	return r;
}

void
entry_reader_free(struct entry_reader *r)
{
	if (r == NULL)
		return;
	if (r->own)
		(void)close(r->fd);
	free(r->data);
	free(r);
}

void
entry_reader_own(struct entry_reader *r)
{
	r->own = true;
}

/* Have at least N bytes at pos: 1, 0 at a clean end, -1. */
static int
fill(struct entry_reader *r, size_t n, struct err *e)
{
	if (r->len - r->pos >= n)
		return 1;
	memmove(r->data, r->data + r->pos, r->len - r->pos);
	r->len -= r->pos;
	r->pos = 0;
	if (n > r->cap) {
		uint8_t *bigger = realloc(r->data, n);

		if (bigger == NULL)
			return err_nomem(e);
		r->data = bigger;
		r->cap = n;
	}
	while (r->len < n) {
		size_t want = r->cap - r->len, got;

		if ((int64_t)want > r->end - r->off)
			want = (size_t)(r->end - r->off);
		if (want == 0)
			break;
		if (file_pread(r->fd, r->data + r->len, want, r->off, &got,
			"file state", e) != 0)
			return -1;
		if (got == 0)
			break;
		r->len += got;
		r->off += (int64_t)got;
	}
	if (r->len >= n)
		return 1;
	if (r->len == 0)
		return 0;
	return err_set(e, ERR_FORMAT, "file state ends in mid-entry");
}

static bool
fixed_ok(const struct fixed *f)
{
	uint64_t total = sizeof(*f) + (uint64_t)f->key_len +
	    32 * (uint64_t)f->nchunks + f->extra_len;

	return f->total == total && total <= ENTRY_MAX && f->key_len >= 3 &&
	    f->key_len <= ENTRY_KEY_MAX && f->kind <= ENTRY_UNREAD &&
	    f->extra_is <= ENTRY_WHY;
}

int
entry_next(struct entry_reader *r, struct entry *out, struct err *e)
{
	struct fixed f;
	const uint8_t *p;
	int rc = fill(r, sizeof(f), e);

	if (rc <= 0)
		return rc;
	memcpy(&f, r->data + r->pos, sizeof(f));
	if (!fixed_ok(&f))
		return err_set(e, ERR_FORMAT, "file state is damaged");
	if (fill(r, f.total, e) != 1)
		return e->code != ERR_NONE ? -1 :
		    err_set(e, ERR_FORMAT, "file state ends in mid-entry");
	p = r->data + r->pos + sizeof(f);
	r->pos += f.total;
	*out = (struct entry){
	    .kind = f.kind, .class_ = f.class_, .torn = f.torn,
	    .extra_is = f.extra_is, .mode = f.mode,
	    .stat_size = f.stat_size, .mtime_sec = f.mtime_sec,
	    .ctime_sec = f.ctime_sec, .mtime_nsec = f.mtime_nsec,
	    .ctime_nsec = f.ctime_nsec, .ident = f.ident, .size = f.size,
	    .seq = f.seq, .page = f.page, .last_len = f.last_len,
	    .nchunks = f.nchunks, .extra_len = f.extra_len,
	    .key_len = f.key_len,
	};
	memcpy(out->sum, f.sum, sizeof(out->sum));
	memcpy(out->line, f.line, sizeof(out->line));
	out->key = (const char *)p;
	out->chunks = p + f.key_len;
	out->extra = out->chunks + 32 * (size_t)f.nchunks;
	return 1;
}

struct entry_writer *
entry_writer_new(int fd, struct err *e)
{
	struct entry_writer *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		(void)err_nomem(e);
		return NULL;
	}
	w->fd = fd;
	buf_init(&w->b, ENTRY_MAX + WINDOW_LEN);
	return w;
}

int
entry_writer_flush(struct entry_writer *w, struct err *e)
{
	if (w->b.len > 0 &&
	    file_write(w->fd, w->b.data, w->b.len, "file state", e) != 0)
		return -1;
	buf_clear(&w->b);
	return 0;
}

int
entry_write(struct entry_writer *w, const struct entry *en, struct err *e)
{
	struct fixed f = {
	    .kind = en->kind, .class_ = en->class_, .torn = en->torn,
	    .extra_is = en->extra_is, .mode = en->mode,
	    .key_len = en->key_len, .stat_size = en->stat_size,
	    .mtime_sec = en->mtime_sec, .ctime_sec = en->ctime_sec,
	    .mtime_nsec = en->mtime_nsec, .ctime_nsec = en->ctime_nsec,
	    .ident = en->ident, .size = en->size, .seq = en->seq,
	    .page = en->page, .last_len = en->last_len,
	    .nchunks = en->nchunks, .extra_len = en->extra_len,
	};
	uint64_t total = sizeof(f) + (uint64_t)en->key_len +
	    32 * (uint64_t)en->nchunks + en->extra_len;

	if (total > ENTRY_MAX)
		return err_set(e, ERR_NOMEM, "file state: entry too long");
	f.total = (uint32_t)total;
	memcpy(f.sum, en->sum, sizeof(f.sum));
	memcpy(f.line, en->line, sizeof(f.line));
	if (!fixed_ok(&f))
		return err_set(e, ERR_FAIL, "file state: bad entry");
	if (buf_reserve(&w->b, f.total, e) != 0 ||
	    buf_add(&w->b, &f, sizeof(f), e) != 0 ||
	    buf_add(&w->b, en->key, en->key_len, e) != 0 ||
	    buf_add(&w->b, en->chunks, 32 * (size_t)en->nchunks, e) != 0 ||
	    buf_add(&w->b, en->extra, en->extra_len, e) != 0)
		return -1;
	w->written += f.total;
	return w->b.len >= WINDOW_LEN ? entry_writer_flush(w, e) : 0;
}

int64_t
entry_written(const struct entry_writer *w)
{
	return w->written;
}

void
entry_writer_free(struct entry_writer *w)
{
	if (w == NULL)
		return;
	buf_release(&w->b);
	free(w);
}
