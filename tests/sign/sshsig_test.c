/* sign/sshsig: signatures, judged by ssh-keygen -Y in both directions. */
#include "sign/sshsig.h"

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

#include "base/banned.h"

#define NS "liudi-test"

static char dir[] = "/tmp/liudi-sshsig-XXXXXX";

static void
save(const char *name, const void *data, size_t n)
{
	struct err e = ERR_INIT;
	char *path = path_join(dir, name);

	assert_int_equal(file_save(path, data, n, 0600, &e), 0);
	free(path);
}

static void
sign(const struct sshkey *k, const void *data, size_t n, struct buf *armor)
{
	struct err e = ERR_INIT;
	struct buf blob = BUF_INIT(1024);

	assert_int_equal(sshsig_sign(k, NS, data, n, &blob, &e), 0);
	assert_int_equal(sshsig_armor(blob.data, blob.len, armor, &e), 0);
	buf_release(&blob);
}

/* What ssh-keygen -Y verify says of DATA under the saved files. */
static int
stock_verify(const char *ns, const void *data, size_t n)
{
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(65536), text = BUF_INIT(65536);
	char *allowed = path_join(dir, "allowed"), *sig = path_join(dir, "sig");
	const char *const argv[] = {"ssh-keygen", "-Y", "verify", "-f",
		allowed, "-I", "ws-01", "-n", ns, "-s", sig, NULL};
	int rc = proc_run(argv, NULL, data, n, &out, &text, 30000, &e);

	assert_true(rc >= 0);
	buf_release(&out);
	buf_release(&text);
	free(allowed);
	free(sig);
	return rc;
}

static void
ssh_keygen_verifies_ours(void **state)
{
	static const size_t sizes[] = {0, 1, 127, 128, 65536, 1000000};
	struct err e = ERR_INIT;
	struct buf line = BUF_INIT(1024), armor = BUF_INIT(1024);
	struct sshkey *k = sshkey_generate(&e);
	struct sshkey_pub pub;
	uint8_t *data = calloc(1, 1000001);
	size_t i;

	(void)state;
	sshkey_public(k, &pub);
	assert_int_equal(buf_adds(&line, "ws-01 namespaces=\"" NS "\" ", &e),
	    0);
	assert_int_equal(sshkey_public_text(&pub, &line, &e), 0);
	assert_int_equal(buf_addc(&line, '\n', &e), 0);
	save("allowed", line.data, line.len);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf_clear(&armor);
		sign(k, data, sizes[i], &armor);
		save("sig", armor.data, armor.len);
		assert_int_equal(stock_verify(NS, data, sizes[i]), 0);
		assert_int_not_equal(stock_verify(NS, data, sizes[i] + 1), 0);
	}
	assert_int_not_equal(stock_verify("git", data, sizes[i - 1]), 0);
	free(data);
	sshkey_free(k);
	buf_release(&line);
	buf_release(&armor);
}

/* Sign with ssh-keygen; the armoured text without its last LF. */
static void
stock_sign(const char *type, const char *const hash, const char *data,
	struct buf *armor)
{
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(65536);
	char *key = path_join(dir, type);
	char *opt = str_fmt("hashalg=%s", hash);
	const char *const make[] = {"ssh-keygen", "-q", "-t", type, "-N", "",
		"-f", key, NULL};
	const char *const argv[] = {"ssh-keygen", "-Y", "sign", "-f", key,
		"-n", NS, "-O", opt, NULL};

	if (!file_exists(key))
		assert_int_equal(proc_run(make, NULL, NULL, 0, NULL, &text,
		    60000, &e), 0);
	assert_int_equal(proc_run(argv, NULL, data, strlen(data), armor,
	    &text, 30000, &e), 0);
	assert_true(armor->len > 1);
	armor->data[--armor->len] = '\0';
	buf_release(&text);
	free(key);
	free(opt);
}

