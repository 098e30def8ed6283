/* sign/signers: allowed-signers files, read as ssh-keygen reads them. */
#include "sign/signers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "sign/sshsig.h"

#include "base/banned.h"

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" \
	"AABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
#define NS "namespaces=\"git\""
#define T2026 INT64_C(1767225600)
#define T2028 INT64_C(1830297600)

static char dir[] = "/tmp/liudi-signers-XXXXXX";

static void
reads_the_forms(void **state)
{
	static const char text[] =
		"# stations\n"
		"\n"
		"owner namespaces=\"git,liudi-control\" " KEY "\n"
		"ws-01 " NS ",valid-after=\"20260101000000Z\","
		"valid-before=\"20280101000000Z\" " KEY " made by init\n"
		"ws-01 valid-after=\"20280229235959Z\"," NS " " KEY "\n";
	struct err e = ERR_INIT;
	struct signers s;
	struct sshkey_pub pub, other;
	const struct signer *f;

	(void)state;
	assert_int_equal(signers_parse(&s, text, strlen(text), &e), 0);
	assert_int_equal(s.n, 3);
	pub = s.v[0].pub;
	other = pub;
	other.pk[31] ^= 1;
	f = signers_find(&s, &pub, "liudi-control", 0);
	assert_string_equal(f->name, "owner");
	assert_int_equal(f->valid_after, INT64_MIN);
	assert_int_equal(f->valid_before, INT64_MAX);
	assert_null(signers_find(&s, &pub, "liudi", 0));
	assert_null(signers_find(&s, &pub, "git,liudi-control", 0));
	assert_null(signers_find(&s, &pub, "", 0));
	assert_null(signers_find(&s, &other, "git", 0));

	f = signers_named(&s, "ws-01", 0);
	assert_int_equal(f->valid_after, T2026);
	assert_int_equal(f->valid_before, T2028);
	f = signers_named(&s, "ws-01", 1);
	assert_int_equal(f->valid_after, T2028 + 60 * 86400 - 1);
	assert_null(signers_named(&s, "ws-01", 2));
	assert_null(signers_named(&s, "ws-02", 0));
	signers_release(&s);
	assert_int_equal(signers_parse(&s, "", 0, &e), 0);
	assert_int_equal(s.n, 0);
	signers_release(&s);
}

static void
lines_round_trip(void **state)
{
	struct err e = ERR_INIT;
	struct buf line = BUF_INIT(2048);
	struct signer a = {.name = "ws-9", .namespaces = "git,x-1",
		.valid_after = 1, .valid_before = INT64_MAX};
	struct signers s;

	(void)state;
	memset(a.pub.pk, 7, sizeof(a.pub.pk));
	assert_int_equal(signers_line(&a, &line, &e), 0);
	assert_int_equal(signers_parse(&s, buf_str(&line), line.len, &e), 0);
	assert_int_equal(s.n, 1);
	assert_memory_equal(&s.v[0], &a, sizeof(a));
	signers_release(&s);
	buf_clear(&line);
	a.valid_after = INT64_MIN;
	a.valid_before = T2026;
	assert_int_equal(signers_line(&a, &line, &e), 0);
	assert_non_null(strstr(buf_str(&line),
	    "ws-9 namespaces=\"git,x-1\",valid-before=\"20260101000000Z\" "));
	buf_clear(&line);
	a.valid_after = T2026;	/* nothing between them */
	assert_int_equal(signers_line(&a, &line, &e), -1);
	a.valid_after = INT64_MIN;
	a.name[0] = '*';
	assert_int_equal(signers_line(&a, &line, &e), -1);
	a.name[0] = 'w';
	a.namespaces[0] = '"';
	assert_int_equal(signers_line(&a, &line, &e), -1);
	a.namespaces[0] = '\0';
	assert_int_equal(signers_line(&a, &line, &e), -1);
	assert_int_equal(line.len, 0);
	buf_release(&line);
}

