/* tests/desk/seen_test.c - times of first sight, as lines of a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "desk/seen.h"

#include "base/banned.h"

#define ID(c) c c c c c c c c c c
#define A ID("aaaa")
#define B ID("bbbb")
#define C ID("cccc")
#define D ID("dddd")
#define REF "refs/heads/ws/a/main/2026.0"
#define OTHER "refs/heads/ws/b/main/2026.0"
#define NOW 99

static char ids[4][CANON_ID_LEN] = {A, B, C, D};

static void
times(const char *text, const char *ref, size_t n, const int64_t want[])
{
	const char file[] = "seen-test.txt";
	struct err e = ERR_INIT;
	struct seen *s;
	int64_t got[4];
	size_t i;

	assert_int_equal(file_save(file, text, strlen(text), 0600, &e), 0);
	s = seen_load(file, &e);
	assert_non_null(s);
	assert_int_equal(seen_times(s, ref, ids, n, NOW, got, &e), 0);
	for (i = 0; i < n; i++)
		assert_true(got[i] == want[i]);
	seen_free(s);
	assert_int_equal(file_remove(file, &e), 0);
}

static void
tells_the_first(void **state)
{
	const int64_t none[] = {NOW, NOW, NOW, NOW};

	(void)state;
	times("", REF, 4, none);
	times("5 " D " " OTHER "\n", REF, 4, none);
	times("5 " B " " REF "\n7 " D " " REF "\n", REF, 4,
	    (const int64_t[]){5, 5, 7, 7});
	times("5 " B " " REF "\n7 " C " " REF "\n", REF, 4,
	    (const int64_t[]){5, 5, 7, NOW});
	/* a clock that was set back, a head that was shown again */
	times("9 " C " " REF "\n4 " D " " REF "\n6 " A " " REF "\n", REF, 4,
	    (const int64_t[]){9, 9, 9, 4});
	/* what is not of this chain is passed over */
	times("3 " ID("eeee") " " REF "\n-4 " D " " REF "\n", REF, 2, none);
	times("-4 " B " " REF "\n", REF, 2, (const int64_t[]){-4, -4});
	/* an end without LF is none */
	times("5 " B " " REF "\n7 " D " " REF, REF, 4,
	    (const int64_t[]){5, 5, NOW, NOW});
	times("5 " B " " REF "\n", REF, 0, none);
}

static void
refuses_nonsense(void **state)
{
	static const char *const bad[] = {
		"\n", "x " A " " REF "\n", "5  " A " " REF "\n",
		"5 " A "\n", "5 " ID("AAAA") " " REF "\n",
		"5 " ID("aaa") " " REF "\n", "5 " A " heads/x\n",
		"5 " A " " REF "\n\n",
		"99999999999999999999 " A " " REF "\n"
	};
	const char file[] = "seen-bad.txt";
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err_clear(&e);
		assert_int_equal(file_save(file, bad[i], strlen(bad[i]), 0600,
		    &e), 0);
		assert_null(seen_load(file, &e));
		assert_int_equal(e.code, ERR_FORMAT);
		assert_true(e.hint[0] != '\0');
	}
	err_clear(&e);
	assert_int_equal(file_save(file, "5 \0\n", 4, 0600, &e), 0);
	assert_null(seen_load(file, &e));
	assert_int_equal(file_remove(file, &e), 0);
	/* no file is no error */
	err_clear(&e);
	seen_free(seen_load(file, &e));
	assert_int_equal(e.code, ERR_NONE);
	seen_free(NULL);
}

static void
without_a_file(void **state)
{
	struct err e = ERR_INIT;
	int64_t got[4];

	(void)state;
	assert_int_equal(seen_times(NULL, REF, ids, 4, NOW, got, &e), 0);
	assert_true(got[0] == NOW && got[3] == NOW);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_the_first),
		cmocka_unit_test(refuses_nonsense),
		cmocka_unit_test(without_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
