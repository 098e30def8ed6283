/*
 * tests/bench/shops.c - what it costs to look at a page of a shop, and to keep it.
 *
 *	bench_shops FOLDER
 *
 * A browser, warm, and the page of 5,200 rows of tests/shop/server.h: ten times
 * unchanged, then with another price, then with a banner; and the page that moves,
 * on ten days.  Beside it, in FOLDER/whole/<state>/, what a browser saves as it is:
 * page.png and page.mhtml.  Then two of them are laid beside each other, once as they
 * are, and once with every strip opened.  Lines "name value" on standard output; wall and CPU in
 * ms, of CPU all processes of the browser and our own.
 */
#include <dirent.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "server.h"
#include "shop/browser.h"
#include "shop/capture.h"
#include "shop/diff.h"
#include "shop/picture.h"
#include "shop/rowalign.h"

#include "base/banned.h"

#define NOBODY 65534
#define NOW 1795428000
#define DAY 86400
#define ROUNDS 10

static const char *dir;
static int port;
static struct browser *browser;
static struct cdp *cdp;
static struct shopfolder *folder;

static void __attribute__((noreturn))
die(const char *what, const struct err *e)
{
	(void)fprintf(stderr, "shops: %s: %s\n", what, e->what);
	exit(1);
}

struct process {
	int parent, group;
	long ticks;		/* also of its children that have ended */
};

static bool
read_process(const char *pid, struct process *p)
{
	char path[300], text[1024], *at;
	unsigned long u, s;
	long cu, cs;
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return false;
	n = fread(text, 1, sizeof(text) - 1, f);
	(void)fclose(f);
	text[n] = '\0';
	at = strrchr(text, ')');
	if (!at || !strstr(text, "(chromium") || sscanf(at + 2, "%*c %d %d %*d "
	    "%*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &p->parent,
	    &p->group, &u, &s, &cu, &cs) != 6)
		return false;
	p->ticks = (long)(u + s) + cu + cs;
	return true;
}

/* CPU ms of our browser: of its group, which is that of our child. */
static long
browser_cpu(void)
{
	static int group;
	DIR *proc = opendir("/proc");
	struct dirent *d;
	struct process p;
	long sum = 0;

	while (proc && (d = readdir(proc)) != NULL) {
		if (*d->d_name < '1' || *d->d_name > '9' ||
		    !read_process(d->d_name, &p))
			continue;
		if (group == 0 && p.parent == getpid()) {
			group = p.group;
			rewinddir(proc);
			sum = 0;
			continue;
		}
		sum += p.group == group ? p.ticks : 0;
	}
	if (proc)
		(void)closedir(proc);
	return sum * 1000 / sysconf(_SC_CLK_TCK);
}

static long
own_cpu(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000 +
	    (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1000;
}

static struct tab_job
tab_of(const char *url)
{
	return (struct tab_job){.url = url, .freeze = "clock",
	    .zone = "Asia/Shanghai", .locale = "zh-CN", .now = NOW,
	    .deadline_ms = 60000};
}

static struct capture_report
take(const char *path, int64_t ts)
{
	struct capture_report r;
	struct capture_job j = {.page = "home", .view = "desktop", .by = "auto",
	    .max_height = PICTURE_HEIGHT_MAX, .ts = ts, .browser = "b",
	    .flags = "f", .fonts = "t"};
	struct err e = ERR_INIT;
	char url[128];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port, path);
	j.tab = tab_of(url);
	j.asked = "http://shop.example/";
	if (capture_page(cdp, folder, &j, &r, &e) != 0)
		die(path, &e);
	if (r.state != SHOP_OK) {
		(void)fprintf(stderr, "shops: %s: %s\n", path, r.reason);
		exit(1);
	}
	return r;
}

/* --- The same page as a browser saves it. */

