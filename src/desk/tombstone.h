/*
 * desk/tombstone.h - orders of erasure, and what is left to prove one.
 *
 * Spec: docs/FORMAT.md section 18: erasure/<n>.order and its signatures in
 * desk.git.  That desk.git's history is good is not needed: an order counts by
 * the root keys that signed its text, under two names.
 * Caps: an order TOMBSTONE_MAX bytes, TOMBSTONE_SIGS signatures of it.  Of each
 * root of today, and of all who are none together, the first TOMBSTONE_OF_KEY
 * orders are taken: no one who writes there keeps another's from being read.
 * Needs: base, crypto, sign, repo, control, desk/retention.
 */
#ifndef LIUDI_DESK_TOMBSTONE_H
#define LIUDI_DESK_TOMBSTONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "control/control.h"
#include "desk/retention.h"
#include "repo/canon.h"
#include "repo/mirror.h"

#define TOMBSTONE_MAX 4096
#define TOMBSTONE_SIGS 16
#define TOMBSTONE_REASON_MAX 200
#define TOMBSTONE_OF_KEY 5000	/* orders that one key signed */
#define TOMBSTONE_ODD_MAX 100	/* that nobody signed, or that are none */
#define TOMBSTONE_PATH_LEN 64
#define TOMBSTONE_WHY_LEN 160

/* What an order says. */
struct tombstone_order {
	char ref[CANON_REF_LEN];
	char head[CANON_ID_LEN];
	int64_t seq;			/* of the head: one less than commits */
	uint8_t manifest[32];		/* of the head */
	char control[CANON_ID_LEN];	/* under which it was decided */
	char by[33];
	int64_t date;			/* UTC seconds */
	char reason[TOMBSTONE_REASON_MAX + 1];
};

struct tombstone {
	int64_t n;			/* erasure/<n>.order */
	struct tombstone_order order;
	struct buf text;		/* the file */
	bool good;			/* it is an order at all */
	struct sshkey_pub pub[TOMBSTONE_SIGS];	/* who signed the text */
	size_t npub;
	size_t nbad;			/* signatures that are none */
};

/* What control says, of the rules of this. */
struct tombstone_rules {
	struct signers roots;
	struct retention retention;
	bool good;			/* both could be read */
};

struct tombstones {
	struct tombstone *v;		/* owned, sorted by n */
	size_t n;
	int64_t *taken;			/* numbers of all files, sorted */
	size_t ntaken;
	size_t left_out;		/* orders behind the caps */
	/* control's clone, its commits that were checked, and its rules today */
	struct mirror *clone;
	char (*history)[CANON_ID_LEN];
	size_t nhistory;
	struct tombstone_rules today;
};

/* Append the text; it must be one that tombstone_parse() takes. */
int tombstone_text(const struct tombstone_order *o, struct buf *out,
	struct err *e);
/* Only what tombstone_text() writes.  -1: ERR_FORMAT. */
int tombstone_parse(struct tombstone_order *o, const char *text, size_t n,
	struct err *e);

/* Append the file of a signature over N bytes of TEXT. */
int tombstone_sign(const struct sshkey *key, const void *text, size_t n,
	struct buf *out, struct err *e);

/* "erasure/<n>.order", and with PUB "erasure/<n>.<key>.sig". */
void tombstone_path(int64_t n, const struct sshkey_pub *pub,
	char out[static TOMBSTONE_PATH_LEN]);

/*
 * All of desk.git; DESK may be NULL: none.  CONTROL is what was checked in the
 * clone CLONE, which is borrowed.  *t can be released in any case.
 */
int tombstones_load(struct tombstones *t, struct mirror *desk,
	struct mirror *clone, const struct control *control, struct err *e);
void tombstones_release(struct tombstones *t);

/* The lowest number from which on COUNT in a row are no file's. */
int64_t tombstones_free(const struct tombstones *t, size_t count);

/*
 * Names of ROOTS that signed T at its date, each once, into NAMES (may be
 * NULL); returns how many.
 */
size_t tombstone_signers(const struct tombstone *t,
	const struct signers *roots, const char *names[TOMBSTONE_SIGS]);

/*
 * What should not be there: WHY the file is no order, or a signature of it is
 * none, or is that of no root key, of today or of when it was made.  0: all is
 * well, 1, -1.
 */
int tombstone_odd(const struct tombstones *all, const struct tombstone *t,
	char why[static TOMBSTONE_WHY_LEN], struct err *e);

/* Which question: may objects go that are here, or may they be missing? */
enum tombstone_for { TOMBSTONE_TO_ERASE, TOMBSTONE_TO_MISS };

/*
 * Does T, one of ALL, hold?  To erase, two of today's roots must have signed
 * it, and nothing holds the branch back today; that objects are missing is
 * explained by those who were roots when it was decided as well.  0: no, and
 * WHY; -1.
 */
enum { TOMBSTONE_HOLDS = 1, TOMBSTONE_UNSIGNED = 2 /* only that lacks: WHY */ };
int tombstone_holds(const struct tombstones *all, const struct tombstone *t,
	enum tombstone_for what, int64_t now_utc,
	char why[static TOMBSTONE_WHY_LEN], struct err *e);

/*
 * The newest order that names REF with HEAD (NULL: any) and holds, or NULL,
 * with WHY of the newest that does not ("" = there is none).  -1: *e.
 */
int tombstones_find(const struct tombstones *all, const char *ref,
	const char *head, enum tombstone_for what, int64_t now_utc,
	const struct tombstone **found, char why[static TOMBSTONE_WHY_LEN],
	struct err *e);

#endif
