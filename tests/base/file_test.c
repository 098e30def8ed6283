/* tests/base/file_test.c - including what a power cut may leave behind. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/path.h"
#include "base/str.h"

#include "base/banned.h"

#define KILLED 86	/* exit status of a child that file_fault() ended */

static char dir[64];

static int
make_dir(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "file_test.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int
remove_dir(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	file_fault(0, 0, false);
	return file_remove_tree(dir, &e);
}

/* DIR/NAME; good until the next but three. */
static const char *
in_dir(const char *name)
{
	static char ring[4][256];
	static unsigned at;
	char *s = ring[at++ % 4];

	(void)snprintf(s, 256, "%s/%s", dir, name);
	return s;
}

static void
check_content(const char *path, const char *want)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	if (file_load(path, &b, &e) < 0)
		fail_msg("%s", e.what);
	assert_int_equal(b.len, strlen(want));
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static int
count_one(const char *name, void *arg, struct err *e)
{
	size_t *n = arg;

	(void)name;
	(void)e;
	(*n)++;
	return 0;
}

static size_t
count(const char *path)
{
	struct err e = ERR_INIT;
	size_t n = 0;

	assert_int_equal(file_each(path, count_one, &n, &e), 0);
	return n;
}

static void
saves_and_loads(void **state)
{
	struct buf b = BUF_INIT(5);
	struct err e = ERR_INIT;
	struct stat st;
	mode_t mask = umask(077);

	(void)state;
	assert_int_equal(file_save(in_dir("f"), "old", 3, 0600, &e), 0);
	check_content(in_dir("f"), "old");
	assert_int_equal(file_save(in_dir("f"), "newer", 5, 0644, &e), 0);
	check_content(in_dir("f"), "newer");
	assert_int_equal(stat(in_dir("f"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);	/* not the umask */
	(void)umask(mask);
	assert_int_equal(count(dir), 1);

	assert_int_equal(file_load(in_dir("f"), &b, &e), 0);	/* just fits */
	assert_int_equal(b.len, 5);
	assert_int_equal(file_load(in_dir("f"), &b, &e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	buf_release(&b);
	assert_int_equal(file_load(in_dir("none"), &b, &e), -1);
	assert_int_equal(e.code, ERR_NOENT);
	assert_int_equal(file_load(dir, &b, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(file_save(in_dir("none/f"), "x", 1, 0600, &e), -1);
	assert_int_equal(e.code, ERR_NOENT);

	assert_int_equal(file_save(in_dir("f"), NULL, 0, 0600, &e), 0);
	assert_int_equal(file_load(in_dir("f"), &b, &e), 0);
	assert_int_equal(b.len, 0);
	assert_string_equal(buf_str(&b), "");
	buf_release(&b);
}

/* Sizes that stat() does not know. */
static void
loads_pipes_and_proc(void **state)
{
	struct buf b = BUF_INIT(300000);
	struct err e = ERR_INIT;
	char text[1000];
	int fds[2];
	size_t i;

	(void)state;
	assert_int_equal(file_load("/proc/self/status", &b, &e), 0);
	assert_true(b.len > 100);
	buf_clear(&b);
	memset(text, 'x', sizeof(text));
	assert_int_equal(pipe(fds), 0);
	for (i = 0; i < 50; i++)
		assert_int_equal(file_write(fds[1], text, sizeof(text), "p",
		    &e), 0);
	assert_int_equal(close(fds[1]), 0);
	assert_int_equal(file_load_fd(fds[0], "p", &b, &e), 0);
	assert_int_equal(b.len, 50000);
	assert_int_equal(close(fds[0]), 0);
	buf_release(&b);
}

static void
reads_and_writes(void **state)
{
	struct err e = ERR_INIT;
	char text[8] = "";
	size_t got;
	int fd;

	(void)state;
	fd = open(in_dir("f"), O_RDWR | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, "abcdef", 6, "f", &e), 0);
	assert_int_equal(file_pwrite(fd, "XY", 2, 2, "f", &e), 0);
	assert_int_equal(file_pwrite(fd, "XY", 2, -1, "f", &e), -1);
	assert_int_equal(file_pread(fd, text, 8, 0, &got, "f", &e), 0);
	assert_int_equal(got, 6);
	assert_memory_equal(text, "abXYef", 6);
	assert_int_equal(file_pread(fd, text, 2, 4, &got, "f", &e), 0);
	assert_int_equal(got, 2);
	assert_int_equal(lseek(fd, 5, SEEK_SET), 5);
	assert_int_equal(file_read(fd, text, 8, &got, "f", &e), 0);
	assert_int_equal(got, 1);
	assert_int_equal(file_read(fd, text, 8, &got, "f", &e), 0);
	assert_int_equal(got, 0);
	assert_int_equal(file_fsync(fd, "f", &e), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(file_read(-1, text, 1, &got, "f", &e), -1);
	assert_int_equal(file_pread(-1, text, 1, 0, &got, "f", &e), -1);
	assert_int_equal(file_write(-1, text, 1, "f", &e), -1);
	assert_int_equal(file_fsync(-1, "f", &e), -1);
	assert_int_equal(e.sys, EBADF);
	assert_int_equal(file_fsync_dir(dir, &e), 0);
	assert_int_equal(file_fsync_dir(in_dir("none"), &e), -1);
	assert_int_equal(e.code, ERR_NOENT);
	fd = open("/dev/full", O_WRONLY);
	if (fd >= 0) {
		assert_int_equal(file_write(fd, "x", 1, "full", &e), -1);
		assert_int_equal(e.code, ERR_SPACE);
		(void)close(fd);
	}
}

static void
new_file_not_committed(void **state)
{
	struct file_new f = FILE_NEW_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(file_save(in_dir("f"), "old", 3, 0600, &e), 0);
	assert_int_equal(file_new_open(&f, in_dir("f"), 0600, &e), 0);
	assert_true(fcntl(f.fd, F_GETFD) & FD_CLOEXEC);
	assert_true(str_starts(path_name(f.tmp), FILE_TMP_PREFIX));
	assert_int_equal(file_write(f.fd, "new", 3, "f", &e), 0);
	assert_int_equal(count(dir), 2);
	file_new_release(&f);
	assert_int_equal(count(dir), 1);
	check_content(in_dir("f"), "old");
	file_new_release(&f);
}

static void
nameless_files(void **state)
{
	struct err e = ERR_INIT;
	struct stat st;
	char byte = 0;
	size_t got;
	int fd;

	(void)state;
	fd = file_nameless(dir, &e);
	assert_true(fd > 2);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(count(dir), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(file_pwrite(fd, "abc", 3, 0, "f", &e), 0);
	assert_int_equal(file_pread(fd, &byte, 1, 2, &got, "f", &e), 0);
	assert_int_equal(byte, 'c');
	(void)close(fd);
	assert_int_equal(file_nameless(in_dir("none"), &e), -1);
	assert_int_equal(e.code, ERR_NOENT);
}

static void
renames_and_removes(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(file_save(in_dir("a"), "a", 1, 0600, &e), 0);
	assert_int_equal(file_save(in_dir("b"), "b", 1, 0600, &e), 0);
	assert_int_equal(file_rename(in_dir("a"), in_dir("b"), &e), 0);
	assert_false(file_exists(in_dir("a")));
	check_content(in_dir("b"), "a");
	assert_int_equal(file_rename(in_dir("a"), in_dir("b"), &e), -1);
	assert_int_equal(e.code, ERR_NOENT);
	assert_int_equal(file_remove(in_dir("b"), &e), 0);
	assert_int_equal(file_remove(in_dir("b"), &e), 0);
	assert_int_equal(file_remove(dir, &e), -1);
}

static void
makes_folders(void **state)
{
	struct err e = ERR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(file_mkdirs(in_dir("a/b//c/"), 0700, &e), 0);
	assert_int_equal(file_mkdirs(in_dir("a/b/c"), 0700, &e), 0);
	assert_int_equal(stat(in_dir("a/b"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_true(file_is_dir(in_dir("a/b/c")));
	assert_int_equal(file_save(in_dir("f"), "", 0, 0600, &e), 0);
	assert_false(file_is_dir(in_dir("f")));
	assert_int_equal(file_mkdirs(in_dir("f"), 0700, &e), -1);
	assert_int_equal(e.sys, ENOTDIR);
	assert_int_equal(file_mkdirs(in_dir("f/x"), 0700, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(file_mkdirs("/", 0700, &e), 0);
}

/* Links are removed; what they point to stays. */
static void
removes_trees(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(file_mkdirs(in_dir("t/a/b"), 0700, &e), 0);
	assert_int_equal(file_mkdirs(in_dir("keep"), 0700, &e), 0);
	assert_int_equal(file_save(in_dir("keep/f"), "x", 1, 0600, &e), 0);
	assert_int_equal(file_save(in_dir("t/a/f"), "x", 1, 0400, &e), 0);
	assert_int_equal(symlink("../../keep", in_dir("t/a/link")), 0);
	assert_int_equal(symlink("nowhere", in_dir("t/dead")), 0);
	assert_int_equal(symlink("keep", in_dir("top")), 0);
	assert_true(file_exists(in_dir("t/dead")));
	assert_true(file_is_dir(in_dir("top")));
	assert_int_equal(file_remove_tree(in_dir("t"), &e), 0);
	assert_false(file_exists(in_dir("t")));
	assert_int_equal(file_remove_tree(in_dir("t"), &e), 0);
	assert_int_equal(file_remove_tree(in_dir("top"), &e), 0);
	assert_false(file_exists(in_dir("top")));
	check_content(in_dir("keep/f"), "x");
}

static void
sweeps(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(file_save(in_dir(FILE_TMP_PREFIX "1"), "x", 1, 0600,
	    &e), 0);
	assert_int_equal(file_save(in_dir(FILE_TMP_PREFIX), "x", 1, 0600, &e),
	    0);
	assert_int_equal(file_save(in_dir("keep"), "x", 1, 0600, &e), 0);
	assert_int_equal(file_mkdirs(in_dir(FILE_TMP_PREFIX "d"), 0700, &e),
	    0);
	assert_int_equal(file_sweep(dir, &e), 0);
	assert_int_equal(count(dir), 2);
	assert_true(file_exists(in_dir("keep")));
	assert_int_equal(file_sweep(in_dir("none"), &e), 0);
	assert_int_equal(file_sweep(in_dir("keep"), &e), -1);
}

static int
stop_at_second(const char *name, void *arg, struct err *e)
{
	int *n = arg;

	return ++*n == 2 ? err_set(e, ERR_USAGE, "at '%s'", name) : 0;
}

static void
each_stops(void **state)
{
	struct err e = ERR_INIT;
	int n = 0;

	(void)state;
	assert_int_equal(file_save(in_dir("a"), "", 0, 0600, &e), 0);
	assert_int_equal(file_save(in_dir("b"), "", 0, 0600, &e), 0);
	assert_int_equal(file_save(in_dir("c"), "", 0, 0600, &e), 0);
	assert_int_equal(file_each(dir, stop_at_second, &n, &e), -1);
	assert_int_equal(n, 2);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(file_each(in_dir("none"), stop_at_second, &n, &e),
	    -1);
	assert_int_equal(e.code, ERR_NOENT);
}

static void
locks(void **state)
{
	struct err e = ERR_INIT;
	struct stat st;
	char text[64];
	int fd, fd2, status;
	pid_t pid;

	(void)state;
	assert_int_equal(file_lock(in_dir("l"), &fd, &e), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(file_lock(in_dir("l"), &fd2, &e), -1);
	assert_int_equal(e.code, ERR_LOCKED);
	(void)snprintf(text, sizeof(text), "process %d holds", (int)getpid());
	assert_true(str_starts(e.what, text));
	assert_int_equal(close(fd), 0);
	assert_int_equal(file_lock(in_dir("l"), &fd, &e), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(file_lock(in_dir("none/l"), &fd, &e), -1);
	assert_int_equal(e.code, ERR_NOENT);

	/* It ends with the process, however that ends. */
	pid = fork();
	if (pid == 0) {
		if (file_lock(in_dir("l"), &fd, NULL) < 0)
			_exit(1);
		abort();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(file_lock(in_dir("l"), &fd, &e), 0);
	assert_int_equal(close(fd), 0);

	/* A child that has not reached exec yet is waited for. */
	pid = fork();
	if (pid == 0) {
		if (file_lock(in_dir("l"), &fd, NULL) < 0)
			_exit(1);
		if (fork() == 0) {
			(void)usleep(200000);
			_exit(0);
		}
		abort();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(file_lock(in_dir("l"), &fd, &e), 0);
	assert_int_equal(close(fd), 0);
}

/*
 * Every operation of file_save() fails once, with each errno of interest; the
 * target is the old or the new file, whole, and old where file_save() failed
 * before the rename.
 */
static void
save_survives_each_fault(void **state)
{
	static const int errnos[] = {EIO, ENOSPC, EINTR};
	struct buf b = BUF_INIT(100);
	struct err e = ERR_INIT;
	unsigned long nth;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++)
		for (nth = 1;; nth++) {
			assert_int_equal(file_save(in_dir("f"), "old", 3,
			    0600, &e), 0);
			err_clear(&e);
			file_fault(nth, errnos[i], false);
			rc = file_save(in_dir("f"), "newer", 5, 0600, &e);
			buf_clear(&b);
			assert_int_equal(file_load(in_dir("f"), &b, NULL), 0);
			if (rc == 0) {
				assert_string_equal(buf_str(&b), "newer");
			} else {
				assert_string_equal(buf_str(&b),
				    nth <= 3 ? "old" : "newer");
				assert_int_equal(e.sys, errnos[i]);
			}
			file_fault(0, 0, false);
			assert_int_equal(file_sweep(dir, &e), 0);
			assert_int_equal(count(dir), 1);
			/* write, fsync, rename, fsync of the folder */
			if (nth > 4)
				break;
			/* EINTR is tried again but by rename */
			if (errnos[i] == EINTR && nth != 3)
				assert_int_equal(rc, 0);
			else
				assert_int_equal(rc, -1);
		}
	buf_release(&b);
}

/* The same with the process gone at that point. */
static void
save_survives_each_kill(void **state)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(100);
	unsigned long nth;
	int status;
	pid_t pid;

	(void)state;
	for (nth = 1;; nth++) {
		assert_int_equal(file_save(in_dir("f"), "old", 3, 0600, &e),
		    0);
		pid = fork();
		if (pid == 0) {
			file_fault(nth, 0, true);
			_exit(file_save(in_dir("f"), "newer", 5, 0600, NULL) ==
			    0 ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		buf_clear(&b);
		assert_int_equal(file_load(in_dir("f"), &b, &e), 0);
		assert_string_equal(buf_str(&b), nth <= 3 ? "old" : "newer");
		assert_int_equal(file_sweep(dir, &e), 0);
		assert_int_equal(count(dir), 1);
		if (WEXITSTATUS(status) != KILLED)
			break;
	}
	assert_int_equal(nth, 5);
	assert_int_equal(WEXITSTATUS(status), 0);
	buf_release(&b);
}

/* Unlink, mkdir and rename apart; each shows its error and can be repeated. */
static void
others_report_faults(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	file_fault(1, EACCES, false);
	assert_int_equal(file_mkdirs(in_dir("a/b"), 0700, &e), -1);
	assert_int_equal(e.sys, EACCES);
	file_fault(2, EACCES, false);
	assert_int_equal(file_mkdirs(in_dir("a/b"), 0700, &e), -1);
	assert_true(file_is_dir(in_dir("a")));
	assert_int_equal(file_mkdirs(in_dir("a/b"), 0700, &e), 0);
	file_fault(1, EIO, false);
	assert_int_equal(file_remove_tree(in_dir("a"), &e), -1);
	assert_int_equal(e.sys, EIO);
	assert_int_equal(file_remove_tree(in_dir("a"), &e), 0);
	assert_int_equal(file_save(in_dir("x"), "x", 1, 0600, &e), 0);
	file_fault(1, EPERM, false);
	assert_int_equal(file_remove(in_dir("x"), &e), -1);
	assert_int_equal(e.sys, EPERM);
	file_fault(1, EROFS, false);
	assert_int_equal(file_rename(in_dir("x"), in_dir("y"), &e), -1);
	assert_true(file_exists(in_dir("x")));
	file_fault(2, EIO, false);
	assert_int_equal(file_rename(in_dir("x"), in_dir("y"), &e), -1);
	check_content(in_dir("y"), "x");
	file_fault(1, EIO, false);
	assert_int_equal(file_fsync_dir(dir, &e), -1);
	file_fault(1, EINVAL, false);	/* a filesystem without it */
	assert_int_equal(file_fsync_dir(dir, &e), 0);
}

/* This program again as `file_test save PATH`, with a fault in its way. */
static int
save_in_child(const char *fault)
{
	const char *path = in_dir("f");
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)setenv("LIUDI_FILE_FAULT", fault, 1);
		(void)execl("/proc/self/exe", "file_test", "save", path,
		    (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Obeyed in builds for it, and in no other. */
static void
fault_from_environment(void **state)
{
#ifdef LIUDI_FAULTS
	const int failed = EIO, killed = KILLED;
#else
	const int failed = 0, killed = 0;
#endif
	char text[16];

	(void)state;
	(void)snprintf(text, sizeof(text), "2:%d", EIO);
	assert_int_equal(save_in_child(text), failed);
	assert_int_equal(save_in_child("3:kill"), killed);
	assert_int_equal(save_in_child("9:kill"), 0);
	assert_int_equal(save_in_child("kill"), 0);
	assert_int_equal(save_in_child("0:kill"), 0);
}

#define IN_DIR(t) cmocka_unit_test_setup_teardown(t, make_dir, remove_dir)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(saves_and_loads),
		IN_DIR(loads_pipes_and_proc),
		IN_DIR(reads_and_writes),
		IN_DIR(nameless_files),
		IN_DIR(new_file_not_committed),
		IN_DIR(renames_and_removes),
		IN_DIR(makes_folders),
		IN_DIR(removes_trees),
		IN_DIR(sweeps),
		IN_DIR(each_stops),
		IN_DIR(locks),
		IN_DIR(save_survives_each_fault),
		IN_DIR(save_survives_each_kill),
		IN_DIR(others_report_faults),
		IN_DIR(fault_from_environment)
	};
	struct err e = ERR_INIT;

	if (argc == 3 && str_eq(argv[1], "save"))
		return file_save(argv[2], "text", 4, 0600, &e) < 0 ? e.sys : 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
