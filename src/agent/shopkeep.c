/* agent/shopkeep.c - capture what is due, a shop after the other. */
#include "agent/shopkeep.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/sandbox.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "shop/browser.h"
#include "shop/capture.h"

#include "base/banned.h"

#define AGAIN_S 3600		/* until a page that did not show is tried anew */
#define SLACK_MS 60000		/* of a page, beside its deadline: decoding */
#define TRIES 3			/* browsers for one page */
#define ZONE_LEN 64
#define PRODUCT_LEN 128

/* What the driver says of a page; held against the list of what it was given. */
struct told {
	uint32_t at;
	uint32_t state;
	uint64_t bytes;
	int32_t ms;
	uint8_t is_new;
	char reason[SHOPKEEP_TEXT_LEN];
};

struct look {			/* one page in one view */
	const struct config_page *page;
	bool mobile;
	bool done;
};

struct shift {			/* one shop */
	const struct shopkeep_job *job;
	const struct config_shop *shop;
	char *dir;		/* of the shop */
	struct look look[2 * CONFIG_PAGES_MAX];
	size_t n;
	int64_t page_clock;	/* what its pages take for now */
	int64_t now;
	int32_t offset;
	int in, out;		/* the browser's */
	char zone[ZONE_LEN], fonts[BROWSER_PRINT_LEN], flags[BROWSER_PRINT_LEN];
};

static const char *
view_name(bool mobile)
{
	return mobile ? "mobile" : "desktop";
}

static char *
shop_dir(const char *state, const char *name)
{
	return str_fmt("%s/shops/%s", state, name);
}

int
shopkeep_sources(struct config *cfg, const char *state, struct err *e)
{
	char source[40];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < cfg->nshops; i++) {
		char *dir = shop_dir(state, cfg->shop[i].name);

		if (!dir)
			return err_nomem(e);
		(void)snprintf(source, sizeof(source), "shop-%s",
		    cfg->shop[i].name);
		rc = file_mkdirs(dir, 0700, e);
		if (rc == 0)
			rc = config_imply(cfg, source, CONFIG_SHOP, dir, e);
		free(dir);
	}
	return rc;
}

/* --- What is due. */

static int64_t
local_day(int64_t utc)
{
	struct clock_date d;
	int offset;

	clock_split_local(utc, &d, &offset);
	d.hour = d.min = d.sec = 0;
	return clock_join_utc(&d);
}

/* 1: to be looked at; 0; -1. */
static int
is_due(const struct shift *s, struct shopfolder *f, const struct look *l,
	struct err *e)
{
	struct shopfolder_last last;
	int rc;

	if (!s->job->due)
		return 1;
	rc = shopfolder_last(f, l->page->name, view_name(l->mobile), NULL,
	    s->now, &last, e);
	if (rc <= 0)
		return rc < 0 ? -1 : 1;
	return local_day(last.ts) != local_day(s->now) ||
	    (!last.has_record && (s->now - last.ts >= AGAIN_S ||
	    s->now < last.ts));
}

static int
list_looks(struct shift *s, struct shopfolder *f, struct err *e)
{
	for (size_t i = 0; i < s->shop->npages; i++) {
		for (int mobile = 0; mobile < 2; mobile++) {
			const struct look l = {&s->shop->page[i], mobile == 1,
			    false};
			int due;

			if (s->shop->view == (mobile ? CONFIG_DESKTOP :
			    CONFIG_MOBILE))
				continue;
			due = is_due(s, f, &l, e);
			if (due < 0)
				return -1;
			if (due)
				s->look[s->n++] = l;
		}
	}
	return 0;
}

/* --- The driver. */

static bool
tell(int fd, const struct told *t)
{
	struct err e = ERR_INIT;

	return file_write(fd, t, sizeof(*t), "the agent", &e) == 0;
}

static void
fill_job(const struct shift *s, const struct look *l, const char *product,
	struct capture_job *j)
{
	*j = (struct capture_job){
	    .page = l->page->name, .view = view_name(l->mobile),
	    .tab = {.url = l->page->url, .mobile = l->mobile,
	    .profile = s->shop->profile,
	    .freeze = config_freeze_name(s->shop->freeze), .zone = s->zone,
	    .locale = s->shop->language,
	    .now = s->page_clock, .deadline_ms = s->shop->deadline * 1000},
	    .by = "auto", .max_height = s->shop->max_height, .ts = s->now,
	    .offset = s->offset, .browser = product, .flags = s->flags,
	    .fonts = s->fonts};
}

