/* base/win32/win_fd.c - descriptors: bytes in and out, pipes, consoles, locks. */
#include "base/win32/win.h"

#include <fcntl.h>
#include <io.h>
#include <poll.h>

#include "base/banned.h"

#define FDS 4096
#define STEP ((DWORD)1 << 30)	/* bytes of one call, at most */
#define NAP_MS 5
#define PIECE 65536
#define END_MS 5000
#define LOCK_AT 0x7fff0000	/* high half of an offset that no file has */

/* The system's table of open files, so to say; under its lock. */
static struct win_fd *table[FDS];
static SRWLOCK lock = SRWLOCK_INIT;
static bool begun;

static enum win_kind
kind_of(HANDLE h)
{
	DWORD mode;

	if (GetFileType(h) == FILE_TYPE_PIPE)
		return WIN_PIPE;
	return GetConsoleMode(h, &mode) ? WIN_CONSOLE : WIN_FILE;
}

/* 0 to 2, where the process has them.  The lock is held. */
static void
begin(void)
{
	static const DWORD std[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
		STD_ERROR_HANDLE};
	HANDLE h;
	int i;

	begun = true;
	for (i = 0; i < 3; i++) {
		table[i] = calloc(1, sizeof(**table));
		if (!table[i])
			abort();
		h = GetStdHandle(std[i]);
		if (!h || h == INVALID_HANDLE_VALUE)
			continue;
		table[i]->h = table[i]->w = h;
		table[i]->kind = kind_of(h);
	}
}

int
win_fd_new(enum win_kind kind, HANDLE h, HANDLE w, bool append)
{
	struct win_fd *f = calloc(1, sizeof(*f));
	int fd = -1, i;

	AcquireSRWLockExclusive(&lock);
	if (!begun)
		begin();
	for (i = 3; f && i < FDS && fd < 0; i++)
		if (!table[i])
			fd = i;
	if (fd >= 0) {
		*f = (struct win_fd){.kind = kind, .h = h,
		    .w = w ? w : h, .append = append};
		table[fd] = f;
	}
	ReleaseSRWLockExclusive(&lock);
	if (fd >= 0)
		return fd;
	free(f);
	(void)CloseHandle(h);
	if (w && w != h)
		(void)CloseHandle(w);
	errno = EMFILE;
	return -1;
}

struct win_fd *
win_fd(int fd)
{
	struct win_fd *f = NULL;

	AcquireSRWLockExclusive(&lock);
	if (!begun)
		begin();
	if (fd >= 0 && fd < FDS && table[fd] && table[fd]->kind != WIN_FREE)
		f = table[fd];
	ReleaseSRWLockExclusive(&lock);
	if (!f)
		errno = EBADF;
	return f;
}

HANDLE
win_handle(int fd)
{
	struct win_fd *f = win_fd(fd);

	return f ? f->h : INVALID_HANDLE_VALUE;
}

static void out_end(struct win_fd *f);

int
close(int fd)
{
	struct win_fd *f = win_fd(fd);
	BOOL ok = TRUE;

	if (!f)
		return -1;
	AcquireSRWLockExclusive(&lock);
	table[fd] = NULL;
	ReleaseSRWLockExclusive(&lock);
	out_end(f);
	if (f->w && f->w != f->h)
		ok = CloseHandle(f->w);
	if (f->h)
		ok = CloseHandle(f->h) && ok;
	free(f);
	return ok ? 0 : win_fail(GetLastError());
}

/* --- What went wrong. */

