/*
 * shop/page.h - what a page of a shop was: facts, parts and picture.
 *
 * Spec: docs/FORMAT.md "Shop pages".  Foreign bytes when read.
 * Caps: PAGE_MAX bytes; SHOP_LINES_MAX lines, links, images, items, parts each;
 * a text SHOP_TEXT_MAX bytes.
 * Needs: base, crypto, json.
 */
#ifndef LIUDI_SHOP_PAGE_H
#define LIUDI_SHOP_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define PAGE_MAX (4u << 20)
#define SHOP_LINES_MAX 20000u
#define SHOP_TEXT_MAX 4096u
#define SHOP_HASH_LEN 32

struct shop_line {		/* of text, as it is seen */
	const char *text;
	int32_t y, h;		/* of the block in which it stands */
};
struct shop_link { const char *href, *text; };
struct shop_image {
	const char *src, *alt;
	int32_t w, h;		/* natural */
	int32_t x, y, cw, ch;	/* where and how large on the page */
	bool has_hash, broken;
	uint8_t sha256[SHOP_HASH_LEN];	/* of its bytes */
};
struct shop_item {		/* of a list of goods */
	const char *id;		/* out of its URL, else the URL */
	const char *href, *title, *price, *image;	/* NULL: none */
	int32_t y, h;		/* of its card */
};
struct shop_part {
	const char *url, *type;	/* type: MIME, lower case */
	uint8_t sha256[SHOP_HASH_LEN];
	uint64_t bytes;
};
struct shop_strip {
	int32_t y, h;
	uint8_t sha256[SHOP_HASH_LEN];	/* of the .webp */
};
struct shop_fingerprint {	/* equal: comparable */
	const char *browser, *flags, *view, *fonts;
	int32_t driver;
};

struct shop_page {
	const char *page, *view, *url, *final, *title;
	int32_t status;		/* HTTP; 0: not known (manual) */
	int32_t width, height;
	bool cut, login, captcha;
	struct shop_fingerprint print;
	struct shop_line *text;
	size_t ntext;
	struct shop_item *item;
	size_t nitems;
	struct shop_link *link;
	size_t nlinks;
	struct shop_image *image;
	size_t nimages;
	struct shop_part *part;
	size_t nparts;
	struct shop_strip *strip;
	size_t nstrips;
	struct json *memory;	/* of page_read(): the strings lie there */
};

/*
 * Append the canonical JSON and LF; texts longer than SHOP_TEXT_MAX are cut, what
 * is over SHOP_LINES_MAX is left out.  -1: ERR_NOMEM.
 */
int page_write(const struct shop_page *p, struct buf *out, struct err *e);
/*
 * *P borrows nothing from TEXT.  Unknown keys are passed over.  -1: ERR_FORMAT
 * (which key), ERR_NOMEM.  page_free() whatever happens.
 */
int page_read(struct shop_page *p, const void *text, size_t n,
	struct err *e);
void page_free(struct shop_page *p);

#endif
