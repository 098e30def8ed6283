/* base/win32/win_path.c - UTF-8 and UTF-16, our paths and NT's. */
#include "base/win32/win.h"

#include <ctype.h>

#include "base/path.h"
#include "base/str.h"

#include "base/banned.h"

/* One character at S, of at most N > 0 bytes; its length, 0: ill-formed. */
static size_t
take(const unsigned char *s, size_t n, uint32_t *c)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = *s < 0x80 ? 1 : *s < 0xc0 ? 0 : *s < 0xe0 ? 2 :
	    *s < 0xf0 ? 3 : *s < 0xf8 ? 4 : 0;
	size_t i;

	if (len == 0 || len > n)
		return 0;
	*c = len == 1 ? *s : *s & (0xffu >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	return *c < least[len] || *c > 0x10ffff ? 0 : len;
}

int
win_wide(wchar_t *out, size_t cap, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t at = 0, len;
	uint32_t c = 0;

	for (; n > 0; p += len, n -= len) {
		len = take(p, n, &c);
		if (len == 0) {
			errno = EILSEQ;
			return -1;
		}
		if (at + 3 > cap) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (c >= 0x10000) {
			c -= 0x10000;
			out[at++] = (wchar_t)(0xd800 | c >> 10);
			c = 0xdc00 | (c & 0x3ff);
		}
		out[at++] = (wchar_t)c;
	}
	out[at] = L'\0';
	return (int)at;
}

/* Half a pair, which NTFS takes in names, becomes three bytes (WTF-8). */
size_t
win_utf8(char *out, const wchar_t *s, size_t n)
{
	size_t i, at = 0;
	uint32_t c;

	for (i = 0; i < n; i++) {
		c = s[i];
		if ((c & 0xfc00) == 0xd800 && i + 1 < n &&
		    (s[i + 1] & 0xfc00) == 0xdc00)
			c = 0x10000 + ((c & 0x3ff) << 10) +
			    (s[++i] & 0x3ffu);
		if (c < 0x80) {
			out[at++] = (char)c;
			continue;
		}
		if (c < 0x800) {
			out[at++] = (char)(0xc0 | c >> 6);
		} else if (c < 0x10000) {
			out[at++] = (char)(0xe0 | c >> 12);
			out[at++] = (char)(0x80 | (c >> 6 & 0x3f));
		} else {
			out[at++] = (char)(0xf0 | c >> 18);
			out[at++] = (char)(0x80 | (c >> 12 & 0x3f));
			out[at++] = (char)(0x80 | (c >> 6 & 0x3f));
		}
		out[at++] = (char)(0x80 | (c & 0x3f));
	}
	out[at] = '\0';
	return at;
}

wchar_t *
win_wide_new(const char *s)
{
	const size_t n = strlen(s);
	wchar_t *out = calloc(n + 3, sizeof(*out));

	if (out && win_wide(out, n + 3, s, n) < 0) {
		free(out);
		out = NULL;
	}
	return out;
}

char *
win_utf8_new(const wchar_t *s)
{
	const size_t n = wcslen(s);
	char *out = malloc(3 * n + 1);

	if (out)
		(void)win_utf8(out, s, n);
	return out;
}

/* --- base/path.h. */

/* What one of these variables says, VAR first; heap or NULL (*e). */
static char *
user_folder(const char *var, const char *usual, struct err *e)
{
	const char *v = getenv(var);
	char *out;

	if (!v || path_root(v) < 2)
		v = getenv(usual);
	if (!v || path_root(v) < 2) {
		(void)err_set(e, ERR_NOENT, "no home folder is known");
		(void)err_hint(e, "set %s", usual);
		return NULL;
	}
	out = str_dup(v);
	if (!out)
		(void)err_nomem(e);
	else
		path_slashes(out);
	return out;
}

static bool
is_slash(char c)
{
	return c == '/' || c == '\\';
}

static bool
is_drive(const char *p)
{
	return isalpha((unsigned char)p[0]) && p[1] == ':';
}

size_t
path_root(const char *p)
{
	if (is_drive(p))
		return is_slash(p[2]) ? 3 : 0;
	if (is_slash(p[0]) && is_slash(p[1]))
		return 2;
	return is_slash(p[0]) ? 1 : 0;
}

void
path_slashes(char *p)
{
	for (; *p; p++)
		if (*p == '\\')
			*p = '/';
}

char *
path_home(struct err *e)
{
	return user_folder("HOME", "USERPROFILE", e);
}

char *
path_user(enum path_user what, struct err *e)
{
	return what == PATH_CONFIG ?
	    user_folder("XDG_CONFIG_HOME", "APPDATA", e) :
	    user_folder("XDG_STATE_HOME", "LOCALAPPDATA", e);
}

