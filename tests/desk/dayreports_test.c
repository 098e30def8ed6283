/* tests/desk/dayreports_test.c - what files of other forms say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "desk/dayreports.h"

#include "base/banned.h"

static void
names(void **state)
{
	static const struct {
		const char *path, *day;
		enum reportfile_kind kind;
	} good[] = {
	    {"2026-11-23.txt", "2026-11-23", REPORTFILE_DAY},
	    {"a/b/日报2026年11月23日.docx", "2026-11-23", REPORTFILE_DAY},
	    {"20261123-li.txt", "2026-11-23", REPORTFILE_DAY},
	    {"report_2026.11.23", "2026-11-23", REPORTFILE_DAY},
	    {"2026_11_23", "2026-11-23", REPORTFILE_DAY},
	    /* numbers that are no dates */
	    {"order 120261123.txt", "", REPORTFILE_DAY},
	    {"2026-13-01.txt", "", REPORTFILE_DAY},
	    {"2026-02-30.txt", "", REPORTFILE_DAY},
	    {"2026-11", "", REPORTFILE_DAY},
	    {"2026", "", REPORTFILE_DAY},
	    {"today", "", REPORTFILE_DAY},
	    /* only the name counts */
	    {"2026-11-23/today.txt", "", REPORTFILE_DAY},
	    {"2026-W48.txt", "2026-11-23", REPORTFILE_PLAN},
	    {"2026-W01", "2025-12-29", REPORTFILE_PLAN},
	    {"周计划 2026-11-26.md", "2026-11-23", REPORTFILE_PLAN},
	    {"Week plan.txt", "", REPORTFILE_PLAN},
	    {"2026-W54", "", REPORTFILE_DAY},
	    {"\xff\xfe 2026-11-23", "2026-11-23", REPORTFILE_DAY},
	};
	static const char *const none[] = {"", "a/", ".2026-11-23.swp",
	    "~$2026-11-23.docx", "2026-11-23.txt~", "2026-11-23.TMP",
	    "2026-11-23.part"};
	enum reportfile_kind kind;
	char text[CLOCK_DAY_LEN];
	int64_t day;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(dayreports_name(good[i].path,
		    strlen(good[i].path), &kind, &day));
		assert_string_equal(day == DAYREPORTS_NO_DAY ? "" :
		    clock_day_text(day, text), good[i].day);
		assert_int_equal(kind, good[i].kind);
	}
	for (i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_false(dayreports_name(none[i], strlen(none[i]), &kind,
		    &day));
}

static void
texts(void **state)
{
	static const char long_[] = "字";
	struct buf out = BUF_INIT(2 * DAYREPORTS_TEXT_MAX);
	struct buf in = BUF_INIT(4 * DAYREPORTS_TEXT_MAX);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(dayreports_text(&out, "\xef\xbb\xbf" "a\r\n\tb", 8,
	    &e), 0);
	assert_string_equal(buf_str(&out), "a\r\n\tb");
	buf_clear(&out);
	/* what is no text shows nothing */
	assert_int_equal(dayreports_text(&out, "a\0b", 3, &e), 0);
	assert_int_equal(dayreports_text(&out, "a\033[2J", 5, &e), 0);
	assert_int_equal(dayreports_text(&out, "\xd0\xcf\x11\xe0", 4, &e), 0);
	assert_int_equal(dayreports_text(&out, "", 0, &e), 0);
	assert_int_equal(out.len, 0);
	/* cut between two characters */
	while (in.len < 2 * DAYREPORTS_TEXT_MAX)
		assert_int_equal(buf_adds(&in, long_, &e), 0);
	assert_int_equal(dayreports_text(&out, in.data, in.len, &e), 0);
	assert_int_equal(out.len, DAYREPORTS_TEXT_MAX / 3 * 3);
	buf_release(&in);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
