/* tests/desk/answers_test.c - turns and answers against tables made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "desk/answers.h"

#include "base/banned.h"

#define H INT64_C(3600000)
#define M INT64_C(60000)
#define S INT64_C(1000)
#define LATER (1000 * H)

#define PEER(chat, when) {(chat), 0, (when), 0, ANSWERS_PEER, true, false, \
	false, false}
#define SELF(chat, when, text) {(chat), 0, (when), (text), ANSWERS_SELF, \
	true, false, false, false}
#define OK(chat, when) {(chat), 0, (when), 0, ANSWERS_PEER, false, false, \
	false, false}
#define NOTE(chat, when) {(chat), 0, (when), 0, ANSWERS_OTHER, true, false, \
	false, false}
#define ROWS(r) (sizeof(r) / sizeof(*(r)))

struct turns {
	struct answers_turn v[16];
	size_t n;
};

static int
take(void *arg, const struct answers_turn *t, struct err *e)
{
	struct turns *all = arg;

	(void)e;
	assert_true(all->n < 16);
	all->v[all->n++] = *t;
	return 0;
}

static struct turns
turns(const struct answers_row *rows, size_t n, int64_t from, int64_t until)
{
	struct err e = ERR_INIT;
	struct turns all = {.n = 0};

	assert_int_equal(answers_turns(rows, n, from, until, take, &all, &e),
	    0);
	return all;
}

static void
eight_hours_of_silence_begin_a_turn(void **state)
{
	static const struct answers_row rows[] = {
		PEER(1, 0),		/* 0: a turn, answered by 3 */
		PEER(1, M),
		OK(1, 2 * M),
		SELF(1, 30 * M, 9),
		PEER(1, 8 * H),		/* 7 h 30 min: goes on */
		PEER(1, 16 * H),	/* 5: 8 h, not more */
		PEER(1, 24 * H + 1),	/* 6: more; nobody answers */
		PEER(2, 24 * H + 2),	/* 7: another chat; answered by 8 */
		SELF(2, 25 * H, 9)
	};
	struct turns t = turns(rows, ROWS(rows), 0, LATER);

	(void)state;
	assert_int_equal(t.n, 3);
	assert_int_equal(t.v[0].asked, 0);
	assert_int_equal(t.v[0].answered, 3);
	assert_false(t.v[0].minute);
	assert_int_equal(t.v[1].asked, 6);
	assert_true(t.v[1].answered == ANSWERS_NONE);
	assert_int_equal(t.v[2].asked, 7);
	assert_int_equal(t.v[2].answered, 8);
	/* the day: what began in it; what comes later is not known */
	t = turns(rows, ROWS(rows), M, 25 * H);
	assert_int_equal(t.n, 2);
	assert_true(t.v[1].answered == ANSWERS_NONE);
	t = turns(rows, ROWS(rows), 0, 24 * H + 1);
	assert_int_equal(t.n, 1);
}

static void
what_breaks_a_silence(void **state)
{
	struct answers_row rows[] = {
		PEER(1, 0),
		SELF(1, H, 9),
		NOTE(1, 5 * H),		/* of the program: no */
		OK(1, 8 * H),		/* thanks: no */
		PEER(1, 10 * H),	/* 4: 9 h after 1 */
		SELF(1, 11 * H, 9),
		PEER(1, 12 * H),	/* 6: an inquiry is a turn in any case */
	};
	struct turns t;

	(void)state;
	rows[6].inquiry = true;
	t = turns(rows, ROWS(rows), 0, LATER);
	assert_int_equal(t.n, 3);
	assert_int_equal(t.v[1].asked, 4);
	assert_int_equal(t.v[1].answered, 5);
	assert_int_equal(t.v[2].asked, 6);
}

