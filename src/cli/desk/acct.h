/*
 * cli/desk/acct.h - what the commands on accounts share: keys, the account that
 * is meant, leave to read, the box, events.
 *
 *	acct_open()	control, passphrase, signing key; acct_join(): of another's
 *	acct_find()	which account is meant: k->found
 *	acct_note()	into the access log, or nothing is shown
 *	acct_run()	FN in the box
 *	acct_write()	an event of the account
 *	acct_release()
 *
 * Needs: cli/cli.h, account, desk.
 */
#ifndef LIUDI_CLI_DESK_ACCT_H
#define LIUDI_CLI_DESK_ACCT_H

#include "cli/cli.h"
#include "cli/desk/reads.h"
#include "desk/box.h"
#include "desk/ledger.h"
#include "desk/people.h"

#define ACCT_SHOWN_LEN 256
#define ACCT_PASSWORDS 8
#define ACCT_PLATFORM_LEN 32
#define ACCT_WANTED (ACCT_PASSWORDS + 2)

/* As the box found it; of fixed size, for it comes by shared memory. */
struct acct_found {
	uint8_t id[EVENT_ID_LEN];
	char shown[ACCT_SHOWN_LEN];
	char platform[ACCT_PLATFORM_LEN];	/* its code, or "" */
	bool closed, dual;	/* dual: its own word, or its platform's */
	bool is_void;			/* changed, and not told */
	uint8_t heads[EVENT_PREV_MAX][EVENT_ID_LEN];
	size_t nheads;
	size_t nevents;			/* all that are known of it */
	/* events that hold the secrets which count */
	uint8_t password[ACCT_PASSWORDS][EVENT_ID_LEN];
	size_t npasswords;
	bool has_totp, has_codes;
	uint8_t totp[EVENT_ID_LEN], codes[EVENT_ID_LEN];
	char holder[ACCT_SHOWN_LEN];	/* "" = nobody is named */
};

struct acct {
	const struct cli *c;
	struct deskhome h;
	struct control control;
	struct opener *op;
	struct sshkey *key;
	bool lent;			/* `op` is somebody else's */
	const char *name;		/* who works here, as control says */
	const char *why;		/* or NULL */
	struct access_pass pass;
	char reader[READS_NAME_LEN];
	char me[ACCT_SHOWN_LEN];	/* the person: for `by` */
	struct ledger_seer seer;	/* he, and when he came */
	struct buf policy;		/* text of policy.ini */
	const char *rw;			/* the box may write there; NULL */
	bool records;			/* the box reads files of stations too */
	char *file, *dir;		/* of acct_target(), owned */
	struct acct_found found;
	/* in the box */
	struct box *b;
	struct book *book;
	struct roster roster;
	struct people *people;		/* NULL outside acct_run() */
};

/* Option --why must be there.  -1: ERR_USAGE. */
int acct_reason(const struct cli *c, struct err *e);

/* AS (may be NULL: this desk's own): whose keys.  Release also on failure. */
int acct_open(struct acct *k, const struct cli *c, const char *as,
	struct err *e);
/*
 * The same with OP, which stays the caller's, and without a look at the central;
 * who works here is whoever's signing key it opens.  WHY: as option --why.  -1:
 * also ERR_CRYPTO, it opens none.
 */
int acct_join(struct acct *k, const struct cli *c, struct opener *op,
	const char *why, struct err *e);
/* Ends the opener, forgets keys and what was read.  Once, also after a failure. */
void acct_release(struct acct *k);

/*
 * *FILE (NULL, "-": nothing) in full, which K owns from then on; the box may write
 * into its folder.  -1: ERR_NOMEM, ERR_NOENT (no home).
 */
int acct_target(struct acct *k, const char **file, struct err *e);

/* -1: ERR_NOENT, ERR_USAGE as book_find(). */
int acct_find(struct acct *k, const char *word, struct err *e);

/* VIEW is what of the book is read. */
int acct_note(struct acct *k, const char *action, const char *view,
	struct err *e);
/* FN in the box with k->book and k->people, behind acct_note(). */
int acct_run(struct acct *k, int (*fn)(struct acct *k, void *arg,
	struct err *e), void *arg, struct err *e);

/* An event of KIND now, of the account that was found; FIELDS are empty. */
void acct_event(struct acct *k, struct account_event *v,
	enum event_kind kind);
/* Seal, keep and send it; what was not sent is a warning. */
int acct_write(struct acct *k, struct account_event *v,
	const struct event_secret *secret, struct err *e);

/* Events whose secrets are to be shown. */
struct acct_wanted {
	uint8_t event[ACCT_WANTED][EVENT_ID_LEN];
	size_t n;
};
/*
 * Can all of W be opened, and may he see it now?  Tried, behind acct_note(), with
 * what is shown nowhere.  What two must agree on, and no owner has granted him, or
 * not any more, is asked for, once.  0; 1: it is asked for (*E and its hint say
 * so); -1: what ledger_secret() says.
 */
int acct_may_see(struct acct *k, const struct acct_wanted *w, struct err *e);

/* FN(k, ARG) in a box with the book alone: nothing of it is to be shown. */
int acct_look(struct acct *k, int (*fn)(struct acct *k, void *arg,
	struct err *e), void *arg, struct err *e);
/* OPENER_ROOM_LEN bytes that box and asker share. */
void *acct_shared(const struct acct *k);

/* Send what waits of whose keys these are; a warning where it cannot be. */
void acct_send_own(struct acct *k);
/*
 * After a sync: send what its box put aside, and what waits from before.  A
 * warning where it cannot be; *WORST becomes graver where a name is taken.
 */
void acct_send(const struct cli *c, const struct deskhome *h,
	struct opener *op, enum cli_exit *worst);

#endif
