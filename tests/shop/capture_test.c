/* tests/shop/capture_test.c - a real browser on pages that stand and that fail. */
#include "shop/capture.h"

#include <fnmatch.h>
#include <grp.h>
#include <setjmp.h>
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
#include "shop/browser.h"
#include "shop/diff.h"
#include "shop/picture.h"

#include "base/banned.h"

#define NOBODY 65534
#define DAY 86400
#define NOW 1795428000

static char dir[64];
static int port;
static pid_t server;
static struct browser *browser;
static struct cdp *cdp;
static struct shopfolder *folder;

static void
start(void)
{
	struct buf path = BUF_INIT(4096);
	struct err e = ERR_INIT;
	char profile[128];

	(void)snprintf(profile, sizeof(profile), "%s/profile", dir);
	assert_int_equal(browser_find(&path, &e), 0);
	browser = browser_start(&(struct browser_job){.path = buf_str(&path),
	    .profile = profile, .hermetic = true}, &e);
	if (!browser)
		fail_msg("%s", e.what);
	cdp = cdp_new(browser_in(browser), browser_out(browser), &e);
	assert_non_null(cdp);
	buf_release(&path);
}

static void
stop(void)
{
	cdp_free(cdp);
	browser_stop(browser);
	cdp = NULL;
	browser = NULL;
}

static struct capture_job
job(const char *page, const char *url, int64_t ts)
{
	return (struct capture_job){.page = page, .view = "desktop",
	    .tab = {.url = url, .freeze = "clock", .zone = "Asia/Shanghai",
	    .locale = "zh-CN", .now = ts, .deadline_ms = 20000},
	    .by = "auto", .max_height = PICTURE_HEIGHT_MAX, .ts = ts,
	    .offset = 480, .browser = "b", .flags = "f", .fonts = "t"};
}

/* Capture PATH; what is told. */
static struct capture_report
take_in(const char *path, bool mobile, int64_t ts, int deadline_ms)
{
	char url[256];
	struct capture_report r;
	struct capture_job j;
	struct err e = ERR_INIT;
	int rc;

	if (*path == '/')
		(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port,
		    path);
	else
		(void)snprintf(url, sizeof(url), "%s", path);
	j = job("p", url, ts);
	j.tab.deadline_ms = deadline_ms;
	j.tab.mobile = mobile;
	j.view = mobile ? "mobile" : "desktop";
	rc = capture_page(cdp, folder, &j, &r, &e);
	if (rc < 0)
		fail_msg("%s: %s", path, e.what);
	print_message("%-12s %-12s %5d ms %8llu bytes  %s\n", path,
	    shop_state_name(r.state), r.ms, (unsigned long long)r.bytes,
	    r.reason);
	return r;
}

static struct capture_report
take(const char *path, int64_t ts, int deadline_ms)
{
	return take_in(path, false, ts, deadline_ms);
}

/* The page that was captured last. */
static void
load_last(const char *view, struct shop_page *p)
{
	char hex[2 * SHOP_HASH_LEN + 1], at[256];
	struct buf text = BUF_INIT(PAGE_MAX);
	struct shopfolder_last last;
	struct err e = ERR_INIT;

	assert_int_equal(shopfolder_last(folder, "p", view, NULL, NOW, &last,
	    &e), 1);
	assert_true(last.has_record);
	str_hex(hex, last.record, SHOP_HASH_LEN);
	(void)snprintf(at, sizeof(at), "%s/shop/pages/%s.json", dir, hex);
	assert_int_equal(file_load(at, &text, &e), 0);
	if (page_read(p, text.data, text.len, &e) < 0)
		fail_msg("%s", e.what);
	buf_release(&text);
}

static int
list(void *arg, const struct shop_event *v, struct err *e)
{
	return buf_addf(arg, e, "%s %s|%s|%s;", shop_change_name(v->change),
	    v->what ? v->what : "", v->before ? v->before : "",
	    v->after ? v->after : "");
}

