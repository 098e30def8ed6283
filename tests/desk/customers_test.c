/* tests/desk/customers_test.c - what counts as a promise to a customer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "desk/customers.h"

#include "base/banned.h"

static bool
is(const char *text)
{
	return customers_promises(text, strlen(text));
}

static void
hears_promises(void **state)
{
	(void)state;
	assert_true(is("明天给您报价"));
	assert_true(is("好的，稍后发您"));
	assert_true(is("OK, I will send the invoice"));
	assert_true(is("I'll check and come back"));
	assert_true(is("Ready BY FRIDAY"));
	assert_true(is("tomorrow"));
}

static void
hears_no_more(void **state)
{
	(void)state;
	assert_false(is(""));
	assert_false(is("12.50 each, in 3 weeks"));
	assert_false(is("the day aftertomorrows"));
	assert_false(is("goodwill sending"));
	assert_false(is("明天"));
	assert_false(is("谢谢，合同收到"));
	/* not beyond the end */
	assert_false(customers_promises("tomorrow", 7));
}

static void
has_names(void **state)
{
	(void)state;
	assert_string_equal(customers_kind_name(CUSTOMERS_UNANSWERED),
	    "unanswered");
	assert_string_equal(customers_kind_name(CUSTOMERS_INQUIRY),
	    "inquiry_open");
	assert_string_equal(customers_kind_name(CUSTOMERS_PROMISE),
	    "promise");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hears_promises),
		cmocka_unit_test(hears_no_more),
		cmocka_unit_test(has_names)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
