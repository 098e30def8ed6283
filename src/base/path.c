/* base/path.c - paths as bytes with '/' between components. */
#include "base/path.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

#include "base/banned.h"

#define NAME_MAX_LEN 255

char *
path_join(const char *a, const char *b)
{
	size_t n = strlen(a);

	while (n > 0 && a[n - 1] == '/')
		n--;
	while (*b == '/')
		b++;
	if (n > PATH_MAX_LEN)
		return str_fmt("%s/%s", a, b);
	if (n == 0 && a[0] != '/')
		return str_dup(b);
	return str_fmt("%.*s/%s", (int)n, a, b);
}

static bool
is_safe_name(const char *s, size_t n)
{
	if (n == 0 || n > NAME_MAX_LEN)
		return false;
	if (s[0] == '.' && (n == 1 || (n == 2 && s[1] == '.')))
		return false;
	return true;
}

bool
path_is_safe(const void *p, size_t n)
{
	const char *s = p;
	const char *slash;
	size_t len;

	if (n == 0 || n > PATH_MAX_LEN || memchr(s, '\0', n))
		return false;
	while ((slash = memchr(s, '/', n)) != NULL) {
		len = (size_t)(slash - s);
		if (!is_safe_name(s, len))
			return false;
		s += len + 1;
		n -= len + 1;
	}
	return is_safe_name(s, n);
}

/* Bytes of the character at S: wildcards never split a UTF-8 character. */
static size_t
char_len(const char *s, const char *end)
{
	size_t n = 1;

	if ((uint8_t)s[0] >= 0xc0)
		while (s + n < end && n < 4 && ((uint8_t)s[n] & 0xc0) == 0x80)
			n++;
	return n;
}

/* One byte of a class, quoted or not; NULL at its end. */
static const char *
class_byte(const char *p, const char *end, uint8_t *c)
{
	if (p < end && *p == '\\')
		p++;
	if (p == end)
		return NULL;
	*c = (uint8_t)*p;
	return p + 1;
}

/*
 * The class at P (behind its '[') against the byte C (-1: a longer character,
 * which only a negated class matches).  *end_out is behind the ']', or NULL
 * where there is none: the '[' then stands for itself.
 */
static bool
class_match(const char *p, const char *end, int c, const char **end_out)
{
	bool negated = p < end && *p == '!';
	bool hit = false, first = true;
	uint8_t lo, hi;

	*end_out = NULL;
	if (negated)
		p++;
	for (; p && p < end; first = false) {
		if (*p == ']' && !first) {
			*end_out = p + 1;
			return hit != negated;
		}
		p = class_byte(p, end, &lo);
		hi = lo;
		if (p && p + 1 < end && *p == '-' && p[1] != ']')
			p = class_byte(p + 1, end, &hi);
		if (p && c >= lo && c <= hi)
			hit = true;
	}
	return false;
}

/*
 * One element of the pattern against the character at S.  Returns its length
 * in the pattern and *used in the text, or 0 if they differ.
 */
static size_t
element_match(const char *p, const char *p_end, const char *s,
	const char *s_end, size_t *used)
{
	const char *after;
	bool hit;

	*used = char_len(s, s_end);
	if (*p == '?')
		return 1;
	if (*p == '[') {
		hit = class_match(p + 1, p_end, *used == 1 ? (uint8_t)*s : -1,
		    &after);
		if (after)
			return hit ? (size_t)(after - p) : 0;
	}
	*used = 1;
	if (*p == '\\' && p + 1 < p_end)
		return p[1] == *s ? 2 : 0;
	return *p == *s ? 1 : 0;
}

