/*
 * tests/desk/dual_test.c - requests and grants: whose they are, what they are
 * for, when they end, and what is to be changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "desk/dual.h"

#include "accounts.h"

#include "base/banned.h"

#define REG EVENT_REGISTERED
#define ASK EVENT_REQUESTED
#define GRANT EVENT_GRANTED
/* The ids that make_book() gives its events. */
#define E1 "01010101010101010101010101010101"
#define E2 "02020202020202020202020202020202"
#define E3 "03030303030303030303030303030303"

static const char *const readers[] = {"manager", "zhang", "owner"};
static const char policy[] = "[person Zhang Wei]\nreader = zhang\n"
    "[accounts]\ngrant_hours = 3\n";

struct team {
	struct control control;
	struct people *p;
	struct book *b;
	const struct book_account *a;
};

static void
make(struct team *t, const struct made *m, size_t n)
{
	struct err e = ERR_INIT;
	size_t all;

	make_readers(&t->control, readers, 3);
	t->p = people_new(policy, NULL, &t->control, &e);
	assert_non_null(t->p);
	t->b = make_book(m, n);
	t->a = book_accounts(t->b, &all);
	assert_true(all > 0);
}

static void
drop(struct team *t)
{
	book_free(t->b);
	people_free(t->p);
}

static size_t
asked(const struct team *t, const char *person)
{
	const struct account_event *v[DUAL_EVENTS_MAX];

	return dual_requests(t->a, t->p, person, v);
}

/* Of one person and event, and before its end. */
static void
holds_for_one(void **state)
{
	static const struct made m[] = {
		{1, REG, 10, NULL, "owner", "platform=cc name=a1 dual=yes", 1},
		{1, EVENT_TWOFA, 11, NULL, "owner", "twofa=totp", 2},
		{1, GRANT, 20, NULL, "owner", "to=manager of=" E1 " until=100",
		    1},
		{1, GRANT, 21, NULL, "owner", "to=manager of=" E2, 2},
	};
	struct team t;

	(void)state;
	make(&t, m, 4);
	assert_true(dual_open(t.a, t.a->event[0], "manager", 99));
	assert_true(dual_open(t.a, t.a->event[0], " Manager", 99));
	assert_false(dual_open(t.a, t.a->event[0], "manager", 100));
	assert_false(dual_open(t.a, t.a->event[0], "zhang", 99));
	/* one that does not say until when is over */
	assert_int_equal(dual_until(t.a->event[3]), 0);
	assert_false(dual_open(t.a, t.a->event[1], "manager", 30));
	/* it was unsealed all the same */
	assert_true(dual_granted(t.a, t.a->event[1]));
	assert_false(dual_granted(t.a, t.a->event[2]));
	assert_int_equal(people_grant_hours(t.p), 3);
	drop(&t);
}

/* One request for each event, of one person; no other account's. */
static void
requests(void **state)
{
	static const struct made m[] = {
		{1, REG, 10, NULL, "owner", "platform=cc name=a1 dual=yes", 1},
		{1, EVENT_TWOFA, 11, NULL, "owner", "twofa=totp", 2},
		{2, REG, 12, NULL, "owner", "platform=cc name=b1 dual=yes", 1},
		{1, ASK, 20, NULL, "manager", "by=manager of=" E1, 0},
		{1, ASK, 21, NULL, "manager", "by=manager of=" E1, 0},
		{1, ASK, 22, NULL, "manager", "by=manager of=" E2, 0},
		/* another account's event; another's name */
		{1, ASK, 23, NULL, "manager", "by=manager of=" E3, 0},
		{1, ASK, 24, NULL, "zhang", "by=manager of=" E1, 0},
		{1, GRANT, 30, NULL, "owner", "to=manager of=" E1 " until=90",
		    1},
	};
	const struct account_event *v[DUAL_EVENTS_MAX];
	struct team t;

	(void)state;
	make(&t, m, 8);
	assert_int_equal(dual_requests(t.a, t.p, NULL, v), 2);
	assert_string_equal(v[0]->value[EVENT_OF], E2);
	assert_int_equal(v[1]->ts, 21);
	assert_int_equal(asked(&t, "manager"), 2);
	assert_int_equal(asked(&t, "zhang"), 0);
	drop(&t);
	/* behind an answer only what was not answered is open */
	make(&t, m, 9);
	assert_int_equal(dual_requests(t.a, t.p, NULL, v), 1);
	assert_string_equal(v[0]->value[EVENT_OF], E2);
	drop(&t);
}

/* Whoever asks last is answered first; what one was given is not the other's. */
static void
requests_of_two(void **state)
{
	static const struct made m[] = {
		{1, REG, 10, NULL, "owner", "platform=cc name=a1 dual=yes", 1},
		{1, ASK, 20, NULL, "manager", "by=manager of=" E1, 0},
		{1, ASK, 21, NULL, "zhang", "by=zhang of=" E1, 0},
		{1, GRANT, 30, NULL, "owner", "to=manager of=" E1 " until=90",
		    1},
	};
	struct team t;

	(void)state;
	make(&t, m, 3);
	/* "zhang" is the key's name, and the person is Zhang Wei */
	assert_int_equal(asked(&t, NULL), 1);
	assert_int_equal(asked(&t, "zhang"), 0);
	assert_int_equal(asked(&t, "manager"), 1);
	drop(&t);
	make(&t, m, 4);
	assert_int_equal(asked(&t, NULL), 0);
	drop(&t);
}

/* Until what was unsealed counts no more. */
static void
to_change(void **state)
{
	static const struct made m[] = {
		{1, REG, 10, NULL, "owner", "platform=cc name=a1 dual=yes", 1},
		{1, GRANT, 20, NULL, "owner", "to=manager of=" E1 " until=30",
		    1},
		{1, EVENT_ROTATED, 40, NULL, "owner", "", 1},
		{1, GRANT, 50, NULL, "owner", "to=manager of=" E3 " until=60",
		    1},
		{1, EVENT_CLOSED, 70, NULL, "owner", "", 0},
	};
	struct team t;

	(void)state;
	make(&t, m, 1);
	assert_null(dual_to_change(t.a));
	drop(&t);
	make(&t, m, 2);
	assert_ptr_equal(dual_to_change(t.a), t.a->event[1]);
	drop(&t);
	make(&t, m, 3);
	assert_null(dual_to_change(t.a));
	drop(&t);
	make(&t, m, 4);
	assert_ptr_equal(dual_to_change(t.a), t.a->event[3]);
	drop(&t);
	make(&t, m, 5);
	assert_null(dual_to_change(t.a));
	drop(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_for_one),
		cmocka_unit_test(requests),
		cmocka_unit_test(requests_of_two),
		cmocka_unit_test(to_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
