/*
 * shop/inbox.h - pages that a person saved and dropped into a shop's folder.
 *
 * The folder is INBOX_NAME in the shop's own.  A file is called as a page of the
 * shop ("home.mhtml", "item-1 (2).png", "home.mobile.html"), or says itself where
 * it was saved.  It is read by a driver as visit.h has it; then it goes from the
 * inbox.  Pictures, and what is no page, are told by their bytes: only if a page is
 * left a browser is started, one that has no way into the network.  One that is
 * being written is waited for a moment and left for the next time; one that is no
 * page is named, and left to the person.
 * Caps: SAVED_MAX bytes a file, INBOX_FILES_MAX files at a time.
 * Needs: base, crypto, shop/{browser,capture,saved,shopfolder,visit}.
 */
#ifndef LIUDI_SHOP_INBOX_H
#define LIUDI_SHOP_INBOX_H

#include "shop/captures.h"
#include "shop/visit.h"

#define INBOX_NAME "inbox"
#define INBOX_FILES_MAX 256

struct inbox_report {		/* of a file */
	const char *file;	/* its name, foreign text */
	const char *page;	/* what it was taken for; NULL: it was left */
	bool mobile;
	enum shop_state state;	/* if it was taken */
	char reason[VISIT_TEXT_LEN];	/* foreign text; "" */
	bool is_new;
	uint64_t bytes;
	int ms;
};
typedef void (*inbox_fn)(void *arg, const struct inbox_report *r);

/* Does anything lie in the inbox of the shop's folder DIR? */
bool inbox_waits(const char *dir);

/*
 * Take what lies there.  V as for visit(): its pages are those of the shop, and are
 * not looked at; `browser` may be "", `by` is not used, `profile` is thrown away.
 * 0, also when nothing lies there; -1 as visit().
 */
int inbox_take(const struct visit *v, inbox_fn fn, void *arg, struct err *e);

#endif
