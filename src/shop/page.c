/* shop/page.c - a page of a shop as JSON.  Spec: docs/FORMAT.md "Shop pages". */
#include "shop/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "json/json.h"

#include "base/banned.h"

#define NODES_MAX (32 * (size_t)SHOP_LINES_MAX)
#define DEPTH_MAX 6

/* --- Writing. */

/* The bytes of S that are written: no character is torn. */
static size_t
shown(const char *s)
{
	size_t n = strlen(s);

	if (n <= SHOP_TEXT_MAX)
		return n;
	n = SHOP_TEXT_MAX;
	while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void
put(struct jsonw *w, const char *key, const char *s)
{
	jsonw_key(w, key);
	if (s)
		jsonw_strn(w, s, shown(s));
	else
		jsonw_null(w);
}

static void
put_hash(struct jsonw *w, const uint8_t sha256[static SHOP_HASH_LEN])
{
	jsonw_khex(w, "sha256", sha256, SHOP_HASH_LEN);
}

static size_t
most(size_t n)
{
	return n < SHOP_LINES_MAX ? n : SHOP_LINES_MAX;
}

static void
put_head(struct jsonw *w, const struct shop_page *p)
{
	jsonw_kint(w, "v", 1);
	jsonw_kstr(w, "type", "page");
	put(w, "page", p->page);
	put(w, "view", p->view);
	put(w, "url", p->url);
	put(w, "final", p->final);
	jsonw_kint(w, "status", p->status);
	put(w, "title", p->title);
	jsonw_kint(w, "width", p->width);
	jsonw_kint(w, "height", p->height);
	jsonw_kbool(w, "cut", p->cut);
	jsonw_key(w, "fingerprint");
	jsonw_object(w);
	put(w, "browser", p->print.browser);
	put(w, "flags", p->print.flags);
	put(w, "view", p->print.view);
	put(w, "fonts", p->print.fonts);
	jsonw_kint(w, "driver", p->print.driver);
	jsonw_object_end(w);
}

static void
put_items(struct jsonw *w, const struct shop_page *p)
{
	jsonw_key(w, "items");
	jsonw_array(w);
	for (size_t i = 0; i < most(p->nitems); i++) {
		const struct shop_item *it = &p->item[i];

		jsonw_object(w);
		put(w, "id", it->id);
		put(w, "href", it->href);
		put(w, "title", it->title);
		put(w, "price", it->price);
		put(w, "image", it->image);
		jsonw_kint(w, "y", it->y);
		jsonw_kint(w, "h", it->h);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

static void
put_links(struct jsonw *w, const struct shop_page *p)
{
	jsonw_key(w, "links");
	jsonw_array(w);
	for (size_t i = 0; i < most(p->nlinks); i++) {
		jsonw_object(w);
		put(w, "href", p->link[i].href);
		put(w, "text", p->link[i].text);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

static void
put_images(struct jsonw *w, const struct shop_page *p)
{
	jsonw_key(w, "images");
	jsonw_array(w);
	for (size_t i = 0; i < most(p->nimages); i++) {
		const struct shop_image *im = &p->image[i];

		jsonw_object(w);
		put(w, "src", im->src);
		put(w, "alt", im->alt);
		jsonw_kint(w, "w", im->w);
		jsonw_kint(w, "h", im->h);
		jsonw_kint(w, "x", im->x);
		jsonw_kint(w, "y", im->y);
		jsonw_kint(w, "cw", im->cw);
		jsonw_kint(w, "ch", im->ch);
		if (im->has_hash)
			put_hash(w, im->sha256);
		else
			jsonw_knull(w, "sha256");
		jsonw_kbool(w, "broken", im->broken);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

static void
put_files(struct jsonw *w, const struct shop_page *p)
{
	jsonw_key(w, "parts");
	jsonw_array(w);
	for (size_t i = 0; i < most(p->nparts); i++) {
		jsonw_object(w);
		put(w, "url", p->part[i].url);
		put(w, "type", p->part[i].type);
		put_hash(w, p->part[i].sha256);
		jsonw_kint(w, "bytes", (int64_t)p->part[i].bytes);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
	jsonw_key(w, "strips");
	jsonw_array(w);
	for (size_t i = 0; i < most(p->nstrips); i++) {
		jsonw_object(w);
		jsonw_kint(w, "y", p->strip[i].y);
		jsonw_kint(w, "h", p->strip[i].h);
		put_hash(w, p->strip[i].sha256);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

int
page_write(const struct shop_page *p, struct buf *out, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	put_head(&w, p);
	jsonw_key(&w, "text");
	jsonw_array(&w);
	for (size_t i = 0; i < most(p->ntext); i++) {
		jsonw_object(&w);
		put(&w, "text", p->text[i].text);
		jsonw_kint(&w, "y", p->text[i].y);
		jsonw_kint(&w, "h", p->text[i].h);
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	put_items(&w, p);
	put_links(&w, p);
	put_images(&w, p);
	jsonw_kbool(&w, "login", p->login);
	jsonw_kbool(&w, "captcha", p->captcha);
	put_files(&w, p);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : buf_addc(out, '\n', e);
}

/* --- Reading: what is wrong first stays in *e, the rest goes on as zeros. */

struct in {
	const struct json *j;
	struct err *e;
	bool bad;
};

static void
wrong(struct in *in, const char *key)
{
	if (!in->bad)
		(void)err_set(in->e, ERR_FORMAT, "page of a shop: '%s' is not "
		    "as it should be", key);
	in->bad = true;
}

/* A text; NULL where there is null or nothing. */
static const char *
text_at(struct in *in, const struct json_node *obj, const char *key)
{
	const struct json_node *n = json_get(in->j, obj, key);

	if (!n || n->type == JSON_NULL)
		return NULL;
	if (n->type != JSON_STR || n->len > SHOP_TEXT_MAX ||
	    memchr(n->str, '\0', n->len)) {
		wrong(in, key);
		return NULL;
	}
	return n->str;
}

/* As above, and it must be there. */
static const char *
word_at(struct in *in, const struct json_node *obj, const char *key)
{
	const char *s = text_at(in, obj, key);

	if (!s)
		wrong(in, key);
	return s ? s : "";
}

static int64_t
number_at(struct in *in, const struct json_node *obj, const char *key,
	int64_t min, int64_t max)
{
	const struct json_node *n = json_get(in->j, obj, key);

	if (!n || n->type != JSON_INT || n->num < min || n->num > max) {
		wrong(in, key);
		return 0;
	}
	return n->num;
}

static int32_t
int_at(struct in *in, const struct json_node *obj, const char *key)
{
	return (int32_t)number_at(in, obj, key, INT32_MIN, INT32_MAX);
}

static bool
bool_at(struct in *in, const struct json_node *obj, const char *key)
{
	const struct json_node *n = json_get(in->j, obj, key);

	if (!n || n->type != JSON_BOOL) {
		wrong(in, key);
		return false;
	}
	return n->num != 0;
}

static void
hash_at(struct in *in, const struct json_node *obj,
	uint8_t sha256[static SHOP_HASH_LEN])
{
	const struct json_node *n = json_get(in->j, obj, "sha256");

	if (!n || n->type != JSON_STR ||
	    str_unhex(sha256, SHOP_HASH_LEN, n->str, n->len) < 0)
		wrong(in, "sha256");
}

/*
 * The array KEY of objects: *N members of SIZE bytes at what is returned, zeroed,
 * or NULL.  *FIRST is its first node.
 */
static void *
array_at(struct in *in, const struct json_node *obj, const char *key,
	size_t size, size_t *n, const struct json_node **first)
{
	const struct json_node *a = json_get(in->j, obj, key), *m;
	void *p;

	*n = 0;
	*first = NULL;
	if (!a || a->type != JSON_ARRAY || a->n > SHOP_LINES_MAX) {
		wrong(in, key);
		return NULL;
	}
	for (m = json_first(in->j, a); m; m = json_next(in->j, m)) {
		if (m->type != JSON_OBJECT) {
			wrong(in, key);
			return NULL;
		}
	}
	p = calloc(a->n ? a->n : 1, size);
	if (!p) {
		(void)err_nomem(in->e);
		in->bad = true;
		return NULL;
	}
	*n = a->n;
	*first = json_first(in->j, a);
	return p;
}

static void
read_text(struct in *in, const struct json_node *obj, struct shop_page *p)
{
	const struct json_node *m;
	struct shop_line *l;

	p->text = array_at(in, obj, "text", sizeof(*p->text), &p->ntext, &m);
	for (l = p->text; m; m = json_next(in->j, m), l++) {
		l->text = word_at(in, m, "text");
		l->y = int_at(in, m, "y");
		l->h = int_at(in, m, "h");
	}
}

static void
read_items(struct in *in, const struct json_node *obj, struct shop_page *p)
{
	const struct json_node *m;
	struct shop_item *it;

	p->item = array_at(in, obj, "items", sizeof(*p->item), &p->nitems,
	    &m);
	for (it = p->item; m; m = json_next(in->j, m), it++) {
		it->id = word_at(in, m, "id");
		it->href = text_at(in, m, "href");
		it->title = text_at(in, m, "title");
		it->price = text_at(in, m, "price");
		it->image = text_at(in, m, "image");
		it->y = int_at(in, m, "y");
		it->h = int_at(in, m, "h");
	}
}

static void
read_links(struct in *in, const struct json_node *obj, struct shop_page *p)
{
	const struct json_node *m;
	struct shop_link *l;

	p->link = array_at(in, obj, "links", sizeof(*p->link),
	    &p->nlinks, &m);
	for (l = p->link; m; m = json_next(in->j, m), l++) {
		l->href = word_at(in, m, "href");
		l->text = text_at(in, m, "text");
	}
}

static void
read_images(struct in *in, const struct json_node *obj, struct shop_page *p)
{
	const struct json_node *m, *hash;
	struct shop_image *im;

	p->image = array_at(in, obj, "images",
	    sizeof(*p->image), &p->nimages, &m);
	for (im = p->image; m; m = json_next(in->j, m), im++) {
		im->src = word_at(in, m, "src");
		im->alt = text_at(in, m, "alt");
		im->w = int_at(in, m, "w");
		im->h = int_at(in, m, "h");
		im->x = int_at(in, m, "x");
		im->y = int_at(in, m, "y");
		im->cw = int_at(in, m, "cw");
		im->ch = int_at(in, m, "ch");
		hash = json_get(in->j, m, "sha256");
		im->has_hash = !hash || hash->type != JSON_NULL;
		if (im->has_hash)
			hash_at(in, m, im->sha256);
		im->broken = bool_at(in, m, "broken");
	}
}

static void
read_files(struct in *in, const struct json_node *obj, struct shop_page *p)
{
	const struct json_node *m;
	struct shop_strip *strip;
	struct shop_part *part;

	p->part = array_at(in, obj, "parts", sizeof(*p->part),
	    &p->nparts, &m);
	for (part = p->part; m; m = json_next(in->j, m), part++) {
		part->url = word_at(in, m, "url");
		part->type = word_at(in, m, "type");
		hash_at(in, m, part->sha256);
		part->bytes = (uint64_t)number_at(in, m, "bytes", 0,
		    INT64_MAX);
	}
	p->strip = array_at(in, obj, "strips",
	    sizeof(*p->strip), &p->nstrips, &m);
	for (strip = p->strip; m; m = json_next(in->j, m), strip++) {
		strip->y = int_at(in, m, "y");
		strip->h = int_at(in, m, "h");
		hash_at(in, m, strip->sha256);
	}
}

static void
read_head(struct in *in, const struct json_node *obj, struct shop_page *p)
{
	const struct json_node *print = json_get(in->j, obj, "fingerprint");

	if (number_at(in, obj, "v", 1, 1) != 1 ||
	    strcmp(word_at(in, obj, "type"), "page") != 0)
		wrong(in, "type");
	p->page = word_at(in, obj, "page");
	p->view = word_at(in, obj, "view");
	p->url = word_at(in, obj, "url");
	p->final = text_at(in, obj, "final");
	p->status = int_at(in, obj, "status");
	p->title = text_at(in, obj, "title");
	p->width = (int32_t)number_at(in, obj, "width", 0, INT32_MAX);
	p->height = (int32_t)number_at(in, obj, "height", 0, INT32_MAX);
	p->cut = bool_at(in, obj, "cut");
	if (!print || print->type != JSON_OBJECT) {
		wrong(in, "fingerprint");
		return;
	}
	p->print.browser = word_at(in, print, "browser");
	p->print.flags = word_at(in, print, "flags");
	p->print.view = word_at(in, print, "view");
	p->print.fonts = word_at(in, print, "fonts");
	p->print.driver = int_at(in, print, "driver");
}

int
page_read(struct shop_page *p, const void *text, size_t n, struct err *e)
{
	const struct json_node *obj;
	struct in in;

	memset(p, 0, sizeof(*p));
	if (n > PAGE_MAX)
		return err_set(e, ERR_FORMAT, "a page of a shop is over %u "
		    "bytes", PAGE_MAX);
	p->memory = json_new(NODES_MAX, DEPTH_MAX, e);
	if (!p->memory)
		return -1;
	obj = json_parse(p->memory, text, n, e);
	if (!obj)
		return -1;
	in = (struct in){p->memory, e, false};
	if (obj->type != JSON_OBJECT) {
		wrong(&in, "type");
		return -1;
	}
	read_head(&in, obj, p);
	read_text(&in, obj, p);
	read_items(&in, obj, p);
	read_links(&in, obj, p);
	read_images(&in, obj, p);
	p->login = bool_at(&in, obj, "login");
	p->captcha = bool_at(&in, obj, "captcha");
	read_files(&in, obj, p);
	return in.bad ? -1 : 0;
}

void
page_free(struct shop_page *p)
{
	json_free(p->memory);
	free(p->text);
	free(p->item);
	free(p->link);
	free(p->image);
	free(p->part);
	free(p->strip);
	memset(p, 0, sizeof(*p));
}