static void
keep_answer(struct tab *t, const char *state, const char *name,
	const char *method, const char *params, bool base64)
{
	const struct json_node *result = NULL, *data;
	const struct json *j = NULL;
	struct buf bytes = BUF_INIT((size_t)256 << 20);
	struct err e = ERR_INIT;
	char path[512];

	if (tab_call(t, method, params, &j, &result, &e) != CDP_DONE)
		die(method, &e);
	data = json_get(j, result, "data");
	if ((base64 ? base64_decode(&bytes, data->str, data->len, true, &e) :
	    buf_add(&bytes, data->str, data->len, &e)) < 0)
		die(method, &e);
	(void)snprintf(path, sizeof(path), "%s/whole/%s", dir, state);
	if (file_mkdirs(path, 0755, &e) < 0)
		die(path, &e);
	(void)snprintf(path, sizeof(path), "%s/whole/%s/%s", dir, state, name);
	if (file_save(path, bytes.data, bytes.len, 0644, &e) < 0)
		die(path, &e);
	buf_release(&bytes);
}

static void
save_whole(const char *path, const char *state)
{
	char url[128];
	struct tab_job job;
	struct err e = ERR_INIT;
	struct tab *t;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port, path);
	job = tab_of(url);
	t = tab_new(cdp, &job, &e);
	if (!t || tab_load(t) != TAB_LOADED)
		die(path, &e);
	keep_answer(t, state, "page.mhtml", "Page.captureSnapshot",
	    "{\"format\":\"mhtml\"}", false);
	keep_answer(t, state, "page.png", "Page.captureScreenshot",
	    "{\"format\":\"png\",\"captureBeyondViewport\":true}", true);
	tab_free(t);
}

/* --- */

