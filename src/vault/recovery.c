/*
 * vault/recovery.c - the least fixpoint over AND/OR routes, 64 sets of people
 * at a time.
 *
 * A set of people is a lane: one bit of a 64-bit word.  Each node has a word,
 * in which a bit says whether that lane has it, and each person one that says
 * in which lanes he is.  A route is then the AND of words and an account the OR
 * of its routes.  Bits are only ever added, from nothing: that is the least
 * fixpoint, and circles need no care.
 */
#include "vault/recovery.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define LANES 64u
#define NONE UINT32_MAX

struct node {
	bool account, company;
	uint32_t who;		/* a leaf's first in `who`: keepers, reachers */
	uint32_t nkeep, nreach;
	uint32_t number;	/* of an account */
	uint32_t uses;		/* first part that is this node, or NONE */
};
struct route {
	uint32_t account;	/* its node */
	uint32_t part, n;	/* first of its parts, and how many */
};
struct part {
	uint32_t node, route;
	uint32_t next;		/* part that is the same node, or NONE */
};

struct recovery {
	size_t people;
	struct node *node;
	struct route *route;
	struct part *part;
	uint32_t *who;
	size_t nnodes, nroutes, nparts, nwho, naccounts;
	size_t cap_node, cap_route, cap_part, cap_who;
};

/* What one batch of lanes needs; taken once for many. */
struct lanes {
	uint64_t *in;		/* of each person */
	uint64_t *has;		/* of each node */
	uint32_t *grown;	/* nodes whose uses are to be looked at */
	bool *waits;		/* it is in `grown` */
};

/* Room for N more things of SIZE bytes behind LEN; MAX things at most. */
static int
grow(void *array, size_t *cap, size_t len, size_t n, size_t size, size_t max,
	struct err *e)
{
	void **at = array, *p;
	size_t want = *cap ? *cap : 64;

	if (n > max - len)
		return err_set(e, ERR_USAGE,
		    "the recovery model is too large");
	while (want < len + n)
		want *= 2;
	if (want == *cap)
		return 0;
	p = realloc(*at, want * size);
	if (!p)
		return err_nomem(e);
	*at = p;
	*cap = want;
	return 0;
}

struct recovery *
recovery_new(size_t people, struct err *e)
{
	struct recovery *r;

	if (people > RECOVERY_PEOPLE_MAX) {
		(void)err_set(e, ERR_USAGE, "more than %u people",
		    RECOVERY_PEOPLE_MAX);
		return NULL;
	}
	r = calloc(1, sizeof(*r));
	if (!r) {
		(void)err_nomem(e);
		return NULL;
	}
	r->people = people;
	return r;
}

void
recovery_free(struct recovery *r)
{
	if (!r)
		return;
	free(r->node);
	free(r->route);
	free(r->part);
	free(r->who);
	free(r);
}

static int
known(const struct recovery *r, const uint32_t *who, size_t n, struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (who[i] >= r->people)
			return err_set(e, ERR_USAGE,
			    "there is no person number %u", who[i]);
	return 0;
}

/* A node of nothing; its number, or -1. */
static int64_t
node_add(struct recovery *r, struct err *e)
{
	if (grow(&r->node, &r->cap_node, r->nnodes, 1, sizeof(*r->node),
	    RECOVERY_NODES_MAX, e) < 0)
		return -1;
	r->node[r->nnodes] = (struct node){ .uses = NONE };
	return (int64_t)r->nnodes++;
}

int64_t
recovery_leaf(struct recovery *r, bool company, const uint32_t *keep,
	size_t nkeep, const uint32_t *reach, size_t nreach, struct err *e)
{
	int64_t number;
	struct node *n;

	if (nkeep > RECOVERY_LINKS_MAX || nreach > RECOVERY_LINKS_MAX)
		return err_set(e, ERR_USAGE,
		    "the recovery model is too large");
	if (known(r, keep, nkeep, e) < 0 || known(r, reach, nreach, e) < 0 ||
	    grow(&r->who, &r->cap_who, r->nwho, nkeep + nreach,
	    sizeof(*r->who), RECOVERY_LINKS_MAX, e) < 0)
		return -1;
	number = node_add(r, e);
	if (number < 0)
		return -1;
	n = &r->node[number];
	n->company = company;
	n->who = (uint32_t)r->nwho;
	n->nkeep = (uint32_t)nkeep;
	n->nreach = (uint32_t)nreach;
	if (nkeep > 0)
		memcpy(r->who + r->nwho, keep, nkeep * sizeof(*keep));
	r->nwho += nkeep;
	if (nreach > 0)
		memcpy(r->who + r->nwho, reach, nreach * sizeof(*reach));
	r->nwho += nreach;
	return number;
}

int64_t
recovery_account(struct recovery *r, struct err *e)
{
	int64_t number = node_add(r, e);

	if (number < 0)
		return -1;
	r->node[number].account = true;
	r->node[number].number = (uint32_t)r->naccounts++;
	return number;
}

