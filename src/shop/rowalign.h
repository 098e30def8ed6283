/*
 * shop/rowalign.h - two pictures of a page laid side by side, row by row.
 *
 * Strips of the same hash are the same, and nobody opens them.  Rows between them
 * are laid beside each other by what they look like: strips are lossy, so that the
 * same row is not the same bytes twice.  Only rows that have a partner are then
 * compared pixel by pixel.
 * Foreign bytes.  Caps, held before memory is taken: STRIPS_MAX rows a strip,
 * PICTURE_HEIGHT_MAX rows a page, ROWALIGN_PIXELS_MAX pixels of a page opened at
 * once.  Pure; n log n in strips, 16 n in rows.
 * Needs: base, shop/{align,page,picture,strips}.
 */
#ifndef LIUDI_SHOP_ROWALIGN_H
#define LIUDI_SHOP_ROWALIGN_H

#include "shop/page.h"

#define ROWALIGN_PIXELS_MAX 40000000u	/* 1,333 x 30,000 */
#define ROWALIGN_BOXES_MAX 512u

enum rowalign_kind {
	ROWALIGN_SAME,
	ROWALIGN_CHANGED,	/* rows of both, with boxes in them */
	ROWALIGN_INSERTED,	/* of the later page only */
	ROWALIGN_REMOVED	/* of the earlier page only */
};
struct rowalign_run {
	enum rowalign_kind kind;
	int32_t ya, yb;		/* where it begins in either */
	int32_t n;		/* rows, > 0 */
};
struct rowalign_box { int32_t x, y, w, h; };	/* on the later page */

struct rowalign {
	struct rowalign_run *run;	/* owned; they cover both pages */
	size_t nruns;
	struct rowalign_box *box;	/* owned; what changed in CHANGED runs */
	size_t nboxes;			/* <= ROWALIGN_BOXES_MAX */
	int32_t rows;			/* of all runs */
	int32_t inserted, removed;	/* rows */
	int32_t width[2];		/* pixels, of what was opened; or 0 */
};

/* Append the .webp of strip S of page SIDE (0: the earlier) to OUT.  0, or -1. */
typedef int (*rowalign_bytes)(void *arg, int side,
	const struct shop_strip *s, struct buf *out, struct err *e);

/*
 * Lay B beside A.  *out is owned by the caller, and empty after -1: ERR_FORMAT
 * (strips that do not lie one under the other, or are not what their page says;
 * over a cap), ERR_NOMEM, what GET gave.
 */
int rowalign(const struct shop_page *a, const struct shop_page *b,
	rowalign_bytes get, void *arg, struct rowalign *out, struct err *e);
void rowalign_release(struct rowalign *r);

/* How many of all rows come before row Y of page SIDE (0: the earlier). */
int32_t rowalign_at(const struct rowalign *r, int side, int32_t y);

#endif
