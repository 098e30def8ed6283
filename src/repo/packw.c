/*
 * repo/packw.c - packs of stored objects; gitformat-pack(5), RFC 1950, 1951.
 *
 * Invariants: (1) an entry never refers to another one, so entries may be
 * copied from pack to pack; (2) `len` is where the next byte goes; (3) after a
 * failed write the pack can only be freed.
 */
#include "repo/packw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "repo/pack_entry.h"
#include "repo/pack_idx.h"

#include "base/banned.h"

#define GATHER 8192		/* small pieces are collected up to this */
#define EARLY_LEN ((size_t)1 << 20)	/* the disk may begin with it */
#define OPEN_HEAD 4		/* an entry's head ... */
#define OPEN_MIN ((size_t)1 << 18)	/* ... of so many bytes or more */
#define OPEN_END ((size_t)1 << 25)	/* ... and less than so many */

struct packw {
	char *dir;
	char *tmp;		/* of the pack; NULL once renamed */
	int fd;
	bool passing;		/* without checksums over its bytes */
	bool failed;
	uint64_t len;
	struct pack_objects objs;
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

/* The slot of ID, or the empty one where it belongs. */
static uint32_t *
slot_of(struct packw *p, const uint8_t id[static 20])
{
	size_t i = pack_get32(id) & (p->nslots - 1);

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
	static const uint8_t head[PACK_HEAD_LEN] = "PACK\0\0\0\2";
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
	p->fd = pack_temp(dir, "tmp_pack_", &p->tmp, e);
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

/* Room for an object of N bytes or so; the entry's head and zlib's go out. */
static int
entry_begin(struct packw *p, enum packw_type type, uint64_t n, struct err *e)
{
	static const uint8_t zlib_head[2] = {0x78, 0x01};
	uint8_t head[16];
	size_t len;

	if (p->failed || p->open)
		return err_set(e, ERR_IO, "pack '%s' is broken", p->tmp);
	if (slots_grow(p, e) < 0 || pack_objects_grow(&p->objs, e) < 0)
		return -1;
	if (n + n / 1000 + 1024 > (uint64_t)PACK_MAX_LEN - p->len)
		return err_set(e, ERR_FAIL, "pack: more than 2 GiB");
	p->begun = p->len;
	p->crc_now = 0;
	p->adler = 1;
	len = pack_entry_head(head, type, n);
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

	pack_put32(b, p->adler);
	return put_entry(p, b, sizeof(b), e);
}

/* The entry is whole: the object ID stands in the pack. */
static void
entry_end(struct packw *p, const uint8_t id[static 20])
{
	struct pack_object *o = &p->objs.v[p->objs.n];

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
		run = n < PACK_BLOCK_MAX ? n : PACK_BLOCK_MAX;
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

int
packw_find(struct packw *p, const uint8_t id[static 20],
	enum packw_type *type, struct buf *out, struct err *e)
{
	struct pack_reader r = {p->fd, p->tmp, 0};
	uint32_t i;
	uint64_t n;

	i = p->nslots ? *slot_of(p, id) : 0;
	if (i == 0)
		return 0;
	if (flush(p, e) < 0)
		return -1;
	r.off = p->objs.v[i - 1].off;
	if (pack_read_head(&r, type, &n, e) < 0)
		return -1;
	return pack_read_stored(&r, n, out, e) < 0 ? -1 : 1;
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
		run = n < PACK_BLOCK_MAX ? n : PACK_BLOCK_MAX;
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
	struct pack_reader r = {p->fd, p->tmp, p->begun + OPEN_HEAD + 2};
	uint8_t *block = malloc(PACK_BLOCK_MAX);
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
		if (pack_read_at(&r, b, 5, e) < 0)
			goto out_hash;
		run = (size_t)(b[1] | b[2] << 8);
		if (pack_read_at(&r, block, run, e) < 0)
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
	struct pack_reader r = {p->fd, p->tmp, p->begun + OPEN_HEAD};
	struct buf b = BUF_INIT(OPEN_MIN);
	int rc = -1;

	if (pack_read_stored(&r, p->size, &b, e) < 0)
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
	(void)pack_entry_head(head, p->type, p->size);
	if (file_pwrite(p->fd, head, OPEN_HEAD, (int64_t)p->begun, p->tmp,
	    e) < 0 || open_id(p, id, e) < 0)
		return -1;
	if (*slot_of(p, id))
		return err_set(e, ERR_FAIL, "pack: an object twice");
	p->open = false;
	entry_end(p, id);
	return 0;
}

/* Hash the whole file FD of LEN bytes: the count stood at its beginning. */
static int
hash_file(int fd, const char *name, uint64_t len, uint8_t out[static 20],
	struct err *e)
{
	uint8_t *b = malloc(PACK_COPY_LEN);
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
		if (file_pread(fd, b, PACK_COPY_LEN, (int64_t)off, &got, name,
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

/* What stands for the trailer of a passing pack: as unique as its ids. */
static int
hash_ids(const struct pack_objects *o, uint8_t out[static 20], struct err *e)
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
	pack_put32(count, (uint32_t)p->objs.n);
	if (flush(p, e) < 0 ||
	    file_pwrite(p->fd, count, 4, 8, p->tmp, e) < 0 ||
	    make_trailer(p, trailer, e) < 0 ||
	    file_write(p->fd, trailer, PACK_TRAILER_LEN, p->tmp, e) < 0)
		return -1;
	return pack_publish(p->dir, p->fd, &p->tmp, &p->objs, trailer, name, e);
}
