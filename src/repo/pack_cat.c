/*
 * repo/pack_cat.c - several packs as one; packw.h says what is promised.
 *
 * An entry never refers to another one, so entries are copied as they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "repo/pack_entry.h"
#include "repo/pack_idx.h"
#include "repo/packw.h"

#include "base/banned.h"

/* Packs that are read together. */
struct packs {
	const char *const *path;
	size_t n;
	struct pack_objects objs;	/* of all, by pack and offset */
	uint64_t total;		/* bytes of the pack that comes out */
	uint32_t count;
};

static int
cmp_place(const void *a, const void *b)
{
	const struct pack_object *x = a, *y = b;

	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	return (x->off > y->off) - (x->off < y->off);
}

/* Same ids together, the earliest place first. */
static int
cmp_id_place(const void *a, const void *b)
{
	int rc = pack_cmp_id(a, b);

	return rc != 0 ? rc : cmp_place(a, b);
}

/* Bytes of the file at PATH. */
static int
file_len(const char *path, uint64_t *n, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(e, errno, "cannot look at '%s'", path);
	*n = (uint64_t)st.st_size;
	return 0;
}

/* Each entry ends where the next one begins. */
static int
measure(struct packs *s, struct err *e)
{
	struct pack_object *o, *end = s->objs.v + s->objs.n;
	uint64_t len = 0, at = 0;
	uint32_t pack = UINT32_MAX;

	for (o = s->objs.v; o < end; o++) {
		if (o->pack != pack) {
			pack = o->pack;
			if (file_len(s->path[pack], &len, e) < 0)
				return -1;
			at = PACK_HEAD_LEN;
		}
		if (o->off != at || len < PACK_HEAD_LEN + PACK_TRAILER_LEN)
			goto bad;
		if (o + 1 < end && o[1].pack == pack)
			at = o[1].off;
		else
			at = len - PACK_TRAILER_LEN;
		if (at <= o->off || at > len - PACK_TRAILER_LEN)
			goto bad;
		o->len = at - o->off;
	}
	return 0;
bad:
	return err_set(e, ERR_FORMAT, "idx of '%s' does not fit the pack",
	    s->path[o->pack]);
}

static void
packs_release(struct packs *s)
{
	free(s->objs.v);
	s->objs.v = NULL;
}

/* Read the idx files and decide what goes out. */
static int
packs_load(struct packs *s, const char *const paths[], size_t n,
	struct err *e)
{
	struct pack_object *v;
	size_t i;

	memset(s, 0, sizeof(*s));
	s->path = paths;
	s->n = n;
	for (i = 0; i < n; i++)
		if (pack_idx_load(&s->objs, paths[i], (uint32_t)i, e) < 0)
			return -1;
	s->total = PACK_HEAD_LEN + PACK_TRAILER_LEN;
	if (s->objs.n == 0)
		return 0;
	v = s->objs.v;
	qsort(v, s->objs.n, sizeof(*v), cmp_id_place);
	/* index-pack --strict refuses a pack that holds an object twice */
	for (i = 1; i < s->objs.n; i++)
		v[i].drop = memcmp(v[i].id, v[i - 1].id, 20) == 0;
	qsort(v, s->objs.n, sizeof(*v), cmp_place);
	if (measure(s, e) < 0)
		return -1;
	for (i = 0; i < s->objs.n; i++)
		if (!v[i].drop) {
			s->total += v[i].len;
			s->count++;
		}
	return 0;
}

/* Where the stream goes, hashed on its way. */
struct stream {
	int (*sink)(void *arg, const void *data, size_t n, struct err *e);
	void *arg;
	struct hash h;
	uint8_t *copy;		/* PACK_COPY_LEN bytes */
};

static int
emit(struct stream *st, const void *data, size_t n, struct err *e)
{
	hash_update(&st->h, data, n);
	return st->sink(st->arg, data, n, e);
}

