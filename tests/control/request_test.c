/* tests/control/request_test.c - what a station asks for, to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "control/request.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define KEY "ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAILFVqwLoud2nEMNIoZSerRT4XNkGF1P1r9/B0PkTUYPE"
#define AB "abababababababab"

static const uint8_t secret[INVITE_SECRET_LEN] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
};

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

static struct request
sample(void)
{
	struct err e = ERR_INIT;
	struct request r;

	memset(&r, 0, sizeof(r));
	invite_id(secret, r.invite);
	(void)snprintf(r.station, sizeof(r.station), "ws-01");
	assert_int_equal(sshkey_public_parse(&r.sign, KEY, strlen(KEY), &e),
	    0);
	r.has_notice = true;
	r.notice_version = 2;
	memset(r.notice_sha256, 0xab, sizeof(r.notice_sha256));
	r.agreed = INT64_C(1795000000);
	(void)snprintf(r.os, sizeof(r.os), "Linux");
	(void)snprintf(r.agent, sizeof(r.agent), "liudi 1.0");
	return r;
}

/* The MACs are those of another program's HMAC and HKDF. */
static void
is_one_canonical_line(void **state)
{
	static const char notice[] = "{\"v\":1,\"invite\":\"946a910ec92261e9\","
	    "\"station\":\"ws-01\",\"sign\":\"" KEY "\",\"ssh\":null,"
	    "\"notice\":{\"version\":2,\"sha256\":\"" AB AB AB AB "\"},"
	    "\"agreed\":1795000000,\"os\":\"Linux\",\"agent\":\"liudi 1.0\","
	    "\"mac\":\"ceb34df2aeb67fa6c7f13b5d194544ac"
	    "26f73560f2d853a9dc6c07a9791aca3b\"}\n";
	static const char login[] = "{\"v\":1,\"invite\":\"946a910ec92261e9\","
	    "\"station\":\"ws-01\",\"sign\":\"" KEY "\",\"ssh\":\"" KEY "\","
	    "\"notice\":null,"
	    "\"agreed\":1795000000,\"os\":\"Linux\",\"agent\":\"liudi 1.0\","
	    "\"mac\":\"c41c49313304a71ffa359b50fe03784d"
	    "f4ad23cd205d3619301e93f5206d02bb\"}\n";
	struct buf out = BUF_INIT(REQUEST_MAX + 100);
	struct request r = sample();
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(request_line(&r, secret, &out, &e), 0);
	assert_string_equal(buf_str(&out), notice);
	/* what stands before it is not part of it */
	r.has_notice = false;
	r.has_ssh = true;
	r.ssh = r.sign;
	buf_clear(&out);
	assert_int_equal(buf_adds(&out, "x", &e), 0);
	assert_int_equal(request_line(&r, secret, &out, &e), 0);
	assert_string_equal(buf_str(&out) + 1, login);
	buf_release(&out);
}

static void
another_secret_another_mac(void **state)
{
	static const uint8_t other[INVITE_SECRET_LEN] = {1};
	struct buf a = BUF_INIT(REQUEST_MAX), b = BUF_INIT(REQUEST_MAX);
	struct request r = sample();
	struct err e = ERR_INIT;
	const char *mac;
	size_t n;

	(void)state;
	assert_int_equal(request_line(&r, secret, &a, &e), 0);
	assert_int_equal(request_line(&r, other, &b, &e), 0);
	assert_int_equal(a.len, b.len);
	mac = strstr(buf_str(&a), ",\"mac\"");
	assert_non_null(mac);
	n = (size_t)(mac - buf_str(&a));
	assert_memory_equal(a.data, b.data, n);
	assert_memory_not_equal(a.data + n, b.data + n, a.len - n);
	buf_release(&a);
	buf_release(&b);
}

static void
expect_refused(const struct request *r)
{
	struct buf out = BUF_INIT(REQUEST_MAX);
	struct err e = ERR_INIT;

	assert_int_equal(request_line(r, secret, &out, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void
refuses_what_cannot_be(void **state)
{
	struct request r;

#define WITH(change) do { \
		r = sample(); \
		change; \
		expect_refused(&r); \
	} while (0)
	(void)state;
	WITH(r.invite[0] = 'X');
	WITH(r.invite[15] = '\0');
	WITH(r.station[0] = '\0');
	WITH(r.station[0] = '/');
	WITH(r.notice_version = 0);
	WITH(r.agreed = -1);
	WITH(r.agreed = INT64_MAX);
	WITH(r.os[0] = '\0');
	WITH(r.os[1] = '\033');
	WITH(r.agent[0] = '\0');
	WITH(r.agent[2] = (char)0xe7);
#undef WITH
}

static void
names_its_branch(void **state)
{
	struct request r = sample();
	struct err e = ERR_INIT;
	char key[REQUEST_KEY_LEN];
	char *ref;

	(void)state;
	request_key(&r.sign, key);
	assert_string_equal(key, "cb9fe2bff0f63ddc");
	ref = request_ref(r.invite, &r.sign, &e);
	assert_string_equal(ref,
	    "refs/heads/enrol/946a910ec92261e9/cb9fe2bff0f63ddc");
	free(ref);
	assert_null(request_ref("../../control", &r.sign, &e));
	assert_int_equal(e.code, ERR_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_one_canonical_line),
		cmocka_unit_test(another_secret_another_mac),
		cmocka_unit_test(refuses_what_cannot_be),
		cmocka_unit_test(names_its_branch),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
