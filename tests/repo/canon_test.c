/* repo/canon: what we write git accepts; any other form is refused. */
#include "repo/canon.h"

#include "box.h"

#include "base/clock.h"

#define T1 "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
#define T2 "1111111111111111111111111111111111111111"
#define SHA "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static struct sshkey *key;

static void
build(struct buf *out, const char *parent, const char *message)
{
	struct err e = ERR_INIT;

	assert_int_equal(canon_build(out, T1, parent, "pc-07",
	    "pc-07@liudi.invalid", 1700000000, message, strlen(message), key,
	    &e), 0);
}

static void
test_round_trip(void **state)
{
	struct buf b = BUF_INIT(CANON_MAX);
	struct err e = ERR_INIT;
	struct sshkey_pub pub;
	struct canon c;

	(void)state;
	build(&b, T2, "hello\n");
	assert_int_equal(canon_parse(&c, b.data, b.len, &e), 0);
	assert_string_equal(c.tree, T1);
	assert_string_equal(c.parent, T2);
	assert_string_equal(c.name, "pc-07");
	assert_int_equal(c.time_utc, 1700000000);
	assert_int_equal(c.message_len, 6);
	assert_memory_equal(c.message, "hello\n", 6);
	sshkey_public(key, &pub);
	assert_memory_equal(c.signer.pk, pub.pk, 32);
	buf_clear(&b);
	build(&b, "", "x\n");
	assert_int_equal(canon_parse(&c, b.data, b.len, &e), 0);
	assert_string_equal(c.parent, "");
	buf_release(&b);
}

/* Replace the first FROM in a good commit by TO: it must be refused. */
static void
refused(const char *from, const char *to, enum err_code code)
{
	struct buf b = BUF_INIT(CANON_MAX), bad = BUF_INIT(2 * CANON_MAX);
	struct err e = ERR_INIT;
	struct canon c;
	const char *at;

	build(&b, T2, "hello\n");
	at = strstr(buf_str(&b), from);
	assert_non_null(at);
	assert_int_equal(buf_add(&bad, b.data, (size_t)(at - (char *)b.data),
	    &e), 0);
	assert_int_equal(buf_adds(&bad, to, &e), 0);
	assert_int_equal(buf_adds(&bad, at + strlen(from), &e), 0);
	assert_int_equal(canon_parse(&c, bad.data, bad.len, &e), -1);
	if (e.code != code)
		fail_msg("'%s' -> '%s': %s", from, to, e.what);
	buf_release(&b);
	buf_release(&bad);
}

