/* base/win32/win_sys.c - clock, zone, power, randomness, text, the terminal. */
#include "base/win32/win.h"

#include <sys/mman.h>
#include <sys/statvfs.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/power.h"
#include "base/sandbox.h"
#include "base/str.h"

#include "base/banned.h"

#define EPOCH INT64_C(116444736000000000)	/* 100 ns from 1601 to 1970 */
#define REMOTE 0x517b		/* as of an SMB share */

/* advapi32's RtlGenRandom, under the name that it is exported by. */
BOOLEAN NTAPI SystemFunction036(PVOID out, ULONG n);

ssize_t
getrandom(void *out, size_t n, unsigned flags)
{
	(void)flags;
	if (!SystemFunction036(out, (ULONG)n)) {
		errno = EIO;
		return -1;
	}
	return (ssize_t)n;
}

/* --- Of base/clock.h. */

static void
to_system(const struct clock_date *d, SYSTEMTIME *st)
{
	memset(st, 0, sizeof(*st));
	st->wYear = (WORD)d->year;
	st->wMonth = (WORD)d->month;
	st->wDay = (WORD)d->day;
	st->wHour = (WORD)d->hour;
	st->wMinute = (WORD)d->min;
	st->wSecond = (WORD)d->sec;
}

static void
from_system(const SYSTEMTIME *st, struct clock_date *d)
{
	*d = (struct clock_date){st->wYear, st->wMonth, st->wDay, st->wHour,
		st->wMinute, st->wSecond};
}

/* TZ of the form that is also a fixed one: "UTC", "UTC0". */
static bool
is_utc(void)
{
	const char *tz = getenv("TZ");

	return tz && (str_eq(tz, "UTC") || str_eq(tz, "UTC0") ||
	    str_eq(tz, "Etc/UTC"));
}

void
clock_split_local(int64_t utc, struct clock_date *d, int *offset)
{
	SYSTEMTIME from, to;

	clock_split_utc(utc, d);
	*offset = 0;
	to_system(d, &from);
	if (is_utc() || !SystemTimeToTzSpecificLocalTime(NULL, &from, &to))
		return;
	from_system(&to, d);
	*offset = (int)(clock_join_utc(d) - utc);
}

int
clock_join_local(const struct clock_date *d, int64_t *utc)
{
	/* days and hours past the end of theirs run on, as mktime() has it */
	const int64_t wall = clock_join_utc(d);
	struct clock_date whole;
	SYSTEMTIME from, to;

	clock_split_utc(wall, &whole);
	to_system(&whole, &from);
	if (is_utc()) {
		*utc = wall;
		return 0;
	}
	if (!TzSpecificLocalTimeToSystemTime(NULL, &from, &to))
		return -1;
	from_system(&to, &whole);
	*utc = clock_join_utc(&whole);
	return 0;
}

/*
 * ICU is part of Windows 10 (1709) and knows which of Windows' zones is which
 * of IANA's; before, an offset that never changes has a name as well.
 */
void
clock_zone(char *out, size_t n)
{
	typedef int32_t (*id_fn)(const uint16_t *, int32_t, const char *,
	    uint16_t *, int32_t, int *);
	DYNAMIC_TIME_ZONE_INFORMATION z;
	HMODULE icu = LoadLibraryExW(L"icu.dll", NULL,
	    LOAD_LIBRARY_SEARCH_SYSTEM32);
	FARPROC p = icu ? GetProcAddress(icu, "ucal_getTimeZoneIDForWindowsID") :
	    NULL;
	uint16_t id[64];
	int32_t len = 0;
	int status = 0;
	id_fn fn;

	(void)snprintf(out, n, "UTC");
	if (is_utc() || GetDynamicTimeZoneInformation(&z) ==
	    TIME_ZONE_ID_INVALID)
		return;
	memcpy(&fn, &p, sizeof(fn));
	if (fn)
		len = fn((const uint16_t *)z.TimeZoneKeyName, -1, NULL, id, 63,
		    &status);
	if (len > 0 && len < 63 && (size_t)len < n && status <= 0)
		(void)win_utf8(out, (const wchar_t *)id, (size_t)len);
	else if (z.DaylightDate.wMonth == 0 && z.Bias % 60 == 0 && z.Bias != 0)
		(void)snprintf(out, n, "Etc/GMT%+d", (int)(z.Bias / 60));
}

