/* tests/base/buf_test.c */
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/banned.h"

static void
appends(void **state)
{
	struct buf b = BUF_INIT(1000);
	struct err e = ERR_INIT;

	(void)state;
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(buf_add(&b, "ab\0c", 4, &e), 0);
	assert_int_equal(buf_addc(&b, 'd', &e), 0);
	assert_int_equal(buf_adds(&b, "ef", &e), 0);
	assert_int_equal(buf_addf(&b, &e, "%d-%s", 12, "x"), 0);
	assert_int_equal(b.len, 11);
	assert_memory_equal(b.data, "ab\0cdef12-x", 12);
	assert_int_equal(buf_add(&b, NULL, 0, &e), 0);
	buf_drop(&b, 0);
	buf_drop(&b, 3);
	assert_string_equal(buf_str(&b), "cdef12-x");
	buf_drop(&b, b.len);
	assert_int_equal(b.len, 0);
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(buf_adds(&b, "again", &e), 0);
	buf_clear(&b);
	assert_string_equal(buf_str(&b), "");
	assert_non_null(b.data);
	buf_release(&b);
	assert_null(b.data);
	assert_int_equal(b.max, 1000);
	buf_release(&b);
}

static void
never_over_max(void **state)
{
	struct buf b;
	struct err e = ERR_INIT;

	(void)state;
	buf_init(&b, 5);
	assert_int_equal(buf_adds(&b, "12345", &e), 0);
	assert_int_equal(buf_addc(&b, '6', &e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	assert_string_equal(buf_str(&b), "12345");
	assert_int_equal(buf_addf(&b, &e, "%s", "x"), -1);
	assert_int_equal(buf_reserve(&b, SIZE_MAX, &e), -1);
	assert_int_equal(buf_reserve(&b, 0, &e), 0);
	assert_int_equal(b.cap, 5);
	assert_string_equal(buf_str(&b), "12345");
	buf_wipe(&b);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.max, 5);
	buf_init(&b, 0);
	assert_int_equal(buf_addc(&b, 'x', &e), -1);
	assert_int_equal(buf_adds(&b, "", &e), 0);
	buf_wipe(&b);
	buf_init(&b, SIZE_MAX);
	assert_int_equal(buf_adds(&b, "x", &e), 0);
	assert_int_equal(buf_reserve(&b, SIZE_MAX - 1, &e), -1);
	assert_int_equal(buf_reserve(&b, SIZE_MAX - 2, &e), -1);
	assert_string_equal(buf_str(&b), "x");
	buf_release(&b);
}

static void
grows_byte_by_byte(void **state)
{
	struct buf b = BUF_INIT(100000);
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 100000; i++)
		assert_int_equal(buf_addc(&b, (char)(i % 251), &e), 0);
	assert_int_equal(buf_addc(&b, 0, &e), -1);
	for (i = 0; i < b.len; i++)
		assert_int_equal(b.data[i], i % 251);
	buf_release(&b);
}

static void
take_hands_over(void **state)
{
	struct buf b = BUF_INIT(10);
	struct err e = ERR_INIT;
	uint8_t *p;
	size_t n = 9;

	(void)state;
	assert_null(buf_take(&b, &n));
	assert_int_equal(n, 0);
	assert_int_equal(buf_adds(&b, "abc", &e), 0);
	p = buf_take(&b, &n);
	assert_int_equal(n, 3);
	assert_string_equal((char *)p, "abc");
	assert_null(b.data);
	assert_int_equal(b.max, 10);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends),
		cmocka_unit_test(never_over_max),
		cmocka_unit_test(grows_byte_by_byte),
		cmocka_unit_test(take_hands_over)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
