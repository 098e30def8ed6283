/* source/source_file.c - one file of a source, from beginning to end. */
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "source/database.h"
#include "source/source_int.h"

#include "base/banned.h"

struct source_file {
	int fd;			/* of the file or its copy */
	char *path;		/* for messages */
	bool copy;
	struct stat st;		/* of the file, when opened */
	struct stat wal;
	bool has_wal, has_journal, has_shm;
	bool database;
	unsigned page_size;
	int64_t size;
};

/* Is NAME + SUFFIX, a regular file, in folder DIR? */
static bool
has_side(int dir, const char *name, const char *suffix, struct stat *st)
{
	char side[256 + 8];

	if (snprintf(side, sizeof(side), "%s%s", name, suffix) >=
	    (int)sizeof(side))
		return false;
	return fstatat(dir, side, st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st->st_mode);
}

/* The file itself and what stands beside it. */
static int
open_plain(struct source_file *f, int dir, const char *name, struct err *e)
{
	struct stat other;

	/* The -wal first: one that comes later makes no file look newer. */
	f->has_wal = has_side(dir, name, "-wal", &f->wal);
	f->has_journal = has_side(dir, name, "-journal", &other);
	f->has_shm = has_side(dir, name, "-shm", &other);
	f->fd = source_open_at(dir, name, O_RDONLY | O_NONBLOCK);
	if (f->fd < 0 && (errno == ELOOP || errno == ENXIO))
		return err_set(e, ERR_IO, "'%s' is no regular file any more",
		    f->path);
	if (f->fd < 0)
		return err_sys(e, errno, "cannot open '%s'", f->path);
	if (fstat(f->fd, &f->st) < 0)
		return err_sys(e, errno, "cannot look at '%s'", f->path);
	if (!S_ISREG(f->st.st_mode))
		return err_set(e, ERR_IO, "'%s' is no regular file any more",
		    f->path);
	f->size = f->st.st_size;
	return 0;
}

/* Read the copy FD from now on. */
static int
use_copy(struct source_file *f, int fd, struct err *e)
{
	struct stat st;

	(void)close(f->fd);	/* read only */
	f->fd = fd;
	f->copy = true;
	if (fstat(fd, &st) < 0)
		return err_sys(e, errno, "cannot look at the copy of '%s'",
		    f->path);
	f->size = st.st_size;
	return 0;
}

static int
open_database(struct source *s, struct source_file *f,
	const uint8_t head[static DATABASE_HEAD_LEN], const char *tmp_dir,
	struct err *e)
{
	uint8_t now[DATABASE_HEAD_LEN];
	char *path;
	int fd = -1, rc;

	f->database = f->has_wal || f->has_journal;
	f->page_size = database_page_size(head);
	/* All there is stands in the file; a writer would begin a -wal. */
	if (database_is_wal(head) && !f->has_wal)
		return 0;
	path = path_join(s->root, f->path);
	if (!path)
		return err_nomem(e);
	rc = database_copy(path, f->path, tmp_dir, &fd, e);
	free(path);
	if (rc < 0)
		return -1;
	if (rc > 0) {
		f->page_size = 0;
		if (f->has_wal)
			source_note(s, "database is damaged, its -wal was not "
			    "kept: '%s'", f->path);
		return 0;
	}
	if (use_copy(f, fd, e) < 0)
		return -1;
	if (!source_is_database(fd, now))
		return err_set(e, ERR_IO, "the copy of '%s' is no database",
		    f->path);
	f->page_size = database_page_size(now);
	return 0;
}

void
source_held_release(struct source_held *h)
{
	if (h->path)
		(void)close(h->fd);	/* a copy given up */
	free(h->path);
	h->path = NULL;
}

/* Keep the -wal of F, as of the same moment, until it is asked for. */
static int
hold_wal(struct source *s, const struct source_file *f,
	const struct database_pair *pair, struct err *e)
{
	struct source_held *h = &s->held[s->held_next];
	char *path = str_fmt("%s-wal", f->path);

	if (!path) {
		(void)close(pair->wal_fd);	/* a copy given up */
		return err_nomem(e);
	}
	source_held_release(h);
	*h = (struct source_held){path, pair->wal_fd, pair->wal};
	s->held_next = (s->held_next + 1) % SOURCE_HELD_MAX;
	return 0;
}

/* True if F is a -wal that is held: F has it now. */
static bool
take_held(struct source *s, struct source_file *f)
{
	struct source_held *h;
	size_t i;

	for (i = 0; i < SOURCE_HELD_MAX; i++) {
		h = &s->held[i];
		if (!str_eq(h->path, f->path))
			continue;
		f->fd = h->fd;
		f->st = h->st;
		f->size = lseek(f->fd, 0, SEEK_END);
		(void)lseek(f->fd, 0, SEEK_SET);	/* a plain file */
		f->copy = true;
		free(h->path);
		h->path = NULL;
		return true;
	}
	return false;
}

