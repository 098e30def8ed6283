/*
 * repo/packw.c - packs of stored objects; gitformat-pack(5), RFC 1950, 1951.
 *
 * Invariants: (1) an entry never refers to another one, so entries may be
 * copied from pack to pack; (2) `len` is where the next byte goes; (3) after a
 * failed write the pack can only be freed.
 */
#include "repo/packw.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define HEAD_LEN 12		/* "PACK", version, number of objects */
#define TRAILER_LEN 20
#define BLOCK_MAX 65535u	/* bytes of a stored block */
#define GATHER 8192		/* small pieces are collected up to this */
#define COPY_LEN 65536
#define EARLY_LEN ((size_t)1 << 20)	/* the disk may begin with it */
#define OPEN_HEAD 4		/* an entry's head ... */
#define OPEN_MIN ((size_t)1 << 18)	/* ... of so many bytes or more */
#define OPEN_END ((size_t)1 << 25)	/* ... and less than so many */
#define MAX_PACK INT64_C(0x7fffffff)	/* idx offsets of 31 bits */
#define MAX_OBJECTS 1000000u
#define IDX_HEAD (8 + 256 * 4)
#define IDX_ROW (20 + 4 + 4)

struct object {
	uint8_t id[20];
	uint32_t crc;
	uint64_t off;
	uint64_t len;		/* of the entry; only when read from an idx */
	uint32_t pack;		/* which of several; only there as well */
	bool drop;		/* another pack has it */
};

struct objects {
	struct object *v;
	size_t n, cap;
};

struct packw {
	char *dir;
	char *tmp;		/* of the pack; NULL once renamed */
	int fd;
	bool passing;		/* without checksums over its bytes */
	bool failed;
	uint64_t len;
	struct objects objs;
	uint32_t *slot;		/* open addressing: index + 1 into objs */
	size_t nslots;
	/* the entry being written */
	uint64_t begun;		/* where it begins */
	uint32_t crc_now, adler;
	bool open;		/* between packw_begin and _end; then: */
	enum packw_type type;
	size_t size;		/* of the object so far */
	size_t gathered;
	uint8_t gather[GATHER];
};

static void
put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static int
objects_grow(struct objects *o, struct err *e)
{
	size_t cap = o->cap ? o->cap * 2 : 64;
	struct object *v;

	if (o->n < o->cap)
		return 0;
	if (o->n >= MAX_OBJECTS)
		return err_set(e, ERR_FAIL, "pack: too many objects");
	v = realloc(o->v, cap * sizeof(*v));
	if (!v)
		return err_nomem(e);
	o->v = v;
	o->cap = cap;
	return 0;
}

/* The slot of ID, or the empty one where it belongs. */
static uint32_t *
slot_of(struct packw *p, const uint8_t id[static 20])
{
	size_t i = get32(id) & (p->nslots - 1);

	while (p->slot[i] && memcmp(p->objs.v[p->slot[i] - 1].id, id, 20) != 0)
		i = (i + 1) & (p->nslots - 1);
	return &p->slot[i];
}

/* Keep the table at most half full. */
static int
slots_grow(struct packw *p, struct err *e)
{
	size_t n = p->nslots ? p->nslots * 2 : 128, i;
	uint32_t *old = p->slot;

	if (p->objs.n * 2 < p->nslots)
		return 0;
	p->slot = calloc(n, sizeof(*p->slot));
	if (!p->slot) {
		p->slot = old;
		return err_nomem(e);
	}
	free(old);
	p->nslots = n;
	for (i = 0; i < p->objs.n; i++)
		*slot_of(p, p->objs.v[i].id) = (uint32_t)i + 1;
	return 0;
}

/* A temporary file KIND ("tmp_pack_") in DIR, a name git's prune knows. */
static int
temp_open(const char *dir, const char *kind, char **path, struct err *e)
{
	int fd;

	*path = str_fmt("%s/%sXXXXXX", dir, kind);
	if (!*path)
		return err_nomem(e);
	fd = mkostemp(*path, O_CLOEXEC);
	if (fd < 0) {
		(void)err_sys(e, errno, "cannot write a pack in '%s'", dir);
		free(*path);
		*path = NULL;
	}
	return fd;
}

static int
flush(struct packw *p, struct err *e)
{
	size_t n = p->gathered;

	p->gathered = 0;
	if (n == 0)
		return 0;
	if (file_write(p->fd, p->gather, n, p->tmp, e) < 0) {
		p->failed = true;
		return -1;
	}
	return 0;
}

