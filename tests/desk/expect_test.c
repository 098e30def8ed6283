/* tests/desk/expect_test.c - how long a station may be silent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk/expect.h"

#include "base/banned.h"

#define DAY INT64_C(86400)

static int64_t
parsed(const char *s)
{
	struct err e = ERR_INIT;
	int64_t out = -1;

	if (expect_parse(s, &out, &e) < 0) {
		assert_int_equal(e.code, ERR_FORMAT);
		assert_true(e.hint[0] != '\0');
		return -1;
	}
	return out;
}

static void
forms(void **state)
{
	(void)state;
	assert_true(parsed("3d") == 3 * DAY);
	assert_true(parsed("12h") == 43200);
	assert_true(parsed("1h") == 3600);
	assert_true(parsed("5/week") == 3 * DAY);
	assert_true(parsed("3/week") == 5 * DAY);
	assert_true(parsed("7/week") == DAY);
	assert_true(parsed("1/week") == 7 * DAY);
	assert_true(parsed("none") == EXPECT_NEVER);
	assert_true(parsed("0d") == -1);
	assert_true(parsed("8/week") == -1);
	assert_true(parsed("d") == -1);
	assert_true(parsed("") == -1);
	assert_true(parsed("3") == -1);
	assert_true(parsed("3 d") == -1);
	assert_true(parsed("-3d") == -1);
	assert_true(parsed("03d") == -1);
	assert_true(parsed("99999999999999999999h") == -1);
	assert_true(parsed("none ") == -1);
}

static int64_t
says(const char *text, const char *station)
{
	struct err e = ERR_INIT;
	int64_t out = -1;

	return expect_of(text, station, &out, &e) < 0 ? -1 : out;
}

/* What makes no sense is named, and leaves the default. */
static void
names(const char *text, const char *station, const char *want)
{
	struct err e = ERR_INIT;
	int64_t out = -1;

	assert_int_equal(expect_of(text, station, &out, &e), -1);
	assert_true(out == EXPECT_DEFAULT_S);
	assert_string_equal(e.what, want);
	assert_non_null(strstr(e.hint, "'3d'"));
}

static void
tells_whose_slip(void **state)
{
	static const char text[] = "[team]\nexpect = often\n"
	    "[station ws-01]\nexpect = soon\n[station ws-02]\nexpect = 2d\n";

	(void)state;
	names(text, "ws-01", "policy.ini: [station ws-01] expect = soon makes "
	    "no sense");
	names(text, "ws-03", "policy.ini: [team] expect = often makes no "
	    "sense");
	assert_true(says(text, "ws-02") == 2 * DAY);
}

static void
sections(void **state)
{
	static const char text[] = "[team]\norg = A = B\nexpect = 2d\n"
	    "# expect = 9d\n[station ws-01]\n expect=5/week\r\n"
	    "[station ws-02]\nzone = UTC\n[station ws-03]\nexpect = soon\n"
	    "[other]\nexpect = 1h\n[station ws-04]\nexpect = none";

	(void)state;
	assert_true(says(text, "ws-01") == 3 * DAY);
	assert_true(says(text, "ws-02") == 2 * DAY);
	assert_true(says(text, "ws-03") == -1);
	assert_true(says(text, "ws-04") == EXPECT_NEVER);
	assert_true(says(text, "ws-0") == 2 * DAY);
	assert_true(says("", "ws-01") == EXPECT_DEFAULT_S);
	assert_true(says("[team]", "ws-01") == EXPECT_DEFAULT_S);
	assert_true(says("[team]\nexpect = ", "ws-01") == EXPECT_DEFAULT_S);
	assert_true(says("expect = 1h\n", "ws-01") == EXPECT_DEFAULT_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(sections),
		cmocka_unit_test(tells_whose_slip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