static void
we_verify_theirs(void **state)
{
	static const char data[] = "tree\n\nmessage\n";
	struct err e = ERR_INIT;
	struct buf armor = BUF_INIT(4096), blob = BUF_INIT(4096);
	struct buf again = BUF_INIT(4096);
	struct sshkey_pub got, want;
	struct sshkey *k;
	char *path = path_join(dir, "ed25519");
	size_t n = strlen(data);

	(void)state;
	stock_sign("ed25519", "sha512", data, &armor);
	assert_int_equal(sshsig_dearmor(buf_str(&armor), armor.len, &blob,
	    &e), 0);
	assert_int_equal(sshsig_verify(blob.data, blob.len, NS, data, n, &got,
	    &e), 0);
	k = sshkey_load(path, &e);
	assert_non_null(k);
	sshkey_public(k, &want);
	assert_memory_equal(got.pk, want.pk, 32);
	/* Ed25519 is deterministic: ours is the same text. */
	sign(k, data, n, &again);
	assert_string_equal(buf_str(&again), buf_str(&armor));

	assert_int_equal(sshsig_verify(blob.data, blob.len, NS, data, n - 1,
	    &got, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_int_equal(sshsig_verify(blob.data, blob.len, "git", data, n,
	    &got, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	sshkey_free(k);
	free(path);
	buf_release(&armor);
	buf_release(&blob);
	buf_release(&again);
}

static void
other_forms_are_refused(void **state)
{
	static const char *const t[][2] = {
		{"ed25519", "sha256"}, {"ecdsa", "sha512"}, {"rsa", "sha512"}
	};
	struct err e = ERR_INIT;
	struct buf armor = BUF_INIT(8192), blob = BUF_INIT(4096);
	struct sshkey_pub got;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		buf_clear(&armor);
		buf_clear(&blob);
		stock_sign(t[i][0], t[i][1], "data", &armor);
		rc = sshsig_dearmor(buf_str(&armor), armor.len, &blob, &e);
		if (rc == 0)	/* RSA is longer than the cap */
			rc = sshsig_verify(blob.data, blob.len, NS, "data", 4,
			    &got, &e);
		assert_int_equal(rc, -1);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	buf_release(&armor);
	buf_release(&blob);
}

static void
every_changed_byte_shows(void **state)
{
	struct err e = ERR_INIT;
	struct buf blob = BUF_INIT(1024), armor = BUF_INIT(1024);
	struct buf out = BUF_INIT(1024);
	struct sshkey *k = sshkey_generate(&e);
	struct sshkey_pub got;
	size_t i;
	int bit;

	(void)state;
	assert_int_equal(sshsig_sign(k, NS, "x", 1, &blob, &e), 0);
	for (i = 0; i < blob.len; i++) {
		for (bit = 1; bit < 256; bit <<= 1) {
			blob.data[i] ^= (uint8_t)bit;
			assert_int_equal(sshsig_verify(blob.data, blob.len,
			    NS, "x", 1, &got, &e), -1);
			blob.data[i] ^= (uint8_t)bit;
		}
		assert_int_equal(sshsig_verify(blob.data, i, NS, "x", 1, &got,
		    &e), -1);
	}
	assert_int_equal(buf_addc(&blob, '\0', &e), 0);
	assert_int_equal(sshsig_verify(blob.data, blob.len, NS, "x", 1, &got,
	    &e), -1);
	blob.len--;
	assert_int_equal(sshsig_armor(blob.data, blob.len, &armor, &e), 0);
	for (i = 0; i < armor.len; i++) {
		buf_clear(&out);
		assert_int_equal(sshsig_dearmor(buf_str(&armor), i, &out, &e),
		    -1);
		armor.data[i] ^= 1;
		/* Another digit is another blob, never the same one. */
		if (sshsig_dearmor(buf_str(&armor), armor.len, &out, &e) == 0)
			assert_memory_not_equal(out.data, blob.data, blob.len);
		armor.data[i] ^= 1;
	}
	sshkey_free(k);
	buf_release(&blob);
	buf_release(&armor);
	buf_release(&out);
}

/* TEXT with WITH put in at OFF. */
static void
expect_armor_refused(const struct buf *text, size_t off, size_t cut,
	const char *with)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(4096), out = BUF_INIT(4096);

	assert_int_equal(buf_add(&b, text->data, off, &e), 0);
	assert_int_equal(buf_adds(&b, with, &e), 0);
	assert_int_equal(buf_add(&b, text->data + off + cut,
	    text->len - off - cut, &e), 0);
	assert_int_equal(sshsig_dearmor(buf_str(&b), b.len, &out, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(out.len, 0);
	buf_release(&b);
	buf_release(&out);
}

static void
armor_has_one_form(void **state)
{
	struct err e = ERR_INIT;
	struct buf armor = BUF_INIT(1024), out = BUF_INIT(4096);
	struct sshkey *k = sshkey_generate(&e);
	const size_t first = sizeof("-----BEGIN SSH SIGNATURE-----");

	(void)state;
	sign(k, "x", 1, &armor);
	assert_int_equal(sshsig_dearmor(buf_str(&armor), armor.len, &out, &e),
	    0);
	expect_armor_refused(&armor, armor.len, 0, "\n");
	expect_armor_refused(&armor, 0, 0, "\n");
	expect_armor_refused(&armor, 0, 0, " ");
	expect_armor_refused(&armor, first, 0, "\n");
	expect_armor_refused(&armor, first, 0, "\r");
	expect_armor_refused(&armor, first - 1, 0, "\r");
	expect_armor_refused(&armor, first - 1, 1, "");
	expect_armor_refused(&armor, first + 70, 1, "");
	expect_armor_refused(&armor, first + 69, 0, "\n");
	expect_armor_refused(&armor, first + 10, 0, "\n");
	expect_armor_refused(&armor, first + 71, 4, "");
	expect_armor_refused(&armor, first + 5, 1, "=");
	expect_armor_refused(&armor, first + 5, 1, "-");
	expect_armor_refused(&armor, first, armor.len - first,
	    "-----END SSH SIGNATURE-----");
	assert_int_equal(sshsig_armor("", 0, &out, &e), -1);
	assert_int_equal(sshsig_armor(armor.data, 4000, &out, &e), -1);
	buf_clear(&out);
	assert_int_equal(sshsig_sign(k, "", "x", 1, &out, &e), -1);
	sshkey_free(k);
	buf_release(&armor);
	buf_release(&out);
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
		cmocka_unit_test(ssh_keygen_verifies_ours),
		cmocka_unit_test(we_verify_theirs),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(every_changed_byte_shows),
		cmocka_unit_test(armor_has_one_form),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