/* Bytes of the pack: small ones are gathered, large ones go from the caller. */
static int
put(struct packw *p, const void *data, size_t n, struct err *e)
{
	p->len += n;
	if (n > GATHER - p->gathered && flush(p, e) < 0)
		return -1;
	if (n < GATHER / 2) {
		memcpy(p->gather + p->gathered, data, n);
		p->gathered += n;
		return 0;
	}
	if (flush(p, e) < 0)
		return -1;
	if (file_write(p->fd, data, n, p->tmp, e) < 0) {
		p->failed = true;
		return -1;
	}
	return 0;
}

/* Bytes of an entry: also into its checksum. */
static int
put_entry(struct packw *p, const void *data, size_t n, struct err *e)
{
	if (!p->passing)
		p->crc_now = (uint32_t)crc32(p->crc_now, data, (uInt)n);
	return put(p, data, n, e);
}

struct packw *
packw_new(const char *dir, struct err *e)
{
	static const uint8_t head[HEAD_LEN] = "PACK\0\0\0\2";
	struct packw *p = calloc(1, sizeof(*p));

	if (!p) {
		(void)err_nomem(e);
		return NULL;
	}
	p->fd = -1;
	p->dir = str_dup(dir);
	if (!p->dir) {
		(void)err_nomem(e);
		goto bad;
	}
	p->fd = temp_open(dir, "tmp_pack_", &p->tmp, e);
	if (p->fd < 0)
		goto bad;
	/* The number of objects is filled in when it is known. */
	if (put(p, head, sizeof(head), e) < 0)
		goto bad;
	return p;
bad:
	packw_free(p);
	return NULL;
}

struct packw *
packw_new_passing(const char *dir, struct err *e)
{
	struct packw *p = packw_new(dir, e);

	if (p)
		p->passing = true;
	return p;
}

void
packw_free(struct packw *p)
{
	if (!p)
		return;
	if (p->fd >= 0)
		(void)close(p->fd);	/* dropped, or synced before */
	if (p->tmp)
		(void)unlink(p->tmp);	/* the next start sweeps it too */
	free(p->tmp);
	free(p->dir);
	free(p->objs.v);
	free(p->slot);
	free(p);
}

size_t
packw_count(const struct packw *p)
{
	return p->objs.n;
}

static const char *
type_name(enum packw_type type)
{
	return type == PACKW_COMMIT ? "commit" :
	    type == PACKW_TREE ? "tree" : "blob";
}

/* "<type> <size>" and NUL, in front of an object's bytes. */
static void
hash_head(struct hash *h, enum packw_type type, size_t n)
{
	char head[32];
	int len = snprintf(head, sizeof(head), "%s %zu", type_name(type), n);

	hash_update(h, head, (size_t)len + 1);
}

/* The id: SHA-1 over that and the bytes. */
static int
object_id(enum packw_type type, const void *data, size_t n,
	uint8_t id[static 20], struct err *e)
{
	struct hash h;

	if (hash_init(&h, HASH_SHA1, e) < 0)
		return -1;
	hash_head(&h, type, n);
	hash_update(&h, data, n);
	hash_final(&h, id);
	hash_release(&h);
	return 0;
}

/* Type and size in front of an entry: 4 bits, then groups of 7. */
static size_t
entry_head(uint8_t out[static 16], enum packw_type type, uint64_t n)
{
	size_t i = 0;

	out[i] = (uint8_t)((unsigned)type << 4 | (n & 15));
	for (n >>= 4; n > 0; n >>= 7) {
		out[i++] |= 0x80;
		out[i] = (uint8_t)(n & 127);
	}
	return i + 1;
}

/* Room for an object of N bytes or so; the entry's head and zlib's go out. */
static int
entry_begin(struct packw *p, enum packw_type type, uint64_t n, struct err *e)
{
	static const uint8_t zlib_head[2] = {0x78, 0x01};
	uint8_t head[16];
	size_t len;

	if (p->failed || p->open)
		return err_set(e, ERR_IO, "pack '%s' is broken", p->tmp);
	if (slots_grow(p, e) < 0 || objects_grow(&p->objs, e) < 0)
		return -1;
	if (n + n / 1000 + 1024 > (uint64_t)MAX_PACK - p->len)
		return err_set(e, ERR_FAIL, "pack: more than 2 GiB");
	p->begun = p->len;
	p->crc_now = 0;
	p->adler = 1;
	len = entry_head(head, type, n);
	if (put_entry(p, head, len, e) < 0)
		return -1;
	return put_entry(p, zlib_head, sizeof(zlib_head), e);
}

