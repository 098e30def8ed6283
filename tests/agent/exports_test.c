/* tests/agent/exports_test.c - what is told of files that lie in a folder. */
#include "agent/exports.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"

#include "base/banned.h"

#define ROOT "exports_test.d"
#define HOUR 3600
#define DAY (24 * HOUR)
/* Monday, 1970-01-05, 00:00 */
#define MONDAY (4 * DAY)

static const char qq[] = "消息记录（此消息记录为文本格式，不支持重新导入）\n";
static const char nt[] = "SQLite header 3\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	"QQ_NT DB";

static int64_t now;		/* of each test: a Thursday before today */
static struct config_source source;	/* ROOT, of kind chat */

static int
setup(void **state)
{
	struct err e = ERR_INIT;
	char *here = getcwd(NULL, 0);

	(void)state;
	(void)setenv("TZ", "UTC0", 1);
	tzset();
	now = (int64_t)time(NULL);
	/* The times of files are set to before it; ctime is the clock's. */
	now -= ((now / DAY + 4) % 7 + 3) % 7 * DAY + 7 * DAY;
	source = (struct config_source){.kind = CONFIG_CHAT,
	    .platform = CONFIG_QQ, .export_every = 1, .settle = 30};
	source.path = here ? path_join(here, ROOT) : NULL;
	free(here);
	return source.path && file_remove_tree(ROOT, &e) == 0 &&
	    file_mkdirs(ROOT, 0755, &e) == 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	free(source.path);
	return file_remove_tree(ROOT, &e);
}

/* A file, as written AGO seconds before now. */
static void
put_n(const char *name, const void *data, size_t n, int64_t ago)
{
	char *path = path_join(ROOT, name);
	struct err e = ERR_INIT;
	struct timespec t[2];

	t[0] = t[1] = (struct timespec){.tv_sec = (time_t)(now - ago)};
	assert_non_null(path);
	assert_int_equal(file_save(path, data, n, 0644, &e), 0);
	assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
	free(path);
}

static void
put(const char *name, const char *text, int64_t ago)
{
	put_n(name, text, strlen(text), ago);
}

static void
look(struct exports *x, const char *remark)
{
	struct buf b = BUF_INIT(4096);
	struct err e = ERR_INIT;

	if (exports_look(&source, NULL, now, x, &e) != 0)
		fail_msg("%s", e.what);
	assert_int_equal(exports_remark(&source, x, &b, &e), 0);
	assert_string_equal(buf_str(&b), remark);
	buf_release(&b);
}

static void
working_time(void **state)
{
	(void)state;
	assert_int_equal(exports_working(MONDAY, MONDAY), 0);
	assert_int_equal(exports_working(MONDAY + 9, MONDAY), 0);
	assert_int_equal(exports_working(MONDAY + 1, MONDAY + DAY + 5),
	    DAY + 4);
	/* Friday 17:00 to Monday 17:00 */
	assert_int_equal(exports_working(MONDAY + 4 * DAY + 17 * HOUR,
	    MONDAY + 7 * DAY + 17 * HOUR), DAY);
	/* within a weekend, and three weeks */
	assert_int_equal(exports_working(MONDAY + 5 * DAY, MONDAY + 7 * DAY),
	    0);
	assert_int_equal(exports_working(MONDAY, MONDAY + 21 * DAY),
	    15 * DAY);
	/* of the local zone: Saturday begins at 16:00 UTC */
	(void)setenv("TZ", "CST-8", 1);
	tzset();
	assert_int_equal(exports_working(MONDAY + 4 * DAY, MONDAY + 5 * DAY),
	    16 * HOUR);
}

static void
nothing_there(void **state)
{
	struct exports x;
	struct err e = ERR_INIT;

	(void)state;
	look(&x, "no export that can be read (qq)");
	assert_true(x.there && x.overdue && x.unreadable);
	assert_int_equal(x.files + x.newest + x.readable, 0);
	assert_string_equal(x.newest_is.what, "");
	source.export_every = 0;
	look(&x, "no export that can be read");
	assert_false(x.overdue);
	source.platform = CONFIG_NO_PLATFORM;
	look(&x, "");
	assert_false(x.unreadable);
	assert_int_equal(file_remove_tree(ROOT, &e), 0);
	look(&x, "");
	assert_false(x.there);
}

static void
an_old_one(void **state)
{
	struct exports x;

	(void)state;
	/* On a Thursday, so that no weekend is between. */
	put("a.txt", qq, DAY - 60);
	look(&x, "");
	assert_false(x.overdue);
	assert_int_equal(x.readable, now - DAY + 60);
	assert_string_equal(x.readable_is.what, "QQ text");
	put("a.txt", qq, DAY + 60);
	assert_int_equal(exports_look(&source, NULL, now, &x, NULL), 0);
	assert_true(x.overdue);
	assert_false(x.unreadable);
	source.export_every = 2;
	look(&x, "");
	source.export_every = 1;
	source.platform = CONFIG_NO_PLATFORM;
	look(&x, "");
}