/* A file that SQLite cannot read, but keeps a -shm for: see database.h. */
static int
open_opaque(struct source *s, struct source_file *f, int dir,
	const char *tmp_dir, struct err *e)
{
	struct database_pair pair;
	int rc;

	rc = database_copy_locked(f->fd, dir, path_name(f->path), tmp_dir,
	    &pair, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (pair.wal_fd >= 0 && hold_wal(s, f, &pair, e) < 0) {
		(void)close(pair.fd);	/* a copy given up */
		return -1;
	}
	return use_copy(f, pair.fd, e);
}

/* PATH is safe; *dir_out is the folder, *name_out the last component. */
static int
open_folder(struct source *s, const char *path, int *dir_out, struct err *e)
{
	const char *name = path_name(path);
	size_t n = (size_t)(name - path);

	*dir_out = source_descend(s->root_fd, path, n > 0 ? n - 1 : 0,
	    O_PATH | O_DIRECTORY);
	if (*dir_out >= 0)
		return 0;
	if (errno == ENOTDIR || errno == ELOOP)
		return err_set(e, ERR_NOENT, "'%s' is gone", path);
	return err_sys(e, errno, "cannot open '%s'", path);
}

int
source_file_open(struct source *s, const char *path, const char *tmp_dir,
	struct source_file **out, struct err *e)
{
	struct source_file *f = NULL;
	uint8_t head[DATABASE_HEAD_LEN];
	const char *name = path_name(path);
	int dir = -1, rc = -1;

	if (s->root_fd < 0)
		return err_set(e, ERR_NOENT, "'%s' is gone", path);
	if (!path_is_safe(path, strlen(path)))
		return err_set(e, ERR_FAIL, "'%s' is no path in a source",
		    path);
	f = calloc(1, sizeof(*f));
	if (!f)
		return err_nomem(e);
	f->fd = -1;
	f->path = str_dup(path);
	if (!f->path) {
		(void)err_nomem(e);
		goto out;
	}
	if (take_held(s, f))
		goto done;
	if (open_folder(s, path, &dir, e) < 0 ||
	    open_plain(f, dir, name, e) < 0)
		goto out;
	if (s->cfg->databases && source_is_database(f->fd, head)) {
		if (open_database(s, f, head, tmp_dir, e) < 0)
			goto out;
	} else if (s->cfg->databases && f->has_shm) {
		if (open_opaque(s, f, dir, tmp_dir, e) < 0)
			goto out;
	}
done:
	/* Helps read-ahead; no harm where it is not known. */
	(void)posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	*out = f;
	f = NULL;
	rc = 0;
out:
	source_file_close(f);
	if (dir >= 0)
		(void)close(dir);	/* read only */
	return rc;
}

/* PATH for a short look, or -1. */
static int
open_look(const struct source *s, const char *path, struct stat *st)
{
	const char *name = path_name(path);
	size_t n = (size_t)(name - path);
	int dir, fd;

	if (s->root_fd < 0 || !path_is_safe(path, strlen(path)))
		return -1;
	dir = source_descend(s->root_fd, path, n > 0 ? n - 1 : 0,
	    O_PATH | O_DIRECTORY);
	if (dir < 0)
		return -1;
	fd = source_open_at(dir, name, O_RDONLY | O_NONBLOCK);
	(void)close(dir);	/* read only */
	if (fd >= 0 && (fstat(fd, st) < 0 || !S_ISREG(st->st_mode))) {
		(void)close(fd);	/* read only */
		return -1;
	}
	return fd;
}

int
source_look(const struct source *s, const char *path,
	struct source_entry *entry)
{
	struct stat st;
	int fd = open_look(s, path, &st);

	if (fd < 0)
		return 0;
	(void)close(fd);	/* read only */
	*entry = (struct source_entry){0};
	source_fill(entry, &st, NULL);
	return 1;
}

int64_t
source_head(const struct source *s, const char *path, void *data, size_t n)
{
	struct stat st;
	struct err e = ERR_INIT;
	size_t got = 0;
	int fd = open_look(s, path, &st), rc;

	if (fd < 0)
		return -1;
	rc = file_read(fd, data, n, &got, path, &e);
	(void)close(fd);	/* read only */
	return rc < 0 ? -1 : (int64_t)got;
}

int
source_file_read(struct source_file *f, void *data, size_t n, size_t *got,
	struct err *e)
{
	return file_read(f->fd, data, n, got, f->path, e);
}

unsigned
source_file_page_size(const struct source_file *f)
{
	return f->page_size;
}

int64_t
source_file_size(const struct source_file *f)
{
	return f->size;
}

bool
source_file_changed(const struct source_file *f)
{
	struct stat now;

	if (f->copy)
		return false;
	return fstat(f->fd, &now) < 0 || now.st_size != f->st.st_size ||
	    now.st_mtim.tv_sec != f->st.st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != f->st.st_mtim.tv_nsec ||
	    now.st_ctim.tv_sec != f->st.st_ctim.tv_sec ||
	    now.st_ctim.tv_nsec != f->st.st_ctim.tv_nsec;
}

void
source_file_stat(const struct source_file *f, struct source_entry *entry)
{
	*entry = (struct source_entry){0};
	source_fill(entry, &f->st, f->database && f->has_wal ? &f->wal : NULL);
	entry->database = f->database;
}

void
source_file_close(struct source_file *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		(void)close(f->fd);	/* read only, or a copy given up */
	free(f->path);
	free(f);
}
