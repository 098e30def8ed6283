/* tests/desk/requests_test.c - a request, and all that can be wrong with it. */
#include "asks.h"

#include "desk/requests.h"

#include "base/banned.h"

static const uint8_t other[INVITE_SECRET_LEN] = {1};

static char *
repo(void)
{
	return str_fmt("%s/records.git", central.path);
}

/* 0, or -1 and *e as requests_check leaves it. */
static int
try(const struct ask *a, struct err *e)
{
	char head[CANON_ID_LEN], invite[INVITE_ID_LEN];
	char *dir_ = repo(), *ref = NULL;
	struct mirror *m;
	struct request r;
	int64_t utc = 0;
	int rc;

	err_clear(e);
	ask_put(dir_, a, &ref, head);
	m = mirror_open(dir_, e);
	assert_non_null(m);
	invite_id(secret, invite);
	rc = requests_check(&r, &utc, m, ref, head, invite, "ws-01", secret,
	    e);
	if (rc == 0) {
		assert_string_equal(r.station, "ws-01");
		assert_int_equal(utc, a->utc);
		assert_memory_equal(r.sign.pk, a->r.sign.pk, 32);
	}
	mirror_close(m);
	free(ref);
	free(dir_);
	return rc;
}

static void
takes_a_good_one(void **state)
{
	struct ask a = ask_good(stranger, "ws-01");
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(try(&a, &e), 0);
	a.r.has_ssh = true;
	sshkey_public(second, &a.r.ssh);
	a.r.has_notice = true;
	a.r.notice_version = 3;
	assert_int_equal(try(&a, &e), 0);
}

static void
wants_the_secret(void **state)
{
	struct ask a = ask_good(stranger, "ws-01");
	struct err e = ERR_INIT;

	(void)state;
	a.secret = other;
	assert_int_equal(try(&a, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_non_null(strstr(e.what, "bad MAC"));
}

static void
wants_its_own_commit(void **state)
{
	const struct ask good = ask_good(stranger, "ws-01");
	struct err e = ERR_INIT;
	char *dir_ = repo(), *ref = NULL;
	struct ask a;

	(void)state;
	a = good;
	a.signer = second;		/* no proof that it has the key */
	assert_int_equal(try(&a, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	a = good;
	a.name = "ws-02";
	assert_int_equal(try(&a, &e), -1);
	a = good;
	a.message = "liudi join\n\nmore\n";
	assert_int_equal(try(&a, &e), -1);
	a = good;
	a.file = "Request";
	assert_int_equal(try(&a, &e), -1);
	a = good;
	a.more = "runs";
	assert_int_equal(try(&a, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	/* not the first of its branch */
	a = good;
	ask_put(dir_, &good, &ref, a.parent);
	assert_int_equal(try(&a, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	/* below another key, or another invitation */
	a = good;
	a.ref = "refs/heads/enrol/0123456789abcdef/0123456789abcdef";
	assert_int_equal(try(&a, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	a = good;
	(void)snprintf(a.r.invite, sizeof(a.r.invite), "0123456789abcdef");
	assert_int_equal(try(&a, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	a = good;
	(void)snprintf(a.r.station, sizeof(a.r.station), "ws-02");
	assert_int_equal(try(&a, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	free(ref);
	free(dir_);
}

/* The same meaning in other words has another MAC, or none. */
static void
wants_the_one_line(void **state)
{
	static const char *const lines[] = {
		"", "\n", "{}\n", "[]\n", "null\n", "{\"v\":1}\n", "\xff\n",
		"{\"v\":1,\"invite\":\"x\",\"invite\":\"y\"}\n"
	};
	struct ask a = ask_good(stranger, "ws-01");
	struct buf line = BUF_INIT(REQUEST_MAX * 2);
	struct err e = ERR_INIT;
	struct request r;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		a.line = lines[i];
		assert_int_equal(try(&a, &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	assert_int_equal(request_line(&a.r, secret, &line, &e), 0);
	err_clear(&e);
	assert_int_equal(requests_parse(&r, buf_str(&line), line.len, secret,
	    &e), 0);
	/* each byte counts, and so does what is behind it */
	text = str_dup(buf_str(&line));
	for (i = 0; i < line.len; i++) {
		text[i] ^= 1;
		assert_int_equal(requests_parse(&r, text, line.len, secret,
		    &e), -1);
		text[i] ^= 1;
		assert_int_equal(requests_parse(&r, text, i, secret, &e), -1);
	}
	free(text);
	assert_int_equal(buf_adds(&line, " \n", &e), 0);
	assert_int_equal(requests_parse(&r, buf_str(&line), line.len, secret,
	    &e), -1);
	buf_release(&line);
	/* longer than a request may be */
	text = calloc(1, REQUEST_MAX + 2);
	memset(text, ' ', REQUEST_MAX + 1);
	a.line = text;
	assert_int_equal(try(&a, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_non_null(strstr(e.what, "too large"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_a_good_one, fresh,
		    forget),
		cmocka_unit_test_setup_teardown(wants_the_secret, fresh,
		    forget),
		cmocka_unit_test_setup_teardown(wants_its_own_commit, fresh,
		    forget),
		cmocka_unit_test_setup_teardown(wants_the_one_line, fresh,
		    forget)
	};

	/* team.h has more than is used here */
	(void)edit;
	(void)begin;
	(void)clone;
	return cmocka_run_group_tests(tests, setup, teardown);
}
