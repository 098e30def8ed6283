/* desk/query: what a station claims does not hide or break what is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/query.h"

#include "base/banned.h"

static char dir[] = "/tmp/liudi-query-XXXXXX";
static struct catalogue *cat;

static void
add_file(const void *path, size_t len, int64_t size)
{
	struct err e = ERR_INIT;
	const uint8_t sum[32] = {0};

	assert_int_equal(catalogue_run(cat, SQL_VERSION_ADD, &e,
	    "itbiniiiiibbniibbi", (int64_t)1, "wx", path, len, (int64_t)1,
	    size, (int64_t)0, (int64_t)0, (int64_t)0600, (int64_t)0,
	    (const void *)sum, (size_t)32, (const void *)"", (size_t)0,
	    (int64_t)RECORD_ADDED, (int64_t)RECORD_ADDED, (const void *)sum,
	    (size_t)32, (const void *)NULL, (size_t)0, (int64_t)0), 0);
}

/* A station of one line; its files as the tests add them. */
static int
setup(void **state)
{
	struct err e = ERR_INIT;
	char *file = NULL;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/liudi-query-XXXXXX");
	if (mkdtemp(dir))
		file = str_fmt("%s/c.sqlite3", dir);
	cat = file ? catalogue_open(file, true, &e) : NULL;
	free(file);
	return cat ? catalogue_run(cat, SQL_LINE_ADD, &e, "tt", "ws", "main") :
	    -1;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	catalogue_close(cat);
	return file_remove_tree(dir, &e);
}

static int
count(void *arg, const struct query_file *f, struct err *e)
{
	(void)f;
	(void)e;
	++*(int *)arg;
	return 0;
}

static int
files(const char *source, const char *path)
{
	struct err e = ERR_INIT;
	int n = 0;

	assert_int_equal(query_files(cat, "ws", source, path, INT64_MAX, count,
	    &n, &e), 0);
	return n;
}

static void
no_path_hides_behind_the_last(void **state)
{
	char path[PATH_MAX_LEN];

	(void)state;
	memset(path, 0xff, sizeof(path));
	path[255] = '/';
	add_file("a", 1, 1);
	add_file("a/b", 3, 1);
	add_file("a-b", 3, 1);
	add_file("\xff\xff\xff\xff", 4, 1);
	add_file("\xff\xff\xff\xff\xff.txt", 9, 1);
	add_file(path, sizeof(path), 1);
	assert_int_equal(files(NULL, NULL), 6);
	assert_int_equal(files("wx", NULL), 6);
	assert_int_equal(files("wx", "a"), 2);
	assert_int_equal(files("wx", "\xff\xff\xff\xff"), 1);
	assert_int_equal(files("other", NULL), 0);
}

static void
no_stream_hides_behind_others(void **state)
{
	struct err e = ERR_INIT;
	char name[16];
	int i;

	(void)state;
	add_file("a", 1, 1);
	for (i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "a%d", i);
		assert_int_equal(catalogue_run(cat, SQL_LINE_ADD, &e, "tt",
		    "ws", name), 0);
	}
	assert_int_equal(files(NULL, NULL), 1);
}

static int
take_station(void *arg, const struct query_station *s, struct err *e)
{
	(void)e;
	assert_string_equal(s->station, "ws");
	*(int64_t *)arg = s->bytes;
	return 0;
}

static void
sizes_beyond_all_bounds_add_up(void **state)
{
	struct err e = ERR_INIT;
	int64_t bytes = -1;

	(void)state;
	add_file("a", 1, 3);
	add_file("b", 1, 4);
	assert_int_equal(query_stations(cat, take_station, &bytes, &e), 0);
	assert_int_equal(bytes, 7);
	add_file("c", 1, INT64_MAX);
	add_file("d", 1, INT64_MAX);
	assert_int_equal(query_stations(cat, take_station, &bytes, &e), 0);
	assert_true(bytes == INT64_MAX);
}

static void
a_version_leads_to_its_part(void **state)
{
	struct err e = ERR_INIT;
	struct query_part p;
	const uint8_t sum[HASH_LEN] = {0xab};
	char hex[2 * HASH_LEN + 1];

	(void)state;
	assert_int_equal(catalogue_run(cat, SQL_BRANCH_ADD, &e, "itiin",
	    (int64_t)1, "refs/heads/ws/ws/main/2026.0", (int64_t)2026,
	    (int64_t)0), 0);
	assert_int_equal(catalogue_run(cat, SQL_PART_ADD, &e, "iittbtiiii",
	    (int64_t)1, (int64_t)7, "c0ffee", "7ree", (const void *)sum,
	    sizeof(sum), "runs/x", (int64_t)100, (int64_t)200, (int64_t)300,
	    (int64_t)0), 0);
	add_file("a", 1, 1);
	assert_int_equal(query_version_part(cat, catalogue_added(cat), &p,
	    &e), 1);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.seq, 7);
	assert_string_equal(p.id, "c0ffee");
	assert_string_equal(p.station, "ws");
	str_hex(hex, sum, sizeof(sum));
	assert_string_equal(p.manifest, hex);
	assert_true(p.receipt_utc == QUERY_NONE);
	assert_int_equal(p.first_seen, 300);
	/* of none, and of a version whose part is gone */
	assert_int_equal(query_version_part(cat, 99, &p, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_path_hides_behind_the_last,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(no_stream_hides_behind_others,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(sizes_beyond_all_bounds_add_up,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(a_version_leads_to_its_part,
		    setup, teardown),
	};
	struct err e = ERR_INIT;

	if (crypto_setup(&e) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
