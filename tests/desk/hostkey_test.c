/* tests/desk/hostkey_test.c - keys of hosts, as files have them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/hostkey.h"

#include "base/banned.h"

#define A "ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAILFVqwLoud2nEMNIoZSerRT4XNkGF1P1r9/B0PkTUYPE"

static char dir[] = "/tmp/liudi-hostkey-XXXXXX";

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	proc_setup();
	return crypto_setup(&e) < 0 || !mkdtemp(dir) ? -1 : 0;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return file_remove_tree(dir, &e);
}

static void
reads_lines(void **state)
{
	static const char *const good[] = {
		A, A "\n", A " root@host\n", "host " A "\n",
		"# host found\n|1|abc=|def= " A "\n",
		"host ssh-rsa AAAAB3\nhost ecdsa-sha2-nistp256 AAAA\nhost " A,
		"host ssh-ed25519 AAAA\nhost " A
	};
	static const char *const bad[] = {
		"", "\n", "host ssh-ed25519 AAAA\n", "# " A "\n",
		"@revoked host " A "\n", "@cert-authority * " A "\n",
		"ssh-ed25519", "host ssh-rsa AAAA\n"
	};
	struct sshkey_pub want, got;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	assert_int_equal(sshkey_public_parse(&want, A, strlen(A), &e), 0);
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(hostkey_text(good[i], &got), 1);
		assert_memory_equal(got.pk, want.pk, sizeof(got.pk));
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(hostkey_text(bad[i], &got), 0);
}

/* As ssh itself is set up: the port, and a list of files. */
static void
asks_ssh(void **state)
{
	char *known = str_fmt("%s/known", dir);
	char *ssh = str_fmt("ssh -F none -o UserKnownHostsFile=%s/none "
	    "-o GlobalKnownHostsFile=%s", dir, known);
	static const char text[] = "[127.0.0.1]:2222 " A "\n";
	struct err e = ERR_INIT;
	struct central c;
	struct sshkey_pub got;

	(void)state;
	if (access("/usr/bin/ssh", X_OK) != 0) {
		print_message("skipped: no ssh\n");
		free(known);
		free(ssh);
		return;
	}
	assert_int_equal(file_save(known, text, strlen(text), 0600, &e), 0);
	assert_int_equal(central_parse(&c, "ssh://git@127.0.0.1:2222/x", ssh,
	    &e), 0);
	assert_int_equal(hostkey_known(&c, &got, &e), 1);
	central_release(&c);
	assert_int_equal(central_parse(&c, "ssh://git@127.0.0.1/x", ssh, &e),
	    0);
	assert_int_equal(hostkey_known(&c, &got, &e), 0);
	central_release(&c);
	assert_int_equal(hostkey_file(known, &got, &e), 0);
	assert_int_equal(hostkey_file(dir, &got, &e), -1);
	free(known);
	free(ssh);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lines),
		cmocka_unit_test(asks_ssh)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
