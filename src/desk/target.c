/* desk/target.c - a folder into which files are restored. */
#include "desk/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"

#include "base/banned.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

#define OPEN_FILES 128		/* kept open at a time */
#define OPEN_DIRS 32

struct item {			/* a file that was begun */
	size_t index;
	char *path;
	size_t path_len;
	int fd;			/* -1 = closed for now */
	uint64_t used;
	struct item *next;	/* of its hash */
};

struct dir {
	char *path;		/* NULL = free; "" is never kept */
	int fd;
	uint64_t used;
};

#define HASHES 4096

struct target {
	int root;
	char *name;
	bool overwrite;
	uint64_t clock;
	struct item *hash[HASHES];
	struct item *open[OPEN_FILES];
	struct dir dir[OPEN_DIRS];
};

struct target *
target_new(const char *dir, bool overwrite, struct err *e)
{
	struct target *t = calloc(1, sizeof(*t));

	if (!t) {
		(void)err_nomem(e);
		return NULL;
	}
	t->overwrite = overwrite;
	t->name = str_dup(dir);
	t->root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!t->name || t->root < 0) {
		if (!t->name)
			(void)err_nomem(e);
		else
			(void)err_sys(e, errno, "cannot open folder '%s'", dir);
		target_free(t);
		return NULL;
	}
	return t;
}

/* --- Folders. */

/* One step down from DIR; a missing folder is made. */
static int
step_down(int dir, const char *name, struct err *e)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, name, flags);

	if (fd < 0 && errno == ENOENT) {
		if (mkdirat(dir, name, 0777) < 0 && errno != EEXIST)
			return err_sys(e, errno, "cannot make folder '%s'",
			    name);
		fd = openat(dir, name, flags);
	}
	if (fd >= 0)
		return fd;
	if (errno == ELOOP || errno == ENOTDIR) {
		(void)err_set(e, ERR_USAGE,
		    "'%s' in the target is not a folder", name);
		return err_hint(e, "restore into an empty folder");
	}
	return err_sys(e, errno, "cannot open folder '%s'", name);
}

/* A folder kept open, the oldest gives way. */
static void
keep_dir(struct target *t, const char *path, size_t n, int fd)
{
	struct dir *d = &t->dir[0];
	char *copy = str_ndup(path, n);
	size_t i;

	if (!copy) {
		(void)close(fd);	/* a folder: nothing to lose */
		return;
	}
	for (i = 1; i < OPEN_DIRS; i++)
		if (t->dir[i].used < d->used)
			d = &t->dir[i];
	if (d->path) {
		(void)close(d->fd);
		free(d->path);
	}
	d->path = copy;
	d->fd = fd;
	d->used = ++t->clock;
}

static int
find_dir(struct target *t, const char *path, size_t n)
{
	size_t i;

	if (n == 0)
		return t->root;
	for (i = 0; i < OPEN_DIRS; i++)
		if (t->dir[i].path && strlen(t->dir[i].path) == n &&
		    memcmp(t->dir[i].path, path, n) == 0) {
			t->dir[i].used = ++t->clock;
			return t->dir[i].fd;
		}
	return -1;
}

/* The folder of the first N bytes of PATH; borrowed until the next call. */
static int
walk(struct target *t, const char *path, size_t n, struct err *e)
{
	char name[256];
	size_t at = 0;
	int fd = find_dir(t, path, n);
	int here;

	if (fd >= 0)
		return fd;
	fd = dup(t->root);
	if (fd < 0)
		return err_sys(e, errno, "cannot open folder '%s'", t->name);
	while (at < n) {
		const char *slash = memchr(path + at, '/', n - at);
		size_t len = slash ? (size_t)(slash - path) - at : n - at;

		memcpy(name, path + at, len);	/* <= 255: path_is_safe */
		name[len] = '\0';
		here = step_down(fd, name, e);
		(void)close(fd);
		if (here < 0)
			return -1;
		fd = here;
		at += len + 1;
	}
	keep_dir(t, path, n, fd);
	fd = find_dir(t, path, n);
	return fd >= 0 ? fd : err_nomem(e);
}

/* Folder and last component of a path. */
static int
dir_of(struct target *t, const char *path, size_t n, char name[256],
	struct err *e)
{
	size_t cut = n;

	while (cut > 0 && path[cut - 1] != '/')
		cut--;
	memcpy(name, path + cut, n - cut);
	name[n - cut] = '\0';
	return walk(t, path, cut > 0 ? cut - 1 : 0, e);
}

/* --- Files. */

static void
tmp_name(size_t index, char out[64])
{
	(void)snprintf(out, 64, "%sliudi-%ld-%zu", FILE_TMP_PREFIX,
	    (long)getpid(), index);
}

static struct item **
find(struct target *t, size_t index)
{
	struct item **p = &t->hash[index % HASHES];

	while (*p && (*p)->index != index)
		p = &(*p)->next;
	return p;
}

static void
close_item(struct target *t, struct item *it)
{
	size_t i;

	for (i = 0; i < OPEN_FILES; i++)
		if (t->open[i] == it)
			t->open[i] = NULL;
	if (it->fd >= 0)
		(void)close(it->fd);	/* written bytes were checked */
	it->fd = -1;
}

/* A free place among the open files. */
static struct item **
place(struct target *t)
{
	struct item **p = &t->open[0];
	size_t i;

	for (i = 0; i < OPEN_FILES; i++) {
		if (!t->open[i])
			return &t->open[i];
		if (t->open[i]->used < (*p)->used)
			p = &t->open[i];
	}
	close_item(t, *p);
	return p;
}

