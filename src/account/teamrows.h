/*
 * account/teamrows.h - which rows of an export are the team's, and as what they
 * are registered.
 *
 * Kept is a row whose address is of a business platform (account/platform.h), or
 * that has no address and is called as such a platform is.  All else is counted
 * only.  The export is read twice, by creds_read() or what reads as it does, so
 * that no secret is held in between:
 *
 *     t = teamrows_new(platforms, naming, e);
 *     creds_read(data, n, teamrows_add, t, …);		once or more
 *     teamrows_name(t, shop, e);			no row is added from here
 *							on; show teamrows_at(),
 *							ask
 *     creds_read(data, n, teamrows_again, t, …);	in the same order
 *     teamrows_free(t);
 *
 * Two rows of one platform with one login (ASCII case aside) are one account: the
 * same password is kept once; another one is a further event that stands behind
 * nothing, for nobody knows which of them counts.
 * Callers have called crypto_setup().
 * Needs: base, crypto, account/{account_event,creds,eventfile,naming,otpauth,
 * platform}.
 */
#ifndef LIUDI_ACCOUNT_TEAMROWS_H
#define LIUDI_ACCOUNT_TEAMROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account_event.h"
#include "account/creds.h"
#include "account/eventfile.h"
#include "account/naming.h"
#include "account/platform.h"

#define TEAMROWS_MAX 1000000u		/* kept */

struct teamrows;

struct teamrow {
	const struct platform *platform;
	const char *title, *login;	/* or NULL */
	const char *record;		/* ""; teamrows_name() */
	uint64_t line;			/* of creds_row */
	bool has_password, has_totp;	/* that are kept of it */
	/* a further password or seed of the row FIRST; else FIRST is itself */
	size_t first;
	bool forked;
	const void *known;		/* what teamrows_known() said, or NULL */
};

struct teamrows_counts {
	uint64_t others;	/* not the team's; nothing of them was kept: */
	uint64_t unknown;	/* of them, of no platform that is known; */
	uint64_t elsewhere;	/* of one that the team does not work with; */
	uint64_t unasked;	/* of another than teamrows_only() */
	uint64_t same;		/* the same once more */
	uint64_t known;		/* of accounts that are registered, and no seed:
				 * passed over */
	uint64_t bare;		/* neither login nor any secret */
	uint64_t unfit;		/* over the caps of an event, control characters;
				 * their first lines: */
	uint64_t unfit_line[CREDS_BAD_MAX];
};

/*
 * Both are borrowed until teamrows_free(), NAMING until teamrows_name(), which
 * gives names out of it.
 */
struct teamrows *teamrows_new(const struct platforms *p, struct naming *n,
	struct err *e);
void teamrows_free(struct teamrows *t);		/* NULL does nothing */

/* Rows of this platform alone. */
void teamrows_only(struct teamrows *t, const struct platform *p);
/*
 * FN says which registered account the login or title NAME of P is, or NULL.  A
 * row of one with a seed and no password gives it that seed (an event `twofa`);
 * any other is passed over: whether its password is a new one cannot be told.
 */
void teamrows_known(struct teamrows *t, const void *(*fn)(void *arg,
	const struct platform *p, const char *name), void *arg);

int teamrows_add(void *teamrows, const struct creds_row *r, struct err *e);
/*
 * A record name for each: its title where that follows the template and is free,
 * the one with the number of its login, else the next free.  -1: ERR_CONFIG,
 * ERR_NOMEM.
 */
int teamrows_name(struct teamrows *t, const char *shop, struct err *e);

/* In the order of the export; borrowed. */
size_t teamrows_n(const struct teamrows *t);
const struct teamrow *teamrows_at(const struct teamrows *t, size_t i);
const struct teamrows_counts *teamrows_counts(const struct teamrows *t);

/*
 * For teamrows_again(): FN for each event of what is kept, with its secrets.
 * Kind, values and secrets are set, and borrowed during the call; all else is
 * FN's.  A row is `registered`, with the oldest password that is told of, and
 * `rotated` for each later one, which stands behind the one before; a forked one
 * `rotated`, `twofa` or both, behind nothing; one that is known `twofa`.  Of the address the host alone is taken.  What the export
 * says beside (notes, fields of its own) goes to the secrets of `registered`, as
 * recovery codes are often there, cut off at the cap of a secret; so does a seed
 * that cannot be read, as it is.
 */
typedef int (*teamrows_fn)(void *arg, const struct teamrow *row,
	const struct account_event *v, const struct event_secret *s,
	struct err *e);
void teamrows_events(struct teamrows *t, teamrows_fn fn, void *arg);
int teamrows_again(void *teamrows, const struct creds_row *r, struct err *e);

#endif
