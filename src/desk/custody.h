/*
 * desk/custody.h - who holds what: book and people as a model of recovery, and
 * its results in words.
 *
 * Rules: docs/REPORTS.md "Accounts when people leave".
 * Needs: base, account/{book,platform}, vault/recovery, desk/people.
 */
#ifndef LIUDI_DESK_CUSTODY_H
#define LIUDI_DESK_CUSTODY_H

#include "account/book.h"
#include "account/platform.h"
#include "desk/people.h"

struct custody;
/*
 * B is folded; UTC is now.  All are borrowed and must outlive it; persons that
 * only the book names are added to P.  NULL: ERR_NOMEM, ERR_CONFIG (routes that
 * make no sense).
 */
struct custody *custody_new(const struct book *b, struct people *p,
	const struct platforms *pl, int64_t utc, struct err *e);
void custody_free(struct custody *c);

struct custody_result {		/* of one set; in the order of the book */
	const struct book_account **lost, **stale, **reach;	/* owned */
	size_t nlost, nstale, nreach;
};
/*
 * The N people PERSON leave.  *OUT is set only on success.  -1: ERR_NOENT (who
 * is nobody's name; hint), ERR_NOMEM.
 */
int custody_whatif(struct custody *c, const char *const *person, size_t n,
	struct custody_result *out, struct err *e);
void custody_result_free(struct custody_result *r);

/* What a route is made of. */
enum custody_part { CUSTODY_PASSWORD, CUSTODY_SEED, CUSTODY_DEVICE,
	CUSTODY_PHONE, CUSTODY_EMAIL, CUSTODY_MAIN, CUSTODY_LICENCE,
	CUSTODY_SUBJECT, CUSTODY_PARTS };
const char *custody_part_name(enum custody_part part);	/* "password", … */

struct custody_view {
	enum custody_part part;
	bool has;
	bool said;		/* false: there is no such thing */
	char text[512];		/* "SIM …1391, personal, held by li": a text of
				 * cli's table, filled in */
};
/* ROUTE: "login", "phone+email".  HAS: all of its N parts. */
typedef int (*custody_fn)(void *arg, const char *route, bool has,
	const struct custody_view *part, size_t n, struct err *e);
/*
 * Each route into A: have the people (REACH) it, or has the company without
 * them?  0, or what FN returned.
 */
int custody_explain(struct custody *c, const struct book_account *a,
	bool reach, const char *const *person, size_t n, custody_fn fn,
	void *arg, struct err *e);

/* Has PERSON that part of A in his hands or in his head? */
bool custody_holds(const struct custody *c, const struct book_account *a,
	enum custody_part part, const char *person);
/* Is that part in a route into A? */
bool custody_uses(const struct custody *c, const struct book_account *a,
	enum custody_part part);
/* Who did V: its actor, else who is behind its station, else that one's id. */
const char *custody_actor(const struct custody *c,
	const struct account_event *v);
/* What is known of that part, as in a view. */
void custody_text(const struct custody *c, const struct book_account *a,
	enum custody_part part, char *out, size_t size);
/* Whose is the account in daily work: or NULL. */
const char *custody_holder(const struct custody *c,
	const struct book_account *a);
/* In whose real name it is: "company", a person, or NULL. */
const char *custody_subject(const struct custody *c,
	const struct book_account *a);
/* What was sealed and not tried for too long? */
bool custody_stale(const struct custody *c, const struct book_account *a);

/* Of each account in the order of book_accounts(): 0 already lost, 1, 2, 3 (more). */
int custody_bus(struct custody *c, uint8_t *out, struct err *e);

/* A SIM or mailbox by which accounts can be entered. */
struct custody_thing {
	bool sim;
	const char *name;	/* the whole number or address */
	size_t accounts;	/* bound to it */
	size_t lost;		/* of these: no way without it */
};
/* Each, the one on which most hangs first.  *OUT is to be freed. */
int custody_things(struct custody *c, struct custody_thing **out, size_t *n,
	struct err *e);

/* "…1391": as numbers of telephones are shown. */
#define CUSTODY_LAST_LEN 16
const char *custody_last(const char *number, char out[CUSTODY_LAST_LEN]);

#endif