/* Made of the moment at which it began, to the minute. */
void
clock_boot_id(char out[33])
{
	FILETIME now;
	int64_t at;

	GetSystemTimeAsFileTime(&now);
	at = (int64_t)((uint64_t)now.dwHighDateTime << 32 |
	    now.dwLowDateTime) - EPOCH;
	at = at / 10000000 - (int64_t)(GetTickCount64() / 1000);
	(void)snprintf(out, 33, "%016llx%016llx", 0ULL,
	    (unsigned long long)((at + 30) / 60));
}

/* --- Of base/power.h. */

bool
power_on_battery(void)
{
	SYSTEM_POWER_STATUS s;

	return GetSystemPowerStatus(&s) && s.ACLineStatus == 0;
}

bool
power_metered(void)
{
	return false;
}

/* --- Of base/sandbox.h: there is none. */

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

int
sandbox_enter(enum sandbox_kind kind, const struct sandbox_paths *paths,
	struct err *e)
{
	(void)kind;
	(void)paths;
	(void)e;
	return 0;
}

void
sandbox_no_dump(void)
{
	(void)SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
}

/* --- Memory. */

void *
mmap(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	char *p = VirtualAlloc(NULL, n, MEM_COMMIT | MEM_RESERVE,
	    PAGE_READWRITE);
	size_t done = 0;
	ssize_t got;
	DWORD was;

	(void)at;
	(void)prot;
	(void)flags;
	if (!p) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	while (done < n) {
		got = pread(fd, p + done, n - done, off + (off_t)done);
		if (got < 0) {
			(void)VirtualFree(p, 0, MEM_RELEASE);
			return MAP_FAILED;
		}
		if (got == 0)
			break;	/* zeros behind its end */
		done += (size_t)got;
	}
	(void)VirtualProtect(p, n, PAGE_READONLY, &was);
	return p;
}

int
munmap(void *p, size_t n)
{
	(void)n;
	return VirtualFree(p, 0, MEM_RELEASE) ? 0 :
	    win_fail(GetLastError());
}

long
sysconf(int what)
{
	SYSTEM_INFO info;

	GetSystemInfo(&info);
	return what == _SC_PAGESIZE ? (long)info.dwPageSize : 4096;
}

/* --- Who and where. */

uid_t
geteuid(void)
{
	return 0;
}

unsigned
alarm(unsigned seconds)
{
	(void)seconds;
	return 0;
}

int
setenv(const char *name, const char *value, int over)
{
	wchar_t *n = win_wide_new(name), *v = win_wide_new(value);
	int rc = -1;

	if (n && v && (over || !getenv(name))) {
		rc = _wputenv_s(n, v) == 0 ? 0 : -1;
		(void)SetEnvironmentVariableW(n, v);
	}
	free(n);
	free(v);
	return rc;
}

int
statvfs(const char *path, struct statvfs *out)
{
	wchar_t *wide = win_wide_new(path);
	ULARGE_INTEGER room;
	BOOL ok = wide && GetDiskFreeSpaceExW(wide, &room, NULL, NULL);

	free(wide);
	if (!ok)
		return win_fail(GetLastError());
	out->f_frsize = 1;
	out->f_bavail = room.QuadPart;
	return 0;
}

int
statfs(const char *path, struct statfs *out)
{
	wchar_t root[4] = {(wchar_t)path[0], L':', L'\\', 0};
	bool drive = path_root(path) == 3;

	out->f_type = path_root(path) == 2 || (drive &&
	    GetDriveTypeW(root) == DRIVE_REMOTE) ? REMOTE : 0;
	return 0;
}

/* --- The terminal. */

static void
restore_pages(void)
{
	static UINT in, out;

	if (in == 0) {
		in = GetConsoleCP();
		out = GetConsoleOutputCP();
		return;
	}
	(void)SetConsoleCP(in);
	(void)SetConsoleOutputCP(out);
}

void
win_console_setup(void)
{
	int _setmode(int fd, int mode);
	const int binary = 0x8000;

	(void)_setmode(0, binary);
	(void)_setmode(1, binary);
	(void)_setmode(2, binary);
	if (GetConsoleOutputCP() == 0 || GetConsoleOutputCP() == CP_UTF8)
		return;
	restore_pages();
	(void)SetConsoleOutputCP(CP_UTF8);
	(void)atexit(restore_pages);
}

