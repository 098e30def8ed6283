/* base/file.c - files that appear whole or not at all. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "base/str.h"

#include "base/banned.h"

#define READ_STEP 65536
#define TMP_TRIES 100
#define FAULT_EXIT 86
#define LOCK_TRIES 200		/* of 10 ms, for the children of the dead */

/*
 * The one switch of this module, for tests: calls left until the fault (0:
 * none), and what it is.
 */
static _Atomic unsigned long fault_left;
static int fault_sys;
static bool fault_kill;

void
file_fault(unsigned long nth, int sys, bool kill)
{
	fault_sys = sys;
	fault_kill = kill;
	atomic_store(&fault_left, nth);
}

#ifdef LIUDI_FAULTS
/* LIUDI_FILE_FAULT="<nth>:<errno number or 'kill'>". */
static void
fault_from_env(void)
{
	static _Atomic bool done;
	const char *s = getenv("LIUDI_FILE_FAULT");
	char *end;
	unsigned long nth;

	if (atomic_exchange(&done, true) || !s)
		return;
	nth = strtoul(s, &end, 10);
	if (*end != ':' || nth == 0)
		return;
	if (str_eq(end + 1, "kill"))
		file_fault(nth, 0, true);
	else
		file_fault(nth, (int)strtol(end + 1, NULL, 10), false);
}
#endif

/* True (and errno set) if this call is the one that shall fail. */
static bool
fault(void)
{
	unsigned long left;

#ifdef LIUDI_FAULTS
	fault_from_env();
#endif
	left = atomic_load(&fault_left);
	do {
		if (left == 0)
			return false;
	} while (!atomic_compare_exchange_weak(&fault_left, &left, left - 1));
	if (left > 1)
		return false;
	if (fault_kill)
		_exit(FAULT_EXIT);
	errno = fault_sys;
	return true;
}

static int
do_rename(const char *from, const char *to)
{
	return fault() ? -1 : rename(from, to);
}

static int
do_unlinkat(int dir, const char *path, int flags)
{
	return fault() ? -1 : unlinkat(dir, path, flags);
}

static int
do_mkdir(const char *path, unsigned mode)
{
	return fault() ? -1 : mkdir(path, mode);
}

int
file_read(int fd, void *data, size_t n, size_t *got, const char *name,
	struct err *e)
{
	size_t done = 0;
	ssize_t r;

	while (done < n) {
		r = read(fd, (uint8_t *)data + done, n - done);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_sys(e, errno, "cannot read '%s'", name);
		if (r == 0)
			break;
		done += (size_t)r;
	}
	*got = done;
	return 0;
}

int
file_pread(int fd, void *data, size_t n, int64_t off, size_t *got,
	const char *name, struct err *e)
{
	size_t done = 0;
	ssize_t r;

	while (done < n) {
		r = pread(fd, (uint8_t *)data + done, n - done,
		    (off_t)(off + (int64_t)done));
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_sys(e, errno, "cannot read '%s'", name);
		if (r == 0)
			break;
		done += (size_t)r;
	}
	*got = done;
	return 0;
}

/* OFF < 0: at the descriptor's place. */
static int
write_all(int fd, const uint8_t *p, size_t n, int64_t off, const char *name,
	struct err *e)
{
	ssize_t r;

	while (n > 0) {
		if (fault())
			r = -1;
		else if (off < 0)
			r = write(fd, p, n);
		else
			r = pwrite(fd, p, n, (off_t)off);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_sys(e, errno, "cannot write '%s'", name);
		p += r;
		n -= (size_t)r;
		if (off >= 0)
			off += r;
	}
	return 0;
}

int
file_write(int fd, const void *data, size_t n, const char *name,
	struct err *e)
{
	return write_all(fd, data, n, -1, name, e);
}

int
file_pwrite(int fd, const void *data, size_t n, int64_t off,
	const char *name, struct err *e)
{
	if (off < 0)
		return err_sys(e, EINVAL, "cannot write '%s'", name);
	return write_all(fd, data, n, off, name, e);
}

int
file_fsync(int fd, const char *name, struct err *e)
{
	int rc;

	/* Not tried again after EIO: the kernel has dropped the pages. */
	do {
		rc = fault() ? -1 : fsync(fd);
	} while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return err_sys(e, errno, "cannot flush '%s' to disk", name);
	return 0;
}