/* A stored block, straight from the caller's memory. */
static int
put_block(struct packw *p, const uint8_t *data, size_t n, bool last,
	struct err *e)
{
	uint8_t b[5];

	b[0] = last;
	b[1] = (uint8_t)n;
	b[2] = (uint8_t)(n >> 8);
	b[3] = (uint8_t)~b[1];
	b[4] = (uint8_t)~b[2];
	if (put_entry(p, b, sizeof(b), e) < 0 ||
	    (n > 0 && put_entry(p, data, n, e) < 0))
		return -1;
	if (n > 0)
		p->adler = (uint32_t)adler32(p->adler, data, (uInt)n);
	return 0;
}

static int
put_adler(struct packw *p, struct err *e)
{
	uint8_t b[4];

	put32(b, p->adler);
	return put_entry(p, b, sizeof(b), e);
}

/* The entry is whole: the object ID stands in the pack. */
static void
entry_end(struct packw *p, const uint8_t id[static 20])
{
	struct object *o = &p->objs.v[p->objs.n];

	memset(o, 0, sizeof(*o));
	memcpy(o->id, id, 20);
	o->off = p->begun;
	o->crc = p->crc_now;
	if (p->len - o->off >= EARLY_LEN)
		file_write_early(p->fd, (int64_t)o->off,
		    (int64_t)(p->len - o->off));
	*slot_of(p, id) = (uint32_t)++p->objs.n;
}

int
packw_add(struct packw *p, enum packw_type type, const void *data, size_t n,
	uint8_t id[static 20], struct err *e)
{
	const uint8_t *at = data;
	size_t run;

	if (object_id(type, data, n, id, e) < 0)
		return -1;
	if (p->nslots > 0 && *slot_of(p, id))
		return 0;
	if (entry_begin(p, type, n, e) < 0)
		return -1;
	do {
		run = n < BLOCK_MAX ? n : BLOCK_MAX;
		n -= run;
		if (put_block(p, at, run, n == 0, e) < 0)
			return -1;
		at += run;
	} while (n > 0);
	if (put_adler(p, e) < 0)
		return -1;
	entry_end(p, id);
	return 0;
}

/* A file that is read entry by entry. */
struct reader {
	int fd;
	const char *name;
	uint64_t off;
};

static int
read_at(struct reader *r, void *out, size_t n, struct err *e)
{
	size_t got;

	if (file_pread(r->fd, out, n, (int64_t)r->off, &got, r->name, e) < 0)
		return -1;
	if (got != n)
		return err_set(e, ERR_FORMAT, "pack '%s' is cut", r->name);
	r->off += n;
	return 0;
}

static int
bad_entry(const struct reader *r, struct err *e)
{
	return err_set(e, ERR_FORMAT, "pack '%s': entry is not of ours",
	    r->name);
}

/* Undo entry_head(). */
static int
read_entry_head(struct reader *r, enum packw_type *type, uint64_t *n,
	struct err *e)
{
	unsigned shift = 4;
	uint8_t c;

	if (read_at(r, &c, 1, e) < 0)
		return -1;
	*type = (enum packw_type)(c >> 4 & 7);
	*n = c & 15;
	for (; c & 0x80; shift += 7) {
		if (shift > 32)
			return bad_entry(r, e);
		if (read_at(r, &c, 1, e) < 0)
			return -1;
		*n |= (uint64_t)(c & 127) << shift;
	}
	if (*type < PACKW_COMMIT || *type > PACKW_BLOB)
		return bad_entry(r, e);
	return 0;
}

/* Undo put_stored(): append exactly N bytes. */
static int
read_stored(struct reader *r, uint64_t n, struct buf *out, struct err *e)
{
	size_t run, begin = out->len;
	uint8_t b[5];

	if (buf_reserve(out, n, e) < 0)
		return -1;
	if (read_at(r, b, 2, e) < 0)
		return -1;
	do {
		if (read_at(r, b, 5, e) < 0)
			return -1;
		run = (size_t)(b[1] | b[2] << 8);
		if (b[0] > 1 || (b[1] ^ b[3]) != 255 || (b[2] ^ b[4]) != 255 ||
		    run > n - (out->len - begin))
			return bad_entry(r, e);
		if (read_at(r, out->data + out->len, run, e) < 0)
			return -1;
		out->len += run;
	} while (b[0] == 0);
	out->data[out->len] = '\0';
	if (out->len - begin != n || read_at(r, b, 4, e) < 0 ||
	    get32(b) != adler32_z(1, out->data + begin, n))
		return bad_entry(r, e);
	return 0;
}

