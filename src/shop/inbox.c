/* shop/inbox.c - what persons saved of pages, one file after the other. */
#include "shop/inbox.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/sandbox.h"
#include "base/str.h"
#include "shop/capture.h"

#include "base/banned.h"

#define STILL_S 3		/* that long a file must not have changed */
#define SLACK_MS 60000		/* of a file, beside the deadline of its page */
#define NO_PAGE SIZE_MAX

struct file {
	char *name;
	int64_t size, mtime;	/* of the first look */
	bool ready;
	bool page;		/* one that a browser is to show */
};

struct shift {
	const struct visit *v;
	char *dir;		/* the inbox */
	char flags[BROWSER_PRINT_LEN];
	struct file file[INBOX_FILES_MAX];
	size_t n, from;		/* the driver begins at */
	const char *browser;	/* of the driver; "": it has none */
	int in, out;		/* the browser's; -1 */
	inbox_fn fn;
	void *arg;
};

struct told {			/* by the driver, of a file */
	uint32_t at, page;	/* page: UINT32_MAX, it was left */
	uint32_t state;
	uint64_t bytes;
	int32_t ms;
	uint8_t is_new, mobile, fatal, later;
	char reason[VISIT_TEXT_LEN];
};

/* --- What lies there. */

/* Names under which browsers write, and what was never meant for us. */
static bool
is_unfinished(const char *name)
{
	static const char *const ends[] = {".crdownload", ".part", ".tmp",
	    ".download"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (str_ends(name, ends[i]))
			return true;
	return *name == '.';
}

static void
leave(const struct shift *s, const char *name, const char *why)
{
	struct inbox_report r = {.file = name};

	(void)snprintf(r.reason, sizeof(r.reason), "%s", why);
	if (s->fn)
		s->fn(s->arg, &r);
}

/* What is at NAME; false: no file. */
static bool
look(const struct shift *s, const char *name, struct stat *st)
{
	char *path = path_join(s->dir, name);
	const bool is = path && lstat(path, st) == 0 && S_ISREG(st->st_mode);

	free(path);
	return is;
}

static int
on_name(const char *name, void *arg, struct err *e)
{
	struct shift *s = arg;
	struct stat st;

	if (is_unfinished(name))
		return 0;
	if (!look(s, name, &st)) {
		leave(s, name, "it is no file");
		return 0;
	}
	if ((uint64_t)st.st_size > SAVED_MAX || s->n == INBOX_FILES_MAX) {
		leave(s, name, s->n == INBOX_FILES_MAX ?
		    "too many files at a time" : "it is too large");
		return 0;
	}
	s->file[s->n] = (struct file){str_dup(name), (int64_t)st.st_size,
	    (int64_t)st.st_mtime, false, false};
	return s->file[s->n++].name ? 0 : err_nomem(e);
}

static int
compare_names(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Files that changed just now are looked at once more; then they are whole, or
 * left. */
static void
wait_for_files(struct shift *s)
{
	const int64_t now = clock_now_utc();
	bool young = false;
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++)
		young |= now - s->file[i].mtime < STILL_S;
	if (young)
		clock_nap_ms(STILL_S * 1000);
	for (size_t i = 0; i < s->n; i++) {
		struct file *f = &s->file[i];
		struct stat st;

		f->ready = look(s, f->name, &st) && (int64_t)st.st_size ==
		    f->size && (int64_t)st.st_mtime == f->mtime && f->size > 0;
		if (f->ready) {
			s->file[kept++] = *f;
			continue;
		}
		leave(s, f->name, "it is still being written");
		free(f->name);
	}
	s->n = kept;
}

/* --- Which page it is. */

/* The page of the longest name with which NAME begins. */
static size_t
by_name(const struct visit *v, const char *name)
{
	size_t best = NO_PAGE, length = 0;

	for (size_t i = 0; i < v->n; i++) {
		const size_t n = strlen(v->page[i].page);

		if (n <= length || strncasecmp(name, v->page[i].page, n) != 0 ||
		    !strchr(". (_", name[n]))
			continue;
		best = i;
		length = n;
	}
	return best;
}

/* The page at URL: the very one, else the only one without what follows '?'. */
static size_t
by_url(const struct visit *v, const char *url)
{
	const size_t whole = strcspn(url, "#"), path = strcspn(url, "?#");
	size_t found = NO_PAGE;

	for (size_t i = 0; i < v->n; i++) {
		const char *its = v->page[i].url;

		if (strcspn(its, "#") == whole && memcmp(its, url, whole) == 0)
			return i;
		if (strcspn(its, "?#") != path || memcmp(its, url, path) != 0)
			continue;
		if (found != NO_PAGE &&
		    strcmp(v->page[found].page, v->page[i].page) != 0)
			return NO_PAGE;
		found = i;
	}
	return found;
}

/* --- The driver. */

static void
why(struct told *t, const char *text)
{
	(void)snprintf(t->reason, sizeof(t->reason), "%s", text);
}

/*
 * As capture_saved(); 2 as well if it is no page of this shop, or one for which a
 * browser is still to come (t->later).
 */
static int
take(const struct shift *s, struct cdp *c, const char *product,
	struct shopfolder *f, const struct file *file, const struct buf *bytes,
	struct told *t, struct err *e)
{
	const struct visit *v = s->v;
	struct capture_report r = {.state = SHOP_OK};
	struct saved saved;
	struct capture_job j;
	size_t page;
	int rc = saved_open(&saved, buf_str(bytes), bytes->len, e);

	page = rc == 0 ? by_name(v, file->name) : NO_PAGE;
	if (rc == 0 && page == NO_PAGE && *saved.url)
		page = by_url(v, saved.url);
	if (rc < 0) {
		rc = e->code == ERR_FORMAT ? 2 : -1;
		why(t, e->what);
	} else if (page == NO_PAGE) {
		rc = 2;
		why(t, "it is called like no page of the shop");
	} else if (!c && *v->browser && saved.kind != SAVED_PICTURE) {
		rc = 2;
		t->later = 1;
	} else {
		t->mobile = strcasestr(file->name, "mobile") != NULL;
		j = (struct capture_job){.page = v->page[page].page,
		    .view = t->mobile ? "mobile" : "desktop",
		    .tab = {.url = v->page[page].url, .mobile = t->mobile,
		    .zone = v->zone, .locale = v->language,
		    .now = v->page_clock, .deadline_ms = v->deadline * 1000},
		    .asked = v->page[page].url, .by = "manual",
		    .max_height = v->max_height, .ts = v->now,
		    .offset = v->offset, .browser = product,
		    .flags = s->flags, .fonts = v->fonts};
		rc = capture_saved(c, f, &j, &saved, &r, e);
		t->page = rc == 0 ? (uint32_t)page : UINT32_MAX;
		t->state = (uint32_t)r.state;
		t->is_new = r.is_new;
		t->bytes = r.bytes;
		t->ms = r.ms;
		why(t, rc < 0 ? e->what : r.reason);
	}
	saved_free(&saved);
	return rc;
}

/* 0; 1: another browser is needed; 2: the folder fails. */
static int
drive(const struct shift *s, struct cdp *c, struct shopfolder *f, int fd)
{
	char product[VISIT_PRODUCT_LEN] = "";
	struct err e = ERR_INIT;
	int rc = 0;

	if (c && !visit_product(c, product))
		return 1;
	for (size_t i = s->from; rc == 0 && i < s->n; i++) {
		struct told t = {.at = (uint32_t)i, .page = UINT32_MAX};
		struct buf bytes = BUF_INIT(SAVED_MAX);
		char *path = path_join(s->dir, s->file[i].name);

		err_clear(&e);
		if (path && file_load(path, &bytes, &e) == 0) {
			rc = take(s, c, product, f, &s->file[i], &bytes, &t,
			    &e);
		} else {	/* it is gone, or not ours to read */
			why(&t, path ? e.what : "no memory");
			rc = 2;
		}
		/* Only behind its line does it go. */
		if (rc == 0 && file_remove(path, &e) < 0) {
			why(&t, e.what);
			rc = -1;
		}
		t.fatal = rc < 0;
		buf_release(&bytes);
		free(path);
		if (rc == 1)
			return 1;
		if (file_write(fd, &t, sizeof(t), "who sent the driver",
		    &e) < 0 || t.fatal)
			return 2;
		rc = 0;
	}
	return 0;
}

static int
driver(int fd, void *arg)
{
	const struct shift *s = arg;
	const char *const rw[] = {s->v->dir, NULL};
	const struct sandbox_paths paths = {NULL, rw};
	struct told t = {.fatal = 1};
	struct shopfolder *f = NULL;
	struct err e = ERR_INIT;
	struct cdp *c = NULL;
	int rc = -1;

	if (sandbox_enter(SANDBOX_PARSER, &paths, &e) == 0)
		f = shopfolder_open(s->v->dir, &e);
	if (f && shopfolder_sweep(f, &e) == 0)
		rc = 0;
	if (rc == 0 && s->in >= 0) {
		c = cdp_new(s->in, s->out, &e);
		rc = c ? 0 : -1;
	}
	if (rc == 0) {
		rc = drive(s, c, f, fd);
	} else {
		why(&t, e.what);
		(void)file_write(fd, &t, sizeof(t), "who sent the driver", &e);
		rc = 2;
	}
	cdp_free(c);
	shopfolder_close(f);
	return rc;
}

/* --- Who sends it. */

static void
report(const struct shift *s, const struct told *t)
{
	struct inbox_report r = {.file = s->file[t->at].name,
	    .page = t->page < s->v->n ? s->v->page[t->page].page : NULL,
	    .mobile = t->mobile != 0, .state = (enum shop_state)t->state,
	    .is_new = t->is_new != 0, .bytes = t->bytes, .ms = t->ms};

	memcpy(r.reason, t->reason, sizeof(r.reason));
	r.reason[sizeof(r.reason) - 1] = '\0';
	if (s->fn)
		s->fn(s->arg, &r);
}

/* What the driver says; s->from is the file behind the last of which it spoke. */
static int
listen_to(struct shift *s, int fd, struct err *e)
{
	const int patience = s->v->deadline * 1000 + SLACK_MS;
	struct told t;
	int rc;

	while ((rc = visit_word(fd, patience, &t, sizeof(t), e)) > 0) {
		t.reason[sizeof(t.reason) - 1] = '\0';
		if (t.fatal)
			return err_set(e, ERR_IO, "shop '%s': %s", s->v->name,
			    t.reason);
		if (t.at != s->from || t.at >= s->n || t.state >= SHOP_STATES)
			return 0;	/* not what we sent it for */
		s->file[s->from++].page = t.later;
		if (!t.later)
			report(s, &t);
	}
	return rc;
}

/* One driver, with a browser if there is one.  0; -1. */
static int
one_driver(struct shift *s, struct err *e)
{
	const struct browser_job b = {.path = s->browser,
	    .profile = s->v->profile, .language = s->v->language,
	    .offline = true};
	struct browser *browser = NULL;
	int fd = -1, keep[2], rc;
	struct err ignored = ERR_INIT;
	pid_t pid;

	s->in = s->out = -1;
	if (*s->browser) {
		browser = browser_start(&b, e);
		if (!browser)
			return -1;
		s->in = keep[0] = browser_in(browser);
		s->out = keep[1] = browser_out(browser);
	}
	pid = proc_fork(driver, s, keep, browser ? 2 : 0, &fd, e);
	rc = pid < 0 ? -1 : listen_to(s, fd, e);
	browser_stop(browser);
	if (fd >= 0)
		(void)close(fd);
	if (pid >= 0) {
		(void)kill(pid, SIGKILL);
		(void)proc_wait_pid(pid, &ignored);
	}
	return rc;
}

/* All files of the list; BROWSER may be "". */
static int
take_with(struct shift *s, const char *browser, struct err *e)
{
	int rc = 0;

	s->from = 0;
	s->browser = browser;
	while (rc == 0 && s->from < s->n) {
		const size_t before = s->from;

		rc = one_driver(s, e);
		if (rc < 0 || s->from > before)
			continue;
		leave(s, s->file[s->from].name,
		    "whoever reads it does not come to an end");
		s->from++;
	}
	return rc;
}

/* Those that a browser is to show are left in the list. */
static void
keep_pages(struct shift *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (s->file[i].page)
			s->file[kept++] = s->file[i];
		else
			free(s->file[i].name);
	}
	s->n = kept;
}

