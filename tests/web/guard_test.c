/* tests/web/guard_test.c - every rule of who may ask, each broken alone. */
#include "web/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define HOST "127.4.5.6:39123"

static struct guard guard;
static char cookie[200], token[GUARD_HEX_LEN];

static int
setup(void **state)
{
	char hex[GUARD_HEX_LEN];

	(void)state;
	memset(&guard, 0, sizeof(guard));
	guard.host = HOST;
	memset(guard.token, 7, sizeof(guard.token));
	memset(guard.session, 9, sizeof(guard.session));
	str_hex(token, guard.token, GUARD_SECRET_LEN);
	str_hex(hex, guard.session, GUARD_SECRET_LEN);
	(void)snprintf(cookie, sizeof(cookie), "lang=zh; liudi=%s", hex);
	return 0;
}

/* Of one who is in. */
static struct guard_head
good(const char *method, const char *path)
{
	return (struct guard_head){method, path, HOST, "http://" HOST,
	    "same-origin", cookie};
}

static int
ask(struct guard_head h)
{
	return guard_check(&guard, &h);
}

static void
the_token_lets_in_once(void **state)
{
	struct guard_head h = good("GET", "/");

	(void)state;
	assert_int_equal(ask(h), 401);
	assert_false(guard_admit(&guard, ""));
	assert_false(guard_admit(&guard, "07"));
	token[5] = '8';
	assert_false(guard_admit(&guard, token));
	token[5] = '7';
	assert_true(guard_admit(&guard, token));
	assert_false(guard_admit(&guard, token));
	assert_int_equal(ask(h), 0);
	/* and a session is not the token */
	(void)snprintf(cookie, sizeof(cookie), "liudi=%s", token);
	assert_int_equal(ask(h), 401);
}

static void
a_code_lets_in_where_a_port_is_forwarded(void **state)
{
	struct guard_head h = good("POST", "/auth");
	unsigned i;

	(void)state;
	guard.host = NULL;
	(void)snprintf(guard.code, sizeof(guard.code), "01234567");
	h.host = "127.0.0.1:8080";
	h.cookie = NULL;
	/* from a page of ours alone */
	assert_int_equal(ask(h), 403);
	h.origin = "http://127.0.0.1:8080";
	assert_int_equal(ask(h), 0);
	h.fetch_site = "same-site";
	assert_int_equal(ask(h), 403);
	/* the token of a file is no code */
	assert_false(guard_admit(&guard, token));
	assert_false(guard_admit(&guard, ""));
	assert_false(guard_admit(&guard, "0123456"));
	assert_false(guard_admit(&guard, "012345670"));
	assert_true(guard_admit(&guard, " 0123-4567"));
	assert_false(guard_admit(&guard, "01234567"));

	guard.used = false;
	guard.wrong = 0;
	for (i = 0; i < GUARD_TRIES; i++)
		assert_false(guard_admit(&guard, "01234568"));
	assert_false(guard_admit(&guard, "01234567"));
}

static void
a_name_of_another(void **state)
{
	static const char *const bad[] = {"evil.test", "127.4.5.6",
		"127.4.5.6:3912", "127.4.5.6:391230", "127.0.0.1:39123",
		"localhost:39123", "", NULL};
	struct guard_head h = good("GET", "/");
	size_t i;

	(void)state;
	assert_true(guard_admit(&guard, token));
	assert_int_equal(ask(h), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		h.host = bad[i];
		assert_int_equal(ask(h), 421);
		h.path = "/healthz";
		assert_int_equal(ask(h), 421);
		h.path = "/";
	}
}

static void
behind_a_tunnel(void **state)
{
	static const char *const right[] = {"localhost:8080", "127.0.0.1:9",
		"localhost", "127.0.0.1:65535"};
	static const char *const bad[] = {"localhost.evil.test", "localhost:",
		"localhost:80a", "127.0.0.1.evil.test:8080", "evil:8080",
		"localhost:123456", "127.0.0.2:8080"};
	struct guard_head h = good("GET", "/");
	size_t i;

	(void)state;
	assert_true(guard_admit(&guard, token));
	guard.host = NULL;
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		h.host = right[i];
		assert_int_equal(ask(h), 0);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		h.host = bad[i];
		assert_int_equal(ask(h), 421);
	}
}

static void
in_the_name_of_the_reader(void **state)
{
	struct guard_head h = good("GET", "/");

	(void)state;
	assert_true(guard_admit(&guard, token));
	h.fetch_site = "cross-site";
	assert_int_equal(ask(h), 403);
	h.fetch_site = "same-site";
	assert_int_equal(ask(h), 403);
	h.fetch_site = "none";
	assert_int_equal(ask(h), 0);
	h.fetch_site = NULL;
	assert_int_equal(ask(h), 0);
	/* who changes something says where he comes from */
	h.method = "POST";
	assert_int_equal(ask(h), 0);
	h.origin = NULL;
	assert_int_equal(ask(h), 403);
	h.origin = "null";
	assert_int_equal(ask(h), 403);
	h.origin = "http://" HOST "0";
	assert_int_equal(ask(h), 403);
	h.origin = "https://" HOST;
	assert_int_equal(ask(h), 403);
	h.origin = "file://" HOST;
	assert_int_equal(ask(h), 403);
}

static void
methods(void **state)
{
	static const char *const bad[] = {"PUT", "DELETE", "OPTIONS", "TRACE",
		"get", ""};
	size_t i;

	(void)state;
	assert_true(guard_admit(&guard, token));
	assert_int_equal(ask(good("HEAD", "/")), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ask(good(bad[i], "/")), 405);
}

static void
what_is_open(void **state)
{
	struct guard_head h = {.method = "GET", .path = "/healthz",
	    .host = HOST};

	(void)state;
	assert_int_equal(ask(h), 0);
	h.path = "/assets/style.css";
	assert_int_equal(ask(h), 0);
	h.path = "/healthz/x";
	assert_int_equal(ask(h), 401);
	h.path = "/";
	assert_int_equal(ask(h), 401);
	/* the door is a form in a file */
	h.path = "/auth";
	assert_int_equal(ask(h), 401);
	h.method = "POST";
	h.origin = "null";
	h.fetch_site = "cross-site";
	assert_int_equal(ask(h), 0);
	h.host = "evil.test";
	assert_int_equal(ask(h), 421);
}

static void
cookies(void **state)
{
	char out[4];

	(void)state;
	assert_int_equal(guard_cookie("a=1; b=22;c=", "b", out, 4), 2);
	assert_string_equal(out, "22");
	assert_int_equal(guard_cookie("a=1; b=22;c=", "c", out, 4), 0);
	assert_int_equal(guard_cookie("a=1; b=2222", "b", out, 4), -1);
	assert_int_equal(guard_cookie("xb=2; b", "b", out, 4), -1);
	assert_int_equal(guard_cookie("", "b", out, 4), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_token_lets_in_once, setup),
		cmocka_unit_test_setup(a_code_lets_in_where_a_port_is_forwarded,
		    setup),
		cmocka_unit_test_setup(a_name_of_another, setup),
		cmocka_unit_test_setup(behind_a_tunnel, setup),
		cmocka_unit_test_setup(in_the_name_of_the_reader, setup),
		cmocka_unit_test_setup(methods, setup),
		cmocka_unit_test_setup(what_is_open, setup),
		cmocka_unit_test(cookies),
	};
	struct err e = ERR_INIT;

	if (crypto_setup(&e) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
