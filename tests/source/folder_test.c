/* tests/source/folder_test.c */
#include "source/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"

#include "base/banned.h"

#define DIR_NAME "folder_test.d"

struct fixture {
	int fd;
	struct folder f;
	void *buf;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	if (!x || file_remove_tree(DIR_NAME, &x->e) < 0 ||
	    file_mkdirs(DIR_NAME, 0700, &x->e) < 0)
		return -1;
	x->fd = open(DIR_NAME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	x->buf = malloc(FOLDER_BUF_LEN);
	*state = x;
	return x->fd < 0 || !x->buf ? -1 : 0;
}

static int
teardown(void **state)
{
	struct fixture *x = *state;

	(void)close(x->fd);
	folder_release(&x->f);
	folder_release(&x->f);	/* twice is fine */
	free(x->buf);
	if (file_remove_tree(DIR_NAME, &x->e) < 0)
		return -1;
	free(x);
	return 0;
}

static void
touch(struct fixture *x, const char *name)
{
	int fd = openat(x->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	(void)close(fd);
}

static void
read_it(struct fixture *x)
{
	assert_true(lseek(x->fd, 0, SEEK_SET) == 0);
	assert_int_equal(folder_read(&x->f, x->fd, x->buf, &x->e), 0);
}

static void
order(void **state)
{
	static const char *const want[] = {
		"+", "a", "a+", "a-", "a.", "a0", "abcdefg", "abcdefg-",
		"abcdefgh", "abcdefgh+", "abcdefgh0", "abcdefgh01",
		"abcdefgh0123", "\x7f", "\xe8\x81\x8a", "\xff"
	};
	static const char *const folders[] = {"a", "abcdefg", "abcdefgh", "b"};
	struct fixture *x = *state;
	char full[2][300];
	size_t i;

	read_it(x);
	assert_int_equal(x->f.n, 0);
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		touch(x, want[i]);
	read_it(x);
	assert_int_equal(x->f.n, sizeof(want) / sizeof(want[0]));
	for (i = 0; i < x->f.n; i++) {
		assert_string_equal(x->f.item[i].name, want[i]);
		assert_int_equal(x->f.item[i].len, strlen(want[i]));
		assert_int_equal(x->f.item[i].type, DT_REG);
		assert_int_equal(x->f.item[i].flags, 0);
	}
	/* As folders they move behind what begins with '+', '-' and '.'. */
	for (i = 0; i < 4; i++) {
		(void)unlinkat(x->fd, folders[i], 0);
		assert_int_equal(mkdirat(x->fd, folders[i], 0700), 0);
	}
	read_it(x);
	assert_string_equal(x->f.item[4].name, "a");
	assert_int_equal(x->f.item[4].type, DT_DIR);
	for (i = 1; i < x->f.n; i++) {
		(void)snprintf(full[0], sizeof(full[0]), "%s%s",
		    x->f.item[i - 1].name,
		    x->f.item[i - 1].type == DT_DIR ? "/" : "");
		(void)snprintf(full[1], sizeof(full[1]), "%s%s",
		    x->f.item[i].name,
		    x->f.item[i].type == DT_DIR ? "/" : "");
		assert_true(strcmp(full[0], full[1]) < 0);
		assert_null(strchr(x->f.item[i].name, '/'));
	}
}

/* Index of NAME; it must be there. */
static const struct folder_item *
item(const struct fixture *x, const char *name)
{
	size_t i;

	for (i = 0; i < x->f.n; i++)
		if (strcmp(x->f.item[i].name, name) == 0)
			return &x->f.item[i];
	fail_msg("no '%s'", name);
	return NULL;
}

static void
is_side(const struct fixture *x, const char *name, const char *base)
{
	assert_true(item(x, name)->flags & FOLDER_SIDE);
	assert_string_equal(x->f.item[item(x, name)->base].name, base);
}

static void
sides(void **state)
{
	static const char *const files[] = {
		"a", "a-wal", "a-shm", "a-journal", "b-wal", "-wal", "c",
		"c-wal-wal", "d-wal", "e", "e-shm", "a-wal-shm"
	};
	struct fixture *x = *state;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		touch(x, files[i]);
	assert_int_equal(mkdirat(x->fd, "d", 0700), 0);
	assert_int_equal(mkdirat(x->fd, "e-wal", 0700), 0);
	read_it(x);
	is_side(x, "a-wal", "a");
	is_side(x, "a-shm", "a");
	is_side(x, "a-journal", "a");
	is_side(x, "e-shm", "e");
	is_side(x, "a-wal-shm", "a-wal");
	assert_int_equal(item(x, "a")->flags,
	    FOLDER_WAL | FOLDER_SHM | FOLDER_JOURNAL);
	assert_int_equal(item(x, "e")->flags, FOLDER_SHM);
	assert_int_equal(item(x, "b-wal")->flags, 0);
	assert_int_equal(item(x, "-wal")->flags, 0);
	assert_int_equal(item(x, "c")->flags, 0);
	assert_int_equal(item(x, "c-wal-wal")->flags, 0);
	assert_int_equal(item(x, "d-wal")->flags, 0);	/* d is a folder */
	assert_int_equal(item(x, "e-wal")->flags, 0);
}

static void
look(void **state)
{
	struct fixture *x = *state;
	char longest[300];

	touch(x, "a");
	touch(x, "a-wal");
	touch(x, "b");
	assert_int_equal(mkdirat(x->fd, "d", 0700), 0);
	touch(x, "d-wal");
	assert_int_equal(folder_look(&x->f, x->fd, "a", &x->e), 0);
	assert_int_equal(x->f.n, 2);
	is_side(x, "a-wal", "a");
	assert_int_equal(folder_look(&x->f, x->fd, "b", &x->e), 0);
	assert_int_equal(x->f.n, 1);
	assert_int_equal(folder_look(&x->f, x->fd, "d", &x->e), 0);
	assert_int_equal(x->f.n, 1);
	assert_int_equal(x->f.item[0].type, DT_DIR);
	assert_string_equal(x->f.item[0].name, "d");
	assert_int_equal(folder_look(&x->f, x->fd, "none", &x->e), 0);
	assert_int_equal(x->f.n, 0);
	memset(longest, 'x', sizeof(longest));
	longest[299] = '\0';
	assert_int_equal(folder_look(&x->f, x->fd, longest, &x->e), 0);
	assert_int_equal(x->f.n, 0);
}

static void
no_folder(void **state)
{
	struct fixture *x = *state;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_int_equal(folder_read(&x->f, fd, x->buf, &x->e), -1);
	assert_int_equal(x->e.code, ERR_IO);
	assert_int_equal(x->f.n, 0);
	(void)close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(order), TEST(sides), TEST(look), TEST(no_folder)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
