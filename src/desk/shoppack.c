/* desk/shoppack.c - pages, pictures and lists of a shop into a folder. */
#include "desk/shoppack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "desk/query.h"
#include "desk/restore.h"
#include "desk/shopday.h"
#include "desk/shops.h"
#include "shop/page.h"
#include "shop/shopfolder.h"

#include "base/banned.h"

#define PART_MAX ((size_t)256 << 20)
#define NAME_LEN 96		/* of a folder or file that we make */
#define SHORT_HEX 16
#define PATH_LEN 4096
#define LIST_MAX ((size_t)64 << 20)

/* One page of the shop in one view. */
struct one {
	char *station;
	struct shop_capture c;	/* its strings are not kept */
	char name[NAME_LEN];	/* "01-home-desktop" */
	int64_t ts;
	struct shop_page p;
	size_t *order;		/* of parts, by url */
};

struct pack {
	struct box *b;
	const struct shoppack_job *j;
	struct shoppack_report *r;
	struct shops_files *files;
	struct one *one;
	size_t n, npages;	/* pages: lists of goods aside */
	const struct one *at;	/* whose addresses are looked up */
	char local[NAME_LEN];
	struct buf products, index;
};

/* --- Names. */

/* What a station calls something, as part of a file's name. */
static void
add_name(char *out, size_t size, const char *word)
{
	size_t n = strlen(out);

	for (; *word && n + 1 < size; word++)
		out[n++] = (*word >= 'a' && *word <= 'z') ||
		    (*word >= 'A' && *word <= 'Z') ||
		    (*word >= '0' && *word <= '9') || *word == '-' ? *word :
		    '_';
	out[n] = '\0';
}

static void
part_name(char out[static NAME_LEN], const struct shop_part *part)
{
	char hex[2 * SHOP_HASH_LEN + 1];

	str_hex(hex, part->sha256, SHOP_HASH_LEN);
	(void)snprintf(out, NAME_LEN, "%.*s.%s", SHORT_HEX, hex,
	    shopfolder_extension(part->type));
}

/* --- Writing. */

static int
save(const struct pack *k, const char *sub, const char *name,
	const struct buf *bytes, struct err *e)
{
	char *dir = str_fmt("%s/%s", k->j->to, sub);
	char *path = dir ? str_fmt("%s/%s", dir, name) : NULL;
	int rc = path ? file_mkdirs(dir, 0700, e) : err_nomem(e);

	if (rc == 0)
		rc = file_save(path, bytes->len ? buf_str(bytes) : "",
		    bytes->len, 0600, e);
	free(path);
	free(dir);
	return rc;
}

/* 1 and the bytes; 0: it cannot be had; -1. */
static int
load(struct pack *k, const struct one *o,
	const uint8_t sha256[static SHOP_HASH_LEN], struct buf *out,
	struct err *e)
{
	buf_clear(out);
	if (shops_part(k->files, o->station, k->j->shop, sha256, out, e) == 0)
		return 1;
	if (e->code != ERR_NOENT && e->code != ERR_INTEGRITY)
		return -1;
	err_clear(e);
	k->r->missing++;
	return 0;
}

/* --- The pages as they could be clicked through. */

struct wanted { const char *url; size_t n; const struct shop_page *p; };

static int
compare_wanted(const void *key, const void *member)
{
	const struct wanted *w = key;
	const char *its = w->p->part[*(const size_t *)member].url;

	return str_cmp_bytes(w->url, w->n, its, strlen(its));
}

static const char *
local_name(void *arg, const char *url, size_t n)
{
	struct pack *k = arg;
	const struct shop_page *p = &k->at->p;
	const struct wanted w = {url, n, p};
	char hex[2 * SHOP_HASH_LEN + 1];
	const size_t *found;

	if (n == 4 + 2 * SHOP_HASH_LEN && strncmp(url, "cid:", 4) == 0) {
		for (size_t i = 0; i < p->nparts; i++) {
			str_hex(hex, p->part[i].sha256, SHOP_HASH_LEN);
			if (memcmp(hex, url + 4, n - 4) == 0) {
				part_name(k->local, &p->part[i]);
				return k->local;
			}
		}
		return NULL;
	}
	found = bsearch(&w, k->at->order, p->nparts, sizeof(*found),
	    compare_wanted);
	if (!found || *found == 0)	/* links to the page itself stay */
		return NULL;
	part_name(k->local, &p->part[*found]);
	return k->local;
}

