/*
 * desk/ledger.h - account events in the catalogue, and the desk's own.
 *
 * Spec: docs/FORMAT.md section 21, section 17 (accounts/events/) and 20
 * (accounts.unsent).  An event file comes from a station, from desk.git, or is
 * made here; it is known by its name, and the first bytes of a name stay.  Lines
 * go into the catalogue, secrets as they are sealed: none is opened but by
 * ledger_secret() and ledger_inner().
 * Caps: LEDGER_FILE_MAX bytes of a sealed file.
 * Needs: base, account, repo, control, desk/{box,bytes,catalogue,deskhome,
 * finding,newfiles}.
 */
#ifndef LIUDI_DESK_LEDGER_H
#define LIUDI_DESK_LEDGER_H

#include "account/book.h"
#include "account/eventfile.h"
#include "desk/box.h"

#define LEDGER_FILE_MAX (5u << 20)
#define LEDGER_FOLDER "accounts/events"	/* of desk.git */
#define LEDGER_NAME_LEN 33		/* 32 hex and NUL */
#define LEDGER_WHO_LEN 33		/* a name of section 9 and NUL */

/* --- In the box. */

struct ledger_report {
	int64_t files;		/* event files new to this desk */
	int64_t events;		/* and the events in them */
	int64_t wrong;		/* not as they should be; each is a finding */
	int64_t later;		/* that cannot be had now */
	int64_t copies;		/* put aside for desk.git */
};

/*
 * A step of sync (mirrors, make, opener): new event files of desk.git, of
 * stations' sources of kind account, and of this desk's own folder.  What is
 * wrong becomes a finding; what cannot be opened yet is tried again next time.
 * Stations' files that desk.git lacks are put, under "<name>.<SHA-256>.age", into
 * the folder ledger_copies() for the desk process to send.  0, or -1: *r is as
 * far as it came.
 */
int ledger_index(struct box *b, struct ledger_report *r, struct err *e);

/* The part of it that is of this desk's own folder alone. */
int ledger_index_own(struct box *b, struct ledger_report *r, struct err *e);

/* All events of the catalogue, folded; book_free().  NULL on failure. */
struct book *ledger_book(struct catalogue *c, struct err *e);

/* Who is to see a secret, and when: what two must agree on is for one. */
struct ledger_seer {
	const char *person;
	int64_t utc;
};
/*
 * The secrets that EVENT holds, opened; event_secret_free().  Those that two
 * must agree on, out of what an owner granted to WHO, as long as that holds.  1;
 * 0: it has none; -1: ERR_NOENT (dual, and not granted, or not any more: with a
 * hint), ERR_CRYPTO (not sealed to this desk; also what was granted), ERR_FORMAT,
 * ERR_INTEGRITY.
 */
int ledger_secret(struct box *b, const struct ledger_seer *who,
	const uint8_t event[static EVENT_ID_LEN], struct event_secret *out,
	struct err *e);

/* Are the secrets of EVENT such as two must agree on?  1, 0 (none too), -1. */
int ledger_is_dual(struct catalogue *c,
	const uint8_t event[static EVENT_ID_LEN], struct err *e);

/*
 * The owner's part: append to OUT what the outer seal of EVENT's dual secrets
 * holds, an age file that managers open.  1; 0: it has no such; -1 as above, and
 * ERR_INTEGRITY where that cannot be for the managers of any day.
 */
int ledger_inner(struct box *b, const uint8_t event[static EVENT_ID_LEN],
	struct buf *out, struct err *e);

/* Append what EVENT's file has sealed to OUT.  1; 0: nothing; -1. */
int ledger_sealed(struct catalogue *c,
	const uint8_t event[static EVENT_ID_LEN], struct buf *out, bool *dual,
	struct err *e);
/* Which station made EVENT; "": a desk did.  1; 0: it is not here; -1. */
int ledger_maker(struct box *b, const uint8_t event[static EVENT_ID_LEN],
	char station[static LEDGER_WHO_LEN], struct err *e);