/* A clock that was wrong must not silence the reminder for ever. */
static void
one_of_tomorrow(void **state)
{
	struct exports x;

	(void)state;
	put("a.txt", qq, -1000 * DAY);
	now += 30 * DAY;
	assert_int_equal(exports_look(&source, NULL, now, &x, NULL), 0);
	assert_true(x.overdue);
	assert_true(x.readable < now);
}

static void
a_store(void **state)
{
	struct exports x;

	(void)state;
	put_n("nt_msg.db", nt, sizeof(nt) - 1, 60);
	look(&x, "kept, not readable: QQ NT database (qq)");
	assert_true(x.unreadable && x.overdue);
	assert_int_equal(x.readable, 0);
	source.platform = CONFIG_NO_PLATFORM;
	look(&x, "kept, not readable: QQ NT database");
	assert_true(x.unreadable);
	/* beside exports it is no news; it never makes them newer */
	put("a.txt", qq, 3600);
	look(&x, "");
	assert_int_equal(x.readable, now - 3600);
	assert_int_equal(x.newest, now - 60);
	assert_int_equal(x.newest_is.kind, SNIFF_OPAQUE);
}

/* Where the client exports none, SQLite is something else. */
static void
a_plain_database(void **state)
{
	static const char head[] = "SQLite format 3\0\x10\0\1\1\0\x40\x20\x20";
	struct exports x;

	(void)state;
	put_n("cache.db", head, sizeof(head) - 1, 60);
	look(&x, "no export that can be read (qq)");
	source.platform = CONFIG_NO_PLATFORM;
	look(&x, "");
	assert_int_equal(x.readable, now - 60);
}

static void
empty_ones(void **state)
{
	struct exports x;

	(void)state;
	put("Bob.txt", "", 60);
	look(&x, "no export that can be read (qq); empty exports: 1");
	source.platform = CONFIG_NO_PLATFORM;
	look(&x, "no export that can be read; empty exports: 1");
	put("photo.jpg", "", 60);
	look(&x, "no export that can be read; empty exports: 1");
	put("a.txt", qq, 30);
	put_n("Carol.txt", "\0\0\0", 3, 90);
	look(&x, "empty exports: 2");
	assert_false(x.unreadable);
	/* told for a day */
	put("Bob.txt", "", DAY + 60);
	look(&x, "empty exports: 1");
	assert_string_equal(x.empty_name, "Carol.txt");
}

/* Pictures that were sent with an export say nothing of it. */
static void
unknown_ones(void **state)
{
	struct exports x;

	(void)state;
	source.platform = CONFIG_NO_PLATFORM;
	put_n("x.dat", "\1\2\3\4\0\1\2\3", 8, 60);
	put("y.txt", "", 60);
	look(&x, "empty exports: 1");
	assert_false(x.unreadable);
}

static void
arrivals(void **state)
{
	struct config_source all[2];
	struct config cfg = {.source = all, .nsources = 2};
	struct err e = ERR_INIT;
	const int64_t real = (int64_t)time(NULL);

	(void)state;
	now = real;
	all[0] = source;
	all[0].kind = CONFIG_FILES;
	all[1] = source;
	assert_int_equal(exports_arrived(&cfg, NULL, 0, now, &e), 0);
	/* ctime is now, mtime is not: it was moved here */
	put("a.txt", qq, 3600);
	assert_int_equal(exports_arrived(&cfg, NULL, real, now, &e), 1);
	assert_int_equal(exports_arrived(&cfg, NULL, real + 60, now, &e), 0);
	/* still warm */
	put("a.txt", qq, 29);
	assert_int_equal(exports_arrived(&cfg, NULL, real, now, &e), 0);
	assert_int_equal(exports_arrived(&cfg, NULL, real, now + 1, &e), 1);
	put_n("a.txt", nt, sizeof(nt) - 1, 3600);
	assert_int_equal(exports_arrived(&cfg, NULL, real, now, &e), 0);
	put("a.jpg", qq, 3600);
	assert_int_equal(exports_arrived(&cfg, NULL, real, now, &e), 0);
	all[1].kind = CONFIG_SHOP;
	put("a.txt", qq, 3600);
	assert_int_equal(exports_arrived(&cfg, NULL, real, now, &e), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(working_time),
		T(nothing_there),
		T(an_old_one),
		T(one_of_tomorrow),
		T(a_store),
		T(a_plain_database),
		T(empty_ones),
		T(unknown_ones),
		T(arrivals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