static int
put_part(struct pack *k, const struct one *o, size_t i, struct buf *bytes,
	struct buf *text, struct err *e)
{
	const struct shop_part *part = &o->p.part[i];
	const bool html = strcmp(part->type, "text/html") == 0 ||
	    strcmp(part->type, "application/xhtml+xml") == 0;
	char name[NAME_LEN], sub[NAME_LEN + 8];
	int rc = load(k, o, part->sha256, bytes, e);

	if (rc <= 0)
		return rc;
	buf_clear(text);
	k->at = o;
	if (html)
		rc = shoppack_html(buf_str(bytes), bytes->len, local_name, k,
		    text, e);
	else if (strcmp(part->type, "text/css") == 0)
		rc = shoppack_css(buf_str(bytes), bytes->len, local_name, k,
		    text, e);
	else
		rc = buf_add(text, bytes->data, bytes->len, e);
	if (rc < 0)
		return -1;
	(void)snprintf(sub, sizeof(sub), "pages/%s", o->name);
	if (i == 0)
		(void)snprintf(name, sizeof(name), "index.html");
	else
		part_name(name, part);
	return save(k, sub, name, text, e);
}

/* --- Pictures: what they are for. */

/* The goods whose picture that is, or NULL. */
static const struct shop_item *
goods_of(const struct shop_page *p, const struct shop_image *im)
{
	for (size_t i = 0; i < p->nitems; i++)
		if (p->item[i].image && strcmp(p->item[i].image, im->src) == 0)
			return &p->item[i];
	return NULL;
}

static const struct shop_part *
part_of(const struct shop_page *p, const struct shop_image *im)
{
	for (size_t i = 0; im->has_hash && i < p->nparts; i++)
		if (memcmp(p->part[i].sha256, im->sha256, SHOP_HASH_LEN) == 0)
			return &p->part[i];
	return NULL;
}

static int
put_image(struct pack *k, const struct one *o, const struct shop_image *im,
	struct buf *bytes, struct err *e)
{
	const struct shop_item *it = goods_of(&o->p, im);
	const struct shop_part *part = part_of(&o->p, im);
	const char *role = it ? "pictures/goods" :
	    im->cw >= o->p.width / 2 ? "pictures/banners" : "pictures/other";
	char name[NAME_LEN] = "", tail[NAME_LEN];
	char *path;
	int rc;

	if (!part)
		return 0;
	part_name(tail, part);
	if (it) {
		add_name(name, 48, it->id);
		add_name(name, NAME_LEN, "-");
	}
	(void)snprintf(name + strlen(name), NAME_LEN - strlen(name), "%s",
	    tail);
	path = str_fmt("%s/%s/%s", k->j->to, role, name);
	if (!path)
		return err_nomem(e);
	rc = file_exists(path) ? 0 : load(k, o, part->sha256, bytes, e);
	free(path);
	if (rc <= 0)
		return rc;
	k->r->pictures++;
	return save(k, role, name, bytes, e);
}

/* The page as it was seen, rows one under the other. */
static int
put_strips(struct pack *k, const struct one *o, struct buf *bytes,
	struct buf *text, struct err *e)
{
	char sub[NAME_LEN + 32], name[NAME_LEN];
	int rc = 0;

	buf_clear(text);
	(void)snprintf(sub, sizeof(sub), "pictures/pages/%s", o->name);
	if (buf_adds(text, "<!doctype html><meta charset=\"utf-8\"><style>body{"
	    "margin:0}img{display:block}</style>\n", e) < 0)
		return -1;
	for (size_t i = 0; rc >= 0 && i < o->p.nstrips; i++) {
		rc = load(k, o, o->p.strip[i].sha256, bytes, e);
		if (rc <= 0)
			continue;
		(void)snprintf(name, sizeof(name), "%04zu.webp", i);
		if (save(k, sub, name, bytes, e) < 0 ||
		    buf_addf(text, e, "<img src=\"%s\" alt=\"\">\n", name) < 0)
			rc = -1;
	}
	return rc < 0 ? -1 : o->p.nstrips > 0 ? save(k, sub, "index.html",
	    text, e) : 0;
}

/* --- Goods, as a table. */

/* A cell: foreign text, and no formula. */
static int
add_cell(struct buf *out, const char *s, const char *end, struct err *e)
{
	s = s ? s : "";
	if (buf_addc(out, '"', e) < 0 || (*s && strchr("=+-@\t\r\n", *s) &&
	    buf_addc(out, '\'', e) < 0))
		return -1;
	for (; *s; s++)
		if ((*s == '"' && buf_addc(out, '"', e) < 0) ||
		    buf_addc(out, (uint8_t)*s < ' ' ? ' ' : *s, e) < 0)
			return -1;
	return buf_adds(out, end, e);
}