/* "HeadlessChrome/156.0.8078.79" into OUT. */
static bool
ask_product(struct cdp *c, char out[static PRODUCT_LEN])
{
	const struct json_node *result = NULL, *product;
	const struct json *j = NULL;
	struct err e = ERR_INIT;

	if (cdp_call(c, "", "Browser.getVersion", NULL, clock_mono_ms() + 15000,
	    &j, &result, &e) != CDP_DONE || !result)
		return false;
	product = json_get(j, result, "product");
	if (!product || product->type != JSON_STR ||
	    product->len >= PRODUCT_LEN)
		return false;
	(void)snprintf(out, PRODUCT_LEN, "%s", product->str);
	return true;
}

/* 0: all looked at; 1: another browser is needed; 2: the folder fails. */
static int
drive(const struct shift *s, struct cdp *c, struct shopfolder *f, int fd)
{
	char product[PRODUCT_LEN];
	struct err e = ERR_INIT;

	if (!ask_product(c, product))
		return 1;
	for (size_t i = 0; i < s->n; i++) {
		struct told t = {.at = (uint32_t)i};
		struct capture_report r;
		struct capture_job j;
		int rc;

		if (s->look[i].done)
			continue;
		fill_job(s, &s->look[i], product, &j);
		err_clear(&e);
		rc = capture_page(c, f, &j, &r, &e);
		t.state = (uint32_t)r.state;
		t.bytes = r.bytes;
		t.ms = r.ms;
		t.is_new = r.is_new;
		(void)snprintf(t.reason, sizeof(t.reason), "%s", rc < 0 ?
		    e.what : r.reason);
		if (rc < 0)
			t.at = UINT32_MAX;
		if (!tell(fd, &t) || rc < 0)
			return 2;
		if (rc == 1)
			return 1;
	}
	return 0;
}

static int
driver(int fd, void *arg)
{
	const struct shift *s = arg;
	const char *const rw[] = {s->dir, NULL};
	const struct sandbox_paths paths = {NULL, rw};
	struct told t = {.at = UINT32_MAX};
	struct shopfolder *f = NULL;
	struct err e = ERR_INIT;
	struct cdp *c = NULL;
	int rc = 2;

	if (sandbox_enter(SANDBOX_PARSER, &paths, &e) == 0)
		f = shopfolder_open(s->dir, &e);
	if (f)
		c = cdp_new(s->in, s->out, &e);
	if (c) {
		rc = drive(s, c, f, fd);
	} else {
		(void)snprintf(t.reason, sizeof(t.reason), "%s", e.what);
		(void)tell(fd, &t);
	}
	cdp_free(c);
	shopfolder_close(f);
	return rc;
}

/* --- The agent's side. */

static void
report(const struct shift *s, const struct told *t, struct look *l)
{
	struct shopkeep_page p = {.shop = s->shop, .page = l->page,
	    .view = view_name(l->mobile), .state = (enum shop_state)t->state,
	    .is_new = t->is_new != 0, .bytes = t->bytes, .ms = t->ms};

	l->done = true;
	memcpy(p.reason, t->reason, sizeof(p.reason));
	p.reason[sizeof(p.reason) - 1] = '\0';
	if (s->job->fn)
		s->job->fn(s->job->arg, &p);
}

/*
 * What the driver says, until it ends or says nothing for too long.  0; -1: the
 * folder failed (*e).
 */
static int
listen_to(struct shift *s, int fd, struct err *e)
{
	const int patience = s->shop->deadline * 1000 + SLACK_MS;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	struct told t;
	size_t got;

	while (poll(&p, 1, patience) > 0 || errno == EINTR) {
		if (proc_interrupted())
			return err_set(e, ERR_INTR, "interrupted");
		if (file_read(fd, &t, sizeof(t), &got, "the driver", e) < 0)
			return -1;
		if (got < sizeof(t))
			return 0;	/* it ended */
		t.reason[sizeof(t.reason) - 1] = '\0';
		if (t.at == UINT32_MAX)
			return err_set(e, ERR_IO, "shop '%s': %s",
			    s->shop->name, t.reason);
		if (t.at >= s->n || s->look[t.at].done ||
		    t.state >= SHOP_STATES)
			return 0;	/* not what we sent it for */
		report(s, &t, &s->look[t.at]);
		errno = 0;
	}
	return 0;
}

