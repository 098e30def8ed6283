/* tests/cli/shopdeed_test.c - what a box says that was taken over. */
#include "cli/desk/shopdeed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

#define DAY 20000

/* No box is started here. */
int
shopdesk_run(struct shopdesk *k, int (*fn)(struct shopdesk *k, void *arg,
	struct err *e), void *arg, struct err *e)
{
	(void)k;
	(void)fn;
	(void)arg;
	return err_set(e, ERR_FAIL, "no box");
}

struct shopday *
shopdesk_load_one(struct shopdesk *k, const char *shop, struct err *e)
{
	(void)k;
	(void)shop;
	(void)e;
	return NULL;
}

static struct shopdeed_told from, told;

static int
believe(int64_t most, int64_t day)
{
	struct err e = ERR_INIT;
	int rc = shopdeed_believe(&from, &told, most, day, &e);

	assert_int_equal(e.code, rc < 0 ? ERR_FAIL : ERR_NONE);
	return rc;
}

static void
begin(void)
{
	memset(&from, 0, sizeof(from));
	from.done = true;
	from.day = DAY;
	from.n = 2;
	from.open = 1;
	(void)snprintf(from.of[1].page, sizeof(from.of[1].page), "home");
}

static void
what_makes_sense(void **state)
{
	(void)state;
	begin();
	assert_int_equal(believe(2, SHOPDAY_NONE), 0);
	assert_int_equal(believe(2, DAY), 0);
	assert_string_equal(told.of[1].page, "home");
	/* nobody changes it any more */
	from.n = 100;
	assert_int_equal(told.n, 2);
}

static void
another_day_than_asked_for(void **state)
{
	(void)state;
	begin();
	assert_int_equal(believe(2, DAY + 1), -1);
	from.day = SHOPDAY_NONE;
	assert_int_equal(believe(2, SHOPDAY_NONE), -1);
	from.day = INT64_MAX;
	assert_int_equal(believe(2, SHOPDAY_NONE), -1);
	from.day = -1;
	assert_int_equal(believe(2, SHOPDAY_NONE), -1);
}

static void
numbers_beyond_the_arrays(void **state)
{
	(void)state;
	begin();
	assert_int_equal(believe(1, DAY), -1);
	from.n = -1;
	assert_int_equal(believe(2, DAY), -1);
	from.n = INT64_MIN;
	assert_int_equal(believe(2, DAY), -1);
	begin();
	from.open = -1;
	assert_int_equal(believe(2, DAY), -1);
	begin();
	from.done = false;
	assert_int_equal(believe(2, DAY), -1);
}

static void
names_that_are_no_text(void **state)
{
	(void)state;
	begin();
	memset(from.of[0].page, 'x', sizeof(from.of[0].page));
	assert_int_equal(believe(2, DAY), 0);
	assert_int_equal(strlen(told.of[0].page), SHOPS_NAME_MAX);
	(void)snprintf(from.of[0].page, sizeof(from.of[0].page), "\xff");
	assert_int_equal(believe(2, DAY), -1);
	(void)snprintf(from.of[0].page, sizeof(from.of[0].page), "a\nb");
	assert_int_equal(believe(2, DAY), -1);
	begin();
	from.of[1].view = 2;
	assert_int_equal(believe(2, DAY), 0);
	from.of[1].view = 3;
	assert_int_equal(believe(2, DAY), -1);
}

static void
rules(void **state)
{
	struct shopdeed_rule r = {"price", NULL, NULL, SHOPDAY_NONE};
	char text[SHOPDEED_TEXT_MAX + 2];
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(shopdeed_rule_check(&r, &e), 0);
	memset(text, 'x', sizeof(text));
	text[SHOPDEED_TEXT_MAX] = '\0';
	r.what = text;
	assert_int_equal(shopdeed_rule_check(&r, &e), 0);
	text[SHOPDEED_TEXT_MAX] = 'x';
	text[SHOPDEED_TEXT_MAX + 1] = '\0';
	assert_int_equal(shopdeed_rule_check(&r, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	r.what = NULL;
	r.page = "a\nb";
	assert_int_equal(shopdeed_rule_check(&r, &e), -1);
	r.page = NULL;
	r.change = shop_change_name(SHOP_REBASED);
	assert_int_equal(shopdeed_rule_check(&r, &e), -1);
	r.change = "";
	assert_int_equal(shopdeed_rule_check(&r, &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_makes_sense),
		cmocka_unit_test(another_day_than_asked_for),
		cmocka_unit_test(numbers_beyond_the_arrays),
		cmocka_unit_test(names_that_are_no_text),
		cmocka_unit_test(rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
