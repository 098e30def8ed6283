/* tests/desk/smalltalk_test.c - what nobody waits for an answer to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "desk/smalltalk.h"

#include "base/banned.h"

static struct smalltalk *talk;

static void
check(const char *text, int want)
{
	struct err e = ERR_INIT;
	int got = smalltalk_only(talk, text, strlen(text), &e);

	if (got != want)
		print_message("'%s'\n", text);
	assert_int_equal(got, want);
}

static void
says_nothing(void **state)
{
	(void)state;
	check("", 1);
	check("  \n", 1);
	check("OK", 1);
	check("ok, thanks!", 1);
	check("Thank you very much, my friend :)", 1);
	check("Well noted with thanks.", 1);
	check("好的，谢谢！", 1);
	check("好的好的", 1);
	check("謝謝您", 1);
	check("嗯嗯 收到", 1);
	check("👍", 1);
	check("👍🏻😂 ❤️", 1);
	check("[表情]", 1);
	check("~~~!!!", 1);
	check("ＯＫ", 1);
	check("o\xe2\x80\x8bk", 1);
}

static void
says_something(void **state)
{
	(void)state;
	check("ok?", 0);
	check("好吗？", 0);
	check("hello", 0);
	check("在吗", 0);
	check("yes", 0);
	check("不好", 0);
	check("不可以", 0);
	check("not ok", 0);
	check("ok 500", 0);
	check("thanks, and the price of L-100", 0);
	check("好的，那个价格再便宜点", 0);
	check("okra", 0);
	check("book", 0);
	check("thanksgiving", 0);
	check("\xff", 0);
	check("ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok ok "
	    "ok ok ok ok ok ok ok ok", 0);
}

static uint64_t
hash(const char *text)
{
	struct err e = ERR_INIT;
	uint64_t h;

	assert_int_equal(smalltalk_hash(talk, text, strlen(text), &h, &e), 0);
	return h;
}

static void
hashes(void **state)
{
	(void)state;
	assert_true(hash("Hello, we are offline.") ==
	    hash("hello we are OFFLINE"));
	assert_true(hash("您好") == hash("您 好！"));
	assert_true(hash("您好") != hash("好您"));
	assert_true(hash("") == 0);
	assert_true(hash("👍") == 0);
}

static int
set_up(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	talk = smalltalk_new(&e);
	return talk ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	smalltalk_free(talk);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_nothing),
		cmocka_unit_test(says_something),
		cmocka_unit_test(hashes)
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
