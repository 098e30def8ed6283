/*
 * shop/capture.h - one page of a shop as it is now, into its folder.
 *
 * Load, stop, read the facts, save the parts, take the picture, cut it.  All that
 * the browser says is foreign.  A page that refuses, asks for a login, or does not
 * come is told as that, and is never taken for a design.
 * Caps: those of shop/{cdp,mhtml,page,picture}.
 * Needs: base, crypto, json, shop/{mhtml,saved,shopfolder,strips,tab}.
 */
#ifndef LIUDI_SHOP_CAPTURE_H
#define LIUDI_SHOP_CAPTURE_H

#include "shop/saved.h"
#include "shop/shopfolder.h"
#include "shop/tab.h"

#define CAPTURE_REASON_LEN 256

struct capture_job {
	const char *page, *view;	/* "home"; "desktop" or "mobile" */
	struct tab_job tab;		/* `mobile` as the view says */
	const char *by;			/* "auto", "manual", "check" */
	const char *asked;		/* the URL to be noted; NULL: tab.url */
	int32_t max_height;		/* up to PICTURE_HEIGHT_MAX */
	int64_t ts;			/* UTC seconds, and minutes east of it */
	int32_t offset;
	const char *browser, *flags, *fonts;	/* of the fingerprint */
};

struct capture_report {
	enum shop_state state;
	char reason[CAPTURE_REASON_LEN];	/* "" if there is nothing to say */
	bool is_new;			/* the page is another than any before */
	uint64_t bytes;			/* written */
	int ms;
};

/*
 * Capture into F; a line is written whatever the state is.  0; 1: the browser is
 * gone, and the line is written (start another, go on with the next page); -1:
 * ERR_IO, ERR_SPACE of the folder, ERR_NOMEM.
 */
int capture_page(struct cdp *c, struct shopfolder *f,
	const struct capture_job *j, struct capture_report *r, struct err *e);

/*
 * The same of what a person saved; C NULL: there is no browser, then a picture is
 * taken as it is, and of a page its parts alone (SHOP_PARTIAL).  Nothing is fetched.
 * The file itself is kept among the parts, and the line names it.  J's `asked` is
 * the page's address; tab.url is where it was saved if the file does not say.
 * As above; and 2: it is no page (R says why), nothing is kept, and no line says it.
 */
int capture_saved(struct cdp *c, struct shopfolder *f,
	const struct capture_job *j, struct saved *s, struct capture_report *r,
	struct err *e);

#endif
