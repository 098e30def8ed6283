/*
 * shop/shopfolder.h - a shop's folder on the station: what was captured.
 *
 * Spec: docs/FORMAT.md "Shop pages".  Files that are named after their bytes are
 * written once; the line in captures/ comes last, so that whoever is killed
 * leaves nothing that is said and not there.  One process at a time writes; others
 * may read meanwhile.
 * Needs: base, crypto, shop/{captures,page}.
 */
#ifndef LIUDI_SHOP_SHOPFOLDER_H
#define LIUDI_SHOP_SHOPFOLDER_H

#include "shop/captures.h"

#define SHOPFOLDER_LINES_MAX (64u << 20)	/* bytes of a month's captures */

struct shopfolder;

/* DIR and what belongs in it are made, 0700.  NULL: ERR_IO, ERR_SPACE, ERR_NOMEM. */
struct shopfolder *shopfolder_open(const char *dir, struct err *e);
/*
 * Remove what a killed writer left half done.  Only for who is the one that
 * writes: it would take another's file out of his hands.  0; -1: ERR_IO.
 */
int shopfolder_sweep(struct shopfolder *f, struct err *e);
void shopfolder_close(struct shopfolder *f);	/* NULL does nothing */

/*
 * Keep N bytes of a page, of that MIME type, or a strip's WebP; SHA256 gets the
 * hash by which they are known.  1: they are new; 0; -1: ERR_IO, ERR_SPACE.
 */
int shopfolder_part(struct shopfolder *f, const void *data, size_t n,
	const char *type, uint8_t sha256[static SHOP_HASH_LEN], struct err *e);
int shopfolder_strip(struct shopfolder *f, const void *webp, size_t n,
	uint8_t sha256[static SHOP_HASH_LEN], struct err *e);

/*
 * What strips came to, for who looks at the same rows each day: to encode them is
 * most of the work.  Kept in a file "known" of the folder DIR, which is made, beside
 * the shop's own and not collected; it may go at any time.  Without this, nothing
 * is known.  0; -1: ERR_IO, ERR_NOMEM.
 */
#define SHOPFOLDER_KEY_LEN 16
int shopfolder_known(struct shopfolder *f, const char *dir, struct err *e);
/* The strip that rows of hash KEY came to, if it is there: true, and SHA256. */
bool shopfolder_knows(struct shopfolder *f,
	const uint8_t key[static SHOPFOLDER_KEY_LEN],
	uint8_t sha256[static SHOP_HASH_LEN]);
/* From now on it is known; until then it is not, and that is no failure. */
void shopfolder_learn(struct shopfolder *f,
	const uint8_t key[static SHOPFOLDER_KEY_LEN],
	const uint8_t sha256[static SHOP_HASH_LEN]);

/*
 * Keep page P (NULL unless C's state shows one) and then the line C, whose
 * has_record and record are set here.  1: the page is another than any before;
 * 0; -1.
 */
int shopfolder_capture(struct shopfolder *f, struct shop_capture *c,
	const struct shop_page *p, struct err *e);

struct shopfolder_last {
	int64_t ts;
	enum shop_state state;
	bool has_record;
	uint8_t record[SHOP_HASH_LEN];
};
/*
 * The newest line of PAGE in VIEW, made by BY (NULL: whoever), in the month of UTC
 * or the one before.  1; 0: there is none; -1: ERR_FORMAT, ERR_IO.
 */
int shopfolder_last(struct shopfolder *f, const char *page, const char *view,
	const char *by, int64_t utc, struct shopfolder_last *out,
	struct err *e);

/*
 * When the first capture of all was made; UTC in a folder that has none.  Pages
 * are shown that moment, always: what counts on from a date stands still.
 */
int shopfolder_first(struct shopfolder *f, int64_t utc, int64_t *out,
	struct err *e);

/* How a part of that MIME type is named: "html", "jpg", …, "bin". */
const char *shopfolder_extension(const char *type);

#endif
