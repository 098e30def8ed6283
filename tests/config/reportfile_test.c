/* tests/config/reportfile_test.c - docs/FORMAT.md section 23. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "config/reportfile.h"

#include "base/banned.h"

#define HEAD "[report]\nday = 2026-11-23\nwritten = 2026-11-24T05:40:12+08:00\n"

static int64_t
day_of(const char *s)
{
	int64_t day = 0;

	assert_int_equal(clock_day_parse(s, &day), 0);
	return day;
}

static int
read_it(struct reportfile *r, const char *text)
{
	struct err e = ERR_INIT;

	return reportfile_read(r, text, strlen(text), &e);
}

static void
what_is_written_is_read(void **state)
{
	static const char *const said[] = {"报价已发 Jensen", "",
	    "# call = the [factory]"};
	struct reportfile r = {.kind = REPORTFILE_DAY, .written = 1795470012,
	    .offset = 8 * 3600}, back;
	struct buf out = BUF_INIT(REPORTFILE_MAX);
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	r.day = day_of("2026-11-23");
	for (i = 0; i < 3; i++)
		assert_int_equal(reportfile_add(&r, said[i], strlen(said[i]),
		    &e), 0);
	assert_int_equal(reportfile_add(&r, "x", 1, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(reportfile_write(&r, &out, &e), 0);
	assert_string_equal(buf_str(&out), HEAD "done = 报价已发 Jensen\n"
	    "open = \ntomorrow = # call = the [factory]\n");
	assert_int_equal(reportfile_read(&back, out.data, out.len, &e), 0);
	assert_int_equal(back.kind, r.kind);
	assert_true(back.day == r.day && back.written == r.written);
	assert_int_equal(back.offset, r.offset);
	assert_int_equal(back.n, 3);
	for (i = 0; i < 3; i++)
		assert_string_equal(back.line[i], said[i]);
	reportfile_release(&back);
	reportfile_release(&r);
	buf_release(&out);
}

static void
a_plan_and_an_objection(void **state)
{
	struct reportfile r;

	(void)state;
	assert_int_equal(read_it(&r, "[plan]\r\nday = 2026-11-23\r\n"
	    "written = 2026-11-23T09:00:00-05:00\r\ntask = one\r\n"
	    "task = two\r\nlater = unknown\r\n"), 0);
	assert_int_equal(r.kind, REPORTFILE_PLAN);
	assert_int_equal(r.n, 2);
	assert_string_equal(r.line[1], "two");
	assert_int_equal(r.offset, -5 * 3600);
	reportfile_release(&r);
	assert_int_equal(read_it(&r, "[objection]\nday = 2026-11-22\n"
	    "written = 2026-11-23T09:00:00+00:00\ntext = ill\n"), 0);
	assert_int_equal(r.kind, REPORTFILE_OBJECTION);
	assert_string_equal(r.line[0], "ill");
	reportfile_release(&r);
}

static void
what_is_none(void **state)
{
	static const char *const bad[] = {
	    "", "[", "hello", "[report]\n", HEAD, HEAD "done =\nopen =\n",
	    "[other]\nday = 2026-11-23\n",
	    HEAD "done = a\ndone = b\n",
	    HEAD "day = 2026-11-22\ndone = a\n",
	    HEAD "done = a\n[plan]\ntask = b\n",
	    HEAD "done = a\tb\n", HEAD "done = \xff\n",
	    "[report]\nday = 2026-02-30\nwritten = 2026-11-24T05:40:12+08:00\n"
	    "done = a\n",
	    "[report]\nday = 2026-11-23\nwritten = 2026-11-24T25:40:12+08:00\n"
	    "done = a\n",
	    "[report]\nday = 2026-11-23\nwritten = 2026-11-24 05:40:12+08:00\n"
	    "done = a\n",
	    "[report]\nwritten = 2026-11-24T05:40:12+08:00\ndone = a\n",
	    /* no Monday */
	    "[plan]\nday = 2026-11-24\nwritten = 2026-11-24T05:40:12+08:00\n"
	    "task = a\n",
	    "[plan]\nday = 2026-11-23\nwritten = 2026-11-24T05:40:12+08:00\n"
	    "task =\n",
	    "[objection]\nday = 2026-11-23\n"
	    "written = 2026-11-24T05:40:12+08:00\ntext = a\ntext = b\n",
	};
	struct reportfile r;
	struct err e = ERR_INIT;
	char *big;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(read_it(&r, bad[i]), 1);
		assert_int_equal(r.n, 0);
	}
	assert_int_equal(reportfile_read(&r, HEAD "done = a\0b\n",
	    sizeof(HEAD "done = a\0b\n") - 1, &e), 1);
	/* as large as may be, and a byte more */
	big = malloc(REPORTFILE_MAX + 1);
	assert_non_null(big);
	memset(big, '\n', REPORTFILE_MAX + 1);
	memcpy(big, HEAD "done = a", strlen(HEAD "done = a"));
	assert_int_equal(reportfile_read(&r, big, REPORTFILE_MAX, &e), 0);
	reportfile_release(&r);
	assert_int_equal(reportfile_read(&r, big, REPORTFILE_MAX + 1, &e), 1);
	free(big);
}

