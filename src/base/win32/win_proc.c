/* base/win32/win_proc.c - children: programs in jobs, helpers as threads. */
#include "base/win32/win.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"

#include "base/banned.h"

#define CHILDREN 64
#define PIPE_SIZE 65536
#define FIRST_HELPER 0x100000000	/* no process has such an id */
#define KILLED (256 + SIGKILL)

/* A child that is not waited for yet. */
struct child {
	pid_t pid;		/* 0: free */
	HANDLE h;		/* of the process or thread */
	HANDLE job;		/* with all that it starts; NULL: a helper */
};

/* The system's table of children, so to say; under its lock. */
static struct child children[CHILDREN];
static SRWLOCK lock = SRWLOCK_INIT;
static pid_t next_helper = FIRST_HELPER;
static volatile LONG interrupts;

static BOOL WINAPI
on_break(DWORD what)
{
	if (what != CTRL_C_EVENT && what != CTRL_BREAK_EVENT)
		return FALSE;
	/* The second ends what does not look at the flag. */
	return InterlockedIncrement(&interrupts) == 1;
}

void
proc_setup(void)
{
	win_console_setup();
	(void)SetConsoleCtrlHandler(on_break, FALSE);
	(void)SetConsoleCtrlHandler(on_break, TRUE);
}

bool
proc_interrupted(void)
{
	return interrupts != 0;
}

/* --- The table. */

/* Both handles are the table's from now on; 0 or -1. */
static int
remember(pid_t pid, HANDLE h, HANDLE job)
{
	int i, rc = -1;

	AcquireSRWLockExclusive(&lock);
	for (i = 0; i < CHILDREN && rc < 0; i++)
		if (children[i].pid == 0) {
			children[i] = (struct child){pid, h, job};
			rc = 0;
		}
	ReleaseSRWLockExclusive(&lock);
	return rc;
}

static struct child
look_up(pid_t pid, bool forget)
{
	struct child found = {0, NULL, NULL};
	int i;

	AcquireSRWLockExclusive(&lock);
	for (i = 0; i < CHILDREN && pid != 0; i++)
		if (children[i].pid == pid) {
			found = children[i];
			if (forget)
				children[i].pid = 0;
			break;
		}
	ReleaseSRWLockExclusive(&lock);
	return found;
}

/* --- What CreateProcess wants. */

/* One word, quoted as the C library of a child takes it apart again. */
static int
add_word(struct buf *b, const char *s, struct err *e)
{
	size_t slashes = 0;

	if (b->len > 0 && buf_addc(b, ' ', e) < 0)
		return -1;
	if (*s != '\0' && !strpbrk(s, " \t\n\v\""))
		return buf_adds(b, s, e);
	if (buf_addc(b, '"', e) < 0)
		return -1;
	for (; ; s++) {
		if (*s == '\\') {
			slashes++;
			continue;
		}
		/* before a quote each backslash counts twice */
		if (*s == '"' || *s == '\0')
			slashes = 2 * slashes + (*s == '"');
		for (; slashes > 0; slashes--)
			if (buf_addc(b, '\\', e) < 0)
				return -1;
		if (*s == '\0')
			break;
		if (buf_addc(b, *s, e) < 0)
			return -1;
	}
	return buf_addc(b, '"', e);
}

static wchar_t *
command_line(const char *const argv[], struct err *e)
{
	struct buf b = BUF_INIT(32000);
	wchar_t *out = NULL;
	size_t i;

	for (i = 0; argv[i]; i++)
		if (add_word(&b, argv[i], e) < 0)
			goto out;
	out = win_wide_new(buf_str(&b));
	if (!out)
		(void)err_nomem(e);
out:
	buf_release(&b);
	return out;
}

