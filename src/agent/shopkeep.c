/* agent/shopkeep.c - capture what is due, a shop after the other. */
#include "agent/shopkeep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "shop/inbox.h"
#include "shop/shopfolder.h"
#include "shop/visit.h"

#include "base/banned.h"

#define AGAIN_S 3600		/* until a page that did not show is tried anew */
#define ZONE_LEN 64

struct shift {			/* one shop */
	const struct shopkeep_job *job;
	const struct config_shop *shop;
	char *dir, *profile;	/* of the shop; of its browser */
	char *known;		/* of strips */
	/* those that are due, and what they are in the configuration */
	struct visit_page page[2 * CONFIG_PAGES_MAX];
	const struct config_page *of[2 * CONFIG_PAGES_MAX];
	struct visit visit;
	char zone[ZONE_LEN];
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
is_due(const struct shift *s, struct shopfolder *f,
	const struct visit_page *p, struct err *e)
{
	const int64_t now = s->visit.now;
	struct shopfolder_last last;
	int rc;

	rc = shopfolder_last(f, p->page, view_name(p->mobile),
	    s->job->due ? NULL : "manual", now, &last, e);
	/* Lines that a person damaged are no reason to look no more. */
	if (rc < 0 && e->code == ERR_FORMAT) {
		err_clear(e);
		rc = 0;
	}
	if (rc <= 0)
		return rc < 0 ? -1 : 1;
	if (!s->job->due)	/* but what was taken from the inbox just now */
		return last.ts != now;
	return local_day(last.ts) != local_day(now) ||
	    (!last.has_record && (now - last.ts >= AGAIN_S ||
	    now < last.ts));
}

static int
list_pages(struct shift *s, struct shopfolder *f, struct err *e)
{
	struct visit *v = &s->visit;

	for (size_t i = 0; i < s->shop->npages; i++) {
		const struct config_page *of = &s->shop->page[i];

		for (int mobile = 0; mobile < 2; mobile++) {
			const struct visit_page p = {of->name, of->url,
			    mobile == 1, false};
			int due;

			if (s->shop->view == (mobile ? CONFIG_DESKTOP :
			    CONFIG_MOBILE))
				continue;
			due = is_due(s, f, &p, e);
			if (due < 0)
				return -1;
			if (!due)
				continue;
			s->of[v->n] = of;
			s->page[v->n++] = p;
		}
	}
	return 0;
}

static void
on_page(void *arg, const struct visit_page *p, const struct visit_report *r)
{
	const struct shift *s = arg;
	struct shopkeep_page told = {.shop = s->shop,
	    .page = s->of[p - s->page], .view = view_name(p->mobile),
	    .state = r->state, .is_new = r->is_new, .bytes = r->bytes,
	    .ms = r->ms};

	memcpy(told.reason, r->reason, sizeof(told.reason));
	if (s->job->fn)
		s->job->fn(s->job->arg, &told);
}

static int
open_shift(struct shift *s, const char *browser, const char *fonts,
	struct err *e)
{
	const struct config_shop *shop = s->shop;
	struct shopfolder *f;
	struct clock_date d;
	int seconds, rc;