void
file_write_early(int fd, int64_t off, int64_t n)
{
#ifdef SYNC_FILE_RANGE_WRITE
	/* Says nothing of what failed: that is fsync's to say. */
	(void)sync_file_range(fd, off, n, SYNC_FILE_RANGE_WRITE);
#else
	(void)fd;
	(void)off;
	(void)n;
#endif
}

int
file_fsync_dir(const char *dir, struct err *e)
{
	int fd, rc;

	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "cannot open folder '%s'", dir);
	rc = file_fsync(fd, dir, e);
	/* EINVAL: a filesystem that has no fsync for folders (some FUSE). */
	if (rc < 0 && e && e->sys == EINVAL) {
		err_clear(e);
		rc = 0;
	}
	(void)close(fd);	/* read only: nothing can be lost here */
	return rc;
}

/* fsync the folder that PATH is in. */
static int
fsync_parent(const char *path, struct err *e)
{
	char *dir = path_dir(path);
	int rc;

	if (!dir)
		return err_nomem(e);
	rc = file_fsync_dir(dir, e);
	free(dir);
	return rc;
}

int
file_load_fd(int fd, const char *name, struct buf *b, struct err *e)
{
	struct stat st;
	uint8_t probe;
	size_t got;

	/* A hint only: sizes of /proc files are 0, others may be growing. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    buf_reserve(b, (size_t)st.st_size, e) < 0)
		return err_prefix(e, "'%s' is too large", name);
	for (;;) {
		if (b->len == b->cap) {
			if (file_read(fd, &probe, 1, &got, name, e) < 0)
				return -1;
			if (got == 0)
				break;
			if (buf_add(b, &probe, 1, e) < 0)
				return err_prefix(e, "'%s' is too large",
				    name);
			continue;
		}
		if (file_read(fd, b->data + b->len, b->cap - b->len, &got,
		    name, e) < 0)
			return -1;
		if (got == 0)
			break;
		b->len += got;
		b->data[b->len] = '\0';
	}
	return buf_reserve(b, 0, e);
}

int
file_load(const char *path, struct buf *b, struct err *e)
{
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(e, errno, "cannot open '%s'", path);
	rc = file_load_fd(fd, path, b, e);
	(void)close(fd);	/* read only */
	return rc;
}

int
file_load_private(const char *path, struct buf *b, struct err *e)
{
	struct stat st;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(e, errno, "cannot open '%s'", path);
	if (fstat(fd, &st) < 0) {
		rc = err_sys(e, errno, "cannot look at '%s'", path);
	} else if (st.st_mode & 077) {
		(void)err_set(e, ERR_CONFIG,
		    "others may read the secret in '%s'", path);
		rc = err_hint(e, "chmod 600 '%s'", path);
	} else {
		rc = file_load_fd(fd, path, b, e);
	}
	(void)close(fd);	/* read only */
	return rc;
}

int
file_new_open(struct file_new *f, const char *path, unsigned mode,
	struct err *e)
{
	uint8_t rnd[8];
	char hex[2 * sizeof(rnd) + 1];
	char *dir = path_dir(path);
	char *tmp = NULL;
	int rc = -1, fd = -1, i;

