/* source/folder.c - getdents64(2), then a sort on 8 bytes at a time. */
#include "source/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#include "base/banned.h"

#define ITEMS_FIRST 64
#define NAMES_FIRST 4096

static const struct side {
	const char *suffix;
	size_t len;
	uint8_t flag;
} sides[] = {
	{"-journal", 8, FOLDER_JOURNAL},
	{"-shm", 4, FOLDER_SHM},
	{"-wal", 4, FOLDER_WAL},
};

void
folder_release(struct folder *f)
{
	free(f->item);
	free(f->names);
	*f = (struct folder){0};
}

/* Room for one more item and N bytes of names. */
static int
grow(struct folder *f, size_t n, struct err *e)
{
	size_t cap;
	void *p;

	if (f->n == f->cap) {
		cap = f->cap > 0 ? 2 * f->cap : ITEMS_FIRST;
		if (cap > UINT32_MAX)
			return err_nomem(e);
		p = realloc(f->item, cap * sizeof(*f->item));
		if (!p)
			return err_nomem(e);
		f->item = p;
		f->cap = cap;
	}
	if (n > f->names_cap - f->names_len) {
		cap = f->names_cap > 0 ? 2 * f->names_cap : NAMES_FIRST;
		p = realloc(f->names, cap);
		if (!p)
			return err_nomem(e);
		f->names = p;
		f->names_cap = cap;
	}
	return 0;
}

static int
add(struct folder *f, const char *name, size_t len, uint8_t type,
	struct err *e)
{
	struct folder_item *item;
	char *p;

	if (grow(f, len + 2, e) < 0)
		return -1;
	p = f->names + f->names_len;
	memcpy(p, name, len);
	/* The '/' takes part in the sort and goes after it. */
	p[len] = type == DT_DIR ? '/' : '\0';
	p[len + 1] = '\0';
	item = &f->item[f->n++];
	*item = (struct folder_item){.type = type, .len = (uint16_t)len};
	item->u.at = f->names_len;
	f->names_len += len + 2;
	return 0;
}

static uint8_t
type_of(mode_t mode)
{
	return S_ISREG(mode) ? DT_REG : S_ISDIR(mode) ? DT_DIR :
	    S_ISLNK(mode) ? DT_LNK : DT_UNKNOWN;
}

/* For filesystems whose folders do not tell.  -1: gone, or who knows. */
static int
ask_type(int fd, const char *name, uint8_t *type)
{
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	*type = type_of(st.st_mode);
	return 0;
}

/* The 8 bytes in an order that one comparison sees. */
static uint64_t
key_of(const char *name, size_t len)
{
	uint64_t key = 0;
	size_t i;

	for (i = 0; i < 8; i++)
		key = key << 8 | (i < len ? (uint8_t)name[i] : 0);
	return key;
}

static int
cmp_item(const void *a, const void *b)
{
	const struct folder_item *x = a, *y = b;

	if (x->u.key != y->u.key)
		return x->u.key < y->u.key ? -1 : 1;
	if (x->len < 8 || y->len < 8)	/* the key was all of it */
		return 0;
	return strcmp(x->name + 8, y->name + 8);
}

/*
 * A folder that is changed while it is listed may give a name twice; a path may
 * stand in a run only once.
 */
static void
drop_twins(struct folder *f)
{
	const struct folder_item *last;
	size_t i, n = 0;

	for (i = 0; i < f->n; i++) {
		last = n > 0 ? &f->item[n - 1] : NULL;
		if (!last || strcmp(last->name, f->item[i].name) != 0)
			f->item[n++] = f->item[i];
	}
	f->n = n;
}

static void
sort(struct folder *f)
{
	struct folder_item *item;
	size_t i;

	for (i = 0; i < f->n; i++) {
		item = &f->item[i];
		item->name = f->names + item->u.at;
		item->u.key = key_of(item->name, (size_t)item->len +
		    (item->type == DT_DIR));
	}
	if (f->n > 1)
		qsort(f->item, f->n, sizeof(*f->item), cmp_item);
	drop_twins(f);
	for (i = 0; i < f->n; i++)
		if (f->item[i].type == DT_DIR)
			f->names[f->item[i].name - f->names +
			    f->item[i].len] = '\0';
}

