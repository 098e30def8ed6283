/* tests/desk/items_test.c - rows by their keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk/items.h"

#include "base/banned.h"

static void
in_order(void **state)
{
	struct item p[] = {{2, 0, 0, 0, 5}, {1, 9, 0, 0, 3}, {1, 2, 1, 0, 2},
	    {1, 2, 0, 7, 1}, {1, 2, 0, 4, 0}, {UINT64_MAX, 0, 0, 0, 6},
	    {1, 9, 0, SIZE_MAX, 4}};
	size_t n = sizeof(p) / sizeof(*p), i;

	(void)state;
	items_sort(p, n);
	for (i = 0; i < n; i++)
		assert_int_equal(p[i].row, i);
	items_sort(p, 0);
	assert_true(items_same(&p[0], &p[2]));
	assert_false(items_same(&p[2], &p[3]));
	for (i = 0; i < n; i++)
		assert_int_equal(items_alone(p, i, n), i >= 5);
	/* Only the first N count. */
	assert_true(items_alone(p, 3, 4));
}

static void
side_by_side(void **state)
{
	static const struct item a[] = {{1, 1, 0, 0, 0}, {1, 3, 0, 0, 1},
	    {4, 0, 0, 0, 2}, {4, 0, 1, 0, 3}, {9, 0, 0, 0, 4}};
	static const struct item b[] = {{0, 9, 0, 0, 0}, {1, 2, 0, 0, 1},
	    {1, 3, 0, 0, 2}, {4, 0, 0, 0, 3}};
	size_t i = 0, j = 0;

	(void)state;
	assert_true(items_meet(a, 5, &i, b, 4, &j));
	assert_int_equal(i, 1);
	assert_int_equal(j, 2);
	/* It stands where it met. */
	assert_true(items_meet(a, 5, &i, b, 4, &j));
	assert_int_equal(i, 1);
	i++;
	assert_true(items_meet(a, 5, &i, b, 4, &j));
	assert_int_equal(i, 2);
	assert_int_equal(j, 3);
	i += 2;
	assert_false(items_meet(a, 5, &i, b, 4, &j));
	i = j = 0;
	assert_false(items_meet(a, 5, &i, b, 0, &j));
	assert_false(items_meet(a, 0, &i, b, 4, &j));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(side_by_side)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
