/*
 * source/database.c - copies of live databases, by SQLite's own backup.
 *
 * Never VACUUM INTO: it numbers the pages anew, so that nothing is the same in
 * the next run.  Never immutable=1: it passes over the -wal without a word.
 *
 * Ways, in this order:
 * 1. backup from the file itself, opened for reading;
 * 2. where SQLite would have to write beside it for that (a journal left by a
 *    crash, a -wal in a folder that cannot be written) or has no room for the
 *    path: the bytes of both files, taken under SQLite's locks, and backup
 *    from these.
 */
#include "source/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/sandbox.h"
#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

#define BUSY_MS 3000		/* for a lock that another program has */
#define HOLD_MS 10000		/* a lock of ours, at most */
#define CHILD_SECONDS 3600	/* for one database, at most */
#define STEP_PAGES 2048		/* between two looks at the writers */
#define RESTARTS_MAX 3		/* then the writers wait */
#define RAW_TRIES 3
#define COPY_LEN ((size_t)1 << 20)

/* Bytes that SQLite locks: os.h of the sources, walformat.html 2.2.2. */
#define SHARED_FIRST 0x40000002
#define SHARED_SIZE 510
#define CKPT_LOCK 121

enum outcome {		/* exit status of the child */
	OUT_DONE, OUT_PLAIN, OUT_BUSY, OUT_GONE, OUT_SPACE, OUT_FAILED,
	OUT_NOBOX, OUT_RAW
};

struct job {
	const char *path;	/* of the database */
	const char *tmp_dir;
	char *out;		/* the copy, empty at first */
	char *raw;		/* copy of the bytes, where needed */
	char why[256];		/* for the message */
};

bool
database_is(const uint8_t head[static DATABASE_HEAD_LEN])
{
	const unsigned size = database_page_size(head);

	return memcmp(head, "SQLite format 3", 16) == 0 && size >= 512 &&
	    size <= 65536 && (size & (size - 1)) == 0 && head[19] <= 2 &&
	    head[21] == 64 && head[22] == 32 && head[23] == 32;
}

unsigned
database_page_size(const uint8_t head[static DATABASE_HEAD_LEN])
{
	const unsigned size = (unsigned)head[16] << 8 | head[17];

	return size == 1 ? 65536 : size;
}

bool
database_is_wal(const uint8_t head[static DATABASE_HEAD_LEN])
{
	return head[19] == 2;
}

/* --- Bytes and locks. */

/* A lock of the open file description; no other of ours drops it. */
static int
set_lock(int fd, short type, off_t start, off_t len)
{
	struct flock lock = {
		.l_type = type, .l_whence = SEEK_SET, .l_start = start,
		.l_len = len
	};
	const struct timespec nap = {0, 20 * 1000000};
	const int64_t until = clock_mono_ms() + BUSY_MS;

	while (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
		if ((errno != EAGAIN && errno != EACCES && errno != EINTR) ||
		    clock_mono_ms() >= until)
			return -1;
		(void)nanosleep(&nap, NULL);	/* shorter is no harm */
	}
	return 0;
}

/*
 * All of IN, from its beginning, to OUT.  Returns 0, 1 if UNTIL came first (of
 * clock_mono_ms(); 0: never), or -1.
 */
static int
copy_bytes(int in, int out, int64_t until, struct err *e)
{
	uint8_t *data = malloc(COPY_LEN);
	int64_t off = 0;
	size_t got;
	int rc = -1;

	if (!data)
		return err_nomem(e);
	do {
		if (until != 0 && clock_mono_ms() >= until) {
			rc = 1;
			goto out;
		}
		if (file_pread(in, data, COPY_LEN, off, &got, "database",
		    e) < 0 || file_pwrite(out, data, got, off, "copy", e) < 0)
			goto out;
		off += (int64_t)got;
	} while (got == COPY_LEN);
	rc = 0;
out:
	free(data);
	return rc;
}

