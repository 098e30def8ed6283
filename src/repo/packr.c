/*
 * repo/packr.c - blobs out of packs; gitformat-pack(5), RFC 1950, 1951.
 *
 * Packs come from a central that may mean ill, idx files from git here: every
 * offset and length is held against the file it points into.
 */
#include "repo/packr.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"

#include "base/banned.h"

#define MAX_PACKS 16384
#define IDX_HEAD (8 + 256 * 4)
#define IDX_ROW (20 + 4 + 4)
#define IDX_END 40
#define TYPE_BLOB 3
#define HEAD_MAX 16		/* type and size, the zlib header */
#define BLOCK_HEAD 5		/* of a stored block */

struct pack {
	char *name;		/* of the .pack */
	const uint8_t *idx;
	size_t len;
	uint32_t n;		/* objects */
};

struct packr {
	char *dir;
	struct pack *pack;
	size_t npacks;
	size_t last;		/* where the last blob was found */
	int fd;			/* of pack `open` */
	size_t open;
};

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* --- The idx files. */

/* False: not an idx of version 2, whole. */
static bool
map_idx(struct pack *k, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p = MAP_FAILED;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && st.st_size >= IDX_HEAD + IDX_END)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
		    0);
	(void)close(fd);	/* was only read */
	if (p == MAP_FAILED)
		return false;
	k->idx = p;
	k->len = (size_t)st.st_size;
	k->n = get32(k->idx + IDX_HEAD - 4);
	if (get32(k->idx) == 0xff744f63u && get32(k->idx + 4) == 2 &&
	    k->n <= (k->len - IDX_HEAD - IDX_END) / IDX_ROW)
		return true;
	(void)munmap(p, k->len);
	return false;
}

static int
add_pack(const char *name, void *arg, struct err *e)
{
	struct packr *p = arg;
	size_t n = strlen(name);
	struct pack *v;
	char *path;

	if (!str_starts(name, "pack-") || !str_ends(name, ".idx") ||
	    p->npacks == MAX_PACKS)
		return 0;
	v = realloc(p->pack, (p->npacks + 1) * sizeof(*v));
	if (!v)
		return err_nomem(e);
	p->pack = v;
	v += p->npacks;
	path = path_join(p->dir, name);
	v->name = str_fmt("%.*s.pack", (int)(n - 4), name);
	if (path && v->name && map_idx(v, path))
		p->npacks++;
	else
		free(v->name);
	free(path);
	return 0;
}

struct packr *
packr_open(const char *dir, struct err *e)
{
	struct packr *p = calloc(1, sizeof(*p));
	struct err why = ERR_INIT;

	if (!p || !(p->dir = path_join(dir, "objects/pack"))) {
		free(p);
		(void)err_nomem(e);
		return NULL;
	}
	p->fd = -1;
	/* A folder that cannot be read has no packs. */
	if (file_each(p->dir, add_pack, p, &why) < 0 &&
	    why.code == ERR_NOMEM) {
		packr_close(p);
		*e = why;
		return NULL;
	}
	return p;
}

void
packr_close(struct packr *p)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < p->npacks; i++) {
		(void)munmap((void *)(uintptr_t)p->pack[i].idx,
		    p->pack[i].len);
		free(p->pack[i].name);
	}
	if (p->fd >= 0)
		(void)close(p->fd);	/* was only read */
	free(p->pack);
	free(p->dir);
	free(p);
}

/* Where the object begins in its pack; 0 = it is not there. */
static uint64_t
offset_of(const struct pack *k, const uint8_t id[static 20])
{
	const uint8_t *fan = k->idx + 8, *ids = k->idx + IDX_HEAD;
	const uint8_t *at = ids + (size_t)k->n * 24;
	const size_t large = (size_t)k->n * IDX_ROW + IDX_HEAD;
	uint32_t low = id[0] > 0 ? get32(fan + 4 * (id[0] - 1)) : 0;
	uint32_t high = get32(fan + 4 * id[0]);
	uint32_t off;

	if (low > high || high > k->n)
		return 0;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int c = memcmp(ids + (size_t)mid * 20, id, 20);

		if (c < 0) {
			low = mid + 1;
			continue;
		}
		if (c > 0) {
			high = mid;
			continue;
		}
		off = get32(at + (size_t)mid * 4);
		if (!(off & 0x80000000u))
			return off;
		off &= 0x7fffffffu;
		if (off >= (k->len - IDX_END - large) / 8)
			return 0;
		at = k->idx + large + (size_t)off * 8;
		return (uint64_t)get32(at) << 32 | get32(at + 4);
	}
	return 0;
}

