/*
 * shop/tab.h - a page in a browser: opened, loaded, scrolled through, stopped.
 *
 * Each tab is a context of its own (no cookies of another) unless the browser has
 * a profile that shall be used.  One deadline holds for all that is done with it;
 * one that hangs is closed and the next is fine.
 * Needs: base, shop/cdp.
 */
#ifndef LIUDI_SHOP_TAB_H
#define LIUDI_SHOP_TAB_H

#include <stdbool.h>
#include <stdint.h>

#include "shop/cdp.h"

#define TAB_URL_MAX 4096u

/*
 * What answers in place of the network: the bytes of URL, or NULL; PAGE: of the page
 * itself.
 */
struct tab_saved {
	const void *(*find)(void *arg, const char *url, bool page, size_t *n,
		const char **type);
	void *arg;
};

struct tab_job {
	const char *url;	/* http, https */
	bool mobile;
	bool profile;		/* in the browser's own context */
	const struct tab_saved *saved;	/* or NULL: nothing is fetched, and the
				 * page's scripts do not run */
	const char *freeze;	/* "clock", "css", "none" */
	const char *zone, *locale;	/* "Asia/Shanghai", "zh-CN"; or NULL */
	int64_t now;		/* UTC seconds of its clock */
	int deadline_ms;
};

enum tab_outcome {
	TAB_LOADED,
	TAB_PARTLY,	/* it did not become quiet in time, and was stopped */
	TAB_FAILED,	/* no page came: `why` */
	TAB_HUNG,	/* it answers no more */
	TAB_CRASHED,	/* its process is gone; the browser lives */
	TAB_GONE	/* the browser is gone */
};

struct tab;

/* CDP's events are the tab's until it is closed.  NULL: ERR_NOMEM. */
struct tab *tab_new(struct cdp *c, const struct tab_job *j, struct err *e);
/* Closes it in the browser as well. */
void tab_free(struct tab *t);

/* Load, wait until it is quiet, scroll down and up, wait, stop its clock. */
enum tab_outcome tab_load(struct tab *t);
/* The HTTP status of the page (0: none) and why it failed ("" if it did not). */
int tab_status(const struct tab *t);
const char *tab_why(const struct tab *t);
/* How many documents came into it so far: what was read between two equal
 * answers was read of one. */
unsigned tab_moves(const struct tab *t);

/* A call in it, until its deadline. */
enum cdp_answer tab_call(struct tab *t, const char *method,
	const char *params, const struct json **j,
	const struct json_node **result, struct err *e);
/*
 * The value of a JavaScript expression (at most some hundred bytes) in a world of
 * our own, where reader.js is __liudi: the page's scripts reach nothing there.
 */
enum cdp_answer tab_eval(struct tab *t, const char *expression,
	const struct json **j, const struct json_node **value, struct err *e);

/* "1280x800@1", as the fingerprint has it. */
const char *tab_view(bool mobile);

#endif
