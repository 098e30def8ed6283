/*
 * desk/teamini.h - one value of control's policy.ini, the rest as it stands.
 *
 * Spec: docs/FORMAT.md section 9.
 * Needs: base.
 */
#ifndef LIUDI_DESK_TEAMINI_H
#define LIUDI_DESK_TEAMINI_H

#include "base/buf.h"

/*
 * Append TEXT with "KEY = VALUE" in its section [team], in place of every line
 * of that key there; a section that is missing is added.
 */
int teamini_set(struct buf *out, const char *text, const char *key,
	const char *value, struct err *e);

#endif
