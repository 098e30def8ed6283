/*
 * shop/diff.h - what changed between two captures of a page, in words' terms.
 *
 * Facts come first: goods, prices, pictures, text, links.  A picture that differs
 * where no fact says why is a change of looks.  Rules and gravity: docs/REPORTS.md
 * "What changed in a shop".  Pure; n log n.
 * Needs: base, crypto, shop/{align,page}.
 */
#ifndef LIUDI_SHOP_DIFF_H
#define LIUDI_SHOP_DIFF_H

#include "shop/page.h"

enum shop_change {
	SHOP_REBASED,		/* other browser, other size: not compared */
	SHOP_TITLE, SHOP_ADDRESS,
	SHOP_ITEM_ADDED, SHOP_ITEM_REMOVED, SHOP_ITEM_MOVED, SHOP_ITEM_NAMED,
	SHOP_PRICE,
	SHOP_IMAGE_ADDED, SHOP_IMAGE_REMOVED, SHOP_IMAGE_REPLACED,
	SHOP_IMAGE_BROKEN,
	SHOP_TEXT_ADDED, SHOP_TEXT_REMOVED, SHOP_TEXT_CHANGED,
	SHOP_TEXT_HIDDEN,	/* text came that nobody sees */
	SHOP_LINK_ADDED, SHOP_LINK_REMOVED, SHOP_LINK_CHANGED,
	SHOP_LENGTH, SHOP_LOOK,
	SHOP_CHANGES
};
const char *shop_change_name(enum shop_change c);	/* "item-added", … */

enum shop_gravity { SHOP_MINOR, SHOP_NORMAL, SHOP_GRAVE };
enum shop_gravity shop_change_gravity(enum shop_change c);

struct shop_event {		/* borrowed from the pages */
	enum shop_change change;
	const char *what;	/* goods' id, picture's address, link's text */
	const char *before, *after;	/* NULL where it does not apply */
	int32_t y, h;		/* rows of the later page; of the earlier one
				 * where something is gone; h 0: nowhere */
};
typedef int (*shop_event_fn)(void *arg, const struct shop_event *v,
	struct err *e);

/*
 * FN for each change from A to B, the gravest first, then from the top.  0, what
 * FN gave, or -1 (ERR_NOMEM).
 */
int shop_diff(const struct shop_page *a, const struct shop_page *b,
	shop_event_fn fn, void *arg, struct err *e);

#endif
