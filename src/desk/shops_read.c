/* desk/shops_read.c - captures, pages and their files out of the catalogue. */
#include "desk/shops.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zstd.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/bytes.h"

#include "base/banned.h"

#define RUNS_MAX (256u << 20)
#define PATH_LEN (2 * SHOP_HASH_LEN + 16)

/* Columns of all three statements on captures; then those of their own. */
enum { COL_STATION, COL_NAME, COL_PAGE, COL_VIEW, COL_URL, COL_TS, COL_EAST,
	COL_DAY, COL_STATE, COL_REASON, COL_RECORD, COL_BY, COL_MORE,
	COL_SHOP };

/* Texts are the row's; false where the catalogue holds what nobody wrote. */
static bool
take(struct catalogue *c, enum sql q, struct shops_capture *out)
{
	const int64_t state = catalogue_int(c, q, COL_STATE);
	const void *record;
	size_t n;

	memset(out, 0, sizeof(*out));
	out->station = catalogue_text(c, q, COL_STATION);
	out->shop = catalogue_text(c, q, COL_NAME);
	out->day = catalogue_int(c, q, COL_DAY);
	out->c.page = catalogue_text(c, q, COL_PAGE);
	out->c.view = catalogue_text(c, q, COL_VIEW);
	out->c.url = catalogue_text(c, q, COL_URL);
	out->c.ts = catalogue_int(c, q, COL_TS);
	out->c.offset = (int32_t)catalogue_int(c, q, COL_EAST);
	out->c.reason = catalogue_null(c, q, COL_REASON) ? NULL :
	    catalogue_text(c, q, COL_REASON);
	out->c.by = catalogue_text(c, q, COL_BY);
	record = catalogue_blob(c, q, COL_RECORD, &n);
	out->c.has_record = n == SHOP_HASH_LEN;
	if (out->c.has_record)
		memcpy(out->c.record, record, n);
	if (state < 0 || state >= SHOP_STATES)
		return false;
	out->c.state = (enum shop_state)state;
	return true;
}

/* Of a row that may name a record that is here. */
static void
take_print(struct catalogue *c, enum sql q, struct shops_capture *out)
{
	size_t n;
	const void *print = catalogue_blob(c, q, COL_MORE, &n);

	out->has_page = n == SHOPS_PRINT_LEN;
	if (out->has_page)
		memcpy(out->print, print, n);
}

int
shops_captures(struct catalogue *c, const char *shop, int64_t day,
	shops_fn fn, void *arg, struct err *e)
{
	const enum sql q = SQL_SHOP_CAPTURE_EACH;
	struct shops_capture it;
	int rc;

	for (rc = catalogue_step(c, q, e, "ti", shop, day); rc > 0;
	    rc = catalogue_next(c, q, e)) {
		if (!take(c, q, &it))
			continue;
		take_print(c, q, &it);
		if (fn(arg, &it, e) < 0) {
			rc = -1;
			break;
		}
	}
	catalogue_reset(c, q);
	return rc;
}

int
shops_each(struct catalogue *c, const char *shop, int64_t day,
	int (*fn)(void *arg, const struct shops_row *r, struct err *e),
	void *arg, struct err *e)
{
	const enum sql q = SQL_SHOP_PAGE_EACH, good = SQL_SHOP_PAGE_GOOD;
	struct shops_row r;
	int rc, got;

	for (rc = catalogue_step(c, q, e, "ti", shop, day); rc > 0;
	    rc = catalogue_next(c, q, e)) {
		memset(&r, 0, sizeof(r));
		if (!take(c, q, &r.last))
			continue;
		got = catalogue_step(c, good, e, "ittit",
		    catalogue_int(c, q, COL_SHOP), r.last.c.page,
		    r.last.c.view, day, r.last.c.by);
		r.has_good = got > 0 && take(c, good, &r.good);
		if (r.has_good)
			take_print(c, good, &r.good);
		if (got >= 0)
			got = fn(arg, &r, e);
		catalogue_reset(c, good);
		if (got < 0) {
			rc = -1;
			break;
		}
	}
	catalogue_reset(c, q);
	return rc;
}

/* --- A record. */

static int
damaged(struct err *e)
{
	(void)err_set(e, ERR_FORMAT, "a page of a shop is damaged in the "
	    "catalogue");
	return err_hint(e, "run 'liudi-desk sync --rebuild'");
}

static int
unpack(struct catalogue *c, enum sql q, struct shop_page *out,
	struct err *e)
{
	struct buf plain = BUF_INIT(PAGE_MAX);
	unsigned long long size;
	const void *data;
	size_t n, got = 0;
	int rc = -1;

	data = catalogue_blob(c, q, 0, &n);
	size = ZSTD_getFrameContentSize(data, n);
	if (size > PAGE_MAX)
		return damaged(e);
	if (buf_reserve(&plain, (size_t)size, e) == 0) {
		got = ZSTD_decompress(plain.data, (size_t)size, data, n);
		rc = ZSTD_isError(got) || got != size ? damaged(e) :
		    page_read(out, plain.data, got, e);
	}
	buf_release(&plain);
	return rc;
}