static int
emit_range(struct stream *st, struct pack_reader *r, uint64_t n, struct err *e)
{
	size_t run;

	for (; n > 0; n -= run) {
		run = n < PACK_COPY_LEN ? (size_t)n : PACK_COPY_LEN;
		if (pack_read_at(r, st->copy, run, e) < 0 ||
		    emit(st, st->copy, run, e) < 0)
			return -1;
	}
	return 0;
}

/* The entries of pack I, whose objects begin at *AT; offsets become new. */
static int
emit_pack(struct stream *st, struct packs *s, size_t i, size_t *at,
	uint64_t *out_off, struct err *e)
{
	struct pack_reader r = {-1, s->path[i], 0};
	struct pack_object *o;
	int rc = -1;

	r.fd = open(r.name, O_RDONLY | O_CLOEXEC);
	if (r.fd < 0)
		return err_sys(e, errno, "cannot open '%s'", r.name);
	for (; *at < s->objs.n && s->objs.v[*at].pack == i; (*at)++) {
		o = &s->objs.v[*at];
		if (o->drop)
			continue;
		r.off = o->off;
		if (emit_range(st, &r, o->len, e) < 0)
			goto out;
		o->off = *out_off;
		*out_off += o->len;
	}
	rc = 0;
out:
	(void)close(r.fd);	/* was only read */
	return rc;
}

/* Header, bodies, trailer. */
static int
packs_stream(struct packs *s, struct stream *st, uint8_t trailer[static 20],
	struct err *e)
{
	uint8_t head[PACK_HEAD_LEN] = "PACK\0\0\0\2";
	uint64_t off = PACK_HEAD_LEN;
	size_t i, at = 0;
	int rc = -1;

	if (hash_init(&st->h, HASH_SHA1, e) < 0)
		return -1;
	st->copy = malloc(PACK_COPY_LEN);
	if (!st->copy) {
		(void)err_nomem(e);
		goto out;
	}
	pack_put32(head + 8, s->count);
	if (emit(st, head, sizeof(head), e) < 0)
		goto out;
	for (i = 0; i < s->n; i++)
		if (emit_pack(st, s, i, &at, &off, e) < 0)
			goto out;
	hash_final(&st->h, trailer);
	rc = st->sink(st->arg, trailer, PACK_TRAILER_LEN, e);
out:
	free(st->copy);
	hash_release(&st->h);
	return rc;
}

int
packw_concat(const char *const paths[], size_t npacks,
	int (*sink)(void *arg, const void *data, size_t n, struct err *e),
	void *arg, uint64_t *total, struct err *e)
{
	struct stream st = {.sink = sink, .arg = arg};
	uint8_t trailer[20];
	struct packs s;
	int rc = -1;

	if (packs_load(&s, paths, npacks, e) < 0)
		goto out;
	if (total)
		*total = s.total;
	rc = packs_stream(&s, &st, trailer, e);
out:
	packs_release(&s);
	return rc;
}

/* One entry, with its meaning. */
static int
each_entry(const struct pack_object *o, struct pack_reader *r, struct buf *data,
	int (*fn)(void *arg, enum packw_type type, const uint8_t id[static 20],
		const void *data, size_t n, struct err *e),
	void *arg, struct err *e)
{
	enum packw_type type;
	uint64_t n;

	r->off = o->off;
	buf_clear(data);
	if (pack_read_head(r, &type, &n, e) < 0)
		return -1;
	if (n > data->max)
		return err_set(e, ERR_FORMAT, "pack '%s': object too large",
		    r->name);
	if (pack_read_stored(r, n, data, e) < 0)
		return -1;
	if (r->off != o->off + o->len)
		return pack_bad_entry(r, e);
	return fn(arg, type, o->id, data->data, data->len, e);
}

