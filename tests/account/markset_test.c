/* tests/account/markset_test.c - many marks, and marks that go to one place. */
#include "account/markset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "base/banned.h"

/* All of a kind go to one slot: LOW is what the place is told by. */
static void
make(uint8_t out[static MARK_LEN], uint32_t low, uint32_t high)
{
	memcpy(out, &low, sizeof(low));
	memcpy(out + sizeof(low), &high, sizeof(high));
}

static void
keeps_the_first_number(void **state)
{
	struct markset m = MARKSET_INIT;
	struct err e = ERR_INIT;
	uint8_t mark[MARK_LEN];
	uint32_t i, round;

	(void)state;
	make(mark, 1, 1);
	assert_int_equal(markset_find(&m, mark), MARK_NONE);
	for (round = 0; round < 2; round++)
		for (i = 0; i < 100000; i++) {
			make(mark, i * 2654435761u, i);
			assert_int_equal(markset_add(&m, mark, round == 0 ? i :
			    0, &e), i);
		}
	assert_int_equal(m.n, 100000);
	for (i = 0; i < 100000; i++) {
		make(mark, i * 2654435761u, i);
		assert_int_equal(markset_find(&m, mark), i);
		make(mark, i * 2654435761u, i + 1);
		assert_int_equal(markset_find(&m, mark), MARK_NONE);
	}
	markset_release(&m);
	assert_int_equal(m.n, 0);
	assert_int_equal(markset_find(&m, mark), MARK_NONE);
}

static void
tells_apart_what_goes_to_one_place(void **state)
{
	struct markset m = MARKSET_INIT;
	struct err e = ERR_INIT;
	uint8_t mark[MARK_LEN];
	uint32_t i;

	(void)state;
	/* the last slot: on to the first */
	for (i = 0; i < 1000; i++) {
		make(mark, UINT32_MAX, i);
		assert_int_equal(markset_add(&m, mark, i, &e), i);
	}
	for (i = 0; i < 1000; i++) {
		make(mark, UINT32_MAX, i);
		assert_int_equal(markset_find(&m, mark), i);
	}
	make(mark, UINT32_MAX, 1000);
	assert_int_equal(markset_find(&m, mark), MARK_NONE);
	markset_release(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_first_number),
		cmocka_unit_test(tells_apart_what_goes_to_one_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