int
packw_find(struct packw *p, const uint8_t id[static 20],
	enum packw_type *type, struct buf *out, struct err *e)
{
	struct reader r = {p->fd, p->tmp, 0};
	uint32_t i;
	uint64_t n;

	i = p->nslots ? *slot_of(p, id) : 0;
	if (i == 0)
		return 0;
	if (flush(p, e) < 0)
		return -1;
	r.off = p->objs.v[i - 1].off;
	if (read_entry_head(&r, type, &n, e) < 0)
		return -1;
	return read_stored(&r, n, out, e) < 0 ? -1 : 1;
}

/*
 * An object whose length is not known: its entry's head has the four bytes that
 * a length of 2^18 to 2^25 takes, and is written again when it is.
 */
int
packw_begin(struct packw *p, enum packw_type type, struct err *e)
{
	if (!p->passing)
		return err_set(e, ERR_FAIL, "pack: only for passing on");
	if (entry_begin(p, type, OPEN_MIN, e) < 0)
		return -1;
	p->open = true;
	p->type = type;
	p->size = 0;
	return 0;
}

int
packw_write(struct packw *p, const void *data, size_t n, struct err *e)
{
	const uint8_t *at = data;
	size_t run;

	if (!p->open)
		return err_set(e, ERR_FAIL, "pack: no object is begun");
	if (n >= OPEN_END - p->size)
		return err_set(e, ERR_FAIL, "pack: object too large");
	p->size += n;
	for (; n > 0; n -= run) {
		run = n < BLOCK_MAX ? n : BLOCK_MAX;
		if (put_block(p, at, run, false, e) < 0)
			return -1;
		at += run;
	}
	return 0;
}

/* The id, from what was written: git wants the length before the bytes. */
static int
open_id(struct packw *p, uint8_t id[static 20], struct err *e)
{
	struct reader r = {p->fd, p->tmp, p->begun + OPEN_HEAD + 2};
	uint8_t *block = malloc(BLOCK_MAX);
	struct hash h;
	uint8_t b[5];
	size_t run;
	int rc = -1;

	if (!block)
		return err_nomem(e);
	if (hash_init(&h, HASH_SHA1, e) < 0)
		goto out;
	hash_head(&h, p->type, p->size);
	do {
		if (read_at(&r, b, 5, e) < 0)
			goto out_hash;
		run = (size_t)(b[1] | b[2] << 8);
		if (read_at(&r, block, run, e) < 0)
			goto out_hash;
		hash_update(&h, block, run);
	} while (b[0] == 0);
	hash_final(&h, id);
	rc = 0;
out_hash:
	hash_release(&h);
out:
	free(block);
	return rc;
}

/* Take a short object back, and put it in again with its length. */
static int
add_again(struct packw *p, uint8_t id[static 20], struct err *e)
{
	struct reader r = {p->fd, p->tmp, p->begun + OPEN_HEAD};
	struct buf b = BUF_INIT(OPEN_MIN);
	int rc = -1;

	if (read_stored(&r, p->size, &b, e) < 0)
		goto out;
	if (ftruncate(p->fd, (off_t)p->begun) < 0 ||
	    lseek(p->fd, (off_t)p->begun, SEEK_SET) < 0) {
		p->failed = true;
		(void)err_sys(e, errno, "cannot write '%s'", p->tmp);
		goto out;
	}
	p->len = p->begun;
	p->open = false;
	rc = packw_add(p, p->type, b.data, b.len, id, e);
out:
	buf_release(&b);
	return rc;
}

int
packw_end(struct packw *p, uint8_t id[static 20], struct err *e)
{
	uint8_t head[16];

	if (!p->open)
		return err_set(e, ERR_FAIL, "pack: no object is begun");
	if (put_block(p, NULL, 0, true, e) < 0 || put_adler(p, e) < 0 ||
	    flush(p, e) < 0)
		return -1;
	if (p->size < OPEN_MIN)
		return add_again(p, id, e);
	(void)entry_head(head, p->type, p->size);
	if (file_pwrite(p->fd, head, OPEN_HEAD, (int64_t)p->begun, p->tmp,
	    e) < 0 || open_id(p, id, e) < 0)
		return -1;
	if (*slot_of(p, id))
		return err_set(e, ERR_FAIL, "pack: an object twice");
	p->open = false;
	entry_end(p, id);
	return 0;
}

