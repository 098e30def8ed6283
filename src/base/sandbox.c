/* base/sandbox.c - seccomp(2) by hand, landlock(7) by raw calls. */
#include "base/sandbox.h"

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#endif

#include "base/banned.h"

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#if !defined(__linux__) || !defined(OUR_ARCH)

bool
sandbox_have(void)
{
	return false;
}

int
sandbox_landlock(void)
{
	return 0;
}

void
sandbox_no_dump(void)
{
}

int
sandbox_enter(enum sandbox_kind kind, const struct sandbox_paths *paths,
	struct err *e)
{
	(void)kind;
	(void)paths;
	(void)err_set(e, ERR_FAIL, "no sandbox on this system");
	return err_hint(e, "use Linux on x86-64 or arm64");
}

#else

/* --- Landlock.  Own constants: the kernel may be newer than its headers. */

#define NR_LANDLOCK_CREATE 444
#define NR_LANDLOCK_ADD 445
#define NR_LANDLOCK_RESTRICT 446
#define LL_VERSION 1u
#define LL_PATH_BENEATH 1

#define LL_EXECUTE (1u << 0)
#define LL_WRITE_FILE (1u << 1)
#define LL_READ_FILE (1u << 2)
#define LL_READ_DIR (1u << 3)
#define LL_REMOVE_DIR (1u << 4)
#define LL_REMOVE_FILE (1u << 5)
#define LL_MAKE_DIR (1u << 7)
#define LL_MAKE_REG (1u << 8)
#define LL_REFER (1u << 13)	/* since version 2; before: never allowed */
#define LL_TRUNCATE (1u << 14)	/* since 3; before: not controlled */
#define LL_IOCTL_DEV (1u << 15)	/* since 5 */

#define LL_ALL_V1 ((1u << 13) - 1)
#define LL_RO (LL_READ_FILE | LL_READ_DIR)
#define LL_RW (LL_RO | LL_WRITE_FILE | LL_REMOVE_DIR | LL_REMOVE_FILE | \
	LL_MAKE_DIR | LL_MAKE_REG | LL_REFER | LL_TRUNCATE)
/* The rights that a rule on a file, not a folder, may carry. */
#define LL_OF_FILE (LL_EXECUTE | LL_WRITE_FILE | LL_READ_FILE | \
	LL_TRUNCATE | LL_IOCTL_DEV)

struct ll_ruleset {
	uint64_t fs;
	uint64_t net;		/* since version 4: TCP bind, connect */
	uint64_t scoped;	/* since 6: abstract sockets, signals */
};

struct ll_beneath {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

int
sandbox_landlock(void)
{
	long v = syscall(NR_LANDLOCK_CREATE, NULL, (size_t)0, LL_VERSION);

	return v > 0 ? (int)v : 0;
}

/* What this version controls, and the size of the struct it knows. */
static size_t
ll_handled(int version, struct ll_ruleset *rs)
{
	rs->fs = LL_ALL_V1;
	if (version >= 2)
		rs->fs |= LL_REFER;
	if (version >= 3)
		rs->fs |= LL_TRUNCATE;
	if (version >= 5)
		rs->fs |= LL_IOCTL_DEV;
	rs->net = version >= 4 ? 3 : 0;
	rs->scoped = version >= 6 ? 3 : 0;
	if (version >= 6)
		return sizeof(*rs);
	return version >= 4 ? offsetof(struct ll_ruleset, scoped) :
	    offsetof(struct ll_ruleset, net);
}

static int
ll_add(int rs, const char *path, uint64_t rights, bool may_miss,
	struct err *e)
{
	struct ll_beneath rule;
	struct stat st;
	int rc = -1;
	int fd;

	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0) {
		if (may_miss && errno == ENOENT)
			return 0;
		return err_sys(e, errno, "sandbox: cannot open '%s'", path);
	}
	if (fstat(fd, &st) < 0) {
		(void)err_sys(e, errno, "sandbox: cannot look at '%s'", path);
		goto out;
	}
	if (!S_ISDIR(st.st_mode))
		rights &= LL_OF_FILE;
	rule.allowed = rights;
	rule.fd = fd;
	if (syscall(NR_LANDLOCK_ADD, rs, LL_PATH_BENEATH, &rule, 0) < 0) {
		(void)err_sys(e, errno, "sandbox: cannot allow '%s'", path);
		goto out;
	}
	rc = 0;
out:
	(void)close(fd);
	return rc;
}

static int
ll_add_all(int rs, const struct sandbox_paths *paths, uint64_t handled,
	struct err *e)
{
	size_t i;