int
win_fail(DWORD error)
{
	static const struct {
		DWORD error;
		int sys;
	} known[] = {
		{ERROR_FILE_NOT_FOUND, ENOENT}, {ERROR_PATH_NOT_FOUND, ENOENT},
		{ERROR_INVALID_DRIVE, ENOENT}, {ERROR_INVALID_NAME, ENOENT},
		{ERROR_BAD_NETPATH, ENOENT}, {ERROR_BAD_NET_NAME, ENOENT},
		{ERROR_NETNAME_DELETED, ENOENT}, {ERROR_BAD_PATHNAME, ENOENT},
		{ERROR_NOT_READY, ENOENT}, {ERROR_DELETE_PENDING, ENOENT},
		{ERROR_ACCESS_DENIED, EACCES}, {ERROR_WRITE_PROTECT, EROFS},
		{ERROR_PRIVILEGE_NOT_HELD, EPERM},
		{225, EACCES}, {226, ENOENT},	/* a virus, it says */
		{ERROR_SHARING_VIOLATION, EBUSY},
		{ERROR_LOCK_VIOLATION, EBUSY},
		{ERROR_USER_MAPPED_FILE, EBUSY},
		{ERROR_FILE_EXISTS, EEXIST}, {ERROR_ALREADY_EXISTS, EEXIST},
		{ERROR_DIRECTORY, ENOTDIR}, {ERROR_DIR_NOT_EMPTY, ENOTEMPTY},
		{ERROR_DISK_FULL, ENOSPC}, {ERROR_HANDLE_DISK_FULL, ENOSPC},
		{1295, EDQUOT},
		{ERROR_FILE_TOO_LARGE, EFBIG},
		{ERROR_NOT_ENOUGH_MEMORY, ENOMEM}, {ERROR_OUTOFMEMORY, ENOMEM},
		{ERROR_COMMITMENT_LIMIT, ENOMEM},
		{ERROR_TOO_MANY_OPEN_FILES, EMFILE},
		{ERROR_BROKEN_PIPE, EPIPE}, {ERROR_NO_DATA, EPIPE},
		{ERROR_PIPE_NOT_CONNECTED, EPIPE},
		{ERROR_INVALID_HANDLE, EBADF},
		{ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
		{ERROR_NOT_SAME_DEVICE, EXDEV},
		{ERROR_INVALID_PARAMETER, EINVAL},
		{ERROR_NOT_SUPPORTED, EOPNOTSUPP},
		{ERROR_CANT_RESOLVE_FILENAME, ELOOP},
		{681, ELOOP}	/* stopped on a symbolic link */
	};
	size_t i;

	errno = EIO;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].error == error)
			errno = known[i].sys;
	return -1;
}

int
win_fail_nt(LONG status)
{
	/* What Windows' own error numbers make the same. */
	switch ((ULONG)status) {
	case 0xC00000BA:	/* STATUS_FILE_IS_A_DIRECTORY */
		errno = EISDIR;
		return -1;
	case 0xC0000103:	/* STATUS_NOT_A_DIRECTORY */
		errno = ENOTDIR;
		return -1;
	case 0xC0000056:	/* STATUS_DELETE_PENDING */
		errno = ENOENT;
		return -1;
	case 0xC0000033:	/* STATUS_OBJECT_NAME_INVALID */
		errno = ENOENT;
		return -1;
	default:
		return win_fail(RtlNtStatusToDosError(status));
	}
}

/* --- Reading and writing. */

/* A whole typed line at a time; Ctrl-Z alone is the end. */
static ssize_t
read_console(struct win_fd *f, void *data, size_t n)
{
	wchar_t typed[sizeof(f->line) / 3 - 1];
	DWORD got = 0;

	if (f->line_at == f->line_len) {
		if (!ReadConsoleW(f->h, typed, sizeof(typed) / sizeof(*typed),
		    &got, NULL))
			return win_fail(GetLastError());
		if (got == 0 || typed[0] == 0x1a)
			return 0;
		/* its lines end in CR LF */
		if (got > 1 && typed[got - 2] == '\r')
			typed[--got - 1] = '\n';
		f->line_len = (int)win_utf8(f->line, typed, got);
		f->line_at = 0;
	}
	if (n > (size_t)(f->line_len - f->line_at))
		n = (size_t)(f->line_len - f->line_at);
	memcpy(data, f->line + f->line_at, n);
	f->line_at += (int)n;
	return (ssize_t)n;
}

/* Bytes that can be read at once; -1: its other end is closed. */
static int64_t
waiting(const struct win_fd *f)
{
	DWORD there = 0;

	return PeekNamedPipe(f->h, NULL, 0, NULL, &there, NULL) ?
	    (int64_t)there : -1;
}

ssize_t
read(int fd, void *data, size_t n)
{
	struct win_fd *f = win_fd(fd);
	DWORD got = 0, error;

	if (!f)
		return -1;
	if (f->kind == WIN_DIR) {
		errno = EISDIR;
		return -1;
	}
	if (f->kind == WIN_CONSOLE)
		return read_console(f, data, n);
	if (f->kind == WIN_PIPE && f->nonblock && waiting(f) == 0) {
		errno = EAGAIN;
		return -1;
	}
	if (ReadFile(f->h, data, n > STEP ? STEP : (DWORD)n, &got, NULL))
		return (ssize_t)got;
	error = GetLastError();
	if (error == ERROR_BROKEN_PIPE || error == ERROR_HANDLE_EOF)
		return 0;
	return win_fail(error);
}