static int
cmp_id(const void *a, const void *b)
{
	const struct object *x = a, *y = b;

	return memcmp(x->id, y->id, 20);
}

/* Fan-out, ids, checksums, offsets, both trailers; objects sorted by id. */
static int
idx_bytes(const struct objects *o, const uint8_t trailer[static 20],
	struct buf *out, struct err *e)
{
	static const uint8_t magic[8] = {0xff, 't', 'O', 'c', 0, 0, 0, 2};
	uint8_t *p;
	uint32_t n = 0;
	size_t i;

	if (buf_reserve(out, IDX_HEAD + o->n * IDX_ROW + 40, e) < 0)
		return -1;
	p = out->data;
	memcpy(p, magic, 8);
	p += 8;
	for (i = 0; i < 256; i++, p += 4) {
		while (n < o->n && o->v[n].id[0] <= i)
			n++;
		put32(p, n);
	}
	for (i = 0; i < o->n; i++, p += 20)
		memcpy(p, o->v[i].id, 20);
	for (i = 0; i < o->n; i++, p += 4)
		put32(p, o->v[i].crc);
	for (i = 0; i < o->n; i++, p += 4)
		put32(p, (uint32_t)o->v[i].off);
	memcpy(p, trailer, 20);
	p += 20;
	hash_sha1(p, out->data, (size_t)(p - out->data));
	out->len = (size_t)(p - out->data) + 20;
	return 0;
}

/* Write the idx beside the pack under a temporary name, synced. */
static int
write_idx(const char *dir, struct objects *o,
	const uint8_t trailer[static 20], char **tmp, struct err *e)
{
	struct buf b = BUF_INIT(IDX_HEAD + (size_t)MAX_OBJECTS * IDX_ROW + 64);
	int fd = -1, rc = -1;

	qsort(o->v, o->n, sizeof(*o->v), cmp_id);
	if (idx_bytes(o, trailer, &b, e) < 0)
		goto out;
	fd = temp_open(dir, "tmp_idx_", tmp, e);
	if (fd < 0)
		goto out;
	if (file_write(fd, b.data, b.len, *tmp, e) < 0)
		goto out;
	if (fchmod(fd, 0400) < 0) {
		(void)err_sys(e, errno, "cannot set the mode of '%s'", *tmp);
		goto out;
	}
	rc = file_fsync(fd, *tmp, e);
out:
	if (fd >= 0)
		(void)close(fd);	/* synced above */
	buf_release(&b);
	return rc;
}

/* Hash the whole file FD of LEN bytes: the count stood at its beginning. */
static int
hash_file(int fd, const char *name, uint64_t len, uint8_t out[static 20],
	struct err *e)
{
	uint8_t *b = malloc(COPY_LEN);
	struct hash h;
	uint64_t off;
	size_t got;
	int rc = -1;

	if (!b)
		return err_nomem(e);
	if (hash_init(&h, HASH_SHA1, e) < 0) {
		free(b);
		return -1;
	}
	for (off = 0; off < len; off += got) {
		if (file_pread(fd, b, COPY_LEN, (int64_t)off, &got, name,
		    e) < 0)
			goto out;
		if (got == 0) {
			(void)err_set(e, ERR_IO, "'%s' became shorter", name);
			goto out;
		}
		hash_update(&h, b, got);
	}
	hash_final(&h, out);
	rc = 0;
out:
	hash_release(&h);
	free(b);
	return rc;
}

