/*
 * desk/nameaudit.h - names of accounts that are not as they should be, and what
 * a change costs.
 *
 * Pure.  Of accounts that are not closed: a record name that does not follow the
 * policy, a login that its platform would not take today, a platform that
 * nobody knows; and of two, of which one is not closed: the same record name or
 * one that looks like it (aliases and former names count), the same login of one
 * platform.
 * Needs: base, account/{book,naming,platform}.
 */
#ifndef LIUDI_DESK_NAMEAUDIT_H
#define LIUDI_DESK_NAMEAUDIT_H

#include "account/book.h"
#include "account/naming.h"
#include "account/platform.h"

enum nameaudit_what { NAMEAUDIT_PLATFORM, NAMEAUDIT_RECORD, NAMEAUDIT_LOGIN,
	NAMEAUDIT_SAME_NAME, NAMEAUDIT_ALIKE, NAMEAUDIT_SAME_LOGIN };
const char *nameaudit_name(enum nameaudit_what w);	/* "platform", … */

struct nameaudit_item {
	enum nameaudit_what what;
	const struct book_account *account;
	const struct book_account *other;	/* of two; or NULL */
	const char *name, *its;		/* what it is about; that of `other` */
	const char *text;		/* the rule that is broken, or "" */
	/*
	 * What another one costs: "free" (it is ours), "no", "30d", … as the
	 * platform has it, or NULL: not known.
	 */
	const char *change;
	bool found;		/* the rule was seen in a public source */
};
/* Not 0 stops, and is returned. */
typedef int (*nameaudit_fn)(void *arg, const struct nameaudit_item *i,
	struct err *e);

/*
 * FN for each, accounts in the order of the book.  N knows the policy and no
 * names.  0, or -1: ERR_NOMEM.
 */
int nameaudit_each(const struct book *b, const struct platforms *p,
	const struct naming *n, nameaudit_fn fn, void *arg, struct err *e);

#endif
