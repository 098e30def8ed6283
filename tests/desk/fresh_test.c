/* desk/fresh: numbers of new messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "desk/fresh.h"
#include "desk/messages_in.h"

#include "base/banned.h"

#define SECOND INT64_C(1795000000)
#define ROOM (1 << MESSAGES_SHIFT)	/* numbers of a second */

static char dir[] = "/tmp/liudi-fresh-XXXXXX";
static char *file;

static int
setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	file = str_fmt("%s/c.sqlite3", dir);
	return file ? 0 : -1;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	free(file);
	return file_remove_tree(dir, &e);
}

struct desk {
	struct catalogue *c;
	struct msgrows *rows;
	struct fresh t;
	struct err e;
};

static void
desk_open(struct desk *d)
{
	err_clear(&d->e);
	assert_int_equal(catalogue_remove(file, &d->e), 0);
	d->c = catalogue_open(file, true, &d->e);
	assert_non_null(d->c);
	d->rows = msgrows_new(d->c, &d->e);
	assert_non_null(d->rows);
	fresh_init(&d->t, d->c, d->rows, 7);
}

static void
desk_close(struct desk *d)
{
	fresh_release(&d->t);
	msgrows_free(d->rows);
	catalogue_close(d->c);
}

static int64_t
add(struct desk *d, int64_t second)
{
	int64_t n = 0;

	assert_int_equal(fresh_add(&d->t, 1, second, &n, &d->e), 0);
	return n;
}

/* In a full second there is no room: behind it, and behind what is there. */
static void
the_next_that_is_free(void **state)
{
	struct desk d;
	int64_t i;

	(void)state;
	desk_open(&d);
	for (i = 0; i < 2 * ROOM; i++)
		assert_int_equal(add(&d, SECOND), NUMBER_OF(SECOND) + i);
	assert_int_equal(add(&d, SECOND + 1), NUMBER_OF(SECOND + 2));
	assert_int_equal(add(&d, SECOND - 1), NUMBER_OF(SECOND - 1));
	/* Written or waiting is the same. */
	assert_int_equal(fresh_flush(&d.t, &d.e), 0);
	assert_int_equal(add(&d, SECOND), NUMBER_OF(SECOND + 2) + 1);
	assert_int_equal(add(&d, SECOND - 1), NUMBER_OF(SECOND - 1) + 1);
	desk_close(&d);
}

/* What is cut off leaves its numbers, and those on the way, to others. */
static void
cut_off(void **state)
{
	struct desk d;
	int64_t i;

	(void)state;
	desk_open(&d);
	d.t.held = true;
	assert_int_equal(add(&d, SECOND), NUMBER_OF(SECOND));
	for (i = 0; i < 3 * ROOM; i++)
		(void)add(&d, SECOND);
	assert_int_equal(add(&d, SECOND + 2), NUMBER_OF(SECOND + 3) + 1);
	fresh_cut(&d.t, 1);
	for (i = 1; i < 4 * ROOM; i++)
		assert_int_equal(add(&d, SECOND), NUMBER_OF(SECOND) + i);
	desk_close(&d);
}

static double
cpu(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* Whoever fills hours with his messages makes none of them slow to number. */
static void
full_hours_are_walked_once(void **state)
{
	const int64_t seconds = 25000;
	double begin, filled, behind;
	struct desk d;
	int64_t i, k;

	(void)state;
	desk_open(&d);
	d.t.held = true;
	begin = cpu();
	for (i = 0; i < seconds; i++)
		for (k = 0; k < ROOM; k++)
			(void)add(&d, SECOND + i);
	filled = cpu() - begin;
	begin = cpu();
	for (i = 0; i < seconds; i++)
		assert_int_equal(add(&d, SECOND + i), NUMBER_OF(SECOND +
		    seconds) + i);
	behind = cpu() - begin;
	/* Sixteen times as many were added first. */
	if (behind > filled * 4)
		fail_msg("%.2f s, after %.2f s", behind, filled);
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_that_is_free),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(full_hours_are_walked_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