/* --- Names for NT. */

/* A name under construction. */
struct name {
	wchar_t *text;		/* WIN_PATH_MAX units */
	size_t len, root;	/* ".." goes no further than root */
};

static int
put(struct name *n, const char *s, size_t len)
{
	int more = win_wide(n->text + n->len, WIN_PATH_MAX - n->len, s, len);

	if (more < 0)
		return -1;
	n->len += (size_t)more;
	return 0;
}

static int
put_backslash(struct name *n)
{
	return n->len > n->root ? put(n, "\\", 1) : 0;
}

/* The components of P; UP: may it say "..". */
static int
put_all(struct name *n, const char *p, bool up)
{
	size_t len;

	for (; *p; p += len) {
		len = is_slash(*p) ? 1 : strcspn(p, "/\\");
		if (is_slash(*p) || (len == 1 && *p == '.'))
			continue;
		if (len == 2 && p[0] == '.' && p[1] == '.') {
			if (!up) {
				errno = EINVAL;
				return -1;
			}
			while (n->len > n->root &&
			    n->text[n->len - 1] != L'\\')
				n->len--;
			if (n->len > n->root)
				n->len--;
			n->text[n->len] = L'\0';
			continue;
		}
		if (put_backslash(n) < 0 || put(n, p, len) < 0)
			return -1;
	}
	return 0;
}

/* What an absolute path begins with; *P moves behind it. */
static int
put_root(struct name *n, const char **p)
{
	const char *s = *p;

	if (is_slash(s[0]) && is_slash(s[1]) && s[2] == '?' && is_slash(s[3]))
		s += 4;		/* as Windows itself writes long ones */
	if (is_drive(s)) {
		if (put(n, "\\??\\", 4) < 0 || put(n, s, 2) < 0 ||
		    put(n, "\\", 1) < 0)
			return -1;
		*p = s + 2;
	} else {
		if (put(n, "\\??\\UNC\\", 8) < 0)
			return -1;
		*p = s + (strncmp(s, "UNC", 3) == 0 ? 3 : 0);
	}
	n->root = n->len;
	return 0;
}

/* PATH, absolute or below the working folder. */
static int
put_full(struct name *n, const char *path)
{
	char *cwd = NULL;
	const char *p = path;
	int rc = -1;

	if (is_drive(p) || (is_slash(p[0]) && is_slash(p[1])))
		return put_root(n, &p) < 0 ? -1 : put_all(n, p, true);
	cwd = getcwd(NULL, 0);
	if (!cwd)
		return -1;
	p = cwd;
	if (is_slash(path[0]) && is_drive(cwd))
		cwd[2] = '\0';	/* the root of its drive */
	if (put_root(n, &p) == 0 && put_all(n, p, true) == 0)
		rc = put_all(n, path, true);
	free(cwd);
	return rc;
}

/* PATH as of folder DIR; *ROOT is what it is below. */
static int
name_of(int dir, const char *path, struct name *n, HANDLE *root)
{
	*root = NULL;
	if (*path == '\0') {
		errno = ENOENT;
		return -1;
	}
	if (strcmp(path, "/dev/null") == 0)
		return put(n, "\\??\\NUL", 7);
	if (dir == AT_FDCWD || path_root(path) > 0)
		return put_full(n, path);
	*root = win_handle(dir);
	if (*root == INVALID_HANDLE_VALUE)
		return -1;
	if (strchr(path, '\\')) {
		errno = ENOENT;
		return -1;
	}
	return put_all(n, path, false);
}

int
win_open(int dir, const char *path, DWORD access, DWORD create, DWORD options,
	HANDLE *h)
{
	wchar_t text[WIN_PATH_MAX] = L"";
	struct name n = {text, 0, 0};
	OBJECT_ATTRIBUTES about;
	UNICODE_STRING name;
	IO_STATUS_BLOCK io;
	HANDLE root;
	LONG rc;

	if (name_of(dir, path, &n, &root) < 0)
		return -1;
	name.Buffer = text;
	name.Length = (USHORT)(n.len * sizeof(*text));
	name.MaximumLength = name.Length;
	InitializeObjectAttributes(&about, &name, OBJ_CASE_INSENSITIVE, root,
	    NULL);
	rc = NtCreateFile(h, access | SYNCHRONIZE, &about, &io, NULL,
	    FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ | FILE_SHARE_WRITE |
	    FILE_SHARE_DELETE, create, options | FILE_SYNCHRONOUS_IO_NONALERT,
	    NULL, 0);
	return rc >= 0 ? 0 : win_fail_nt(rc);
}
