/* tests/shop/visit_test.c - what dies on the way costs the page it was at. */
#include "shop/visit.h"

#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "server.h"

#include "base/banned.h"

#define NOBODY 65534
#define NOW 1795428000

static char dir[64], log_file[96], fonts[BROWSER_PRINT_LEN];
static int port;
static pid_t server;

static void
on_page(void *arg, const struct visit_page *p, const struct visit_report *r)
{
	struct err e = ERR_INIT;

	assert_int_equal(buf_addf(arg, &e, "%s %s%s;", p->page,
	    shop_state_name(r->state), *r->reason ? " why" : ""), 0);
}

/* Kill those of PARENT's children that are what we are: drivers. */
static void
kill_drivers(pid_t parent)
{
	struct buf list = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)parent, (int)parent);
	if (file_load(path, &list, &e) < 0)
		_exit(0);
	for (const char *at = buf_str(&list); *at; at += strcspn(at, " "),
	    at += strspn(at, " ")) {
		const pid_t pid = (pid_t)strtol(at, NULL, 10);
		struct buf name = BUF_INIT(1 << 20);
		char comm[64];

		(void)snprintf(comm, sizeof(comm), "/proc/%d/comm", (int)pid);
		if (pid != getpid() && pid != server &&
		    file_load(comm, &name, &e) == 0 &&
		    strcmp(buf_str(&name), "visit_test\n") == 0)
			(void)kill(pid, SIGKILL);
		buf_release(&name);
	}
	buf_release(&list);
}

/* Each time that /never is asked for, N times. */
static void
kill_at_never(pid_t parent, int n)
{
	int done = 0;

	for (int tries = 0; done < n && tries < 600; tries++) {
		struct buf asked = BUF_INIT(1 << 20);
		struct err e = ERR_INIT;
		int times = 0;

		clock_nap_ms(100);
		if (file_load(log_file, &asked, &e) == 0)
			for (const char *at = buf_str(&asked);
			    (at = strstr(at, "/never")) != NULL; at++)
				times++;
		buf_release(&asked);
		if (times <= done)
			continue;
		kill_drivers(parent);
		done = times;
	}
}

static void
visits(struct visit_page *page, size_t n, struct buf *told)
{
	char folder[96], profile[96];
	struct buf path = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct visit v = {.name = "lamps", .dir = folder, .profile = profile,
	    .freeze = "clock", .fonts = fonts, .by = "auto", .deadline = 40,
	    .max_height = 30000, .now = NOW, .page_clock = NOW, .page = page,
	    .n = n, .fn = on_page, .arg = told};

	(void)snprintf(folder, sizeof(folder), "%s/shop", dir);
	(void)snprintf(profile, sizeof(profile), "%s/profile", dir);
	assert_int_equal(file_mkdirs(folder, 0700, &e), 0);
	assert_int_equal(browser_find(&path, &e), 0);
	v.browser = buf_str(&path);
	if (visit(&v, &e) < 0)
		fail_msg("%s", e.what);
	assert_false(file_exists(profile));
	buf_release(&path);
}

static void
a_driver_that_dies_costs_its_page(void **state)
{
	char never[64], alert[64];
	struct buf told = BUF_INIT(4096);
	struct visit_page page[] = {{"a", alert, false, false},
	    {"b", never, false, false}, {"c", alert, false, false}};
	const pid_t me = getpid(), killer = fork();
	struct err e = ERR_INIT;

	(void)state;
	assert_true(killer >= 0);
	if (killer == 0) {
		kill_at_never(me, 2);
		_exit(0);
	}
	(void)snprintf(never, sizeof(never), "http://127.0.0.1:%d/never",
	    port);
	(void)snprintf(alert, sizeof(alert), "http://127.0.0.1:%d/alert",
	    port);
	visits(page, 3, &told);
	assert_string_equal(buf_str(&told), "a ok;b crashed why;c ok;");
	assert_int_equal(proc_wait_pid(killer, &e), 0);
	buf_release(&told);
}

static void
a_browser_that_is_none_costs_all(void **state)
{
	struct buf told = BUF_INIT(4096);
	struct visit_page page[] = {{"a", "http://127.0.0.1:1/", false, false},
	    {"b", "http://127.0.0.1:1/", true, false}};

	(void)state;
	assert_int_equal(setenv("LIUDI_BROWSER", "/bin/true", 1), 0);
	visits(page, 2, &told);
	assert_int_equal(unsetenv("LIUDI_BROWSER"), 0);
	assert_string_equal(buf_str(&told), "a crashed why;b crashed why;");
	buf_release(&told);
}

static int
group_setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/visit-XXXXXX");
	if (!mkdtemp(dir) || setenv("HOME", dir, 1) != 0)
		return -1;
	(void)snprintf(log_file, sizeof(log_file), "%s/asked", dir);
	if (setenv("SHOP_LOG", log_file, 1) != 0)
		return -1;
	server = server_start(&port);
	return server < 0 ? -1 : 0;
}

static int
group_teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	server_stop(server);
	return file_remove_tree(dir, &e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_driver_that_dies_costs_its_page),
		cmocka_unit_test(a_browser_that_is_none_costs_all)
	};
	struct buf path = BUF_INIT(4096);
	struct err e = ERR_INIT;

	proc_setup();
	if (crypto_setup(&e) < 0)
		return 1;
	if (browser_find(&path, &e) != 0) {
		(void)puts("skipped: no Chromium (chromium-headless-shell)");
		return 77;
	}
	buf_release(&path);
	if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 ||
	    setuid(NOBODY) < 0))
		return 1;
	visit_fonts(fonts);
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
