/*
 * vault/recovery.h - what is lost when people leave, and what they could still
 * enter: AND/OR routes, solved for many sets of people at once.
 *
 * A node is a leaf (a thing that somebody holds) or an account (open by any of
 * its routes; a route is all of its nodes).  Routes may go in circles: what
 * counts is the least fixpoint, so that two mailboxes that reset each other
 * open nothing.  For a set X of people:
 *   LOST(X):  accounts that the company without X cannot get into
 *   REACH(X): accounts that the people of X alone can get into
 *
 *     r = recovery_new(people, e);
 *     sim = recovery_leaf(r, false, holder, 1, holder, 1, e);
 *     shop = recovery_account(r, e);
 *     recovery_route(r, shop, &sim, 1, e);
 *     recovery_solve(r, set, len, nsets, lost, reach, e);
 *     recovery_free(r);
 *
 * One model, one thread.
 * Caps: RECOVERY_PEOPLE_MAX, RECOVERY_NODES_MAX nodes, and RECOVERY_LINKS_MAX
 * each of routes, of nodes named in them and of people named by leaves.
 * Needs: base.
 */
#ifndef LIUDI_VAULT_RECOVERY_H
#define LIUDI_VAULT_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define RECOVERY_PEOPLE_MAX 4096u
#define RECOVERY_NODES_MAX (1u << 20)
#define RECOVERY_LINKS_MAX (1u << 24)

struct recovery;

/*
 * A model of PEOPLE persons, numbered from 0; may be 0.  NULL: ERR_USAGE over
 * the cap, ERR_NOMEM.
 */
struct recovery *recovery_new(size_t people, struct err *e);
void recovery_free(struct recovery *r);

/*
 * A leaf: the company without X has it if COMPANY, or if one of the NKEEP
 * people is not in X; X alone has it if one of the NREACH people is in X.
 * Copies; a number may be there twice.  Returns its node number, or -1
 * (ERR_USAGE: no such person, over a cap; ERR_NOMEM).
 */
int64_t recovery_leaf(struct recovery *r, bool company, const uint32_t *keep,
	size_t nkeep, const uint32_t *reach, size_t nreach, struct err *e);

/* An account without routes, which nobody opens.  Its node, or -1 as above. */
int64_t recovery_account(struct recovery *r, struct err *e);

/*
 * One more route into ACCOUNT: all of the N >= 1 nodes are needed.  0, or -1
 * (ERR_USAGE: not an account, no such node, none, over a cap; ERR_NOMEM).
 */
int recovery_route(struct recovery *r, int64_t account, const int64_t *node,
	size_t n, struct err *e);

/* Words of 64 bits that a row of accounts takes. */
size_t recovery_words(const struct recovery *r);

/*
 * For each of NSETS sets (set i: the len[i] people at set[i]): bit a of
 * LOST[i * words] and of REACH[i * words] is set for account a in the order of
 * recovery_account(), bit 0 of word 0 first; words = recovery_words().  Both
 * are written whole; either may be NULL.  0, or -1 (ERR_USAGE: no such person;
 * ERR_NOMEM); then they are of no use.
 */
int recovery_solve(struct recovery *r, const uint32_t *const *set,
	const size_t *len, size_t nsets, uint64_t *lost, uint64_t *reach,
	struct err *e);

/*
 * For one set, to explain a result: has the company without the people (if
 * COMPANY), or have they alone, this NODE?  1 yes, 0 no, -1 as above.
 */
int recovery_has(struct recovery *r, const uint32_t *set, size_t len,
	bool company, int64_t node, struct err *e);

/*
 * OUT[a] = how many people must leave at least until account a is lost: 0 if
 * it is lost already, 1 up to MAX (1 or 2), MAX + 1 for more.  0 or -1.
 */
int recovery_bus(struct recovery *r, unsigned max, uint8_t *out,
	struct err *e);

#endif