/* Each edit of the live page is told as what it is, and nothing else is. */
static void
tells_what_was_changed(void **state)
{
	static const struct { const char *edit; bool mobile;
		const char *told; } rows[] = {
		{"none", false, ""},
		{"banner", false, "text-added ||Sale: all lamps;"},
		{"price", false, "price A7|￥17.49|￥88.00;"},
		{"image", false, "image-replaced *|*|*;"},
		{"removed", false, "item-removed A3|Lamp A3|;"},
		{"colour", false, "look ||;"},
		{"text", false, "text-changed |We ship within 7 days|"
		    "We ship within 10 days;"},
		{"broken", false, "image-broken *||;"},
		{"mobile", false, ""},
		{"mobile", true, "look ||;"},
		{"link", false, "link-changed Contact|*|"
		    "https://other.example/;"},
		{"reorder", false, "item-moved A*||;"},
		{"footer", false, "text-changed |Contact Tel. 0574-1234|"
		    "Contact Tel. 0574-9999;"},
		{"hidden", false, "text-hidden ||Ask for our other shop;"},
		{"title", false, "title |Lamps of Ningbo|"
		    "Lamps of Ningbo (new);"}
	};
	struct shop_page base[2], now;
	struct err e = ERR_INIT;
	int wrong = 0;

	(void)state;
	for (int mobile = 0; mobile < 2; mobile++) {
		assert_int_equal(take_in("/live?edit=", mobile, NOW,
		    20000).state, SHOP_OK);
		load_last(mobile ? "mobile" : "desktop", &base[mobile]);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf told = BUF_INIT(65536);
		char path[64];

		(void)snprintf(path, sizeof(path), "/live?edit=%s",
		    rows[i].edit);
		assert_int_equal(take_in(path, rows[i].mobile, NOW,
		    20000).state, SHOP_OK);
		load_last(rows[i].mobile ? "mobile" : "desktop", &now);
		now.final = base[0].final;	/* asked for by another name */
		assert_int_equal(shop_diff(&base[rows[i].mobile], &now, list,
		    &told, &e), 0);
		if (fnmatch(rows[i].told, buf_str(&told), 0) != 0) {
			print_error("%s: '%s', not '%s'\n", rows[i].edit,
			    buf_str(&told), rows[i].told);
			wrong++;
		}
		page_free(&now);
		buf_release(&told);
	}
	page_free(&base[0]);
	page_free(&base[1]);
	assert_int_equal(wrong, 0);
}

static void
stands_still(void **state)
{
	struct capture_report r = take("/live", NOW, 20000);

	(void)state;
	assert_int_equal(r.state, SHOP_OK);
	assert_true(r.is_new);
	for (int day = 1; day < 4; day++) {
		r = take("/live", NOW, 20000);
		assert_int_equal(r.state, SHOP_OK);
		assert_false(r.is_new);
		assert_int_equal(r.bytes, 0);
	}
}

static void
says_what_came_instead(void **state)
{
	/* Only what comes to its end waits for it: a short one is soon over. */
	static const struct {
		const char *path;
		enum shop_state state;
		const char *reason;
		int deadline_ms;
		bool mobile;	/* narrow: few pixels for its rows */
	} rows[] = {
		{"/403", SHOP_BLOCKED, "HTTP 403", 20000, false},
		{"/404", SHOP_UNREACHABLE, "HTTP 404", 20000, false},
		{"/captcha", SHOP_BLOCKED, "proof", 20000, false},
		{"/members", SHOP_LOGIN_NEEDED, "login", 20000, false},
		{"/download", SHOP_UNREACHABLE, "download", 20000, false},
		{"http://127.0.0.1:1/", SHOP_UNREACHABLE, "", 20000, false},
		{"http://gone.example/", SHOP_UNREACHABLE, "name", 20000,
		    false},
		{"/alert", SHOP_OK, "", 20000, false},
		{"/unread", SHOP_OK, "", 20000, false},
		{"/hangimage", SHOP_PARTIAL, "in time", 9000, false},
		{"/never", SHOP_TIMEOUT, "in time", 4000, false},
		{"/loop", SHOP_TIMEOUT, "no more", 6000, false},
		{"/endless", SHOP_CUT, "longer", 60000, true},
		{"/long", SHOP_CUT, "longer", 60000, true},
		{"/live", SHOP_OK, "", 20000, false}
	};
	struct shop_page p;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct capture_report r = take_in(rows[i].path, rows[i].mobile,
		    NOW, rows[i].deadline_ms);

		if (r.state != rows[i].state)
			fail_msg("%s: %s, %s", rows[i].path,
			    shop_state_name(r.state), r.reason);
		if (!strstr(r.reason, rows[i].reason))
			fail_msg("%s: '%s'", rows[i].path, r.reason);
	}
	/* Of the longest, as much as is kept. */
	load_last("mobile", &p);
	assert_true(p.cut);
	assert_int_equal(p.strip[p.nstrips - 1].y + p.strip[p.nstrips - 1].h,
	    PICTURE_HEIGHT_MAX);
	page_free(&p);
}

