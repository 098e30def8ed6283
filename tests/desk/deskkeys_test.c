/* tests/desk/deskkeys_test.c - keys on disk, the station line, inspect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/deskkeys.h"
#include "desk/inspect.h"
#include "desk/stationline.h"
#include "open/identity.h"

#include "base/banned.h"

#define LINE_TEXT "liudi-station1 ws-01 ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAIPyOga3aJ9jP+wGccmELxPIJwTWpJpEMqnSpfYrms5AD"

static char dir[] = "/tmp/liudi-deskkeys-XXXXXX";
static char *keys;

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	proc_setup();
	if (crypto_setup(&e) < 0 || !mkdtemp(dir))
		return -1;
	keys = str_fmt("%s/keys", dir);
	return keys ? 0 : -1;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	free(keys);
	return file_remove_tree(dir, &e);
}

static void
swap_pub(const char *from, const char *to)
{
	struct buf b = BUF_INIT(4096);
	char *a = str_fmt("%s/%s.sign.pub", keys, from);
	char *z = str_fmt("%s/%s.sign.pub", keys, to);
	struct err e = ERR_INIT;

	assert_int_equal(file_load(a, &b, &e), 0);
	assert_int_equal(file_save(z, b.data, b.len, 0644, &e), 0);
	buf_release(&b);
	free(a);
	free(z);
}

static void
makes_and_loads(void **state)
{
	static const char *const private[] = {"identity", "sign.age"};
	struct deskkeys k, other;
	struct sshkey *made = NULL, *loaded;
	struct sshkey_pub pub;
	struct opener *op;
	struct err e = ERR_INIT;
	struct stat st;
	char *path;
	size_t i;

	(void)state;
	assert_int_equal(deskkeys_make(keys, "manager", "口令 one", 4, &k,
	    &made, &e), 0);
	assert_non_null(made);
	assert_true(str_starts(k.recipient, "age1"));
	assert_int_equal(stat(keys, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	for (i = 0; i < 2; i++) {
		path = str_fmt("%s/manager.%s", keys, private[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		free(path);
	}
	assert_null(deskkeys_opener(keys, "manager", "wrong", &e));
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_null(deskkeys_opener(keys, "nobody", "x", &e));
	assert_int_equal(e.code, ERR_NOENT);
	assert_true(e.hint[0] != '\0');
	op = deskkeys_opener(keys, "manager", "口令 one", &e);
	assert_non_null(op);
	loaded = deskkeys_sign(keys, "manager", op, &e);
	assert_non_null(loaded);
	sshkey_public(loaded, &pub);
	assert_memory_equal(pub.pk, k.pub.pk, 32);
	assert_memory_equal(sshkey_secret(loaded), sshkey_secret(made), 64);
	sshkey_free(loaded);
	sshkey_free(made);
	/* another's signing key does not open, another's public one differs */
	assert_int_equal(deskkeys_make(keys, "owner", "two", 4, &other, NULL,
	    &e), 0);
	assert_null(deskkeys_sign(keys, "owner", op, &e));
	assert_int_equal(e.code, ERR_CRYPTO);
	swap_pub("owner", "manager");
	assert_null(deskkeys_sign(keys, "manager", op, &e));
	assert_int_equal(e.code, ERR_INTEGRITY);
	opener_free(op);
}

