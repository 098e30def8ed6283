/*
 * desk/expect.h - how long a station may be silent: `expect` of policy.ini.
 *
 * Spec: docs/FORMAT.md section 9.
 * Needs: base, config/teamini.
 */
#ifndef LIUDI_DESK_EXPECT_H
#define LIUDI_DESK_EXPECT_H

#include <stdint.h>

#include "base/err.h"

#define EXPECT_DEFAULT_S 259200	/* three days: a weekend is no gap */
#define EXPECT_NEVER INT64_MAX

/*
 * "3d", "12h", "5/week", "none": the seconds in *OUT.  -1: ERR_FORMAT.  So many
 * days a week may all lie at its ends, so 5/week is three days.
 */
int expect_parse(const char *s, int64_t *out, struct err *e);

/*
 * What TEXT, a policy.ini, says of STATION: its own section, else [team], else
 * EXPECT_DEFAULT_S, in seconds.  -1: ERR_FORMAT (hint), where that makes no
 * sense: *E names section and value, and *OUT is EXPECT_DEFAULT_S.
 */
int expect_of(const char *text, const char *station, int64_t *out,
	struct err *e);

#endif
