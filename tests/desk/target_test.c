/* desk/target and desk/names: a restore writes where it was told, only. */
#include <fcntl.h>
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
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/names.h"
#include "desk/target.h"

#include "base/banned.h"

struct place {
	char dir[64];		/* holds "in" and "out" */
	char in[80], out[80];
};

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		return -1;
	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/liudi-target-XXXXXX");
	if (!mkdtemp(p->dir))
		return -1;
	(void)snprintf(p->in, sizeof(p->in), "%s/in", p->dir);
	(void)snprintf(p->out, sizeof(p->out), "%s/out", p->dir);
	*state = p;
	return mkdir(p->in, 0700) || mkdir(p->out, 0700);
}

static int
teardown(void **state)
{
	struct place *p = *state;
	struct err e = ERR_INIT;
	int rc = file_remove_tree(p->dir, &e);

	free(p);
	return rc;
}

static int
nothing(const char *name, void *arg, struct err *e)
{
	(void)arg;
	return err_set(e, ERR_FAIL, "'%s' is there", name);
}

static void
assert_empty(const char *dir)
{
	struct err e = ERR_INIT;

	assert_int_equal(file_each(dir, nothing, NULL, &e), 0);
}

static int
put(struct target *t, size_t i, const char *path, const char *text)
{
	struct err e = ERR_INIT;
	int rc = target_begin(t, i, path, strlen(path), &e);

	if (rc != 0)
		return rc;
	if (target_write(t, i, 0, text, strlen(text), &e) < 0)
		return -1;
	return target_end(t, i, 04755, 1000000000, 5, &e);
}

static void
check(const struct place *p, const char *name, const char *text)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(4096);
	char *path = path_join(p->in, name);

	assert_int_equal(file_load(path, &b, &e), 0);
	assert_string_equal(buf_str(&b), text);
	buf_release(&b);
	free(path);
}

static void
files_appear_whole(void **state)
{
	struct place *p = *state;
	struct err e = ERR_INIT;
	struct target *t = target_new(p->in, false, &e);
	struct stat st;
	char *path = path_join(p->in, "a/b/f");

	assert_int_equal(target_begin(t, 0, "a/b/f", 5, &e), 0);
	assert_int_equal(target_write(t, 0, 3, "def", 3, &e), 0);
	assert_false(file_exists(path));
	assert_int_equal(target_write(t, 0, 0, "abc", 3, &e), 0);
	assert_int_equal(target_end(t, 0, 04751, 1000000000, 5, &e), 0);
	check(p, "a/b/f", "abcdef");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0751);
	assert_int_equal(st.st_mtim.tv_sec, 1000000000);
	assert_int_equal(st.st_mtim.tv_nsec, 5);
	free(path);
	target_free(t);
}

static void
unfinished_leaves_nothing(void **state)
{
	struct place *p = *state;
	struct err e = ERR_INIT;
	struct target *t = target_new(p->in, false, &e);

	assert_int_equal(target_begin(t, 0, "f", 1, &e), 0);
	assert_int_equal(target_begin(t, 1, "g", 1, &e), 0);
	target_drop(t, 0);
	target_free(t);
	assert_empty(p->in);
}

static void
paths_stay_below(void **state)
{
	static const char *const bad[] = {"../f", "a/../../f", "/f", "a//f",
	    "./f", "a/", "", "a/.", ".."};
	struct place *p = *state;
	struct err e = ERR_INIT;
	struct target *t = target_new(p->in, true, &e);
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(put(t, i, bad[i], "x"), -1);
		assert_int_equal(target_begin(t, i, bad[i], strlen(bad[i]),
		    &e), -1);
		assert_int_equal(e.code, ERR_USAGE);
	}
	/* A NUL inside ends no check early. */
	assert_int_equal(target_begin(t, 50, "a\0b", 3, &e), -1);
	target_free(t);
	assert_empty(p->in);
	assert_empty(p->out);
}

static void
links_are_not_followed(void **state)
{
	struct place *p = *state;
	struct err e = ERR_INIT;
	char *link = path_join(p->in, "link");
	char *name = path_join(p->in, "name");
	char *victim = path_join(p->out, "victim");
	struct target *t;

	assert_int_equal(symlink(p->out, link), 0);
	assert_int_equal(symlink(victim, name), 0);
	t = target_new(p->in, true, &e);
	assert_int_equal(put(t, 0, "link/f", "x"), -1);
	assert_int_equal(put(t, 1, "link/a/f", "x"), -1);
	/* Overwriting a link replaces the link, not what it points to. */
	assert_int_equal(put(t, 2, "name", "x"), 0);
	target_free(t);
	check(p, "name", "x");
	assert_empty(p->out);
	free(link);
	free(name);
	free(victim);
}

