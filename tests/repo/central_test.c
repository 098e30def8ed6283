/* repo/central: addresses, argument vectors, making and checking. */
#include "repo/central.h"

#include "box.h"

static void
test_parse(void **state)
{
	struct err e = ERR_INIT;
	struct central c;
	char *repo;

	(void)state;
	assert_int_equal(central_parse(&c, "/srv/liudi//", NULL, &e), 0);
	assert_int_equal(c.kind, CENTRAL_PATH);
	assert_string_equal(c.path, "/srv/liudi");
	repo = central_repo(&c, "records");
	assert_string_equal(repo, "/srv/liudi/records.git");
	free(repo);
	central_release(&c);

	assert_int_equal(central_parse(&c, "here", NULL, &e), 0);
	assert_int_equal(c.url[0], '/');
	central_release(&c);

	assert_int_equal(central_parse(&c, "ssh://git@h.example:2222/a/b", "",
	    &e), 0);
	assert_int_equal(c.kind, CENTRAL_SSH);
	assert_string_equal(c.host, "h.example");
	assert_string_equal(c.user, "git");
	assert_string_equal(c.port, "2222");
	assert_string_equal(c.path, "/a/b");
	assert_null(c.ssh);
	central_release(&c);

	assert_int_equal(central_parse(&c, "ssh://[::1]:22/~/a", NULL, &e),
	    0);
	assert_string_equal(c.host, "::1");
	assert_string_equal(c.path, "~/a");
	central_release(&c);

	assert_int_equal(central_parse(&c, "https://h/x", NULL, &e), 0);
	assert_int_equal(c.kind, CENTRAL_HTTPS);
	central_release(&c);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = {
		"", "http://h/x", "git://h/x", "ssh://h", "ssh:///x",
		"ssh://-oProxyCommand=x/y", "ssh://-u@h/y", "ssh://u@-h/y",
		"ssh://h:0/x", "ssh://h:65536/x", "ssh://h:a/x",
		"ssh://h;x/y", "ssh://u v@h/y", "ssh://h/a\nb", "/a\nb",
		"ssh://[::1/x", "ssh://[zz]/x", "ssh://u:pw@h/x"
	};
	struct err e = ERR_INIT;
	struct central c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&e);
		if (central_parse(&c, bad[i], NULL, &e) == 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(e.code, ERR_USAGE);
		assert_true(*e.hint);
		assert_null(c.url);
	}
}

static void
test_argv(void **state)
{
	struct err e = ERR_INIT;
	struct central c;
	char **argv;
	size_t n;

	(void)state;
	assert_int_equal(central_parse(&c, "/srv/l", NULL, &e), 0);
	argv = central_argv(&c, "git-receive-pack", "records", &e);
	assert_string_equal(argv[0], "git");
	assert_string_equal(argv[1], "receive-pack");
	assert_string_equal(argv[2], "/srv/l/records.git");
	assert_null(argv[3]);
	central_argv_free(argv);
	central_release(&c);

	assert_int_equal(central_parse(&c, "ssh://u@h:7/it's", NULL, &e), 0);
	argv = central_argv(&c, "git-receive-pack", "records", &e);
	assert_string_equal(argv[0], "ssh");
	assert_string_equal(argv[2], "BatchMode=yes");
	for (n = 0; argv[n]; n++)
		;
	assert_string_equal(argv[n - 4], "-p");
	assert_string_equal(argv[n - 3], "7");
	assert_string_equal(argv[n - 2], "u@h");
	assert_string_equal(argv[n - 1],
	    "git-receive-pack '/it'\\''s/records.git'");
	central_argv_free(argv);
	central_release(&c);

	assert_int_equal(central_parse(&c, "ssh://h/x", "plink  -batch", &e),
	    0);
	argv = central_argv(&c, "git-receive-pack", "records", &e);
	assert_string_equal(argv[0], "plink");
	assert_string_equal(argv[1], "-batch");
	assert_string_equal(argv[2], "h");
	assert_null(argv[4]);
	central_argv_free(argv);
	central_release(&c);

	assert_int_equal(central_parse(&c, "https://h/x", NULL, &e), 0);
	assert_null(central_argv(&c, "git-receive-pack", "records", &e));
	central_release(&c);
}