/* DIR\NAME.exe if it is there. */
static wchar_t *
try_program(const wchar_t *dir, size_t n, const wchar_t *name)
{
	const size_t len = wcslen(name);
	const bool has_end = len > 4 && _wcsicmp(name + len - 4, L".exe") == 0;
	wchar_t *path = calloc(n + len + 8, sizeof(*path));
	DWORD is;

	if (!path)
		return NULL;
	memcpy(path, dir, n * sizeof(*path));
	if (n > 0 && path[n - 1] != L'\\' && path[n - 1] != L'/')
		path[n++] = L'\\';
	memcpy(path + n, name, (len + 1) * sizeof(*path));
	if (!has_end)
		memcpy(path + n + len, L".exe", 5 * sizeof(*path));
	is = GetFileAttributesW(path);
	if (is != INVALID_FILE_ATTRIBUTES && !(is & FILE_ATTRIBUTE_DIRECTORY))
		return path;
	free(path);
	return NULL;
}

/*
 * NAME in PATH, heap; NULL: there is none.  Not left to CreateProcess, which
 * looks in the working folder first.
 */
static wchar_t *
find_program(const char *name)
{
	wchar_t *wide = win_wide_new(name), *list = NULL, *found = NULL;
	const wchar_t *p;
	DWORD size = GetEnvironmentVariableW(L"PATH", NULL, 0);
	size_t n;

	if (wide && strpbrk(name, "/\\")) {
		found = try_program(L"", 0, wide);
		goto out;
	}
	list = calloc((size_t)size + 1, sizeof(*list));
	if (!wide || !list)
		goto out;
	(void)GetEnvironmentVariableW(L"PATH", list, size);
	for (p = list; *p && !found; p += n + (p[n] == L';')) {
		n = wcscspn(p, L";");
		if (n > 0 && n < MAX_PATH)
			found = try_program(p, n, wide);
	}
out:
	free(list);
	free(wide);
	return found;
}

bool
proc_find(const char *name)
{
	wchar_t *path = find_program(name);

	free(path);
	return path != NULL;
}

static bool
overrides(const char *const env[], const char *entry)
{
	const size_t n = strcspn(entry + 1, "=") + 1;
	size_t i;

	for (i = 0; env && env[i]; i++)
		if (strcspn(env[i], "=") == n &&
		    _strnicmp(env[i], entry, n) == 0)
			return true;
	return false;
}

static int
add_entry(struct buf *b, const char *s, struct err *e)
{
	return buf_add(b, s, strlen(s) + 1, e);
}

/* Our environment changed by ENV, as a block: each with a NUL, and one more. */
static wchar_t *
make_block(const char *const env[], struct err *e)
{
	wchar_t *ours = GetEnvironmentStringsW(), *out = NULL;
	const wchar_t *p;
	struct buf b = BUF_INIT(1 << 20);
	char *entry;
	size_t i;
	int rc = ours ? 0 : err_nomem(e);

	for (p = ours; rc == 0 && *p; p += wcslen(p) + 1) {
		entry = win_utf8_new(p);
		if (!entry)
			rc = err_nomem(e);
		else if (!overrides(env, entry))
			rc = add_entry(&b, entry, e);
		free(entry);
	}
	for (i = 0; rc == 0 && env && env[i]; i++)
		if (strchr(env[i], '='))
			rc = add_entry(&b, env[i], e);
	if (rc == 0)
		rc = buf_addc(&b, '\0', e);
	if (rc == 0)
		out = calloc(b.len + 3, sizeof(*out));
	if (out && win_wide(out, b.len + 3, (const char *)b.data, b.len) < 0) {
		free(out);
		out = NULL;
	}
	if (rc == 0 && !out)
		(void)err_nomem(e);
	if (ours)
		(void)FreeEnvironmentStringsW(ours);
	buf_release(&b);
	return out;
}

/* --- Pipes. */

struct ends {
	HANDLE child;		/* inherited */
	int ours;
};

