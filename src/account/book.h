/*
 * account/book.h - accounts as the fold of their events.
 *
 * Pure: events in any order go in, accounts come out.  Rules: docs/FORMAT.md
 * "Account events" (the book).  No secret passes here: of a password the book
 * knows which event holds it.
 * Cap: BOOK_EVENTS_MAX events.
 * Needs: base, account/{account_event,naming}.
 */
#ifndef LIUDI_ACCOUNT_BOOK_H
#define LIUDI_ACCOUNT_BOOK_H

#include "account/account_event.h"

#define BOOK_EVENTS_MAX 2000000u

struct book;

struct book *book_new(struct err *e);
void book_free(struct book *b);
/*
 * Copies.  An event (id) that is there already is passed over.  -1: ERR_NOMEM,
 * also over the cap.
 */
int book_add(struct book *b, const struct account_event *v, struct err *e);
/*
 * After the last: order, merge, names.  Then the functions below.  0, or -1
 * (ERR_NOMEM).  Further events may be added, and then it is folded again, which
 * ends what the functions below gave.
 */
int book_fold(struct book *b, struct err *e);

/* Borrowed from the book, all of it. */
struct book_account {
	uint8_t id[EVENT_ID_LEN];
	/*
	 * What is shown: record name, with "~station" while another account had
	 * it first (and 8 hex of its id behind, if that is taken too); those 8
	 * alone where no event gives a name.
	 */
	const char *shown;
	bool disputed;
	/* newest of each field, or NULL; of `name` without "~station" */
	const char *value[EVENT_REMARK + 1];
	/* whose word it is, also where it says that there is none any more */
	const struct account_event *set_by[EVENT_REMARK + 1];
	const char *const *alias;	/* aliases and former names */
	size_t naliases;
	const struct account_event *const *event;	/* all, in order */
	size_t nevents;
	/*
	 * The events that hold the password that counts: none, one, or several
	 * that nobody can put in order (then each may be the true one).
	 */
	const struct account_event *const *password;
	size_t npasswords;
	bool password_void;	/* it was changed, and nobody told to what */
	const struct account_event *totp, *codes;	/* or NULL */
	const struct account_event *confirmed;		/* since the password */
	bool closed;
	/* the newest events that nothing stands behind: `prev` of the next */
	uint8_t heads[EVENT_PREV_MAX][EVENT_ID_LEN];
	size_t nheads;
};

/* By shown name (bytes).  *N: how many. */
const struct book_account *book_accounts(const struct book *b, size_t *n);
/* Events of no account (handovers), in order. */
const struct account_event *const *book_general(const struct book *b,
	size_t *n);
/*
 * The account that WORD means: its id (32 hex) or shown name, else an alias, a
 * former name, its login, or the first 6 or more hex of its id; names folded
 * (account/naming.h).  A disputed name alone means whoever had it first.  NULL:
 * ERR_NOENT (with near names), ERR_USAGE (several; names them), ERR_NOMEM.
 */
const struct book_account *book_find(const struct book *b, const char *word,
	struct err *e);

/*
 * Persons who know the password (SEED: the second factor's seed) that counts
 * now: who made it, and who is named as holder or successor, or as having seen
 * it (a seed: revealed or exported) since.  An account that came without a
 * password counts as if its first event had made one.  FN for each once, in
 * order, with the event that told him; PERSON NULL: whoever was behind
 * told->device then.  -1: what FN returned, ERR_NOMEM.
 */
typedef int (*book_knows_fn)(void *arg, const char *person,
	const struct account_event *told, struct err *e);
int book_knows(const struct book *b, const struct book_account *a, bool seed,
	book_knows_fn fn, void *arg, struct err *e);

#endif