static void
test_env(void **state)
{
	struct err e = ERR_INIT;
	struct central c;
	bool dir = false, safe = false;
	char **env;
	size_t i;

	(void)state;
	assert_int_equal(central_parse(&c, "/srv/l", NULL, &e), 0);
	env = central_git_env(&c, &e);
	for (i = 0; env[i]; i++) {
		dir |= strcmp(env[i], "GIT_DIR") == 0;
		safe |= strcmp(env[i],
		    "GIT_CONFIG_VALUE_1=/srv/l/records.git") == 0;
	}
	assert_true(dir);
	assert_true(safe);
	central_argv_free(env);
	central_release(&c);
}

/* Where WORD stands in ARGV, or -1. */
static int
at(char **argv, const char *word)
{
	int i;

	for (i = 0; argv[i]; i++)
		if (strcmp(argv[i], word) == 0)
			return i;
	return -1;
}

static void
test_login(void **state)
{
	static const char *const commands[] = {NULL, "myssh -x"};
	static const char *const bad[] = {
		"", "~/key", "/a%d", "/a$b", "/a\"b", "/a\\b", "/a\nb"
	};
	struct err e = ERR_INIT;
	struct central c;
	char **argv;
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(central_parse(&c, "ssh://u@h:7/x",
		    commands[i], &e), 0);
		assert_int_equal(central_login(&c, "/k e'y", "/known hosts",
		    &e), 0);
		argv = central_argv(&c, "git-receive-pack", "records", &e);
		assert_string_equal(argv[0], i ? "myssh" : "ssh");
		n = at(argv, "-i");
		assert_true(n > 0);
		assert_string_equal(argv[n + 1], "/k e'y");
		assert_true(at(argv, "IdentitiesOnly=yes") > n);
		assert_true(at(argv, "IdentityAgent=none") > n);
		assert_true(at(argv,
		    "UserKnownHostsFile=\"/known hosts\"") > n);
		assert_true(at(argv, "GlobalKnownHostsFile=/dev/null") > n);
		assert_true(at(argv, "StrictHostKeyChecking=yes") > n);
		assert_true(at(argv, "HostKeyAlgorithms=ssh-ed25519") > n);
		assert_true(at(argv, "u@h") > at(argv, "-p"));
		central_argv_free(argv);
		/* either half alone, or none */
		assert_int_equal(central_login(&c, NULL, "/k", &e), 0);
		argv = central_argv(&c, "git-receive-pack", "records", &e);
		assert_int_equal(at(argv, "-i"), -1);
		assert_true(at(argv, "UserKnownHostsFile=\"/k\"") > 0);
		central_argv_free(argv);
		assert_int_equal(central_login(&c, NULL, NULL, &e), 0);
		argv = central_argv(&c, "git-receive-pack", "records", &e);
		assert_int_equal(at(argv, "StrictHostKeyChecking=yes"), -1);
		central_argv_free(argv);
		central_release(&c);
	}
	assert_int_equal(central_parse(&c, "ssh://h/x", NULL, &e), 0);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err_clear(&e);
		assert_int_equal(central_login(&c, bad[i], NULL, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_int_equal(central_login(&c, NULL, bad[i], &e), -1);
	}
	central_release(&c);
}

/* The shell that git gives the command to sees the same words. */
static void
test_login_of_git(void **state)
{
	struct err e = ERR_INIT;
	char *dir = box_new(), *tool = str_fmt("%s/ssh tool", dir);
	char *quoted = str_fmt("'%s'", tool), *out = str_fmt("%s/out", dir);
	struct central c;
	char **env, *run;
	size_t i;

	(void)state;
	assert_int_equal(box_sh(NULL, "printf '#!/bin/sh\\nfor a; do echo "
	    "\"$a\"; done\\n' > '%s' && chmod 755 '%s'", tool, tool), 0);
	assert_int_equal(central_parse(&c, "ssh://h/x", quoted, &e), 0);
	assert_int_equal(central_login(&c, "/k e'y", "/known hosts", &e), 0);
	env = central_git_env(&c, &e);
	for (i = 0; env[i] && !str_starts(env[i], "GIT_SSH_COMMAND="); i++)
		;
	assert_non_null(env[i]);
	run = str_fmt("%s > '%s'", env[i] + strlen("GIT_SSH_COMMAND="), out);
	assert_int_equal(box_sh(NULL, "%s", run), 0);
	assert_int_equal(box_sh(NULL, "grep -qxF \"/k e'y\" '%s' && "
	    "grep -qxF 'UserKnownHostsFile=\"/known hosts\"' '%s' && "
	    "grep -qxF HostKeyAlgorithms=ssh-ed25519 '%s'", out, out, out), 0);
	central_argv_free(env);
	central_release(&c);
	free(run);
	free(out);
	free(quoted);
	free(tool);
	box_free(dir);
}

