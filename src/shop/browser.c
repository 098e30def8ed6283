/* shop/browser.c - start and end a headless Chromium. */
#include "shop/browser.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "shop/picture.h"

#include "base/banned.h"

#define LOCK_NAME ".lock"
#define ARGS_MAX 40

struct browser {
	struct proc p;
	char *profile, *language;
	int lock;
	bool keep;
};

/* What is started without a wrapper: its background traffic is none. */
static const char *const places[] = {
	"/usr/lib/chromium/chromium-headless-shell",
	"/usr/bin/chromium-headless-shell",
	"/usr/lib/chromium/chromium",
	"/usr/bin/chromium"
};
#define WITH_WINDOW 2	/* from here on */

/* What shapes the picture. */
static const char *const shaping[] = {
	"--hide-scrollbars", "--force-color-profile=srgb",
	"--font-render-hinting=none", "--disable-lcd-text",
	"--force-device-scale-factor=1",
	"--blink-settings=imageAnimationPolicy=2"
};

/* The rest: quiet, and nothing of its own in the network. */
static const char *const quiet[] = {
	"--no-first-run", "--no-default-browser-check",
	"--disable-background-networking", "--disable-component-update",
	"--disable-sync", "--disable-extensions", "--disable-breakpad",
	"--password-store=basic", "--mute-audio", "--disable-gpu"
};

static int
find(struct buf *path, size_t from, struct err *e)
{
	const char *own = getenv("LIUDI_BROWSER");

	if (own && *own)
		return access(own, X_OK) == 0 ? buf_adds(path, own, e) : 1;
	for (size_t i = from; i < sizeof(places) / sizeof(*places); i++)
		if (access(places[i], X_OK) == 0)
			return buf_adds(path, places[i], e);
	return 1;
}

int
browser_find(struct buf *path, struct err *e)
{
	return find(path, 0, e);
}

int
browser_find_window(struct buf *path, struct err *e)
{
	return find(path, WITH_WINDOW, e);
}

int
browser_flags(char out[BROWSER_PRINT_LEN], struct err *e)
{
	char encoder[PICTURE_ENCODER_LEN];
	struct buf all = BUF_INIT(4096);
	uint8_t sha256[HASH_LEN];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(shaping) / sizeof(*shaping);
	    i++)
		rc = buf_addf(&all, e, "%s\n", shaping[i]);
	if (rc == 0)
		rc = buf_adds(&all, picture_encoder(encoder), e);
	if (rc == 0) {
		hash_sha256(sha256, all.data, all.len);
		str_hex(out, sha256, HASH_LEN);
	}
	buf_release(&all);
	return rc;
}

/* The switches of J; PROFILE is "--user-data-dir=…", LANGUAGE "--accept-lang=…". */
static void
switches(const struct browser_job *j, const char *profile,
	const char *language, const char *argv[static ARGS_MAX])
{
	size_t n = 0, i;

	argv[n++] = j->path;
	argv[n++] = profile;
	argv[n++] = language;
	if (j->window) {
		argv[n++] = "--no-first-run";
		argv[n++] = "--password-store=basic";
		argv[n++] = j->url;
		argv[n] = NULL;
		return;
	}
	argv[n++] = "--headless";
	argv[n++] = "--remote-debugging-pipe";
	for (i = 0; i < sizeof(quiet) / sizeof(*quiet); i++)
		argv[n++] = quiet[i];
	for (i = 0; i < sizeof(shaping) / sizeof(*shaping); i++)
		argv[n++] = shaping[i];
	if (j->hermetic)
		argv[n++] = "--host-resolver-rules=MAP * ~NOTFOUND, "
		    "EXCLUDE 127.0.0.1";
	if (j->offline) {
		argv[n++] = "--host-resolver-rules=MAP * ~NOTFOUND";
		argv[n++] = "--proxy-server=http://127.0.0.1:9";
		argv[n++] = "--proxy-bypass-list=<-loopback>";
		argv[n++] = "--force-webrtc-ip-handling-policy="
		    "disable_non_proxied_udp";
	}
	argv[n] = NULL;
}

static int
lock_profile(const char *profile, int *fd, struct err *e)
{
	char *path = path_join(profile, LOCK_NAME);
	int rc = path ? file_lock(path, fd, e) : err_nomem(e);

	free(path);
	return rc;
}

struct browser *
browser_start(const struct browser_job *j, struct err *e)
{
	/* A page shall not depend on whose terminal this is. */
	static const char *const env[] = {"LANG=C.UTF-8", "LANGUAGE", "LC_ALL",
	    "LC_MESSAGES", NULL};
	const char *argv[ARGS_MAX];
	struct browser *b;
	char *profile = NULL;

	if (geteuid() == 0) {
		(void)err_set(e, ERR_USAGE,
		    "pages are not captured as root");
		(void)err_hint(e, "run liudi as the person who works here");
		return NULL;
	}
	b = calloc(1, sizeof(*b));
	if (!b) {
		(void)err_nomem(e);
		return NULL;
	}
	b->p = (struct proc)PROC_INIT;
	b->lock = -1;
	b->keep = j->keep;
	b->profile = str_dup(j->profile);
	profile = str_fmt("--user-data-dir=%s", j->profile);
	b->language = str_fmt("--accept-lang=%s", j->language ? j->language :
	    "en");
	if (!b->profile || !profile || !b->language) {
		(void)err_nomem(e);
		goto fail;
	}
	if (file_mkdirs(j->profile, 0700, e) < 0 ||
	    lock_profile(j->profile, &b->lock, e) < 0) {
		b->keep = true;	/* it is another's */
		goto fail;
	}
	switches(j, profile, b->language, argv);
	if (proc_spawn(&b->p, argv, j->window ? NULL : env, PROC_QUIET | (j->window ? 0 :
	    PROC_IN | PROC_OUT | PROC_SIDE), e) < 0)
		goto fail;
	free(profile);
	return b;
fail:
	free(profile);
	browser_stop(b);
	return NULL;
}

int
browser_in(const struct browser *b)
{
	return b->p.in;
}

int
browser_out(const struct browser *b)
{
	return b->p.out;
}

int
browser_wait(struct browser *b, struct err *e)
{
	return proc_wait(&b->p, e);
}

void
browser_kill(const struct browser *b)
{
	if (b->p.pid > 0)
		(void)kill(-b->p.pid, SIGKILL);
}

void
browser_stop(struct browser *b)
{
	struct err e = ERR_INIT;

	if (!b)
		return;
	proc_kill(&b->p);
	if (!b->keep && b->profile)
		(void)file_remove_tree(b->profile, &e);
	if (b->lock >= 0)
		(void)close(b->lock);
	free(b->profile);
	free(b->language);
	free(b);
}

static int
sweep_one(const char *name, void *arg, struct err *e)
{
	char *path = path_join(arg, name);
	int fd, rc = 0;

	if (!path)
		return err_nomem(e);
	if (file_is_dir(path) && lock_profile(path, &fd, e) == 0) {
		rc = file_remove_tree(path, e);
		(void)close(fd);
	} else if (e->code == ERR_LOCKED) {
		err_clear(e);	/* it is in use */
	}
	free(path);
	return rc;
}

int
browser_sweep(const char *dir, struct err *e)
{
	char *copy;
	int rc;

	if (!file_is_dir(dir))
		return 0;
	copy = str_dup(dir);
	if (!copy)
		return err_nomem(e);
	rc = file_each(dir, sweep_one, copy, e);
	free(copy);
	return rc;
}