static int
add_items(struct pack *k, const struct one *o, struct err *e)
{
	for (size_t i = 0; i < o->p.nitems; i++) {
		const struct shop_item *it = &o->p.item[i];

		if (add_cell(&k->products, it->id, "\",", e) < 0 ||
		    add_cell(&k->products, it->title, "\",", e) < 0 ||
		    add_cell(&k->products, it->price, "\",", e) < 0 ||
		    add_cell(&k->products, it->href, "\",", e) < 0 ||
		    add_cell(&k->products, it->image, "\",", e) < 0 ||
		    add_cell(&k->products, o->name, "\"\r\n", e) < 0)
			return -1;
		k->r->items++;
	}
	return 0;
}

/* --- All pages. */

static int
compare_parts(const void *a, const void *b, void *arg)
{
	const struct shop_page *p = arg;

	return strcmp(p->part[*(const size_t *)a].url,
	    p->part[*(const size_t *)b].url);
}

/*
 * What a person saved of a page is behind what the station captured: the newer of
 * the two is packed.
 */
static bool
is_older(struct pack *k, const struct shops_row *r)
{
	struct one *o = k->n > 0 ? &k->one[k->n - 1] : NULL;

	if (!o || strcmp(o->station, r->good.station) != 0 ||
	    strcmp(o->p.page, r->good.c.page) != 0 ||
	    strcmp(o->p.view, r->good.c.view) != 0)
		return false;
	if (o->ts >= r->good.c.ts)
		return true;
	page_free(&o->p);
	free(o->station);
	free(o->order);
	k->npages -= strcmp(r->good.c.view, SHOPDAY_LIST) != 0;
	k->n--;
	return false;
}

static int
on_row(void *arg, const struct shops_row *r, struct err *e)
{
	struct pack *k = arg;
	struct one *o;
	int rc;

	if (!r->has_good || is_older(k, r))
		return 0;
	o = realloc(k->one, (k->n + 1) * sizeof(*o));
	if (!o)
		return err_nomem(e);
	k->one = o;
	o += k->n;
	memset(o, 0, sizeof(*o));
	o->ts = r->good.c.ts;
	rc = shops_page(k->b->catalogue, r->good.c.record, &o->p, e);
	if (rc <= 0) {
		page_free(&o->p);
		return rc;
	}
	k->n++;
	o->station = str_dup(r->good.station);
	o->order = calloc(o->p.nparts + 1, sizeof(*o->order));
	if (!o->station || !o->order)
		return err_nomem(e);
	for (size_t i = 0; i < o->p.nparts; i++)
		o->order[i] = i;
	qsort_r(o->order, o->p.nparts, sizeof(*o->order), compare_parts,
	    &o->p);
	if (strcmp(o->p.view, SHOPDAY_LIST) != 0)
		(void)snprintf(o->name, sizeof(o->name), "%02zu-",
		    ++k->npages);
	add_name(o->name, 64, r->good.c.page);
	add_name(o->name, NAME_LEN, "-");
	add_name(o->name, NAME_LEN, r->good.c.view);
	return 0;
}

/* All that will be asked for is said first: each bundle is read about once. */
static int
want_all(struct pack *k, struct err *e)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct one *o = &k->one[i];

		for (size_t m = 0; m < o->p.nparts; m++)
			if (shops_want(k->files, o->station, k->j->shop,
			    o->p.part[m].sha256, e) < 0)
				return -1;
		for (size_t m = 0; m < o->p.nstrips; m++)
			if (shops_want(k->files, o->station, k->j->shop,
			    o->p.strip[m].sha256, e) < 0)
				return -1;
	}
	return 0;
}

static int
put_page(struct pack *k, const struct one *o, struct err *e)
{
	struct buf bytes = BUF_INIT(PART_MAX), text = BUF_INIT(2 * PART_MAX);
	int rc = 0;

	if (strcmp(o->p.view, SHOPDAY_LIST) == 0)
		return add_items(k, o, e);
	for (size_t i = 0; rc == 0 && i < o->p.nparts; i++)
		rc = put_part(k, o, i, &bytes, &text, e);
	for (size_t i = 0; rc == 0 && i < o->p.nimages; i++)
		rc = put_image(k, o, &o->p.image[i], &bytes, e);
	if (rc == 0)
		rc = put_strips(k, o, &bytes, &text, e);
	if (rc == 0)
		rc = add_items(k, o, e);
	if (rc == 0)
		rc = buf_addf(&k->index, e, "<tr><td>%s</td><td>", o->name);
	if (rc == 0 && o->p.nparts > 0)
		rc = buf_addf(&k->index, e, "<a href=\"pages/%s/index.html\">"
		    "page 网页</a> ", o->name);
	if (rc == 0 && o->p.nstrips > 0)
		rc = buf_addf(&k->index, e, "<a href=\"pictures/pages/%s/"
		    "index.html\">picture 图片</a>", o->name);
	if (rc == 0)
		rc = buf_adds(&k->index, "</td></tr>\n", e);
	buf_release(&bytes);
	buf_release(&text);
	k->r->pages += rc == 0;
	return rc;
}