	f->fd = -1;
	f->tmp = NULL;
	f->path = str_dup(path);
	if (!dir || !f->path) {
		(void)err_nomem(e);
		goto out;
	}
	for (i = 0; i < TMP_TRIES && fd < 0; i++) {
		if (getrandom(rnd, sizeof(rnd), 0) != (ssize_t)sizeof(rnd)) {
			(void)err_sys(e, errno, "no random bytes");
			goto out;
		}
		str_hex(hex, rnd, sizeof(rnd));
		free(tmp);
		tmp = str_fmt("%s/" FILE_TMP_PREFIX "%s", dir, hex);
		if (!tmp) {
			(void)err_nomem(e);
			goto out;
		}
		fd = open(tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC |
		    O_NOFOLLOW, mode & 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0) {
		(void)err_sys(e, errno, "cannot create a file in '%s'", dir);
		goto out;
	}
	f->fd = fd;
	f->tmp = tmp;
	tmp = NULL;
	/* The mode asked for, whatever the umask says. */
	if (fchmod(fd, mode) < 0) {
		(void)err_sys(e, errno, "cannot set the mode of '%s'", path);
		goto out;
	}
	rc = 0;
out:
	free(dir);
	free(tmp);
	return rc;
}

int
file_new_commit(struct file_new *f, struct err *e)
{
	int fd = f->fd;

	if (file_fsync(fd, f->path, e) < 0)
		return -1;
	f->fd = -1;
	/* NFS reports a full disk here at the latest. */
	if (close(fd) < 0 && errno != EINTR)
		return err_sys(e, errno, "cannot write '%s'", f->path);
	if (do_rename(f->tmp, f->path) < 0)
		return err_sys(e, errno, "cannot replace '%s'", f->path);
	free(f->tmp);
	f->tmp = NULL;
	return fsync_parent(f->path, e);
}

void
file_new_release(struct file_new *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);	/* its bytes are given up */
	if (f->tmp)
		(void)do_unlinkat(AT_FDCWD, f->tmp, 0);	/* swept later */
	free(f->tmp);
	free(f->path);
	f->fd = -1;
	f->tmp = NULL;
	f->path = NULL;
}

int
file_nameless(const char *dir, struct err *e)
{
	struct file_new f = FILE_NEW_INIT;
	char *path;
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	/* Not every file system knows them. */
	path = path_join(dir, "nameless");
	if (!path)
		return err_nomem(e);
	if (file_new_open(&f, path, 0600, e) == 0) {
		fd = fcntl(f.fd, F_DUPFD_CLOEXEC, 3);
		if (fd < 0)
			(void)err_sys(e, errno, "cannot make a temporary");
	}
	file_new_release(&f);
	free(path);
	return fd;
}

int
file_save(const char *path, const void *data, size_t n, unsigned mode,
	struct err *e)
{
	struct file_new f = FILE_NEW_INIT;
	int rc = -1;

	if (file_new_open(&f, path, mode, e) < 0)
		goto out;
	if (file_write(f.fd, data, n, path, e) < 0)
		goto out;
	rc = file_new_commit(&f, e);
out:
	file_new_release(&f);
	return rc;
}

int
file_rename(const char *from, const char *to, struct err *e)
{
	if (do_rename(from, to) < 0)
		return err_sys(e, errno, "cannot rename '%s' to '%s'", from,
		    to);
	return fsync_parent(to, e);
}

int
file_remove(const char *path, struct err *e)
{
	if (do_unlinkat(AT_FDCWD, path, 0) < 0 && errno != ENOENT)
		return err_sys(e, errno, "cannot remove '%s'", path);
	return 0;
}

/* One level; a folder that is there already is fine. */
static int
make_one(const char *dir, unsigned mode, struct err *e)
{
	int sys;

	if (do_mkdir(dir, mode) == 0)
		return 0;
	sys = errno;
	if (sys == EEXIST && file_is_dir(dir))
		return 0;
	if (sys == EEXIST)
		sys = ENOTDIR;
	return err_sys(e, sys, "cannot make folder '%s'", dir);
}

int
file_mkdirs(const char *dir, unsigned mode, struct err *e)
{
	char *path, *p;
	int rc = -1;

	if (file_is_dir(dir))
		return 0;
	path = str_dup(dir);
	if (!path)
		return err_nomem(e);
	for (p = path + strspn(path, "/"); (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (!file_is_dir(path) && make_one(path, mode, e) < 0)
			goto out;
		*p = '/';
	}
	if (!file_is_dir(path) && make_one(path, mode, e) < 0)
		goto out;
	rc = 0;
out:
	free(path);
	return rc;
}

static bool
is_dots(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' ||
	    (name[1] == '.' && name[2] == '\0'));
}

static int remove_at(int parent, const char *name, struct err *e);

/* Everything in the folder FD, which is closed. */
static int
empty_fd(int fd, const char *name, struct err *e)
{
	struct dirent *d;
	DIR *dir = fdopendir(fd);
	int rc = -1;

	if (!dir) {
		(void)err_sys(e, errno, "cannot read folder '%s'", name);
		(void)close(fd);
		return -1;
	}
	for (errno = 0; (d = readdir(dir)) != NULL; errno = 0)
		if (!is_dots(d->d_name) &&
		    remove_at(dirfd(dir), d->d_name, e) < 0)
			goto out;
	if (errno != 0) {
		(void)err_sys(e, errno, "cannot read folder '%s'", name);
		goto out;
	}
	rc = 0;
out:
	(void)closedir(dir);
	return rc;
}

