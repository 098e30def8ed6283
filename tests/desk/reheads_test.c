/* tests/desk/reheads_test.c - the tar of new headers, and finding them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/rehead_make.h"
#include "desk/reheads.h"

#include "base/banned.h"

#define ENTRIES 5

static char dir[] = "/tmp/liudi-reheads-XXXXXX";

struct seen {
	size_t n;
	size_t bytes;
	size_t stop;		/* 0 = never */
};

static int
see(void *arg, const uint8_t sha256[static 32], const void *header, size_t n,
	struct err *e)
{
	struct seen *s = arg;
	const uint8_t *p = header;

	assert_int_equal(sha256[0], s->n);
	assert_int_equal(sha256[31], 255);
	if (n > 0)
		assert_int_equal(p[n - 1], 'x');
	s->n++;
	s->bytes += n;
	return s->stop && s->n == s->stop ? err_set(e, ERR_FAIL, "enough") :
	    0;
}

static void
make(struct buf *tar)
{
	static const size_t len[ENTRIES] = {0, 1, 511, 512, 513};
	struct err e = ERR_INIT;
	uint8_t sum[32], text[513];
	size_t i;

	memset(text, 'x', sizeof(text));
	memset(sum, 255, sizeof(sum));
	for (i = 0; i < ENTRIES; i++) {
		sum[0] = (uint8_t)i;
		assert_int_equal(reheads_tar_add(tar, sum, text, len[i], &e),
		    0);
	}
	assert_int_equal(reheads_tar_end(tar, &e), 0);
	assert_int_equal(tar->len % 512, 0);
}

static void
comes_back(void **state)
{
	struct buf tar = BUF_INIT(65536);
	struct seen s = {0};
	struct err e = ERR_INIT;

	(void)state;
	make(&tar);
	assert_int_equal(reheads_tar_each(tar.data, tar.len, see, &s, &e), 0);
	assert_int_equal(s.n, ENTRIES);
	assert_int_equal(s.bytes, 0 + 1 + 511 + 512 + 513);
	s = (struct seen){.stop = 2};
	assert_int_equal(reheads_tar_each(tar.data, tar.len, see, &s, &e),
	    -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_int_equal(s.n, 2);
	buf_release(&tar);
}

static void
refuses_what_is_none(void **state)
{
	static const size_t at[] = {3, 63, 64, 124, 135, 148, 156};
	struct buf tar = BUF_INIT(65536), small = BUF_INIT(1500);
	struct seen s;
	struct err e = ERR_INIT;
	uint8_t sum[32] = {0}, was;
	size_t i;

	(void)state;
	make(&tar);
	for (i = 0; i < sizeof(at) / sizeof(*at); i++) {
		was = tar.data[at[i]];
		tar.data[at[i]] = 'z';
		s = (struct seen){0};
		err_clear(&e);
		assert_int_equal(reheads_tar_each(tar.data, tar.len, see, &s,
		    &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_int_equal(s.n, 0);
		tar.data[at[i]] = was;
	}
	for (i = 0; i < tar.len - 1024; i += 100) {
		s = (struct seen){0};
		err_clear(&e);
		assert_int_equal(reheads_tar_each(tar.data, i, see, &s, &e),
		    -1);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	/* no room */
	err_clear(&e);
	assert_int_equal(reheads_tar_add(&small, sum, tar.data, 600, &e), -1);
	assert_int_equal(small.len, 0);
	assert_int_equal(e.code, ERR_FAIL);
	buf_release(&tar);
	buf_release(&small);
}

static void
finds_the_newest_first(void **state)
{
	struct buf out = BUF_INIT(10), all = BUF_INIT(100);
	struct catalogue *c;
	struct reheads *r;
	struct err e = ERR_INIT;
	uint8_t a[32] = {1}, b[32] = {2};
	char *file;
	int i;

	(void)state;
	assert_non_null(mkdtemp(dir));
	file = str_fmt("%s/c.sqlite3", dir);
	assert_non_null(file);
	c = catalogue_open(file, true, &e);
	assert_non_null(c);
	for (i = 0; i < 2; i++)		/* the second time nothing is new */
		assert_int_equal(catalogue_run(c, SQL_HEADER_ADD, &e, "bb",
		    (const void *)a, (size_t)32, "older", (size_t)5), 0);
	assert_int_equal(catalogue_run(c, SQL_HEADER_ADD, &e, "bb",
	    (const void *)a, (size_t)32, "newer", (size_t)5), 0);
	r = reheads_open(file, &e);
	assert_non_null(r);
	assert_int_equal(reheads_find(r, a, &all, &e), 0);
	assert_string_equal(buf_str(&all), "newerolder");
	assert_int_equal(buf_add(&out, "12345", 5, &e), 0);
	assert_int_equal(reheads_find(r, a, &out, &e), 0);
	assert_string_equal(buf_str(&out), "12345newer");
	buf_clear(&all);
	assert_int_equal(reheads_find(r, b, &all, &e), 0);
	assert_int_equal(all.len, 0);
	assert_int_equal(reheads_has(r, a, "older", 5, &e), 1);
	assert_int_equal(reheads_has(r, a, "olde", 4, &e), 0);
	assert_int_equal(reheads_has(r, b, "older", 5, &e), 0);
	reheads_free(r);
	catalogue_close(c);
	assert_int_equal(file_remove_tree(dir, &e), 0);
	free(file);
	buf_release(&out);
	buf_release(&all);
}

static void
names_folders(void **state)
{
	char out[CANON_REF_LEN], longest[CANON_REF_LEN + 1];

	(void)state;
	assert_int_equal(rehead_folder("refs/heads/ws/ws-01/main/2026.0",
	    out), 0);
	assert_string_equal(out, "refs_heads_ws_ws-01_main_2026.0");
	memset(longest, 'a', sizeof(longest) - 1);
	longest[CANON_REF_LEN] = '\0';
	assert_int_equal(rehead_folder(longest, out), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(finds_the_newest_first),
		cmocka_unit_test(names_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
