/* tests/desk/numbered_test.c - which number is the next. */
#include "../control/team.h"
#include "desk/numbered.h"
#include "desk/reheads.h"

static char *d;		/* clone of desk */

static int
make(void **state)
{
	(void)begin;	/* of what tests of control share, not needed here */
	(void)edit;
	if (fresh(state) < 0)
		return -1;
	d = clone("d");
	return d ? 0 : -1;
}

static int
unmake(void **state)
{
	free(d);
	return forget(state);
}

static void
put(const char *path)
{
	const struct control_file f = {path, "x", 1};
	const struct edit_job job = {&central, "desk", d, "manager", manager,
	    T0, "x", &f, 1};
	struct err e = ERR_INIT;

	if (edit_commit(&job, &e) < 0)
		fail_msg("%s", e.what);
}

/* The next number of PATH; -1: there is none any more. */
static int64_t
next(const char *path)
{
	char tree[CANON_ID_LEN];
	struct err e = ERR_INIT;
	struct mirror *m = mirror_open(d, &e);
	int64_t n = -1;

	assert_non_null(m);
	assert_int_equal(reheads_tree(m, tree, &e), 1);
	if (numbered_next(m, tree, path, ".age", &n, &e) < 0) {
		assert_int_equal(e.code, ERR_INTEGRITY);
		assert_true(e.hint[0] != '\0');
	}
	mirror_close(m);
	return n;
}

static void
follows_on_the_highest(void **state)
{
	(void)state;
	put("else");
	assert_int_equal(next("notes/k"), 0);
	put("notes/k/0.age");
	put("notes/k/9.age");
	put("notes/k/10.age");
	put("notes/k/4.age");
	assert_int_equal(next("notes/k"), 11);
	/* no names of numbers, or of another ending */
	put("notes/k/12.tar");
	put("notes/k/013.age");
	put("notes/k/-14.age");
	put("notes/k/15.age.age");
	put("notes/k/1000000000.age");
	put("notes/k/.age");
	assert_int_equal(next("notes/k"), 11);
	assert_int_equal(next("notes"), 0);
	assert_int_equal(next("notes/k/0.age"), 0);
	put("notes/k/999999998.age");
	assert_int_equal(next("notes/k"), 999999999);
	put("notes/k/999999999.age");
	assert_int_equal(next("notes/k"), -1);
}

static void
knows_names(void **state)
{
	static const char *const bad[] = {"", ".age", "a.age", "01.age",
		"1.tar", "1", "1.age ", "+1.age", "1000000000.age",
		"99999999999999999999.age"};
	int64_t n = 42;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(numbered_name(bad[i], ".age", &n), -1);
	assert_int_equal(n, 42);
	assert_int_equal(numbered_name("0.age", ".age", &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(numbered_name("999999999.age", ".age", &n), 0);
	assert_int_equal(n, NUMBERED_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(follows_on_the_highest, make,
		    unmake),
		cmocka_unit_test(knows_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
