/*
 * desk/shoplist_work.h - what desk/shoplist.c and shoplist_*.c share.
 * Needs: desk/shoplist.h.
 */
#ifndef LIUDI_DESK_SHOPLIST_WORK_H
#define LIUDI_DESK_SHOPLIST_WORK_H

#include "desk/shoplist.h"

#define SHOPLIST_REASON_LEN 600

struct shoplist_file {		/* a list, or a part of one, at the time of a run */
	char page[SHOPS_NAME_MAX + 1];
	char *shown;		/* its path */
	int64_t size, mtime;
	bool torn;
	struct buf sum, runs;
};
struct shoplist_outcome {	/* what a capture of a list says */
	enum shop_state state;
	char reason[SHOPLIST_REASON_LEN];	/* "": none */
	bool has_record;
	uint8_t record[SHOP_HASH_LEN];
};

struct bytes;
/*
 * What the N files of the list PAGE, newest first, give: as it was found out
 * before, or by reading them; its record is kept, and *RECORDS goes up if it is
 * new.  1: not now; 0; -1.
 */
int shoplist_read(struct box *b, struct bytes *y, const char *page,
	const struct shoplist_file *file, size_t n, struct shoplist_outcome *o,
	int64_t *records, struct err *e);

/*
 * Append the record of N goods of PAGE, as many as go into one; where that is
 * less, *N says so.  CUT: some were left out before.  0, or -1: ERR_NOMEM.
 */
int shoplist_write(struct shop_item *item, size_t *n, bool cut,
	const char *page, const char *columns, struct buf *out, struct err *e);

#endif
