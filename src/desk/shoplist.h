/*
 * desk/shoplist.h - lists of a shop's goods, as pages of the shop.
 *
 * Spec: docs/FORMAT.md section 22.  A person exports them from the platform
 * and puts them into the folder of a source that is called "products-SHOP".
 * Each run that had the source looks at them: what lies there becomes a capture
 * of the page "products" in the view "list", by a person, whose record is made
 * here.  Files whose names differ in digits only are one list: the newest day's.
 * Caps: SHOPLIST_FILES_MAX lists in a source at a time, chat/goods.h.
 * Needs: base, chat/goods, crypto, shop/page,
 * desk/{box,bytes,importer,shopday,shops}.
 */
#ifndef LIUDI_DESK_SHOPLIST_H
#define LIUDI_DESK_SHOPLIST_H

#include "chat/goods.h"
#include "desk/shopday.h"
#include "desk/shops.h"

#define SHOPLIST_FILES_MAX 256
#define SHOPLIST_VIEW SHOPDAY_LIST
#define SHOPLIST_BY "person"
#define SHOPLIST_TOLD 7		/* days for which one that is gone is told */

/*
 * A step of sync, behind shops_index(), as which it counts and ends.  Without
 * an importer in B nothing is done.
 */
int shoplist_index(struct box *b, struct shops_report *r, struct err *e);

/*
 * Append the page of these goods, called "", as far as they go into one; *n:
 * how many did.  0, or -1: ERR_NOMEM.
 */
int shoplist_goods(const struct goods *g, struct buf *out, size_t *n,
	struct err *e);

/*
 * What the list in a file at PATH (N bytes) is called among a shop's pages:
 * "products", "products/inventory".  False: it is no list.
 */
bool shoplist_name(const void *path, size_t n,
	char out[static SHOPS_NAME_MAX + 1]);

#endif
