/*
 * shop/visit.h - look at a list of pages with a browser, into a shop's folder.
 *
 * Three processes: the caller starts browsers and ends them; a driver that it forks
 * speaks with the browser and writes the folder, and can do nothing else
 * (SANDBOX_PARSER); the browser has a sandbox of its own.  A browser that dies, or
 * a driver that a page took over, costs that page.
 * Needs: base, crypto, shop/{browser,capture,shopfolder}.
 */
#ifndef LIUDI_SHOP_VISIT_H
#define LIUDI_SHOP_VISIT_H

#include "shop/browser.h"
#include "shop/captures.h"
#include "shop/cdp.h"

#define VISIT_TEXT_LEN 256

struct visit_page {
	const char *page, *url;	/* "home", and its address */
	bool mobile;
	bool done;		/* set here */
};

struct visit_report {		/* of a page */
	enum shop_state state;
	char reason[VISIT_TEXT_LEN];	/* foreign text; "" */
	bool is_new;			/* another than any before in the folder */
	uint64_t bytes;			/* new in the folder */
	int ms;
};
typedef void (*visit_fn)(void *arg, const struct visit_page *p,
	const struct visit_report *r);

struct visit {			/* all borrowed */
	const char *name;	/* of the shop, for errors */
	const char *dir;	/* its folder, which is there */
	const char *known;	/* folder of shopfolder_known(), or NULL */
	const char *browser;	/* program, as browser_find() says */
	const char *profile;	/* folder of the browser */
	bool keep;		/* the profile is a person's login */
	const char *language;	/* "zh-CN", or NULL */
	const char *freeze;	/* as tab_job has it */
	const char *zone;	/* or NULL */
	const char *fonts;	/* of visit_fonts() */
	const char *by;		/* of capture_job */
	int deadline;		/* seconds a page */
	int32_t max_height;
	int64_t now;		/* UTC seconds of the lines, and minutes east */
	int32_t offset;
	int64_t page_clock;	/* what pages take for now: shopfolder_first() */
	struct visit_page *page;
	size_t n;
	visit_fn fn;		/* after each page; may be NULL */
	void *arg;
};

/*
 * Look at the pages that are not done; each gets a line in the folder whatever
 * comes, and FN.  0; -1: ERR_USAGE (as root), ERR_INTR, ERR_IO, ERR_SPACE,
 * ERR_LOCKED (the profile), ERR_FAIL.
 */
int visit(struct visit *v, struct err *e);

/* A line with that state and reason for each page that is not done.  0, -1. */
int visit_give_up(struct visit *v, enum shop_state state, const char *why,
	struct err *e);

/*
 * A message of N bytes from a helper at FD, within PATIENCE ms.  1; 0: it ended, or
 * said nothing; -1: ERR_INTR, ERR_IO.
 */
int visit_word(int fd, int patience, void *message, size_t n, struct err *e);
/* What the browser behind C calls itself; false: it does not answer. */
#define VISIT_PRODUCT_LEN 128
bool visit_product(struct cdp *c, char out[static VISIT_PRODUCT_LEN]);

/* Of all fonts there are: a new one draws text otherwise.  For `fonts`. */
void visit_fonts(char out[static BROWSER_PRINT_LEN]);

#endif