	if (!paths)
		return 0;
	for (i = 0; paths->ro && paths->ro[i]; i++)
		if (ll_add(rs, paths->ro[i], LL_RO & handled, true, e) < 0)
			return -1;
	for (i = 0; paths->rw && paths->rw[i]; i++)
		if (ll_add(rs, paths->rw[i], LL_RW & handled, false, e) < 0)
			return -1;
	/* SQLite seeds itself from it. */
	return ll_add(rs, "/dev/urandom", LL_READ_FILE, true, e);
}

static int
enter_landlock(const struct sandbox_paths *paths, struct err *e)
{
	struct ll_ruleset attr;
	int version = sandbox_landlock();
	int rc = -1;
	size_t size;
	int rs;

	if (version == 0)
		return 0;
	size = ll_handled(version, &attr);
	rs = (int)syscall(NR_LANDLOCK_CREATE, &attr, size, 0u);
	if (rs < 0)
		return err_sys(e, errno, "sandbox: landlock_create_ruleset");
	if (ll_add_all(rs, paths, attr.fs, e) < 0)
		goto out;
	if (syscall(NR_LANDLOCK_RESTRICT, rs, 0u) < 0) {
		(void)err_sys(e, errno, "sandbox: landlock_restrict_self");
		goto out;
	}
	rc = 0;
out:
	(void)close(rs);
	return rc;
}

/* --- seccomp. */

#define MAX_INS 640
#define X32_BIT 0x40000000u

#define ALLOW SECCOMP_RET_ALLOW
#define DENY (SECCOMP_RET_ERRNO | EPERM)
#define MISSING (SECCOMP_RET_ERRNO | ENOSYS)

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW_WORD 0
#else
#define LOW_WORD 4
#endif
#define ARG_LOW(i) ((uint32_t)(offsetof(struct seccomp_data, args) + \
	8 * (size_t)(i)) + LOW_WORD)
#define ARG_HIGH(i) ((uint32_t)(offsetof(struct seccomp_data, args) + \
	8 * (size_t)(i)) + 4 - LOW_WORD)

#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define JEQ (BPF_JMP | BPF_JEQ | BPF_K)
#define JSET (BPF_JMP | BPF_JSET | BPF_K)
#define JGE (BPF_JMP | BPF_JGE | BPF_K)
#define RET (BPF_RET | BPF_K)

/*
 * A filter being put together: a chain of "is it this call? then ...", each
 * link of which either returns or leaves the call's number in the register.
 */
struct filter {
	struct sock_filter ins[MAX_INS];
	unsigned short n;
};

static void
emit(struct filter *f, unsigned code, uint32_t k, unsigned jt, unsigned jf)
{
	/* A full table ends in a filter that is refused: see enter_seccomp. */
	if (f->n < MAX_INS)
		f->ins[f->n++] = (struct sock_filter){(uint16_t)code,
		    (uint8_t)jt, (uint8_t)jf, k};
}

/* Call NR: ACTION. */
static void
on_call(struct filter *f, long nr, uint32_t action)
{
	emit(f, JEQ, (uint32_t)nr, 0, 1);
	emit(f, RET, action, 0, 0);
}

/* Call NR is allowed if argument ARG has none of the bits of MASK. */
static void
without_bits(struct filter *f, long nr, int arg, uint32_t mask)
{
	emit(f, JEQ, (uint32_t)nr, 0, 4);
	emit(f, LOAD, ARG_LOW(arg), 0, 0);
	emit(f, JSET, mask, 1, 0);
	emit(f, RET, ALLOW, 0, 0);
	emit(f, RET, DENY, 0, 0);
}

/* Call NR is allowed if argument ARG has the one bit BIT. */
static void
with_bit(struct filter *f, long nr, int arg, uint32_t bit)
{
	emit(f, JEQ, (uint32_t)nr, 0, 4);
	emit(f, LOAD, ARG_LOW(arg), 0, 0);
	emit(f, JSET, bit, 0, 1);
	emit(f, RET, ALLOW, 0, 0);
	emit(f, RET, DENY, 0, 0);
}

/* Call NR is allowed if argument ARG is one of the N of V. */
static void
with_value(struct filter *f, long nr, int arg, const uint32_t *v, size_t n)
{
	size_t i;

	emit(f, JEQ, (uint32_t)nr, 0, (unsigned)(2 * n + 2));
	emit(f, LOAD, ARG_LOW(arg), 0, 0);
	for (i = 0; i < n; i++) {
		emit(f, JEQ, v[i], 0, 1);
		emit(f, RET, ALLOW, 0, 0);
	}
	emit(f, RET, DENY, 0, 0);
}