static void
too_many_tasks(void **state)
{
	struct buf b = BUF_INIT(REPORTFILE_MAX);
	struct err e = ERR_INIT;
	struct reportfile r;
	int i;

	(void)state;
	assert_int_equal(buf_adds(&b, "[plan]\nday = 2026-11-23\n"
	    "written = 2026-11-23T09:00:00+00:00\n", &e), 0);
	for (i = 0; i < REPORTFILE_LINES_MAX; i++)
		assert_int_equal(buf_addf(&b, &e, "task = %d\n", i), 0);
	assert_int_equal(reportfile_read(&r, b.data, b.len, &e), 0);
	assert_int_equal(r.n, REPORTFILE_LINES_MAX);
	reportfile_release(&r);
	assert_int_equal(buf_adds(&b, "task = more\n", &e), 0);
	assert_int_equal(reportfile_read(&r, b.data, b.len, &e), 1);
	buf_release(&b);
}

static void
what_may_stand_in_a_line(void **state)
{
	char text[REPORTFILE_TEXT_MAX + 2];
	struct err e = ERR_INIT;

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(reportfile_check(text, REPORTFILE_TEXT_MAX, &e), 0);
	assert_int_equal(reportfile_check(text, REPORTFILE_TEXT_MAX + 1, &e),
	    -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_true(e.hint[0] != '\0');
	err_clear(&e);
	assert_int_equal(reportfile_check("a\nb", 3, &e), -1);
	err_clear(&e);
	assert_int_equal(reportfile_check("\xe6\x8a", 2, &e), -1);
}

static void
names(void **state)
{
	char out[REPORTFILE_NAME_LEN];

	(void)state;
	assert_string_equal(reportfile_name(REPORTFILE_DAY,
	    day_of("2026-11-23"), out), "2026-11-23");
	assert_string_equal(reportfile_name(REPORTFILE_OBJECTION,
	    day_of("2026-11-23"), out), "2026-11-23-objection");
	assert_string_equal(reportfile_name(REPORTFILE_PLAN,
	    day_of("2026-11-23"), out), "2026-W48");
	/* a week is of the year of its Thursday */
	assert_string_equal(reportfile_name(REPORTFILE_PLAN,
	    day_of("2026-12-28"), out), "2026-W53");
	assert_string_equal(reportfile_name(REPORTFILE_PLAN,
	    day_of("2024-12-30"), out), "2025-W01");
	assert_string_equal(reportfile_name(REPORTFILE_PLAN,
	    day_of("2027-01-03"), out), "2026-W53");
	assert_true(clock_day_monday(day_of("2026-11-29")) ==
	    day_of("2026-11-23"));
	assert_true(clock_day_monday(-1) == -3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_plan_and_an_objection),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(too_many_tasks),
		cmocka_unit_test(what_may_stand_in_a_line),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
