/*
 * base/path.h - paths as bytes with '/' between components.
 * Needs: base/err.
 */
#ifndef LIUDI_BASE_PATH_H
#define LIUDI_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define PATH_MAX_LEN 4095

/* "A/B" on the heap (no double slash), or NULL when out of memory. */
char *path_join(const char *a, const char *b);

/*
 * True if the N bytes are a relative path that stays below its root: not
 * empty, no leading or trailing '/', no empty, "." or ".." component, no NUL,
 * at most PATH_MAX_LEN bytes, each component at most 255.
 */
bool path_is_safe(const void *p, size_t n);

/*
 * Glob match of a whole relative path.  '?' and '*' do not match '/', '**' as
 * a whole component matches any number of components (none, too), '?' is one
 * UTF-8 character or stray byte, [a-z] one ASCII character, [!a-z] any other
 * character, '\' quotes.  A pattern without '/' is matched against the last
 * component only; a pattern that ends in '/' matches everything below it; a
 * leading '/' counts as a '/' and is dropped.
 */
bool path_match(const char *pattern, const char *path);

/* True if S holds an unquoted glob character. */
bool path_has_glob(const char *s);

/*
 * How many bytes of P make it absolute: 1 for "/x"; 0 if it is relative.  On
 * Windows also 3 for "C:/x", 2 for "//server/x", with either slash.
 */
size_t path_root(const char *p);
/* Whatever else this system takes for a separator becomes '/', in place. */
void path_slashes(char *p);

/* The home folder on the heap, or NULL (*e). */
char *path_home(struct err *e);
/*
 * Where this user's settings go, and what a program keeps of its own on this
 * machine alone: $XDG_CONFIG_HOME and $XDG_STATE_HOME, or what they stand for;
 * on Windows %APPDATA% and %LOCALAPPDATA%.  Heap, or NULL (*e).
 */
enum path_user { PATH_CONFIG, PATH_STATE };
char *path_user(enum path_user what, struct err *e);

/*
 * A leading "~/" or "~" becomes the home folder, other paths are made absolute
 * against BASE (NULL: the working folder).  Heap, or NULL (*e).
 */
char *path_expand(const char *p, const char *base, struct err *e);

/*
 * What stands before the last '/' ("." if there is none), on the heap or NULL;
 * what stands behind it, borrowed ("" where P ends in '/').
 */
char *path_dir(const char *p);
const char *path_name(const char *p);

#endif