/* One component; going back to the last '*' alone is enough. */
static bool
name_match(const char *p, const char *p_end, const char *s, const char *s_end)
{
	const char *star_p = NULL, *star_s = NULL;
	size_t step, used;

	for (;;) {
		while (p < p_end && *p == '*') {
			star_p = ++p;
			star_s = s;
		}
		if (s == s_end && p == p_end)
			return true;
		step = p < p_end && s < s_end ?
		    element_match(p, p_end, s, s_end, &used) : 0;
		if (step > 0) {
			p += step;
			s += used;
			continue;
		}
		if (!star_p || star_s == s_end)
			return false;
		star_s += char_len(star_s, s_end);
		p = star_p;
		s = star_s;
	}
}

static const char *
component_end(const char *s)
{
	return s + strcspn(s, "/");
}

static const char *
component_next(const char *s)
{
	s = component_end(s);
	return *s == '/' ? s + 1 : s;
}

/* As name_match, one level up: components for characters, '**' for '*'. */
static bool
components_match(const char *p, const char *s)
{
	const char *star_p = NULL, *star_s = NULL;

	for (;;) {
		while (p[0] == '*' && p[1] == '*' &&
		    (p[2] == '/' || p[2] == '\0')) {
			p = component_next(p);
			star_p = p;
			star_s = s;
		}
		if (*p == '\0' && *s == '\0')
			return true;
		if (*p != '\0' && *s != '\0' && name_match(p, component_end(p),
		    s, component_end(s))) {
			p = component_next(p);
			s = component_next(s);
			continue;
		}
		if (!star_p || *star_s == '\0')
			return false;
		star_s = component_next(star_s);
		p = star_p;
		s = star_s;
	}
}

/* True if a leading part of PATH, but not all of it, is one P stands for. */
static bool
below_match(const char *p, size_t n, const char *path)
{
	char *pattern, *prefix;
	const char *s;
	bool hit = false;

	pattern = str_ndup(p, n);
	prefix = str_dup(path);
	if (pattern && prefix)
		for (s = strchr(path, '/'); s && !hit; s = strchr(s + 1, '/')) {
			prefix[s - path] = '\0';
			hit = components_match(pattern, prefix);
			prefix[s - path] = '/';
		}
	free(pattern);
	free(prefix);
	return hit;
}

bool
path_match(const char *pattern, const char *path)
{
	size_t n = strlen(pattern);

	if (n == 0)
		return false;
	if (!strchr(pattern, '/')) {
		path = path_name(path);
		return name_match(pattern, pattern + n, path,
		    path + strlen(path));
	}
	while (*pattern == '/') {
		pattern++;
		n--;
	}
	if (n == 0)
		return true;
	if (pattern[n - 1] == '/')
		return below_match(pattern, n - 1, path);
	return components_match(pattern, path);
}

bool
path_has_glob(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '*' || *s == '?' || *s == '[')
			return true;
	}
	return false;
}

char *
path_expand(const char *p, const char *base, struct err *e)
{
	char *own = str_dup(p), *root = NULL, *out = NULL;

	if (!own) {
		(void)err_nomem(e);
		return NULL;
	}
	path_slashes(own);
	if (path_root(own) > 0)
		return own;
	if (own[0] == '~' && (own[1] == '/' || own[1] == '\0')) {
		root = path_home(e);
		if (!root)
			goto out;
		out = own[1] == '\0' || own[2] == '\0' ? str_dup(root) :
		    path_join(root, own + 2);
	} else if (base) {
		out = path_join(base, own);
	} else {
		root = getcwd(NULL, 0);
		if (!root) {
			(void)err_sys(e, errno, "no working folder");
			goto out;
		}
		out = path_join(root, own);
	}
	if (!out)
		(void)err_nomem(e);
out:
	free(root);
	free(own);
	return out;
}

char *
path_dir(const char *p)
{
	const char *slash = strrchr(p, '/');

	if (!slash)
		return str_dup(".");
	while (slash > p && slash[-1] == '/')
		slash--;
	return slash == p ? str_dup("/") : str_ndup(p, (size_t)(slash - p));
}

const char *
path_name(const char *p)
{
	const char *slash = strrchr(p, '/');

	return slash ? slash + 1 : p;
}