static int
put_pages(struct pack *k, struct err *e)
{
	int rc = shops_each(k->b->catalogue, k->j->shop, k->j->day, on_row, k,
	    e);

	if (rc == 0 && k->n == 0)
		return err_set(e, ERR_NOENT, "no page of a shop '%.80s' is on "
		    "file", k->j->shop);
	if (rc == 0)
		k->files = shops_files_new(k->b, e);
	if (rc == 0 && (!k->files || want_all(k, e) < 0))
		rc = -1;
	if (rc == 0 && (buf_adds(&k->products, "\xef\xbb\xbfid,title,price,"
	    "address,picture,page\r\n", e) < 0 || buf_adds(&k->index,
	    "<!doctype html><meta charset=\"utf-8\"><title>shop 店铺</title>"
	    "<table>\n", e) < 0))
		rc = -1;
	for (size_t i = 0; rc == 0 && i < k->n; i++)
		rc = put_page(k, &k->one[i], e);
	if (rc == 0)
		rc = buf_adds(&k->index, "</table>\n", e);
	if (rc == 0)
		rc = save(k, ".", "products.csv", &k->products, e);
	return rc == 0 ? save(k, ".", "index.html", &k->index, e) : -1;
}

/* --- Design and lists: ordinary sources that are called after the shop. */

struct source {
	struct pack *k;
	const char *kind;	/* "design", "products" */
	int64_t files;
};

static int
on_note(void *arg, enum restore_note kind, const char *path, size_t path_len,
	const char *text, struct err *e)
{
	struct pack *k = arg;

	(void)path;
	(void)path_len;
	(void)text;
	(void)e;
	k->r->missing += kind == RESTORE_FAILED;
	return 0;
}

static int
on_station(void *arg, const struct query_station *st, struct err *e)
{
	struct source *s = arg;
	struct pack *k = s->k;
	char *source = str_fmt("%s-%s", s->kind, k->j->shop);
	char *to = str_fmt("%s/%s/%s", k->j->to, s->kind, st->station);
	const struct restore_ask ask = {.station = st->station,
	    .source = source, .at = k->j->day == SHOPS_ANY_DAY ? INT64_MAX :
	    (k->j->day + 1) * 86400 - 1, .to = to, .note = on_note, .arg = k};
	struct restore_report r = {0};
	int rc = source && to ? file_mkdirs(to, 0700, e) : err_nomem(e);

	if (rc == 0) {
		rc = restore_run(k->b, &ask, &r, e);
		if (rc < 0 && e->code == ERR_NOENT) {
			err_clear(e);
			rc = file_remove_tree(to, e);
		}
	}
	s->files += r.files;
	free(source);
	free(to);
	return rc;
}

static int
put_source(struct pack *k, const char *kind, int64_t *files, struct err *e)
{
	struct source s = {k, kind, 0};
	char *dir;
	int rc = query_stations(k->b->catalogue, on_station, &s, e);

	*files = s.files;
	if (rc == 0 && s.files == 0) {
		dir = str_fmt("%s/%s", k->j->to, kind);
		rc = dir ? file_remove_tree(dir, e) : err_nomem(e);
		free(dir);
	}
	return rc;
}

int
shoppack(struct box *b, const struct shoppack_job *j,
	struct shoppack_report *r, struct err *e)
{
	struct pack k = {.b = b, .j = j, .r = r,
	    .products = BUF_INIT(LIST_MAX), .index = BUF_INIT(LIST_MAX)};
	int rc;

	memset(r, 0, sizeof(*r));
	rc = put_pages(&k, e);
	if (rc == 0)
		rc = put_source(&k, "design", &r->design, e);
	if (rc == 0)
		rc = put_source(&k, "products", &r->lists, e);
	for (size_t i = 0; i < k.n; i++) {
		page_free(&k.one[i].p);
		free(k.one[i].station);
		free(k.one[i].order);
	}
	free(k.one);
	shops_files_free(k.files);
	buf_release(&k.products);
	buf_release(&k.index);
	return rc;
}
