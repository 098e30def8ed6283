/*
 * account/naming.h - unified names: templates, the next free one, look-alikes.
 *
 * Spec: docs/FORMAT.md section 9 ([naming]).  A record name is ours (reports,
 * search) and never shown to a platform; a login is what we propose to it.  A
 * name is never used twice, not even one that was closed or given up.
 * Templates: text and {company}, {code}, {shop}, {seq} or {seq:02}.
 * Needs: base, config, account/platform.
 */
#ifndef LIUDI_ACCOUNT_NAMING_H
#define LIUDI_ACCOUNT_NAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/platform.h"
#include "base/buf.h"

#define NAMING_NAME_MAX 128u	/* bytes, with NUL */

struct naming;

/*
 * By [naming] of POLICY (company, record, login), which may be NULL.  Without a
 * company: the ASCII letters and digits of [team] org, else "liudi".  Returns
 * NULL: ERR_CONFIG (a company that is not [a-z][a-z0-9]{1,9}, a template that
 * cannot be), ERR_NOMEM.
 */
struct naming *naming_new(const char *policy, struct err *e);
void naming_free(struct naming *n);

/*
 * Fold NAME to be compared: full width to ASCII, lower case (ASCII), without '-',
 * '_', '.', ' ', 0 as o, 1 and i as l.  Appended to OUT; never longer than NAME.
 */
int naming_fold(const char *name, struct buf *out, struct err *e);

/* A name (record name, alias, login) that is or ever was in use.  Copied. */
int naming_used(struct naming *n, const char *name, struct err *e);
/* Is it, or what looks like it, in use? */
bool naming_is_used(const struct naming *n, const char *name);

struct naming_proposal {
	char record[NAMING_NAME_MAX];
	char login[NAMING_NAME_MAX];	/* "" where the platform gives it */
	unsigned seq;
};
/*
 * The next free: one above the highest number ever used in a name of that
 * platform, and free in both forms.  It is not in use until naming_used() says
 * so.  SHOP may be NULL: then a template with {shop} is ERR_CONFIG.  -1:
 * ERR_CONFIG (the template gives no name that the platform takes: says the rule;
 * numbers used up).
 */
int naming_propose(struct naming *n, const struct platform *p,
	const char *shop, struct naming_proposal *out, struct err *e);

/*
 * Our name for an account that is there already: the one with the number of
 * LOGIN (may be NULL), where LOGIN follows the template and that name is free;
 * if ONLY_SAME, else "".  Without it the next free one, whatever the platform
 * says of logins.  -1: as naming_propose().
 */
int naming_record(struct naming *n, const struct platform *p, const char *shop,
	const char *login, bool only_same, char out[static NAMING_NAME_MAX],
	struct err *e);

/* Does RECORD follow the template for P, and is nothing like it in use? */
bool naming_takes(const struct naming *n, const struct platform *p,
	const char *record);
/*
 * The same in words.  Does RECORD follow the template for P (NULL: any)?  1: no, and WHY says how;
 * 2: it is, or is like, one that is used (WHY names it); 0: fine.
 */
int naming_check(const struct naming *n, const struct platform *p,
	const char *record, struct buf *why, struct err *e);

#endif