/*
 * How much room is in a pipe is not told (wine) or told wrong (while its reader
 * waits), so a thread does the waiting: it has one piece at a time.
 */
struct win_out {
	HANDLE pipe, thread, wake, idle;
	volatile bool failed, quit;
	DWORD n;
	char data[PIECE];
};

static DWORD WINAPI
write_all(void *arg)
{
	struct win_out *o = arg;
	DWORD done, out;

	for (;;) {
		(void)WaitForSingleObject(o->wake, INFINITE);
		if (o->quit)
			return 0;
		for (done = 0; done < o->n && !o->failed; done += out)
			if (!WriteFile(o->pipe, o->data + done, o->n - done,
			    &out, NULL))
				o->failed = true;
		(void)SetEvent(o->idle);
	}
}

static struct win_out *
out_new(HANDLE pipe)
{
	struct win_out *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->pipe = pipe;
	o->wake = CreateEventW(NULL, FALSE, FALSE, NULL);
	o->idle = CreateEventW(NULL, TRUE, TRUE, NULL);
	o->thread = CreateThread(NULL, 0, write_all, o, 0, NULL);
	if (o->wake && o->idle && o->thread)
		return o;
	abort();	/* not even a thread: nothing would go out */
}

/* What is on its way gets a moment; then it is given up. */
static void
out_end(struct win_fd *f)
{
	struct win_out *o = f->out;

	f->out = NULL;
	if (!o)
		return;
	if (WaitForSingleObject(o->idle, END_MS) != WAIT_OBJECT_0) {
		o->failed = true;
		(void)CancelSynchronousIo(o->thread);
	}
	o->quit = true;
	(void)SetEvent(o->wake);
	if (WaitForSingleObject(o->thread, END_MS) != WAIT_OBJECT_0)
		return;		/* stuck: it keeps what it has */
	(void)CloseHandle(o->thread);
	(void)CloseHandle(o->wake);
	(void)CloseHandle(o->idle);
	free(o);
}

/* May the next piece be given; -1: its other end is closed. */
static int
room(const struct win_fd *f)
{
	if (!f->out)
		return 1;
	if (f->out->failed)
		return -1;
	return WaitForSingleObject(f->out->idle, 0) == WAIT_OBJECT_0;
}

static ssize_t
write_later(struct win_fd *f, const void *data, size_t n)
{
	struct win_out *o;

	if (!f->out)
		f->out = out_new(f->w);
	o = f->out;
	if (!o) {
		errno = ENOMEM;
		return -1;
	}
	if (room(f) <= 0) {
		errno = o->failed ? EPIPE : EAGAIN;
		return -1;
	}
	o->n = n > PIECE ? PIECE : (DWORD)n;
	memcpy(o->data, data, o->n);
	(void)ResetEvent(o->idle);
	n = o->n;
	(void)SetEvent(o->wake);
	return (ssize_t)n;
}

static ssize_t
write_console(const struct win_fd *f, const char *data, size_t n)
{
	wchar_t text[1024];
	size_t done, part;
	DWORD out;
	int len;

	for (done = 0; done < n; done += part) {
		part = n - done > 1000 ? 1000 : n - done;
		/* between characters */
		while (done + part < n && part > 900 &&
		    (data[done + part] & 0xc0) == 0x80)
			part--;
		len = win_wide(text, sizeof(text) / sizeof(*text), data + done,
		    part);
		if (len > 0 && !WriteConsoleW(f->w, text, (DWORD)len, &out,
		    NULL))
			return win_fail(GetLastError());
	}
	return (ssize_t)n;
}

ssize_t
write(int fd, const void *data, size_t n)
{
	struct win_fd *f = win_fd(fd);
	OVERLAPPED end = {.Offset = 0xffffffff, .OffsetHigh = 0xffffffff};
	DWORD out = 0;

	if (!f)
		return -1;
	if (f->kind == WIN_CONSOLE)
		return write_console(f, data, n);
	if (f->kind == WIN_PIPE && f->nonblock)
		return write_later(f, data, n);
	if (!WriteFile(f->w, data, n > STEP ? STEP : (DWORD)n, &out,
	    f->append ? &end : NULL))
		return win_fail(GetLastError());
	return (ssize_t)out;
}

