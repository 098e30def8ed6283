/*
 * open/slip39.h - a secret in shares of words, of which some suffice.
 *
 * Spec: SLIP-0039.  A set has one or more groups; a group is recovered from as
 * many members as its threshold says, the secret from as many groups as theirs
 * says.  "2 of 3" is one group of three.  What a person types in is checked
 * share by share, so that each error can be mended at once.
 * Secrets, shares and what lies between are in guarded memory only; the text of
 * an error may hold one word of a share.
 * Needs: base, crypto, open/slip39_share, open/shamir.
 */
#ifndef LIUDI_OPEN_SLIP39_H
#define LIUDI_OPEN_SLIP39_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "open/slip39_share.h"

#define SLIP39_SPLIT_MIN 16	/* bytes of a secret; an even number */
#define SLIP39_SPLIT_MAX 32
#define SLIP39_MAX_GROUPS SHAMIR_MAX
#define SLIP39_MAX_MEMBERS SHAMIR_MAX
#define SLIP39_EXPONENT 1	/* 20,000 rounds: 0.02 s */
#define SLIP39_PASS_MAX 1024

/* --- splitting --- */

struct slip39_group {
	unsigned threshold;	/* 1..count */
	unsigned count;		/* 1..16; 1 if the threshold is 1 */
};

struct slip39_plan {
	unsigned exponent;	/* 0..15: 10000 * 2^exponent rounds */
	bool extendable;	/* false: for older readers */
	unsigned group_threshold;
	unsigned ngroups;	/* 1..16 */
	struct slip39_group group[SLIP39_MAX_GROUPS];
};

/* Any THRESHOLD of COUNT shares, and what the standard recommends. */
void slip39_plan_simple(struct slip39_plan *plan, unsigned threshold,
	unsigned count);

/* The shares of a splitting as text. */
struct slip39_set;

/*
 * Split LEN bytes.  PASS (may be NULL) is printable ASCII, and no reader can
 * tell whether the right one was given.  The identifier is random.  NULL on
 * failure (ERR_USAGE: a plan, length or passphrase that cannot be; ERR_NOMEM).
 */
struct slip39_set *slip39_split(const struct slip39_plan *plan,
	const uint8_t *secret, size_t len, const char *pass, struct err *e);
size_t slip39_set_count(const struct slip39_set *set);
/* The i-th share, groups one after another; borrowed. */
const char *slip39_set_text(const struct slip39_set *set, size_t i);
/* Its group and member, counted from 0. */
void slip39_set_place(const struct slip39_set *set, size_t i, unsigned *group,
	unsigned *member);
void slip39_set_free(struct slip39_set *set);	/* wipes; NULL does nothing */

/* --- recovering --- */

/* Shares typed in so far, of one set. */
struct slip39;

struct slip39 *slip39_new(struct err *e);
void slip39_free(struct slip39 *s);	/* wipes; NULL does nothing */

/*
 * Add a share.  0, or -1: *e names it by its place (the next is count + 1) and
 * the shares before it stay.  ERR_FORMAT: a word that is none, a wrong
 * checksum, a share of another set; ERR_USAGE: it is there already, or there
 * are enough of its group or of groups; ERR_NOMEM.
 */
int slip39_add(struct slip39 *s, const char *text, size_t n, struct err *e);
size_t slip39_count(const struct slip39 *s);
/* The last one added; borrowed; NULL before the first. */
const struct slip39_share *slip39_last(const struct slip39 *s);

/*
 * What is missing: SHARES of the groups that were begun, and GROUPS of which
 * there is no share yet, 1 before the first share.  True: nothing.
 */
bool slip39_complete(const struct slip39 *s, unsigned *shares,
	unsigned *groups);

/*
 * The secret, *LEN bytes for secmem_free(), or NULL (ERR_USAGE: too few
 * shares, or the passphrase is not printable ASCII; ERR_CRYPTO: they do not
 * fit together; ERR_NOMEM).  Takes as long as the shares' exponent says, from
 * 0.01 s to five minutes.
 */
uint8_t *slip39_combine(const struct slip39 *s, const char *pass, size_t *len,
	struct err *e);

#endif