int
shops_page(struct catalogue *c, const uint8_t sha256[static SHOP_HASH_LEN],
	struct shop_page *out, struct err *e)
{
	const enum sql q = SQL_SHOP_RECORD_GET;
	int rc = catalogue_step(c, q, e, "b", (const void *)sha256,
	    (size_t)SHOP_HASH_LEN);

	memset(out, 0, sizeof(*out));
	if (rc > 0)
		rc = unpack(c, q, out, e) < 0 ? -1 : 1;
	catalogue_reset(c, q);
	return rc;
}

/* --- Parts and strips. */

struct shops_files {
	struct box *box;
	struct bytes *bytes;
	struct buf runs;
	int64_t size;
};

struct shops_files *
shops_files_new(struct box *b, struct err *e)
{
	struct shops_files *f = calloc(1, sizeof(*f));

	if (!f) {
		(void)err_nomem(e);
		return NULL;
	}
	f->box = b;
	buf_init(&f->runs, RUNS_MAX);
	f->bytes = bytes_new(b, e);
	if (f->bytes)
		return f;
	shops_files_free(f);
	return NULL;
}

void
shops_files_free(struct shops_files *f)
{
	if (!f)
		return;
	bytes_free(f->bytes);
	buf_release(&f->runs);
	free(f);
}

/* The newest version of "FOLDER/HEX.*" into f->runs.  1, 0, -1. */
static int
look_in(struct shops_files *f, const char *station, const char *shop,
	const char *folder, const char *hex, struct err *e)
{
	const enum sql q = SQL_SHOP_FILE;
	struct catalogue *c = f->box->catalogue;
	char from[PATH_LEN], to[PATH_LEN];
	const void *p;
	size_t n;
	int rc;

	(void)snprintf(from, sizeof(from), "%s/%s.", folder, hex);
	(void)snprintf(to, sizeof(to), "%s/%s/", folder, hex);
	rc = catalogue_step(c, q, e, "ttbb", station, shop,
	    (const void *)from, strlen(from), (const void *)to, strlen(to));
	if (rc > 0) {
		f->size = catalogue_int(c, q, 1);
		p = catalogue_blob(c, q, 2, &n);
		buf_clear(&f->runs);
		rc = buf_add(&f->runs, p, n, e) < 0 ? -1 : 1;
	}
	catalogue_reset(c, q);
	return rc;
}

static int
find(struct shops_files *f, const char *station, const char *shop,
	const uint8_t sha256[static SHOP_HASH_LEN], struct err *e)
{
	char hex[2 * SHOP_HASH_LEN + 1];
	int rc;

	str_hex(hex, sha256, SHOP_HASH_LEN);
	rc = look_in(f, station, shop, "strips", hex, e);
	return rc != 0 ? rc : look_in(f, station, shop, "parts", hex, e);
}

int
shops_want(struct shops_files *f, const char *station, const char *shop,
	const uint8_t sha256[static SHOP_HASH_LEN], struct err *e)
{
	struct bytes_of of = {.limit = INT64_MAX};
	int rc = find(f, station, shop, sha256, e);

	if (rc <= 0)
		return rc;
	of.runs = f->runs.data;
	of.len = f->runs.len;
	return bytes_want(f->bytes, &of, e) < 0 ? -1 : 0;
}

/* f->runs into OUT. */
static int
read_file(struct shops_files *f, struct buf *out, struct err *e)
{
	const struct bytes_of of = {f->runs.data, f->runs.len, INT64_MAX};
	int64_t size = 0;
	int fd = file_nameless(f->box->home->index, e), rc;

	if (fd < 0)
		return -1;
	rc = bytes_write(f->bytes, &of, fd, &size, e) == 0 ? 0 : -1;
	if (rc == 0 && size != f->size)
		rc = err_set(e, ERR_NOENT,
		    "it lies in an epoch that is not here");
	if (rc == 0 && lseek(fd, 0, SEEK_SET) < 0)
		rc = err_set(e, ERR_IO, "cannot read the file back");
	if (rc == 0)
		rc = file_load_fd(fd, "part of a page", out, e);
	(void)close(fd);
	return rc;
}

int
shops_part(struct shops_files *f, const char *station, const char *shop,
	const uint8_t sha256[static SHOP_HASH_LEN], struct buf *out,
	struct err *e)
{
	const size_t before = out->len;
	uint8_t sum[HASH_LEN];
	int rc = find(f, station, shop, sha256, e);

	if (rc == 0)
		return err_set(e, ERR_NOENT, "a part of the page is not here");
	if (rc < 0 || read_file(f, out, e) < 0)
		return -1;
	hash_sha256(sum, out->data + before, out->len - before);
	if (memcmp(sum, sha256, sizeof(sum)) == 0)
		return 0;
	out->len = before;
	return err_set(e, ERR_INTEGRITY, "a part of the page holds other "
	    "bytes than its name says");
}
