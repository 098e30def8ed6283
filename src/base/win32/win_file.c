/* base/win32/win_file.c - files and folders by NT's own calls. */
#include "base/win32/win.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define UNIX_EPOCH INT64_C(116444736000000000)	/* in 100 ns since 1601 */
#define DIR_STEP 32768
#define TRIES 20		/* for a file that another program looks at */
#define TRY_MS 25

/* Of ntifs.h, which mingw-w64 has for drivers alone. */
enum { DIRECTORY_INFO = 2, RENAME_INFO = 10, DISPOSITION_INFO = 13,
	DISPOSITION_INFO_EX = 64, RENAME_INFO_EX = 65 };
#define REPLACE_IF_EXISTS 1u
#define POSIX_SEMANTICS 2u
#define DISPOSE_DELETE 1u
#define DISPOSE_POSIX 2u
#define DISPOSE_IGNORE_READONLY 16u

NTSTATUS NTAPI NtQueryDirectoryFile(HANDLE, HANDLE, PVOID, PVOID,
	PIO_STATUS_BLOCK, PVOID, ULONG, FILE_INFORMATION_CLASS, BOOLEAN,
	PUNICODE_STRING, BOOLEAN);

struct full_dir_info {
	ULONG next, index;
	LARGE_INTEGER created, accessed, written, changed, end, allocated;
	ULONG attributes, name_len, ea_size;
	wchar_t name[1];
};

/* --- Opening. */

/* A tag that stands for another name, as links and junctions do. */
static bool
is_surrogate(DWORD tag)
{
	return (tag & 0x20000000) != 0;
}

int
win_is_link(HANDLE h)
{
	FILE_ATTRIBUTE_TAG_INFO info;

	if (!GetFileInformationByHandleEx(h, FileAttributeTagInfo, &info,
	    sizeof(info)))
		return 0;
	return (info.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) &&
	    is_surrogate(info.ReparseTag);
}

static bool
is_reparse(HANDLE h)
{
	FILE_ATTRIBUTE_TAG_INFO info;

	return GetFileInformationByHandleEx(h, FileAttributeTagInfo, &info,
	    sizeof(info)) && (info.FileAttributes &
	    FILE_ATTRIBUTE_REPARSE_POINT);
}

static DWORD
creation(int flags)
{
	if ((flags & O_CREAT) && (flags & O_EXCL))
		return FILE_CREATE;
	if (flags & O_CREAT)
		return flags & O_TRUNC ? FILE_OVERWRITE_IF : FILE_OPEN_IF;
	return flags & O_TRUNC ? FILE_OVERWRITE : FILE_OPEN;
}

static DWORD
rights(int flags)
{
	if (flags & O_PATH)
		return FILE_READ_ATTRIBUTES | FILE_TRAVERSE;
	switch (flags & 3) {
	case O_WRONLY:
		return FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES;
	case O_RDWR:
		return FILE_GENERIC_READ | FILE_GENERIC_WRITE;
	default:
		return FILE_GENERIC_READ;
	}
}

/*
 * As O_NOFOLLOW has it.  Not every tag is a link: OneDrive's files are opened
 * once more, through what brings them here.
 */
static int
open_nofollow(int dir, const char *path, DWORD access, DWORD create,
	DWORD options, HANDLE *h)
{
	if (win_open(dir, path, access, create,
	    options | FILE_OPEN_REPARSE_POINT, h) < 0)
		return -1;
	if (!is_reparse(*h))
		return 0;
	if (win_is_link(*h)) {
		(void)CloseHandle(*h);
		errno = ELOOP;
		return -1;
	}
	(void)CloseHandle(*h);
	return win_open(dir, path, access, FILE_OPEN, options, h);
}

/* The terminal, to read and to write. */
static int
open_console(void)
{
	HANDLE in = CreateFileW(L"CONIN$", GENERIC_READ | GENERIC_WRITE,
	    FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
	HANDLE out = CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE,
	    FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);

	if (in != INVALID_HANDLE_VALUE && out != INVALID_HANDLE_VALUE)
		return win_fd_new(WIN_CONSOLE, in, out, false);
	if (in != INVALID_HANDLE_VALUE)
		(void)CloseHandle(in);
	if (out != INVALID_HANDLE_VALUE)
		(void)CloseHandle(out);
	errno = ENXIO;
	return -1;
}