/* What styles, scripts and markup of a page move stands where it stood. */
static void
stands_still_whatever_moves(void **state)
{
	struct shop_page p;
	bool seen = false;

	(void)state;
	assert_int_equal(take("/moving", NOW, 20000).state, SHOP_OK);
	load_last("desktop", &p);
	for (size_t i = 0; i < p.ntext; i++)
		seen |= strcmp(p.text[i].text, "comes in") == 0;
	assert_true(seen);	/* and is not said to be hidden */
	assert_int_equal(p.nimages, 1);
	assert_true(p.image[0].has_hash);
	page_free(&p);
	for (int i = 0; i < 3; i++)
		assert_int_equal(take("/moving", NOW, 20000).bytes, 0);
}

static int
take_saved(const void *data, size_t n, struct capture_report *r)
{
	struct capture_job j = job("p", "http://shop.example/p", NOW);
	struct err e = ERR_INIT;
	struct saved s;
	int rc;

	j.asked = j.tab.url;
	j.by = "manual";
	if (saved_open(&s, data, n, &e) < 0)
		fail_msg("%s", e.what);
	rc = capture_saved(cdp, folder, &j, &s, r, &e);
	if (rc < 0)
		fail_msg("%s", e.what);
	saved_free(&s);
	return rc;
}

