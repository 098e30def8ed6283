/* desk/shoplist_read.c - what the files of a list of goods hold. */
#include "desk/shoplist_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "crypto/hash.h"
#include "desk/bytes.h"
#include "desk/importer.h"
#include "desk/shopfound.h"

#include "base/banned.h"

struct reading { struct box *box; struct bytes *bytes; int64_t *records; };

struct held {			/* what a list's files hold, together */
	struct shop_page page[SHOPLIST_FILES_MAX];
	size_t npages;
	struct importer_goods sum;
};

/* Why of FILE.  Always 0: it is an outcome. */
static int
unread(const struct shoplist_file *f, const char *why,
	struct shoplist_outcome *o)
{
	o->state = SHOP_NO_LIST;
	(void)snprintf(o->reason, sizeof(o->reason), "%.200s: %s",
	    path_name(f->shown), why);
	return 0;
}

/* Its bytes to where the importer reads.  1: they cannot be had now; 0; -1. */
static int
write_bytes(struct reading *k, const struct shoplist_file *f,
	struct importer_ask *q, struct err *e)
{
	const struct bytes_of of = {f->runs.data, f->runs.len, INT64_MAX};
	struct err why = ERR_INIT;
	int in = importer_in(k->box->importer, e), rc;

	if (in < 0)
		return -1;
	*q = (struct importer_ask){.path = f->shown};
	rc = bytes_write(k->bytes, &of, in, &q->size, &why);
	if (rc < 0 && why.code != ERR_SPACE) {
		*e = why;
		return -1;
	}
	return rc != 0 || q->size != f->size;
}

/* What the importer wrote, as a page. */
static int
load_page(struct reading *k, struct shop_page *p, struct err *e)
{
	struct buf text = BUF_INIT(PAGE_MAX);
	int fd = importer_out(k->box->importer, e);
	int rc = fd < 0 ? -1 : file_load_fd(fd, "goods", &text, e);

	memset(p, 0, sizeof(*p));
	if (rc == 0)
		rc = page_read(p, text.data, text.len, e);
	buf_release(&text);
	return rc;
}

/* 1: not now; 0: it was read, or *o says that it cannot be; -1. */
static int
read_file(struct reading *k, const struct shoplist_file *f, struct held *r,
	struct shoplist_outcome *o, struct err *e)
{
	struct err why = ERR_INIT;
	struct importer_goods g;
	struct importer_ask q;
	int rc;

	if (f->size > (int64_t)GOODS_IN_MAX)
		return unread(f, "it is too large", o);
	rc = write_bytes(k, f, &q, e);
	if (rc != 0)
		return rc;
	rc = importer_goods(k->box->importer, &q, &g, &why);
	if (rc == 0)
		rc = load_page(k, &r->page[r->npages++], &why);
	if (rc < 0 && why.code == ERR_SPACE)
		return 1;
	if (rc < 0 && why.code != ERR_FORMAT && why.code != ERR_NOMEM) {
		*e = why;
		return -1;
	}
	if (rc < 0)
		return unread(f, why.what, o);
	r->sum.over += g.over;
	r->sum.bare += g.bare;
	r->sum.repeated += g.repeated;
	r->sum.damaged += g.damaged;
	return 0;
}

/* What there is to say of it that was read. */
static void
describe(const struct importer_goods *g, bool torn, struct shoplist_outcome *o)
{
	char *out = o->reason;

	o->state = g->over > 0 ? SHOP_CUT : torn || g->damaged > 0 ?
	    SHOP_PARTIAL : SHOP_OK;
	if (torn)
		(void)snprintf(out, SHOPLIST_REASON_LEN, "it was being written");
	else if (g->damaged > 0)
		(void)snprintf(out, SHOPLIST_REASON_LEN, "rows of it that cannot be "
		    "read: %lld", (long long)g->damaged);
	else if (g->over > 0)
		(void)snprintf(out, SHOPLIST_REASON_LEN, "goods of it that are too "
		    "many: %lld", (long long)g->over);
	else if (g->bare > 0)
		(void)snprintf(out, SHOPLIST_REASON_LEN, "rows of it without an id: "
		    "%lld", (long long)g->bare);
	else if (g->repeated > 0)
		(void)snprintf(out, SHOPLIST_REASON_LEN, "rows of it whose id another "
		    "has: %lld", (long long)g->repeated);
}

/* --- One list. */

struct sorting { struct shop_item it; size_t file; };

static int
compare_goods(const void *x, const void *y)
{
	const struct sorting *p = x, *q = y;
	const int c = strcmp(p->it.id, q->it.id);

	return c ? c : p->file < q->file ? -1 : p->file > q->file;
}

