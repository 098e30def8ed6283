/*
 * cli/desk/shopwords.h - what changed in a shop, in the words of the user's
 * language.
 *
 * What comes out of pages is foreign, and comes out as it is: whoever shows it
 * escapes it.
 * Needs: cli/cli.h, base, shop/{captures,diff}.
 */
#ifndef LIUDI_CLI_DESK_SHOPWORDS_H
#define LIUDI_CLI_DESK_SHOPWORDS_H

#include "base/buf.h"
#include "shop/captures.h"
#include "shop/diff.h"

#define SHOPWORDS_CLIP 80u	/* characters of a text, in a sentence */

/* "price", "another picture", …; "grave"; "ok", "login-needed". */
const char *shopwords_change(enum shop_change c);
const char *shopwords_gravity(enum shop_gravity g);
const char *shopwords_state(enum shop_state s);
/* "home", "desktop", "mobile": a view; another word as it is. */
const char *shopwords_view(const char *view);

/*
 * What V names beside its change, or "": goods' id, a link's text; of a picture
 * its address only where that is not in before and after already.
 */
const char *shopwords_what(const struct shop_event *v);

/* Append "price: A7, ￥17.49 -> ￥88.00": one line, its texts clipped.  0, -1. */
int shopwords_event(const struct shop_event *v, struct buf *out,
	struct err *e);

/* Append S without its line ends, at most MOST characters of it.  0, -1. */
int shopwords_clip(const char *s, size_t most, struct buf *out,
	struct err *e);

#endif
