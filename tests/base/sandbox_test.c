/* tests/base/sandbox_test.c - each case in a child that enters and tries. */
#include "base/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"

#include "base/banned.h"

static char top[64], ro[128], rw[128], out[128];

static void
make_file(const char *folder, const char *name)
{
	struct err e = ERR_INIT;
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_save(path, "text", 4, 0600, &e), 0);
}

static int
make_dirs(void **state)
{
	(void)state;
	(void)snprintf(top, sizeof(top), "sandbox_test.XXXXXX");
	if (!mkdtemp(top))
		return -1;
	(void)snprintf(ro, sizeof(ro), "%s/ro", top);
	(void)snprintf(rw, sizeof(rw), "%s/rw", top);
	(void)snprintf(out, sizeof(out), "%s/out", top);
	if (mkdir(ro, 0700) < 0 || mkdir(rw, 0700) < 0 || mkdir(out, 0700) < 0)
		return -1;
	make_file(ro, "f");
	make_file(rw, "f");
	make_file(out, "f");
	return 0;
}

static int
remove_dirs(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return file_remove_tree(top, &e);
}

/* In the child: end with the line's number where COND does not hold. */
#define MUST(cond) do { \
	if (!(cond)) { \
		fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #cond, \
		    strerror(errno)); \
		_exit(1); \
	} \
} while (0)
/* It fails with one of the two that a sandbox gives. */
#define DENIED(call) do { \
	errno = 0; \
	MUST((call) < 0); \
	MUST(errno == EPERM || errno == EACCES); \
} while (0)