/* Each event file of the catalogue; borrowed during the call. */
struct ledger_file {
	const char *name;
	const uint8_t *sum;		/* SHA-256 */
	const char *station;		/* NULL: a desk's */
	const char *blob;		/* of desk.git, or NULL */
	const void *secrets;		/* sealed; NULL: none */
	size_t nsecrets;
	bool dual;
	bool granted;			/* they are for managers alone */
};
int ledger_each(struct catalogue *c,
	int (*fn)(void *arg, const struct ledger_file *f, struct err *e),
	void *arg, struct err *e);

/*
 * How many event files of line LINE, first seen in EPOCH or before, desk.git does
 * not have; NAME: one of them.  -1 on failure.
 */
int64_t ledger_missing(struct catalogue *c, int64_t line, int64_t epoch,
	char name[static LEDGER_NAME_LEN], struct err *e);

/* --- In the desk process. */

/* Who writes. */
struct ledger_desk {
	const struct deskhome *home;
	const struct control *control;
	const char *name;		/* as control calls him */
	const struct sshkey *key;
};

/*
 * Seal the events of F to all of control's readers, keep them (fsynced), put
 * them into the catalogue where there is one, and send them.  0: sent; 1: kept,
 * to be sent by the next sync (*e says why); -1: nothing is kept.
 */
int ledger_write(const struct ledger_desk *d, struct eventfile *f,
	struct err *e);

/*
 * The same of one file of many: it is kept, for ledger_settle() to put into the
 * catalogue and ledger_send() to send.  0, or -1: nothing is kept.
 */
int ledger_keep(const struct ledger_desk *d, struct eventfile *f,
	struct err *e);

/*
 * Put what ledger_keep() kept into the catalogue, where there is one: one box for
 * all.  Before ledger_send().  -1 does no harm: the next sync makes it up.
 */
int ledger_settle(const struct ledger_desk *d, struct opener *op,
	struct err *e);

/*
 * As ledger_write() for the `granted` event V: SEALED are the N bytes of ledger_inner().
 */
int ledger_grant(const struct ledger_desk *d, const struct account_event *v,
	const void *sealed, size_t n, struct err *e);

/*
 * Send what waits: D's own and the stations' that ledger_index() put aside; not
 * what another says in this folder.  *SENT, *WAITS (may be NULL): files.  A name that desk.git has with
 * other bytes is left where it is and counted in *CLASHES (may be NULL).  -1:
 * ERR_NET, ERR_LOCKED.
 */
struct ledger_sent {
	int64_t sent, waits, clashes;
	int64_t others;		/* that wait here for another to sign */
	char other[LEDGER_WHO_LEN];	/* one of these */
	char clash[LEDGER_NAME_LEN];	/* one of them */
};
int ledger_send(const struct ledger_desk *d, struct ledger_sent *s,
	struct err *e);

/* The folder of what ledger_index() put aside.  free(). */
char *ledger_copies(const struct deskhome *h);

/* --- Of both. */

/* Put an opened event file into the catalogue, all of it or nothing. */
struct ledger_new {
	const char *name;
	uint8_t sum[32];
	const char *station;		/* NULL: a desk's */
	int64_t version;		/* of the station; 0 */
	const void *list;		/* its sum, NULL */
	size_t nlist;
	const char *blob;		/* NULL */
	const char *device;		/* who must have made it; NULL: any */
	/* of desk.git: who signed the commit, and who was ever a root */
	const char *signer;
	const struct signers *roots;
	const void *text;
	size_t n;
};
/* *EVENTS (may be NULL) is raised.  *WRONG: how many findings there were. */
int ledger_take(struct catalogue *c, const struct ledger_new *f,
	int64_t *events, int64_t *wrong, struct err *e);

/* "<32 hex>.age" into NAME, or false. */
bool ledger_name(const char *file, char name[static LEDGER_NAME_LEN]);
/* The same of "<32 hex>.<who>.age", as files wait in accounts.unsent. */
bool ledger_own_name(const char *file, char name[static LEDGER_NAME_LEN],
	char who[static LEDGER_WHO_LEN]);

#endif