static void
refuses_the_rest(void **state)
{
	static const char *const bad[] = {
		"ws-01 " NS " " KEY,			/* no LF */
		"ws-01 " NS " " KEY "\r\n",
		" ws-01 " NS " " KEY "\n",
		"ws-01\t" NS " " KEY "\n",
		"ws-01  " NS " " KEY "\n",
		"ws-01 " NS "  " KEY "\n",
		"ws-01 " KEY "\n",
		"ws-01 " NS "\n", "ws-01\n", "ws-01 \n", " #\n", "\r\n",
		"* " NS " " KEY "\n", "ws-0? " NS " " KEY "\n",
		"a,b " NS " " KEY "\n", "!a " NS " " KEY "\n",
		"\"a b\" " NS " " KEY "\n", "WS " NS " " KEY "\n",
		"-a " NS " " KEY "\n",
		"a23456789012345678901234567890123 " NS " " KEY "\n",
		"ws-01 cert-authority," NS " " KEY "\n",
		"ws-01 " NS ",cert-authority " KEY "\n",
		"ws-01 " NS "," NS " " KEY "\n",
		"ws-01 " NS ", " KEY "\n",
		"ws-01 NAMESPACES=\"git\" " KEY "\n",
		"ws-01 namespaces=git " KEY "\n",
		"ws-01 namespaces=\"git " KEY "\n",
		"ws-01 namespaces=\"\" " KEY "\n",
		"ws-01 namespaces=\"*\" " KEY "\n",
		"ws-01 namespaces=\"git,\" " KEY "\n",
		"ws-01 namespaces=\",git\" " KEY "\n",
		"ws-01 namespaces=\"!git\" " KEY "\n",
		"ws-01 " NS ",valid-after=\"20260101000000\" " KEY "\n",
		"ws-01 " NS ",valid-after=\"20260101Z\" " KEY "\n",
		"ws-01 " NS ",valid-after=\"20260230000000Z\" " KEY "\n",
		"ws-01 " NS ",valid-after=\"20261301000000Z\" " KEY "\n",
		"ws-01 " NS ",valid-after=\"20260101240000Z\" " KEY "\n",
		"ws-01 " NS ",valid-after=\"19700101000000Z\" " KEY "\n",
		"ws-01 " NS ",valid-after=\"2026010100000-Z\" " KEY "\n",
		"ws-01 " NS ",valid-after=\"20260101000000Z\","
		"valid-before=\"20260101000000Z\" " KEY "\n",
		"ws-01 " NS " ssh-rsa AAAA\n",
		"ws-01 " NS " sk-" KEY "\n",
	};
	struct err e = ERR_INIT;
	struct signers s = {NULL, 77};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		text = str_fmt("ok " NS " " KEY "\n#\n%s", bad[i]);
		err_clear(&e);
		if (signers_parse(&s, text, strlen(text), &e) != -1)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_non_null(strstr(e.what, "line 3"));
		assert_int_equal(s.n, 77);	/* untouched */
		free(text);
	}
	assert_int_equal(signers_parse(&s, "a\0b\n", 4, &e), -1);
}

static void
caps_hold(void **state)
{
	struct err e = ERR_INIT;
	struct signers s;
	char *text = malloc(1024 * 1024 + 1);

	(void)state;
	memset(text, '\n', 10001);
	assert_int_equal(signers_parse(&s, text, 10000, &e), 0);
	assert_int_equal(signers_parse(&s, text, 10001, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	memset(text, '#', 1024 * 1024);
	text[1024 * 1024 - 1] = text[1024 * 1024] = '\n';
	assert_int_equal(signers_parse(&s, text, 1024 * 1024, &e), 0);
	assert_int_equal(signers_parse(&s, text, 1024 * 1024 + 1, &e), -1);
	free(text);
}

static void
save(const char *name, const struct buf *b)
{
	struct err e = ERR_INIT;
	char *path = path_join(dir, name);

	assert_int_equal(file_save(path, b->data, b->len, 0600, &e), 0);
	free(path);
}

/* What ssh-keygen says of the saved signature at this time. */
static bool
stock_says(const char *when)
{
	static const char *const env[] = {"TZ=UTC0", NULL};
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(65536), text = BUF_INIT(65536);
	char *allowed = path_join(dir, "allowed"), *sig = path_join(dir, "sig");
	char *time = str_fmt("-Overify-time=%s", when);
	const char *const argv[] = {"ssh-keygen", "-Y", "verify", time, "-f",
		allowed, "-I", "ws-01", "-n", "git", "-s", sig, NULL};
	int rc = proc_run(argv, env, "x", 1, &out, &text, 30000, &e);

	assert_true(rc >= 0);
	buf_release(&out);
	buf_release(&text);
	free(allowed);
	free(sig);
	free(time);
	return rc == 0;
}

/* The bounds of a window mean the same to ssh-keygen and to us. */
static void
windows_agree_with_ssh_keygen(void **state)
{
	static const struct {
		const char *text;
		int64_t utc;
	} t[] = {
		{"20251231235959", T2026 - 1}, {"20260101000000", T2026},
		{"20260101000001", T2026 + 1}, {"20271231235959", T2028 - 1},
		{"20280101000000", T2028}, {"20280101000001", T2028 + 1},
	};
	static const bool want[] = {false, true, true, true, true, false};
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(2048), blob = BUF_INIT(1024);
	struct signer a = {.name = "ws-01", .namespaces = "git",
		.valid_after = T2026, .valid_before = T2028};
	struct sshkey *k = sshkey_generate(&e);
	struct signers s;
	size_t i;

	(void)state;
	sshkey_public(k, &a.pub);
	assert_int_equal(signers_line(&a, &b, &e), 0);
	save("allowed", &b);
	assert_int_equal(signers_parse(&s, buf_str(&b), b.len, &e), 0);
	buf_clear(&b);
	assert_int_equal(sshsig_sign(k, "git", "x", 1, &blob, &e), 0);
	assert_int_equal(sshsig_armor(blob.data, blob.len, &b, &e), 0);
	save("sig", &b);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_int_equal(stock_says(t[i].text), want[i]);
		assert_int_equal(signers_find(&s, &a.pub, "git", t[i].utc) !=
		    NULL, want[i]);
	}
	signers_release(&s);
	sshkey_free(k);
	buf_release(&b);
	buf_release(&blob);
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e) < 0 || !mkdtemp(dir) ? -1 : 0;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return file_remove_tree(dir, &e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_forms),
		cmocka_unit_test(lines_round_trip),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(caps_hold),
		cmocka_unit_test(windows_agree_with_ssh_keygen),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
