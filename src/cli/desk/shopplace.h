/*
 * cli/desk/shopplace.h - where on a page an event is.
 *
 * An event knows its rows on one page; goods, pictures and lines of text are looked
 * for on the other by what they are called, and give the columns.
 * Needs: cli/desk/shopreport, shop/{diff,page,rowalign}.
 */
#ifndef LIUDI_CLI_DESK_SHOPPLACE_H
#define LIUDI_CLI_DESK_SHOPPLACE_H

#include "cli/desk/shopreport.h"

struct shopplace { int32_t x, y, w, h; };	/* on the page of that side */

/*
 * Where V is on SIDE (0: the earlier) of PAIR, whose pages are there, WIDTH pixels
 * wide and laid out as ROWS.  False: it is not on that side, or nobody can say.
 */
bool shopplace_find(const struct shopreport_pair *pair,
	const struct rowalign *rows, int32_t width,
	const struct shop_event *v, int side, struct shopplace *at);

#endif
