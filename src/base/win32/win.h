/*
 * base/win32/win.h - what the files of this folder share.
 *
 * Descriptors are ours, not the C library's: numbers into a table of handles.
 * 0, 1 and 2 are the process's standard handles.
 * Needs: base/win32/posix.h, windows.h.
 */
#ifndef LIUDI_BASE_WIN32_WIN_H
#define LIUDI_BASE_WIN32_WIN_H

#include <windows.h>
#include <winternl.h>
#include <stdbool.h>

#include "base/err.h"

enum win_kind { WIN_FREE, WIN_FILE, WIN_DIR, WIN_PIPE, WIN_CONSOLE };

struct win_fd {
	enum win_kind kind;
	HANDLE h;		/* NULL: shut */
	HANDLE w;		/* to write to, where it is another; or NULL */
	bool nonblock, append;
	struct win_out *out;	/* what writes for us, so that we need not wait */
	bool listed;		/* a folder's names have been begun */
	char line[1024];	/* of a console: typed and not read yet */
	int line_at, line_len;
};

/* A new descriptor, which has the handles from now on, or -1 (EMFILE). */
int win_fd_new(enum win_kind kind, HANDLE h, HANDLE w, bool append);
/* NULL: EBADF. */
struct win_fd *win_fd(int fd);
/* The handle to read from, or INVALID_HANDLE_VALUE and EBADF. */
HANDLE win_handle(int fd);

/* errno of an error of Windows, or of NT; each returns -1. */
int win_fail(DWORD error);
int win_fail_nt(LONG status);

/* Units of UTF-16 with room for any path we have, and what NT puts before. */
#define WIN_PATH_MAX 4400

/*
 * N bytes of UTF-8 (WTF-8) as UTF-16 with a NUL; its length without, or -1
 * (EILSEQ, ENAMETOOLONG).
 */
int win_wide(wchar_t *out, size_t cap, const char *s, size_t n);
/* And back; OUT has 3 * N + 1 bytes.  Its length. */
size_t win_utf8(char *out, const wchar_t *s, size_t n);
/* As a string on the heap, NULL if memory is out. */
wchar_t *win_wide_new(const char *s);
char *win_utf8_new(const wchar_t *s);

/* Open by NT's own call.  0, or -1 and errno. */
int win_open(int dir, const char *path, DWORD access, DWORD create,
	DWORD options, HANDLE *h);
/* Not a link: WIN_DIR or WIN_FILE; or -1 (ELOOP) and it is one. */
int win_is_link(HANDLE h);

/* Not the console's own page of codes, and no carriage returns; once. */
void win_console_setup(void);

#endif
