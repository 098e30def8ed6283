/* tests/config/teamini_test.c - the values of a policy.ini, and one changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "config/teamini.h"

#include "base/banned.h"

static void
check(const char *text, const char *want)
{
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;

	assert_int_equal(teamini_set(&out, text, "team", "notice", "7",
	    &e), 0);
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

static void
sets_in_any_section(void **state)
{
	static const char text[] = "[source ws-01/chats2]\nzone = x\n"
	    "[source ws-01/chats]\nself = A\nzone = y\nself = B\n";
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(teamini_set(&out, text, "source ws-01/chats", "zone",
	    "Z", &e), 0);
	assert_string_equal(buf_str(&out), "[source ws-01/chats2]\nzone = x\n"
	    "[source ws-01/chats]\nzone = Z\nself = A\nself = B\n");
	buf_clear(&out);
	assert_int_equal(teamini_set(&out, text, "source ws-01/chats", "self",
	    "", &e), 0);
	assert_string_equal(buf_str(&out), "[source ws-01/chats2]\nzone = x\n"
	    "[source ws-01/chats]\nzone = y\n");
	buf_clear(&out);
	assert_int_equal(teamini_set(&out, text, "none", "self", "", &e), 0);
	assert_string_equal(buf_str(&out), text);
	buf_release(&out);
}

static int
note(void *arg, const char *section, const char *key, const char *value)
{
	char *all = arg;
	size_t n = strlen(all);

	(void)snprintf(all + n, 512 - n, "%s|%s|%s\n", section, key, value);
	return strcmp(key, "stop") == 0 ? 7 : 0;
}

static void
gives_each(void **state)
{
	char all[512] = "", line[TEAMINI_LINE_MAX + 2];

	(void)state;
	assert_int_equal(teamini_each("a = 1\n[team]\r\n\torg =  A = B \r\n"
	    "# c = 1\n; d = 2\nno key\n= nameless\n[ws/\xe5\xba\x97] x\n"
	    "e=\n\n[open\nf = 5", note, all), 0);
	assert_string_equal(all, "|a|1\nteam|org|A = B\nteam||nameless\n"
	    "ws/\xe5\xba\x97|e|\nopen|f|5\n");
	all[0] = '\0';
	assert_int_equal(teamini_each("a = 1\nstop = 2\nb = 3\n", note, all),
	    7);
	assert_string_equal(all, "|a|1\n|stop|2\n");
	/* a line at the cap, and one over it */
	memset(line, ' ', sizeof(line));
	memcpy(line, "a = 1", 5);
	line[TEAMINI_LINE_MAX] = '\0';
	all[0] = '\0';
	assert_int_equal(teamini_each(line, note, all), 0);
	assert_string_equal(all, "|a|1\n");
	line[TEAMINI_LINE_MAX] = ' ';
	line[TEAMINI_LINE_MAX + 1] = '\0';
	assert_int_equal(teamini_each(line, note, all), 0);
	assert_string_equal(all, "|a|1\n");
}

static void
gets_the_own_before_the_teams(void **state)
{
	static const char text[] = "[station ws-01]\nzone = Asia/Tokyo\n"
	    "work =\n[team]\nzone = UTC\nwork = daily\n[station ws-010]\n"
	    "zone = no\n";
	char out[16];

	(void)state;
	assert_true(teamini_get(text, "ws-01", "zone", out, sizeof(out)));
	assert_string_equal(out, "Asia/Tokyo");
	assert_true(teamini_get(text, "ws-01", "work", out, sizeof(out)));
	assert_string_equal(out, "daily");
	assert_true(teamini_get(text, "ws-02", "zone", out, sizeof(out)));
	assert_string_equal(out, "UTC");
	assert_false(teamini_get(text, "ws-01", "zon", out, sizeof(out)));
	assert_string_equal(out, "");
	assert_false(teamini_get(text, "ws-01", "zone", out, 10));
	assert_string_equal(out, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_one_value),
		cmocka_unit_test(sets_in_any_section),
		cmocka_unit_test(gives_each),
		cmocka_unit_test(gets_the_own_before_the_teams)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
