/* desk/linefile: lines in order, and again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "desk/linefile.h"

#include "base/banned.h"

#define LONG 1000

static int
file_with(const char *text, size_t n)
{
	struct err e = ERR_INIT;
	int fd = memfd_create("lines", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, text, n, "lines", &e), 0);
	return fd;
}

/* How many lines; what linefile_next() said at last. */
static int
walk(const char *text, size_t *lines)
{
	int fd = file_with(text, strlen(text)), rc;
	struct err e = ERR_INIT;
	struct linefile l;
	const char *line, *again;
	int64_t off = 0;
	size_t n;

	*lines = 0;
	assert_int_equal(linefile_init(&l, fd, LONG, &e), 0);
	assert_true(l.whole);
	while ((rc = linefile_next(&l, off, &line, &n, &e)) == 1) {
		assert_memory_equal(line, text + off, n);
		assert_int_equal(linefile_get(&l, off, n, &again, &e), 0);
		assert_ptr_equal(line, again);
		off += (int64_t)n + 1;
		++*lines;
	}
	if (rc < 0)
		assert_int_equal(e.code, ERR_FORMAT);
	linefile_release(&l);
	close(fd);
	return rc;
}

static void
small_ones(void **state)
{
	char longer[LONG + 3];
	size_t n;

	(void)state;
	assert_int_equal(walk("", &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(walk("a\n\nbc\n", &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(walk("a\nb", &n), -1);
	assert_int_equal(n, 1);
	memset(longer, 'x', sizeof(longer));
	longer[LONG + 2] = '\0';
	longer[LONG + 1] = '\n';
	assert_int_equal(walk(longer, &n), -1);
	longer[LONG] = '\n';
	longer[LONG + 1] = '\0';
	assert_int_equal(walk(longer, &n), 0);
	assert_int_equal(n, 1);
}

/* More than is kept: lines come again, and one that changed is told. */
static void
a_large_one(void **state)
{
	const size_t len = 500, many = LINEFILE_WHOLE / 500 + 5000;
	struct err e = ERR_INIT;
	char line[500];
	const char *got;
	struct linefile l;
	int64_t off = 0;
	size_t i, n;
	int fd = memfd_create("lines", MFD_CLOEXEC);

	(void)state;
	memset(line, 'y', sizeof(line));
	line[len - 1] = '\n';
	for (i = 0; i < many; i++) {
		memcpy(line, &i, 3);
		line[0] = (char)('a' + i % 26);
		line[1] = line[2] = 'z';
		assert_int_equal(write(fd, line, len), (int)len);
	}
	assert_int_equal(linefile_init(&l, fd, LONG, &e), 0);
	assert_false(l.whole);
	for (i = 0; linefile_next(&l, off, &got, &n, &e) == 1; i++) {
		assert_int_equal(n, len - 1);
		assert_int_equal(got[0], 'a' + i % 26);
		off += (int64_t)n + 1;
	}
	assert_int_equal(i, many);
	for (i = 0; i < many; i += 997) {
		assert_int_equal(linefile_get(&l, (int64_t)(i * len), len - 1,
		    &got, &e), 0);
		assert_int_equal(got[0], 'a' + i % 26);
	}
	assert_int_equal(linefile_get(&l, 0, len - 1, &got, &e), 0);
	assert_int_equal(pwrite(fd, "\n", 1, (off_t)(900 * len + 7)), 1);
	assert_int_equal(linefile_get(&l, (int64_t)(many - 1) * 500, len - 1,
	    &got, &e), 0);
	assert_int_equal(linefile_get(&l, 900 * 500, len - 1, &got, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(ftruncate(fd, 10), 0);
	assert_int_equal(linefile_get(&l, 500 * 500, len - 1, &got, &e), -1);
	linefile_release(&l);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_ones),
		cmocka_unit_test(a_large_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
