/*
 * shop/saved.h - a page that a person saved: MHTML, HTML in one file, or a picture.
 *
 * What it was made of, found by address, so that a browser can show it and needs
 * no network.  Foreign bytes.  Caps: SAVED_MAX bytes, and those of shop/mhtml.
 * Needs: base, crypto, shop/{mhtml,tab}.
 */
#ifndef LIUDI_SHOP_SAVED_H
#define LIUDI_SHOP_SAVED_H

#include "shop/mhtml.h"
#include "shop/tab.h"

#define SAVED_MAX ((size_t)64 << 20)

enum saved_kind { SAVED_MHTML, SAVED_HTML, SAVED_PICTURE };

struct saved {
	enum saved_kind kind;
	const void *data;	/* borrowed: the file */
	size_t n;
	const char *type;	/* MIME of the file */
	char *url;		/* where it was saved, "" if it does not say */
	struct saved_part *part;
	size_t nparts;
};

/*
 * By content.  DATA stays the caller's and must outlive it.  -1: ERR_FORMAT (none
 * of the three, damaged, cut off, over a cap), ERR_NOMEM.  saved_free() whatever
 * happens.
 */
int saved_open(struct saved *s, const void *data, size_t n, struct err *e);
void saved_free(struct saved *s);

/* For tab_job.saved; ARG of the callback is S.  URL is where the page is. */
struct tab_saved saved_answers(struct saved *s);

#endif