static void
what_is_there_stays(void **state)
{
	struct place *p = *state;
	struct err e = ERR_INIT;
	struct target *t = target_new(p->in, false, &e);

	assert_int_equal(put(t, 0, "f", "old"), 0);
	assert_int_equal(put(t, 1, "f", "new"), 1);
	check(p, "f", "old");
	/* It came while we were writing. */
	assert_int_equal(target_begin(t, 2, "g", 1, &e), 0);
	assert_int_equal(put(t, 3, "g", "first"), 0);
	assert_int_equal(target_end(t, 2, 0600, 0, 0, &e), 1);
	check(p, "g", "first");
	/* A file is no folder. */
	assert_int_equal(put(t, 4, "f/x", "x"), -1);
	target_free(t);
	t = target_new(p->in, true, &e);
	assert_int_equal(put(t, 0, "f", "new"), 0);
	check(p, "f", "new");
	assert_int_equal(put(t, 1, "d/x", "x"), 0);
	assert_int_equal(put(t, 2, "d", "x"), -1);
	target_free(t);
}

/* More at a time than are kept open. */
static void
many_at_once(void **state)
{
	struct place *p = *state;
	struct err e = ERR_INIT;
	struct target *t = target_new(p->in, false, &e);
	char name[32];
	size_t i;

	for (i = 0; i < 600; i++) {
		int n = snprintf(name, sizeof(name), "d%zu/f%zu", i % 70, i);

		assert_int_equal(target_begin(t, i, name, (size_t)n, &e), 0);
		assert_int_equal(target_write(t, i, 0, "ab", 2, &e), 0);
	}
	for (i = 0; i < 600; i++) {
		assert_int_equal(target_write(t, i, 2, "c", 1, &e), 0);
		assert_int_equal(target_end(t, i, 0644, 0, 0, &e), 0);
	}
	check(p, "d9/f79", "abc");
	target_free(t);
}

static void
portable(const char *path, size_t n, const char *want)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(4096);

	assert_int_equal(names_portable(&b, path, n, &e), 0);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void
names_fit_everywhere(void **state)
{
	char name[300];
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(4096);

	(void)state;
	portable("a/b.txt", 7, "a/b.txt");
	portable("客户 李.txt", strlen("客户 李.txt"), "客户 李.txt");
	portable("a:b?/c\\d", 8, "a%3Ab%3F/c%5Cd");
	portable("a./b ", 5, "a%2E/b%20");
	portable("NUL/con.txt/com1/console", 24, "_NUL/_con.txt/_com1/console");
	portable("\xff" "a\n", 3, "%FFa%0A");
	memset(name, ':', sizeof(name));
	assert_int_equal(names_portable(&b, name, 200, &e), 0);
	assert_int_equal(b.len, 255);
	buf_release(&b);
}

static void
names_are_told_apart(void **state)
{
	char *v[] = {str_dup("a/B.txt"), str_dup("a/b.txt"),
	    str_dup("a/b~2.txt"), str_dup("c"), str_dup("C")};
	bool changed[5] = {false};
	struct err e = ERR_INIT;
	size_t i, j;

	(void)state;
	assert_int_equal(names_distinct(v, changed, 5, &e), 0);
	assert_string_equal(v[0], "a/B.txt");
	assert_string_equal(v[3], "c");
	assert_string_equal(v[4], "C~2");
	assert_true(changed[1] && changed[4]);
	assert_false(changed[0] || changed[3]);
	for (i = 0; i < 5; i++)
		for (j = 0; j < i; j++)
			assert_string_not_equal(v[i], v[j]);
	for (i = 0; i < 5; i++)
		free(v[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_appear_whole, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(unfinished_leaves_nothing,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(paths_stay_below, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(links_are_not_followed, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(what_is_there_stays, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(many_at_once, setup, teardown),
		cmocka_unit_test(names_fit_everywhere),
		cmocka_unit_test(names_are_told_apart),
	};
	struct err e = ERR_INIT;

	if (crypto_setup(&e) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