int
tcgetattr(int fd, struct termios *t)
{
	HANDLE h = win_handle(fd);
	DWORD mode;

	if (h == INVALID_HANDLE_VALUE || !GetConsoleMode(h, &mode))
		return -1;
	t->c_lflag = mode;
	return 0;
}

int
tcsetattr(int fd, int when, const struct termios *t)
{
	HANDLE h = win_handle(fd);

	(void)when;
	return h != INVALID_HANDLE_VALUE && SetConsoleMode(h, t->c_lflag) ? 0 :
	    -1;
}

FILE *
posix_fopen(const char *path, const char *mode)
{
	wchar_t *p = win_wide_new(path), *m = win_wide_new(mode);
	FILE *f = NULL;

	if (p && m && strcmp(path, "/dev/tty") == 0)
		f = _wfopen(L"CONIN$", L"r");
	else if (p && m)
		f = _wfopen(p, m);
	free(p);
	free(m);
	return f;
}

/* --- Text. */

char *
posix_strerror_r(int sys, char *text, size_t n)
{
	(void)snprintf(text, n, "%s", sys == EDQUOT ? "Disk quota exceeded" :
	    sys == ESTALE ? "Stale file handle" :
	    sys == EBUSY ? "another program has it" : strerror(sys));
	return text;
}

void *
memmem(const void *s, size_t n, const void *word, size_t len)
{
	const char *p = s, *end = p + n;
	const char *first = word;

	if (len == 0)
		return (void *)(uintptr_t)s;
	while ((size_t)(end - p) >= len) {
		p = memchr(p, *first, (size_t)(end - p) - len + 1);
		if (!p)
			return NULL;
		if (memcmp(p, word, len) == 0)
			return (void *)(uintptr_t)p;
		p++;
	}
	return NULL;
}

void *
memrchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	while (n > 0)
		if (p[--n] == (unsigned char)c)
			return (void *)(uintptr_t)(p + n);
	return NULL;
}

char *
strcasestr(const char *s, const char *word)
{
	const size_t n = strlen(word);

	for (; *s; s++)
		if (_strnicmp(s, word, n) == 0)
			return (char *)(uintptr_t)s;
	return n == 0 ? (char *)(uintptr_t)s : NULL;
}

void
explicit_bzero(void *p, size_t n)
{
	SecureZeroMemory(p, n);
}

/* --- iconv: the number of a code page, 1200 and 1201 for UTF-16. */

iconv_t
iconv_open(const char *to, const char *from)
{
	static const struct {
		const char *name;
		uintptr_t page;
	} known[] = {
		{"UTF-16LE", 1200}, {"UTF-16BE", 1201}, {"GB18030", 54936}
	};
	size_t i;

	if (str_eq(to, "UTF-8"))
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (str_eq(from, known[i].name))
				return (iconv_t)known[i].page;
	errno = EINVAL;
	return (iconv_t)-1;
}

int
iconv_close(iconv_t cd)
{
	(void)cd;
	return 0;
}

/* The whole of IN as UTF-16 on the heap; *N units, NULL if it is ill-formed. */
static wchar_t *
to_wide(UINT page, const char *in, size_t len, int *n)
{
	wchar_t *w = calloc(len + 1, sizeof(*w));
	size_t i;

	*n = 0;
	if (!w || len == 0)
		return w;
	if (page != 1200 && page != 1201) {
		*n = MultiByteToWideChar(page, MB_ERR_INVALID_CHARS, in,
		    (int)len, w, (int)len);
	} else if (len % 2 == 0) {
		memcpy(w, in, len);
		*n = (int)(len / 2);
		for (i = 0; page == 1201 && i < len / 2; i++)
			w[i] = (wchar_t)(w[i] << 8 | w[i] >> 8);
	}
	if (*n > 0)
		return w;
	free(w);
	return NULL;
}

size_t
iconv(iconv_t cd, char **in, size_t *left, char **out, size_t *room)
{
	int n, made = 0;
	wchar_t *w;

	if (*left > INT_MAX || *room > INT_MAX) {
		errno = E2BIG;
		return (size_t)-1;
	}
	w = to_wide((UINT)(uintptr_t)cd, *in, *left, &n);
	if (w && n > 0)
		made = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, w, n,
		    *out, (int)*room, NULL, NULL);
	free(w);
	if (*left > 0 && made <= 0) {
		errno = EILSEQ;
		return (size_t)-1;
	}
	*in += *left;
	*left = 0;
	*out += made;
	*room -= (size_t)made;
	return 0;
}