/* Sync the pack, add its idx, give both their names: .pack first. */
static int
publish(const char *dir, int fd, char **tmp, struct objects *o,
	const uint8_t trailer[static 20], char name[static 41], struct err *e)
{
	char *idx_tmp = NULL, *pack = NULL, *idx = NULL;
	char hex[41];
	int rc = -1;

	str_hex(hex, trailer, 20);
	pack = str_fmt("%s/pack-%s.pack", dir, hex);
	idx = str_fmt("%s/pack-%s.idx", dir, hex);
	if (!pack || !idx) {
		(void)err_nomem(e);
		goto out;
	}
	if (fchmod(fd, 0400) < 0) {
		(void)err_sys(e, errno, "cannot set the mode of '%s'", *tmp);
		goto out;
	}
	if (file_fsync(fd, *tmp, e) < 0 ||
	    write_idx(dir, o, trailer, &idx_tmp, e) < 0)
		goto out;
	if (file_rename(*tmp, pack, e) < 0)
		goto out;
	free(*tmp);
	*tmp = NULL;
	if (file_rename(idx_tmp, idx, e) < 0)
		goto out;
	free(idx_tmp);
	idx_tmp = NULL;
	memcpy(name, hex, sizeof(hex));
	rc = 0;
out:
	if (idx_tmp)
		(void)unlink(idx_tmp);	/* swept at the next start as well */
	free(idx_tmp);
	free(pack);
	free(idx);
	return rc;
}

/* What stands for the trailer of a passing pack: as unique as its ids. */
static int
hash_ids(const struct objects *o, uint8_t out[static 20], struct err *e)
{
	struct hash h;
	size_t i;

	if (hash_init(&h, HASH_SHA1, e) < 0)
		return -1;
	for (i = 0; i < o->n; i++)
		hash_update(&h, o->v[i].id, sizeof(o->v[i].id));
	hash_final(&h, out);
	hash_release(&h);
	return 0;
}

static int
make_trailer(struct packw *p, uint8_t out[static 20], struct err *e)
{
	if (p->passing)
		return hash_ids(&p->objs, out, e);
	return hash_file(p->fd, p->tmp, p->len, out, e);
}

int
packw_finish(struct packw *p, char name[static 41], struct err *e)
{
	uint8_t trailer[20], count[4];

	name[0] = '\0';
	if (p->failed || p->open)
		return err_set(e, ERR_IO, "pack '%s' is broken", p->tmp);
	if (p->objs.n == 0)
		return 0;
	put32(count, (uint32_t)p->objs.n);
	if (flush(p, e) < 0 ||
	    file_pwrite(p->fd, count, 4, 8, p->tmp, e) < 0 ||
	    make_trailer(p, trailer, e) < 0 ||
	    file_write(p->fd, trailer, TRAILER_LEN, p->tmp, e) < 0)
		return -1;
	return publish(p->dir, p->fd, &p->tmp, &p->objs, trailer, name, e);
}

/* Packs that are read together. */
struct packs {
	const char *const *path;
	size_t n;
	struct objects objs;	/* of all, by pack and offset */
	uint64_t total;		/* bytes of the pack that comes out */
	uint32_t count;
};

static int
cmp_place(const void *a, const void *b)
{
	const struct object *x = a, *y = b;

	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	return (x->off > y->off) - (x->off < y->off);
}

/* Same ids together, the earliest place first. */
static int
cmp_id_place(const void *a, const void *b)
{
	int rc = cmp_id(a, b);

	return rc != 0 ? rc : cmp_place(a, b);
}

/* "x.pack" -> "x.idx" */
static char *
idx_path(const char *pack)
{
	size_t n = strlen(pack);

	return n > 5 && str_ends(pack, ".pack") ?
	    str_fmt("%.*s.idx", (int)(n - 5), pack) : NULL;
}

/* The rows of an idx, as objects of pack I. */
static int
add_rows(struct packs *s, size_t i, const struct buf *b, struct err *e)
{
	const uint8_t *p = b->data;
	struct object *o;
	size_t n, k;

	if (b->len < IDX_HEAD + 40 || get32(p) != 0xff744f63u ||
	    get32(p + 4) != 2)
		goto bad;
	n = get32(p + IDX_HEAD - 4);
	if (n > MAX_OBJECTS || b->len != IDX_HEAD + n * IDX_ROW + 40)
		goto bad;
	p += IDX_HEAD;
	for (k = 0; k < n; k++) {
		if (objects_grow(&s->objs, e) < 0)
			return -1;
		o = &s->objs.v[s->objs.n++];
		memset(o, 0, sizeof(*o));
		memcpy(o->id, p + 20 * k, 20);
		o->crc = get32(p + 20 * n + 4 * k);
		o->off = get32(p + 24 * n + 4 * k);
		o->pack = (uint32_t)i;
	}
	return 0;
bad:
	return err_set(e, ERR_FORMAT, "idx of '%s' is not of ours",
	    s->path[i]);
}

