/* repo/receipt: the line of a central, signed by a key that may. */
#include "repo/receipt.h"

#include "box.h"

#include "base/base64.h"
#include "sign/sshsig.h"

#define REF "refs/heads/ws/pc-07/main/2026.0"
#define HEAD "1111111111111111111111111111111111111111"
#define TEXT "liudi-receipt 1 1700000000 " REF " " HEAD

static struct sshkey *key;
static struct signers servers;

/* TEXT signed in NS, with TAIL behind the signature. */
static void
line(struct buf *b, const char *text, const char *ns, const char *tail)
{
	struct buf blob = BUF_INIT(1024);
	struct err e = ERR_INIT;

	buf_clear(b);
	assert_int_equal(sshsig_sign(key, ns, text, strlen(text), &blob, &e),
	    0);
	assert_int_equal(buf_addf(b, &e, "%s ", text), 0);
	assert_int_equal(base64_encode(b, blob.data, blob.len, true, &e), 0);
	assert_int_equal(buf_adds(b, tail, &e), 0);
	buf_release(&blob);
}

static void
refused(const char *text, const char *ns, const char *tail,
	enum err_code code)
{
	struct buf b = BUF_INIT(2048);
	struct err e = ERR_INIT;
	struct receipt r;

	line(&b, text, ns, tail);
	assert_int_equal(receipt_check(&r, buf_str(&b), &servers, &e), -1);
	if (e.code != code)
		fail_msg("%s: %s", text, e.what);
	buf_release(&b);
}

static void
test_good(void **state)
{
	struct signers nobody = {NULL, 0};
	struct buf b = BUF_INIT(2048);
	struct err e = ERR_INIT;
	struct receipt r;

	(void)state;
	line(&b, TEXT, "liudi-receipt", "");
	if (receipt_check(&r, buf_str(&b), &servers, &e) < 0)
		fail_msg("%s", e.what);
	assert_int_equal(r.utc, 1700000000);
	assert_string_equal(r.ref, REF);
	assert_string_equal(r.head, HEAD);
	assert_int_equal(receipt_check(&r, buf_str(&b), &nobody, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	/* another second than was signed */
	b.data[25] = '1';
	assert_int_equal(receipt_check(&r, buf_str(&b), &servers, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	buf_release(&b);
}

static void
test_bad(void **state)
{
	struct err e = ERR_INIT;
	struct receipt r;

	(void)state;
	refused(TEXT, "git", "", ERR_FORMAT);
	refused(TEXT, "liudi-receipt", " ", ERR_FORMAT);
	refused(TEXT, "liudi-receipt", "\n", ERR_FORMAT);
	refused("liudi-receipt 2 1 " REF " " HEAD, "liudi-receipt", "",
	    ERR_FORMAT);
	refused("liudi-receipt 1 01 " REF " " HEAD, "liudi-receipt", "",
	    ERR_FORMAT);
	refused("liudi-receipt 1 1 refs/heads/x " HEAD, "liudi-receipt", "",
	    ERR_FORMAT);
	refused("liudi-receipt 1 1 " REF " 11", "liudi-receipt", "",
	    ERR_FORMAT);
	refused("liudi-receipt 1 1  " REF " " HEAD, "liudi-receipt", "",
	    ERR_FORMAT);
	assert_int_equal(receipt_check(&r, "", &servers, &e), -1);
	assert_int_equal(receipt_check(&r, TEXT, &servers, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
}

static int
setup(void **state)
{
	struct buf b = BUF_INIT(1024);
	struct err e = ERR_INIT;
	struct sshkey_pub pub;
	int rc = -1;

	(void)state;
	if (crypto_setup(&e) < 0)
		return -1;
	key = sshkey_generate(&e);
	if (!key)
		return -1;
	sshkey_public(key, &pub);
	if (buf_adds(&b, "central namespaces=\"liudi-receipt\" ", &e) == 0 &&
	    sshkey_public_text(&pub, &b, &e) == 0 &&
	    buf_addc(&b, '\n', &e) == 0)
		rc = signers_parse(&servers, buf_str(&b), b.len, &e);
	buf_release(&b);
	return rc;
}

static int
teardown(void **state)
{
	(void)state;
	signers_release(&servers);
	sshkey_free(key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