/* One browser and one driver.  0; -1. */
static int
one_browser(struct shift *s, const struct browser_job *b, struct err *e)
{
	struct browser *browser = browser_start(b, e);
	int fd = -1, keep[2], rc;
	struct err ignored = ERR_INIT;
	pid_t pid;

	if (!browser)
		return -1;
	s->in = keep[0] = browser_in(browser);
	s->out = keep[1] = browser_out(browser);
	pid = proc_fork(driver, s, keep, 2, &fd, e);
	rc = pid < 0 ? -1 : listen_to(s, fd, e);
	/* Without its browser the driver ends, whatever it was at. */
	browser_stop(browser);
	if (fd >= 0)
		(void)close(fd);
	if (pid >= 0)
		(void)proc_wait_pid(pid, &ignored);
	return rc;
}

static size_t
left(const struct shift *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += !s->look[i].done;
	return n;
}

/* A line for each page that is left, with that state. */
static int
give_up(struct shift *s, enum shop_state state, const char *why,
	struct err *e)
{
	struct shopfolder *f = shopfolder_open(s->dir, e);
	int rc = f ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < s->n; i++) {
		struct look *l = &s->look[i];
		struct told t = {.state = (uint32_t)state};
		struct shop_capture c = {.ts = s->now, .offset = s->offset,
		    .page = l->page->name, .view = view_name(l->mobile),
		    .url = l->page->url, .state = state, .reason = why,
		    .by = "auto"};

		if (l->done)
			continue;
		if (shopfolder_capture(f, &c, NULL, e) < 0)
			rc = -1;
		(void)snprintf(t.reason, sizeof(t.reason), "%s", why);
		report(s, &t, l);
	}
	shopfolder_close(f);
	return rc;
}

static int
with_browsers(struct shift *s, const char *path, struct err *e)
{
	char *profile = s->shop->profile ? str_fmt("%s/logins/%s",
	    s->job->state, s->shop->name) : str_fmt("%s/browser/%d",
	    s->job->state, (int)getpid());
	const struct browser_job b = {.path = path, .profile = profile,
	    .keep = s->shop->profile, .language = s->shop->language};
	size_t before = left(s);
	int rc = profile ? 0 : err_nomem(e), tries = 0;

	while (rc == 0 && left(s) > 0 && tries < TRIES) {
		rc = one_browser(s, &b, e);
		tries = left(s) < before ? 0 : tries + 1;
		before = left(s);
	}
	free(profile);
	if (rc == 0 && left(s) > 0)
		rc = give_up(s, SHOP_CRASHED, "the browser does not run", e);
	return rc;
}

/* Of all fonts there are: a new one draws text otherwise. */
static void
print_fonts(char out[static BROWSER_PRINT_LEN])
{
	static const char *const argv[] = {"fc-list", ":", "family", "style",
	    "file", NULL};
	struct buf text = BUF_INIT(4u << 20);
	struct err ignored = ERR_INIT;
	uint8_t sha256[HASH_LEN];

	/* It lists them in any order. */
	if (proc_run(argv, NULL, NULL, 0, &text, NULL, 15000, &ignored) != 0)
		buf_clear(&text);
	memset(sha256, 0, sizeof(sha256));
	for (const char *at = buf_str(&text), *lf; (lf = strchr(at, '\n'));
	    at = lf + 1) {
		uint8_t one[HASH_LEN];

		hash_sha256(one, at, (size_t)(lf - at));
		for (size_t i = 0; i < HASH_LEN; i++)
			sha256[i] ^= one[i];
	}
	str_hex(out, sha256, HASH_LEN);
	buf_release(&text);
}

static int
open_shift(struct shift *s, struct err *e)
{
	struct shopfolder *f;
	struct clock_date d;
	int seconds, rc;

	s->now = clock_now_utc();
	clock_split_local(s->now, &d, &seconds);
	s->offset = seconds / 60;
	clock_zone(s->zone, sizeof(s->zone));
	s->dir = shop_dir(s->job->state, s->shop->name);
	if (!s->dir)
		return err_nomem(e);
	f = shopfolder_open(s->dir, e);
	if (!f)
		return -1;
	rc = list_looks(s, f, e);
	if (rc == 0)
		rc = shopfolder_first(f, s->now, &s->page_clock, e);
	shopfolder_close(f);
	return rc;
}