static int
compare(const void *a, const void *b)
{
	const long *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static long
median(long v[static ROUNDS])
{
	qsort(v, ROUNDS, sizeof(*v), compare);
	return (v[ROUNDS / 2 - 1] + v[ROUNDS / 2]) / 2;
}

static void
measure(void)
{
	long wall[ROUNDS], cpu[ROUNDS], own[ROUNDS];
	unsigned long long grown = 0;
	int i, changes = 0;

	(void)printf("first-bytes %llu\n", (unsigned long long)take("/tall",
	    NOW).bytes);
	save_whole("/tall", "a");
	for (i = 0; i < ROUNDS; i++) {
		const long before = browser_cpu(), self = own_cpu();
		const int64_t began = clock_mono_ms();
		struct capture_report r = take("/tall", NOW + i * DAY);

		wall[i] = (long)(clock_mono_ms() - began);
		own[i] = own_cpu() - self;
		cpu[i] = browser_cpu() - before + own[i];
		grown += r.bytes;
	}
	(void)printf("wall-ms %ld\ncpu-ms %ld\nown-cpu-ms %ld\n", median(wall),
	    median(cpu), median(own));
	(void)printf("unchanged-bytes %llu\n", grown);
	save_whole("/tall", "b");
	(void)printf("price-bytes %llu\n", (unsigned long long)take(
	    "/tall?edit=price", NOW + 11 * DAY).bytes);
	save_whole("/tall?edit=price", "c");
	(void)printf("banner-bytes %llu\n", (unsigned long long)take(
	    "/tall?edit=banner", NOW + 12 * DAY).bytes);
	save_whole("/tall?edit=banner", "d");
	(void)take("/live", NOW);
	for (i = 1; i < ROUNDS; i++)
		changes += take("/live", NOW + i * DAY).is_new;
	(void)printf("false-changes %d\n", changes);
}

/* --- Two pages beside each other. */

static void
load(struct shop_page *page, const char *path, int64_t ts)
{
	struct buf text = BUF_INIT(PAGE_MAX);
	struct shopfolder_last last;
	struct err e = ERR_INIT;
	char hex[2 * SHOP_HASH_LEN + 1], at[512];

	(void)take(path, ts);
	if (shopfolder_last(folder, "home", "desktop", NULL, ts, &last,
	    &e) != 1)
		die(path, &e);
	str_hex(hex, last.record, SHOP_HASH_LEN);
	(void)snprintf(at, sizeof(at), "%s/shop/pages/%s.json", dir, hex);
	if (file_load(at, &text, &e) < 0 ||
	    page_read(page, text.data, text.len, &e) < 0)
		die(at, &e);
	buf_release(&text);
}

/* Strips whose hashes were turned, so that none is like another. */
static bool turned;

static int
get(void *arg, int side, const struct shop_strip *s, struct buf *out,
	struct err *e)
{
	char hex[2 * SHOP_HASH_LEN + 1], at[512];
	uint8_t sha256[SHOP_HASH_LEN];

	(void)arg;
	memcpy(sha256, s->sha256, SHOP_HASH_LEN);
	sha256[0] ^= turned && side ? 0xff : 0;
	str_hex(hex, sha256, SHOP_HASH_LEN);
	(void)snprintf(at, sizeof(at), "%s/shop/strips/%s.webp", dir, hex);
	return file_load(at, out, e);
}

static int
no_event(void *arg, const struct shop_event *v, struct err *e)
{
	(void)v;
	(void)e;
	++*(int *)arg;
	return 0;
}

static void
put_diff(const char *name, const struct shop_page *a,
	const struct shop_page *b)
{
	const int64_t began = clock_mono_ms();
	const long self = own_cpu();
	struct rowalign rows;
	struct err e = ERR_INIT;
	int n = 0;

	if (shop_diff(a, b, no_event, &n, &e) != 0 ||
	    rowalign(a, b, get, NULL, &rows, &e) != 0)
		die(name, &e);
	(void)printf("%s-ms %lld\n%s-cpu-ms %ld\n", name,
	    (long long)(clock_mono_ms() - began), name, own_cpu() - self);
	(void)printf("%s-events %d\n%s-inserted %d\n%s-boxes %zu\n", name, n,
	    name, (int)rows.inserted, name, rows.nboxes);
	rowalign_release(&rows);
}

static void
measure_diff(void)
{
	struct shop_page a, b;

	load(&a, "/tall", NOW + 100 * DAY);
	load(&b, "/tall?edit=banner", NOW + 101 * DAY);
	put_diff("banner", &a, &b);
	turned = true;
	for (size_t i = 0; i < b.nstrips; i++)
		b.strip[i].sha256[0] ^= 0xff;
	put_diff("opened", &a, &b);
	page_free(&a);
	page_free(&b);
}

int
main(int argc, char **argv)
{
	struct buf path = BUF_INIT(4096);
	struct err e = ERR_INIT;
	char at[512];
	pid_t server;

	proc_setup();
	if (argc != 2 || crypto_setup(&e) < 0)
		return 2;
	dir = argv[1];
	if (geteuid() == 0 && (chown(dir, NOBODY, NOBODY) < 0 ||
	    setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 ||
	    setuid(NOBODY) < 0))
		return 1;
	if (setenv("HOME", dir, 1) < 0 || browser_find(&path, &e) != 0) {
		(void)puts("skipped no-browser");
		return 77;
	}
	(void)snprintf(at, sizeof(at), "%s/shop", dir);
	folder = shopfolder_open(at, &e);
	(void)snprintf(at, sizeof(at), "%s/known", dir);
	if (!folder || shopfolder_known(folder, at, &e) < 0)
		die("cannot begin", &e);
	if (setenv("SHOP_PHOTOS", "yes", 1) < 0)
		return 1;
	server = server_start(&port);
	(void)snprintf(at, sizeof(at), "%s/profile", dir);
	browser = browser_start(&(struct browser_job){.path = buf_str(&path),
	    .profile = at, .hermetic = true}, &e);
	if (!folder || server < 0 || !browser)
		die("cannot begin", &e);
	cdp = cdp_new(browser_in(browser), browser_out(browser), &e);
	if (!cdp)
		die("cannot begin", &e);
	measure();
	measure_diff();
	cdp_free(cdp);
	browser_stop(browser);
	shopfolder_close(folder);
	server_stop(server);
	buf_release(&path);
	return 0;
}
