/* tests/desk/nameaudit_test.c - names that are not as they should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "desk/nameaudit.h"

#include "base/banned.h"

#define POLICY "[naming]\ncompany = acme\n"

static struct book *book;
static uint8_t next;

static void
add(uint8_t account, enum event_kind kind, const char *platform,
	const char *name, const char *login, const char *alias)
{
	struct account_event v = {.kind = kind, .ts = 1000 + next,
	    .device = "ws-01"};
	struct err e = ERR_INIT;

	v.id[0] = ++next;
	v.id[15] = v.account[15] = 1;
	v.account[0] = account;
	v.value[EVENT_PLATFORM] = platform;
	v.value[EVENT_NAME] = name;
	v.value[EVENT_LOGIN] = login;
	v.value[EVENT_ALIAS] = alias;
	assert_int_equal(book_add(book, &v, &e), 0);
}

static int
note(void *arg, const struct nameaudit_item *i, struct err *e)
{
	return buf_addf(arg, e, "%s %s: %s%s%s [%s]%s%s\n",
	    nameaudit_name(i->what), i->account->shown, i->name,
	    i->other ? " = " : "", i->other ? i->its : "",
	    i->change ? i->change : "?", i->text[0] ? " " : "", i->text);
}

static void
finds(const char *want)
{
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;
	struct platforms *p = platforms_new(POLICY, &e);
	struct naming *n = naming_new(POLICY, &e);

	assert_non_null(p);
	assert_non_null(n);
	assert_int_equal(book_fold(book, &e), 0);
	assert_int_equal(nameaudit_each(book, p, n, note, &out, &e), 0);
	assert_string_equal(buf_str(&out), want);
	buf_release(&out);
	naming_free(n);
	platforms_free(p);
}

static int
begin(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	next = 0;
	book = book_new(&e);
	return book ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	book_free(book);
	return 0;
}

static void
finds_nothing_where_all_is_well(void **state)
{
	(void)state;
	add(1, EVENT_REGISTERED, "eb", "acme-eb-01", "acmeeb01", NULL);
	add(2, EVENT_REGISTERED, "tb", "acme-tb-01", "acmeeb01", NULL);
	add(2, EVENT_ALIASED, NULL, NULL, NULL, "acme_tb.O1");	/* its own */
	add(3, EVENT_REGISTERED, "eb", "junk", "x", NULL);
	add(3, EVENT_CLOSED, NULL, NULL, NULL, NULL);
	finds("");
}

static void
says_the_rule_and_the_cost(void **state)
{
	(void)state;
	add(1, EVENT_REGISTERED, "eb", "shop one", "acme-ebay-01", NULL);
	add(2, EVENT_REGISTERED, "tb", "acme-tb-01", "Acme", NULL);
	add(3, EVENT_REGISTERED, "lost", "acme-lo-01", "x", NULL);
	add(4, EVENT_REGISTERED, "lz", "acme-lz-01", "any thing", NULL);
	finds("platform acme-lo-01: lost [free]\n"
	    "login acme-tb-01: Acme [no] Taobao: 5 to 25 characters, this has "
	    "4\n"
	    "name shop one: shop one [free] the name 'shop one' is not like "
	    "'acme-eb-01'\n"
	    "login shop one: acme-ebay-01 [30d] eBay: not with 'ebay' in it\n");
}

static void
finds_two_of_one_name(void **state)
{
	(void)state;
	add(1, EVENT_REGISTERED, "eb", "acme-eb-01", "Acmeeb01", NULL);
	add(2, EVENT_REGISTERED, "eb", "acme-eb-02", "acmeEB01", NULL);
	add(3, EVENT_REGISTERED, "tb", "acme-tb-01", "acmetb01", NULL);
	add(3, EVENT_ALIASED, NULL, NULL, NULL, "ACME EB O2");
	/* that of a closed one counts; two closed ones do not */
	add(4, EVENT_REGISTERED, "tb", "acme-tb-02", "acmetb02", NULL);
	add(4, EVENT_CLOSED, NULL, NULL, NULL, NULL);
	add(5, EVENT_REGISTERED, "tb", "acme-tb-03", "acmetb02", NULL);
	add(6, EVENT_REGISTERED, "tb", "acme-tb-04", "acmetb04", NULL);
	add(6, EVENT_CLOSED, NULL, NULL, NULL, NULL);
	add(7, EVENT_REGISTERED, "tb", "acme-tb-05", "acmetb04", NULL);
	add(7, EVENT_CLOSED, NULL, NULL, NULL, NULL);
	finds("same-login acme-eb-02: acmeEB01 = Acmeeb01 [30d]\n"
	    "same-login acme-tb-03: acmetb02 = acmetb02 [no]\n"
	    "alike acme-tb-01: ACME EB O2~ws-01 = acme-eb-02 [free]\n");
}

/* Two stations that knew nothing of each other. */
static void
finds_two_holders(void **state)
{
	(void)state;
	add(1, EVENT_REGISTERED, "eb", "acme-eb-01", "acmeeb01", NULL);
	add(2, EVENT_REGISTERED, "eb", "acme-eb-01", "acmeeb07", NULL);
	finds("same-name acme-eb-01~ws-01: acme-eb-01 = acme-eb-01 [free]\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_nothing_where_all_is_well,
		    begin, end),
		cmocka_unit_test_setup_teardown(says_the_rule_and_the_cost,
		    begin, end),
		cmocka_unit_test_setup_teardown(finds_two_of_one_name, begin,
		    end),
		cmocka_unit_test_setup_teardown(finds_two_holders, begin, end)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
