/*
 * desk/names.h - names that other systems can hold.
 * Needs: base.
 */
#ifndef LIUDI_DESK_NAMES_H
#define LIUDI_DESK_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Append PATH as Windows and most media can hold it: ill-formed UTF-8, control
 * characters, <>:"\|?* and a space or dot at the end of a component become
 * %XX, a device name (CON, NUL, COM1 …) gets a '_' in front, a component over
 * 255 bytes is cut and marked.  0 or -1.
 */
int names_portable(struct buf *out, const char *path, size_t n,
	struct err *e);

/*
 * Names that differ in ASCII case only, or not at all, get "~2", "~3" … before
 * the last dot, in the order in which they stand.  PATHS are heap strings and
 * are replaced; CHANGED[i] is set for each that was.
 */
int names_distinct(char **paths, bool *changed, size_t n, struct err *e);

#endif
