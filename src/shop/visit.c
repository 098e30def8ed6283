/* shop/visit.c - a browser and a driver for a list of pages. */
#include "shop/visit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/sandbox.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "shop/capture.h"

#include "base/banned.h"

#define SLACK_MS 60000		/* of a page, beside its deadline: decoding */
#define TRIES 3			/* browsers that do not begin with a page */
#define PAGE_TRIES 2		/* drivers that die at one page */
#define NO_PAGE SIZE_MAX

/*
 * What the driver says of a page, before it and behind it; held against the list
 * of what it was given.
 */
struct told {
	uint32_t at;
	uint32_t state;		/* SHOP_STATES: it begins with it */
	uint64_t bytes;
	int32_t ms;
	uint8_t is_new;
	char reason[VISIT_TEXT_LEN];
};

struct shift {
	struct visit *v;
	char flags[BROWSER_PRINT_LEN];
	int in, out;		/* the browser's */
	size_t at;		/* the page the driver is at, or NO_PAGE */
};

static const char *
view_name(bool mobile)
{
	return mobile ? "mobile" : "desktop";
}

/* --- The driver. */

static bool
tell(int fd, const struct told *t)
{
	struct err e = ERR_INIT;

	return file_write(fd, t, sizeof(*t), "who sent the driver", &e) == 0;
}

static void
fill_job(const struct shift *s, const struct visit_page *p,
	const char *product, struct capture_job *j)
{
	const struct visit *v = s->v;

	*j = (struct capture_job){
	    .page = p->page, .view = view_name(p->mobile),
	    .tab = {.url = p->url, .mobile = p->mobile, .profile = v->keep,
	    .freeze = v->freeze, .zone = v->zone, .locale = v->language,
	    .now = v->page_clock, .deadline_ms = v->deadline * 1000},
	    .by = v->by, .max_height = v->max_height, .ts = v->now,
	    .offset = v->offset, .browser = product, .flags = s->flags,
	    .fonts = v->fonts};
}

/* "HeadlessChrome/156.0.8078.79" */
bool
visit_product(struct cdp *c, char out[static VISIT_PRODUCT_LEN])
{
	const struct json_node *result = NULL, *product;
	const struct json *j = NULL;
	struct err e = ERR_INIT;

	if (cdp_call(c, "", "Browser.getVersion", NULL, clock_mono_ms() + 15000,
	    &j, &result, &e) != CDP_DONE || !result)
		return false;
	product = json_get(j, result, "product");
	if (!product || product->type != JSON_STR ||
	    product->len >= VISIT_PRODUCT_LEN)
		return false;
	(void)snprintf(out, VISIT_PRODUCT_LEN, "%s", product->str);
	return true;
}

