/*
 * desk/shops.h - what stations captured of shops, in the catalogue.
 *
 * Spec: docs/FORMAT.md section 22.  A source of kind shop that is called
 * "shop-NAME", or NAME, is the shop NAME of its station; several stations may
 * have one of that name, each with captures of its own.  Lines of captures/ and
 * records of pages/ go into the catalogue, each record once whoever sent it; parts
 * and strips stay in the bundles.  All of it is foreign.
 * Caps: a month of captures SHOPS_MONTH_MAX bytes, a record PAGE_MAX, pages times
 * views of a shop SHOPS_PAGES_MAX, a page's name SHOPS_NAME_MAX bytes.
 * Needs: base, crypto, shop/{captures,page}, desk/{box,bytes,catalogue,finding};
 * zstd.
 */
#ifndef LIUDI_DESK_SHOPS_H
#define LIUDI_DESK_SHOPS_H

#include "desk/box.h"
#include "shop/captures.h"

#define SHOPS_MONTH_MAX (64u << 20)
#define SHOPS_PAGES_MAX 512
#define SHOPS_NAME_MAX 64
#define SHOPS_PRINT_LEN 16
#define SHOPS_ANY_DAY INT64_MAX

struct shops_report {
	int64_t captures;	/* lines that are new here */
	int64_t records;	/* pages that are new here */
	int64_t wrong;		/* what makes no sense; each is a finding */
	int64_t later;		/* files that cannot be had now */
};

/*
 * A step of sync (mirrors, make, opener, importer): lines and records behind the
 * last step, and lists of goods (desk/shoplist.h).  What is hostile becomes a finding and is passed over; captures that were
 * rewritten at the station add to what they said first.  0, or -1 (ERR_INTR, of
 * this machine): *r is as far as it came, and the next step goes on.
 */
int shops_index(struct box *b, struct shops_report *r, struct err *e);

struct shops_capture {
	const char *station, *shop;
	int64_t day;		/* of its own clock, since 1970-01-01 */
	struct shop_capture c;
	bool has_page;		/* its record is here, and is of that page */
	uint8_t print[SHOPS_PRINT_LEN];	/* of has_page: equal where the
				 * fingerprints are */
};
typedef int (*shops_fn)(void *arg, const struct shops_capture *c,
	struct err *e);

/*
 * FN for each capture up to DAY (SHOPS_ANY_DAY: all), borrowed during the call, of
 * the shop called SHOP or of all (NULL): by shop, station, page, view, then as they
 * were made; a shop's "home" comes first.  0, or -1, also what FN gave.
 */
int shops_captures(struct catalogue *c, const char *shop, int64_t day,
	shops_fn fn, void *arg, struct err *e);

struct shops_row {		/* a page of a shop as it was on a day */
	struct shops_capture last;	/* the newest of the day, or before */
	bool has_good;
	struct shops_capture good;	/* the newest with has_page */
};
/*
 * FN for each page and view of SHOP (NULL: all); order and rest as above.  What
 * persons saved of one (by "manual") is a row of its own, behind the other.
 */
int shops_each(struct catalogue *c, const char *shop, int64_t day,
	int (*fn)(void *arg, const struct shops_row *r, struct err *e),
	void *arg, struct err *e);

/* The record of that hash; page_free() it.  1; 0: it is not here; -1. */
int shops_page(struct catalogue *c,
	const uint8_t sha256[static SHOP_HASH_LEN], struct shop_page *out,
	struct err *e);

/*
 * Parts and strips, out of the bundles (box with mirrors and opener); what was
 * wanted first is read with the rest, each bundle about once.
 */
struct shops_files;

struct shops_files *shops_files_new(struct box *b, struct err *e);
void shops_files_free(struct shops_files *f);	/* NULL does nothing */
/* Will be asked for.  What is not there is no error yet.  0 or -1. */
int shops_want(struct shops_files *f, const char *station, const char *shop,
	const uint8_t sha256[static SHOP_HASH_LEN], struct err *e);
/*
 * Append the bytes of the part or strip of that hash, which are held against it.
 * -1: ERR_NOENT (the shop has none; it lies in an epoch that is not here),
 * ERR_INTEGRITY (other bytes), ERR_NOMEM (over OUT's max), of the opener.
 */
int shops_part(struct shops_files *f, const char *station, const char *shop,
	const uint8_t sha256[static SHOP_HASH_LEN], struct buf *out,
	struct err *e);

#endif