/* Run FN in a child; its wait status. */
static int
in_child(void (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		fn();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
enter(enum sandbox_kind kind, bool with_ro, bool with_rw)
{
	const char *const ro_list[] = {ro, "/no/such/tree", NULL};
	const char *const rw_list[] = {rw, NULL};
	struct sandbox_paths paths = {
		with_ro ? ro_list : NULL, with_rw ? rw_list : NULL
	};
	struct err e = ERR_INIT;

	if (sandbox_enter(kind, with_ro || with_rw ? &paths : NULL, &e) < 0) {
		fprintf(stderr, "%s\n", e.what);
		_exit(2);
	}
}

static int
try_open(const char *folder, const char *name, int flags)
{
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
	return fd;
}

static int
try_exec(void)
{
	char name[] = "true";
	char *argv[] = {name, NULL};

	return execv("/bin/true", argv);
}

static pid_t
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

/* What no sandboxed process can do, whatever its kind. */
static void
try_the_forbidden(void)
{
	DENIED(socket(AF_INET, SOCK_STREAM, 0));
	DENIED(socket(AF_UNIX, SOCK_STREAM, 0));
	DENIED(connect(0, NULL, 0));
	DENIED(bind(0, NULL, 0));
	DENIED(try_exec());
	DENIED(syscall(SYS_execveat, -1, "", NULL, NULL, 0));
	DENIED(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	DENIED(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
	DENIED(try_fork());
	DENIED(syscall(SYS_unshare, 0));
	DENIED(kill(getppid(), 0));
	DENIED(prctl(PR_SET_DUMPABLE, 1));
	DENIED(syscall(SYS_bpf, 0, NULL, 0));
	DENIED(syscall(SYS_io_uring_setup, 1, NULL));
	DENIED(syscall(SYS_keyctl, 0, 0, 0, 0, 0));
	DENIED(chdir("/"));
	DENIED(symlink("a", "b"));
	DENIED(link("a", "b"));
	MUST(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE |
	    MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	MUST(errno == EPERM);
}

/* What every sandboxed process can. */
static void
try_the_allowed(void)
{
	struct timespec ts;
	uint8_t *p;
	char c;
	int i;

	p = malloc(1 << 24);
	MUST(p);
	memset(p, 1, 1 << 24);
	p = realloc(p, 1 << 25);
	MUST(p);
	free(p);
	MUST(getrandom(&c, 1, 0) == 1);
	MUST(clock_gettime(CLOCK_REALTIME, &ts) == 0);
	ts.tv_sec = 0;
	ts.tv_nsec = 1000;
	MUST(nanosleep(&ts, NULL) == 0);
	MUST(getpid() > 0);
	for (i = 0; i < 10; i++)
		MUST(clock_now_utc() > 0);
}

static void
opener(void)
{
	int fds[2];
	char c = 'x';
	struct stat st;

	MUST(pipe(fds) == 0);
	enter(SANDBOX_OPENER, false, false);
	try_the_allowed();
	MUST(write(fds[1], &c, 1) == 1 && read(fds[0], &c, 1) == 1);
#ifndef LIUDI_SANITIZED
	try_the_forbidden();
	DENIED(try_open(ro, "f", O_RDONLY));
	DENIED(try_open("/", "etc", O_RDONLY));
	DENIED(stat("/", &st));
	DENIED(getrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}));
#else
	(void)st;
	if (sandbox_landlock() > 0)
		DENIED(try_open(ro, "f", O_RDONLY));
#endif
}

static void
parser_without_paths(void)
{
	struct stat st;
	int fd = open(ro, O_RDONLY | O_DIRECTORY);

	MUST(fd >= 0);
	enter(SANDBOX_PARSER, false, false);
	try_the_allowed();
	try_the_forbidden();
	DENIED(try_open(ro, "f", O_RDONLY));
	DENIED(openat(fd, "f", O_RDONLY));
	DENIED(stat(ro, &st));
	DENIED(unlinkat(fd, "f", 0));
	MUST(fstat(fd, &st) == 0 || errno == EPERM);
}

static void
parser_reading(void)
{
	struct buf b = BUF_INIT(100);
	char path[256];
	DIR *d;

	enter(SANDBOX_PARSER, true, false);
	try_the_allowed();
	try_the_forbidden();
	(void)snprintf(path, sizeof(path), "%s/f", ro);
	MUST(file_load(path, &b, NULL) == 0);
	MUST(b.len == 4);
	d = opendir(ro);
	MUST(d && readdir(d));
	(void)closedir(d);
	/* By the filter alone: also where there is no Landlock. */
	DENIED(try_open(ro, "f", O_RDWR));
	DENIED(try_open(ro, "g", O_WRONLY | O_CREAT));
	DENIED(try_open(ro, "f", O_RDONLY | O_TRUNC));
	DENIED(unlink(path));
	DENIED(mkdir(rw, 0700));
	DENIED(truncate(path, 0));
	if (sandbox_landlock() > 0) {
		DENIED(try_open(out, "f", O_RDONLY));
		DENIED(try_open(rw, "f", O_RDONLY));
		DENIED(try_open("/", "etc/passwd", O_RDONLY));
		DENIED(try_open("/", "", O_RDONLY | O_DIRECTORY));
	}
}

/* It may fork, but nothing else that a parser may not. */
static void
starter(void)
{
	const struct rlimit limit = {1000, 1000};
	int fds[2], status, fd = open(ro, O_RDONLY | O_DIRECTORY);
	pid_t pid;

	MUST(fd >= 0);
	enter(SANDBOX_STARTER, true, true);
	try_the_allowed();
	DENIED(try_open(ro, "f", O_RDONLY));
	DENIED(try_open(rw, "f", O_RDONLY));
	DENIED(openat(fd, "f", O_RDONLY));
	DENIED(try_exec());
	DENIED(socket(AF_INET, SOCK_STREAM, 0));
	DENIED(socket(AF_UNIX, SOCK_STREAM, 0));
	DENIED(socketpair(AF_NETLINK, SOCK_RAW, 0, fds));
	DENIED(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	DENIED(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
	DENIED(syscall(SYS_unshare, 0));
	DENIED(prctl(PR_SET_KEEPCAPS, 1));
	DENIED(chdir("/"));
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	pid = fork();
	if (pid == 0) {
		MUST(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
		MUST(setrlimit(RLIMIT_CPU, &limit) == 0);
		enter(SANDBOX_PARSER, false, false);
		try_the_allowed();
		try_the_forbidden();
		_exit(7);
	}
	MUST(pid > 0);
	MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	MUST(WEXITSTATUS(status) == 7);
}

static void *
thread(void *arg)
{
	*(int *)arg = 1;
	return NULL;
}

/* What SQLite, git and a restore do below a writable folder. */
static void
parser_writing(void)
{
	struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET,
		.l_start = 100, .l_len = 10};
	struct timespec when[2] = {{1, 0}, {1, 0}};
	char a[256], b[256];
	struct err e = ERR_INIT;
	pthread_t t;
	int fd, ran = 0;
	void *p;

	enter(SANDBOX_PARSER, true, true);
	try_the_allowed();
	try_the_forbidden();
	(void)snprintf(a, sizeof(a), "%s/d/a", rw);
	(void)snprintf(b, sizeof(b), "%s/b", rw);
	*strrchr(a, '/') = '\0';
	MUST(file_mkdirs(a, 0700, &e) == 0);
	a[strlen(a)] = '/';
	MUST(file_save(a, "12345", 5, 0600, &e) == 0);
	fd = open(a, O_RDWR | O_CLOEXEC);
	MUST(fd >= 0);
	MUST(ftruncate(fd, 8192) == 0);
	MUST(fcntl(fd, F_SETLK, &fl) == 0 && fcntl(fd, F_GETLK, &fl) == 0);
	MUST(posix_fallocate(fd, 0, 16384) == 0);
	p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	MUST(p != MAP_FAILED);
	memcpy(p, "abc", 3);
	MUST(msync(p, 8192, MS_SYNC) == 0 && munmap(p, 8192) == 0);
	MUST(futimens(fd, when) == 0 && fchmod(fd, 0644) == 0);
	MUST(fsync(fd) == 0 && fdatasync(fd) == 0 && close(fd) == 0);
	/* Between folders; version 1 of Landlock cannot. */
	if (sandbox_landlock() != 1)
		MUST(file_rename(a, b, &e) == 0);
	else
		(void)snprintf(b, sizeof(b), "%s", a);
	MUST(file_remove(b, &e) == 0);
	*strrchr(a, '/') = '\0';
	MUST(file_remove_tree(a, &e) == 0);
	MUST(pthread_create(&t, NULL, thread, &ran) == 0);
	MUST(pthread_join(t, NULL) == 0 && ran == 1);
	if (sandbox_landlock() > 0) {
		DENIED(try_open(ro, "g", O_WRONLY | O_CREAT));
		DENIED(try_open(ro, "f", O_RDWR));
		DENIED(try_open(out, "g", O_WRONLY | O_CREAT));
		DENIED(try_open(out, "f", O_RDONLY));
		(void)snprintf(a, sizeof(a), "%s/f", ro);
		(void)snprintf(b, sizeof(b), "%s/f", rw);
		DENIED(unlink(a));
		MUST(rename(b, a) < 0);
		(void)snprintf(a, sizeof(a), "%s/sub", out);
		DENIED(mkdir(a, 0700));
	}
	MUST(try_open(ro, "f", O_RDONLY) >= 0);
}

static void
missing_rw_tree(void)
{
	const char *const rw_list[] = {"/no/such/tree", NULL};
	struct sandbox_paths paths = {NULL, rw_list};
	struct err e = ERR_INIT;
	int rc = sandbox_enter(SANDBOX_PARSER, &paths, &e);

	if (sandbox_landlock() > 0)
		MUST(rc < 0 && e.code == ERR_NOENT);
	else
		MUST(rc == 0);
}

/* Once in, only further in: a second, narrower box works or is refused. */
static void
no_way_back(void)
{
	struct err e = ERR_INIT;

	enter(SANDBOX_PARSER, true, true);
	(void)sandbox_enter(SANDBOX_PARSER, NULL, &e);
	DENIED(socket(AF_INET, SOCK_STREAM, 0));
	if (sandbox_landlock() > 0)
		DENIED(try_open(out, "f", O_RDONLY));
}

static void
no_dump(void)
{
	struct rlimit r;

	sandbox_no_dump();
	MUST(getrlimit(RLIMIT_CORE, &r) == 0 && r.rlim_cur == 0);
#ifndef LIUDI_SANITIZED	/* there the search for leaks has to trace it */
	MUST(prctl(PR_GET_DUMPABLE) == 0);
#endif
}

/* The zone that was ours before is still ours. */
static void
local_time(void)
{
	struct clock_date d;
	int offset = 0;

	MUST(setenv("TZ", "Asia/Shanghai", 1) == 0);
	enter(SANDBOX_PARSER, false, false);
	clock_split_local(1795429800, &d, &offset);
	MUST(offset == 28800 && d.hour == 18);
}

static void
aborts(void)
{
	(void)signal(SIGABRT, SIG_DFL);
	enter(SANDBOX_PARSER, false, false);
	abort();
}

#if defined(__x86_64__)
/* The 32-bit table: the call that is close() there is another one here. */
static void
other_table(void)
{
	long rc;

	enter(SANDBOX_PARSER, false, false);
	__asm__ volatile("int $0x80" : "=a"(rc) : "a"(20L) : "memory");
	_exit(3);
}

static void
x32_table(void)
{
	enter(SANDBOX_PARSER, false, false);
	(void)syscall(0x40000000 + SYS_getpid);
	_exit(3);
}
#endif

static void
run_case(void **state)
{
	void (*fn)(void);

	memcpy(&fn, *state, sizeof(fn));
	assert_int_equal(in_child(fn), 0);
}

static void
kernel_has_it(void **state)
{
	(void)state;
	assert_true(sandbox_have());
	assert_true(sandbox_landlock() >= 0);
	if (sandbox_landlock() == 0)
		print_message("no Landlock in this kernel: "
		    "what only it denies is not tried\n");
}

static void
ends_by_signal(void **state)
{
	int status;

	(void)state;
	status = in_child(aborts);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
#if defined(__x86_64__)
	status = in_child(other_table);
	assert_true(WIFSIGNALED(status));
	status = in_child(x32_table);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
#endif
}

#define CASE(fn) {#fn, run_case, make_dirs, remove_dirs, \
	&(void (*[1])(void)){fn}}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_has_it),
		CASE(opener),
		CASE(parser_without_paths),
		CASE(starter),
		CASE(parser_reading),
		CASE(parser_writing),
		CASE(missing_rw_tree),
		CASE(no_way_back),
		CASE(no_dump),
		CASE(local_time),
		cmocka_unit_test(ends_by_signal)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
