/*
 * tests/bench/recovery.c - what a "who leaves" costs.
 *
 *	bench_recovery [ACCOUNTS [PEOPLE [SEED]]]
 *
 * A generated team (1,000 accounts, 50 people): each account has the routes of
 * vault/recovery.h's users: password and second factor, mailbox and SIM, main
 * account, person.  Milliseconds of processor time, best of five, for LOST and
 * REACH of all sets of one and two people, and for the bus factor.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "vault/recovery.h"

#include "base/banned.h"

static uint32_t seed;

static uint32_t
below(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
check(int64_t rc, const struct err *e)
{
	if (rc >= 0)
		return 0;
	fprintf(stderr, "bench_recovery: %s\n", e->what);
	exit(1);
}

/* Held by one to three; half of such things are the company's. */
static int64_t
leaf(struct recovery *r, uint32_t people, struct err *e)
{
	uint32_t who[3] = { below(people), below(people), below(people) };
	size_t n = 1 + below(3);
	int64_t node = recovery_leaf(r, below(2) == 0, who, n, who, n, e);

	check(node, e);
	return node;
}

static struct recovery *
team(uint32_t accounts, uint32_t people, struct err *e)
{
	struct recovery *r = recovery_new(people, e);
	int64_t *all = calloc(accounts, sizeof(*all)), node[2];
	uint32_t i, routes;

	if (!r || !all)
		exit(1);
	for (i = 0; i < accounts; i++)
		check(all[i] = recovery_account(r, e), e);
	for (i = 0; i < accounts; i++) {
		node[0] = leaf(r, people, e);
		node[1] = leaf(r, people, e);
		check(recovery_route(r, all[i], node, 2, e), e);
		for (routes = below(4); routes > 0; routes--) {
			node[0] = all[below(accounts)];
			node[1] = leaf(r, people, e);
			check(recovery_route(r, all[i], node, 1 + below(2), e),
			    e);
		}
	}
	free(all);
	return r;
}

int
main(int argc, char **argv)
{
	uint32_t accounts = argc > 1 ? (uint32_t)strtoul(argv[1], 0, 10) : 1000;
	uint32_t people = argc > 2 ? (uint32_t)strtoul(argv[2], 0, 10) : 50;
	size_t nsets = people + (size_t)people * (people - 1) / 2, n = 0, i;
	uint32_t (*pair)[2] = calloc(nsets, sizeof(*pair)), a, b;
	const uint32_t **set = calloc(nsets, sizeof(*set));
	size_t *len = calloc(nsets, sizeof(*len)), lost_n = 0, reach_n = 0;
	double solve = 1e9, bus = 1e9, t;
	uint64_t *lost, *reach;
	struct err e = ERR_INIT;
	struct recovery *r;
	uint8_t *out = calloc(accounts, 1);
	int round;

	seed = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 1;
	if (accounts < 1 || people < 1 || !pair || !set || !len || !out)
		return 2;
	for (a = 0; a < people; a++)
		for (b = a; b < people; b++, n++) {
			pair[n][0] = a;
			pair[n][1] = b;
			set[n] = pair[n];
			len[n] = a == b ? 1 : 2;
		}
	r = team(accounts, people, &e);
	lost = calloc(nsets * recovery_words(r), sizeof(*lost));
	reach = calloc(nsets * recovery_words(r), sizeof(*reach));
	if (!lost || !reach)
		return 1;
	for (round = 0; round < 5; round++) {
		t = now();
		check(recovery_solve(r, set, len, nsets, lost, reach, &e), &e);
		t = now() - t;
		solve = t < solve ? t : solve;
		t = now();
		check(recovery_bus(r, 2, out, &e), &e);
		t = now() - t;
		bus = t < bus ? t : bus;
	}
	for (i = 0; i < nsets * recovery_words(r); i++) {
		lost_n += (size_t)__builtin_popcountll(lost[i]);
		reach_n += (size_t)__builtin_popcountll(reach[i]);
	}
	printf("%u accounts, %u people, %zu sets: LOST and REACH %.1f ms, "
	    "bus factor %.1f ms (%zu lost, %zu reached)\n", accounts, people,
	    nsets, solve, bus, lost_n, reach_n);
	recovery_free(r);
	free(pair);
	free(set);
	free(len);
	free(lost);
	free(reach);
	free(out);
	return 0;
}
