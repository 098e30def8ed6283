/* tests/desk/roster_test.c - who is behind a station, and bad lines of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "desk/roster.h"

#include "base/banned.h"

static void
comes_back(void **state)
{
	static const char text[] =
	    "{\"station\":\"a\",\"person\":null,\"team\":null,\"since\":0}\n"
	    "{\"station\":\"ws-01\",\"person\":\"王芳 \\\"Fang\\\"\","
	    "\"team\":\"前台\",\"since\":1795000000}\n";
	struct buf out = BUF_INIT(ROSTER_FILE_MAX);
	struct err e = ERR_INIT;
	struct roster r;

	(void)state;
	assert_int_equal(roster_parse(&r, text, strlen(text), &e), 0);
	assert_int_equal(r.n, 2);
	assert_string_equal(roster_find(&r, "ws-01")->person, "王芳 \"Fang\"");
	assert_string_equal(roster_find(&r, "a")->team, "");
	assert_null(roster_find(&r, "ws-0"));
	assert_int_equal(roster_text(&r, &out, &e), 0);
	assert_string_equal(buf_str(&out), text);
	roster_release(&r);
	assert_int_equal(roster_parse(&r, "", 0, &e), 0);
	assert_int_equal(r.n, 0);
	assert_null(roster_find(&r, "a"));
	roster_release(&r);
	buf_release(&out);
}

static void
keeps_its_order(void **state)
{
	struct roster r = {NULL, 0};
	struct roster_row row;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 300; i++) {
		memset(&row, 0, sizeof(row));
		(void)snprintf(row.station, sizeof(row.station), "ws-%03zu",
		    i * 7 % 100);
		row.since = (int64_t)i;
		assert_int_equal(roster_put(&r, &row, &e), 0);
	}
	assert_int_equal(r.n, 100);
	for (i = 1; i < r.n; i++)
		assert_true(strcmp(r.v[i - 1].station, r.v[i].station) < 0);
	/* the last one put counts */
	assert_int_equal(roster_find(&r, "ws-007")->since, 201);
	roster_release(&r);
}

static void
refuses_bad_lines(void **state)
{
	static const char *const bad[] = {
		"x\n",
		"{\"station\":\"a\",\"person\":null,\"team\":null,\"since\":0}",
		"\n",
		"{\"station\":\"A\",\"person\":null,\"team\":null,\"since\":0}\n",
		"{\"station\":null,\"person\":null,\"team\":null,\"since\":0}\n",
		"{\"station\":\"a\",\"person\":1,\"team\":null,\"since\":0}\n",
		"{\"station\":\"a\",\"person\":null,\"team\":null,\"since\":-1}\n",
		("{\"station\":\"a\",\"person\":\"\\u001b[2J\",\"team\":null,"
		    "\"since\":0}\n"),
		"{\"station\":\"a\",\"team\":null,\"since\":0}\n"
	};
	struct err e = ERR_INIT;
	struct roster r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err_clear(&e);
		assert_int_equal(roster_parse(&r, bad[i], strlen(bad[i]), &e),
		    -1);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_non_null(strstr(e.what, "line 1"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),
		cmocka_unit_test(keeps_its_order),
		cmocka_unit_test(refuses_bad_lines)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