static bool
is_node(const struct recovery *r, int64_t number)
{
	return number >= 0 && (uint64_t)number < r->nnodes;
}

int
recovery_route(struct recovery *r, int64_t account, const int64_t *node,
	size_t n, struct err *e)
{
	struct part *p;
	size_t i;

	if (!is_node(r, account) || !r->node[account].account)
		return err_set(e, ERR_USAGE, "node %lld is not an account",
		    (long long)account);
	if (n == 0)
		return err_set(e, ERR_USAGE, "a route of nothing");
	for (i = 0; i < n; i++)
		if (!is_node(r, node[i]))
			return err_set(e, ERR_USAGE, "there is no node %lld",
			    (long long)node[i]);
	if (grow(&r->route, &r->cap_route, r->nroutes, 1, sizeof(*r->route),
	    RECOVERY_LINKS_MAX, e) < 0 ||
	    grow(&r->part, &r->cap_part, r->nparts, n, sizeof(*r->part),
	    RECOVERY_LINKS_MAX, e) < 0)
		return -1;
	r->route[r->nroutes] = (struct route){ (uint32_t)account,
	    (uint32_t)r->nparts, (uint32_t)n };
	for (i = 0; i < n; i++) {
		p = &r->part[r->nparts];
		p->node = (uint32_t)node[i];
		p->route = (uint32_t)r->nroutes;
		p->next = r->node[p->node].uses;
		r->node[p->node].uses = (uint32_t)r->nparts++;
	}
	r->nroutes++;
	return 0;
}

size_t
recovery_words(const struct recovery *r)
{
	return (r->naccounts + 63) / 64;
}

/* --- one batch --- */

static void
lanes_release(struct lanes *l)
{
	free(l->in);
	free(l->has);
	free(l->grown);
	free(l->waits);
}

static int
lanes_init(struct lanes *l, const struct recovery *r, struct err *e)
{
	l->in = calloc(r->people + 1, sizeof(*l->in));
	l->has = calloc(r->nnodes + 1, sizeof(*l->has));
	l->grown = calloc(r->nnodes + 1, sizeof(*l->grown));
	l->waits = calloc(r->nnodes + 1, sizeof(*l->waits));
	if (l->in && l->has && l->grown && l->waits)
		return 0;
	lanes_release(l);
	return err_nomem(e);
}

/* In which lanes a leaf is there. */
static uint64_t
leaf_lanes(const struct recovery *r, const struct node *n,
	const uint64_t *in, bool company)
{
	const uint32_t *who = r->who + n->who;
	uint64_t has = 0;
	uint32_t i;

	if (company && n->company)
		return UINT64_MAX;
	if (company)
		for (i = 0; i < n->nkeep; i++)
			has |= ~in[who[i]];
	else
		for (i = 0; i < n->nreach; i++)
			has |= in[who[n->nkeep + i]];
	return has;
}

static uint64_t
route_lanes(const struct recovery *r, const struct route *route,
	const uint64_t *has)
{
	uint64_t all = UINT64_MAX;
	uint32_t i;

	for (i = 0; i < route->n; i++)
		all &= has[r->part[route->part + i].node];
	return all;
}

/* From l->in to l->has, for the company or for the people of the lanes. */
static void
spread(const struct recovery *r, struct lanes *l, bool company)
{
	const struct route *route;
	uint32_t at, p;
	uint64_t more;
	size_t n = 0, i;

	for (i = 0; i < r->nnodes; i++) {
		l->has[i] = r->node[i].account ? 0 :
		    leaf_lanes(r, &r->node[i], l->in, company);
		l->waits[i] = l->has[i] != 0;
		if (l->waits[i])
			l->grown[n++] = (uint32_t)i;
	}
	while (n > 0) {
		at = l->grown[--n];
		l->waits[at] = false;
		for (p = r->node[at].uses; p != NONE; p = r->part[p].next) {
			route = &r->route[r->part[p].route];
			more = route_lanes(r, route, l->has) &
			    ~l->has[route->account];
			if (more == 0)
				continue;
			l->has[route->account] |= more;
			if (!l->waits[route->account])
				l->grown[n++] = route->account;
			l->waits[route->account] = true;
		}
	}
}

/* The bits of accounts of one batch into the rows of its lanes. */
static void
deal(const struct recovery *r, const uint64_t *has, bool missing,
	size_t lanes, uint64_t *row)
{
	const size_t words = recovery_words(r);
	const uint64_t all = lanes == LANES ? UINT64_MAX :
	    (UINT64_C(1) << lanes) - 1;
	const struct node *n;
	uint64_t bits;
	size_t i;

	memset(row, 0, lanes * words * sizeof(*row));
	for (i = 0; i < r->nnodes; i++) {
		n = &r->node[i];
		if (!n->account)
			continue;
		bits = (missing ? ~has[i] : has[i]) & all;
		for (; bits != 0; bits &= bits - 1)
			row[(size_t)__builtin_ctzll(bits) * words +
			    n->number / 64] |= UINT64_C(1) << n->number % 64;
	}
}

