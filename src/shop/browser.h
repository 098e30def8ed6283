/*
 * shop/browser.h - a headless Chromium on a pipe: found, started, ended.
 *
 * It has a profile folder of its own, 0700 and locked while it runs; one that is
 * thrown away goes with it, and what a killed run left is swept.  Never as root:
 * its own sandbox would have to be off.
 * Needs: base, crypto.
 */
#ifndef LIUDI_SHOP_BROWSER_H
#define LIUDI_SHOP_BROWSER_H

#include <stdbool.h>

#include "base/buf.h"

/* Append the path of the browser that would be used.  0; 1: there is none; -1. */
int browser_find(struct buf *path, struct err *e);

/* The same, of one that has a window. */
int browser_find_window(struct buf *path, struct err *e);

struct browser_job {
	const char *path;
	const char *profile;	/* folder, made where it is missing */
	bool keep;		/* the profile stays (a login is in it) */
	bool window;		/* for a person to log in: no pipe */
	const char *url;	/* then: what it shows first */
	const char *language;	/* asked for: "zh-CN"; NULL: en */
	bool hermetic;		/* nothing but 127.0.0.1 has a name */
	bool offline;		/* nothing has a name, and there is no way out */
};
struct browser;

/*
 * NULL: ERR_USAGE (as root; hint), ERR_LOCKED (the profile is in use), ERR_NOENT,
 * ERR_IO, ERR_FAIL.
 */
struct browser *browser_start(const struct browser_job *j, struct err *e);
/* Its pipe, for shop/cdp.h; -1 of a window. */
int browser_in(const struct browser *b);
int browser_out(const struct browser *b);
/* Of a window: until the person closes it. */
int browser_wait(struct browser *b, struct err *e);
/* Kill it and all it started, no more: the pipe ends. */
void browser_kill(const struct browser *b);
/* End it and all it started; its profile, unless it is kept.  NULL is fine. */
void browser_stop(struct browser *b);

/* Remove profiles below DIR that no browser uses any more. */
int browser_sweep(const char *dir, struct err *e);

/*
 * Hex SHA-256 over what shapes a picture and is not the page's: the switches, and
 * the encoder of strips.  For the fingerprint.
 */
#define BROWSER_PRINT_LEN 65
int browser_flags(char out[BROWSER_PRINT_LEN], struct err *e);

#endif