/* First without a browser: pictures, and what is no page at all, are worth none. */
static int
take_all(struct shift *s, struct err *e)
{
	if (browser_flags(s->flags, e) < 0 || take_with(s, "", e) < 0)
		return -1;
	keep_pages(s);
	return take_with(s, s->v->browser, e);
}

static int
on_any(const char *name, void *arg, struct err *e)
{
	(void)e;
	*(bool *)arg |= !is_unfinished(name);
	return 0;
}

bool
inbox_waits(const char *dir)
{
	char *inbox = path_join(dir, INBOX_NAME);
	struct err ignored = ERR_INIT;
	bool any = false;

	/* What cannot be read is said by who takes. */
	if (inbox && file_exists(inbox) &&
	    file_each(inbox, on_any, &any, &ignored) < 0)
		any = true;
	free(inbox);
	return any;
}

int
inbox_take(const struct visit *v, inbox_fn fn, void *arg, struct err *e)
{
	struct shift *s = calloc(1, sizeof(*s));
	int rc = -1;

	if (!s)
		return err_nomem(e);
	s->v = v;
	s->fn = fn;
	s->arg = arg;
	s->dir = path_join(v->dir, INBOX_NAME);
	if (!s->dir) {
		(void)err_nomem(e);
		goto out;
	}
	if (file_mkdirs(s->dir, 0700, e) < 0 ||
	    file_each(s->dir, on_name, s, e) < 0)
		goto out;
	if (s->n > 1)
		qsort(s->file, s->n, sizeof(*s->file), compare_names);
	wait_for_files(s);
	rc = take_all(s, e);
out:
	for (size_t i = 0; i < s->n; i++)
		free(s->file[i].name);
	free(s->dir);
	free(s);
	return rc;
}
