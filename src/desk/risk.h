/*
 * desk/risk.h - how much hangs on one person or one thing: the whole book, weighed.
 *
 * Rules: docs/REPORTS.md "Accounts when people leave".
 * Needs: base, account/book, desk/{custody,people}.
 */
#ifndef LIUDI_DESK_RISK_H
#define LIUDI_DESK_RISK_H

#include "desk/custody.h"

enum risk_bus { RISK_LOST, RISK_ONE, RISK_TWO, RISK_MORE, RISK_KINDS };

struct risk_person {
	const struct people_person *p;
	size_t lost;		/* with him, of what is not lost anyway */
	size_t reach;		/* that he alone can enter */
};

struct risk {
	const struct book_account *a;	/* of the book, in its order */
	size_t n;
	size_t open;		/* that are not closed: only these are counted */
	size_t count[RISK_KINDS], stale;
	/* owned, each as long as `a` */
	uint8_t *bus;		/* enum risk_bus */
	const char **one;	/* RISK_ONE: who it hangs on; else NULL */
	struct risk_person *person;	/* owned; the gravest first */
	size_t npersons;
	struct custody_thing *thing;	/* owned; as custody_things() */
	size_t nthings;
};

/*
 * All is borrowed and must outlive R, which is to be released also on failure.
 * -1: what custody_whatif() gives.
 */
int risk_make(struct risk *r, const struct book *b, const struct people *p,
	struct custody *c, struct err *e);
void risk_release(struct risk *r);

#endif
