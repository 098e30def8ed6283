/* tests/control/control_test.c - what control's history may and may not be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "control/control.h"
#include "control/edit.h"
#include "crypto/bech32.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define T0 INT64_C(1795000000)

static char dir[] = "/tmp/liudi-control-XXXXXX";
static struct central central;
static struct sshkey *owner, *manager, *stranger;
static char readers[512];
static const char policy[] = "[other]\norg = no\n[team]\norg =  ACME 外贸 \n";
static int count;

/* A central without hooks: here control_load() has to notice by itself. */
static int
setup(void **state)
{
	struct err e = ERR_INIT;
	struct buf age = BUF_INIT(128);
	uint8_t pk[32] = {9};
	char *hooks;

	(void)state;
	proc_setup();
	if (crypto_setup(&e) < 0 || !mkdtemp(dir))
		return -1;
	owner = sshkey_generate(&e);
	manager = sshkey_generate(&e);
	stranger = sshkey_generate(&e);
	hooks = str_fmt("%s/hooks", dir);
	if (!owner || !manager || !stranger || !hooks ||
	    file_mkdirs(hooks, 0700, &e) < 0 ||
	    bech32_encode(&age, "age", pk, sizeof(pk), &e) < 0)
		return -1;
	(void)snprintf(readers, sizeof(readers), "# who may read\n"
	    "version 3\n\nmanager %s\n", buf_str(&age));
	buf_release(&age);
	free(hooks);
	return 0;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	sshkey_free(owner);
	sshkey_free(manager);
	sshkey_free(stranger);
	return file_remove_tree(dir, &e);
}

/* A central of its own for each test. */
static int
fresh(void **state)
{
	struct err e = ERR_INIT;
	char *path = str_fmt("%s/central-%d", dir, ++count);
	char *hooks = str_fmt("%s/hooks", dir);
	int rc = -1;

	(void)state;
	if (path && hooks && central_parse(&central, path, NULL, &e) == 0)
		rc = central_create(&central, hooks, &e);
	if (rc < 0)
		print_error("%s\n", e.what);
	free(path);
	free(hooks);
	return rc;
}

static int
forget(void **state)
{
	(void)state;
	central_release(&central);
	return 0;
}

static char *
clone(const char *name)
{
	char *path = str_fmt("%s/clone-%d-%s", dir, count, name);

	assert_non_null(path);
	return path;
}

static void
add_root(struct buf *b, const char *name, const struct sshkey *key)
{
	struct err e = ERR_INIT;
	struct sshkey_pub pub;

	sshkey_public(key, &pub);
	assert_int_equal(buf_addf(b, &e,
	    "%s namespaces=\"git,liudi-control\" ", name), 0);
	assert_int_equal(sshkey_public_text(&pub, b, &e), 0);
	assert_int_equal(buf_addc(b, '\n', &e), 0);
}

static int
edit(const char *where, const char *name, const struct sshkey *key,
	int64_t utc, const char *path, const char *text, struct err *e)
{
	const struct control_file f = {path, text, text ? strlen(text) : 0};

	return control_edit(&central, where, name, key, utc, "a change", &f,
	    1, e);
}

/* The first commit: owner and manager are roots. */
static void
begin(const char *where, const struct sshkey *by, const char *name)
{
	struct buf roots = BUF_INIT(4096);
	struct err e = ERR_INIT;

	add_root(&roots, "owner", owner);
	add_root(&roots, "manager", manager);
	{
		const struct control_file files[] = {
			{"roots", roots.data, roots.len},
			{"recipients", readers, strlen(readers)},
			{"allowed_signers", "", 0},
			{"policy.ini", policy, strlen(policy)}
		};

		if (control_edit(&central, where, name, by, T0, "first",
		    files, 4, &e) < 0)
			fail_msg("%s", e.what);
	}
	buf_release(&roots);
}

static void
loads_what_was_decided(void **state)
{
	char *a = clone("a"), *b = clone("b");
	uint8_t sum[32], want[32];
	struct err e = ERR_INIT;
	struct control c;
	char pin[CANON_ID_LEN], text[128];

	(void)state;
	assert_int_equal(control_fetch(&central, b, &e), 0);
	assert_int_equal(control_load(&c, b, NULL, &e), -1);
	assert_int_equal(e.code, ERR_NOENT);
	err_clear(&e);
	begin(a, owner, "owner");
	assert_int_equal(control_load(&c, a, NULL, &e), 0);
	assert_string_equal(c.org, "ACME 外贸");
	assert_int_equal(c.version, 3);
	assert_int_equal(c.nrecipients, 1);
	assert_string_equal(c.recipient[0].name, "manager");
	assert_int_equal(c.roots.n, 2);
	assert_int_equal(c.stations.n, 0);
	assert_int_equal(c.servers.n, 0);
	assert_int_equal(c.commit_utc, T0);
	control_recipients_sha256(&c, sum);
	(void)snprintf(text, sizeof(text), "%s\n", c.recipient[0].age);
	hash_sha256(want, text, strlen(text));
	assert_memory_equal(sum, want, 32);
	memcpy(pin, c.commit, sizeof(pin));
	control_release(&c);
	/* never dated before the parent, whatever the clock says */
	assert_int_equal(edit(a, "manager", manager, T0 - 500, "notice.en.md",
	    "text\n", &e), 0);
	/* another desk sees it, from the pin or from the start */
	assert_int_equal(control_fetch(&central, b, &e), 0);
	assert_int_equal(control_load(&c, b, pin, &e), 0);
	assert_int_equal(c.commit_utc, T0);
	assert_string_not_equal(c.commit, pin);
	{
		struct buf file = BUF_INIT(100);

		assert_int_equal(control_file_load(b, c.commit,
		    "notice.en.md", &file, &e), 1);
		assert_string_equal(buf_str(&file), "text\n");
		assert_int_equal(control_file_load(b, c.commit, "none",
		    &file, &e), 0);
		buf_release(&file);
	}
	control_release(&c);
	assert_int_equal(control_load(&c, b, NULL, &e), 0);
	control_release(&c);
	free(a);
	free(b);
}

