/*
 * desk/dual.h - what two must agree on: who asks, and to whom it was granted for
 * how long.
 *
 * Rules: docs/FORMAT.md section 21 "A grant".  Pure: folded accounts go in.
 * Needs: base, account/book, desk/people.
 */
#ifndef LIUDI_DESK_DUAL_H
#define LIUDI_DESK_DUAL_H

#include "account/book.h"
#include "desk/people.h"

#define DUAL_EVENTS_MAX 16	/* of one grant; more are asked for again */

/* Is the `granted` event G for PERSON, and does it still hold at UTC? */
bool dual_holds(const struct account_event *g, const char *person,
	int64_t utc);
/* When it ends, UTC seconds; 0 where it does not say so. */
int64_t dual_until(const struct account_event *g);

/* Has A a grant of V for PERSON that holds at UTC? */
bool dual_open(const struct book_account *a, const struct account_event *v,
	const char *person, int64_t utc);
/* Was V, an event of A, ever granted to anybody? */
bool dual_granted(const struct book_account *a,
	const struct account_event *v);
/*
 * The newest grant of what counts now (password, seed, codes): that is to be
 * changed.  NULL: there is none.
 */
const struct account_event *dual_to_change(const struct book_account *a);

/*
 * Requests of A that nobody has answered, the newest of each event that is asked
 * for, all of one PERSON; NULL: of whoever asked last.  Those that name an event
 * of another account, or another person than stands behind their device, are
 * none.  How many of OUT there are.
 */
size_t dual_requests(const struct book_account *a, const struct people *p,
	const char *person,
	const struct account_event *out[static DUAL_EVENTS_MAX]);

#endif