static void
looks_without_a_key(void **state)
{
	static struct age_info info;
	struct buf b = BUF_INIT(65536);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(deskkeys_identity(keys, "manager", &b, &e), 0);
	assert_int_equal(inspect_head(&info, b.data, b.len, &e), 0);
	assert_int_equal(info.nstanzas, 1);
	assert_string_equal(info.stanza[0].type, "scrypt");
	assert_int_equal(info.stanza[0].scrypt_log_n, 4);
	assert_false(info.armored);
	assert_int_equal(inspect_head(&info, "plain", 5, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(inspect_head(&info, "", 0, &e), -1);
	buf_release(&b);
}

/* LINE_TEXT with its check, into OUT. */
static void
with_check(const char *text, char *out, size_t size)
{
	uint8_t sum[HASH_LEN];
	char hex[17];

	hash_sha256(sum, text, strlen(text));
	str_hex(hex, sum, 8);
	(void)snprintf(out, size, "%s %s", text, hex);
}

static void
reads_station_lines(void **state)
{
	static const char *const wrong[] = {
		"liudi-station2 ws-01 ssh-ed25519 AAAA",
		"liudi-station1 WS-01 ssh-ed25519 AAAA",
		"liudi-station1 ws-01 ssh-rsa AAAA",
		"liudi-station1 ws-01 ssh-ed25519 AAAA",
		"liudi-station1 ws-01",
		"liudi-station1  ssh-ed25519 AAAA",
		"liudi-station1 a23456789012345678901234567890123 "
		"ssh-ed25519 AAAA",
		LINE_TEXT " comment\nsecond line"
	};
	struct stationline line;
	struct err e = ERR_INIT;
	char text[600], around[700];
	size_t i, n;

	(void)state;
	with_check(LINE_TEXT, text, sizeof(text));
	n = strlen(text);
	assert_int_equal(stationline_parse(&line, text, n, &e), 0);
	assert_string_equal(line.name, "ws-01");
	assert_int_equal(line.pub.pk[0], 0xfc);
	(void)snprintf(around, sizeof(around), "  %s\r\n", text);
	assert_int_equal(stationline_parse(&line, around, strlen(around), &e),
	    0);
	/* each changed character is noticed */
	for (i = 0; i < n; i++) {
		text[i] ^= 1;
		assert_int_equal(stationline_parse(&line, text, n, &e), -1);
		assert_true(e.hint[0] != '\0');
		text[i] ^= 1;
	}
	for (i = 0; i < n; i++)
		assert_int_equal(stationline_parse(&line, text, i, &e), -1);
	/* a good check does not make a good line */
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		with_check(wrong[i], text, sizeof(text));
		err_clear(&e);
		assert_int_equal(stationline_parse(&line, text, strlen(text),
		    &e), -1);
		assert_int_equal(e.code, ERR_USAGE);
		assert_true(e.hint[0] != '\0');
	}
}

static void
renews_beside_the_old(void **state)
{
	struct deskkeys first, second, lost;
	struct seal_recipient r[3];
	struct sshkey *sign;
	struct opener *op;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(deskkeys_make(keys, "li", "one", 4, &first, NULL,
	    &e), 0);
	assert_int_equal(deskkeys_renew(keys, "li", "two", 4, &lost, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	err_clear(&e);
	assert_int_equal(deskkeys_renew(keys, "li", "one", 4, &second, &e),
	    0);
	assert_string_not_equal(first.recipient, second.recipient);
	assert_memory_equal(first.pub.pk, second.pub.pk, 32);
	op = deskkeys_opener(keys, "li", "one", &e);
	assert_non_null(op);
	assert_int_equal(opener_recipients(op, r, 3), 2);
	/* the signing key was sealed to the first */
	sign = deskkeys_sign(keys, "li", op, &e);
	assert_non_null(sign);
	sshkey_free(sign);
	opener_free(op);
	assert_true(deskkeys_has(keys, "li"));
	assert_false(deskkeys_has(keys, "lo"));
}

/* What shares and desk.git bring back is what was there. */
static void
recovers(void **state)
{
	struct buf file = BUF_INIT(65536), sealed = BUF_INIT(65536);
	struct identities *ids;
	struct deskkeys k;
	struct sshkey *sign;
	struct opener *op;
	struct err e = ERR_INIT;

	(void)state;
	ids = identities_new(&e);
	assert_non_null(ids);
	assert_int_equal(deskkeys_make(keys, "owner-2", "one", 4, &k, NULL,
	    &e), 0);
	assert_int_equal(deskkeys_identity(keys, "owner-2", &file, &e), 0);
	assert_int_equal(deskkeys_sealed_sign(keys, "owner-2", &sealed, &e),
	    0);
	assert_int_equal(identities_load(ids, file.data, file.len, "one", &e),
	    0);
	assert_int_equal(deskkeys_recover(keys, "back",
	    identities_secret(ids, 0), "two", 4, &e), 0);
	assert_int_equal(deskkeys_put_sign(keys, "back", sealed.data,
	    sealed.len, &k.pub, &e), 0);
	op = deskkeys_opener(keys, "back", "two", &e);
	assert_non_null(op);
	sign = deskkeys_sign(keys, "back", op, &e);
	assert_non_null(sign);
	sshkey_free(sign);
	opener_free(op);
	identities_free(ids);
	buf_wipe(&file);
	buf_release(&sealed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_and_loads),
		cmocka_unit_test(looks_without_a_key),
		cmocka_unit_test(reads_station_lines),
		cmocka_unit_test(renews_beside_the_old),
		cmocka_unit_test(recovers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
