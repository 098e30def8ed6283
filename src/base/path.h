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