/* TO_CHILD: it reads. */
static int
make_pipe(struct ends *p, bool to_child, struct err *e)
{
	SECURITY_ATTRIBUTES sa = {sizeof(sa), NULL, FALSE};
	HANDLE r, w;

	if (!CreatePipe(&r, &w, &sa, PIPE_SIZE)) {
		(void)win_fail(GetLastError());
		return err_sys(e, errno, "cannot make a pipe");
	}
	p->child = to_child ? r : w;
	(void)SetHandleInformation(p->child, HANDLE_FLAG_INHERIT,
	    HANDLE_FLAG_INHERIT);
	p->ours = win_fd_new(WIN_PIPE, to_child ? w : r, NULL, false);
	return p->ours >= 0 ? 0 : err_sys(e, errno, "cannot make a pipe");
}

static void
close_handle(HANDLE *h)
{
	if (*h)
		(void)CloseHandle(*h);
	*h = NULL;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);	/* a pipe: nothing to report */
	*fd = -1;
}

/* A copy that can be inherited of our own handle N, or of NUL. */
static HANDLE
inherit(DWORD n, bool quiet, bool in)
{
	SECURITY_ATTRIBUTES sa = {sizeof(sa), NULL, TRUE};
	HANDLE me = GetCurrentProcess(), h = NULL;

	if (!quiet && DuplicateHandle(me, GetStdHandle(n), me, &h, 0, TRUE,
	    DUPLICATE_SAME_ACCESS))
		return h;
	h = CreateFileW(L"NUL", in ? GENERIC_READ : GENERIC_WRITE,
	    FILE_SHARE_READ | FILE_SHARE_WRITE, &sa, OPEN_EXISTING, 0, NULL);
	return h == INVALID_HANDLE_VALUE ? NULL : h;
}

/* --- Starting. */

struct start {
	wchar_t *program, *line, *block;
	HANDLE std[3];
};

/* Suspended until it is in its job, so that nothing it starts escapes. */
static int
create(const struct start *s, int flags, struct proc *p, struct err *e)
{
	STARTUPINFOEXW si;
	PROCESS_INFORMATION pi;
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION limit;
	HANDLE job = CreateJobObjectW(NULL, NULL);
	SIZE_T size = 0;
	BOOL ok;
	int rc = -1;

	memset(&si, 0, sizeof(si));
	memset(&limit, 0, sizeof(limit));
	(void)InitializeProcThreadAttributeList(NULL, 1, 0, &size);
	si.lpAttributeList = calloc(1, size);
	if (!si.lpAttributeList || !job) {
		(void)err_nomem(e);
		goto out;
	}
	limit.BasicLimitInformation.LimitFlags =
	    JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
	if (!(flags & PROC_TERMINAL))
		(void)SetInformationJobObject(job,
		    JobObjectExtendedLimitInformation, &limit, sizeof(limit));
	si.StartupInfo.cb = sizeof(si);
	si.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
	si.StartupInfo.hStdInput = s->std[0];
	si.StartupInfo.hStdOutput = s->std[1];
	si.StartupInfo.hStdError = s->std[2];
	/* These handles and no others of ours. */
	ok = InitializeProcThreadAttributeList(si.lpAttributeList, 1, 0,
	    &size) && UpdateProcThreadAttribute(si.lpAttributeList, 0,
	    PROC_THREAD_ATTRIBUTE_HANDLE_LIST, (void *)(uintptr_t)s->std,
	    sizeof(s->std), NULL, NULL) && CreateProcessW(s->program, s->line,
	    NULL, NULL, TRUE, CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT |
	    EXTENDED_STARTUPINFO_PRESENT | (flags & PROC_TERMINAL ? 0 :
	    CREATE_NO_WINDOW), s->block, NULL, &si.StartupInfo, &pi);
	if (!ok) {
		(void)win_fail(GetLastError());
		(void)err_sys(e, errno, "cannot start a program");
		goto out;
	}
	(void)AssignProcessToJobObject(job, pi.hProcess);
	(void)ResumeThread(pi.hThread);
	(void)CloseHandle(pi.hThread);
	p->pid = (pid_t)pi.dwProcessId;
	rc = remember(p->pid, pi.hProcess, job);
	if (rc < 0) {
		(void)CloseHandle(pi.hProcess);
		(void)err_set(e, ERR_FAIL, "too many children");
	} else {
		job = NULL;
	}
out:
	free(si.lpAttributeList);
	close_handle(&job);
	return rc;
}