/* By descriptor and without following links: nobody can lead us elsewhere. */
static int
remove_at(int parent, const char *name, struct err *e)
{
	struct stat st;
	int fd;

	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 :
		    err_sys(e, errno, "cannot remove '%s'", name);
	if (!S_ISDIR(st.st_mode)) {
		if (do_unlinkat(parent, name, 0) < 0 && errno != ENOENT)
			return err_sys(e, errno, "cannot remove '%s'", name);
		return 0;
	}
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "cannot open folder '%s'", name);
	if (empty_fd(fd, name, e) < 0)
		return -1;
	if (do_unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_sys(e, errno, "cannot remove folder '%s'", name);
	return 0;
}

int
file_remove_tree(const char *dir, struct err *e)
{
	return remove_at(AT_FDCWD, dir, e);
}

int
file_each(const char *dir,
	int (*fn)(const char *name, void *arg, struct err *e), void *arg,
	struct err *e)
{
	struct dirent *ent;
	DIR *d = opendir(dir);
	int rc = -1;

	if (!d)
		return err_sys(e, errno, "cannot read folder '%s'", dir);
	for (errno = 0; (ent = readdir(d)) != NULL; errno = 0)
		if (!is_dots(ent->d_name) && fn(ent->d_name, arg, e) < 0)
			goto out;
	if (errno != 0) {
		(void)err_sys(e, errno, "cannot read folder '%s'", dir);
		goto out;
	}
	rc = 0;
out:
	(void)closedir(d);
	return rc;
}

static int
sweep_one(const char *name, void *arg, struct err *e)
{
	const char *dir = arg;
	char *path;
	int rc;

	if (!str_starts(name, FILE_TMP_PREFIX))
		return 0;
	path = path_join(dir, name);
	if (!path)
		return err_nomem(e);
	rc = file_is_dir(path) ? 0 : file_remove(path, e);
	free(path);
	return rc;
}

int
file_sweep(const char *dir, struct err *e)
{
	char *copy;
	int rc;

	if (!file_exists(dir))
		return 0;
	copy = str_dup(dir);
	if (!copy)
		return err_nomem(e);
	rc = file_each(dir, sweep_one, copy, e);
	free(copy);
	return rc;
}

bool
file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

bool
file_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The pid that the holder has left in the file; 0: none that makes sense. */
static pid_t
read_holder(int fd)
{
	char text[32];
	int64_t pid;
	ssize_t n;

	n = pread(fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (str_to_i64(text, 1, INT32_MAX, &pid) < 0)
		return 0;
	return (pid_t)pid;
}

static int
tell_holder(int fd, const char *path, struct err *e)
{
	pid_t pid = read_holder(fd);

	if (pid > 0)
		return err_set(e, ERR_LOCKED, "process %d holds the lock '%s'",
		    (int)pid, path);
	return err_set(e, ERR_LOCKED, "another process holds the lock '%s'",
	    path);
}

/*
 * A child has the descriptor, and so the lock, until it reaches exec or closes
 * it: if its parent is killed in between, the lock outlives the holder by a
 * moment, which is long on a busy machine.
 */
static bool
holder_is_dead(int fd)
{
	pid_t pid = read_holder(fd);

	return pid > 0 && kill(pid, 0) < 0 && errno == ESRCH;
}

int
file_lock(const char *path, int *fd_out, struct err *e)
{
	struct timespec pause = {0, 10000000};
	int fd, n, tries = 0;
	char text[32];

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY,
	    0600);
	if (fd < 0)
		return err_sys(e, errno, "cannot open lock '%s'", path);
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK) {
			(void)err_sys(e, errno, "cannot lock '%s'", path);
		} else if (tries++ < LOCK_TRIES && holder_is_dead(fd)) {
			(void)nanosleep(&pause, NULL);
			continue;
		} else {
			(void)tell_holder(fd, path, e);
		}
		(void)close(fd);
		return -1;
	}
	/* Not vital: a full disk does not matter here. */
	n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) < 0)
		n = 0;
	*fd_out = fd;
	return 0;
}
