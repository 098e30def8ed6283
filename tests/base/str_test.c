/* tests/base/str_test.c */
#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/banned.h"

static void
copies(void **state)
{
	char *s;

	(void)state;
	s = str_dup("abc");
	assert_string_equal(s, "abc");
	free(s);
	s = str_ndup("abc", 2);
	assert_string_equal(s, "ab");
	free(s);
	s = str_ndup(NULL, 0);
	assert_string_equal(s, "");
	free(s);
	assert_null(str_ndup("a", SIZE_MAX));
	s = str_fmt("%s-%03d", "x", 7);
	assert_string_equal(s, "x-007");
	free(s);
}

static void
compares(void **state)
{
	(void)state;
	assert_true(str_starts("abc", "ab"));
	assert_true(str_starts("abc", ""));
	assert_false(str_starts("ab", "abc"));
	assert_true(str_ends("abc", "bc"));
	assert_true(str_ends("abc", ""));
	assert_false(str_ends("bc", "abc"));
	assert_false(str_ends("abd", "bc"));
	assert_true(str_eq("a", "a"));
	assert_false(str_eq("a", "b"));
	assert_true(str_eq(NULL, NULL));
	assert_false(str_eq(NULL, ""));
	assert_false(str_eq("", NULL));
	assert_true(str_cmp_bytes("a", 1, "b", 1) < 0);
	assert_true(str_cmp_bytes("\xff", 1, "a", 1) > 0);
	assert_true(str_cmp_bytes("a", 1, "ab", 2) < 0);
	assert_true(str_cmp_bytes("ab", 2, "a", 1) > 0);
	assert_int_equal(str_cmp_bytes("a\0b", 3, "a\0b", 3), 0);
	assert_true(str_cmp_bytes("a\0b", 3, "a\0c", 3) < 0);
	assert_int_equal(str_cmp_bytes(NULL, 0, NULL, 0), 0);
}

static void
numbers(void **state)
{
	static const char *const bad[] = {
		"", "-", "+1", " 1", "1 ", "01", "-0", "-01", "1x", "0x1",
		"1.0",
		"9223372036854775808", "-9223372036854775809",
		"99999999999999999999", "--1"
	};
	int64_t v = 42;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(str_to_i64(bad[i], INT64_MIN, INT64_MAX, &v),
		    -1);
		assert_int_equal(v, 42);
	}
	assert_int_equal(str_to_i64("0", 0, 0, &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(str_to_i64("9223372036854775807", INT64_MIN,
	    INT64_MAX, &v), 0);
	assert_true(v == INT64_MAX);
	assert_int_equal(str_to_i64("-9223372036854775808", INT64_MIN,
	    INT64_MAX, &v), 0);
	assert_true(v == INT64_MIN);
	assert_int_equal(str_to_i64("-7", -7, 7, &v), 0);
	assert_int_equal(v, -7);
	assert_int_equal(str_to_i64("8", -7, 7, &v), -1);
	assert_int_equal(str_to_i64("-8", -7, 7, &v), -1);
}

static void
hex(void **state)
{
	const uint8_t data[4] = {0x00, 0x9f, 0xa0, 0xff};
	uint8_t back[4] = {1, 2, 3, 4};
	char text[9];

	(void)state;
	str_hex(text, data, 4);
	assert_string_equal(text, "009fa0ff");
	str_hex(text, data, 0);
	assert_string_equal(text, "");
	assert_int_equal(str_unhex(back, 4, "009FA0ff", 8), -1);
	assert_int_equal(str_unhex(back, 4, "009fa0fg", 8), -1);
	assert_int_equal(str_unhex(back, 4, "009fa0f", 7), -1);
	assert_int_equal(str_unhex(back, 4, "009fa0ff0", 9), -1);
	assert_int_equal(str_unhex(back, 4, "009fa0ff00", 10), -1);
	assert_int_equal(back[0], 1);
	assert_int_equal(str_unhex(back, 4, "009fa0ff", 8), 0);
	assert_memory_equal(back, data, 4);
}

static void
distances(void **state)
{
	char a[80], b[80];

	(void)state;
	assert_int_equal(str_distance("", ""), 0);
	assert_int_equal(str_distance("run", "run"), 0);
	assert_int_equal(str_distance("run", ""), 3);
	assert_int_equal(str_distance("", "run"), 3);
	assert_int_equal(str_distance("stauts", "status"), 1);
	assert_int_equal(str_distance("kitten", "sitting"), 3);
	assert_int_equal(str_distance("ab", "ba"), 1);
	assert_int_equal(str_distance("abc", "ca"), 3);
	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	a[63] = b[63] = '\0';
	assert_int_equal(str_distance(a, b), 63);
	a[63] = 'a';
	a[64] = '\0';
	assert_int_equal(str_distance(a, "x"), 64);
	assert_int_equal(str_distance("x", a), 64);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies),
		cmocka_unit_test(compares),
		cmocka_unit_test(numbers),
		cmocka_unit_test(hex),
		cmocka_unit_test(distances)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