int
recovery_solve(struct recovery *r, const uint32_t *const *set,
	const size_t *len, size_t nsets, uint64_t *lost, uint64_t *reach,
	struct err *e)
{
	const size_t words = recovery_words(r);
	struct lanes l;
	size_t from, lanes, i, j;
	int rc = -1;

	if (lanes_init(&l, r, e) < 0)
		return -1;
	for (from = 0; from < nsets; from += lanes) {
		lanes = nsets - from < LANES ? nsets - from : LANES;
		memset(l.in, 0, r->people * sizeof(*l.in));
		for (i = 0; i < lanes; i++) {
			if (known(r, set[from + i], len[from + i], e) < 0)
				goto out;
			for (j = 0; j < len[from + i]; j++)
				l.in[set[from + i][j]] |= UINT64_C(1) << i;
		}
		if (lost) {
			spread(r, &l, true);
			deal(r, l.has, true, lanes, lost + from * words);
		}
		if (reach) {
			spread(r, &l, false);
			deal(r, l.has, false, lanes, reach + from * words);
		}
	}
	rc = 0;
out:
	lanes_release(&l);
	return rc;
}

int
recovery_has(struct recovery *r, const uint32_t *set, size_t len,
	bool company, int64_t node, struct err *e)
{
	struct lanes l;
	size_t i;
	int has;

	if (!is_node(r, node))
		return err_set(e, ERR_USAGE, "there is no node %lld",
		    (long long)node);
	if (known(r, set, len, e) < 0 || lanes_init(&l, r, e) < 0)
		return -1;
	for (i = 0; i < len; i++)
		l.in[set[i]] = 1;
	spread(r, &l, company);
	has = (int)(l.has[node] & 1);
	lanes_release(&l);
	return has;
}

/* --- how many must leave --- */

/* One batch of sets of SIZE people for recovery_bus(). */
struct bus {
	struct recovery *r;
	struct lanes l;
	uint8_t *out;
	uint8_t size;
	size_t lanes;		/* filled */
};

/* What the batch loses, that fewer people did not. */
static void
bus_batch(struct bus *b)
{
	const struct node *n;
	uint64_t all;
	size_t i;

	if (b->lanes == 0)
		return;
	all = b->lanes == LANES ? UINT64_MAX : (UINT64_C(1) << b->lanes) - 1;
	spread(b->r, &b->l, true);
	for (i = 0; i < b->r->nnodes; i++) {
		n = &b->r->node[i];
		if (n->account && (~b->l.has[i] & all) != 0 &&
		    b->out[n->number] > b->size)
			b->out[n->number] = b->size;
	}
	memset(b->l.in, 0, b->r->people * sizeof(*b->l.in));
	b->lanes = 0;
}

/* One set more: the b->size people at WHO. */
static void
bus_set(struct bus *b, const uint32_t *who)
{
	uint8_t i;

	for (i = 0; i < b->size; i++)
		b->l.in[who[i]] |= UINT64_C(1) << b->lanes;
	if (++b->lanes == LANES)
		bus_batch(b);
}

/* Those who keep anything into WHO; when others go, nothing is lost. */
static size_t
keepers(const struct recovery *r, uint32_t *who, bool *is)
{
	const struct node *n;
	size_t i, found = 0;
	uint32_t k;

	for (i = 0; i < r->nnodes; i++) {
		n = &r->node[i];
		for (k = 0; !n->company && k < n->nkeep; k++)
			is[r->who[n->who + k]] = true;
	}
	for (k = 0; k < r->people; k++)
		if (is[k])
			who[found++] = k;
	return found;
}

int
recovery_bus(struct recovery *r, unsigned max, uint8_t *out,
	struct err *e)
{
	struct bus b = { .r = r, .out = out };
	uint32_t *who = NULL, pair[2];
	bool *is = NULL;
	size_t n, i, j;
	int rc = -1;

	if (max < 1 || max > 2)
		return err_set(e, ERR_USAGE, "sets of %u people", max);
	if (lanes_init(&b.l, r, e) < 0)
		return -1;
	who = calloc(r->people + 1, sizeof(*who));
	is = calloc(r->people + 1, sizeof(*is));
	if (!who || !is) {
		(void)err_nomem(e);
		goto out;
	}
	n = keepers(r, who, is);
	if (r->naccounts > 0)
		memset(out, (int)max + 1, r->naccounts);
	bus_set(&b, who);		/* nobody leaves */
	bus_batch(&b);
	b.size = 1;
	for (i = 0; i < n; i++)
		bus_set(&b, who + i);
	bus_batch(&b);
	b.size = 2;
	for (i = 0; max == 2 && i < n; i++)
		for (j = i + 1; j < n; j++) {
			pair[0] = who[i];
			pair[1] = who[j];
			bus_set(&b, pair);
		}
	bus_batch(&b);
	rc = 0;
out:
	free(who);
	free(is);
	lanes_release(&b.l);
	return rc;
}
