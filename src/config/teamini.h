/*
 * config/teamini.h - the values of control's policy.ini and other tables of that
 * form; one changed, the rest as it stands.
 *
 * Spec: docs/FORMAT.md section 9.
 * Needs: base.
 */
#ifndef LIUDI_CONFIG_TEAMINI_H
#define LIUDI_CONFIG_TEAMINI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define TEAMINI_LINE_MAX 8192	/* longer lines are passed over */

/* SECTION as between its brackets; "" before the first. */
typedef int (*teamini_fn)(void *arg, const char *section, const char *key,
	const char *value);
/*
 * FN for each line "key = value" of TEXT in its order, blanks at the ends cut
 * off; '#' and ';' begin a comment at the start of a line.  FN returns not 0 to
 * stop, and that is returned; else 0.
 */
int teamini_each(const char *text, teamini_fn fn, void *arg);

/*
 * The last value of KEY that is not empty in [station STATION], else in [team],
 * into OUT.  False, and OUT is "": there is none, or it is longer than SIZE - 1
 * bytes.
 */
bool teamini_get(const char *text, const char *station, const char *key,
	char *out, size_t size);

/*
 * Append TEXT with "KEY = VALUE" in [SECTION], in place of every line of that
 * key there; a section that is missing is added.  An empty VALUE only takes
 * these lines away.
 */
int teamini_set(struct buf *out, const char *text, const char *section,
	const char *key, const char *value, struct err *e);

#endif