static int
set_handles(struct start *s, struct proc *p, int flags, struct err *e)
{
	struct ends in = {NULL, -1}, out = {NULL, -1}, errp = {NULL, -1};
	int rc = 0;

	if (flags & PROC_SIDE)
		return err_set(e, ERR_FAIL, "not on this system: a browser");
	if (flags & PROC_IN)
		rc = make_pipe(&in, true, e);
	if (rc == 0 && (flags & PROC_OUT))
		rc = make_pipe(&out, false, e);
	if (rc == 0 && (flags & PROC_ERR))
		rc = make_pipe(&errp, false, e);
	s->std[0] = in.child ? in.child : inherit(0, true, true);
	s->std[1] = out.child ? out.child :
	    inherit(STD_OUTPUT_HANDLE, false, false);
	s->std[2] = errp.child ? errp.child :
	    inherit(STD_ERROR_HANDLE, flags & PROC_QUIET, false);
	p->in = in.ours;
	p->out = out.ours;
	p->err = errp.ours;
	return rc;
}

int
proc_spawn(struct proc *p, const char *const argv[], const char *const env[],
	int flags, struct err *e)
{
	struct start s = {NULL, NULL, NULL, {NULL, NULL, NULL}};
	int rc = -1, i;

	*p = (struct proc)PROC_INIT;
	s.program = find_program(argv[0]);
	if (!s.program) {
		(void)err_set(e, ERR_NOENT, "cannot start '%s': there is no "
		    "such program", argv[0]);
		(void)err_hint(e, "install '%s' or put it in PATH", argv[0]);
		goto out;
	}
	s.line = command_line(argv, e);
	s.block = s.line ? make_block(env, e) : NULL;
	if (!s.block || set_handles(&s, p, flags, e) < 0)
		goto out;
	rc = create(&s, flags, p, e);
out:
	if (rc < 0) {
		close_fd(&p->in);
		close_fd(&p->out);
		close_fd(&p->err);
	}
	for (i = 0; i < 3; i++)
		close_handle(&s.std[i]);
	free(s.program);
	free(s.line);
	free(s.block);
	return rc;
}

/* --- Ending. */

void
proc_close_in(struct proc *p)
{
	close_fd(&p->in);
}

bool
proc_ended(pid_t pid)
{
	struct child c = look_up(pid, false);

	return c.pid == 0 || WaitForSingleObject(c.h, 0) == WAIT_OBJECT_0;
}

int
proc_wait_pid(pid_t pid, struct err *e)
{
	struct child c = look_up(pid, true);
	DWORD status = 1;
	BOOL ok;

	if (c.pid == 0)
		return err_set(e, ERR_FAIL, "no child to wait for");
	(void)WaitForSingleObject(c.h, INFINITE);
	ok = pid < FIRST_HELPER ? GetExitCodeProcess(c.h, &status) :
	    GetExitCodeThread(c.h, &status);
	(void)CloseHandle(c.h);
	close_handle(&c.job);
	if (!ok)
		return err_set(e, ERR_FAIL, "cannot wait for a child");
	/* what the system ends ends with one of its own numbers */
	return status > 255 ? KILLED : (int)status;
}

int
proc_wait(struct proc *p, struct err *e)
{
	pid_t pid = p->pid;

	close_fd(&p->in);
	close_fd(&p->out);
	close_fd(&p->err);
	p->pid = -1;
	if (pid < 0)
		return err_set(e, ERR_FAIL, "no child to wait for");
	return proc_wait_pid(pid, e);
}

/*
 * A thread cannot be ended from outside without harm: one that is stuck keeps
 * what it has, and ends with the process.
 */