static void
expect_integrity(const char *where, const char *pin)
{
	struct err e = ERR_INIT;
	struct control c;

	assert_int_equal(control_load(&c, where, pin, &e), -1);
	if (e.code != ERR_INTEGRITY)
		print_error("%s\n", e.what);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_true(e.hint[0] != '\0');
}

static void
refuses_strangers(void **state)
{
	struct err e = ERR_INIT;
	char *a = clone("a");

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(edit(a, "manager", stranger, T0 + 1, "x", "x\n",
	    &e), 0);
	expect_integrity(a, NULL);
	free(a);
}

static void
refuses_a_wrong_name(void **state)
{
	struct err e = ERR_INIT;
	char *a = clone("a");

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(edit(a, "owner", manager, T0 + 1, "x", "x\n", &e),
	    0);
	expect_integrity(a, NULL);
	free(a);
}

static void
refuses_a_strange_beginning(void **state)
{
	char *a = clone("a");

	(void)state;
	begin(a, stranger, "owner");
	expect_integrity(a, NULL);
	free(a);
}

static void
new_roots_sign_only_later(void **state)
{
	struct buf roots = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct control c;
	char *a = clone("a");

	(void)state;
	begin(a, owner, "owner");
	add_root(&roots, "owner", owner);
	add_root(&roots, "manager-2", stranger);
	assert_int_equal(edit(a, "owner", owner, T0 + 1, "roots",
	    buf_str(&roots), &e), 0);
	assert_int_equal(edit(a, "manager-2", stranger, T0 + 2, "x", "x\n",
	    &e), 0);
	assert_int_equal(control_load(&c, a, NULL, &e), 0);
	assert_int_equal(c.roots.n, 2);
	control_release(&c);
	/* and the manager who was left out does not any more */
	assert_int_equal(edit(a, "manager", manager, T0 + 3, "x", "y\n", &e),
	    0);
	expect_integrity(a, NULL);
	buf_release(&roots);
	free(a);
}

static void
refuses_another_history(void **state)
{
	static const char nowhere[] =
	    "0123456789012345678901234567890123456789";
	struct err e = ERR_INIT;
	struct control c;
	char *a = clone("a");

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(control_load(&c, a, nowhere, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	free(a);
}

static void
refuses_files_that_are_not_right(void **state)
{
	static const struct {
		const char *path, *text;
	} bad[] = {
		{"recipients", "manager age1x\n"},
		{"recipients", "version 0\n"},
		{"recipients", "version 4\n"},
		{"recipients", "version 4\nmanager age1qqqq\n"},
		{"policy.ini", "[team]\n"},
		{"policy.ini", "org = outside\n"},
		{"allowed_signers", "nonsense\n"},
		{"recipients", NULL}
	};
	struct err e = ERR_INIT;
	struct control c;
	char *a = clone("a");
	size_t i;

	(void)state;
	begin(a, owner, "owner");
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(edit(a, "manager", manager, T0 + 1,
		    bad[i].path, bad[i].text, &e), 0);
		assert_int_equal(control_load(&c, a, NULL, &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
		/* bring it back */
		assert_int_equal(edit(a, "manager", manager, T0 + 1,
		    bad[i].path, bad[i].path[0] == 'r' ? readers :
		    bad[i].path[0] == 'p' ? "[team]\norg = x\n" : "", &e), 0);
		assert_int_equal(control_load(&c, a, NULL, &e), 0);
		control_release(&c);
	}
	free(a);
}

static void
tells_a_lost_race(void **state)
{
	char *a = clone("a"), *b = clone("b");
	struct err e = ERR_INIT;

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(control_fetch(&central, b, &e), 0);
	assert_int_equal(edit(a, "manager", manager, T0 + 1, "x", "x\n", &e),
	    0);
	assert_int_equal(edit(b, "manager", manager, T0 + 1, "y", "y\n", &e),
	    -1);
	assert_int_equal(e.code, ERR_NET);
	assert_non_null(strstr(e.what, "another desk"));
	assert_non_null(strstr(e.hint, "sync"));
	/* the clone did not move, so the next try is on the new head */
	assert_int_equal(control_fetch(&central, b, &e), 0);
	assert_int_equal(edit(b, "manager", manager, T0 + 2, "y", "y\n", &e),
	    0);
	assert_int_equal(edit(b, "manager", manager, T0 + 2, "../y", "y\n",
	    &e), -1);
	free(a);
	free(b);
}

int
main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fresh, forget)
	const struct CMUnitTest tests[] = {
		CASE(loads_what_was_decided),
		CASE(refuses_strangers),
		CASE(refuses_a_wrong_name),
		CASE(refuses_a_strange_beginning),
		CASE(new_roots_sign_only_later),
		CASE(refuses_another_history),
		CASE(refuses_files_that_are_not_right),
		CASE(tells_a_lost_race),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
