/* tests/shop/captures_test.c - lines of captures/, there and back. */
#include "shop/captures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static const char good[] =
    "{\"v\":1,\"type\":\"capture\",\"ts\":1795428000,\"offset\":480,"
    "\"page\":\"home\",\"view\":\"mobile\",\"url\":\"https://a.example/\","
    "\"state\":\"ok\",\"reason\":null,\"record\":\"" HEX "\","
    "\"by\":\"auto\"}\n";
static const char bad[] =
    "{\"v\":1,\"type\":\"capture\",\"ts\":1795428060,\"offset\":-300,"
    "\"page\":\"home\",\"view\":\"desktop\",\"url\":\"https://a.example/\","
    "\"state\":\"login-needed\",\"reason\":\"asks for a password\","
    "\"record\":null,\"by\":\"auto\"}\n";

static int
again(void *arg, const struct shop_capture *c, struct err *e)
{
	return captures_write(c, arg, e);
}

static void
come_back_as_they_were(void **state)
{
	struct buf in = BUF_INIT(4096), out = BUF_INIT(4096);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(buf_adds(&in, good, &e), 0);
	assert_int_equal(buf_adds(&in, bad, &e), 0);
	assert_int_equal(captures_read(in.data, in.len, again, &out, &e), 0);
	assert_string_equal(buf_str(&out), buf_str(&in));
	/* A line that was not finished is none. */
	buf_clear(&out);
	assert_int_equal(captures_read(in.data, in.len - 1, again, &out, &e),
	    0);
	assert_string_equal(buf_str(&out), good);
	buf_release(&in);
	buf_release(&out);
}

/* GOOD with FROM in place of TO is refused, and told with its number. */
static void
refused(const char *from, const char *to)
{
	struct buf in = BUF_INIT(1 << 20), out = BUF_INIT(4096);
	const char *at = strstr(good, from);
	struct err e = ERR_INIT;

	assert_non_null(at);
	assert_int_equal(buf_adds(&in, bad, &e), 0);
	assert_int_equal(buf_add(&in, good, (size_t)(at - good), &e), 0);
	assert_int_equal(buf_adds(&in, to, &e), 0);
	assert_int_equal(buf_adds(&in, at + strlen(from), &e), 0);
	assert_int_equal(captures_read(in.data, in.len, again, &out, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_string_equal(e.what, "line 2 is no capture");
	assert_string_equal(buf_str(&out), bad);
	buf_release(&in);
	buf_release(&out);
}

static void
refuse_what_is_none(void **state)
{
	(void)state;
	refused("\"v\":1", "\"v\":2");
	refused("capture", "page");
	refused("1795428000", "\"x\"");
	refused("480", "1441");
	refused("\"home\"", "7");
	refused("\"mobile\"", "null");
	refused("\"ok\"", "\"fine\"");
	refused("\"ok\"", "\"blocked\"");	/* a record of nothing */
	refused("\"" HEX "\"", "null");		/* and none of something */
	refused(HEX, "00");
	refused("\"auto\"", "\"a\\u0000b\"");
	refused("{", "");
}

static void
know_their_states(void **state)
{
	(void)state;
	for (int s = 0; s < SHOP_STATES; s++)
		assert_int_equal(shop_state_of(shop_state_name(
		    (enum shop_state)s)), s);
	assert_int_equal(shop_state_of("OK"), SHOP_STATES);
	assert_true(shop_state_shows(SHOP_CUT));
	assert_false(shop_state_shows(SHOP_BLOCKED));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(come_back_as_they_were),
		cmocka_unit_test(refuse_what_is_none),
		cmocka_unit_test(know_their_states)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