static void
takes_what_a_person_saved(void **state)
{
	static const char html[] = "<!doctype html><meta charset=utf-8>"
	    "<!-- saved from url=(0021)http://shop.example/p -->"
	    "<style>@keyframes k{to{opacity:.5}}p{animation:k 1s infinite}"
	    "</style><p>By hand</p><div><a href=/item/9>Lamp</a> ￥9</div>"
	    "<script>document.title='ran'</script>"
	    "<meta http-equiv=refresh content='0;url=http://shop.example/q'>";
	static const char riddle[] = "<!doctype html><div id=nocaptcha>请完成"
	    "滑动验证</div>";
	static const uint8_t bomb[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\xff\xff"
	    "\xff\0\xff\xff\xff\x08\2\0\0\0";
	struct capture_report r;
	struct shop_page p;

	(void)state;
	assert_int_equal(take_saved(html, sizeof(html) - 1, &r), 0);
	assert_int_equal(r.state, SHOP_OK);
	load_last("desktop", &p);
	assert_string_equal(p.final, "http://shop.example/p");
	assert_string_equal(p.title, "");
	assert_int_equal(p.status, 0);
	assert_string_equal(p.text[0].text, "By hand");
	assert_string_equal(p.item[0].id, "9");
	assert_int_equal(p.nparts, 1);
	assert_true(p.nstrips > 0);
	page_free(&p);
	assert_int_equal(take_saved(html, sizeof(html) - 1, &r), 0);
	assert_false(r.is_new);
	assert_int_equal(r.bytes, 0);
	/* What is none leaves no line. */
	assert_int_equal(take_saved(riddle, sizeof(riddle) - 1, &r), 2);
	assert_int_equal(r.state, SHOP_BLOCKED);
	assert_int_equal(take_saved(bomb, sizeof(bomb) - 1, &r), 2);
	assert_non_null(strstr(r.reason, "PNG"));
	load_last("desktop", &p);
	assert_string_equal(p.text[0].text, "By hand");
	page_free(&p);
}

/* The page at URL, as the browser itself saves it. */
static void
save_page(const char *url, struct buf *out)
{
	const struct capture_job j = job("p", url, NOW);
	const struct json_node *result = NULL, *data;
	const struct json *doc = NULL;
	struct err e = ERR_INIT;
	struct tab *t = tab_new(cdp, &j.tab, &e);

	assert_non_null(t);
	assert_int_equal(tab_load(t), TAB_LOADED);
	assert_int_equal(tab_call(t, "Page.captureSnapshot",
	    "{\"format\":\"mhtml\"}", &doc, &result, &e), CDP_DONE);
	data = json_get(doc, result, "data");
	assert_int_equal(buf_add(out, data->str, data->len, &e), 0);
	tab_free(t);
}

/* What a browser saved says what the page itself says. */
static void
takes_what_a_browser_saved(void **state)
{
	struct buf mhtml = BUF_INIT(SAVED_MAX), told = BUF_INIT(65536);
	struct shop_page live, saved;
	struct capture_report r;
	struct err e = ERR_INIT;
	char url[64];

	(void)state;
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/live", port);
	assert_int_equal(take("/live", NOW, 20000).state, SHOP_OK);
	load_last("desktop", &live);
	save_page(url, &mhtml);
	assert_int_equal(take_saved(mhtml.data, mhtml.len, &r), 0);
	assert_int_equal(r.state, SHOP_OK);
	load_last("desktop", &saved);
	assert_int_equal(saved.nitems, 24);
	assert_true(saved.nstrips > 0);
	assert_string_not_equal(saved.print.view, live.print.view);
	/* As if they could be compared; how they look is another matter. */
	saved.print = live.print;
	saved.height = live.height;
	live.nstrips = saved.nstrips = 0;
	assert_int_equal(shop_diff(&live, &saved, list, &told, &e), 0);
	assert_string_equal(buf_str(&told), "");
	page_free(&live);
	page_free(&saved);
	buf_release(&mhtml);
	buf_release(&told);
}

/* What a page makes of Array and JSON is its own. */
static void
reads_a_page_that_spoiled_its_world(void **state)
{
	struct shop_page p;

	(void)state;
	assert_int_equal(take("/spoiled", NOW, 20000).state, SHOP_OK);
	load_last("desktop", &p);
	assert_int_equal(p.ntext, 2);
	assert_string_equal(p.text[0].text, "Hello");
	assert_int_equal(p.nitems, 1);
	assert_string_equal(p.item[0].id, "7");
	assert_string_equal(p.item[0].price, "￥3");
	page_free(&p);
}

/* Nobody meant well: each has an end, and the next page is fine. */
static void
outlives_pages_that_mean_no_good(void **state)
{
	static const struct {
		const char *path;
		enum shop_state state;	/* SHOP_STATES: whatever it is called */
		const char *reason;
	} rows[] = {
		{"/close", SHOP_OK, ""},
		{"/refresh", SHOP_STATES, ""},
		{"/reload", SHOP_STATES, ""},
		{"/popups", SHOP_STATES, ""},
		{"/leave", SHOP_BLOCKED, "403"},
		{"/worker", SHOP_STATES, ""},
		{"/frames", SHOP_STATES, ""},
		{"/flood", SHOP_STATES, ""},
		{"/grow", SHOP_STATES, ""},
		{"/many", SHOP_STATES, ""},
		{"/deep", SHOP_STATES, ""},
		{"/wide", SHOP_STATES, ""},
		{"/astray", SHOP_UNREACHABLE, "nobody answers"},
		{"/dark", SHOP_UNREACHABLE, "empty"},
		{"/odd", SHOP_UNREACHABLE, "empty"},
		{"/title", SHOP_OK, ""},
		{"/round", SHOP_UNREACHABLE, ""},
		{"/name", SHOP_LOGIN_NEEDED, "401"},
		{"/stream", SHOP_STATES, ""},
		{"/alert", SHOP_OK, ""}
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		/* Who has no end comes to that of his time, soon. */
		struct capture_report r = take(rows[i].path, NOW,
		    rows[i].state == SHOP_STATES ? 3000 : 20000);

		if (rows[i].state != SHOP_STATES && r.state != rows[i].state)
			fail_msg("%s: %s, %s", rows[i].path,
			    shop_state_name(r.state), r.reason);
		if (!strstr(r.reason, rows[i].reason))
			fail_msg("%s: '%s'", rows[i].path, r.reason);
		assert_true(r.ms < 45000);
	}
}

/* Whatever dies, the next page is fine, and nothing stays behind. */
static void
goes_on_with_another_browser(void **state)
{
	char profile[128];
	struct capture_report r;
	struct err e = ERR_INIT;
	struct capture_job j;
	char url[64];
	pid_t killer = fork();

	(void)state;
	assert_true(killer >= 0);
	if (killer == 0) {
		clock_nap_ms(1500);
		browser_kill(browser);
		_exit(0);
	}
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/hangimage",
	    port);
	j = job("p", url, NOW);
	assert_int_equal(capture_page(cdp, folder, &j, &r, &e), 1);
	assert_int_equal(r.state, SHOP_CRASHED);
	assert_int_equal(proc_wait_pid(killer, &e), 0);
	stop();
	(void)snprintf(profile, sizeof(profile), "%s/profile", dir);
	assert_false(file_exists(profile));
	start();
	assert_int_equal(take("/alert", NOW, 9000).state, SHOP_OK);
}

