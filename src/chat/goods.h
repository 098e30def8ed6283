/*
 * chat/goods.h - a shop platform's list of its goods: a table with an id, a
 * title and a price in each row.
 *
 * CSV (chat/csv.h, any encoding of chat/text.h) or a workbook (chat/xlsx.h: the
 * first sheet that is such a list).  Platforms name their columns as they like,
 * in English or Chinese, and put explanations above and below the names: the row
 * of names is the first that has one for an id and one for a title or a price.
 * Caps: GOODS_IN_MAX bytes; GOODS_MAX goods are kept; an id GOODS_ID_MAX bytes,
 * a row with a longer one is none.
 * Needs: base, chat/{archive,csv,text,xlsx}.
 */
#ifndef LIUDI_CHAT_GOODS_H
#define LIUDI_CHAT_GOODS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "chat/input.h"

#define GOODS_IN_MAX ((uint64_t)64 << 20)
#define GOODS_MAX 20000u
#define GOODS_ID_MAX 128u
#define GOODS_COLUMNS_LEN 512

struct goods_item {
	const char *id;		/* unlike all others of the list */
	const char *title, *price;	/* NULL: none */
};
struct goods {
	struct goods_item *item;	/* by id, as bytes are */
	size_t n;
	uint64_t over;		/* rows beyond GOODS_MAX */
	uint64_t bare;		/* rows that name no id, or no usable one */
	uint64_t repeated;	/* rows whose id another has: "ID#2" */
	uint64_t damaged;	/* rows that could not be read as such */
	/*
	 * What the columns are called that were taken: two lists are the same
	 * facts only if these are equal.
	 */
	char columns[GOODS_COLUMNS_LEN];
	struct buf text;	/* of goods_read(): all strings lie there */
};

/*
 * 0, or -1: ERR_FORMAT (what stands in *e is for people: no list, damaged, no
 * goods in it), ERR_NOMEM, of IN.  goods_free() whatever happens.
 */
int goods_read(const struct chat_input *in, struct goods *out,
	struct err *e);
void goods_free(struct goods *g);

#endif
