/* tests/desk/teamini_test.c - one value, and nothing but it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "desk/teamini.h"

#include "base/banned.h"

static void
check(const char *text, const char *want)
{
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;

	assert_int_equal(teamini_set(&out, text, "notice", "7", &e), 0);
	assert_string_equal(buf_str(&out), want);
	buf_release(&out);
}

static void
sets_one_value(void **state)
{
	(void)state;
	check("", "[team]\nnotice = 7\n");
	check("[team]\norg = Acme\n", "[team]\nnotice = 7\norg = Acme\n");
	check("# a\n[team]\norg = Acme\nnotice = 6\n# b\n[zone]\nnotice = 1\n",
	    "# a\n[team]\nnotice = 7\norg = Acme\n# b\n[zone]\nnotice = 1\n");
	check(" [team] ; ours\n\tnotice=6\nnotice : 5\n",
	    " [team] ; ours\nnotice = 7\n");
	check("[teams]\nnotice = 6\n",
	    "[teams]\nnotice = 6\n[team]\nnotice = 7\n");
	check("[team]\nnotices = 6\nno", "[team]\nnotice = 7\nnotices = 6\nno\n");
	/* a section that comes twice has it once */
	check("[team]\nnotice = 1\n[x]\n[team]\nnotice = 2\n",
	    "[team]\nnotice = 7\n[x]\n[team]\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_one_value)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
