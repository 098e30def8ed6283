/* base/proc.c - children of a POSIX system: programs, and boxed helpers. */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

#include "base/banned.h"

#define SIDE_END 5		/* behind the descriptors of PROC_SIDE */
#define KILL_GRACE_MS 1000
#define MAX_KEEP 16

extern char **environ;

/* Set by the handler; nothing else can be done there. */
static volatile sig_atomic_t interrupted;

static void
on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

void
proc_setup(void)
{
	struct sigaction sa;

#ifdef __GLIBC__
	/* Large buffers go back to the system when they are freed; left to
	 * itself the limit grows with them: 3 MB more at the peak. */
	(void)mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
	memset(&sa, 0, sizeof(sa));
	(void)sigemptyset(&sa.sa_mask);
	sa.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &sa, NULL);
	/* Once only: a second Ctrl-C ends what does not look at the flag. */
	sa.sa_handler = on_signal;
	sa.sa_flags = SA_RESTART | (int)SA_RESETHAND;
	(void)sigaction(SIGINT, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
}

bool
proc_interrupted(void)
{
	return interrupted != 0;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);	/* a pipe: nothing to report */
	*fd = -1;
}

static void
sleep_ms(long ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};

	(void)nanosleep(&ts, NULL);	/* a signal may cut it short */
}

/*
 * A pipe whose ends are above 2: were they not, placing them on a child's
 * standard descriptors could overwrite one that is still to be placed.
 */
static int
make_pipe(int fds[2], struct err *e)
{
	int i, high;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		fds[0] = fds[1] = -1;
		return err_sys(e, errno, "cannot make a pipe");
	}
	for (i = 0; i < 2; i++) {
		if (fds[i] > 2)
			continue;
		high = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
		if (high < 0)
			return err_sys(e, errno, "cannot make a pipe");
		(void)close(fds[i]);
		fds[i] = high;
	}
	return 0;
}

/* True if one of ENV sets or removes the variable of ENTRY. */
static bool
env_overrides(const char *const env[], const char *entry)
{
	size_t n = strcspn(entry, "=");
	size_t i;

	for (i = 0; env[i]; i++)
		if (strcspn(env[i], "=") == n &&
		    memcmp(env[i], entry, n) == 0)
			return true;
	return false;
}

/* Our environment changed by ENV; the strings are borrowed.  NULL: memory. */
static const char **
make_env(const char *const env[])
{
	size_t n = 1, m = 0, i;
	const char **out;

	for (i = 0; environ && environ[i]; i++)
		n++;
	for (i = 0; env && env[i]; i++)
		n++;
	out = calloc(n, sizeof(*out));
	if (!out)
		return NULL;
	for (i = 0; environ && environ[i]; i++)
		if (!env || !env_overrides(env, environ[i]))
			out[m++] = environ[i];
	for (i = 0; env && env[i]; i++)
		if (strchr(env[i], '='))
			out[m++] = env[i];
	return out;
}

/* Out of the way of a child's descriptors 3 and 4. */
static int
move_up(int *fd, struct err *e)
{
	int up;

	if (*fd < 0 || *fd >= SIDE_END)
		return 0;
	up = fcntl(*fd, F_DUPFD_CLOEXEC, SIDE_END);
	if (up < 0)
		return err_sys(e, errno, "cannot move a pipe");
	(void)close(*fd);
	*fd = up;
	return 0;
}

/* What posix_spawn wants done with the descriptors. */
static int
set_actions(posix_spawn_file_actions_t *fa, int flags, int in, int out,
	int errfd)
{
	const bool side = flags & PROC_SIDE;
	int rc;

	if (in >= 0 && !side)
		rc = posix_spawn_file_actions_adddup2(fa, in, 0);
	else
		rc = posix_spawn_file_actions_addopen(fa, 0, "/dev/null",
		    O_RDONLY, 0);
	if (rc == 0 && side)
		rc = posix_spawn_file_actions_addopen(fa, 1, "/dev/null",
		    O_WRONLY, 0);
	if (rc == 0 && side && in >= 0)
		rc = posix_spawn_file_actions_adddup2(fa, in, 3);
	if (rc == 0 && out >= 0)
		rc = posix_spawn_file_actions_adddup2(fa, out, side ? 4 : 1);
	if (rc == 0 && errfd >= 0)
		rc = posix_spawn_file_actions_adddup2(fa, errfd, 2);
	else if (rc == 0 && (flags & PROC_QUIET))
		rc = posix_spawn_file_actions_addopen(fa, 2, "/dev/null",
		    O_WRONLY, 0);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
	/* Ours are close-on-exec; this is for those that a library left. */
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(fa,
		    side ? SIDE_END : 3);
#endif
	return rc;
}