static void
programs_answer_at_once_and_again(void **state)
{
	struct err e = ERR_INIT;
	struct answers_row rows[] = {
		PEER(1, 0),
		SELF(1, 2 * S, 77),	/* 1: twice within 5 s: automatic */
		SELF(1, 30 * M, 5),
		PEER(2, 0),
		SELF(2, 5 * S, 77),	/* 4: exactly 5 s */
		SELF(2, 20 * M, 77),	/* 5: the same text, by hand */
		PEER(3, 0),
		SELF(3, 3 * S, 88),	/* 7: once: a fast person */
		PEER(4, 0),
		SELF(4, 5 * S + 1, 77),	/* 9: slower */
		PEER(5, 0),
		SELF(5, S, 0),		/* 11: a picture */
		PEER(6, 0),
		SELF(6, S, 0)
	};
	static const bool want[ROWS(rows)] = {[1] = true, [4] = true};
	struct turns t;
	size_t i;

	(void)state;
	assert_int_equal(answers_automatic(rows, ROWS(rows), &e), 0);
	for (i = 0; i < ROWS(rows); i++)
		assert_int_equal(rows[i].automatic, want[i]);
	t = turns(rows, ROWS(rows), 0, LATER);
	assert_int_equal(t.n, 6);
	assert_int_equal(t.v[0].answered, 2);
	assert_int_equal(t.v[1].answered, 5);
	assert_int_equal(t.v[2].answered, 7);
	assert_int_equal(answers_automatic(rows, 0, &e), 0);
}

static void
minutes_tell_no_seconds(void **state)
{
	struct err e = ERR_INIT;
	struct answers_row rows[] = {
		PEER(1, 0), SELF(1, 0, 77), PEER(2, 0), SELF(2, 0, 77)
	};
	struct turns t;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		rows[i].minute = true;
	assert_int_equal(answers_automatic(rows, ROWS(rows), &e), 0);
	assert_false(rows[1].automatic);
	t = turns(rows, ROWS(rows), 0, LATER);
	assert_int_equal(t.n, 2);
	assert_true(t.v[0].minute);
}

static void
who_waits(void **state)
{
	struct answers_row rows[] = {
		PEER(1, 0),
		SELF(1, 1 * H, 9),
		PEER(1, 2 * H),
		PEER(1, 3 * H),
		OK(1, 4 * H),
		SELF(1, 5 * H, 9),
		OK(1, 6 * H)
	};

	(void)state;
	/* the second hour is asked first, though the third is the last word */
	assert_int_equal(answers_open(rows, ROWS(rows), 5 * H), 2);
	assert_int_equal(answers_open(rows, ROWS(rows), 4 * H), 2);
	assert_int_equal(answers_open(rows, ROWS(rows), H), 0);
	assert_true(answers_open(rows, ROWS(rows), 2 * H) == ANSWERS_NONE);
	assert_true(answers_open(rows, ROWS(rows), LATER) == ANSWERS_NONE);
	assert_true(answers_open(rows, 0, LATER) == ANSWERS_NONE);
	/* a program's answer is none */
	rows[5].automatic = true;
	assert_int_equal(answers_open(rows, ROWS(rows), LATER), 2);
}

static void
ranks(void **state)
{
	int64_t v[] = {50, 20, 10, 40, 30, 60, 70, 80, 90, 100};

	(void)state;
	assert_true(answers_rank(v, 10, 50) == 50);
	assert_true(answers_rank(v, 10, 90) == 90);
	assert_true(answers_rank(v, 10, 100) == 100);
	assert_true(answers_rank(v, 3, 50) == 20);
	assert_true(answers_rank(v, 3, 90) == 30);
	assert_true(answers_rank(v, 1, 50) == 10);
	assert_true(answers_rank(v, 4, 50) == 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eight_hours_of_silence_begin_a_turn),
		cmocka_unit_test(what_breaks_a_silence),
		cmocka_unit_test(programs_answer_at_once_and_again),
		cmocka_unit_test(minutes_tell_no_seconds),
		cmocka_unit_test(who_waits),
		cmocka_unit_test(ranks)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