/* Call NR is allowed if the pointer ARG is NULL. */
static void
with_null(struct filter *f, long nr, int arg)
{
	emit(f, JEQ, (uint32_t)nr, 0, 6);
	emit(f, LOAD, ARG_LOW(arg), 0, 0);
	emit(f, JEQ, 0, 0, 3);
	emit(f, LOAD, ARG_HIGH(arg), 0, 0);
	emit(f, JEQ, 0, 0, 1);
	emit(f, RET, ALLOW, 0, 0);
	emit(f, RET, DENY, 0, 0);
}

/* Bytes through open descriptors, memory, time, threads' locks, the end. */
static const long calls_always[] = {
	SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64,
	SYS_close, SYS_fstat, SYS_lseek, SYS_ppoll, SYS_shutdown,
	SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_mlock, SYS_munlock,
	SYS_futex, SYS_set_robust_list, SYS_rt_sigaction, SYS_rt_sigprocmask,
	SYS_rt_sigreturn, SYS_sigaltstack, SYS_restart_syscall,
	SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep,
	SYS_nanosleep, SYS_gettimeofday, SYS_getrandom, SYS_getpid,
	SYS_gettid, SYS_sched_yield, SYS_sched_getaffinity, SYS_exit,
	SYS_exit_group,
#ifdef SYS_poll
	SYS_poll,
#endif
#ifdef SYS_time
	SYS_time,
#endif
#ifdef SYS_rseq
	SYS_rseq,
#endif
};

/* More of the same for a parser, none of them with a path. */
static const long calls_parser[] = {
	SYS_preadv, SYS_pwritev, SYS_dup, SYS_dup3, SYS_pipe2, SYS_flock,
	SYS_fsync, SYS_fdatasync, SYS_ftruncate, SYS_fallocate,
	SYS_sync_file_range, SYS_fadvise64, SYS_copy_file_range, SYS_sendfile,
	SYS_fchmod, SYS_fchown, SYS_fstatfs, SYS_msync, SYS_mincore,
	SYS_set_tid_address, SYS_membarrier, SYS_getuid, SYS_geteuid,
	SYS_getgid, SYS_getegid, SYS_getppid, SYS_getrusage, SYS_times,
	SYS_uname, SYS_sysinfo, SYS_umask, SYS_getdents64, SYS_pselect6,
#ifdef SYS_dup2
	SYS_dup2,
#endif
#ifdef SYS_pipe
	SYS_pipe,
#endif
#ifdef SYS_select
	SYS_select,
#endif
#ifdef SYS_getdents
	SYS_getdents,
#endif
};

/* Of one that forks boxed processes; more of it in allow_starting(). */
static const long calls_starter[] = {
	SYS_wait4, SYS_kill, SYS_seccomp, SYS_prlimit64,
#ifdef SYS_close_range
	SYS_close_range,
#endif
};

/* Of one that speaks to whoever connects; it connects to nobody. */
static const long calls_server[] = {
	SYS_accept4, SYS_recvfrom, SYS_sendto, SYS_recvmsg, SYS_sendmsg,
	SYS_getsockname, SYS_getpeername, SYS_getsockopt, SYS_setsockopt,
	SYS_eventfd2,
#ifdef SYS_accept
	SYS_accept,
#endif
};

/* Looking at what stands under a path; opening is done apart. */
static const long calls_paths[] = {
	SYS_newfstatat, SYS_statx, SYS_readlinkat, SYS_faccessat, SYS_getcwd,
	SYS_statfs,
#ifdef SYS_faccessat2
	SYS_faccessat2,
#endif
#ifdef SYS_stat
	SYS_stat, SYS_lstat, SYS_access, SYS_readlink,
#endif
};

