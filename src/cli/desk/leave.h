/*
 * cli/desk/leave.h - what whatif, risk and handover share: the model of who holds
 * what, and its lists for a terminal and as JSON.
 *
 * All of it works in the box, behind acct_run().  JSON: docs/REPORTS.md "Accounts
 * when people leave".
 * Needs: cli/cli.h, cli/desk/acct.h, desk/{custody,retention}.
 */
#ifndef LIUDI_CLI_DESK_LEAVE_H
#define LIUDI_CLI_DESK_LEAVE_H

#include "base/jsonw.h"
#include "cli/desk/acct.h"
#include "desk/custody.h"
#include "desk/retention.h"

struct leave {
	struct acct *k;
	struct platforms *platforms;
	struct retention retention;
};

/* Rules of platforms, holds, and who read once.  Release also on failure. */
int leave_open(struct leave *l, struct acct *k, struct err *e);
void leave_release(struct leave *l);

/* "eBay"; "-" where it is not known. */
const char *leave_platform(const struct leave *l,
	const struct book_account *a);

/*
 * Append why A is in the list of lost accounts, or of those that the N people
 * still enter (REACH), in the language of the user; AND between ways.
 */
int leave_why(struct custody *c, const struct book_account *a, bool reach,
	const char *const *person, size_t n, const char *between,
	struct buf *out, struct err *e);

/* Print the list under TITLE, or only JSON lines of TYPE where it is asked. */
int leave_list(const struct leave *l, struct custody *c, const char *type,
	const struct book_account *const *v, size_t n, const char *title,
	const char *const *person, size_t npersons, struct err *e);

/* Names with commas between, as they are to be typed. */
#define LEAVE_NAMES 32
/* TEXT is cut in place; how many, or -1: ERR_USAGE. */
int leave_names(char *text, const char *name[LEAVE_NAMES], struct err *e);

#endif
