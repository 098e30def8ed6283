/* tests/base/path_test.c */
#include "base/path.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"

#include "base/banned.h"

static void
check_join(const char *a, const char *b, const char *want)
{
	char *s = path_join(a, b);

	assert_string_equal(s, want);
	free(s);
}

static void
joins(void **state)
{
	(void)state;
	check_join("a", "b", "a/b");
	check_join("a/", "b", "a/b");
	check_join("a//", "/b", "a/b");
	check_join("/", "b", "/b");
	check_join("", "b", "b");
	check_join("a", "", "a/");
}

static void
safe(void **state)
{
	static const char *const bad[] = {
		"", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/..",
		"a/../b", "../a"
	};
	char longest[5000];
	size_t i;

	(void)state;
	assert_true(path_is_safe("a", 1));
	assert_true(path_is_safe("a/b/...", 7));
	assert_true(path_is_safe(".a/..b", 6));
	assert_true(path_is_safe("\xff/ ", 3));
	assert_false(path_is_safe("a\0b", 3));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(path_is_safe(bad[i], strlen(bad[i])));
	memset(longest, 'a', sizeof(longest));
	assert_true(path_is_safe(longest, 255));
	assert_false(path_is_safe(longest, 256));
	for (i = 100; i < sizeof(longest); i += 100)
		longest[i] = '/';
	assert_true(path_is_safe(longest, 4095));
	assert_false(path_is_safe(longest, 4096));
}

static void
matches(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool hit;
	} t[] = {
		{"*.txt", "a.txt", true}, {"*.txt", "d/a.txt", true},
		{"*.txt", "a.txt/b", false}, {"*.txt", "a.tx", false},
		{"*.txt", ".txt", true}, {"a?c", "abc", true},
		{"a?c", "ac", false}, {"a?c", "a\xe7\x95\x99" "c", true},
		{"a?c", "a/c", false}, {"d/*", "d/a", true},
		{"d/*", "d/a/b", false}, {"d/*", "d", false},
		{"d/**", "d/a/b", true}, {"d/**", "d", true},
		{"**/b", "b", true}, {"**/b", "x/y/b", true},
		{"**/b", "x/y/bb", false}, {"a/**/b", "a/b", true},
		{"a/**/b", "a/x/y/b", true}, {"a/**/b", "a/x/y/c", false},
		{"a/**/b/**/c", "a/b/x/b/c", true},
		{"a/**/b/**/c", "a/x/c", false}, {"**", "a/b", true},
		{"a**b", "axxb", true}, {"x/a**b", "x/a/b", false},
		{"[a-c]x", "bx", true}, {"[a-c]x", "dx", false},
		{"[!a-c]x", "dx", true}, {"[!a-c]x", "bx", false},
		{"[!a]", "\xe7\x95\x99", true}, {"[]]", "]", true},
		{"[a-]", "-", true}, {"[a", "[a", true}, {"[a", "a", false},
		{"[\\]]", "]", true}, {"[!]]", "x", true},
		{"\\*", "*", true}, {"\\*", "x", false},
		{"\\?.\\[", "?.[", true}, {"a\\", "a\\", true},
		{"d/", "d/a", true}, {"d/", "d/a/b", true}, {"d/", "d", false},
		{"d/", "x/d/a", false}, {"**/d/", "x/d/a", true},
		{"**/d/", "x/d", false}, {"*/", "x/d", true},
		{"/a", "a", true}, {"/a", "x/a", false}, {"/", "a", true},
		{"", "a", false}, {"", "", false}, {"*", "a", true},
		{"*", "a/b", true}, {"a", "A", false},
		{"*a*b*c", "xaybzc", true}, {"*a*b*c", "xaybz", false},
		{"\xe7\x95\x99*", "\xe7\x95\x99\xe5\xba\x95", true},
		{"d/a", "d/a", true}, {"d/a", "d/a/b", false},
		{"d/a", "e/d/a", false}, {"d/**/", "d/a", true}
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (path_match(t[i].pattern, t[i].path) != t[i].hit)
			fail_msg("'%s' '%s'", t[i].pattern, t[i].path);
}

/* Patterns over which a recursive matcher would not end in our time. */
static void
no_blow_up(void **state)
{
	char pattern[2001], path[4001];
	size_t i;

	(void)state;
	for (i = 0; i < 2000; i += 2)
		memcpy(pattern + i, "*a", 3);
	pattern[1999] = 'b';
	memset(path, 'a', 4000);
	path[4000] = '\0';
	assert_false(path_match(pattern, path));
	for (i = 0; i + 5 <= 2000; i += 5)
		memcpy(pattern + i, "**/a/", 6);
	pattern[1999] = 'b';
	for (i = 1; i < 4000; i += 2)
		path[i] = '/';
	path[3999] = '\0';
	assert_false(path_match(pattern, path));
	pattern[1999] = '/';
	assert_true(path_match(pattern, path));
}

static void
globs(void **state)
{
	(void)state;
	assert_true(path_has_glob("a*"));
	assert_true(path_has_glob("?"));
	assert_true(path_has_glob("[a]"));
	assert_true(path_has_glob("\\\\*"));
	assert_false(path_has_glob("a\\*b"));
	assert_false(path_has_glob("a/b"));
	assert_false(path_has_glob("a\\"));
}

static void
check_expand(const char *p, const char *base, const char *want)
{
	struct err e = ERR_INIT;
	char *s = path_expand(p, base, &e);

	assert_non_null(s);
	assert_string_equal(s, want);
	free(s);
}

static void
expands(void **state)
{
	struct err e = ERR_INIT;
	char *cwd = getcwd(NULL, 0);
	char *want = path_join(cwd, "a");
	char *home = getenv("HOME") ? str_dup(getenv("HOME")) : NULL;
	char *s;

	(void)state;
	assert_int_equal(setenv("HOME", "/home/x", 1), 0);
	check_expand("~", NULL, "/home/x");
	check_expand("~/", NULL, "/home/x");
	check_expand("~/a/b", "/base", "/home/x/a/b");
	check_expand("/abs", "/base", "/abs");
	check_expand("rel", "/base", "/base/rel");
	check_expand("~x", "/base", "/base/~x");
	check_expand("a", NULL, want);
	assert_int_equal(unsetenv("HOME"), 0);
	s = path_expand("~/q", NULL, &e);	/* from the password file */
	if (s)
		assert_true(str_ends(s, "/q"));
	else
		assert_int_equal(e.code, ERR_NOENT);
	free(s);
	if (home)
		assert_int_equal(setenv("HOME", home, 1), 0);
	free(home);
	free(want);
	free(cwd);
}

static void
check_split(const char *p, const char *dir, const char *name)
{
	char *s = path_dir(p);

	assert_string_equal(s, dir);
	assert_string_equal(path_name(p), name);
	free(s);
}

static void
splits(void **state)
{
	(void)state;
	check_split("a", ".", "a");
	check_split("a/b", "a", "b");
	check_split("a//b", "a", "b");
	check_split("/a", "/", "a");
	check_split("/", "/", "");
	check_split("a/b/", "a/b", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins),
		cmocka_unit_test(safe),
		cmocka_unit_test(matches),
		cmocka_unit_test(no_blow_up),
		cmocka_unit_test(globs),
		cmocka_unit_test(expands),
		cmocka_unit_test(splits)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
