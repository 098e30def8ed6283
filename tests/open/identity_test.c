/* open/identity: identity files, and stock age on both sides of them. */
#include "open/identity.h"

#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "open/age_open.h"

#include "base/banned.h"

#define LOG_N 10
#define PASS "\xe9\x95\xbf\xe5\xae\x89 correct horse"
#define SECRET "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFP" \
	"YYSJZGFPQ4EGAEX"
#define RECIPIENT "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73eq" \
	"unujwj"

static char dir[] = "/tmp/liudi-identity-XXXXXX";

/*
 * Run age on a terminal of its own and type the passphrase each time it asks.
 * Its exit status.
 */
static int
on_terminal(const char *const argv[], const char *pass)
{
	struct err e = ERR_INIT;
	struct buf said = BUF_INIT(65536);
	struct pollfd p = {.events = POLLIN};
	char bytes[512];
	ssize_t n;
	int status = -1;
	pid_t pid = forkpty(&p.fd, NULL, NULL, NULL);

	assert_true(pid >= 0);
	if (pid == 0) {
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	while (poll(&p, 1, 60000) > 0 &&
	    (n = read(p.fd, bytes, sizeof(bytes))) > 0) {
		assert_int_equal(buf_add(&said, bytes, (size_t)n, &e), 0);
		if (!strstr(buf_str(&said), "assphrase") ||
		    !str_ends(buf_str(&said), ": "))
			continue;
		buf_clear(&said);
		assert_true(write(p.fd, pass, strlen(pass)) > 0);
		assert_int_equal(write(p.fd, "\n", 1), 1);
	}
	(void)close(p.fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0)
		print_message("%s: %s\n", argv[0], buf_str(&said));
	buf_release(&said);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct identities *
generated(size_t n)
{
	struct err e = ERR_INIT;
	struct identities *ids = identities_new(&e);

	assert_non_null(ids);
	while (n-- > 0)
		assert_int_equal(identities_generate(ids, &e), 0);
	return ids;
}

static char *
save(const char *name, const struct buf *b)
{
	struct err e = ERR_INIT;
	char *path = path_join(dir, name);

	assert_int_equal(file_save(path, b->data, b->len, 0600, &e), 0);
	return path;
}

static int
to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

static void
adds_and_shows(void **state)
{
	static const char *const bad[] = {
		"", "AGE-SECRET-KEY-", "AGE-SECRET-KEY-1", RECIPIENT,
		"age-secret-key-1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfp"
		"yysjzgfpq4egaex",
		SECRET " ", " " SECRET, SECRET "\r",
		"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFP"
		"YYSJZGFPQ4EGAEY",
		"AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM"
		"33W6HWDX0H3SK3ZQFR",
		"AGE-PLUGIN-YUBIKEY-1QQQQQQ",
	};
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(256);
	struct identities *ids = generated(0);
	struct seal_recipient r, again;
	size_t i;

	(void)state;
	assert_int_equal(identities_count(ids), 0);
	assert_int_equal(identities_add(ids, SECRET, strlen(SECRET), &e), 0);
	identities_recipient(ids, 0, &r);
	assert_int_equal(seal_recipient_text(&r, &text, &e), 0);
	assert_string_equal(buf_str(&text), RECIPIENT);
	for (i = 0; i < 32; i++)
		assert_int_equal(identities_secret(ids, 0)[i], 0x42);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (identities_add(ids, bad[i], strlen(bad[i]), &e) == 0)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	assert_int_equal(identities_count(ids), 1);
	assert_int_equal(identities_add_secret(ids, identities_secret(ids, 0),
	    &e), 0);
	identities_recipient(ids, 1, &again);
	assert_memory_equal(again.pk, r.pk, sizeof(r.pk));
	while (identities_count(ids) < IDENTITY_MAX)
		assert_int_equal(identities_generate(ids, &e), 0);
	assert_int_equal(identities_add_secret(ids, identities_secret(ids, 0),
	    &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(identities_generate(ids, &e), -1);
	assert_int_equal(identities_count(ids), IDENTITY_MAX);
	identities_free(ids);
	identities_free(NULL);
	buf_release(&text);
}

static void
plain_files(void **state)
{
	static const char good[] = "# created: today\r\n\n" SECRET "\r\n"
		"#\n" SECRET;
	static const char *const bad[] = {
		"", "# nothing\n", SECRET "\nAGE-SECRET-KEY-1\n",
		SECRET "\n " SECRET "\n", "hello\n",
	};
	struct err e = ERR_INIT;
	struct identities *ids = generated(1);
	size_t i;

	(void)state;
	assert_false(identity_wants_passphrase(good, strlen(good)));
	assert_int_equal(identities_load(ids, good, strlen(good), NULL, &e),
	    0);
	assert_int_equal(identities_count(ids), 3);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&e);
		assert_int_equal(identities_load(ids, bad[i], strlen(bad[i]),
		    NULL, &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_true(e.hint[0] || i == 2);
		assert_int_equal(identities_count(ids), 3);
	}
	identities_free(ids);
}

static void
passphrase_round_trip(void **state)
{
	struct err e = ERR_INIT;
	struct buf file = BUF_INIT(65536);
	struct identities *a = generated(3), *b = generated(0);
	size_t i;

	(void)state;
	assert_int_equal(identities_save(a, &file, PASS, LOG_N, &e), 0);
	assert_true(identity_wants_passphrase(file.data, file.len));
	assert_null(memmem(file.data, file.len, "AGE-SECRET", 10));
	assert_int_equal(identities_load(b, file.data, file.len, PASS, &e), 0);
	assert_int_equal(identities_count(b), 3);
	for (i = 0; i < 3; i++)
		assert_memory_equal(identities_secret(a, i),
		    identities_secret(b, i), 32);
	assert_int_equal(identities_load(b, file.data, file.len, "wrong", &e),
	    -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_true(e.hint[0] != '\0');
	err_clear(&e);
	assert_int_equal(identities_load(b, file.data, file.len, NULL, &e),
	    -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_non_null(strstr(e.what, "passphrase"));
	for (i = 0; i < file.len; i++) {
		file.data[i] ^= 1;
		/* Not the work factor: a larger one only takes time. */
		if (i < 54 || i > 57)
			assert_int_equal(identities_load(b, file.data,
			    file.len, PASS, &e), -1);
		file.data[i] ^= 1;
	}
	assert_int_equal(identities_count(b), 3);
	identities_free(a);

	a = generated(IDENTITY_MAX);
	buf_clear(&file);
	assert_int_equal(identities_save(a, &file, PASS, LOG_N, &e), 0);
	identities_free(b);
	b = generated(0);
	assert_int_equal(identities_load(b, file.data, file.len, PASS, &e), 0);
	assert_int_equal(identities_count(b), IDENTITY_MAX);
	file.len = 0;
	assert_int_equal(identities_save(a, &file, "", LOG_N, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(identities_save(a, &file, PASS, 0, &e), -1);
	assert_int_equal(identities_save(a, &file, PASS, 23, &e), -1);
	assert_int_equal(file.len, 0);
	identities_free(a);
	a = generated(0);
	assert_int_equal(identities_save(a, &file, PASS, LOG_N, &e), -1);
	identities_free(a);
	identities_free(b);
	buf_release(&file);
}

/* age -d -i takes our passphrase file. */
static void
age_reads_ours(void **state)
{
	struct err e = ERR_INIT;
	struct buf file = BUF_INIT(65536), sealed = BUF_INIT(65536);
	struct buf got = BUF_INIT(65536);
	struct identities *ids = generated(2);
	struct seal_recipient r;
	struct seal *s;
	char *key, *in, *out = path_join(dir, "out");

	(void)state;
	assert_int_equal(identities_save(ids, &file, PASS, LOG_N, &e), 0);
	key = save("ours.identity", &file);
	identities_recipient(ids, 1, &r);
	s = seal_new(&r, 1, to_buf, &sealed, &e);
	assert_int_equal(seal_write(s, "hello", 5, &e), 0);
	assert_int_equal(seal_finish(s, &e), 0);
	seal_free(s);
	in = save("in.age", &sealed);
	{
		const char *const argv[] = {"age", "-d", "-i", key, "-o", out,
			in, NULL};

		assert_int_equal(on_terminal(argv, PASS), 0);
	}
	assert_int_equal(file_load(out, &got, &e), 0);
	assert_string_equal(buf_str(&got), "hello");
	identities_free(ids);
	buf_release(&file);
	buf_release(&sealed);
	buf_release(&got);
	free(key);
	free(in);
	free(out);
}

/* We take what age -p makes of an identity file, armoured or not. */
static void
we_read_theirs(void **state)
{
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(4096), file = BUF_INIT(65536);
	struct identities *ids = generated(0);
	struct seal_recipient r;
	char *key, *out = path_join(dir, "theirs.age");
	const char *argv[] = {"age", "-p", "-o", out, NULL, NULL, NULL};
	int i;

	(void)state;
	assert_int_equal(buf_adds(&text, "# a comment\n" SECRET "\n", &e), 0);
	key = save("plain.txt", &text);
	for (i = 0; i < 2; i++) {
		argv[4] = i ? "-a" : key;
		argv[5] = i ? key : NULL;
		buf_clear(&file);
		assert_int_equal(file_remove(out, &e), 0);
		assert_int_equal(on_terminal(argv, PASS), 0);
		assert_int_equal(file_load(out, &file, &e), 0);
		assert_true(identity_wants_passphrase(file.data, file.len));
		assert_int_equal(identities_load(ids, file.data, file.len,
		    PASS, &e), 0);
		assert_int_equal(identities_count(ids), i + 1);
	}
	identities_recipient(ids, 1, &r);
	buf_clear(&text);
	assert_int_equal(seal_recipient_text(&r, &text, &e), 0);
	assert_string_equal(buf_str(&text), RECIPIENT);
	identities_free(ids);
	buf_release(&text);
	buf_release(&file);
	free(key);
	free(out);
}

/* A file sealed to a key is no file under a passphrase. */
static void
other_age_files(void **state)
{
	struct err e = ERR_INIT;
	struct buf sealed = BUF_INIT(65536);
	struct identities *ids = generated(1);
	struct seal_recipient r;
	struct seal *s;

	(void)state;
	identities_recipient(ids, 0, &r);
	s = seal_new(&r, 1, to_buf, &sealed, &e);
	assert_int_equal(seal_write(s, SECRET "\n", strlen(SECRET) + 1, &e),
	    0);
	assert_int_equal(seal_finish(s, &e), 0);
	seal_free(s);
	assert_false(identity_wants_passphrase(sealed.data, sealed.len));
	assert_int_equal(identities_load(ids, sealed.data, sealed.len, PASS,
	    &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_int_equal(identities_load(ids, sealed.data, 100, PASS, &e),
	    -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_int_equal(identities_count(ids), 1);
	identities_free(ids);
	buf_release(&sealed);
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
		cmocka_unit_test(adds_and_shows),
		cmocka_unit_test(plain_files),
		cmocka_unit_test(passphrase_round_trip),
		cmocka_unit_test(age_reads_ours),
		cmocka_unit_test(we_read_theirs),
		cmocka_unit_test(other_age_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
