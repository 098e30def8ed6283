/* sign/sshkey: key files, judged by ssh-keygen in both directions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "sign/sshkey.h"

#include "base/banned.h"

/* The key whose bytes are 0, 1 .. 31. */
#define START "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"
#define KEY "AABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
#define LINE START KEY

static char dir[] = "/tmp/liudi-sshkey-XXXXXX";

static int
run(struct buf *out, const char *const argv[])
{
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(65536);
	int rc = proc_run(argv, NULL, NULL, 0, out, &text, 30000, &e);

	if (rc != 0)
		print_message("%s: %s%s\n", argv[0], e.what, buf_str(&text));
	buf_release(&text);
	return rc;
}

static void
round_trip(void **state)
{
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(16384);
	struct sshkey *a = sshkey_generate(&e), *b;
	struct sshkey_pub pa, pb;
	size_t len;
	char comment[21] = "";

	(void)state;
	assert_non_null(a);
	/* Every length of the comment, and so of the padding behind it. */
	for (len = 0; len < 20; len++) {
		buf_clear(&text);
		assert_int_equal(sshkey_private_text(a, comment, &text, &e),
		    0);
		b = sshkey_parse(text.data, text.len, &e);
		assert_non_null(b);
		assert_memory_equal(sshkey_secret(a), sshkey_secret(b), 64);
		sshkey_public(a, &pa);
		sshkey_public(b, &pb);
		assert_memory_equal(pa.pk, pb.pk, 32);
		sshkey_free(b);
		comment[len] = 'x';
	}
	assert_int_equal(sshkey_private_text(a, "two\nlines", &text, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	sshkey_free(a);
	sshkey_free(NULL);
	buf_wipe(&text);
}

static void
ssh_keygen_reads_ours(void **state)
{
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(16384), pub = BUF_INIT(1024);
	struct buf out = BUF_INIT(1024);
	struct sshkey *k = sshkey_generate(&e);
	struct sshkey_pub p;
	char *path = path_join(dir, "ours");
	const char *const argv[] = {"ssh-keygen", "-y", "-f", path, NULL};

	(void)state;
	assert_int_equal(sshkey_private_text(k, "ws-01", &text, &e), 0);
	assert_int_equal(file_save(path, text.data, text.len, 0600, &e), 0);
	assert_int_equal(run(&out, argv), 0);
	sshkey_public(k, &p);
	assert_int_equal(sshkey_public_text(&p, &pub, &e), 0);
	assert_int_equal(buf_adds(&pub, " ws-01\n", &e), 0);
	assert_string_equal(buf_str(&out), buf_str(&pub));
	sshkey_free(k);
	buf_wipe(&text);
	buf_release(&pub);
	buf_release(&out);
	free(path);
}

/* Make a key with ssh-keygen; "" or a passphrase. */
static char *
make_key(const char *name, const char *type, const char *pass)
{
	char *path = path_join(dir, name);
	const char *const argv[] = {"ssh-keygen", "-q", "-t", type, "-N",
		pass, "-C", "a comment", "-f", path, NULL};

	assert_int_equal(run(NULL, argv), 0);
	return path;
}

static void
we_read_theirs(void **state)
{
	struct err e = ERR_INIT;
	struct buf line = BUF_INIT(1024), text = BUF_INIT(16384);
	struct sshkey_pub want, got;
	struct sshkey *k;
	char *path = make_key("theirs", "ed25519", "");
	char *pub = path_join(dir, "theirs.pub");

	(void)state;
	k = sshkey_load(path, &e);
	assert_non_null(k);
	sshkey_public(k, &got);
	sshkey_free(k);
	assert_int_equal(file_load(pub, &line, &e), 0);
	assert_int_equal(sshkey_public_parse(&want, buf_str(&line),
	    line.len - 1, &e), 0);	/* with the comment, without LF */
	assert_memory_equal(want.pk, got.pk, 32);
	assert_int_equal(sshkey_public_parse(&want, buf_str(&line), line.len,
	    &e), -1);

	/* A file that others may read is not taken. */
	assert_int_equal(chmod(path, 0640), 0);
	assert_null(sshkey_load(path, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_true(e.hint[0] != '\0');
	assert_int_equal(chmod(path, 0600), 0);
	/* CRLF, as an editor may leave it. */
	assert_int_equal(file_load(path, &text, &e), 0);
	buf_clear(&line);
	buf_release(&line);
	buf_init(&line, 16384);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\n')
			assert_int_equal(buf_addc(&line, '\r', &e), 0);
		assert_int_equal(buf_addc(&line, (char)text.data[i], &e), 0);
	}
	k = sshkey_parse(line.data, line.len, &e);
	assert_non_null(k);
	sshkey_free(k);
	buf_wipe(&line);
	buf_wipe(&text);
	free(path);
	free(pub);
}

static void
other_keys_are_refused(void **state)
{
	static const struct {
		const char *name, *type, *pass, *text;
	} t[] = {
		{"locked", "ed25519", "secret words", "passphrase"},
		{"rsa", "rsa", "", "not an Ed25519 key"},
		{"ecdsa", "ecdsa", "", "not an Ed25519 key"},
	};
	struct err e = ERR_INIT;
	struct buf line = BUF_INIT(4096);
	struct sshkey_pub p;
	char *path, *pub;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		path = make_key(t[i].name, t[i].type, t[i].pass);
		assert_null(sshkey_load(path, &e));
		assert_int_equal(e.code, ERR_FORMAT);
		assert_non_null(strstr(e.what, t[i].text));
		assert_non_null(strstr(e.what, path));
		assert_true(e.hint[0] != '\0');
		err_clear(&e);
		pub = str_fmt("%s.pub", path);
		assert_int_equal(file_load(pub, &line, &e), 0);
		if (i > 0) {
			assert_int_equal(sshkey_public_parse(&p,
			    buf_str(&line), line.len - 1, &e), -1);
			assert_int_equal(e.code, ERR_FORMAT);
		}
		err_clear(&e);
		buf_clear(&line);
		free(path);
		free(pub);
	}
	assert_null(sshkey_load("/nonexistent/key", &e));
	assert_int_equal(e.code, ERR_NOENT);
	buf_release(&line);
}

/* Any cut and any changed byte of the text: refused, or the same key. */
static void
damage_shows(void **state)
{
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(16384);
	struct sshkey *k = sshkey_generate(&e), *got;
	size_t i;

	(void)state;
	assert_int_equal(sshkey_private_text(k, "c", &text, &e), 0);
	for (i = 0; i + 1 < text.len; i++)
		assert_null(sshkey_parse(text.data, i, &e));
	for (i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		got = sshkey_parse(text.data, text.len, &e);
		if (got)	/* the comment; check numbers cannot */
			assert_memory_equal(sshkey_secret(got),
			    sshkey_secret(k), 64);
		sshkey_free(got);
		text.data[i] ^= 1;
	}
	assert_int_equal(buf_adds(&text, "more", &e), 0);
	assert_null(sshkey_parse(text.data, text.len, &e));
	sshkey_free(k);
	buf_wipe(&text);
}

static void
public_lines(void **state)
{
	static const char good[] = LINE;
	static const char *const bad[] = {
		"", "ssh-ed25519", "ssh-ed25519 ", "ssh-rsa AAAA",
		" " LINE, LINE "=", LINE "AA==", LINE "AAAA", LINE "\tx",
		LINE " x\033y", START KEY " \xff",
		"ssh-ed25519  AAAAC3NzaC1lZDI1NTE5AAAAI" KEY,
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE4AAAAI" KEY,
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAH" KEY,
	};
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(1024);
	struct sshkey_pub p, untouched;
	size_t i;

	(void)state;
	assert_int_equal(sshkey_public_parse(&p, good, strlen(good), &e), 0);
	for (i = 0; i < 32; i++)
		assert_int_equal(p.pk[i], i);
	assert_int_equal(sshkey_public_text(&p, &out, &e), 0);
	assert_string_equal(buf_str(&out), good);
	untouched = p;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(sshkey_public_parse(&p, bad[i],
		    strlen(bad[i]), &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_memory_equal(&p, &untouched, sizeof(p));
	}
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

/* RFC 8032 section 7.1, test 1. */
static void
makes_a_key_from_its_seed(void **state)
{
	static const char seed_hex[] = "9d61b19deffd5a60ba844af492ec2cc4"
	    "4449c5697b326919703bac031cae7f60";
	static const char pk_hex[] = "d75a980182b10ab7d54bfed3c964073a"
	    "0ee172f3daa62325af021a68f707511a";
	struct err e = ERR_INIT;
	uint8_t seed[32], pk[32];
	struct sshkey_pub pub;
	struct sshkey *k;

	(void)state;
	assert_int_equal(str_unhex(seed, 32, seed_hex, 64), 0);
	assert_int_equal(str_unhex(pk, 32, pk_hex, 64), 0);
	k = sshkey_from_seed(seed, &e);
	assert_non_null(k);
	sshkey_public(k, &pub);
	assert_memory_equal(pub.pk, pk, 32);
	assert_memory_equal(sshkey_secret(k), seed, 32);
	sshkey_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_a_key_from_its_seed),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(ssh_keygen_reads_ours),
		cmocka_unit_test(we_read_theirs),
		cmocka_unit_test(other_keys_are_refused),
		cmocka_unit_test(damage_shows),
		cmocka_unit_test(public_lines),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
