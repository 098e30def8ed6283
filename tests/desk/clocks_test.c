/* tests/desk/clocks_test.c - amounts by which clocks were off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk/clocks.h"

#include "base/banned.h"

#define HOUR ((int64_t)3600000)
#define DAY (24 * HOUR)

static void
most_agree(void **state)
{
	struct clocks c = {0};

	(void)state;
	assert_int_equal(clocks_shift(&c), 0);
	clocks_vote(&c, 10 * HOUR, 18 * HOUR, 1000);
	/* one moment is none */
	assert_int_equal(clocks_shift(&c), 0);
	clocks_vote(&c, 10 * HOUR + 999, 18 * HOUR + 999, 1000);
	assert_int_equal(clocks_shift(&c), 0);
	clocks_vote(&c, 10 * HOUR + 1000, 18 * HOUR + 1999, 1000);
	assert_int_equal(clocks_shift(&c), 8 * HOUR);
	/* as many others: no more than half */
	clocks_vote(&c, 11 * HOUR, 11 * HOUR, 1000);
	clocks_vote(&c, 12 * HOUR, 12 * HOUR, 1000);
	assert_int_equal(clocks_shift(&c), 8 * HOUR);
	clocks_vote(&c, 13 * HOUR, 13 * HOUR, 1000);
	assert_int_equal(clocks_shift(&c), 0);
}

static void
quarters_only(void **state)
{
	struct clocks c = {0}, back = {0};

	(void)state;
	/* Off by a minute more than the grain: a vote for nothing. */
	clocks_vote(&c, HOUR, HOUR + CLOCKS_QUARTER + 60000, 60000);
	clocks_vote(&c, 2 * HOUR, 2 * HOUR + CLOCKS_QUARTER + 60000, 60000);
	assert_int_equal(clocks_shift(&c), 0);
	assert_int_equal(c.all, 2);
	/* A day and more are no zone. */
	clocks_vote(&c, HOUR, HOUR + DAY, 1000);
	clocks_vote(&c, 2 * DAY, DAY, 1000);
	assert_int_equal(c.all, 2);
	clocks_vote(&back, DAY, 1 + CLOCKS_QUARTER, 1000);
	clocks_vote(&back, DAY + HOUR, HOUR + CLOCKS_QUARTER, 1000);
	assert_int_equal(clocks_shift(&back), CLOCKS_QUARTER - DAY);
}

static void
moments(void **state)
{
	(void)state;
	assert_int_equal(clocks_moment(1999, 1000), 1);
	assert_int_equal(clocks_moment(0, 1000), 0);
	assert_int_equal(clocks_moment(-1, 1000), -1);
	assert_int_equal(clocks_moment(-1000, 1000), -1);
	assert_int_equal(clocks_moment(-1001, 1000), -2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_agree),
		cmocka_unit_test(quarters_only),
		cmocka_unit_test(moments)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