/* 0: all looked at; 1: another browser is needed; 2: the folder fails. */
static int
drive(const struct shift *s, struct cdp *c, struct shopfolder *f, int fd)
{
	char product[VISIT_PRODUCT_LEN];
	struct err e = ERR_INIT;

	if (!visit_product(c, product))
		return 1;
	for (size_t i = 0; i < s->v->n; i++) {
		struct told t = {.at = (uint32_t)i, .state = SHOP_STATES};
		struct capture_report r;
		struct capture_job j;
		int rc;

		if (s->v->page[i].done)
			continue;
		if (!tell(fd, &t))
			return 2;
		fill_job(s, &s->v->page[i], product, &j);
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
	const char *const rw[] = {s->v->dir, s->v->known, NULL};
	const struct sandbox_paths paths = {NULL, rw};
	struct told t = {.at = UINT32_MAX};
	struct shopfolder *f = NULL;
	struct err e = ERR_INIT;
	struct cdp *c = NULL;
	int rc = 2;

	if (sandbox_enter(SANDBOX_PARSER, &paths, &e) == 0)
		f = shopfolder_open(s->v->dir, &e);
	if (f && shopfolder_sweep(f, &e) == 0 && (!s->v->known ||
	    shopfolder_known(f, s->v->known, &e) == 0))
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

/* --- Whoever sends it. */

static void
report(const struct shift *s, const struct told *t, struct visit_page *p)
{
	struct visit_report r = {.state = (enum shop_state)t->state,
	    .is_new = t->is_new != 0, .bytes = t->bytes, .ms = t->ms};

	p->done = true;
	memcpy(r.reason, t->reason, sizeof(r.reason));
	r.reason[sizeof(r.reason) - 1] = '\0';
	if (s->v->fn)
		s->v->fn(s->v->arg, p, &r);
}

int
visit_word(int fd, int patience, void *message, size_t n, struct err *e)
{
	const int64_t until = clock_mono_ms() + patience;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int64_t left;
	size_t got;
	int ready;

	do {
		left = until - clock_mono_ms();
		ready = poll(&p, 1, left > 0 ? (int)left : 0);
		if (proc_interrupted())
			return err_set(e, ERR_INTR, "interrupted");
	} while (ready < 0 && errno == EINTR && left > 0);
	if (ready <= 0)
		return 0;
	return file_read(fd, message, n, &got, "a helper", e) < 0 ? -1 :
	    got == n;
}

/*
 * What the driver says, until it ends or says nothing for too long.  0; -1: the
 * folder failed (*e).
 */
static int
listen_to(struct shift *s, int fd, struct err *e)
{
	const int patience = s->v->deadline * 1000 + SLACK_MS;
	struct told t;
	int rc;

	while ((rc = visit_word(fd, patience, &t, sizeof(t), e)) > 0) {
		t.reason[sizeof(t.reason) - 1] = '\0';
		if (t.at == UINT32_MAX)
			return err_set(e, ERR_IO, "shop '%s': %s", s->v->name,
			    t.reason);
		if (t.at >= s->v->n || s->v->page[t.at].done ||
		    t.state > SHOP_STATES)
			return 0;	/* not what we sent it for */
		s->at = t.state == SHOP_STATES ? t.at : NO_PAGE;
		if (s->at == NO_PAGE)
			report(s, &t, &s->v->page[t.at]);
	}
	return rc;
}

/* One browser and one driver.  0; -1. */
static int
one_browser(struct shift *s, struct err *e)
{
	const struct browser_job b = {.path = s->v->browser,
	    .profile = s->v->profile, .keep = s->v->keep,
	    .language = s->v->language};
	struct browser *browser = browser_start(&b, e);
	int fd = -1, keep[2], rc;
	struct err ignored = ERR_INIT;
	pid_t pid;

	if (!browser)
		return -1;
	s->at = NO_PAGE;
	s->in = keep[0] = browser_in(browser);
	s->out = keep[1] = browser_out(browser);
	pid = proc_fork(driver, s, keep, 2, &fd, e);
	rc = pid < 0 ? -1 : listen_to(s, fd, e);
	browser_stop(browser);
	if (fd >= 0)
		(void)close(fd);
	/* What it has not said by now it never will, whatever it is at. */
	if (pid >= 0) {
		(void)kill(pid, SIGKILL);
		(void)proc_wait_pid(pid, &ignored);
	}
	return rc;
}

static size_t
left(const struct visit *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		n += !v->page[i].done;
	return n;
}

/* A line with STATE and WHY for P. */
static int
give_up(const struct shift *s, struct shopfolder *f, struct visit_page *p,
	enum shop_state state, const char *why, struct err *e)
{
	const struct visit *v = s->v;
	struct told t = {.state = (uint32_t)state};
	struct shop_capture c = {.ts = v->now, .offset = v->offset,
	    .page = p->page, .view = view_name(p->mobile), .url = p->url,
	    .state = state, .reason = why, .by = v->by};

	if (shopfolder_capture(f, &c, NULL, e) < 0)
		return -1;
	(void)snprintf(t.reason, sizeof(t.reason), "%s", why);
	report(s, &t, p);
	return 0;
}

int
visit_give_up(struct visit *v, enum shop_state state, const char *why,
	struct err *e)
{
	struct shopfolder *f = shopfolder_open(v->dir, e);
	const struct shift s = {.v = v};
	int rc = f ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < v->n; i++)
		if (!v->page[i].done)
			rc = give_up(&s, f, &v->page[i], state, why, e);
	shopfolder_close(f);
	return rc;
}

/* Drivers die at that page: it alone is given up. */
static int
give_up_page(const struct shift *s, struct err *e)
{
	struct shopfolder *f = shopfolder_open(s->v->dir, e);
	int rc = f ? give_up(s, f, &s->v->page[s->at], SHOP_CRASHED,
	    "whoever reads the page does not come to an end", e) : -1;

	shopfolder_close(f);
	return rc;
}

int
visit(struct visit *v, struct err *e)
{
	struct shift s = {.v = v, .at = NO_PAGE};
	size_t before = left(v), fatal = NO_PAGE;
	int rc = browser_flags(s.flags, e), tries = 0, deaths = 0;

	if (rc == 0 && v->known)
		rc = file_mkdirs(v->known, 0700, e);
	while (rc == 0 && left(v) > 0 && tries < TRIES) {
		rc = one_browser(&s, e);
		tries = left(v) < before || s.at != NO_PAGE ? 0 : tries + 1;
		before = left(v);
		deaths = s.at != fatal ? 1 : deaths + 1;
		fatal = s.at;
		if (rc == 0 && s.at != NO_PAGE && deaths == PAGE_TRIES)
			rc = give_up_page(&s, e);
	}
	if (rc == 0 && left(v) > 0)
		rc = visit_give_up(v, SHOP_CRASHED, "the browser does not run",
		    e);
	return rc;
}

void
visit_fonts(char out[static BROWSER_PRINT_LEN])
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