/* A group of its own, and no signal blocked, ignored or caught. */
static int
set_attr(posix_spawnattr_t *at, int flags)
{
	const int group = flags & PROC_TERMINAL ? 0 : POSIX_SPAWN_SETPGROUP;
	sigset_t none, some;
	int rc;

	(void)sigemptyset(&none);
	(void)sigemptyset(&some);
	(void)sigaddset(&some, SIGPIPE);
	(void)sigaddset(&some, SIGINT);
	(void)sigaddset(&some, SIGTERM);
	rc = posix_spawnattr_setflags(at, (short)(group |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
	if (rc == 0)
		rc = posix_spawnattr_setpgroup(at, 0);
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(at, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(at, &some);
	return rc;
}

/* posix_spawnp with all its objects; returns an errno value. */
static int
spawn(pid_t *pid, const char *const argv[], const char *const env[],
	int flags, int in, int out, int errfd)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	char *const *args, *const *vars;
	const char **list;
	int rc;

	list = make_env(env);
	if (!list)
		return ENOMEM;
	/* exec's prototype has no const, but it changes nothing. */
	memcpy(&args, &argv, sizeof(args));
	memcpy(&vars, &list, sizeof(vars));
	rc = posix_spawn_file_actions_init(&fa);
	if (rc != 0)
		goto out;
	rc = posix_spawnattr_init(&at);
	if (rc != 0)
		goto out_fa;
	rc = set_actions(&fa, flags, in, out, errfd);
	if (rc == 0)
		rc = set_attr(&at, flags);
	if (rc == 0)
		rc = posix_spawnp(pid, argv[0], &fa, &at, args, vars);
	(void)posix_spawnattr_destroy(&at);
out_fa:
	(void)posix_spawn_file_actions_destroy(&fa);
out:
	free(list);
	return rc;
}

bool
proc_find(const char *name)
{
	const char *p = getenv("PATH");
	char *file;
	bool found = false;
	size_t n;

	for (; p && *p && !found; p += n + (p[n] == ':')) {
		n = strcspn(p, ":");
		file = str_fmt("%.*s/%s", (int)n, p, name);
		found = file && access(file, X_OK) == 0;
		free(file);
	}
	return found;
}

int
proc_spawn(struct proc *p, const char *const argv[],
	const char *const env[], int flags, struct err *e)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, errp[2] = {-1, -1};
	int rc = -1, sys;
	pid_t pid;

	*p = (struct proc)PROC_INIT;
	if ((flags & PROC_IN) && make_pipe(in, e) < 0)
		goto out;
	if ((flags & PROC_OUT) && make_pipe(out, e) < 0)
		goto out;
	/* Neither may lie where the other is to go. */
	if ((flags & PROC_SIDE) && (move_up(&in[0], e) < 0 ||
	    move_up(&out[1], e) < 0))
		goto out;
	if ((flags & PROC_ERR) && make_pipe(errp, e) < 0)
		goto out;
	sys = spawn(&pid, argv, env, flags, in[0], out[1], errp[1]);
	if (sys != 0) {
		(void)err_sys(e, sys, "cannot start '%s'", argv[0]);
		if (sys == ENOENT)
			(void)err_hint(e, "install '%s' or put it in PATH",
			    argv[0]);
		goto out;
	}
	p->pid = pid;
	p->in = in[1];
	p->out = out[0];
	p->err = errp[0];
	in[1] = out[0] = errp[0] = -1;
	rc = 0;
out:
	close_fd(&in[0]);
	close_fd(&in[1]);
	close_fd(&out[0]);
	close_fd(&out[1]);
	close_fd(&errp[0]);
	close_fd(&errp[1]);
	return rc;
}

void
proc_close_in(struct proc *p)
{
	close_fd(&p->in);
}

static void
close_pipes(struct proc *p)
{
	close_fd(&p->in);
	close_fd(&p->out);
	close_fd(&p->err);
}

int
proc_wait_pid(pid_t pid, struct err *e)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, errno, "cannot wait for a child");
	if (WIFSIGNALED(status))
		return 256 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