static int
load_idx(struct packs *s, size_t i, struct err *e)
{
	struct buf b = BUF_INIT(IDX_HEAD + (size_t)MAX_OBJECTS * IDX_ROW + 40);
	char *path = idx_path(s->path[i]);
	int rc = -1;

	if (!path)
		return err_set(e, ERR_FAIL, "'%s' is no pack", s->path[i]);
	if (file_load(path, &b, e) == 0)
		rc = add_rows(s, i, &b, e);
	free(path);
	buf_release(&b);
	return rc;
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
	struct object *o, *end = s->objs.v + s->objs.n;
	uint64_t len = 0, at = 0;
	uint32_t pack = UINT32_MAX;

	for (o = s->objs.v; o < end; o++) {
		if (o->pack != pack) {
			pack = o->pack;
			if (file_len(s->path[pack], &len, e) < 0)
				return -1;
			at = HEAD_LEN;
		}
		if (o->off != at || len < HEAD_LEN + TRAILER_LEN)
			goto bad;
		if (o + 1 < end && o[1].pack == pack)
			at = o[1].off;
		else
			at = len - TRAILER_LEN;
		if (at <= o->off || at > len - TRAILER_LEN)
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
	struct object *v;
	size_t i;

	memset(s, 0, sizeof(*s));
	s->path = paths;
	s->n = n;
	for (i = 0; i < n; i++)
		if (load_idx(s, i, e) < 0)
			return -1;
	s->total = HEAD_LEN + TRAILER_LEN;
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
	uint8_t *copy;		/* COPY_LEN bytes */
};

static int
emit(struct stream *st, const void *data, size_t n, struct err *e)
{
	hash_update(&st->h, data, n);
	return st->sink(st->arg, data, n, e);
}

static int
emit_range(struct stream *st, struct reader *r, uint64_t n, struct err *e)
{
	size_t run;

	for (; n > 0; n -= run) {
		run = n < COPY_LEN ? (size_t)n : COPY_LEN;
		if (read_at(r, st->copy, run, e) < 0 ||
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
	struct reader r = {-1, s->path[i], 0};
	struct object *o;
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
	uint8_t head[HEAD_LEN] = "PACK\0\0\0\2";
	uint64_t off = HEAD_LEN;
	size_t i, at = 0;
	int rc = -1;

	if (hash_init(&st->h, HASH_SHA1, e) < 0)
		return -1;
	st->copy = malloc(COPY_LEN);
	if (!st->copy) {
		(void)err_nomem(e);
		goto out;
	}
	put32(head + 8, s->count);
	if (emit(st, head, sizeof(head), e) < 0)
		goto out;
	for (i = 0; i < s->n; i++)
		if (emit_pack(st, s, i, &at, &off, e) < 0)
			goto out;
	hash_final(&st->h, trailer);
	rc = st->sink(st->arg, trailer, TRAILER_LEN, e);
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
each_entry(const struct object *o, struct reader *r, struct buf *data,
	int (*fn)(void *arg, enum packw_type type, const uint8_t id[static 20],
		const void *data, size_t n, struct err *e),
	void *arg, struct err *e)
{
	enum packw_type type;
	uint64_t n;

	r->off = o->off;
	buf_clear(data);
	if (read_entry_head(r, &type, &n, e) < 0)
		return -1;
	if (n > data->max)
		return err_set(e, ERR_FORMAT, "pack '%s': object too large",
		    r->name);
	if (read_stored(r, n, data, e) < 0)
		return -1;
	if (r->off != o->off + o->len)
		return bad_entry(r, e);
	return fn(arg, type, o->id, data->data, data->len, e);
}

int
packw_each(const char *path, size_t max, int (*fn)(void *arg,
	enum packw_type type, const uint8_t id[static 20], const void *data,
	size_t n, struct err *e), void *arg, struct err *e)
{
	struct buf data = BUF_INIT(max);
	struct reader r = {-1, path, 0};
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
compact(struct objects *o)
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
	char *idx = idx_path(path);
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
	if (s.total > (uint64_t)MAX_PACK) {
		(void)err_set(e, ERR_FAIL, "pack: more than 2 GiB");
		goto out;
	}
	f.fd = temp_open(dir, "tmp_pack_", &tmp, e);
	if (f.fd < 0)
		goto out;
	f.name = tmp;
	if (packs_stream(&s, &st, trailer, e) < 0)
		goto out;
	compact(&s.objs);
	if (publish(dir, f.fd, &tmp, &s.objs, trailer, name, e) < 0)
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
