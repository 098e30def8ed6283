/*
 * desk/shopfound.h - rows of the catalogue about shops: what desk/shops.c reads out
 * of captures and desk/shoplist.c out of lists.
 * Needs: base, crypto, shop/{captures,page}, desk/{catalogue,shops}; zstd.
 */
#ifndef LIUDI_DESK_SHOPFOUND_H
#define LIUDI_DESK_SHOPFOUND_H

#include "desk/shops.h"

/* Moments that a capture can be of. */
#define SHOPFOUND_TS_MIN INT64_C(946684800)	/* 2000 */
#define SHOPFOUND_TS_MAX INT64_C(7258118400)	/* 2200 */

/* *SHOP: the shop NAME of STATION; what LINE has in SOURCE is of it.  0 or -1. */
int shopfound_shop(struct catalogue *c, int64_t line, const char *station,
	const char *source, const char *name, int64_t *shop, struct err *e);

/*
 * Keep TEXT, a record with that SHA-256, unless it is here.  1: it is new; 0; -1:
 * ERR_FORMAT (it is none), ERR_NOMEM, of the catalogue.
 */
int shopfound_record(struct catalogue *c,
	const uint8_t sha256[static SHOP_HASH_LEN], const struct buf *text,
	struct err *e);

/*
 * Keep a capture of SHOP, unless one of the same SUM is here; *ADDED goes up by what
 * is new.  0 or -1.
 */
int shopfound_capture(struct catalogue *c, int64_t shop,
	const struct shop_capture *p,
	const uint8_t sum[static SHOP_HASH_LEN], int64_t *added,
	struct err *e);

#endif
