/* tests/agent/reports_test.c - what a person writes at a station. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/reports.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"

#include "base/banned.h"

static char dir[] = "/tmp/reports-test-XXXXXX";
static struct station s;
static char id[] = "ws-01", name[] = "reports", elsewhere[] = "/home/li";
static struct config_source other = {.name = name, .path = elsewhere};

static int
open_station(void **state)
{
	struct err e = ERR_INIT;
	char *home;

	(void)state;
	assert_non_null(mkdtemp(dir));
	home = str_fmt("%s/a[b]*", dir);
	memset(&s, 0, sizeof(s));
	assert_int_equal(station_paths_init(&s.path, home, &e), 0);
	assert_int_equal(file_mkdirs(s.path.state, 0700, &e), 0);
	s.cfg.station = id;
	free(home);
	return 0;
}

static int
close_station(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	station_paths_release(&s.path);
	return file_remove_tree(dir, &e);
}

static int
keep(enum reportfile_kind kind, int64_t day, const char *text, int *version,
	struct err *e)
{
	struct reportfile r = {.kind = kind, .day = day, .written = 1000};
	int rc;

	assert_int_equal(reportfile_add(&r, text, strlen(text), e), 0);
	rc = reports_keep(&s, &r, version, e);
	reportfile_release(&r);
	return rc;
}

struct seen {
	char text[256];
};

static int
on_report(void *arg, const struct reportfile *r, int version, struct err *e)
{
	struct seen *x = arg;
	const size_t n = strlen(x->text);

	(void)e;
	(void)snprintf(x->text + n, sizeof(x->text) - n, "%lld.%d=%s;",
	    (long long)r->day, version, r->line[0]);
	return 0;
}

/* The earlier one is never lost; the tenth comes behind the ninth. */
static void
each_has_a_version(void **state)
{
	struct err e = ERR_INIT;
	struct seen x = {""};
	int version = 0, i;
	char text[8];

	(void)state;
	assert_int_equal(reports_each(&s, on_report, &x, &e), 0);
	assert_string_equal(x.text, "");
	for (i = 1; i <= 10; i++) {
		(void)snprintf(text, sizeof(text), "t%d", i);
		assert_int_equal(keep(REPORTFILE_OBJECTION, 20000, text,
		    &version, &e), 0);
		assert_int_equal(version, i);
	}
	assert_int_equal(keep(REPORTFILE_PLAN, 20003, "p", &version, &e), 0);
	assert_int_equal(version, 1);
	assert_int_equal(keep(REPORTFILE_OBJECTION, 20002, "o", &version, &e),
	    0);
	assert_int_equal(version, 1);
	assert_int_equal(reports_each(&s, on_report, &x, &e), 0);
	assert_string_equal(x.text, "20000.1=t1;20000.2=t2;20000.3=t3;"
	    "20000.4=t4;20000.5=t5;20000.6=t6;20000.7=t7;20000.8=t8;"
	    "20000.9=t9;20000.10=t10;20002.1=o;20003.1=p;");
}

/* Files that others put there are none, and no reason to stop. */
static void
others_are_passed_over(void **state)
{
	static const char *const names[] = {"hello", "2026-11-23.0.txt",
	    "2026-11-23.1000.txt", "2026-11-23.1.txt.bak", ".1.txt",
	    "2026-11-23.7.txt"};
	struct err e = ERR_INIT;
	struct seen x = {""};
	char *file;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		file = str_fmt("%s/reports/kept/%s", s.path.state, names[i]);
		assert_int_equal(file_save(file, "bytes", 5, 0600, &e), 0);
		free(file);
	}
	assert_int_equal(reports_each(&s, on_report, &x, &e), 0);
	assert_int_equal(strlen(x.text), strlen("20000.1=t1;") * 9 +
	    strlen("20000.10=t10;20002.1=o;20003.1=p;"));
}

static void
a_source_of_that_name_is_in_the_way(void **state)
{
	struct config cfg = {.source = NULL};
	struct err e = ERR_INIT;
	int version;

	(void)state;
	/* the folder's own name has characters that mean something in globs */
	assert_int_equal(reports_source(&cfg, s.path.state, &e), 0);
	assert_int_equal(cfg.nsources, 1);
	assert_string_equal(cfg.source[0].name, "reports");
	assert_int_equal(cfg.source[0].kind, CONFIG_REPORT);
	s.cfg.source = cfg.source;
	s.cfg.nsources = 1;
	assert_int_equal(keep(REPORTFILE_PLAN, 20003, "q", &version, &e), 0);
	s.cfg.source = &other;
	assert_int_equal(keep(REPORTFILE_PLAN, 20003, "r", &version, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_true(e.hint[0] != '\0');
	s.cfg.nsources = 0;
	config_release(&cfg);
}

static void
without_control_days_begin_at_midnight(void **state)
{
	char zone[REPORTS_ZONE_LEN] = "x";
	struct err e = ERR_INIT;
	int64_t cutoff = 7;

	(void)state;
	assert_int_equal(reports_clock(&s, zone, &cutoff, &e), 0);
	assert_string_equal(zone, "");
	assert_int_equal(cutoff, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_a_version),
		cmocka_unit_test(others_are_passed_over),
		cmocka_unit_test(a_source_of_that_name_is_in_the_way),
		cmocka_unit_test(without_control_days_begin_at_midnight),
	};

	return cmocka_run_group_tests(tests, open_station, close_station);
}
