/*
 * shop/strips.h - a picture of a page as strips of rows, cut where the content
 * says.
 *
 * A strip ends behind a row whose hash ends in six zero bits and that the next
 * row does not repeat: what is inserted above moves a strip and does not change
 * it.  It has STRIPS_MIN to STRIPS_MAX rows, the last one any number.
 * Needs: base, crypto, shop/{page,picture}.
 */
#ifndef LIUDI_SHOP_STRIPS_H
#define LIUDI_SHOP_STRIPS_H

#include "shop/page.h"
#include "shop/picture.h"

#define STRIPS_MIN 64
#define STRIPS_MAX 512

/*
 * The hash of row Y: equal rows, and they alone for all that is known, have
 * equal ones.
 */
uint64_t strips_row(const struct picture *p, int32_t y);

/* FN for each strip from the top; S has no hash yet.  Returns what it gave. */
typedef int (*strips_fn)(void *arg, const struct shop_strip *s,
	struct err *e);
int strips_cut(const struct picture *p, strips_fn fn, void *arg,
	struct err *e);

#endif