	clock_zone(s->zone, sizeof(s->zone));
	s->dir = shop_dir(s->job->state, shop->name);
	s->profile = shop->profile ? str_fmt("%s/logins/%s", s->job->state,
	    shop->name) : str_fmt("%s/browser/%d", s->job->state,
	    (int)getpid());
	s->known = str_fmt("%s/strips/%s", s->job->state, shop->name);
	if (!s->dir || !s->profile || !s->known)
		return err_nomem(e);
	s->visit = (struct visit){.name = shop->name, .dir = s->dir,
	    .known = s->known,
	    .browser = browser, .profile = s->profile, .keep = shop->profile,
	    .language = shop->language,
	    .freeze = config_freeze_name(shop->freeze), .zone = s->zone,
	    .fonts = fonts, .by = "auto", .deadline = shop->deadline,
	    .max_height = shop->max_height, .now = clock_now_utc(),
	    .page = s->page, .fn = on_page, .arg = s};
	clock_split_local(s->visit.now, &d, &seconds);
	s->visit.offset = seconds / 60;
	f = shopfolder_open(s->dir, e);
	if (!f)
		return -1;
	rc = shopfolder_first(f, s->visit.now, &s->visit.page_clock, e);
	if (rc < 0 && e->code == ERR_FORMAT) {
		err_clear(e);
		rc = 0;
	}
	shopfolder_close(f);
	return rc;
}

static void
on_saved(void *arg, const struct inbox_report *r)
{
	const struct shift *s = arg;
	struct shopkeep_page told = {.shop = s->shop, .file = r->file,
	    .view = view_name(r->mobile), .state = r->state,
	    .is_new = r->is_new, .bytes = r->bytes, .ms = r->ms};

	for (size_t i = 0; r->page && i < s->shop->npages; i++)
		if (strcmp(s->shop->page[i].name, r->page) == 0)
			told.page = &s->shop->page[i];
	memcpy(told.reason, r->reason, sizeof(told.reason));
	if (s->job->fn)
		s->job->fn(s->job->arg, &told);
}

/* What persons saved comes first: it may be all that is due. */
static int
take_saved(struct shift *s, struct err *e)
{
	struct visit_page known[CONFIG_PAGES_MAX];
	struct visit v = s->visit;
	char *scratch = str_fmt("%s/browser/%d", s->job->state, (int)getpid());
	int rc;

	if (!scratch)
		return err_nomem(e);
	for (size_t i = 0; i < s->shop->npages; i++)
		known[i] = (struct visit_page){.page = s->shop->page[i].name,
		    .url = s->shop->page[i].url};
	v.page = known;
	v.n = s->shop->npages;
	v.profile = scratch;	/* never where a person's login is */
	v.keep = false;
	rc = inbox_take(&v, on_saved, s, e);
	free(scratch);
	return rc;
}

static int
list_due(struct shift *s, struct err *e)
{
	struct shopfolder *f = shopfolder_open(s->dir, e);
	int rc = f ? list_pages(s, f, e) : -1;

	shopfolder_close(f);
	return rc;
}

/* To list all fonts takes a while: once, and only for who shows pages. */
static void
need_fonts(const char *browser, char fonts[static BROWSER_PRINT_LEN])
{
	if (*browser && !*fonts)
		visit_fonts(fonts);
}

/* 0, 1: no browser, -1.  FONTS is filled by who needs it first. */
static int
one_shop(const struct shopkeep_job *j, const struct config_shop *shop,
	const char *browser, char fonts[static BROWSER_PRINT_LEN],
	struct err *e)
{
	struct shift *s = calloc(1, sizeof(*s));
	int rc = -1;

	if (!s)
		return err_nomem(e);
	s->job = j;
	s->shop = shop;
	if (open_shift(s, browser, fonts, e) < 0)
		goto out;
	if (inbox_waits(s->dir)) {
		need_fonts(browser, fonts);
		if (take_saved(s, e) < 0)
			goto out;
	}
	if (list_due(s, e) < 0)
		goto out;
	if (s->visit.n > 0)
		need_fonts(browser, fonts);
	if (s->visit.n == 0)
		rc = 0;
	else if (*browser)
		rc = visit(&s->visit, e);
	else
		rc = visit_give_up(&s->visit, SHOP_NO_BROWSER,
		    "no browser is installed", e) < 0 ? -1 : 1;
out:
	free(s->profile);
	free(s->known);
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
	int fd = -1, rc = 0, none = 0, done;
	struct err why;

	if (j->cfg->nshops == 0 || (j->name && !find(j, e)))
		return j->name ? -1 : 0;
	if (browser_find(&path, e) < 0 || lock(j, &fd, e) < 0) {
		rc = -1;
		goto out;
	}
	for (size_t i = 0; i < j->cfg->nshops; i++) {
		if (j->name && strcmp(j->name, j->cfg->shop[i].name) != 0)
			continue;
		err_clear(&why);
		done = one_shop(j, &j->cfg->shop[i], buf_str(&path), fonts,
		    &why);
		none |= done == 1;
		if (done >= 0)
			continue;
		/* The first that is told; the other shops are none the worse. */
		if (rc == 0)
			*e = why;
		rc = -1;
		if (why.code == ERR_INTR || why.code == ERR_SPACE ||
		    why.code == ERR_NOMEM)
			break;
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
