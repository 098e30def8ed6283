/*
 * desk/handover.h - what is left to do when a person goes: computed, never
 * ticked.
 *
 * Rules: docs/REPORTS.md "Handover".
 * Needs: base, account/{book,platform}, desk/{custody,people,retention}.
 */
#ifndef LIUDI_DESK_HANDOVER_H
#define LIUDI_DESK_HANDOVER_H

#include "desk/custody.h"
#include "desk/retention.h"

enum handover_step { HANDOVER_FREEZE, HANDOVER_INVENTORY, HANDOVER_ROTATE,
	HANDOVER_REBIND, HANDOVER_TWOFA, HANDOVER_TRANSFER, HANDOVER_CONFIRM,
	HANDOVER_SIGNOFF, HANDOVER_CLOSE, HANDOVER_STEPS };
const char *handover_step_name(enum handover_step s);	/* "freeze", … */

/* Who signs, in the order of the paper; `text` of a sign-off begins with it. */
enum handover_role { HANDOVER_LEAVER, HANDOVER_SUCCESSOR, HANDOVER_MANAGER,
	HANDOVER_ROLES };
const char *handover_role_name(enum handover_role r);	/* "leaver", … */
/* Who leaves says of himself neither that he was succeeded nor that all is well. */
bool handover_may_sign(const char *leaver, enum handover_role r,
	const char *by);
#define HANDOVER_ABSENT "absent"	/* by whom the leaver's is, or nobody */

struct handover_task {		/* one thing to do */
	enum handover_step step;
	const struct book_account *account;	/* NULL: of the person */
	bool must;		/* the account is in LOST or REACH */
	bool lost;		/* in LOST: nobody else gets in */
	bool done;
	const struct account_event *by;	/* the event that did it, or NULL */
	size_t order;		/* among those of its step and account */
	char what[384];		/* a text of cli's table, filled in: how it is */
	char command[224];	/* that does it; "" where there is none */
};

struct handover {
	const char *person;		/* as he is called */
	int64_t started, closed;	/* UTC; 0: not */
	/* owned; by step, then LOST, then what must be done, then account */
	struct handover_task *task;
	size_t n;
	struct custody *custody;	/* now; owned */
	struct custody_result now;	/* LOST and REACH of the person */
	const struct account_event *sign[HANDOVER_ROLES];	/* or NULL */
	bool finished;			/* LOST and REACH are empty */
	/* as it was at the start; owned */
	struct book *before_book;
	struct custody *before;
};

struct handover_ask {
	const struct book *book;	/* folded */
	struct people *people;
	const struct platforms *platforms;
	const struct retention *retention;	/* NULL: no hold is known */
	const char *person;
	int64_t utc;			/* now */
};
/*
 * All is borrowed and must outlive H, which is to be released also on failure.
 * -1: ERR_NOENT (nobody is called so), what custody_new() gives.
 */
int handover_make(struct handover *h, const struct handover_ask *ask,
	struct err *e);
void handover_release(struct handover *h);

/*
 * Only when it began and ended, and who signed, into a zeroed *H, which then needs
 * no release; of ASK only book, people and person.
 */
void handover_history(struct handover *h, const struct handover_ask *ask);

/* How many tasks of step S there are, and of these are done. */
size_t handover_count(const struct handover *h, enum handover_step s,
	size_t *done);

#endif