int
proc_wait(struct proc *p, struct err *e)
{
	pid_t pid = p->pid;

	close_pipes(p);
	p->pid = -1;
	if (pid < 0)
		return err_set(e, ERR_FAIL, "no child to wait for");
	return proc_wait_pid(pid, e);
}

/* It is not reaped, so that its id stays its own. */
bool
proc_ended(pid_t pid)
{
	siginfo_t si;

	si.si_pid = 0;
	if (waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT) < 0)
		return errno != EINTR;
	return si.si_pid == pid;
}

void
proc_kill(struct proc *p)
{
	int64_t until = clock_mono_ms() + KILL_GRACE_MS;

	close_pipes(p);
	if (p->pid < 0)
		return;
	(void)kill(-p->pid, SIGTERM);
	while (!proc_ended(p->pid) && clock_mono_ms() < until)
		sleep_ms(10);
	/* Also what it started: the group lives on without its leader. */
	(void)kill(-p->pid, SIGKILL);
	(void)proc_wait_pid(p->pid, NULL);
	p->pid = -1;
}

static int
cmp_int(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

/* Close FIRST..LAST. */
static void
close_span(unsigned first, unsigned last)
{
	long top = sysconf(_SC_OPEN_MAX);
	unsigned fd;

	if (first > last)
		return;
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, last, 0u) == 0)
		return;
#endif
	for (fd = first; fd <= last && (long)fd < top; fd++)
		(void)close((int)fd);
}

/* Close all but 0-2 and the N descriptors of KEEP, which are sorted here. */
static void
close_others(int *keep, size_t n)
{
	unsigned from = 3;
	size_t i;

	qsort(keep, n, sizeof(*keep), cmp_int);
	for (i = 0; i < n; i++) {
		if (keep[i] < (int)from)
			continue;
		close_span(from, (unsigned)keep[i] - 1);
		from = (unsigned)keep[i] + 1;
	}
	close_span(from, ~0u);
}

/* The helper's whole life. */
static void __attribute__((noreturn))
helper(int (*fn)(int fd, void *arg), void *arg, int *keep, size_t nkeep,
	int fd, pid_t parent)
{
	/* Its input ends with its parent; Ctrl-C is the parent's to handle. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	keep[nkeep++] = fd;
	close_others(keep, nkeep);
	_exit(fn(fd, arg) & 255);
}

pid_t
proc_fork(int (*fn)(int fd, void *arg), void *arg, const int *keep,
	size_t nkeep, int *fd_out, struct err *e)
{
	int sv[2], list[MAX_KEEP + 1];
	pid_t pid, parent = getpid();

	if (nkeep > MAX_KEEP)
		return err_set(e, ERR_FAIL, "too many descriptors to keep");
	if (nkeep > 0)
		memcpy(list, keep, nkeep * sizeof(*list));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) < 0)
		return err_sys(e, errno, "cannot make a socket pair");
	(void)fflush(NULL);	/* no buffered text twice */
	pid = fork();
	if (pid == 0) {
		(void)close(sv[0]);
		helper(fn, arg, list, nkeep, sv[1], parent);
	}
	if (pid < 0) {
		(void)err_sys(e, errno, "cannot start a helper");
		(void)close(sv[0]);
		(void)close(sv[1]);
		return -1;
	}
	(void)close(sv[1]);
	*fd_out = sv[0];
	return pid;
}
