/*
 * What tests of control share: a folder, keys, a central without hooks (so that
 * control_load() has to notice by itself), and a first commit.
 */
#ifndef LIUDI_TESTS_CONTROL_TEAM_H
#define LIUDI_TESTS_CONTROL_TEAM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
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
static struct sshkey *owner, *manager, *second, *stranger;
static char ages[3][80];	/* of manager, owner, second */
static char readers[512];
static const char policy[] = "[other]\norg = no\n[team]\norg =  ACME 外贸 \n";
static int count;

static int
setup(void **state)
{
	struct err e = ERR_INIT;
	struct buf age = BUF_INIT(128);
	uint8_t pk[32] = {9};
	size_t i;

	(void)state;
	proc_setup();
	if (crypto_setup(&e) < 0 || !mkdtemp(dir))
		return -1;
	owner = sshkey_generate(&e);
	manager = sshkey_generate(&e);
	second = sshkey_generate(&e);
	stranger = sshkey_generate(&e);
	if (!owner || !manager || !second || !stranger)
		return -1;
	for (i = 0; i < 3; i++, pk[0]++) {
		buf_clear(&age);
		if (bech32_encode(&age, "age", pk, sizeof(pk), &e) < 0)
			return -1;
		(void)snprintf(ages[i], sizeof(ages[i]), "%s", buf_str(&age));
	}
	(void)snprintf(readers, sizeof(readers), "# who may read\n"
	    "version 3\n\nmanager %s\nowner %s\n", ages[0], ages[1]);
	buf_release(&age);
	return 0;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	sshkey_free(owner);
	sshkey_free(manager);
	sshkey_free(second);
	sshkey_free(stranger);
	return file_remove_tree(dir, &e);
}

/* A central of its own for each test. */
static int
fresh(void **state)
{
	struct err e = ERR_INIT;
	static const char make[] = "mkdir \"$0\" && cd \"$0\" && "
	    "for r in control records desk; do git init -q --bare "
	    "--template= --initial-branch=$r $r.git || exit; done";
	char *path = str_fmt("%s/central-%d", dir, ++count);
	const char *const argv[] = {"sh", "-c", make, path, NULL};
	int rc = -1;

	(void)state;
	if (path && central_parse(&central, path, NULL, &e) == 0)
		rc = proc_run(argv, NULL, NULL, 0, NULL, NULL, 60000, &e);
	if (rc != 0)
		print_error("%s\n", e.what);
	free(path);
	return rc == 0 ? 0 : -1;
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
	    "%s namespaces=\"git,liudi-control,liudi-erasure\" ", name), 0);
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

/* The first commit: an owner and two managers are roots. */
static void
begin(const char *where, const struct sshkey *by, const char *name)
{
	struct buf roots = BUF_INIT(4096);
	struct err e = ERR_INIT;

	add_root(&roots, "owner", owner);
	add_root(&roots, "manager", manager);
	add_root(&roots, "manager-2", second);
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

#endif
