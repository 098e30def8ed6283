/* tests/desk/retention_test.c - how long what is kept, and what is held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "desk/retention.h"

#include "base/banned.h"

#define WS "refs/heads/ws/"

static const char usual[] =
	"# what the lawyer said\n"
	"[stream main]\n"
	"  keep_years = 7\n"
	"\n"
	"[stream chats]\n"
	"keep_years=0\n"
	"[stream none]\n"
	"[hold case-1]\n"
	"refs = " WS "ws-01/\n"
	"reason = a letter = of the court\n"
	"[hold all]\n"
	"refs = " WS "\n";

static void
says_what_stands(void **state)
{
	struct err e = ERR_INIT;
	struct retention r;

	(void)state;
	assert_int_equal(retention_parse(&r, usual, strlen(usual), &e), 0);
	assert_int_equal(r.nstreams, 3);
	assert_int_equal(retention_years(&r, "main"), 7);
	assert_int_equal(retention_years(&r, "chats"), 0);
	assert_int_equal(retention_years(&r, "none"), RETENTION_FOREVER);
	assert_int_equal(retention_years(&r, "mai"), RETENTION_FOREVER);
	assert_string_equal(retention_held(&r, WS "ws-01/main/2023.0",
	    0)->name, "case-1");
	assert_string_equal(retention_held(&r, WS "ws-01/main/2023.0",
	    1)->name, "all");
	assert_null(retention_held(&r, WS "ws-01/main/2023.0", 2));
	assert_string_equal(retention_held(&r, WS "ws-010/main/2023.0",
	    0)->name, "all");
	assert_string_equal(retention_hold(&r, "case-1")->reason,
	    "a letter = of the court");
	assert_null(retention_hold(&r, "case"));
	retention_release(&r);
	assert_int_equal(retention_parse(&r, "", 0, &e), 0);
	assert_int_equal(retention_years(&r, "main"), RETENTION_FOREVER);
	retention_release(&r);
}

static void
refuses_what_others_pass_over(void **state)
{
	static const char *const bad[] = {
		"keep_years = 7\n", "[stream main\n", "[stream Main]\n",
		"[stream]\n", "[streams main]\n", "[stream main]\nkeep = 7\n",
		"[stream main]\nkeep_years = -1\n",
		"[stream main]\nkeep_years = 7 years\n",
		"[stream main]\nkeep_years = 07\n",
		"[stream main]\nkeep_years = 1001\n",
		"[stream main]\nkeep_years = 7\nkeep_years = 8\n",
		"[stream main]\n[stream main]\n", "[hold x]\n",
		"[hold x]\nrefs = \n", "[hold x]\nrefs = ws-01\n",
		"[hold x]\nref = refs/heads/\n",
		"[hold x]\nrefs = refs/a\nrefs = refs/b\n",
		"[hold x]\nrefs = refs/a\n[hold x]\nrefs = refs/b\n",
		"[hold x]\nrefs = refs/a\r\n", "\xff\n", "nothing\n",
		"[hold x]\nrefs = refs/a\nkeep_years = 7\n"
	};
	struct err e;
	struct retention r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err_clear(&e);
		if (retention_parse(&r, bad[i], strlen(bad[i]), &e) == 0)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	err_clear(&e);
	assert_int_equal(retention_parse(&r, "# \0\n", 4, &e), -1);
}

static void
changes_one_thing(void **state)
{
	static const struct retention_hold hold = {"case-2", WS "ws-02/main/",
	    "why"};
	struct buf a = BUF_INIT(65536), b = BUF_INIT(65536);
	struct err e = ERR_INIT;
	struct retention r;

	(void)state;
	assert_int_equal(retention_set(usual, "main", 3, &a, &e), 0);
	assert_non_null(strstr(buf_str(&a), "# what the lawyer said\n"));
	assert_int_equal(retention_hold_add(buf_str(&a), &hold, &b, &e), 0);
	buf_clear(&a);
	assert_int_equal(retention_hold_remove(buf_str(&b), "all", &a, &e), 0);
	assert_int_equal(retention_parse(&r, buf_str(&a), a.len, &e), 0);
	assert_int_equal(retention_years(&r, "main"), 3);
	assert_int_equal(retention_years(&r, "chats"), 0);
	assert_int_equal(r.nholds, 2);
	assert_string_equal(retention_hold(&r, "case-2")->refs, hold.refs);
	retention_release(&r);
	/* twice, and what is not there */
	buf_clear(&b);
	assert_int_equal(retention_hold_add(buf_str(&a), &hold, &b, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	err_clear(&e);
	assert_int_equal(retention_hold_remove(buf_str(&a), "all", &b, &e),
	    -1);
	assert_int_equal(e.code, ERR_NOENT);
	assert_int_equal(b.len, 0);
	/* from nothing to something and back: never an empty file */
	err_clear(&e);
	buf_clear(&a);
	assert_int_equal(retention_set("", "main", 7, &a, &e), 0);
	assert_string_equal(buf_str(&a), "[stream main]\nkeep_years = 7\n");
	assert_int_equal(retention_set(buf_str(&a), "main", RETENTION_FOREVER,
	    &b, &e), 0);
	assert_true(b.len > 0);
	buf_clear(&a);
	assert_int_equal(retention_set(buf_str(&b), "main", 7, &a, &e), 0);
	assert_string_equal(buf_str(&a), "[stream main]\nkeep_years = 7\n");
	buf_release(&a);
	buf_release(&b);
}

static void
speaks_as_people_do(void **state)
{
	static const struct {
		const char *what, *refs;
	} good[] = {
		{"all", WS}, {"ws-01", WS "ws-01/"},
		{"ws-01/main", WS "ws-01/main/"},
		{"ws-01/main/2023", WS "ws-01/main/2023."}
	};
	static const char *const bad[] = {"", "/", "ws-01/", "WS", "a/b/c",
	    "a/b/2023/0", "a/b/23", "a//2023",
	    "abcdefghijklmnopqrstuvwxyzabcdefgh"};
	static const char *const periods[] = {"", "y", "-1", "7 years", "7.5",
	    "ever", "1001", "99999999999"};
	char out[CANON_REF_LEN], back[CANON_REF_LEN];
	struct err e = ERR_INIT;
	int years = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(retention_prefix(good[i].what, out, &e), 0);
		assert_string_equal(out, good[i].refs);
		retention_what(out, back);
		assert_string_equal(back, good[i].what);
	}
	retention_what("refs/heads/ws/ws-0", back);
	assert_string_equal(back, "refs/heads/ws/ws-0");
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err_clear(&e);
		assert_int_equal(retention_prefix(bad[i], out, &e), -1);
		assert_int_equal(e.code, ERR_USAGE);
	}
	err_clear(&e);
	assert_int_equal(retention_period("7", &years, &e), 0);
	assert_int_equal(years, 7);
	assert_int_equal(retention_period("10y", &years, &e), 0);
	assert_int_equal(years, 10);
	assert_int_equal(retention_period("forever", &years, &e), 0);
	assert_int_equal(years, RETENTION_FOREVER);
	for (i = 0; i < sizeof(periods) / sizeof(*periods); i++) {
		err_clear(&e);
		assert_int_equal(retention_period(periods[i], &years, &e), -1);
		assert_int_equal(e.code, ERR_USAGE);
	}
	/* the epoch 2023 and two years more: from New Year of 2026 on */
	assert_true(retention_due(2023, 2) == INT64_C(1767225600));
	assert_true(retention_due(2023, 0) == INT64_C(1704067200));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_stands),
		cmocka_unit_test(refuses_what_others_pass_over),
		cmocka_unit_test(changes_one_thing),
		cmocka_unit_test(speaks_as_people_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