static void
leaves_nothing_behind(void **state)
{
	char left[160], used[160], at[128];
	struct err e = ERR_INIT;
	int fd;

	(void)state;
	(void)snprintf(at, sizeof(at), "%s/profiles", dir);
	(void)snprintf(left, sizeof(left), "%s/left", at);
	(void)snprintf(used, sizeof(used), "%s/used/.lock", at);
	assert_int_equal(file_mkdirs(left, 0700, &e), 0);
	*strrchr(used, '/') = '\0';
	assert_int_equal(file_mkdirs(used, 0700, &e), 0);
	used[strlen(used)] = '/';
	assert_int_equal(file_lock(used, &fd, &e), 0);
	assert_int_equal(browser_sweep(at, &e), 0);
	assert_false(file_exists(left));
	assert_true(file_exists(used));
	(void)close(fd);
}

static int
group_setup(void **state)
{
	char at[128];
	struct err e = ERR_INIT;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/capture-XXXXXX");
	if (!mkdtemp(dir) || setenv("HOME", dir, 1) != 0)
		return -1;
	server = server_start(&port);
	(void)snprintf(at, sizeof(at), "%s/shop", dir);
	folder = shopfolder_open(at, &e);
	if (server < 0 || !folder)
		return -1;
	start();
	return 0;
}

static int
group_teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	stop();
	shopfolder_close(folder);
	server_stop(server);
	return getenv("KEEP") ? 0 : file_remove_tree(dir, &e);
}

/* What needs no other: each group has a browser, a server and a folder. */
static int
run_group(int n)
{
	const struct CMUnitTest changes[] = {
		cmocka_unit_test(stands_still),
		cmocka_unit_test(tells_what_was_changed)
	};
	const struct CMUnitTest failures[] = {
		cmocka_unit_test(says_what_came_instead),
		cmocka_unit_test(stands_still_whatever_moves),
		cmocka_unit_test(takes_what_a_person_saved),
		cmocka_unit_test(takes_what_a_browser_saved)
	};
	const struct CMUnitTest hostile[] = {
		cmocka_unit_test(reads_a_page_that_spoiled_its_world),
		cmocka_unit_test(outlives_pages_that_mean_no_good),
		cmocka_unit_test(goes_on_with_another_browser),
		cmocka_unit_test(leaves_nothing_behind)
	};

	return n == 0 ? cmocka_run_group_tests(changes, group_setup,
	    group_teardown) : n == 1 ? cmocka_run_group_tests(failures,
	    group_setup, group_teardown) : cmocka_run_group_tests(hostile,
	    group_setup, group_teardown);
}

/* Pages are waited for most of the time: the groups run beside each other. */
static int
run_groups(void)
{
	pid_t pid[3];
	struct err e = ERR_INIT;
	int wrong = 0;

	for (int i = 0; i < 3; i++) {
		(void)fflush(NULL);
		pid[i] = fork();
		if (pid[i] == 0)
			exit(run_group(i) != 0);
	}
	for (int i = 0; i < 3; i++)
		wrong |= pid[i] < 0 || proc_wait_pid(pid[i], &e) != 0;
	return wrong;
}

int
main(void)
{
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
	return run_groups();
}