/* 0, 1: no browser, -1. */
static int
one_shop(const struct shopkeep_job *j, const struct config_shop *shop,
	const char *path, const char *fonts, struct err *e)
{
	struct shift *s = calloc(1, sizeof(*s));
	int rc = -1;

	if (!s)
		return err_nomem(e);
	s->job = j;
	s->shop = shop;
	if (open_shift(s, e) < 0)
		goto out;
	rc = 0;
	if (s->n == 0)
		goto out;
	(void)snprintf(s->fonts, sizeof(s->fonts), "%s", fonts);
	if (!*path) {
		rc = give_up(s, SHOP_NO_BROWSER, "no browser is installed",
		    e) < 0 ? -1 : 1;
		goto out;
	}
	rc = browser_flags(s->flags, e);
	if (rc == 0)
		rc = with_browsers(s, path, e);
out:
	free(s->dir);
	free(s);
	return rc;
}

/* The lock of whoever captures, and what killed runs left is swept. */
static int
lock(const struct shopkeep_job *j, int *fd, struct err *e)
{
	char *dir = path_join(j->state, "browser");
	char *path = path_join(j->state, "shops.lock");
	int rc = dir && path ? 0 : err_nomem(e);

	if (rc == 0)
		rc = file_lock(path, fd, e);
	if (rc == 0 && browser_sweep(dir, e) < 0) {
		(void)close(*fd);
		rc = -1;
	}
	free(dir);
	free(path);
	return rc;
}

static const struct config_shop *
find(const struct shopkeep_job *j, struct err *e)
{
	for (size_t i = 0; i < j->cfg->nshops; i++)
		if (strcmp(j->cfg->shop[i].name, j->name) == 0)
			return &j->cfg->shop[i];
	(void)err_set(e, ERR_USAGE, "no section [shop %s]", j->name);
	(void)err_hint(e, "name it in '%s'", j->cfg->file);
	return NULL;
}

int
shopkeep_capture(const struct shopkeep_job *j, struct err *e)
{
	char fonts[BROWSER_PRINT_LEN] = "";
	struct buf path = BUF_INIT(4096);
	int fd = -1, rc = 0, none = 0;

	if (j->cfg->nshops == 0 || (j->name && !find(j, e)))
		return j->name ? -1 : 0;
	if (browser_find(&path, e) < 0 || lock(j, &fd, e) < 0) {
		rc = -1;
		goto out;
	}
	print_fonts(fonts);
	for (size_t i = 0; rc >= 0 && i < j->cfg->nshops; i++) {
		if (j->name && strcmp(j->name, j->cfg->shop[i].name) != 0)
			continue;
		rc = one_shop(j, &j->cfg->shop[i], buf_str(&path), fonts, e);
		none |= rc == 1;
	}
out:
	if (fd >= 0)
		(void)close(fd);
	buf_release(&path);
	return rc < 0 ? -1 : none;
}

int
shopkeep_login(const struct shopkeep_job *j, struct err *e)
{
	const struct config_shop *shop = find(j, e);
	struct buf path = BUF_INIT(4096);
	struct browser_job b = {.keep = true, .window = true};
	struct browser *browser;
	char *profile = NULL;
	int rc = -1;

	if (!shop)
		return -1;
	if (browser_find_window(&path, e) != 0) {
		if (e->code == ERR_NONE)
			(void)err_set(e, ERR_NOENT,
			    "no browser with a window is installed");
		(void)err_hint(e, "install Debian's package 'chromium'");
		goto out;
	}
	profile = str_fmt("%s/logins/%s", j->state, shop->name);
	if (!profile) {
		(void)err_nomem(e);
		goto out;
	}
	b.path = buf_str(&path);
	b.profile = profile;
	b.url = shop->page[0].url;
	b.language = shop->language;
	browser = browser_start(&b, e);
	if (!browser)
		goto out;
	rc = browser_wait(browser, e) < 0 ? -1 : 0;
	browser_stop(browser);
out:
	free(profile);
	buf_release(&path);
	return rc;
}
