/* repo/pack_idx.c - idx files; gitformat-pack(5). */
#include "repo/pack_idx.h"

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

#include "base/banned.h"

#define PACK_MAX_OBJECTS 1000000u
#define IDX_HEAD (8 + 256 * 4)
#define IDX_ROW (20 + 4 + 4)

int
pack_objects_grow(struct pack_objects *o, struct err *e)
{
	size_t cap = o->cap ? o->cap * 2 : 64;
	struct pack_object *v;

	if (o->n < o->cap)
		return 0;
	if (o->n >= PACK_MAX_OBJECTS)
		return err_set(e, ERR_FAIL, "pack: too many objects");
	v = realloc(o->v, cap * sizeof(*v));
	if (!v)
		return err_nomem(e);
	o->v = v;
	o->cap = cap;
	return 0;
}

int
pack_cmp_id(const void *a, const void *b)
{
	const struct pack_object *x = a, *y = b;

	return memcmp(x->id, y->id, 20);
}

char *
pack_idx_path(const char *pack)
{
	size_t n = strlen(pack);

	return n > 5 && str_ends(pack, ".pack") ?
	    str_fmt("%.*s.idx", (int)(n - 5), pack) : NULL;
}

/* The rows of an idx, as objects of pack I. */
static int
add_rows(struct pack_objects *all, const char *path, uint32_t i,
	const struct buf *b, struct err *e)
{
	const uint8_t *p = b->data;
	struct pack_object *o;
	size_t n, k;

	if (b->len < IDX_HEAD + 40 || pack_get32(p) != 0xff744f63u ||
	    pack_get32(p + 4) != 2)
		goto bad;
	n = pack_get32(p + IDX_HEAD - 4);
	if (n > PACK_MAX_OBJECTS || b->len != IDX_HEAD + n * IDX_ROW + 40)
		goto bad;
	p += IDX_HEAD;
	for (k = 0; k < n; k++) {
		if (pack_objects_grow(all, e) < 0)
			return -1;
		o = &all->v[all->n++];
		memset(o, 0, sizeof(*o));
		memcpy(o->id, p + 20 * k, 20);
		o->crc = pack_get32(p + 20 * n + 4 * k);
		o->off = pack_get32(p + 24 * n + 4 * k);
		o->pack = i;
	}
	return 0;
bad:
	return err_set(e, ERR_FORMAT, "idx of '%s' is not of ours", path);
}

int
pack_idx_load(struct pack_objects *o, const char *pack, uint32_t i,
	struct err *e)
{
	struct buf b = BUF_INIT(IDX_HEAD + (size_t)PACK_MAX_OBJECTS * IDX_ROW + 40);
	char *path = pack_idx_path(pack);
	int rc = -1;

	if (!path)
		return err_set(e, ERR_FAIL, "'%s' is no pack", pack);
	if (file_load(path, &b, e) == 0)
		rc = add_rows(o, pack, i, &b, e);
	free(path);
	buf_release(&b);
	return rc;
}

int
pack_temp(const char *dir, const char *kind, char **path, struct err *e)
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

/* Fan-out, ids, checksums, offsets, both trailers; objects sorted by id. */
static int
idx_bytes(const struct pack_objects *o, const uint8_t trailer[static 20],
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
		pack_put32(p, n);
	}
	for (i = 0; i < o->n; i++, p += 20)
		memcpy(p, o->v[i].id, 20);
	for (i = 0; i < o->n; i++, p += 4)
		pack_put32(p, o->v[i].crc);
	for (i = 0; i < o->n; i++, p += 4)
		pack_put32(p, (uint32_t)o->v[i].off);
	memcpy(p, trailer, 20);
	p += 20;
	hash_sha1(p, out->data, (size_t)(p - out->data));
	out->len = (size_t)(p - out->data) + 20;
	return 0;
}

/* Write the idx beside the pack under a temporary name, synced. */
static int
write_idx(const char *dir, struct pack_objects *o,
	const uint8_t trailer[static 20], char **tmp, struct err *e)
{
	struct buf b = BUF_INIT(IDX_HEAD + (size_t)PACK_MAX_OBJECTS * IDX_ROW + 64);
	int fd = -1, rc = -1;

	qsort(o->v, o->n, sizeof(*o->v), pack_cmp_id);
	if (idx_bytes(o, trailer, &b, e) < 0)
		goto out;
	fd = pack_temp(dir, "tmp_idx_", tmp, e);
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

int
pack_publish(const char *dir, int fd, char **tmp, struct pack_objects *o,
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