static void
test_other_forms(void **state)
{
	struct err e = ERR_INIT;
	struct canon c;

	(void)state;
	refused("hello\n", "hallo\n", ERR_CRYPTO);
	refused("hello\n", "hello", ERR_FORMAT);
	refused("hello\n", "\xff\n", ERR_FORMAT);
	refused("hello\n", "", ERR_FORMAT);
	refused("tree 4b825dc6", "tree 5b825dc6", ERR_CRYPTO);
	refused("tree 4b", "tree 4B", ERR_FORMAT);
	refused("tree ", "tree  ", ERR_FORMAT);
	refused("parent " T2 "\n", "", ERR_CRYPTO);
	refused("parent " T2 "\n", "parent " T2 "\nparent " T2 "\n",
	    ERR_FORMAT);
	refused("author pc-07", "author pc-08", ERR_FORMAT);
	refused("pc-07@liudi.invalid", "pc-07@example.org", ERR_FORMAT);
	refused("1700000000 +0000\ncommitter", "1700000001 +0000\ncommitter",
	    ERR_FORMAT);
	refused("+0000", "+0100", ERR_FORMAT);
	refused("1700000000", "01700000000", ERR_FORMAT);
	refused("1700000000", "-1", ERR_FORMAT);
	refused("gpgsig ", "encoding x\ngpgsig ", ERR_FORMAT);
	refused("gpgsig ", "gpgsig  ", ERR_FORMAT);
	refused("\n U1NI", "\n U1NI\n U1NI", ERR_FORMAT);
	refused("-----END SSH SIGNATURE-----\n",
	    "-----END SSH SIGNATURE-----\n \n", ERR_FORMAT);
	refused("-----END SSH SIGNATURE-----\n",
	    "-----END SSH SIGNATURE-----\nencoding UTF-8\n", ERR_FORMAT);
	refused("-----END SSH SIGNATURE-----\n",
	    "-----END SSH SIGNATURE-----", ERR_FORMAT);
	assert_int_equal(canon_parse(&c, "", 0, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
}

static void
test_cut(void **state)
{
	struct buf b = BUF_INIT(CANON_MAX);
	struct err e = ERR_INIT;
	struct canon c;
	uint8_t *copy;
	size_t n;

	(void)state;
	build(&b, T2, "hello\n");
	for (n = 0; n < b.len; n++) {
		/* exact heap copies: a read past the end shows */
		copy = malloc(n ? n : 1);
		memcpy(copy, b.data, n);
		assert_int_equal(canon_parse(&c, copy, n, &e), -1);
		free(copy);
	}
	buf_release(&b);
}

static void
test_build_refuses(void **state)
{
	struct buf b = BUF_INIT(CANON_MAX);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(canon_build(&b, "xx", "", "a", "a@liudi.invalid", 1,
	    "m\n", 2, key, &e), -1);
	assert_int_equal(canon_build(&b, T1, "", "a b", "a b@liudi.invalid",
	    1, "m\n", 2, key, &e), -1);
	assert_int_equal(canon_build(&b, T1, "", "a", "a@liudi.invalid", -1,
	    "m\n", 2, key, &e), -1);
	assert_int_equal(canon_build(&b, T1, "", "a", "a@liudi.invalid", 1,
	    "m", 1, key, &e), -1);
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

static void
test_git_verifies(void **state)
{
	struct buf b = BUF_INIT(CANON_MAX), line = BUF_INIT(1024);
	struct err e = ERR_INIT;
	struct sshkey_pub pub;
	char *dir = box_new(), *path;

	(void)state;
	assert_int_equal(canon_build(&b, T1, "", "pc-07",
	    "pc-07@liudi.invalid", 1700000000, "hello\n", 6, key, &e), 0);
	path = str_fmt("%s/commit", dir);
	assert_int_equal(file_save(path, b.data, b.len, 0600, &e), 0);
	free(path);
	sshkey_public(key, &pub);
	assert_int_equal(buf_adds(&line, "pc-07@liudi.invalid "
	    "namespaces=\"git\" ", &e), 0);
	assert_int_equal(sshkey_public_text(&pub, &line, &e), 0);
	path = str_fmt("%s/allowed", dir);
	assert_int_equal(file_save(path, line.data, line.len, 0600, &e), 0);
	free(path);
	assert_int_equal(box_sh(NULL, "cd '%s' && git init -q --bare r && "
	    "cd r && git hash-object -w -t tree /dev/null && "
	    "id=$(git hash-object -w -t commit ../commit) && "
	    "git -c gpg.format=ssh -c gpg.ssh.allowedSignersFile=../allowed "
	    "verify-commit $id && git update-ref refs/heads/x $id && "
	    "git fsck --full --strict", dir), 0);
	buf_release(&b);
	buf_release(&line);
	box_free(dir);
}

static void
run_refused(const char *text)
{
	struct err e = ERR_INIT;
	struct canon_run r;

	assert_int_equal(canon_run_parse(&r, text, strlen(text), &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
}

static void
test_run(void **state)
{
	static const char text[] = "liudi 12\n\n"
	    "Liudi-Manifest: sha256:" SHA "\n"
	    "Liudi-Bundle: sha256:" SHA " 16777216\n"
	    "Liudi-Bundle: sha256:" SHA " 5\n"
	    "Liudi-Prev: sha256:" SHA "\n";
	struct buf b = BUF_INIT(65536);
	struct err e = ERR_INIT;
	struct canon_run r;
	size_t i;

	(void)state;
	assert_int_equal(canon_run_parse(&r, text, strlen(text), &e), 0);
	assert_int_equal(r.seq, 12);
	assert_true(r.has_prev);
	assert_int_equal(r.nbundles, 2);
	assert_int_equal(r.bundle[1].bytes, 5);
	assert_int_equal(r.manifest[31], 0x1f);
	assert_int_equal(canon_run_message(&r, &b, &e), 0);
	assert_string_equal(buf_str(&b), text);
	/* up to 64 bundles */
	for (i = 0; i < CANON_MAX_BUNDLES; i++)
		r.bundle[i] = r.bundle[1];
	r.nbundles = CANON_MAX_BUNDLES;
	buf_clear(&b);
	assert_int_equal(canon_run_message(&r, &b, &e), 0);
	assert_int_equal(canon_run_parse(&r, buf_str(&b), b.len, &e), 0);
	buf_clear(&b);
	assert_int_equal(canon_run_message(&r, &b, &e), 0);
	assert_int_equal(buf_adds(&b, "x", &e), 0);
	run_refused(buf_str(&b));
	buf_release(&b);

	run_refused("");
	run_refused("liudi 0\n\n");
	run_refused("liudi 00\n\nLiudi-Manifest: sha256:" SHA "\n");
	run_refused("liudi -1\n\nLiudi-Manifest: sha256:" SHA "\n");
	run_refused("liudi 0\nLiudi-Manifest: sha256:" SHA "\n");
	run_refused("liudi 0\n\nLiudi-Manifest: sha256:" SHA);
	run_refused("liudi 0\n\nLiudi-Manifest: sha256:" SHA "\n"
	    "Liudi-Prev: sha256:" SHA "\n");
	run_refused("liudi 1\n\nLiudi-Manifest: sha256:" SHA "\n");
	run_refused("liudi 0\n\nLiudi-Manifest: sha256:" SHA "\n"
	    "Liudi-Bundle: sha256:" SHA " 0\n");
	run_refused("liudi 0\n\nLiudi-Manifest: sha256:" SHA "\n"
	    "Liudi-Bundle: sha256:" SHA " 33554433\n");
	run_refused("liudi 0\n\nLiudi-Manifest: sha256:" SHA "\n"
	    "Liudi-Bundle: sha256:" SHA " 33554432\n"
	    "Liudi-Bundle: sha256:" SHA " 33554432\n");
	run_refused("liudi 0\n\nLiudi-Manifest: sha256:" SHA "\n\n");
}

static void
test_ref(void **state)
{
	static const char *const bad[] = {
		"", "refs/heads/ws/a/main/2026", "refs/heads/ws/a/main/2026.",
		"refs/heads/ws/A/main/2026.0", "refs/heads/ws/a/main/2026.00",
		"refs/heads/ws/a/main/2026.0/x", "refs/heads/ws//main/2026.0",
		"refs/heads/ws/-a/main/2026.0", "refs/heads/ws/a/main/26.0",
		"refs/heads/ws/a/main/02026.0", "refs/heads/ws/a/main/2026.-1",
		"refs/heads/receipts", "refs/heads/ws/a/main/2026.1000000",
		"refs/heads/ws/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/main/2026.0"
	};
	char text[CANON_REF_LEN];
	struct err e = ERR_INIT;
	struct canon_ref r;
	size_t i;

	(void)state;
	assert_int_equal(canon_ref_parse(&r,
	    "refs/heads/ws/pc-07/main/2026.3", &e), 0);
	assert_string_equal(r.station, "pc-07");
	assert_string_equal(r.stream, "main");
	assert_int_equal(r.epoch, 2026);
	assert_int_equal(r.incarnation, 3);
	canon_ref_text(&r, text);
	assert_string_equal(text, "refs/heads/ws/pc-07/main/2026.3");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(canon_ref_parse(&r, bad[i], &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	assert_true(canon_id_ok("a"));
	assert_true(canon_id_ok("0-9"));
	assert_false(canon_id_ok(""));
	assert_false(canon_id_ok("a_b"));
}

static void
test_path(void **state)
{
	static const char *const bad[] = {
		"", "runs/2026/11/23/103000Z-4.manifest",
		"runs/2026/11/23/103000Z-04.manifest.age",
		"runs/2026/11/31/103000Z-4.manifest.age",
		"runs/2026/02/29/103000Z-4.manifest.age",
		"runs/2026/11/23/103060Z-4.manifest.age",
		"runs/2026/11/23/243000Z-4.manifest.age",
		"runs/2026/11/23/103000Z-4.bundle-64.age",
		"runs/2026/11/23/103000Z-4.bundle-0.age",
		"runs/2026/11/23/103000Z-4.bundle-001.age",
		"runs/2026/11/23/103000Z-4.manifest.age/x",
		"runs/2026/1/23/103000Z-4.manifest.age",
		"/runs/2026/11/23/103000Z-4.manifest.age",
		"runs/2026/11/23/103000Z--4.manifest.age"
	};
	static const char m[] = "runs/2026/11/23/103000Z-4.manifest.age";
	static const char b[] = "runs/2024/02/29/000000Z-0.bundle-63.age";
	char text[CANON_PATH_LEN];
	struct err e = ERR_INIT;
	struct canon_path p;
	size_t i;

	(void)state;
	assert_int_equal(canon_path_parse(&p, m, &e), 0);
	assert_int_equal(p.bundle, -1);
	assert_int_equal(p.seq, 4);
	canon_path_text(&p, text);
	assert_string_equal(text, m);
	assert_int_equal(canon_path_parse(&p, b, &e), 0);
	assert_int_equal(p.bundle, 63);
	canon_path_text(&p, text);
	assert_string_equal(text, b);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(canon_path_parse(&p, bad[i], &e), -1);
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	if (crypto_setup(&e) < 0)
		return -1;
	key = sshkey_generate(&e);
	return key ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	sshkey_free(key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_other_forms),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_build_refuses),
		cmocka_unit_test(test_git_verifies),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_ref),
		cmocka_unit_test(test_path)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
