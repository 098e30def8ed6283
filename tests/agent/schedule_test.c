/* tests/agent/schedule_test.c - units and crontabs; what runs left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/lastrun.h"
#include "agent/schedule.h"
#include "base/file.h"

#include "base/banned.h"

#define MAX ((size_t)1 << 20)

static char id[] = "ws-01", state[] = "/x/state", central[] = "/srv/c d";
static char inside[] = "/home/u/chats/*", outside[] = "/data/\\[a]/b?/c";
static char copies[] = "/data/copies";
static struct config_source source[] = {
	{.path = inside, .databases = true},
	{.path = outside, .databases = true},
	{.path = copies, .databases = false}
};
static struct station station = {.path = {.state = state},
    .cfg = {.station = id, .central = central, .source = source,
	.nsources = 3}, .central = {.kind = CENTRAL_PATH}};
static const struct schedule_job job = {&station, "/opt/it's 100%/liudi",
    "/home/u/$a \"b\"\\"};

static void
units(void **unused)
{
	struct buf b = BUF_INIT(MAX);
	struct err e = ERR_INIT;
	const char *s;

	(void)unused;
	assert_int_equal(setenv("HOME", "/home/u", 1), 0);
	assert_int_equal(schedule_service(&job, &b, &e), 0);
	s = buf_str(&b);
	assert_non_null(strstr(s, "\nExecStart=\"/opt/it's 100%%/liudi\" "
	    "--home \"/home/u/$$a \\\"b\\\"\\\\\" run --if-due --quiet\n"));
	assert_non_null(strstr(s,
	    "\nConditionFileIsExecutable=/opt/it's 100%%/liudi\n"));
	assert_non_null(strstr(s, "\nReadWritePaths=\"-/home/u\"\n"));
	assert_non_null(strstr(s, "\nReadWritePaths=\"-/x/state\"\n"));
	assert_non_null(strstr(s, "\nReadWritePaths=\"-/srv/c d\"\n"));
	/* up to the first glob, which a quoted one is not */
	assert_non_null(strstr(s, "\nReadWritePaths=\"-/data/[a]\"\n"));
	assert_null(strstr(s, "chats"));
	assert_null(strstr(s, "copies"));
	assert_null(strstr(s, "ExecStop"));
	buf_clear(&b);
	assert_int_equal(schedule_logout(&job, &b, &e), 0);
	assert_non_null(strstr(buf_str(&b), "\nExecStop=\"/opt/"));
	assert_non_null(strstr(buf_str(&b), " run --at-logout --quiet\n"));
	buf_clear(&b);
	assert_int_equal(schedule_timer(&job, &b, &e), 0);
	assert_non_null(strstr(buf_str(&b), "\nPersistent=yes\n"));
	buf_release(&b);
}

/* What ours becomes in TEXT, and what is left when it goes again. */
static void
there_and_back(const char *text, const char *left)
{
	struct buf b = BUF_INIT(MAX), again = BUF_INIT(MAX);
	struct buf bare = BUF_INIT(MAX);
	struct err e = ERR_INIT;

	assert_int_equal(schedule_crontab(&job, text, true, &b, &e), 0);
	assert_int_equal(schedule_crontab(&job, buf_str(&b), true, &again,
	    &e), 0);
	assert_string_equal(buf_str(&b), buf_str(&again));
	assert_non_null(strstr(buf_str(&b), " '/opt/it'\\''s 100'\\%'/liudi' "
	    "--home '/home/u/$a \"b\"\\' run --if-due --quiet >/dev/null "
	    "2>&1\n# liudi ws-01: end\n"));
	assert_int_equal(schedule_crontab(&job, buf_str(&b), false, &bare,
	    &e), 0);
	assert_string_equal(buf_str(&bare), left);
	buf_release(&b);
	buf_release(&again);
	buf_release(&bare);
}

static void
crontabs(void **unused)
{
	(void)unused;
	there_and_back("", "");
	there_and_back("1 2 * * * x\n", "1 2 * * * x\n");
	there_and_back("1 2 * * * x", "1 2 * * * x\n");
	there_and_back("# liudi ws-02: begin\ny\n# liudi ws-02: end\n",
	    "# liudi ws-02: begin\ny\n# liudi ws-02: end\n");
	there_and_back("a\n# liudi ws-01: begin\nold\n# liudi ws-01: end\nb\n",
	    "a\nb\n");
}

static void
memory(void **unused)
{
	struct lastrun_end bad = {.began = 100, .ended = 160, .status = 1,
	    .waiting = true, .failed = true, .why = "no room\nat all"};
	struct lastrun_end good = {.began = 300, .ended = 301, .kept = true};
	char dir[] = "/tmp/liudi-lastrun.XXXXXX";
	struct lastrun l = {0}, back;
	struct err e = ERR_INIT;

	(void)unused;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(lastrun_load(&back, dir, &e), 0);
	assert_int_equal(back.tried, 0);
	lastrun_add(&l, &bad);
	bad.began = 200;
	lastrun_add(&l, &bad);
	l.put_off = 150;
	l.put_off_why = DUE_METERED;
	(void)snprintf(l.times, sizeof(l.times), "10:00 11:00");
	assert_int_equal(lastrun_save(&l, dir, &e), 0);
	assert_int_equal(lastrun_load(&back, dir, &e), 0);
	assert_memory_equal(&l, &back, sizeof(l));
	assert_int_equal(back.failures, 2);
	assert_int_equal(back.failing, 100);
	assert_int_equal(back.kept, 0);
	assert_true(back.waiting);
	assert_string_equal(back.why, "no room");
	lastrun_add(&back, &good);
	assert_int_equal(back.failures, 0);
	assert_int_equal(back.kept, 300);
	assert_int_equal(back.received, 300);
	assert_int_equal(back.put_off, 0);
	assert_string_equal(back.why, "");
	assert_string_equal(back.times, "10:00 11:00");
	assert_int_equal(file_remove_tree(dir, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units),
		cmocka_unit_test(crontabs),
		cmocka_unit_test(memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