/* --- An entry. */

static bool
open_pack(struct packr *p, size_t i)
{
	char *path;

	if (p->fd >= 0 && p->open == i)
		return true;
	if (p->fd >= 0)
		(void)close(p->fd);	/* was only read */
	path = path_join(p->dir, p->pack[i].name);
	p->fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	p->open = i;
	free(path);
	return p->fd >= 0;
}

/*
 * Type, size and the zlib header at the front of HEAD; *size and the number of
 * bytes they take, or 0 if it is not a blob.
 */
static size_t
entry_head(const uint8_t head[static HEAD_MAX], uint64_t *size)
{
	unsigned shift = 4;
	size_t i = 0;

	if (((head[0] >> 4) & 7) != TYPE_BLOB)
		return 0;
	*size = head[0] & 15;
	while (head[i++] & 0x80) {
		if (i == 8)
			return 0;
		*size |= (uint64_t)(head[i] & 0x7f) << shift;
		shift += 7;
	}
	/* Deflate, and no dictionary. */
	if ((head[i] & 15) != 8 || (head[i] << 8 | head[i + 1]) % 31 != 0 ||
	    head[i + 1] & 0x20)
		return 0;
	return i + 2;
}

/* Read N bytes to OUT and BLOCK_HEAD more to HEAD, from OFF on. */
static bool
read_both(int fd, uint64_t off, uint8_t *out, size_t n,
	uint8_t head[static BLOCK_HEAD])
{
	struct iovec v[2] = {{out, n}, {head, BLOCK_HEAD}};
	ssize_t got = preadv(fd, v, 2, (off_t)off);

	/* A file is not read in halves but at its end. */
	return got == (ssize_t)(n + BLOCK_HEAD);
}

/* The stored blocks from OFF on, SIZE bytes in all, to OUT. */
static bool
read_blocks(int fd, uint64_t off, uint64_t size, uint8_t *out)
{
	uint8_t head[BLOCK_HEAD];
	bool last;
	size_t n;

	if (!read_both(fd, off, NULL, 0, head))
		return false;
	for (;;) {
		off += BLOCK_HEAD;
		last = head[0] & 1;
		n = head[1] | (size_t)head[2] << 8;
		if ((head[0] & 6) != 0 || n > size ||
		    (n ^ (head[3] | (size_t)head[4] << 8)) != 0xffff)
			return false;
		/* Behind the last stand an Adler-32 and the pack's trailer. */
		if (!read_both(fd, off, out, n, head))
			return false;
		off += n;
		out += n;
		size -= n;
		if (last)
			return size == 0;
		if (n == 0)
			return false;
	}
}

static bool
read_entry(int fd, uint64_t off, struct buf *out)
{
	uint8_t head[HEAD_MAX];
	struct err ignored = ERR_INIT;
	uint64_t size = 0;
	size_t n;

	/* There is more behind the shortest: the pack's trailer. */
	if (off > INT64_MAX / 2 ||
	    pread(fd, head, sizeof(head), (off_t)off) != sizeof(head))
		return false;
	n = entry_head(head, &size);
	if (n == 0 || out->len > out->max || size > out->max - out->len ||
	    buf_reserve(out, (size_t)size, &ignored) < 0 ||
	    !read_blocks(fd, off + n, size, out->data + out->len))
		return false;
	out->len += (size_t)size;
	out->data[out->len] = '\0';
	return true;
}

bool
packr_blob(struct packr *p, const char *id, struct buf *out)
{
	uint8_t raw[20];
	size_t i;

	if (str_unhex(raw, sizeof(raw), id, strlen(id)) < 0)
		return false;
	for (i = 0; i < p->npacks; i++) {
		/* Blobs that are wanted together came together. */
		size_t k = (p->last + i) % p->npacks;
		uint64_t off = offset_of(&p->pack[k], raw);

		if (off == 0)
			continue;
		p->last = k;
		return open_pack(p, k) && read_entry(p->fd, off, out);
	}
	return false;
}