/* The regular file of that name; its index, or f->n. */
static size_t
find(const struct folder *f, const char *name, size_t len)
{
	size_t lo = 0, hi = f->n, mid;
	const struct folder_item *item;
	int order;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		item = &f->item[mid];
		order = str_cmp_bytes(name, len, item->name, item->len);
		/* In the sort a folder has a '/' more. */
		if (item->type == DT_DIR && len >= item->len &&
		    memcmp(name, item->name, item->len) == 0)
			order = len == item->len || (uint8_t)name[item->len] <
			    '/' ? -1 : 1;
		if (order == 0)
			return item->type == DT_REG ? mid : f->n;
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return f->n;
}

static const struct side *
side_of(const char *name, size_t len)
{
	const struct side *s;
	size_t i;

	for (i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		s = &sides[i];
		if (len > s->len &&
		    memcmp(name + len - s->len, s->suffix, s->len) == 0)
			return s;
	}
	return NULL;
}

/* Tell the sides their main files, and those what they have. */
static void
match_sides(struct folder *f)
{
	struct folder_item *item;
	const struct side *s;
	size_t i, base;

	for (i = 0; i < f->n; i++) {
		item = &f->item[i];
		if (item->type != DT_REG)
			continue;
		s = side_of(item->name, item->len);
		if (!s)
			continue;
		base = find(f, item->name, item->len - s->len);
		if (base == f->n)
			continue;
		item->flags |= FOLDER_SIDE;
		item->base = (uint32_t)base;
		f->item[base].flags |= s->flag;
	}
}

static int
add_entry(struct folder *f, int fd, const struct dirent64 *d, struct err *e)
{
	const char *name = d->d_name;
	uint8_t type = d->d_type;

	if (name[0] == '.' && (name[1] == '\0' ||
	    (name[1] == '.' && name[2] == '\0')))
		return 0;
	/* One that is gone by now stays unknown: the walk will see. */
	if (type == DT_UNKNOWN)
		(void)ask_type(fd, name, &type);
	return add(f, name, strlen(name), type, e);
}

int
folder_read(struct folder *f, int fd, void *buf, struct err *e)
{
	const struct dirent64 *d;
	const char *p = buf;
	ssize_t n, at;
	int rc = 0;

	f->n = 0;
	f->names_len = 0;
	while ((n = getdents64(fd, buf, FOLDER_BUF_LEN)) > 0)
		for (at = 0; at < n; at += d->d_reclen) {
			d = (const void *)(p + at);
			if (add_entry(f, fd, d, e) < 0)
				return -1;
		}
	/* ENOENT: removed since it was opened, so it is empty. */
	if (n < 0 && errno != ENOENT)
		rc = err_sys(e, errno, "cannot read folder");
	sort(f);
	match_sides(f);
	return rc;
}

int
folder_look(struct folder *f, int fd, const char *name, struct err *e)
{
	char side[256 + 8];
	size_t len = strlen(name), i;
	uint8_t type;

	f->n = 0;
	f->names_len = 0;
	if (len > 255)
		return 0;
	if (ask_type(fd, name, &type) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return err_sys(e, errno, "cannot search folder");
	}
	if (add(f, name, len, type, e) < 0)
		return -1;
	for (i = 0; type == DT_REG && i < sizeof(sides) / sizeof(sides[0]);
	    i++) {
		(void)snprintf(side, sizeof(side), "%s%s", name,
		    sides[i].suffix);
		if (ask_type(fd, side, &type) == 0 && type == DT_REG &&
		    add(f, side, strlen(side), type, e) < 0)
			return -1;
		type = DT_REG;
	}
	sort(f);
	match_sides(f);
	return 0;
}