static int
open_item(struct target *t, struct item *it, int more, struct err *e)
{
	char name[256], tmp[64];
	struct item **p;
	int dir;

	it->used = ++t->clock;
	if (it->fd >= 0)
		return 0;
	dir = dir_of(t, it->path, it->path_len, name, e);
	if (dir < 0)
		return -1;
	tmp_name(it->index, tmp);
	it->fd = openat(dir, tmp, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | more,
	    0600);
	if (it->fd < 0)
		return err_sys(e, errno, "cannot make '%s'", it->path);
	p = place(t);
	*p = it;
	return 0;
}

/* 1: something is there that stays; -1: a folder is there. */
static int
look(struct target *t, int dir, const char *name, struct err *e)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(e, errno,
		    "cannot look at '%s'", name);
	if (!t->overwrite)
		return 1;
	return !S_ISDIR(st.st_mode) ? 0 : err_set(e, ERR_USAGE,
	    "a folder is in the place of '%s'", name);
}

int
target_begin(struct target *t, size_t index, const char *path,
	size_t path_len, struct err *e)
{
	struct item *it = NULL;
	char name[256];
	int dir, rc;

	if (!path_is_safe(path, path_len))
		return err_set(e, ERR_USAGE,
		    "a path would lead out of the target");
	dir = dir_of(t, path, path_len, name, e);
	if (dir < 0)
		return -1;
	rc = look(t, dir, name, e);
	if (rc != 0)
		return rc;
	it = calloc(1, sizeof(*it));
	if (!it || !(it->path = str_ndup(path, path_len))) {
		free(it);
		return err_nomem(e);
	}
	it->index = index;
	it->path_len = path_len;
	it->fd = -1;
	if (open_item(t, it, O_CREAT | O_EXCL, e) < 0) {
		free(it->path);
		free(it);
		return -1;
	}
	*find(t, index) = it;
	return 0;
}

int
target_write(struct target *t, size_t index, int64_t off, const void *data,
	size_t n, struct err *e)
{
	struct item *it = *find(t, index);

	if (!it)
		return err_set(e, ERR_FAIL, "file %zu was not begun", index);
	if (open_item(t, it, 0, e) < 0)
		return -1;
	return file_pwrite(it->fd, data, n, off, it->path, e);
}

static void
forget(struct target *t, struct item **p)
{
	struct item *it = *p;

	close_item(t, it);
	*p = it->next;
	free(it->path);
	free(it);
}

/* Some file systems know no RENAME_NOREPLACE: look once more, then rename. */
static int
into_place(struct target *t, int dir, const char *tmp, const char *name,
	struct err *e)
{
	int rc;

	if (!t->overwrite && syscall(SYS_renameat2, dir, tmp, dir, name,
	    RENAME_NOREPLACE) == 0)
		return 0;
	if (!t->overwrite && errno == EEXIST)
		return 1;
	rc = look(t, dir, name, e);
	if (rc != 0)
		return rc;
	if (renameat(dir, tmp, dir, name) < 0)
		return err_sys(e, errno, "cannot name '%s'", name);
	return 0;
}

int
target_end(struct target *t, size_t index, unsigned mode, int64_t mtime_sec,
	uint32_t mtime_nsec, struct err *e)
{
	struct item **p = find(t, index);
	const struct timespec times[2] = {{mtime_sec, (long)mtime_nsec},
	    {mtime_sec, (long)mtime_nsec}};
	char name[256], tmp[64];
	int dir, rc = -1;

	if (!*p)
		return err_set(e, ERR_FAIL, "file %zu was not begun", index);
	if (open_item(t, *p, 0, e) < 0)
		goto out;
	/* Who may run as whom is not a matter of a backup. */
	if (fchmod((*p)->fd, mode & 0777) < 0 ||
	    futimens((*p)->fd, times) < 0) {
		(void)err_sys(e, errno, "cannot set mode and time of '%s'",
		    (*p)->path);
		goto out;
	}
	dir = dir_of(t, (*p)->path, (*p)->path_len, name, e);
	if (dir < 0)
		goto out;
	tmp_name(index, tmp);
	rc = into_place(t, dir, tmp, name, e);
out:
	if (rc != 0)
		target_drop(t, index);
	else
		forget(t, p);
	return rc;
}

void
target_drop(struct target *t, size_t index)
{
	struct err ignored = ERR_INIT;
	struct item **p = find(t, index);
	char name[256], tmp[64];
	int dir;

	if (!*p)
		return;
	dir = dir_of(t, (*p)->path, (*p)->path_len, name, &ignored);
	tmp_name(index, tmp);
	/* What cannot be removed has a name that says what it is. */
	if (dir >= 0)
		(void)unlinkat(dir, tmp, 0);
	forget(t, p);
}

void
target_free(struct target *t)
{
	size_t i;

	if (!t)
		return;
	for (i = 0; i < HASHES; i++)
		while (t->hash[i])
			target_drop(t, t->hash[i]->index);
	for (i = 0; i < OPEN_DIRS; i++)
		if (t->dir[i].path) {
			(void)close(t->dir[i].fd);
			free(t->dir[i].path);
		}
	if (t->root >= 0)
		(void)close(t->root);
	free(t->name);
	free(t);
}
