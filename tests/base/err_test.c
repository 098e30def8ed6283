/* tests/base/err_test.c */
#include "base/err.h"

#include <errno.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/utf8.h"

#include "base/banned.h"

static void
set_clears_the_rest(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(err_sys(&e, ENOSPC, "cannot write '%s'", "a"), -1);
	assert_int_equal(err_hint(&e, "free some %s", "room"), -1);
	assert_int_equal(e.code, ERR_SPACE);
	assert_int_equal(e.sys, ENOSPC);
	assert_string_equal(e.what,
	    "cannot write 'a': No space left on device");
	assert_string_equal(e.hint, "free some room");
	assert_int_equal(err_set(&e, ERR_FORMAT, "line %d", 7), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(e.sys, 0);
	assert_string_equal(e.what, "line 7");
	assert_string_equal(e.hint, "");
	assert_int_equal(err_nomem(&e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	assert_true(err_is_nomem(&e));
	assert_int_equal(err_prefix(&e, "line %d", 7), -1);
	assert_true(err_is_nomem(&e));
	assert_int_equal(err_set(&e, ERR_NOMEM, "more than %d bytes", 7), -1);
	assert_false(err_is_nomem(&e));
	assert_int_equal(err_sys(&e, ENOMEM, "cannot start"), -1);
	assert_true(err_is_nomem(&e));
	err_clear(&e);
	assert_int_equal(e.code, ERR_NONE);
	assert_string_equal(e.what, "");
}

static void
codes_follow_errno(void **state)
{
	static const struct {
		int sys;
		enum err_code code;
	} t[] = {
		{ENOENT, ERR_NOENT}, {ENOSPC, ERR_SPACE}, {EDQUOT, ERR_SPACE},
		{EFBIG, ERR_SPACE}, {ENOMEM, ERR_NOMEM}, {EINTR, ERR_INTR},
		{EIO, ERR_IO}, {EACCES, ERR_IO}
	};
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		(void)err_sys(&e, t[i].sys, "x");
		assert_int_equal(e.code, t[i].code);
	}
}

static void
first_hint_wins(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	(void)err_set(&e, ERR_FAIL, "x");
	(void)err_hint(&e, "first");
	(void)err_hint(&e, "second");
	assert_string_equal(e.hint, "first");
}

static void
prefix_keeps_code_and_hint(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	(void)err_sys(&e, ENOENT, "cannot open 'k'");
	(void)err_hint(&e, "make one");
	assert_int_equal(err_prefix(&e, "source '%s'", "chat"), -1);
	assert_int_equal(e.code, ERR_NOENT);
	assert_int_equal(e.sys, ENOENT);
	assert_string_equal(e.what,
	    "source 'chat': cannot open 'k': No such file or directory");
	assert_string_equal(e.hint, "make one");
}

static void
its_own_text_may_be_an_argument(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	(void)err_set(&e, ERR_FAIL, "low");
	(void)err_set(&e, ERR_FORMAT, "high (%s)", e.what);
	assert_string_equal(e.what, "high (low)");
}

/* Long text is cut, at a whole character. */
static void
long_text_is_cut(void **state)
{
	struct err e = ERR_INIT;
	char text[1200] = "";
	size_t i, n;

	(void)state;
	for (i = 0; i + 4 < sizeof(text); i += 3)
		memcpy(text + i, "\xe7\x95\x99", 4);
	for (i = 0; i < 4; i++) {
		(void)err_set(&e, ERR_FAIL, "%s%s", &"aaa"[3 - i % 4], text);
		n = strlen(e.what);
		assert_in_range(n, 509, 511);
		assert_true(utf8_valid(e.what, n));
		(void)err_hint(&e, "%s", text);
		assert_in_range(strlen(e.hint), 253, 255);
		assert_true(utf8_valid(e.hint, strlen(e.hint)));
		(void)err_prefix(&e, "%s", "ab");
		assert_memory_equal(e.what, "ab: ", 4);
		assert_in_range(strlen(e.what), 509, 511);
		assert_true(utf8_valid(e.what, strlen(e.what)));
		(void)err_prefix(&e, "%s", text);
		assert_in_range(strlen(e.what), 507, 511);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_clears_the_rest),
		cmocka_unit_test(codes_follow_errno),
		cmocka_unit_test(first_hint_wins),
		cmocka_unit_test(prefix_keeps_code_and_hint),
		cmocka_unit_test(its_own_text_may_be_an_argument),
		cmocka_unit_test(long_text_is_cut)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
