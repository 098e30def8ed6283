/*
 * cli/desk/leave.h - what whatif, risk, handover and their pages share: the model
 * of who holds what, and its lists for a terminal and as JSON.
 *
 * All of it works in the box, with mirrors.  JSON: docs/REPORTS.md "Accounts
 * when people leave".
 * Needs: cli/cli.h, desk/{box,custody,people,retention}.
 */
#ifndef LIUDI_CLI_DESK_LEAVE_H
#define LIUDI_CLI_DESK_LEAVE_H

#include "base/jsonw.h"
#include "cli/cli.h"
#include "desk/box.h"
#include "desk/custody.h"
#include "desk/retention.h"

struct leave {
	struct platforms *platforms;
	struct retention retention;
};

/*
 * Rules of platforms, holds, and, into PEOPLE, who read once.  POLICY: text of
 * policy.ini.  Release also on failure.
 */
int leave_open(struct leave *l, const struct box *b, struct people *people,
	const struct buf *policy, struct err *e);
void leave_release(struct leave *l);

/* "eBay"; "-" where it is not known. */
const char *leave_platform(const struct leave *l,
	const struct book_account *a);

/* "phone+email" in the language of the user. */
#define LEAVE_WORDS_LEN 256
const char *leave_route(const char *route, char out[LEAVE_WORDS_LEN]);

/*
 * Append why A is in the list of lost accounts, or of those that the N people
 * still enter (REACH), in the language of the user; AND between ways.
 */
int leave_why(struct custody *c, const struct book_account *a, bool reach,
	const char *const *person, size_t n, const char *between,
	struct buf *out, struct err *e);

/* Print the list under TITLE; JSON: only its lines, of TYPE. */
int leave_list(const struct leave *l, bool json, struct custody *c,
	const char *type, const struct book_account *const *v, size_t n,
	const char *title, const char *const *person, size_t npersons,
	struct err *e);

/* Names with commas between, as they are to be typed. */
#define LEAVE_NAMES 32
/* TEXT is cut in place; how many, or -1: ERR_USAGE. */
int leave_names(char *text, const char *name[LEAVE_NAMES], struct err *e);

#endif