/* All goods of R by id; of two of one id that of the newer file. */
static struct shop_item *
all_goods(const struct held *r, size_t *n, struct err *e)
{
	struct shop_item *item;
	struct sorting *v;
	size_t all = 0, i, k;

	for (i = 0; i < r->npages; i++)
		all += r->page[i].nitems;
	v = calloc(all + 1, sizeof(*v));
	item = calloc(all + 1, sizeof(*item));
	if (!v || !item) {
		(void)err_nomem(e);
		free(v);
		free(item);
		return NULL;
	}
	for (all = 0, i = 0; i < r->npages; i++)
		for (k = 0; k < r->page[i].nitems; k++)
			v[all++] = (struct sorting){r->page[i].item[k], i};
	qsort(v, all, sizeof(*v), compare_goods);
	for (*n = 0, i = 0; i < all; i++)
		if (*n == 0 || strcmp(item[*n - 1].id, v[i].it.id) != 0)
			item[(*n)++] = v[i].it;
	free(v);
	return item;
}

static int
keep_record(struct reading *k, const char *page, const struct held *r,
	struct shoplist_outcome *o, int64_t *over, struct err *e)
{
	struct buf text = BUF_INIT(PAGE_MAX);
	const char *columns = r->page[0].print.flags;
	struct shop_item *item;
	char all[2 * GOODS_COLUMNS_LEN];
	bool cut = r->page[0].cut;
	size_t n, most, i;
	int rc = -1;

	for (i = 1; i < r->npages; i++)
		cut = cut || r->page[i].cut;
	for (i = 1; i < r->npages; i++)
		if (strcmp(r->page[i].print.flags, columns) != 0) {
			(void)snprintf(all, sizeof(all), "%.500s + %.500s",
			    columns, r->page[i].print.flags);
			columns = all;
			break;
		}
	item = all_goods(r, &most, e);
	if (!item)
		return -1;
	n = most;
	if (shoplist_write(item, &n, cut, page, columns, &text, e) == 0) {
		*over += (int64_t)(most - n);
		hash_sha256(o->record, text.data, text.len);
		o->has_record = true;
		rc = shopfound_record(k->box->catalogue, o->record, &text, e);
		*k->records += rc > 0;
	}
	free(item);
	buf_release(&text);
	return rc < 0 ? -1 : 0;
}

/* 1: not now; 0; -1.  FILE are the N files of the list PAGE, newest first. */
static int
read_list(struct reading *k, const char *page, const struct shoplist_file *file,
	size_t n, struct shoplist_outcome *o, struct err *e)
{
	struct held *r = calloc(1, sizeof(*r));
	bool torn = false;
	size_t i;
	int rc = 0;

	if (!r)
		return err_nomem(e);
	memset(o, 0, sizeof(*o));
	for (i = 0; rc == 0 && o->state == SHOP_OK && i < n; i++) {
		torn = torn || file[i].torn;
		rc = read_file(k, &file[i], r, o, e);
	}
	if (rc == 0 && o->state == SHOP_OK) {
		rc = keep_record(k, page, r, o, &r->sum.over, e);
		describe(&r->sum, torn, o);
	}
	for (i = 0; i < r->npages; i++)
		page_free(&r->page[i]);
	free(r);
	return rc;
}

/* What the same files gave before: 1; 0; -1. */
static int
known(struct reading *k, const uint8_t key[static HASH_LEN],
	struct shoplist_outcome *o, struct err *e)
{
	const enum sql q = SQL_LIST_GET;
	int rc = catalogue_step(k->box->catalogue, q, e, "b", (const void *)key,
	    (size_t)HASH_LEN);
	const void *record;
	size_t n;

	memset(o, 0, sizeof(*o));
	if (rc > 0) {
		o->state = (enum shop_state)catalogue_int(k->box->catalogue, q, 0);
		(void)snprintf(o->reason, sizeof(o->reason), "%s",
		    catalogue_text(k->box->catalogue, q, 1));
		record = catalogue_blob(k->box->catalogue, q, 2, &n);
		o->has_record = n == SHOP_HASH_LEN;
		if (o->has_record)
			memcpy(o->record, record, n);
	}
	catalogue_reset(k->box->catalogue, q);
	return rc;
}

int
shoplist_read(struct box *b, struct bytes *y, const char *page,
	const struct shoplist_file *file, size_t n, struct shoplist_outcome *o,
	int64_t *records, struct err *e)
{
	struct reading k = {b, y, records};
	struct buf all = BUF_INIT((size_t)1 << 20);
	uint8_t key[HASH_LEN], torn;
	size_t i;
	int rc = buf_add(&all, page, strlen(page) + 1, e);

	for (i = 0; rc == 0 && i < n; i++) {
		const char *name = path_name(file[i].shown);

		torn = file[i].torn;
		if (buf_add(&all, file[i].sum.data, file[i].sum.len, e) < 0 ||
		    buf_add(&all, &torn, 1, e) < 0 ||
		    buf_add(&all, name, strlen(name) + 1, e) < 0)
			rc = -1;
	}
	if (rc == 0) {
		hash_sha256(key, all.data, all.len);
		rc = known(&k, key, o, e);
		if (rc == 0) {
			rc = read_list(&k, page, file, n, o, e);
			if (rc == 0)
				rc = catalogue_run(b->catalogue, SQL_LIST_ADD, e,
				    "bitb", (const void *)key, sizeof(key),
				    (int64_t)o->state, o->reason,
				    (const void *)(o->has_record ? o->record :
				    NULL), sizeof(o->record));
		} else if (rc > 0) {
			rc = 0;
		}
	}
	buf_release(&all);
	return rc;
}
