/*
 * agent/register.h - accounts as they are registered on this station.
 *
 * What happens to an account is sealed at once, to whoever may read this
 * station's records, and put into accounts/events of the state folder; each run
 * takes it from there as the source `accounts`.  Nothing of it can be opened
 * here; what stays readable is accounts/known: ids, record names, platforms,
 * shops and dates.
 * Spec: docs/FORMAT.md "Account events".
 * Needs: base, config, json, account, control, agent/{station,agree}.
 */
#ifndef LIUDI_AGENT_REGISTER_H
#define LIUDI_AGENT_REGISTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/eventfile.h"
#include "agent/station.h"

#define REGISTER_SOURCE "accounts"
#define REGISTER_KNOWN_MAX (64u << 20)	/* bytes of accounts/known */
#define REGISTER_ID_MIN 6	/* hex digits of an id that name an account */

struct register_account {	/* a line of accounts/known */
	uint8_t id[EVENT_ID_LEN];
	char *name, *platform;
	char *shop;			/* or NULL */
	int64_t registered, changed;	/* UTC seconds */
	uint8_t last[EVENT_ID_LEN];	/* newest event made here */
	bool dual, closed;
};

/*
 * The source of the events, where there are any, unless CFG names one so.  -1:
 * as config_imply().
 */
int register_source(struct config *cfg, const char *state, struct err *e);
/*
 * Bring to its end what a crash left half done (a run does it; not for a dry
 * one).  Nothing where another process is at it.  -1: ERR_IO, ERR_NOMEM.
 */
int register_settle(const char *state, struct err *e);

struct registrar;

/* To look only: no control, no lock. */
struct registrar *register_look(const struct station *s, struct err *e);
/*
 * To write.  S is open; its control becomes the one that was checked last (no
 * network).  NULL: ERR_CONFIG with a hint (control was never fetched, this
 * station is not let in, a notice is not agreed to), ERR_LOCKED, ERR_FORMAT
 * (a reader who is none), …
 */
struct registrar *register_open(struct station *s, struct err *e);
void register_close(struct registrar *r);	/* NULL does nothing; wipes */

/* By name.  Valid until the next register_add(). */
const struct register_account *register_accounts(const struct registrar *r,
	size_t *n);
/* Lines of accounts/known that could not be read, and are passed over. */
size_t register_damaged(const struct registrar *r);
/*
 * By record name (the case of ASCII aside), or by the first REGISTER_ID_MIN or
 * more hex digits of its id.  NULL: ERR_NOENT with a hint, ERR_USAGE (several
 * ids begin so).
 */
const struct register_account *register_find(const struct registrar *r,
	const char *word, struct err *e);
/* Of register_open(): control's policy.ini, or "". */
const char *register_policy(const struct registrar *r);

/*
 * Begin an event of A, or where that is NULL of an account that is made by it:
 * ids, time, device, what stands before it.  Values are the caller's.
 */
void register_event(const struct registrar *r, enum event_kind kind,
	const struct register_account *a, struct account_event *v);
/*
 * Take the event, sealed with its secrets (may be NULL) when the file is full
 * and at register_commit().  An event of a dual account is sealed to two, what
 * V says or not.  -1: as eventfile_add() and eventfile_seal(), ERR_IO,
 * ERR_SPACE; then nothing since the last commit is kept.
 */
int register_add(struct registrar *r, struct account_event *v,
	const struct event_secret *secret, struct err *e);
/*
 * All that was added is kept: on disk, fsynced, and known; or nothing of it,
 * also after a crash at any point.  -1: ERR_IO, ERR_SPACE, ….
 */
int register_commit(struct registrar *r, struct err *e);

#endif