/* The place of a file's own reading is left as it is. */
static int
save_place(HANDLE h, LARGE_INTEGER *place)
{
	const LARGE_INTEGER zero = {.QuadPart = 0};

	return SetFilePointerEx(h, zero, place, FILE_CURRENT) ? 0 :
	    win_fail(GetLastError());
}

ssize_t
pread(int fd, void *data, size_t n, off_t off)
{
	OVERLAPPED at = {.Offset = (DWORD)off,
		.OffsetHigh = (DWORD)(off >> 32)};
	HANDLE h = win_handle(fd);
	LARGE_INTEGER place;
	DWORD got = 0, error = 0;

	if (h == INVALID_HANDLE_VALUE || save_place(h, &place) < 0)
		return -1;
	if (!ReadFile(h, data, n > STEP ? STEP : (DWORD)n, &got, &at))
		error = GetLastError();
	(void)SetFilePointerEx(h, place, NULL, FILE_BEGIN);
	if (error == 0 || error == ERROR_HANDLE_EOF)
		return (ssize_t)got;
	return win_fail(error);
}

ssize_t
pwrite(int fd, const void *data, size_t n, off_t off)
{
	OVERLAPPED at = {.Offset = (DWORD)off,
		.OffsetHigh = (DWORD)(off >> 32)};
	HANDLE h = win_handle(fd);
	LARGE_INTEGER place;
	DWORD out = 0, error = 0;

	if (h == INVALID_HANDLE_VALUE || save_place(h, &place) < 0)
		return -1;
	if (!WriteFile(h, data, n > STEP ? STEP : (DWORD)n, &out, &at))
		error = GetLastError();
	(void)SetFilePointerEx(h, place, NULL, FILE_BEGIN);
	return error == 0 ? (ssize_t)out : win_fail(error);
}

ssize_t
preadv(int fd, const struct iovec *v, int n, off_t off)
{
	ssize_t all = 0, got;
	int i;

	for (i = 0; i < n; i++) {
		got = pread(fd, v[i].iov_base, v[i].iov_len, off + all);
		if (got < 0)
			return -1;
		all += got;
		if ((size_t)got < v[i].iov_len)
			break;
	}
	return all;
}

off_t
lseek(int fd, off_t off, int whence)
{
	struct win_fd *f = win_fd(fd);
	const LARGE_INTEGER by = {.QuadPart = off};
	LARGE_INTEGER now;

	if (!f)
		return -1;
	if (f->kind == WIN_PIPE || f->kind == WIN_CONSOLE) {
		errno = ESPIPE;
		return -1;
	}
	if (!SetFilePointerEx(f->h, by, &now, whence == SEEK_SET ? FILE_BEGIN :
	    whence == SEEK_END ? FILE_END : FILE_CURRENT))
		return win_fail(GetLastError());
	return now.QuadPart;
}

int
ftruncate(int fd, off_t size)
{
	FILE_END_OF_FILE_INFO end = {.EndOfFile = {.QuadPart = size}};
	HANDLE h = win_handle(fd);

	if (h == INVALID_HANDLE_VALUE)
		return -1;
	return SetFileInformationByHandle(h, FileEndOfFileInfo, &end,
	    sizeof(end)) ? 0 : win_fail(GetLastError());
}

/* A folder's names are flushed through a handle that may add to it. */
static int
fsync_dir(int fd)
{
	HANDLE h;

	if (win_open(fd, ".", FILE_ADD_FILE | SYNCHRONIZE, FILE_OPEN,
	    FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT, &h) == 0) {
		/* not every filesystem has it */
		(void)FlushFileBuffers(h);
		(void)CloseHandle(h);
	}
	return 0;
}

int
fsync(int fd)
{
	struct win_fd *f = win_fd(fd);

	if (!f)
		return -1;
	if (f->kind == WIN_DIR)
		return fsync_dir(fd);
	return FlushFileBuffers(f->w) ? 0 : win_fail(GetLastError());
}

int
shutdown(int fd, int how)
{
	struct win_fd *f = win_fd(fd);

	if (!f || how != SHUT_WR || f->w == f->h) {
		errno = EINVAL;
		return -1;
	}
	out_end(f);
	if (f->w)
		(void)CloseHandle(f->w);
	f->w = NULL;
	return 0;
}

