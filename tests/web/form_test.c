/* tests/web/form_test.c - what browsers send, and what others do. */
#include "web/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

static struct form f;

static int
parse(const char *s)
{
	struct err e = ERR_INIT;

	return form_parse(&f, s, strlen(s), &e);
}

static void
what_browsers_send(void **state)
{
	(void)state;
	assert_int_equal(parse("q=%E9%80%80+%E6%AC%BE&who=&lang=zh&flag"), 0);
	assert_int_equal(f.n, 4);
	assert_string_equal(form_get(&f, "q"), "退 款");
	assert_string_equal(form_get(&f, "who"), "");
	assert_string_equal(form_get(&f, "lang"), "zh");
	assert_string_equal(form_get(&f, "flag"), "");
	assert_null(form_get(&f, "nothing"));
	assert_int_equal(parse(""), 0);
	assert_int_equal(f.n, 0);
	assert_int_equal(parse("&&a=1&&a=2&"), 0);
	assert_int_equal(f.n, 2);
	assert_string_equal(form_get(&f, "a"), "1");
	assert_int_equal(parse("a=b=c%3D&%61=x"), 0);
	assert_string_equal(form_get(&f, "a"), "b=c=");
}

static void
what_is_refused(void **state)
{
	static const char *const bad[] = {
		"a=%", "a=%4", "a=%zz", "a=%00", "a=%ff", "%c3=1", "a=%ED%A0%80"
	};
	char many[FORM_TEXT_MAX + 2];
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse(bad[i]), -1);
	for (i = 0; i < FORM_FIELDS_MAX; i++)
		memcpy(many + 2 * i, "a&", 2);
	assert_int_equal(form_parse(&f, many, 2 * i, &e), 0);
	memcpy(many + 2 * i, "a&", 2);
	assert_int_equal(form_parse(&f, many, 2 * i + 2, &e), -1);
	memset(many, 'a', sizeof(many));
	assert_int_equal(form_parse(&f, many, FORM_TEXT_MAX, &e), 0);
	assert_int_equal(form_parse(&f, many, FORM_TEXT_MAX + 1, &e), -1);
}

static void
paths(void **state)
{
	char path[] = "/chat/%E9%98%BF+b%2F..", nul[] = "/a%00b";
	struct err e = ERR_INIT;
	size_t n;

	(void)state;
	assert_int_equal(form_path(path, strlen(path), &n, &e), 0);
	assert_int_equal(n, strlen("/chat/阿+b/.."));
	assert_memory_equal(path, "/chat/阿+b/..", n);
	assert_int_equal(form_path(nul, strlen(nul), &n, &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_browsers_send),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
