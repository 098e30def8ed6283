/* vault/recovery: small teams by hand, random ones against a plain solver. */
#include "vault/recovery.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/banned.h"

enum { ZHANG, WANG, LI };	/* people of the tests by hand */

static int64_t
leaf(struct recovery *r, bool company, uint32_t holder)
{
	struct err e = ERR_INIT;
	int64_t n = recovery_leaf(r, company, &holder, company ? 0 : 1,
	    &holder, 1, &e);

	assert_true(n >= 0);
	return n;
}

static int64_t
account(struct recovery *r)
{
	struct err e = ERR_INIT;
	int64_t n = recovery_account(r, &e);

	assert_true(n >= 0);
	return n;
}

static void
route(struct recovery *r, int64_t to, int64_t a, int64_t b)
{
	struct err e = ERR_INIT;
	int64_t node[] = { a, b };

	assert_int_equal(recovery_route(r, to, node, b < 0 ? 1 : 2, &e), 0);
}

/* LOST and REACH of the set, as bits of up to 64 accounts. */
static void
solved(struct recovery *r, const uint32_t *set, size_t len, uint64_t lost,
	uint64_t reach)
{
	struct err e = ERR_INIT;
	uint64_t is_lost = ~lost, is_reach = ~reach;

	assert_int_equal(recovery_words(r), 1);
	assert_int_equal(recovery_solve(r, &set, &len, 1, &is_lost, &is_reach,
	    &e), 0);
	assert_int_equal(is_lost, lost);
	assert_int_equal(is_reach, reach);
}

/* --- by hand --- */

/* A SIM that the leaver holds, then the company: lost, then neither. */
static void
sim_of_the_leaver(void **state)
{
	static const uint32_t zhang[] = { ZHANG }, wang[] = { WANG };
	static const uint32_t both[] = { WANG, ZHANG, ZHANG };
	struct err e = ERR_INIT;
	struct recovery *r = recovery_new(3, &e);
	int64_t qq = account(r);
	int64_t sim = leaf(r, false, ZHANG), company;

	(void)state;
	route(r, qq, sim, -1);
	solved(r, zhang, 1, 1, 1);
	solved(r, wang, 1, 0, 0);
	solved(r, both, 3, 1, 1);
	solved(r, NULL, 0, 0, 0);
	company = recovery_leaf(r, true, NULL, 0, NULL, 0, &e);
	assert_true(company >= 0);
	route(r, qq, company, -1);
	solved(r, zhang, 1, 0, 1);	/* kept, and still open to him */
	solved(r, wang, 1, 0, 0);
	recovery_free(r);
}

/* Password and second factor: both are needed, by either side. */
static void
password_and_sim(void **state)
{
	static const uint32_t zhang[] = { ZHANG }, wang[] = { WANG };
	static const uint32_t both[] = { ZHANG, WANG };
	struct err e = ERR_INIT;
	struct recovery *r = recovery_new(3, &e);
	int64_t shop = account(r), mail = account(r), sub = account(r);

	(void)state;
	route(r, shop, leaf(r, false, ZHANG), leaf(r, false, WANG));
	route(r, mail, leaf(r, false, LI), -1);
	route(r, sub, shop, -1);	/* as long as the main account is had */
	solved(r, zhang, 1, 5, 0);
	solved(r, wang, 1, 5, 0);
	solved(r, both, 2, 5, 5);
	route(r, shop, mail, -1);	/* the mailbox resets it */
	solved(r, both, 2, 0, 5);
	recovery_free(r);
}

/* Two mailboxes that reset each other open nothing; one key opens both. */
static void
circles(void **state)
{
	static const uint32_t zhang[] = { ZHANG }, li[] = { LI };
	struct err e = ERR_INIT;
	struct recovery *r = recovery_new(3, &e);
	int64_t a = account(r), b = account(r), c = account(r);

	(void)state;
	route(r, a, b, -1);
	route(r, b, a, -1);
	route(r, c, c, -1);
	solved(r, zhang, 1, 7, 0);
	solved(r, NULL, 0, 7, 0);
	route(r, b, leaf(r, false, ZHANG), -1);
	solved(r, zhang, 1, 7, 3);
	solved(r, li, 1, 4, 0);
	recovery_free(r);
}

