/* desk/restore_plan: what is planned, and what never gets that far. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/chunks.h"
#include "desk/restore_plan.h"
#include "desk/runs.h"
#include "record/record.h"

#include "base/banned.h"

#define NCHUNKS 6

static char dir[] = "/tmp/liudi-plan-XXXXXX";
static struct catalogue *cat;
static uint8_t ids[NCHUNKS][32];

/* Two bundles of three chunks of 10 bytes each. */
static int
setup(void **state)
{
	struct err e = ERR_INIT;
	char *file = mkdtemp(dir) ? str_fmt("%s/c.sqlite3", dir) : NULL;
	int64_t i;

	(void)state;
	cat = file ? catalogue_open(file, true, &e) : NULL;
	free(file);
	if (!cat || catalogue_run(cat, SQL_LINE_ADD, &e, "tt", "ws",
	    "main") < 0)
		return -1;
	for (i = 0; i < NCHUNKS; i++) {
		memset(ids[i], (int)i + 1, 32);
		if (catalogue_run(cat, SQL_CHUNK_ADD, &e, "iibii", i + 1,
		    chunks_word(ids[i]), (const void *)ids[i], (size_t)32,
		    (int64_t)1, (int64_t)10) < 0)
			return -1;
	}
	for (i = 0; i < 2; i++)
		if (catalogue_run(cat, SQL_BUNDLE_ADD, &e, "ittbiii",
		    (int64_t)1, i == 0 ? "aa" : "bb", "path",
		    (const void *)ids[0], (size_t)32, (int64_t)99, i * 3 + 1,
		    (int64_t)3) < 0)
			return -1;
	return 0;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	catalogue_close(cat);
	return file_remove_tree(dir, &e);
}

/* A file of chunks FIRST .. FIRST + N - 1, whose list has the sum of SUM_N. */
static void
add(const char *source, const char *path, int64_t first, int64_t n,
	int64_t sum_n, int64_t size)
{
	struct err e = ERR_INIT;
	struct buf runs = BUF_INIT(4096);
	struct runs_writer w;
	uint8_t sum[32];
	int64_t i;

	runs_begin(&w, &runs);
	for (i = 0; i < n; i++)
		assert_int_equal(runs_add(&w, first + i, &e), 0);
	assert_int_equal(runs_finish(&w, &e), 0);
	record_sum(sum, n > 0 ? ids[first - 1] : ids[0], (size_t)sum_n);
	assert_int_equal(catalogue_run(cat, SQL_VERSION_ADD, &e,
	    "itbiniiiiibbniibbi", (int64_t)1, source, (const void *)path,
	    strlen(path), (int64_t)1, size, (int64_t)0, (int64_t)0,
	    (int64_t)0600, (int64_t)0, (const void *)sum, (size_t)32,
	    runs.len > 0 ? runs.data : (const void *)"", runs.len,
	    (int64_t)RECORD_ADDED, (int64_t)RECORD_ADDED, (const void *)sum,
	    (size_t)32, (const void *)NULL, (size_t)0, (int64_t)0), 0);
	buf_release(&runs);
}

static int
on_note(void *arg, enum restore_note kind, const char *path, size_t len,
	const char *text, struct err *e)
{
	struct buf *b = arg;

	assert_int_equal(kind, RESTORE_FAILED);
	return buf_addf(b, e, "%.*s: %s\n", (int)len, path, text);
}

static void
plans_and_leaves_out(void **state)
{
	struct err e = ERR_INIT;
	struct buf notes = BUF_INIT(4096);
	struct restore_report r = {0};
	struct restore_plan p;
	const struct restore_ask ask = {.station = "ws", .at = INT64_MAX,
		.to = "x.tar.zst", .note = on_note, .arg = &notes};

	(void)state;
	add("..", "up", 1, 1, 1, 10);
	add("/etc", "root", 1, 1, 1, 10);
	add("a/b", "two", 1, 1, 1, 10);
	add("wx", "../out", 1, 1, 1, 10);
	add("wx", "both", 2, 4, 4, 40);
	add("wx", "empty", 1, 0, 0, 0);
	add("wx", "long", 1, 2, 2, 21);
	add("wx", "other", 1, 2, 1, 20);
	add("wx", "none", 5, 3, 2, 30);
	assert_int_equal(restore_plan_make(&p, cat, &ask, false, &r, &e), 0);
	assert_string_equal(buf_str(&notes),
	    "up: its path leads out of its folder\n"
	    "root: its path leads out of its folder\n"
	    "two: its path leads out of its folder\n"
	    "../out: its path leads out of its folder\n"
	    "long: its chunks are not those that were signed\n"
	    "none: the catalogue lacks a bundle\n"
	    "other: its chunks are not those that were signed\n");
	assert_int_equal(r.failed, 7);
	assert_int_equal(p.nfiles, 2);
	assert_string_equal(p.file[0].path, "wx/both");
	assert_string_equal(p.file[1].path, "wx/empty");
	/* Across the border of two bundles. */
	assert_int_equal(p.nbundles, 2);
	assert_string_equal(p.blob[0], "aa");
	assert_string_equal(p.blob[1], "bb");
	assert_int_equal(p.npieces, 2);
	assert_true(p.piece[0].first == 2 && p.piece[0].count == 2 &&
	    p.piece[0].off == 0);
	assert_true(p.piece[1].first == 4 && p.piece[1].count == 2 &&
	    p.piece[1].off == 20);
	restore_plan_release(&p);
	buf_release(&notes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_and_leaves_out),
	};
	struct err e = ERR_INIT;

	if (crypto_setup(&e) < 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
