/*
 * base/win32/posix.h - as much of POSIX as the rooms of liudi use, on Windows.
 *
 * The seam between us and the system is POSIX itself: rooms include unistd.h
 * and the like and know nothing of this file.  A build for Windows includes it
 * before everything else, and finds empty files in the place of the headers it
 * stands for (config/windows/compile.sh).  The functions have names of their
 * own for the linker, so that libraries keep the C library's.
 *
 * Text is UTF-8 (WTF-8 where a name is ill-formed); separators are '/'.  Every
 * file is opened with all sharing, no path is too long, and a link (junction,
 * symbolic link) is one wherever POSIX says so.  Mode, owner and umask mean
 * nothing: what a file's folder allows holds for the file.
 * Needs: the Windows C library, winpthreads.
 */
#ifndef LIUDI_BASE_WIN32_POSIX_H
#define LIUDI_BASE_WIN32_POSIX_H

/* Ours are wider; the guards are those of mingw-w64. */
#define _INO_T_DEFINED
#define _DEV_T_DEFINED
#define _STAT_DEFINED
typedef unsigned long long ino_t;
typedef unsigned long long dev_t;
typedef unsigned int _dev_t;

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <errno.h>
#include <process.h>
#include <pthread.h>
#include <signal.h>

/*
 * Formats are C's, not those of the system's library: so says the attribute,
 * and so mingw-w64's own printf has it.
 */
int gnu_printf(const char *fmt, ...) __asm__("__mingw_printf")
	__attribute__((format(gnu_printf, 1, 2)));
#define printf gnu_printf

/* The name for the linker. */
#define POSIX_AS(name) __asm__("posix_" #name)

typedef unsigned uid_t, gid_t, nlink_t, id_t;

#ifndef EDQUOT
#define EDQUOT 2001
#endif
#ifndef ESTALE
#define ESTALE 2002
#endif

/* --- Files: fcntl.h, sys/stat.h, unistd.h. */

#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_APPEND 0x8
#define O_CREAT 0x100
#define O_TRUNC 0x200
#define O_EXCL 0x400
#define O_DIRECTORY 0x1000
#define O_NOFOLLOW 0x2000
#define O_PATH 0x4000
#define O_NONBLOCK 0x8000
#define O_TMPFILE 0x10000	/* EOPNOTSUPP */
#define O_CLOEXEC 0		/* always */
#define O_NOCTTY 0
#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 1
#define AT_REMOVEDIR 2

int open(const char *path, int flags, ...) POSIX_AS(open);
int openat(int dir, const char *path, int flags, ...) POSIX_AS(openat);
int close(int fd) POSIX_AS(close);
ssize_t read(int fd, void *data, size_t n) POSIX_AS(read);
ssize_t write(int fd, const void *data, size_t n) POSIX_AS(write);
ssize_t pread(int fd, void *data, size_t n, off_t off) POSIX_AS(pread);
ssize_t pwrite(int fd, const void *data, size_t n, off_t off)
	POSIX_AS(pwrite);
#undef lseek
off_t lseek(int fd, off_t off, int whence) POSIX_AS(lseek);
int fsync(int fd) POSIX_AS(fsync);
#undef ftruncate
#undef truncate
int ftruncate(int fd, off_t size) POSIX_AS(ftruncate);
int truncate(const char *path, off_t size) POSIX_AS(truncate);

#define POSIX_FADV_SEQUENTIAL 2
#define POSIX_FADV_DONTNEED 4
#define POSIX_FADV_RANDOM 1
#define POSIX_FADV_WILLNEED 3
static inline int
posix_fadvise(int fd, off_t off, off_t n, int advice)
{
	(void)fd;
	(void)off;
	(void)n;
	(void)advice;
	return 0;
}