static void
why(void **state)
{
	static const uint32_t zhang[] = { ZHANG };
	struct err e = ERR_INIT;
	struct recovery *r = recovery_new(3, &e);
	int64_t a = account(r), sim = leaf(r, false, ZHANG);
	int64_t mail = leaf(r, true, WANG);

	(void)state;
	route(r, a, sim, mail);
	assert_int_equal(recovery_has(r, zhang, 1, true, sim, &e), 0);
	assert_int_equal(recovery_has(r, zhang, 1, true, mail, &e), 1);
	assert_int_equal(recovery_has(r, zhang, 1, true, a, &e), 0);
	assert_int_equal(recovery_has(r, zhang, 1, false, sim, &e), 1);
	assert_int_equal(recovery_has(r, zhang, 1, false, mail, &e), 0);
	assert_int_equal(recovery_has(r, NULL, 0, true, a, &e), 1);
	assert_int_equal(recovery_has(r, zhang, 1, true, 3, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(recovery_has(r, zhang, 1, true, -1, &e), -1);
	recovery_free(r);
}

static void
wrong_calls(void **state)
{
	static const uint32_t nobody[] = { 3 }, *set = nobody;
	static const size_t one = 1;
	struct err e = ERR_INIT;
	struct recovery *r;
	uint64_t row = 0;
	uint8_t bus[4];
	int64_t a, sim, wrong;

	(void)state;
	assert_null(recovery_new(RECOVERY_PEOPLE_MAX + 1, &e));
	assert_int_equal(e.code, ERR_USAGE);
	r = recovery_new(3, &e);
	a = account(r);
	sim = leaf(r, false, LI);
	assert_int_equal(recovery_leaf(r, true, nobody, 1, NULL, 0, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(recovery_leaf(r, true, NULL, 0, nobody, 1, &e), -1);
	assert_int_equal(recovery_leaf(r, true, nobody, SIZE_MAX, NULL, 1, &e),
	    -1);
	assert_int_equal(recovery_route(r, sim, &sim, 1, &e), -1);
	assert_int_equal(recovery_route(r, 99, &sim, 1, &e), -1);
	assert_int_equal(recovery_route(r, a, &sim, 0, &e), -1);
	wrong = 2;
	assert_int_equal(recovery_route(r, a, &wrong, 1, &e), -1);
	wrong = -1;
	assert_int_equal(recovery_route(r, a, &wrong, 1, &e), -1);
	assert_int_equal(recovery_solve(r, &set, &one, 1, &row, NULL, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(recovery_has(r, nobody, 1, true, a, &e), -1);
	assert_int_equal(recovery_bus(r, 0, bus, &e), -1);
	assert_int_equal(recovery_bus(r, 3, bus, &e), -1);
	recovery_free(r);
	recovery_free(NULL);
}

/* Nobody, nothing: no word is written. */
static void
empty(void **state)
{
	struct err e = ERR_INIT;
	struct recovery *r = recovery_new(0, &e);
	const uint32_t *set = NULL;
	const size_t len = 0;
	uint64_t row = 77;

	(void)state;
	assert_int_equal(recovery_words(r), 0);
	assert_int_equal(recovery_solve(r, &set, &len, 1, &row, &row, &e), 0);
	assert_int_equal(row, 77);
	assert_int_equal(recovery_bus(r, 2, NULL, &e), 0);
	recovery_free(r);
}

static void
bus_by_hand(void **state)
{
	static const uint32_t all[] = { ZHANG, WANG, LI };
	struct err e = ERR_INIT;
	struct recovery *r = recovery_new(3, &e);
	int64_t a[5], shared[2];
	uint8_t out[5];
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		a[i] = account(r);
	route(r, a[1], leaf(r, false, LI), -1);
	for (i = 0; i < 2; i++) {
		shared[i] = recovery_leaf(r, false, all, (size_t)i + 2, NULL,
		    0, &e);
		assert_true(shared[i] >= 0);
		route(r, a[2 + i], shared[i], -1);
	}
	route(r, a[4], shared[0], leaf(r, false, WANG));
	assert_int_equal(recovery_bus(r, 2, out, &e), 0);
	assert_memory_equal(out, "\0\1\2\3\1", 5);
	assert_int_equal(recovery_bus(r, 1, out, &e), 0);
	assert_memory_equal(out, "\0\1\2\2\1", 5);
	recovery_free(r);
}

/* A chain of N accounts is had from its end to its head, and so is its back. */
static void
long_chain(void **state)
{
	enum { N = 20000 };
	static uint64_t lost[(N + 63) / 64], reach[(N + 63) / 64];
	static const uint32_t zhang[] = { ZHANG }, *set = zhang;
	static const size_t one = 1;
	struct err e = ERR_INIT;
	struct recovery *r = recovery_new(1, &e);
	int64_t first = account(r), last = first, next;
	int i;

	(void)state;
	for (i = 1; i < N; i++) {
		next = account(r);
		route(r, last, next, -1);
		last = next;
	}
	route(r, last, leaf(r, false, ZHANG), -1);
	route(r, last, first, -1);
	assert_int_equal(recovery_solve(r, &set, &one, 1, lost, reach, &e), 0);
	for (i = 0; i < N; i++) {
		assert_true(lost[i / 64] >> i % 64 & 1);
		assert_true(reach[i / 64] >> i % 64 & 1);
	}
	recovery_free(r);
}

/* --- random models --- */

enum { PEOPLE = 9, NODES = 90, ROUTES = 160, PARTS = 4, SETS = 140 };

/* The same model as arrays, and the road of the contract, one set at a time. */
struct plain {
	size_t nnodes, nroutes, naccounts;
	bool account[NODES], company[NODES];
	bool keep[NODES][PEOPLE], reach[NODES][PEOPLE];
	size_t number[NODES];
	size_t to[ROUTES], n[ROUTES], part[ROUTES][PARTS];
};

static uint32_t seed;

static size_t
below(size_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static bool
plain_leaf(const struct plain *m, size_t node, const bool *gone, bool company)
{
	size_t p;

	if (company && m->company[node])
		return true;
	for (p = 0; p < PEOPLE; p++)
		if (company ? m->keep[node][p] && !gone[p] :
		    m->reach[node][p] && gone[p])
			return true;
	return false;
}

static void
plain_solve(const struct plain *m, const bool *gone, bool company, bool *has)
{
	bool again = true, all;
	size_t i, k;

	for (i = 0; i < m->nnodes; i++)
		has[i] = !m->account[i] && plain_leaf(m, i, gone, company);
	while (again) {
		again = false;
		for (i = 0; i < m->nroutes; i++) {
			all = true;
			for (k = 0; k < m->n[i]; k++)
				all = all && has[m->part[i][k]];
			again = again || (all && !has[m->to[i]]);
			has[m->to[i]] = has[m->to[i]] || all;
		}
	}
}

static struct recovery *
invent(struct plain *m)
{
	struct err e = ERR_INIT;
	struct recovery *r = recovery_new(PEOPLE, &e);
	uint32_t keep[PEOPLE], reach[PEOPLE];
	size_t nkeep, nreach, i, k, p, naccounts = 0;
	int64_t part[PARTS];
	size_t account_of[NODES];

	memset(m, 0, sizeof(*m));
	m->nnodes = 2 + below(NODES - 2);
	for (i = 0; i < m->nnodes; i++) {
		m->account[i] = i == 0 || below(3) > 0;
		if (m->account[i]) {
			assert_int_equal(recovery_account(r, &e), i);
			m->number[i] = naccounts;
			account_of[naccounts++] = i;
			continue;
		}
		m->company[i] = below(6) == 0;
		nkeep = nreach = 0;
		for (p = 0; p < PEOPLE; p++) {
			m->keep[i][p] = below(5) == 0;
			m->reach[i][p] = below(4) == 0;
			if (m->keep[i][p])
				keep[nkeep++] = (uint32_t)p;
			if (m->reach[i][p])
				reach[nreach++] = (uint32_t)p;
		}
		assert_int_equal(recovery_leaf(r, m->company[i], keep, nkeep,
		    reach, nreach, &e), i);
	}
	m->naccounts = naccounts;
	m->nroutes = below(ROUTES);
	for (i = 0; i < m->nroutes; i++) {
		m->to[i] = account_of[below(naccounts)];
		m->n[i] = 1 + below(PARTS);
		for (k = 0; k < m->n[i]; k++) {
			m->part[i][k] = below(m->nnodes);
			part[k] = (int64_t)m->part[i][k];
		}
		assert_int_equal(recovery_route(r, (int64_t)m->to[i], part,
		    m->n[i], &e), 0);
	}
	return r;
}

/* Both answers of one set, all accounts, and a node asked for alone. */
static void
hold(const struct plain *m, struct recovery *r, const uint32_t *set,
	size_t len, const uint64_t *lost, const uint64_t *reach)
{
	struct err e = ERR_INIT;
	bool gone[PEOPLE] = { false }, with[NODES], alone[NODES];
	uint64_t bit;
	size_t i, at;

	for (i = 0; i < len; i++)
		gone[set[i]] = true;
	plain_solve(m, gone, true, with);
	plain_solve(m, gone, false, alone);
	for (i = 0; i < m->nnodes; i++) {
		if (!m->account[i])
			continue;
		bit = UINT64_C(1) << m->number[i] % 64;
		assert_int_equal((lost[m->number[i] / 64] & bit) != 0,
		    !with[i]);
		assert_int_equal((reach[m->number[i] / 64] & bit) != 0,
		    alone[i]);
	}
	at = below(m->nnodes);
	assert_int_equal(recovery_has(r, set, len, true, (int64_t)at, &e),
	    with[at]);
	assert_int_equal(recovery_has(r, set, len, false, (int64_t)at, &e),
	    alone[at]);
}

static void
random_models(void **state)
{
	static struct plain m;
	static uint32_t who[SETS][PEOPLE];
	const uint32_t *set[SETS];
	size_t len[SETS], nsets, words, i, k;
	uint64_t lost[SETS * 2], reach[SETS * 2];
	struct err e = ERR_INIT;
	struct recovery *r;
	int round;

	(void)state;
	for (round = 0; round < 400; round++) {
		seed = (uint32_t)round;
		r = invent(&m);
		words = recovery_words(r);
		assert_int_equal(words, (m.naccounts + 63) / 64);
		nsets = below(SETS + 1);
		for (i = 0; i < nsets; i++) {
			set[i] = who[i];
			len[i] = below(PEOPLE);
			for (k = 0; k < len[i]; k++)
				who[i][k] = (uint32_t)below(PEOPLE);
		}
		memset(lost, 0xa5, sizeof(lost));
		memset(reach, 0xa5, sizeof(reach));
		assert_int_equal(recovery_solve(r, set, len, nsets, lost,
		    reach, &e), 0);
		for (i = 0; i < nsets; i++)
			hold(&m, r, set[i], len[i], lost + i * words,
			    reach + i * words);
		recovery_free(r);
	}
}

/* The smallest set, by trying all of one and two. */
static uint8_t
plain_bus(const struct plain *m, size_t node)
{
	bool gone[PEOPLE] = { false }, has[NODES];
	uint8_t best = 3;
	size_t i, k;

	plain_solve(m, gone, true, has);
	if (!has[node])
		return 0;
	for (i = 0; i < PEOPLE; i++)
		for (k = 0; k < PEOPLE; k++) {
			gone[i] = gone[k] = true;
			plain_solve(m, gone, true, has);
			if (!has[node] && (i == k ? 1 : 2) < best)
				best = i == k ? 1 : 2;
			gone[i] = gone[k] = false;
		}
	return best;
}

static void
random_bus(void **state)
{
	static struct plain m;
	uint8_t out[NODES], counts[4] = { 0 };
	struct err e = ERR_INIT;
	struct recovery *r;
	size_t node;
	int round;

	(void)state;
	for (round = 0; round < 60; round++) {
		seed = 7000u + (uint32_t)round;
		r = invent(&m);
		assert_int_equal(recovery_bus(r, 2, out, &e), 0);
		for (node = 0; node < m.nnodes; node += 3) {
			if (!m.account[node])
				continue;
			assert_int_equal(out[m.number[node]],
			    plain_bus(&m, node));
			counts[out[m.number[node]]] = 1;
		}
		recovery_free(r);
	}
	assert_memory_equal(counts, "\1\1\1\1", 4);	/* all four came up */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sim_of_the_leaver),
		cmocka_unit_test(password_and_sim),
		cmocka_unit_test(circles),
		cmocka_unit_test(why),
		cmocka_unit_test(wrong_calls),
		cmocka_unit_test(empty),
		cmocka_unit_test(bus_by_hand),
		cmocka_unit_test(long_chain),
		cmocka_unit_test(random_models),
		cmocka_unit_test(random_bus)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