/* Changing it. */
static const long calls_paths_rw[] = {
	SYS_openat, SYS_unlinkat, SYS_renameat2, SYS_mkdirat, SYS_truncate,
	SYS_utimensat, SYS_fchmodat,
#ifdef SYS_renameat
	SYS_renameat,
#endif
#ifdef SYS_open
	SYS_open, SYS_unlink, SYS_rmdir, SYS_rename, SYS_mkdir, SYS_chmod,
	SYS_utimes, SYS_utime,
#endif
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
allow_all(struct filter *f, const long *calls, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		on_call(f, calls[i], ALLOW);
}

/* The locks of SQLite and the small change; no signals to other processes. */
static void
allow_fcntl(struct filter *f)
{
	static const uint32_t cmds[] = {
		F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL,
		F_GETLK, F_SETLK, F_SETLKW, F_OFD_GETLK, F_OFD_SETLK,
		F_OFD_SETLKW
	};

	with_value(f, SYS_fcntl, 1, cmds, COUNT(cmds));
}

static void
allow_paths(struct filter *f, bool rw)
{
	const uint32_t writing = O_ACCMODE | O_CREAT | O_TRUNC;

	allow_all(f, calls_paths, COUNT(calls_paths));
	if (rw) {
		allow_all(f, calls_paths_rw, COUNT(calls_paths_rw));
		return;
	}
	without_bits(f, SYS_openat, 2, writing);
#ifdef SYS_open
	without_bits(f, SYS_open, 1, writing);
#endif
}

/*
 * A process, in the same namespaces; to die with its parent, and to be boxed
 * further.
 */
static void
allow_starting(struct filter *f)
{
	static const uint32_t local[] = {AF_UNIX};
	static const uint32_t options[] = {PR_SET_PDEATHSIG,
		PR_SET_NO_NEW_PRIVS, PR_SET_DUMPABLE};

	allow_all(f, calls_starter, COUNT(calls_starter));
	without_bits(f, SYS_clone, 0, CLONE_NEWNS | CLONE_NEWCGROUP |
	    CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
	    CLONE_NEWNET);
	with_value(f, SYS_socketpair, 0, local, COUNT(local));
	with_value(f, SYS_prctl, 0, options, COUNT(options));
}

static void
build(struct filter *f, enum sandbox_kind kind,
	const struct sandbox_paths *paths)
{
	const uint32_t self = (uint32_t)getpid();

	f->n = 0;
	emit(f, LOAD, offsetof(struct seccomp_data, arch), 0, 0);
	emit(f, JEQ, OUR_ARCH, 1, 0);
	emit(f, RET, SECCOMP_RET_KILL_PROCESS, 0, 0);
	emit(f, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
#ifdef __x86_64__
	/* The x32 table has the same arch and other numbers. */
	emit(f, JGE, X32_BIT, 0, 1);
	emit(f, RET, SECCOMP_RET_KILL_PROCESS, 0, 0);
#endif
	allow_all(f, calls_always, COUNT(calls_always));
	without_bits(f, SYS_mmap, 2, PROT_EXEC);
	without_bits(f, SYS_mprotect, 2, PROT_EXEC);
	/* abort() and assert(): to ourselves alone. */
	with_value(f, SYS_tgkill, 0, &self, 1);
	/* Before the parser's own rules: the first that names a call decides. */
	if (kind == SANDBOX_STARTER)
		allow_starting(f);
	if (kind == SANDBOX_SERVER)
		allow_all(f, calls_server, COUNT(calls_server));
	if (kind != SANDBOX_OPENER) {
		allow_all(f, calls_parser, COUNT(calls_parser));
		allow_fcntl(f);
		/* Threads, not processes; flags behind a pointer: not seen. */
		with_bit(f, SYS_clone, 0, CLONE_THREAD);
#ifdef SYS_clone3
		on_call(f, SYS_clone3, MISSING);
#endif
		/* Limits can be read. */
		with_null(f, SYS_prlimit64, 2);
		if (paths)
			allow_paths(f, paths->rw && paths->rw[0]);
	}
	emit(f, RET, DENY, 0, 0);
}

static int
enter_seccomp(enum sandbox_kind kind, const struct sandbox_paths *paths,
	struct err *e)
{
	struct filter f;
	struct sock_fprog prog;

#ifdef LIUDI_SANITIZED
	if (kind == SANDBOX_OPENER)
		return 0;
#endif
	build(&f, kind, paths);
	prog.len = f.n;
	prog.filter = f.ins;
	if (f.n < MAX_INS && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_TSYNC, &prog) == 0)
		return 0;
	(void)err_set(e, ERR_FAIL, "the kernel refuses the sandbox (seccomp)");
	return err_hint(e, "use a kernel with CONFIG_SECCOMP_FILTER, or a "
	    "container that allows seccomp");
}

bool
sandbox_have(void)
{
	return prctl(PR_GET_SECCOMP) >= 0;
}

void
sandbox_no_dump(void)
{
	const struct rlimit none = {0, 0};

	/* Neither can fail for the process itself. */
	(void)setrlimit(RLIMIT_CORE, &none);
#ifndef LIUDI_SANITIZED	/* whose search for leaks traces its own process */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

int
sandbox_enter(enum sandbox_kind kind, const struct sandbox_paths *paths,
	struct err *e)
{
	tzset();
	sandbox_no_dump();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, errno, "sandbox: no_new_privs");
	if (kind != SANDBOX_PARSER)
		paths = NULL;
	if (enter_landlock(paths, e) < 0)
		return -1;
	return enter_seccomp(kind, paths, e);
}

#endif