static bool
same_stat(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* A new empty file in TMP_DIR; its name on the heap. */
static int
make_temp(const char *tmp_dir, char **path, int *fd, struct err *e)
{
	uint8_t random[8];
	char hex[2 * sizeof(random) + 1];
	char *p;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return err_sys(e, errno, "no random bytes");
	str_hex(hex, random, sizeof(random));
	p = str_fmt("%s/" FILE_TMP_PREFIX "db-%s", tmp_dir, hex);
	if (!p)
		return err_nomem(e);
	*fd = open(p, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (*fd < 0) {
		free(p);
		return err_sys(e, errno, "cannot create a file in '%s'",
		    tmp_dir);
	}
	*path = p;
	return 0;
}

/* --- The child. */

static enum outcome
failed(struct job *j, enum outcome o, const char *why)
{
	(void)snprintf(j->why, sizeof(j->why), "%s", why);
	return o;
}

static enum outcome
failed_err(struct job *j, const struct err *e)
{
	return failed(j, e->code == ERR_SPACE ? OUT_SPACE :
	    e->code == ERR_NOENT ? OUT_GONE : OUT_FAILED, e->what);
}

/* What became of it, for an (extended) result code of SQLite. */
static enum outcome
failed_sqlite(struct job *j, int rc)
{
	enum outcome o = OUT_FAILED;

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		o = OUT_BUSY;
		break;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		o = OUT_PLAIN;
		break;
	case SQLITE_FULL:
		o = OUT_SPACE;
		break;
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PROTOCOL:
	case SQLITE_PERM:
		o = OUT_RAW;
		break;
	case SQLITE_IOERR:
		/* Locks or shared memory that a filesystem does not have. */
		if (rc == SQLITE_IOERR_LOCK || rc == SQLITE_IOERR_RDLOCK ||
		    rc == SQLITE_IOERR_SHMOPEN || rc == SQLITE_IOERR_SHMMAP ||
		    rc == SQLITE_IOERR_SHMSIZE || rc == SQLITE_IOERR_SHMLOCK)
			o = OUT_RAW;
		break;
	default:
		break;
	}
	return failed(j, o, sqlite3_errstr(rc));
}

/* Nothing of the file's own making runs, and our end changes nothing. */
static int
open_source(const char *path, int flags, sqlite3 **db)
{
	int rc = sqlite3_open_v2(path, db, flags | SQLITE_OPEN_PRIVATECACHE |
	    SQLITE_OPEN_NOMUTEX, NULL);

	if (rc != SQLITE_OK)
		return *db ? sqlite3_extended_errcode(*db) : SQLITE_NOMEM;
	(void)sqlite3_extended_result_codes(*db, 1);
	rc = sqlite3_db_config(*db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0,
		    NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1,
		    NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(*db,
		    SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(*db, BUSY_MS);
	return rc;
}

/* A copy that is lost with us needs neither journal nor fsync. */
static int
open_copy(const char *path, sqlite3 **db)
{
	int rc = sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc != SQLITE_OK)
		return rc;
	(void)sqlite3_extended_result_codes(*db, 1);
	return sqlite3_exec(*db, "PRAGMA journal_mode = off;"
	    "PRAGMA synchronous = off;"
	    "PRAGMA temp_store = memory;", NULL, NULL, NULL);
}

/*
 * In a database with a rollback journal our lock holds the writers up, so it
 * is given back between the steps; a write then makes SQLite begin again.  A
 * reader of a -wal disturbs nobody: all in one step.
 */
static int
run_backup(sqlite3_backup *b, bool wal)
{
	const struct timespec nap = {0, 1000000};
	int restarts = 0, done = 0, was, rc;

	do {
		rc = sqlite3_backup_step(b, wal || restarts > RESTARTS_MAX ?
		    -1 : STEP_PAGES);
		was = done;
		done = sqlite3_backup_pagecount(b) -
		    sqlite3_backup_remaining(b);
		if (rc == SQLITE_OK && done <= was)
			restarts++;
		if (rc == SQLITE_OK)
			(void)nanosleep(&nap, NULL);	/* let writers in */
	} while (rc == SQLITE_OK);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static bool
path_is_wal(const char *path)
{
	uint8_t head[DATABASE_HEAD_LEN];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return false;
	n = pread(fd, head, sizeof(head), 0);
	(void)close(fd);	/* before SQLite has locks on the file */
	return n == (ssize_t)sizeof(head) && database_is_wal(head);
}

static enum outcome
backup(struct job *j, const char *path, int flags)
{
	sqlite3 *from = NULL, *to = NULL;
	sqlite3_backup *b;
	enum outcome o;
	const bool wal = path_is_wal(path);
	int rc, rc2;

	rc = open_copy(j->out, &to);
	if (rc != SQLITE_OK) {
		o = failed_sqlite(j, rc);
		o = o == OUT_SPACE ? o : OUT_FAILED;
		goto out;
	}
	rc = open_source(path, flags, &from);
	if (rc != SQLITE_OK) {
		o = failed_sqlite(j, rc);
		goto out;
	}
	b = sqlite3_backup_init(to, "main", from, "main");
	if (!b) {
		o = failed(j, OUT_FAILED, sqlite3_errmsg(to));
		goto out;
	}
	rc = run_backup(b, wal);
	rc2 = sqlite3_backup_finish(b);
	if (rc == SQLITE_OK)
		rc = rc2;
	o = rc == SQLITE_OK ? OUT_DONE : failed_sqlite(j, rc);
out:
	(void)sqlite3_close(from);	/* read only */
	if (sqlite3_close(to) != SQLITE_OK && o == OUT_DONE)
		o = failed(j, OUT_FAILED, "cannot close the copy");
	return o;
}

/* The bytes of PATH become those of TO; *st is how it was. */
static enum outcome
copy_file(struct job *j, const char *path, const char *to, int from,
	struct stat *st)
{
	struct err e = ERR_INIT;
	int in = from, out = -1;
	enum outcome o = OUT_FAILED;

	if (in < 0)
		in = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (in < 0 || out < 0 || fstat(in, st) < 0) {
		o = in < 0 && errno == ENOENT ? OUT_GONE : OUT_FAILED;
		(void)failed(j, o, strerror(errno));
	} else if (!S_ISREG(st->st_mode)) {
		(void)failed(j, o, "not a regular file");
	} else if (copy_bytes(in, out, 0, &e) < 0) {
		o = failed_err(j, &e);
	} else {
		o = OUT_DONE;
	}
	if (in >= 0 && in != from)
		(void)close(in);	/* read only */
	if (out >= 0)
		(void)close(out);	/* SQLite reads it back */
	return o;
}

/*
 * The database, open as FD, and what stands beside it under SUFFIX to j->raw.
 * OUT_BUSY if one of them changed meanwhile, locks or not.
 */
static enum outcome
copy_pair(struct job *j, int fd, const char *suffix)
{
	struct stat st[2], now[2];
	enum outcome o = OUT_FAILED;
	char *side = str_fmt("%s%s", j->path, suffix);
	char *to = str_fmt("%s%s", j->raw, suffix);
	bool had_side;

	if (!side || !to) {
		(void)failed(j, o, "out of memory");
		goto out;
	}
	o = copy_file(j, j->path, j->raw, fd, &st[0]);
	if (o != OUT_DONE)
		goto out;
	o = copy_file(j, side, to, -1, &st[1]);
	had_side = o == OUT_DONE;
	if (o == OUT_GONE) {
		(void)unlink(to);	/* there may be none */
		o = OUT_DONE;
	}
	if (o != OUT_DONE)
		goto out;
	/* A -wal may grow: its end is left out if it is not whole. */
	if (fstat(fd, &now[0]) < 0 || !same_stat(&st[0], &now[0]) ||
	    (lstat(side, &now[1]) == 0) != had_side ||
	    (had_side && now[1].st_ino != st[1].st_ino))
		o = failed(j, OUT_BUSY, "it changes all the time");
out:
	free(side);
	free(to);
	return o;
}

static enum outcome
backup_raw(struct job *j)
{
	const bool wal = path_is_wal(j->path);
	char *shm_path = str_fmt("%s-shm", j->path);
	enum outcome o = OUT_FAILED;
	int fd = -1, shm = -1, i;

	fd = open(j->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || !shm_path) {
		o = failed(j, fd < 0 && errno == ENOENT ? OUT_GONE : o,
		    fd < 0 ? strerror(errno) : "out of memory");
		goto out;
	}
	/* EXCLUSIVE, of a writer, and our SHARED keep each other out. */
	if (set_lock(fd, F_RDLCK, SHARED_FIRST, SHARED_SIZE) < 0 &&
	    (errno == EAGAIN || errno == EACCES)) {
		o = failed(j, OUT_BUSY, "another program has locked it");
		goto out;
	}
	if (wal)
		shm = open(shm_path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	/* Without the lock the bytes are compared afterwards all the same. */
	if (shm >= 0)
		(void)set_lock(shm, F_WRLCK, CKPT_LOCK, 1);
	for (i = 0, o = OUT_BUSY; i < RAW_TRIES && o == OUT_BUSY; i++)
		o = copy_pair(j, fd, wal ? "-wal" : "-journal");
out:
	if (shm >= 0)
		(void)close(shm);	/* the lock goes with it */
	if (fd >= 0)
		(void)close(fd);	/* read only; and its lock */
	free(shm_path);
	if (o == OUT_DONE && truncate(j->out, 0) < 0)
		o = failed(j, OUT_FAILED, strerror(errno));
	if (o == OUT_DONE) {
		o = backup(j, j->raw, SQLITE_OPEN_READWRITE);
		o = o == OUT_RAW ? OUT_FAILED : o;
	}
	return o;
}

/* Runs in the child: the outcome is its status, the reason goes to FD. */
static int
child(int fd, void *arg)
{
	struct job *j = arg;
	struct err e = ERR_INIT;
	char *dir = path_dir(j->path);
	const char *const rw[] = {dir, j->tmp_dir, NULL};
	const struct sandbox_paths paths = {NULL, rw};
	enum outcome o;

	/* A file that becomes a pipe must not hold us for ever. */
	(void)alarm(CHILD_SECONDS);
	if (!dir || sandbox_enter(SANDBOX_PARSER, &paths, &e) < 0) {
		o = failed(j, OUT_NOBOX, dir ? e.what : "out of memory");
	} else {
		o = backup(j, j->path, SQLITE_OPEN_READONLY |
		    SQLITE_OPEN_NOFOLLOW);
		if (o == OUT_RAW)
			o = backup_raw(j);
	}
	free(dir);
	if (o != OUT_DONE)
		(void)file_write(fd, j->why, strlen(j->why), "pipe", &e);
	return (int)o;
}

/* --- The parent. */

static void
remove_temps(const char *path)
{
	static const char *const suffix[] = {"", "-journal", "-shm", "-wal"};
	char *p;
	size_t i;

	for (i = 0; path && i < sizeof(suffix) / sizeof(suffix[0]); i++) {
		p = str_fmt("%s%s", path, suffix[i]);
		if (p)
			(void)unlink(p);	/* most are not there */
		free(p);
	}
}

/* What the child has told, made clean: it has read foreign bytes. */
static int
explain(enum outcome o, const char *shown, const void *why, size_t n,
	struct err *e)
{
	struct buf text = BUF_INIT(4096);
	const char *reason;

	(void)utf8_add_shown(&text, why, n, NULL);	/* or none */
	reason = text.len > 0 ? buf_str(&text) : "the copying process died";
	switch (o) {
	case OUT_GONE:
		(void)err_set(e, ERR_NOENT, "database '%s' is gone", shown);
		break;
	case OUT_BUSY:
		(void)err_set(e, ERR_IO, "database '%s' is busy: %s", shown,
		    reason);
		(void)err_hint(e, "close the program that uses it, or wait "
		    "for the next run");
		break;
	case OUT_NOBOX:
		(void)err_set(e, ERR_FAIL, "%s", reason);
		break;
	default:
		(void)err_set(e, o == OUT_SPACE ? ERR_SPACE : ERR_IO,
		    "cannot copy database '%s': %s", shown, reason);
	}
	buf_release(&text);
	return -1;
}

/* Run the child on J.  Returns 0, 1 (no database) or -1. */
static int
run_child(struct job *j, const char *shown, struct err *e)
{
	char why[sizeof(j->why)];
	size_t got = 0;
	int fd = -1, status, rc;
	pid_t pid = proc_fork(child, j, NULL, 0, &fd, e);

	if (pid < 0)
		return -1;
	rc = file_read(fd, why, sizeof(why), &got, "pipe", e);
	(void)close(fd);	/* read only */
	status = proc_wait_pid(pid, rc < 0 ? NULL : e);
	if (rc < 0 || status < 0)
		return -1;
	if (status == OUT_DONE)
		return 0;
	if (status == OUT_PLAIN)
		return 1;
	return explain(status < OUT_RAW ? (enum outcome)status : OUT_FAILED,
	    shown, why, status < OUT_RAW ? got : 0, e);
}

int
database_copy(const char *path, const char *shown, const char *tmp_dir,
	int *fd_out, struct err *e)
{
	struct job j = {.path = path, .tmp_dir = tmp_dir};
	int fd = -1, rc = -1;

	if (make_temp(tmp_dir, &j.out, &fd, e) < 0)
		goto out;
	j.raw = str_fmt("%s.raw", j.out);
	if (!j.raw) {
		(void)err_nomem(e);
		goto out;
	}
	rc = run_child(&j, shown, e);
	if (rc == 0) {
		*fd_out = fd;
		fd = -1;
	}
out:
	if (fd >= 0)
		(void)close(fd);	/* given up */
	remove_temps(j.out);
	remove_temps(j.raw);
	free(j.out);
	free(j.raw);
	return rc;
}

/* FD's bytes to an unlinked temporary.  0, 1 (not by UNTIL) or -1. */
static int
copy_to_temp(int fd, const char *tmp_dir, int64_t until, int *fd_out,
	struct err *e)
{
	char *tmp = NULL;
	int out = -1, rc;

	if (make_temp(tmp_dir, &tmp, &out, e) < 0)
		return -1;
	(void)unlink(tmp);	/* else file_sweep() does it */
	free(tmp);
	rc = copy_bytes(fd, out, until, e);
	if (rc == 0)
		*fd_out = out;
	else
		(void)close(out);	/* given up */
	return rc;
}

/* NAME + SUFFIX, a regular file, in DIR; -1 if it is none. */
static int
open_side(int dir, const char *name, const char *suffix, int flags,
	struct stat *st)
{
	char *side = str_fmt("%s%s", name, suffix);
	int fd = -1;

	if (side)
		fd = openat(dir, side, flags | O_CLOEXEC | O_NOFOLLOW |
		    O_NONBLOCK);
	free(side);
	if (fd >= 0 && (fstat(fd, st) < 0 || !S_ISREG(st->st_mode))) {
		(void)close(fd);	/* nothing written */
		fd = -1;
	}
	return fd;
}

int
database_copy_locked(int fd, int dir, const char *name, const char *tmp_dir,
	struct database_pair *out, struct err *e)
{
	struct database_pair pair = {.fd = -1, .wal_fd = -1};
	struct stat before, after;
	const int64_t until = clock_mono_ms() + BUSY_MS + HOLD_MS;
	int shm, wal = -1, rc = 1;

	shm = open_side(dir, name, "-shm", O_RDWR, &before);
	if (shm < 0 || set_lock(shm, F_WRLCK, CKPT_LOCK, 1) < 0)
		goto out;
	if (fstat(fd, &before) < 0) {
		rc = err_sys(e, errno, "cannot look at '%s'", name);
		goto out;
	}
	rc = copy_to_temp(fd, tmp_dir, until, &pair.fd, e);
	if (rc != 0)
		goto out;
	/* In this order: what the -wal loses, the file has had before. */
	wal = open_side(dir, name, "-wal", O_RDONLY, &pair.wal);
	if (wal >= 0)
		rc = copy_to_temp(wal, tmp_dir, until, &pair.wal_fd, e);
	if (rc == 0 && (fstat(fd, &after) < 0 || !same_stat(&before, &after)))
		rc = 1;
out:
	if (shm >= 0)
		(void)close(shm);	/* the lock goes with it */
	if (wal >= 0)
		(void)close(wal);	/* read only */
	if (rc == 0) {
		*out = pair;
		return 0;
	}
	if (pair.fd >= 0)
		(void)close(pair.fd);	/* given up */
	if (pair.wal_fd >= 0)
		(void)close(pair.wal_fd);	/* given up */
	return rc;
}