int
openat(int dir, const char *path, int flags, ...)
{
	DWORD options = flags & O_DIRECTORY ?
	    FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT :
	    flags & O_PATH ? FILE_OPEN_FOR_BACKUP_INTENT :
	    FILE_NON_DIRECTORY_FILE;
	HANDLE h;
	int rc;

	if (flags & O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (strcmp(path, "/dev/tty") == 0)
		return open_console();
	rc = flags & O_NOFOLLOW ? open_nofollow(dir, path, rights(flags),
	    creation(flags), options, &h) : win_open(dir, path, rights(flags),
	    creation(flags), options, &h);
	if (rc < 0)
		return -1;
	return win_fd_new(flags & O_DIRECTORY ? WIN_DIR : WIN_FILE, h, NULL,
	    flags & O_APPEND);
}

int
open(const char *path, int flags, ...)
{
	return openat(AT_FDCWD, path, flags);
}

int
truncate(const char *path, off_t size)
{
	int fd = open(path, O_WRONLY), rc;

	if (fd < 0)
		return -1;
	rc = ftruncate(fd, size);
	(void)close(fd);
	return rc;
}

/* --- Asking. */

static struct timespec
time_of(int64_t t)
{
	struct timespec ts;
	int64_t ns = (t - UNIX_EPOCH) % 10000000;

	ts.tv_sec = (t - UNIX_EPOCH) / 10000000;
	if (ns < 0) {
		ns += 10000000;
		ts.tv_sec--;
	}
	ts.tv_nsec = (long)ns * 100;
	return ts;
}

static int
stat_handle(HANDLE h, struct stat *st)
{
	BY_HANDLE_FILE_INFORMATION info;
	FILE_BASIC_INFO basic;

	if (!GetFileInformationByHandle(h, &info) ||
	    !GetFileInformationByHandleEx(h, FileBasicInfo, &basic,
	    sizeof(basic)))
		return win_fail(GetLastError());
	memset(st, 0, sizeof(*st));
	st->st_dev = info.dwVolumeSerialNumber;
	st->st_ino = (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow;
	st->st_nlink = info.nNumberOfLinks;
	st->st_size = (off_t)((uint64_t)info.nFileSizeHigh << 32 |
	    info.nFileSizeLow);
	st->st_atim = time_of(basic.LastAccessTime.QuadPart);
	st->st_mtim = time_of(basic.LastWriteTime.QuadPart);
	st->st_ctim = time_of(basic.ChangeTime.QuadPart);
	if (win_is_link(h))
		st->st_mode = S_IFLNK | 0700;
	else if (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
		st->st_mode = S_IFDIR | 0700;
	else
		st->st_mode = S_IFREG | 0600;
	return 0;
}

int
fstat(int fd, struct stat *st)
{
	struct win_fd *f = win_fd(fd);

	if (!f)
		return -1;
	if (f->kind == WIN_PIPE || f->kind == WIN_CONSOLE) {
		memset(st, 0, sizeof(*st));
		st->st_mode = f->kind == WIN_PIPE ? S_IFIFO : S_IFCHR;
		return 0;
	}
	return stat_handle(f->h, st);
}

int
fstatat(int dir, const char *path, struct stat *st, int flags)
{
	HANDLE h;
	int rc;

	if (win_open(dir, path, FILE_READ_ATTRIBUTES, FILE_OPEN,
	    FILE_OPEN_FOR_BACKUP_INTENT | (flags & AT_SYMLINK_NOFOLLOW ?
	    FILE_OPEN_REPARSE_POINT : 0), &h) < 0)
		return -1;
	rc = stat_handle(h, st);
	(void)CloseHandle(h);
	return rc;
}

int
stat(const char *path, struct stat *st)
{
	return fstatat(AT_FDCWD, path, st, 0);
}

int
lstat(const char *path, struct stat *st)
{
	return fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int
access(const char *path, int mode)
{
	HANDLE h;

	if (win_open(AT_FDCWD, path, (mode & R_OK ? FILE_READ_DATA : 0) |
	    (mode & W_OK ? FILE_WRITE_DATA : 0) | FILE_READ_ATTRIBUTES,
	    FILE_OPEN, FILE_OPEN_FOR_BACKUP_INTENT, &h) < 0)
		return -1;
	(void)CloseHandle(h);
	return 0;
}

char *
realpath(const char *path, char *out)
{
	wchar_t text[WIN_PATH_MAX];
	const wchar_t *from = text;
	char *made;
	HANDLE h;
	DWORD n;

	if (out) {
		errno = EINVAL;
		return NULL;
	}
	if (win_open(AT_FDCWD, path, FILE_READ_ATTRIBUTES, FILE_OPEN,
	    FILE_OPEN_FOR_BACKUP_INTENT, &h) < 0)
		return NULL;
	n = GetFinalPathNameByHandleW(h, text, WIN_PATH_MAX, 0);
	(void)CloseHandle(h);
	if (n == 0 || n >= WIN_PATH_MAX) {
		errno = n == 0 ? EIO : ENAMETOOLONG;
		return NULL;
	}
	/* "\\?\C:\x", "\\?\UNC\server\x" */
	if (wcsncmp(text, L"\\\\?\\UNC\\", 8) == 0) {
		text[6] = L'\\';
		from = text + 6;
	} else if (wcsncmp(text, L"\\\\?\\", 4) == 0) {
		from = text + 4;
	}
	made = win_utf8_new(from);
	if (!made)
		errno = ENOMEM;
	for (out = made; out && *out; out++)
		if (*out == '\\')
			*out = '/';
	return made;
}

ssize_t
readlink(const char *path, char *out, size_t n)
{
	wchar_t text[WIN_PATH_MAX];
	char *made;
	DWORD len;

	if (strcmp(path, "/proc/self/exe") != 0) {
		errno = EINVAL;
		return -1;
	}
	len = GetModuleFileNameW(NULL, text, WIN_PATH_MAX);
	made = len > 0 && len < WIN_PATH_MAX ? win_utf8_new(text) : NULL;
	if (!made || strlen(made) > n) {
		free(made);
		errno = ENAMETOOLONG;
		return -1;
	}
	for (len = 0; made[len]; len++)
		out[len] = made[len] == '\\' ? '/' : made[len];
	free(made);
	return (ssize_t)len;
}

char *
getcwd(char *out, size_t n)
{
	wchar_t text[WIN_PATH_MAX];
	DWORD len = GetCurrentDirectoryW(WIN_PATH_MAX, text);
	char *made;

	(void)n;
	if (out || len == 0 || len >= WIN_PATH_MAX) {
		errno = ERANGE;
		return NULL;
	}
	made = win_utf8_new(text);
	for (out = made; out && *out; out++)
		if (*out == '\\')
			*out = '/';
	return made;
}

/* --- Changing. */

int
fchmod(int fd, mode_t mode)
{
	(void)mode;
	return win_fd(fd) ? 0 : -1;
}

int
mkdir(const char *path, mode_t mode)
{
	HANDLE h;

	(void)mode;
	if (win_open(AT_FDCWD, path, FILE_LIST_DIRECTORY, FILE_CREATE,
	    FILE_DIRECTORY_FILE, &h) < 0)
		return -1;
	(void)CloseHandle(h);
	return 0;
}

/* Gone at once, whoever has it open; as the last one closes it where not. */
static int
dispose(HANDLE h)
{
	ULONG flags = DISPOSE_DELETE | DISPOSE_POSIX | DISPOSE_IGNORE_READONLY;
	FILE_BASIC_INFO basic = {.FileAttributes = FILE_ATTRIBUTE_NORMAL};
	BOOLEAN yes = TRUE;
	IO_STATUS_BLOCK io;
	LONG rc;

	rc = NtSetInformationFile(h, &io, &flags, sizeof(flags),
	    (FILE_INFORMATION_CLASS)DISPOSITION_INFO_EX);
	if (rc >= 0)
		return 0;
	if ((ULONG)rc == 0xC0000101)	/* STATUS_DIRECTORY_NOT_EMPTY */
		return win_fail_nt(rc);
	(void)SetFileInformationByHandle(h, FileBasicInfo, &basic,
	    sizeof(basic));
	rc = NtSetInformationFile(h, &io, &yes, sizeof(yes),
	    (FILE_INFORMATION_CLASS)DISPOSITION_INFO);
	return rc >= 0 ? 0 : win_fail_nt(rc);
}

/* Another program, a virus scanner say, has it for a moment. */
static bool
again(int *tries)
{
	if ((errno != EACCES && errno != EBUSY) || (*tries)++ >= TRIES)
		return false;
	Sleep(TRY_MS);
	return true;
}

static int
remove_once(int dir, const char *path, bool folder)
{
	HANDLE h;
	int rc;

	if (win_open(dir, path, DELETE | FILE_READ_ATTRIBUTES |
	    FILE_WRITE_ATTRIBUTES, FILE_OPEN, FILE_OPEN_REPARSE_POINT |
	    FILE_OPEN_FOR_BACKUP_INTENT, &h) < 0)
		return -1;
	if (!folder) {
		FILE_ATTRIBUTE_TAG_INFO info;

		if (GetFileInformationByHandleEx(h, FileAttributeTagInfo,
		    &info, sizeof(info)) && (info.FileAttributes &
		    FILE_ATTRIBUTE_DIRECTORY) && !win_is_link(h)) {
			(void)CloseHandle(h);
			errno = EISDIR;
			return -1;
		}
	}
	rc = dispose(h);
	(void)CloseHandle(h);
	return rc;
}

int
unlinkat(int dir, const char *path, int flags)
{
	int tries = 0, rc;

	do
		rc = remove_once(dir, path, flags & AT_REMOVEDIR);
	while (rc < 0 && again(&tries));
	return rc;
}

int
unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

struct rename_info {
	ULONG flags;		/* a BOOLEAN in the older class */
	HANDLE root;
	ULONG name_len;
	wchar_t name[WIN_PATH_MAX];
};

/* TO as NT names it: what the folder that it is in is called, and its name. */
static int
target_name(const char *to, struct rename_info *info)
{
	const char *slash = strrchr(to, '/');
	const char *name = slash ? slash + 1 : to;
	char *dir = slash ? strdup(to) : strdup(".");
	wchar_t text[WIN_PATH_MAX];
	HANDLE h;
	DWORD n;
	int len, rc = -1;

	if (!dir)
		return -1;
	if (slash)
		dir[slash - to + (slash == to)] = '\0';
	if (win_open(AT_FDCWD, dir, FILE_READ_ATTRIBUTES, FILE_OPEN,
	    FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT, &h) < 0)
		goto out;
	n = GetFinalPathNameByHandleW(h, text, WIN_PATH_MAX, 0);
	(void)CloseHandle(h);
	if (n == 0 || n + 2 >= WIN_PATH_MAX) {
		errno = n == 0 ? EIO : ENAMETOOLONG;
		goto out;
	}
	text[1] = L'?';		/* "\\?\" to "\??\" */
	memcpy(info->name, text, n * sizeof(*text));
	if (text[n - 1] != L'\\')
		info->name[n++] = L'\\';
	len = win_wide(info->name + n, WIN_PATH_MAX - n, name, strlen(name));
	if (len > 0) {
		info->name_len = (n + (ULONG)len) * (ULONG)sizeof(*text);
		rc = 0;
	}
out:
	free(dir);
	return rc;
}

static int
rename_once(const char *from, struct rename_info *info)
{
	const ULONG size = (ULONG)offsetof(struct rename_info, name) +
	    info->name_len;
	IO_STATUS_BLOCK io;
	HANDLE h;
	LONG rc;

	if (win_open(AT_FDCWD, from, DELETE, FILE_OPEN,
	    FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT, &h) < 0)
		return -1;
	info->flags = REPLACE_IF_EXISTS | POSIX_SEMANTICS;
	rc = NtSetInformationFile(h, &io, info, size,
	    (FILE_INFORMATION_CLASS)RENAME_INFO_EX);
	if (rc < 0) {
		/* Before Windows 10 1709, and where a share has no other. */
		info->flags = 1;
		rc = NtSetInformationFile(h, &io, info, size,
		    (FILE_INFORMATION_CLASS)RENAME_INFO);
	}
	(void)CloseHandle(h);
	return rc >= 0 ? 0 : win_fail_nt(rc);
}

int
posix_rename(const char *from, const char *to)
{
	struct rename_info *info = calloc(1, sizeof(*info));
	int tries = 0, rc;

	if (!info) {
		errno = ENOMEM;
		return -1;
	}
	rc = target_name(to, info);
	if (rc == 0)
		do
			rc = rename_once(from, info);
		while (rc < 0 && again(&tries));
	free(info);
	return rc;
}

int
mkostemp(char *path, int flags)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	char *x = path + strlen(path) - 6;
	unsigned char random[6];
	int i, fd;

	(void)flags;
	do {
		if (getrandom(random, sizeof(random), 0) < 0)
			return -1;
		for (i = 0; i < 6; i++)
			x[i] = letters[random[i] & 31];
		fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	} while (fd < 0 && errno == EEXIST);
	return fd;
}

/* --- Folders. */

static uint8_t
type_of(const struct full_dir_info *i)
{
	/* of a reparse point the tag stands in the place of the size of EAs */
	if ((i->attributes & FILE_ATTRIBUTE_REPARSE_POINT) &&
	    is_surrogate(i->ea_size))
		return DT_LNK;
	return i->attributes & FILE_ATTRIBUTE_DIRECTORY ? DT_DIR : DT_REG;
}

static size_t
put_entry(struct dirent *d, const struct full_dir_info *i)
{
	size_t n = win_utf8(d->d_name, i->name, i->name_len / sizeof(wchar_t));

	n = (offsetof(struct dirent, d_name) + n + 1 + 7) / 8 * 8;
	d->d_ino = 0;
	d->d_type = type_of(i);
	d->d_reclen = (uint16_t)n;
	return n;
}

/*
 * NT gives as many names as fit; a third of the room for its own form, so that
 * all of them fit in ours: three bytes for two.
 */
ssize_t
getdents64(int fd, void *buf, size_t n)
{
	_Alignas(8) static _Thread_local char raw[DIR_STEP];
	struct win_fd *f = win_fd(fd);
	const struct full_dir_info *i;
	IO_STATUS_BLOCK io;
	size_t at = 0, used = 0;
	LONG rc;

	if (!f || f->kind != WIN_DIR || n < 2 * DIR_STEP) {
		errno = f ? EINVAL : EBADF;
		return -1;
	}
	rc = NtQueryDirectoryFile(f->h, NULL, NULL, NULL, &io, raw,
	    sizeof(raw), (FILE_INFORMATION_CLASS)DIRECTORY_INFO, FALSE, NULL,
	    !f->listed);
	f->listed = true;
	/* STATUS_NO_MORE_FILES, STATUS_NO_SUCH_FILE */
	if ((ULONG)rc == 0x80000006 || (ULONG)rc == 0xC000000F)
		return 0;
	if (rc < 0)
		return win_fail_nt(rc);
	do {
		i = (const void *)(raw + at);
		used += put_entry((void *)((char *)buf + used), i);
		at += i->next;
	} while (i->next > 0);
	return (ssize_t)used;
}

struct posix_dir {
	int fd;
	size_t at, n;
	_Alignas(8) char buf[2 * DIR_STEP];
};

DIR *
fdopendir(int fd)
{
	DIR *d = calloc(1, sizeof(*d));

	if (!d) {
		errno = ENOMEM;
		return NULL;
	}
	d->fd = fd;
	return d;
}

DIR *
opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !d)
		(void)close(fd);
	return d;
}

struct dirent *
readdir(DIR *d)
{
	struct dirent *entry;
	ssize_t n;

	if (d->at == d->n) {
		n = getdents64(d->fd, d->buf, sizeof(d->buf));
		if (n <= 0)
			return NULL;
		d->n = (size_t)n;
		d->at = 0;
	}
	entry = (void *)(d->buf + d->at);
	d->at += entry->d_reclen;
	return entry;
}

int
closedir(DIR *d)
{
	int rc = close(d->fd);

	free(d);
	return rc;
}

int
dirfd(DIR *d)
{
	return d->fd;
}