int
kill(pid_t pid, int sig)
{
	struct child c = look_up(pid < 0 ? -pid : pid, false);
	HANDLE h;

	if (c.pid != 0) {
		if (sig == 0)
			return 0;
		if (c.job)
			(void)TerminateJobObject(c.job, KILLED);
		return 0;
	}
	h = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)pid);
	if (!h) {
		errno = GetLastError() == ERROR_ACCESS_DENIED ? EPERM : ESRCH;
		return -1;
	}
	sig = WaitForSingleObject(h, 0) == WAIT_OBJECT_0;
	(void)CloseHandle(h);
	if (sig)
		errno = ESRCH;
	return sig ? -1 : 0;
}

void
proc_kill(struct proc *p)
{
	struct child c;

	close_fd(&p->in);
	close_fd(&p->out);
	close_fd(&p->err);
	if (p->pid < 0)
		return;
	(void)kill(p->pid, SIGKILL);
	c = look_up(p->pid, false);
	if (c.job) {
		(void)proc_wait_pid(p->pid, NULL);
	} else if (c.h) {
		(void)look_up(p->pid, true);
		(void)CloseHandle(c.h);
	}
	p->pid = -1;
}

/* --- Helpers. */

struct helper {
	int (*fn)(int fd, void *arg);
	void *arg;
	int fd;
};

static DWORD WINAPI
run_helper(void *arg)
{
	struct helper h = *(struct helper *)arg;
	DWORD status;

	free(arg);
	status = (DWORD)h.fn(h.fd, h.arg) & 255;
	(void)close(h.fd);
	return status;
}

/* Two pipes, one for each direction, so that one can be shut alone. */
static int
make_pair(int fd[2], struct err *e)
{
	HANDLE r[2] = {NULL, NULL}, w[2] = {NULL, NULL};

	fd[0] = fd[1] = -1;
	if (!CreatePipe(&r[0], &w[1], NULL, PIPE_SIZE) ||
	    !CreatePipe(&r[1], &w[0], NULL, PIPE_SIZE)) {
		close_handle(&r[0]);
		close_handle(&w[1]);
		return err_set(e, ERR_FAIL, "cannot make a pipe");
	}
	fd[0] = win_fd_new(WIN_PIPE, r[0], w[0], false);
	fd[1] = win_fd_new(WIN_PIPE, r[1], w[1], false);
	if (fd[0] >= 0 && fd[1] >= 0)
		return 0;
	(void)err_sys(e, errno, "cannot make a pipe");
	close_fd(&fd[0]);
	close_fd(&fd[1]);
	return -1;
}

/*
 * There is no fork here.  A helper is a thread: it has its end of the pair and
 * does not touch what its caller changes meanwhile.
 */
pid_t
proc_fork(int (*fn)(int fd, void *arg), void *arg, const int *keep,
	size_t nkeep, int *fd_out, struct err *e)
{
	struct helper *h = calloc(1, sizeof(*h));
	int fd[2];
	HANDLE t = NULL;
	pid_t pid;

	(void)keep;
	(void)nkeep;
	if (!h)
		return err_nomem(e);
	if (make_pair(fd, e) < 0) {
		free(h);
		return -1;
	}
	*h = (struct helper){fn, arg, fd[1]};
	AcquireSRWLockExclusive(&lock);
	pid = next_helper++;
	ReleaseSRWLockExclusive(&lock);
	t = CreateThread(NULL, 8 << 20, run_helper, h, CREATE_SUSPENDED, NULL);
	if (!t || remember(pid, t, NULL) < 0) {
		if (t) {
			(void)TerminateThread(t, 1);	/* it never ran */
			(void)CloseHandle(t);
		}
		free(h);
		close_fd(&fd[0]);
		close_fd(&fd[1]);
		return err_set(e, ERR_FAIL, "cannot start a helper");
	}
	(void)ResumeThread(t);
	*fd_out = fd[0];
	return pid;
}
