/* tests/desk/standing_test.c - who may sign and log in, line by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "crypto/hash.h"
#include "desk/standing.h"

#include "base/banned.h"

#define KEY "ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAILFVqwLoud2nEMNIoZSerRT4XNkGF1P1r9/B0PkTUYPE"
#define NOW INT64_C(1795000000)		/* 2026-11-18 11:06:40 */
#define END "20261118110640Z"

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

static void
check_end(const char *text, const char *want, size_t want_n)
{
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;
	size_t n = 99;

	assert_int_equal(standing_end(&out, text, "ws-01", NOW, &n, &e), 0);
	assert_string_equal(buf_str(&out), want);
	assert_int_equal(n, want_n);
	buf_release(&out);
}

static void
ends_what_is_open(void **state)
{
	(void)state;
	check_end("# who\n\n"
	    "ws-01 namespaces=\"git\",valid-after=\"20260101000000Z\" " KEY "\n"
	    "ws-010 namespaces=\"git\",valid-after=\"20260101000000Z\" " KEY
	    "\n",
	    "# who\n\n"
	    "ws-01 namespaces=\"git\",valid-after=\"20260101000000Z\","
	    "valid-before=\"" END "\" " KEY "\n"
	    "ws-010 namespaces=\"git\",valid-after=\"20260101000000Z\" " KEY
	    "\n", 1);
	/* without a last LF, without a beginning */
	check_end("ws-01 namespaces=\"git\" " KEY "\n",
	    "ws-01 namespaces=\"git\",valid-before=\"" END "\" " KEY "\n", 1);
	/* what ended before stays as it was; what ends later ends now */
	check_end("ws-01 namespaces=\"git\",valid-before=\"20250101000000Z\" "
	    KEY "\nws-01 namespaces=\"git\",valid-before=\"20300101000000Z\" "
	    KEY "\n",
	    "ws-01 namespaces=\"git\",valid-before=\"20250101000000Z\" "
	    KEY "\nws-01 namespaces=\"git\",valid-before=\"" END "\" " KEY
	    "\n", 1);
	/* what has not begun never does */
	check_end("ws-01 namespaces=\"git\",valid-after=\"20300101000000Z\" "
	    KEY "\n", "ws-01 namespaces=\"git\",valid-after=\"20261118110639Z\","
	    "valid-before=\"" END "\" " KEY "\n", 1);
	check_end("", "", 0);
}

static void
refuses_what_it_does_not_know(void **state)
{
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;
	size_t n;

	(void)state;
	assert_int_equal(standing_end(&out, "ws-01 " "nonsense\n", "ws-01",
	    NOW, &n, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	buf_release(&out);
}

static void
begins(void **state)
{
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;
	struct sshkey_pub pub;

	(void)state;
	assert_int_equal(sshkey_public_parse(&pub, KEY, strlen(KEY), &e), 0);
	assert_int_equal(standing_begin(&out, "ws-01", &pub, NOW, &e), 0);
	assert_string_equal(buf_str(&out),
	    "ws-01 namespaces=\"git\",valid-after=\"" END "\" " KEY "\n");
	buf_release(&out);
}

static void
logins(void **state)
{
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;
	struct sshkey_pub pub;
	size_t n;

	(void)state;
	assert_int_equal(sshkey_public_parse(&pub, KEY, strlen(KEY), &e), 0);
	assert_int_equal(standing_no_login(&out, "# x\nstation ws-01 " KEY "\n"
	    "station ws-010 " KEY "\nmanager ws-01 " KEY "\n"
	    "station ws-01 " KEY, "ws-01", &n, &e), 0);
	assert_int_equal(n, 2);
	assert_int_equal(standing_login(&out, "ws-02", &pub, &e), 0);
	assert_string_equal(buf_str(&out), "# x\nstation ws-010 " KEY "\n"
	    "manager ws-01 " KEY "\nstation ws-02 " KEY "\n");
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_what_is_open),
		cmocka_unit_test(refuses_what_it_does_not_know),
		cmocka_unit_test(begins),
		cmocka_unit_test(logins)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