int
isatty(int fd)
{
	struct win_fd *f = win_fd(fd);

	return f && f->kind == WIN_CONSOLE;
}

int
dprintf(int fd, const char *fmt, ...)
{
	char text[4096];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		return -1;
	if (n >= (int)sizeof(text))
		n = sizeof(text) - 1;
	return (int)write(fd, text, (size_t)n);
}

/* --- Locks. */

static int
lock_range(HANDLE h, bool exclusive, uint64_t at, uint64_t n)
{
	OVERLAPPED o = {.Offset = (DWORD)at, .OffsetHigh = (DWORD)(at >> 32)};

	if (LockFileEx(h, LOCKFILE_FAIL_IMMEDIATELY |
	    (exclusive ? LOCKFILE_EXCLUSIVE_LOCK : 0), 0, (DWORD)n,
	    (DWORD)(n >> 32), &o))
		return 0;
	errno = GetLastError() == ERROR_LOCK_VIOLATION ||
	    GetLastError() == ERROR_IO_PENDING ? EAGAIN : EIO;
	return -1;
}

/* Locks here keep others from reading, so it lies where nothing is. */
int
flock(int fd, int what)
{
	HANDLE h = win_handle(fd);

	if (h == INVALID_HANDLE_VALUE)
		return -1;
	if (what != (LOCK_EX | LOCK_NB)) {
		errno = EINVAL;
		return -1;
	}
	if (lock_range(h, true, (uint64_t)LOCK_AT << 32, 1) == 0)
		return 0;
	if (errno == EAGAIN)
		errno = EWOULDBLOCK;
	return -1;
}

static int
dup_high(const struct win_fd *f)
{
	HANDLE me = GetCurrentProcess(), h;

	if (f->w != f->h || !DuplicateHandle(me, f->h, me, &h, 0, FALSE,
	    DUPLICATE_SAME_ACCESS)) {
		errno = EBADF;
		return -1;
	}
	return win_fd_new(f->kind, h, NULL, f->append);
}

int
fcntl(int fd, int what, ...)
{
	struct win_fd *f = win_fd(fd);
	const struct flock *l;
	va_list ap;
	int rc = -1;

	if (!f)
		return -1;
	va_start(ap, what);
	switch (what) {
	case F_DUPFD_CLOEXEC:
		rc = dup_high(f);
		break;
	case F_GETFL:
		rc = f->nonblock ? O_NONBLOCK : 0;
		break;
	case F_SETFL:
		f->nonblock = va_arg(ap, int) & O_NONBLOCK;
		rc = 0;
		break;
	case F_OFD_SETLK:
		l = va_arg(ap, const struct flock *);
		rc = lock_range(f->h, l->l_type == F_WRLCK,
		    (uint64_t)l->l_start, (uint64_t)l->l_len);
		break;
	default:
		errno = EINVAL;
	}
	va_end(ap);
	return rc;
}

/* --- Waiting for pipes. */

static short
ready(const struct pollfd *p)
{
	struct win_fd *f = win_fd(p->fd);
	int64_t n;
	short got = 0;

	if (!f)
		return POLLERR;
	if (f->kind != WIN_PIPE)
		return p->events;
	if ((p->events & POLLIN) && f->h) {
		n = waiting(f);
		got = (short)(n > 0 ? POLLIN : n < 0 ? POLLHUP : 0);
	}
	if ((p->events & POLLOUT) && f->w) {
		n = room(f);
		got = (short)(got | (n > 0 ? POLLOUT : n < 0 ? POLLERR : 0));
	}
	return got;
}

int
poll(struct pollfd *p, unsigned n, int ms)
{
	const ULONGLONG until = GetTickCount64() + (ULONGLONG)(ms < 0 ? 0 : ms);
	DWORD nap = 0;
	unsigned i;
	int found;

	/* Pipes cannot be waited for: they are asked, less often by and by. */
	for (;;) {
		found = 0;
		for (i = 0; i < n; i++) {
			p[i].revents = p[i].fd < 0 ? 0 : ready(&p[i]);
			found += p[i].revents != 0;
		}
		if (found > 0 || (ms >= 0 && GetTickCount64() >= until))
			return found;
		Sleep(nap);
		nap = nap < NAP_MS ? nap + 1 : NAP_MS;
	}
}