int
packw_each(const char *path, size_t max, int (*fn)(void *arg,
	enum packw_type type, const uint8_t id[static 20], const void *data,
	size_t n, struct err *e), void *arg, struct err *e)
{
	struct buf data = BUF_INIT(max);
	struct pack_reader r = {-1, path, 0};
	struct packs s;
	size_t i;
	int rc = -1;

	if (packs_load(&s, &path, 1, e) < 0)
		goto out;
	r.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r.fd < 0) {
		(void)err_sys(e, errno, "cannot open '%s'", path);
		goto out;
	}
	for (i = 0; i < s.objs.n; i++)
		if (each_entry(&s.objs.v[i], &r, &data, fn, arg, e) < 0)
			goto out;
	rc = 0;
out:
	if (r.fd >= 0)
		(void)close(r.fd);	/* was only read */
	packs_release(&s);
	buf_release(&data);
	return rc;
}

struct file_sink {
	int fd;
	const char *name;
};

static int
to_file(void *arg, const void *data, size_t n, struct err *e)
{
	struct file_sink *f = arg;

	return file_write(f->fd, data, n, f->name, e);
}

/* Forget what was dropped, so that the idx lists each object once. */
static void
compact(struct pack_objects *o)
{
	size_t i, n = 0;

	for (i = 0; i < o->n; i++)
		if (!o->v[i].drop)
			o->v[n++] = o->v[i];
	o->n = n;
}

static int
remove_pack(const char *path, struct err *e)
{
	char *idx = pack_idx_path(path);
	int rc = -1;

	if (!idx)
		return err_nomem(e);
	/* Without its idx a pack is nothing to git: in this order. */
	if (file_remove(idx, e) == 0)
		rc = file_remove(path, e);
	free(idx);
	return rc;
}

static int
merge_paths(const char *dir, const char *const paths[], size_t n,
	char name[static 41], struct err *e)
{
	struct file_sink f = {-1, NULL};
	struct stream st = {.sink = to_file, .arg = &f};
	uint8_t trailer[20];
	char *tmp = NULL, *whole = NULL;
	struct packs s;
	size_t i;
	int rc = -1;

	if (packs_load(&s, paths, n, e) < 0)
		goto out;
	if (s.total > (uint64_t)PACK_MAX_LEN) {
		(void)err_set(e, ERR_FAIL, "pack: more than 2 GiB");
		goto out;
	}
	f.fd = pack_temp(dir, "tmp_pack_", &tmp, e);
	if (f.fd < 0)
		goto out;
	f.name = tmp;
	if (packs_stream(&s, &st, trailer, e) < 0)
		goto out;
	compact(&s.objs);
	if (pack_publish(dir, f.fd, &tmp, &s.objs, trailer, name, e) < 0)
		goto out;
	whole = str_fmt("%s/pack-%s.pack", dir, name);
	if (!whole) {
		(void)err_nomem(e);
		goto out;
	}
	for (i = 0; i < n; i++)
		if (strcmp(paths[i], whole) != 0 &&
		    remove_pack(paths[i], e) < 0)
			goto out;
	rc = 0;
out:
	if (f.fd >= 0)
		(void)close(f.fd);	/* synced, or dropped */
	if (tmp)
		(void)unlink(tmp);
	free(tmp);
	free(whole);
	packs_release(&s);
	return rc;
}

int
packw_merge(const char *dir, const char *const names[], size_t n,
	char name[static 41], struct err *e)
{
	char **paths = calloc(n + 1, sizeof(*paths));
	const char *const *list;
	size_t i;
	int rc = -1;

	name[0] = '\0';
	if (!paths)
		return err_nomem(e);
	for (i = 0; i < n; i++) {
		paths[i] = str_fmt("%s/pack-%s.pack", dir, names[i]);
		if (!paths[i]) {
			(void)err_nomem(e);
			goto out;
		}
	}
	memcpy(&list, &paths, sizeof(list));
	rc = n == 0 ? 0 : merge_paths(dir, list, n, name, e);
out:
	for (i = 0; i < n; i++)
		free(paths[i]);
	free(paths);
	return rc;
}