#define F_DUPFD_CLOEXEC 1
#define F_GETFL 2
#define F_SETFL 3		/* O_NONBLOCK, for pipes */
#define F_OFD_SETLK 4
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
struct flock {
	short l_type, l_whence;	/* SEEK_SET only */
	off_t l_start, l_len;
	pid_t l_pid;
};
int fcntl(int fd, int what, ...) POSIX_AS(fcntl);

#define LOCK_EX 2
#define LOCK_NB 4
int flock(int fd, int what) POSIX_AS(flock);

struct stat {
	dev_t st_dev;
	ino_t st_ino;
	mode_t st_mode;		/* 0600 or 0700: the owner's, who else may is
				 * for lists of access to say */
	nlink_t st_nlink;
	uid_t st_uid;
	gid_t st_gid;
	off_t st_size;
	struct timespec st_atim, st_mtim, st_ctim;
};
#define st_mtime st_mtim.tv_sec
#define S_IFMT 0170000
#define S_IFDIR 0040000
#define S_IFREG 0100000
#define S_IFLNK 0120000
#define S_IFIFO 0010000
#define S_IFCHR 0020000
#define S_ISREG(m) (((m) & S_IFMT) == S_IFREG)
#define S_ISDIR(m) (((m) & S_IFMT) == S_IFDIR)
#define S_ISLNK(m) (((m) & S_IFMT) == S_IFLNK)
int stat(const char *path, struct stat *st) POSIX_AS(stat);
int lstat(const char *path, struct stat *st) POSIX_AS(lstat);
int fstat(int fd, struct stat *st) POSIX_AS(fstat);
int fstatat(int dir, const char *path, struct stat *st, int flags)
	POSIX_AS(fstatat);

int mkdir(const char *path, mode_t mode) POSIX_AS(mkdir);
int unlink(const char *path) POSIX_AS(unlink);
int unlinkat(int dir, const char *path, int flags) POSIX_AS(unlinkat);
int posix_rename(const char *from, const char *to);
#define rename(from, to) posix_rename(from, to)
int mkostemp(char *path, int flags) POSIX_AS(mkostemp);
int fchmod(int fd, mode_t mode) POSIX_AS(fchmod);
#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4
int access(const char *path, int mode) POSIX_AS(access);
char *realpath(const char *path, char *out) POSIX_AS(realpath);
/* "/proc/self/exe" alone. */
ssize_t readlink(const char *path, char *out, size_t n) POSIX_AS(readlink);
char *getcwd(char *out, size_t n) POSIX_AS(getcwd);	/* (NULL, 0) */
int isatty(int fd) POSIX_AS(isatty);
int dprintf(int fd, const char *fmt, ...) POSIX_AS(dprintf)
	__attribute__((format(gnu_printf, 2, 3)));
uid_t geteuid(void) POSIX_AS(geteuid);		/* 0: there is but one */
#define getuid geteuid
unsigned alarm(unsigned seconds) POSIX_AS(alarm);	/* nothing */
#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

/* The C library's takes an errno value of POSIX as well. */
char *posix_strerror_r(int sys, char *text, size_t n);
#define strerror_r posix_strerror_r

#define _SC_PAGESIZE 1
#define _SC_OPEN_MAX 2
long sysconf(int what) POSIX_AS(sysconf);

struct iovec {
	void *iov_base;
	size_t iov_len;
};
ssize_t preadv(int fd, const struct iovec *v, int n, off_t off)
	POSIX_AS(preadv);

/* --- Folders: dirent.h. */

#define DT_UNKNOWN 0
#define DT_DIR 4
#define DT_REG 8
#define DT_LNK 10
struct dirent {
	uint64_t d_ino;
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[800];	/* 255 units of UTF-16 at most */
};
#define dirent64 dirent
ssize_t getdents64(int fd, void *buf, size_t n) POSIX_AS(getdents64);
typedef struct posix_dir DIR;
DIR *opendir(const char *path) POSIX_AS(opendir);
DIR *fdopendir(int fd) POSIX_AS(fdopendir);
struct dirent *readdir(DIR *d) POSIX_AS(readdir);
int closedir(DIR *d) POSIX_AS(closedir);
int dirfd(DIR *d) POSIX_AS(dirfd);

