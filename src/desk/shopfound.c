/* desk/shopfound.c - rows of the catalogue about shops; docs/FORMAT.md 22. */
#include "desk/shopfound.h"

#include <string.h>

#include <zstd.h>

#include "crypto/hash.h"

#include "base/banned.h"

#define PACK_LEVEL 6		/* once a record; they are kept for good */
#define SUM_LEN 16		/* of a line */
#define DAY_S 86400

int
shopfound_shop(struct catalogue *c, int64_t line, const char *station,
	const char *source, const char *name, int64_t *shop, struct err *e)
{
	const enum sql q = SQL_SHOP_GET;
	int rc = catalogue_step(c, q, e, "tt", station, name);

	if (rc > 0)
		*shop = catalogue_int(c, q, 0);
	catalogue_reset(c, q);
	if (rc == 0) {
		rc = catalogue_run(c, SQL_SHOP_ADD, e, "tt", station, name);
		*shop = catalogue_added(c);
	}
	return rc < 0 ? -1 : catalogue_run(c, SQL_SHOP_SOURCE_ADD, e, "iti",
	    line, source, *shop);
}

static void
take_print(const struct shop_fingerprint *p,
	uint8_t out[static SHOPS_PRINT_LEN])
{
	const char *const text[] = {p->browser, p->flags, p->view, p->fonts};
	uint8_t all[4 * HASH_LEN + sizeof(p->driver)];
	size_t i;

	for (i = 0; i < 4; i++)
		hash_sha256(all + i * HASH_LEN, text[i], strlen(text[i]));
	memcpy(all + 4 * HASH_LEN, &p->driver, sizeof(p->driver));
	hash_blake2b_n(out, SHOPS_PRINT_LEN, NULL, 0, all, sizeof(all));
}

static int
add_record(struct catalogue *c, const uint8_t sha256[static SHOP_HASH_LEN],
	const struct shop_page *p, const struct buf *text, struct err *e)
{
	struct buf packed = BUF_INIT(2 * PAGE_MAX);
	uint8_t print[SHOPS_PRINT_LEN];
	int rc = -1;
	size_t n;

	take_print(&p->print, print);
	if (buf_reserve(&packed, ZSTD_compressBound(text->len), e) < 0)
		goto out;
	n = ZSTD_compress(packed.data, packed.cap, text->data, text->len,
	    PACK_LEVEL);
	if (ZSTD_isError(n)) {
		(void)err_nomem(e);
		goto out;
	}
	rc = catalogue_run(c, SQL_SHOP_RECORD_ADD, e, "bttbb",
	    (const void *)sha256, (size_t)SHOP_HASH_LEN, p->page, p->view,
	    (const void *)print, sizeof(print), (const void *)packed.data, n);
out:
	buf_release(&packed);
	return rc;
}

int
shopfound_record(struct catalogue *c,
	const uint8_t sha256[static SHOP_HASH_LEN], const struct buf *text,
	struct err *e)
{
	const enum sql q = SQL_SHOP_RECORD_THERE;
	struct shop_page p;
	int rc = catalogue_step(c, q, e, "b", (const void *)sha256,
	    (size_t)SHOP_HASH_LEN);

	catalogue_reset(c, q);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	rc = page_read(&p, text->data, text->len, e);
	if (rc == 0)
		rc = add_record(c, sha256, &p, text, e) < 0 ? -1 : 1;
	page_free(&p);
	return rc;
}

int
shopfound_capture(struct catalogue *c, int64_t shop,
	const struct shop_capture *p,
	const uint8_t sum[static SHOP_HASH_LEN], int64_t *added,
	struct err *e)
{
	if (catalogue_run(c, SQL_SHOP_CAPTURE_ADD, e, "iiiitttitbtb", shop,
	    (p->ts + p->offset * 60) / DAY_S, p->ts, (int64_t)p->offset,
	    p->page, p->view, p->url, (int64_t)p->state, p->reason,
	    (const void *)(p->has_record ? p->record : NULL),
	    sizeof(p->record), p->by, (const void *)sum,
	    (size_t)SUM_LEN) < 0)
		return -1;
	*added += catalogue_changed(c) > 0;
	return 0;
}