static void
test_create(void **state)
{
	struct buf problems = BUF_INIT(65536);
	struct err e = ERR_INIT;
	char *dir = box_new(), *url = str_fmt("%s/central", dir);
	struct central c;

	(void)state;
	assert_int_equal(central_parse(&c, url, NULL, &e), 0);
	assert_int_equal(central_create(&c, LIUDI_HOOKS, &e), 0);
	assert_int_equal(central_check(&c, &problems, &e), 0);
	assert_string_equal(buf_str(&problems), "");
	assert_int_equal(box_sh(NULL, "cd '%s' && test -x "
	    "records.git/hooks/pre-receive && test -x ssh-command && "
	    "test \"$(git -C records.git config core.bigFileThreshold)\" = "
	    "512k && git -C records.git cat-file -e receipts:server_key && "
	    "test \"$(git -C control.git config receive.unpackLimit)\" = 1",
	    url), 0);
	/* a second time: never over what is there */
	assert_int_equal(central_create(&c, LIUDI_HOOKS, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_true(*e.hint);

	assert_int_equal(box_sh(NULL, "cd '%s' && git -C records.git config "
	    "receive.unpackLimit 100 && git -C records.git config "
	    "receive.maxInputSize 262144k && git -C desk.git config "
	    "receive.denyDeletes true && git -C control.git config --unset "
	    "gc.auto && chmod -x records.git/hooks/post-receive && "
	    "rm control.git/hooks/pre-receive", url), 0);
	assert_int_equal(central_check(&c, &problems, &e), 0);
	assert_string_equal(buf_str(&problems),
	    "control.git: gc.auto is not set, should be '0'\n"
	    "control.git: hook pre-receive is missing\n"
	    "records.git: receive.unpackLimit is '100', should be '1'\n"
	    "records.git: hook post-receive is not executable\n"
	    "desk.git: receive.denyDeletes is 'true', should not be set\n");
	buf_release(&problems);
	central_release(&c);
	free(url);
	box_free(dir);
}

/* What the script says goes up; without the script there is no central. */
static void
test_create_failed(void **state)
{
	struct err e = ERR_INIT;
	char *dir = box_new(), *url = str_fmt("%s/central", dir);
	struct central c;

	(void)state;
	assert_int_equal(central_parse(&c, url, NULL, &e), 0);
	assert_int_equal(central_create(&c, dir, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_int_equal(box_sh(NULL, "printf 'echo one >&2\\necho setup: two "
	    ">&2\\nexit 3\\n' >'%s/setup'", dir), 0);
	err_clear(&e);
	assert_int_equal(central_create(&c, dir, &e), -1);
	assert_string_equal(e.what, "cannot make the central: two");
	assert_true(*e.hint);
	central_release(&c);
	free(url);
	box_free(dir);
}

static size_t
lines(const struct buf *b)
{
	const char *s = buf_str(b);
	size_t n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

/* What hooks/setup writes is what central_check() looks for, and no more. */
static void
test_settings(void **state)
{
	struct buf problems = BUF_INIT(65536), keys = BUF_INIT(65536);
	struct err e = ERR_INIT;
	char *dir = box_new(), *url = str_fmt("%s/central", dir);
	struct central c;

	(void)state;
	assert_int_equal(central_parse(&c, url, NULL, &e), 0);
	assert_int_equal(central_create(&c, LIUDI_HOOKS, &e), 0);
	assert_int_equal(box_sh(&keys, "cd '%s/desk.git' && sed -n "
	    "'/^\tdone <<-E$/,/^\tE$/s/^\t\t\\([a-z]*[.][A-Za-z]*\\) .*/"
	    "\\1/p' '%s/setup' | while read -r key; do "
	    "git config --unset \"$key\" && echo \"$key\"; done", url,
	    LIUDI_HOOKS), 0);
	assert_in_range(lines(&keys), 10, 100);
	assert_int_equal(central_check(&c, &problems, &e), 0);
	assert_int_equal(lines(&problems), lines(&keys));
	buf_release(&problems);
	buf_release(&keys);
	central_release(&c);
	free(url);
	box_free(dir);
}

static void
test_create_far(void **state)
{
	struct err e = ERR_INIT;
	struct central c;

	(void)state;
	assert_int_equal(central_parse(&c, "ssh://h/x", NULL, &e), 0);
	assert_int_equal(central_create(&c, LIUDI_HOOKS, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	central_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_argv),
		cmocka_unit_test(test_env),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_login_of_git),
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_create_failed),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_create_far)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