/* --- Pipes and the two-way pipes of proc_fork(): poll.h, sys/socket.h. */

struct pollfd {
	int fd;
	short events, revents;
};
#define POLLIN 1
#define POLLOUT 4
#define POLLERR 8
#define POLLHUP 16
int poll(struct pollfd *p, unsigned n, int ms) POSIX_AS(poll);
#define MSG_NOSIGNAL 0
#define SHUT_WR 1
#define send(fd, data, n, flags) write(fd, data, n)
#define recv(fd, data, n, flags) read(fd, data, n)
int shutdown(int fd, int how) POSIX_AS(shutdown);

/* --- Processes: of base/proc.h; here what file.c asks of a lock's holder. */

#ifndef SIGPIPE
#define SIGPIPE 13
#endif
#ifndef SIGKILL
#define SIGKILL 9
#endif
/* 0: does it live; SIGKILL: end it. */
int kill(pid_t pid, int sig) POSIX_AS(kill);

/* --- Memory: sys/mman.h.  A map is a copy. */

#define PROT_READ 1
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FAILED ((void *)-1)
#define MADV_RANDOM 1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED 3
#define MADV_DONTNEED 4
void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t off)
	POSIX_AS(mmap);
int munmap(void *p, size_t n) POSIX_AS(munmap);
static inline int
madvise(void *p, size_t n, int advice)
{
	(void)p;
	(void)n;
	(void)advice;
	return 0;
}

/* --- The rest. */

ssize_t getrandom(void *out, size_t n, unsigned flags) POSIX_AS(getrandom);
int setenv(const char *name, const char *value, int over) POSIX_AS(setenv);

struct statvfs {
	uint64_t f_bavail, f_frsize;
};
int statvfs(const char *path, struct statvfs *out) POSIX_AS(statvfs);
struct statfs {
	long f_type;		/* 0x517b on a share, else 0 */
};
int statfs(const char *path, struct statfs *out) POSIX_AS(statfs);

/* Whether the clock is disciplined is not known: -1. */
struct timex {
	int status;
};
#define STA_UNSYNC 0x40
static inline int
adjtimex(struct timex *t)
{
	t->status = STA_UNSYNC;
	return -1;
}

typedef unsigned tcflag_t;
struct termios {
	tcflag_t c_lflag;
};
#define ECHO 4			/* ENABLE_ECHO_INPUT */
#define TCSAFLUSH 0
int tcgetattr(int fd, struct termios *t) POSIX_AS(tcgetattr);
int tcsetattr(int fd, int when, const struct termios *t)
	POSIX_AS(tcsetattr);

typedef void *iconv_t;		/* to UTF-8 alone, all at once */
iconv_t iconv_open(const char *to, const char *from) POSIX_AS(iconv_open);
size_t iconv(iconv_t cd, char **in, size_t *left, char **out, size_t *room)
	POSIX_AS(iconv);
int iconv_close(iconv_t cd) POSIX_AS(iconv_close);

void *memmem(const void *s, size_t n, const void *word, size_t len)
	POSIX_AS(memmem);
void *memrchr(const void *s, int c, size_t n) POSIX_AS(memrchr);
char *strcasestr(const char *s, const char *word) POSIX_AS(strcasestr);
void explicit_bzero(void *p, size_t n) POSIX_AS(explicit_bzero);

FILE *posix_fopen(const char *path, const char *mode);
#define fopen posix_fopen

#define le16toh(x) (x)
#define le32toh(x) (x)
#define le64toh(x) (x)
#define htole32(x) (x)
#define htole64(x) (x)
#define be64toh __builtin_bswap64
#define be32toh __builtin_bswap32
#define htobe64 __builtin_bswap64
#define htobe32 __builtin_bswap32

#endif
