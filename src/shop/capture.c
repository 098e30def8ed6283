/* shop/capture.c - a page as facts, parts and strips. */
#include "shop/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "shop/mhtml.h"
#include "shop/strips.h"

#include "base/banned.h"

#define DRIVER 2		/* rises when facts or pictures come out otherwise */
#define FACTS_NODES (32 * (size_t)SHOP_LINES_MAX)
#define READS 3			/* of a page that does not stay */

/* One page on its way. */
struct work {
	const struct capture_job *job;
	struct shopfolder *folder;
	struct saved *saved;	/* or NULL: it is looked at where it is */
	char file[2 * SHOP_HASH_LEN + 16];	/* as it is kept */
	struct tab *tab;
	struct capture_report *r;
	struct shop_page page;
	struct json *facts;	/* where its strings lie */
	struct buf text;	/* and what FACTS reads in place */
	struct buf urls;	/* of parts: strings, as offsets */
	size_t *url;		/* SHOP_LINES_MAX + 1 */
	struct picture picture;
	bool disk;		/* *e is the folder's: stop all */
	bool empty;		/* nothing of it is seen */
	bool more;		/* the page says more than what is read */
};

/* --- Facts. */

static const char *
text_at(struct work *k, const struct json_node *obj, const char *key)
{
	const struct json_node *n = json_get(k->facts, obj, key);

	return n && n->type == JSON_STR ? n->str : NULL;
}

static int32_t
int_at(struct work *k, const struct json_node *obj, const char *key)
{
	const struct json_node *n = json_get(k->facts, obj, key);

	return !n || n->type != JSON_INT ? 0 : n->num > INT32_MAX ? INT32_MAX :
	    n->num < INT32_MIN ? INT32_MIN : (int32_t)n->num;
}

static bool
bool_at(struct work *k, const struct json_node *obj, const char *key)
{
	const struct json_node *n = json_get(k->facts, obj, key);

	return n && n->type == JSON_BOOL && n->num;
}

/* Zeroed room for the members of KEY; *FIRST is the first.  NULL: memory. */
static void *
room_for(struct work *k, const struct json_node *obj, const char *key,
	size_t size, const struct json_node **first, struct err *e)
{
	const struct json_node *a = json_get(k->facts, obj, key);
	const size_t n = a && a->type == JSON_ARRAY ? a->n : 0;
	void *p = calloc(n ? n : 1, size);

	*first = n ? json_first(k->facts, a) : NULL;
	if (!p)
		(void)err_nomem(e);
	return p;
}

static bool
full(size_t n)
{
	return n >= SHOP_LINES_MAX;
}

static int
take_lists(struct work *k, const struct json_node *o, struct err *e)
{
	struct shop_page *p = &k->page;
	const struct json_node *m;

	p->text = room_for(k, o, "text", sizeof(*p->text), &m, e);
	if (!p->text)
		return -1;
	for (; m && !full(p->ntext); m = json_next(k->facts, m))
		if (m->type == JSON_OBJECT && text_at(k, m, "text"))
			p->text[p->ntext++] = (struct shop_line){
			    text_at(k, m, "text"), int_at(k, m, "y"),
			    int_at(k, m, "h")};
	p->item = room_for(k, o, "items", sizeof(*p->item), &m, e);
	if (!p->item)
		return -1;
	for (; m && !full(p->nitems); m = json_next(k->facts, m)) {
		struct shop_item *it = &p->item[p->nitems];

		if (m->type != JSON_OBJECT || !text_at(k, m, "id"))
			continue;
		*it = (struct shop_item){text_at(k, m, "id"),
		    text_at(k, m, "href"), text_at(k, m, "title"),
		    text_at(k, m, "price"), text_at(k, m, "image"),
		    int_at(k, m, "y"), int_at(k, m, "h")};
		p->nitems++;
	}
	p->link = room_for(k, o, "links", sizeof(*p->link), &m, e);
	if (!p->link)
		return -1;
	for (; m && !full(p->nlinks); m = json_next(k->facts, m))
		if (m->type == JSON_OBJECT && text_at(k, m, "href"))
			p->link[p->nlinks++] = (struct shop_link){
			    text_at(k, m, "href"), text_at(k, m, "text")};
	p->image = room_for(k, o, "images", sizeof(*p->image), &m, e);
	if (!p->image)
		return -1;
	for (; m && !full(p->nimages); m = json_next(k->facts, m)) {
		struct shop_image *im = &p->image[p->nimages];

		if (m->type != JSON_OBJECT || !text_at(k, m, "src"))
			continue;
		im->src = text_at(k, m, "src");
		im->alt = text_at(k, m, "alt");
		im->w = int_at(k, m, "w");
		im->h = int_at(k, m, "h");
		im->x = int_at(k, m, "x");
		im->y = int_at(k, m, "y");
		im->cw = int_at(k, m, "cw");
		im->ch = int_at(k, m, "ch");
		im->broken = bool_at(k, m, "broken");
		p->nimages++;
	}
	return 0;
}

static enum cdp_answer
read_facts(struct work *k, struct err *e)
{
	const struct json_node *value = NULL, *o;
	struct shop_page *p = &k->page;
	enum cdp_answer a = tab_eval(k->tab, "__liudi.facts()", NULL, &value,
	    e);

	if (a != CDP_DONE)
		return a;
	if (!value || value->type != JSON_STR) {
		(void)err_set(e, ERR_FAIL, "the page could not be read");
		return CDP_REFUSED;
	}
	k->disk = true;	/* until memory was had */
	if (buf_add(&k->text, value->str, value->len, e) < 0)
		return CDP_REFUSED;
	k->facts = json_new_lenient(FACTS_NODES, 8, e);
	if (!k->facts)
		return CDP_REFUSED;
	k->disk = false;
	o = json_parse_here(k->facts, k->text.data, k->text.len, e);
	if (!o || o->type != JSON_OBJECT) {
		(void)err_set(e, ERR_FAIL, "the page is too large to be read");
		return CDP_REFUSED;
	}
	p->final = text_at(k, o, "url");
	p->title = text_at(k, o, "title");
	p->width = int_at(k, o, "width");
	p->height = int_at(k, o, "height");
	p->login = bool_at(k, o, "login");
	p->captcha = bool_at(k, o, "captcha");
	k->more = bool_at(k, o, "more");
	if (p->width < 1 || p->height < 1) {
		k->empty = true;
		return CDP_DONE;
	}
	k->disk = take_lists(k, o, e) < 0;
	return k->disk ? CDP_REFUSED : CDP_DONE;
}

/* --- Parts. */

static int
keep_part(void *arg, const struct mhtml_part *m, struct err *e)
{
	struct work *k = arg;
	struct shop_page *p = &k->page;
	struct shop_part *part = &p->part[p->nparts];
	int rc;

	if (full(p->nparts))
		return 0;
	rc = shopfolder_part(k->folder, m->data, m->n, m->type, part->sha256,
	    e);
	if (rc < 0) {
		k->disk = true;
		return -1;
	}
	k->r->bytes += rc ? m->n : 0;
	part->bytes = m->n;
	k->url[2 * p->nparts] = k->urls.len;
	if (buf_add(&k->urls, m->url, strlen(m->url) + 1, e) < 0)
		return -1;
	k->url[2 * p->nparts + 1] = k->urls.len;
	if (buf_add(&k->urls, m->type, strlen(m->type) + 1, e) < 0)
		return -1;
	p->nparts++;
	return 0;
}

static int
compare_parts(const void *a, const void *b)
{
	const struct shop_part *const *p = a, *const *q = b;

	return strcmp((*p)->url, (*q)->url);
}

static int
compare_url(const void *url, const void *b)
{
	const struct shop_part *const *p = b;

	return strcmp(url, (*p)->url);
}

/* Which bytes each image of the page had. */
static int
match_images(struct work *k, struct err *e)
{
	struct shop_page *p = &k->page;
	const struct shop_part **by_url;

	by_url = malloc((p->nparts ? p->nparts : 1) * sizeof(*by_url));
	if (!by_url)
		return err_nomem(e);
	for (size_t i = 0; i < p->nparts; i++)
		by_url[i] = &p->part[i];
	qsort(by_url, p->nparts, sizeof(*by_url), compare_parts);
	for (size_t i = 0; i < p->nimages; i++) {
		const struct shop_part **found = bsearch(p->image[i].src,
		    by_url, p->nparts, sizeof(*by_url), compare_url);

		if (!found)
			continue;
		p->image[i].has_hash = true;
		memcpy(p->image[i].sha256, (*found)->sha256, SHOP_HASH_LEN);
	}
	free(by_url);
	return 0;
}

/* Room for parts; and when all are there, their names. */
static int
begin_parts(struct work *k, struct err *e)
{
	k->page.part = calloc(SHOP_LINES_MAX, sizeof(*k->page.part));
	k->url = calloc(2 * (size_t)SHOP_LINES_MAX, sizeof(*k->url));
	k->disk = !k->page.part || !k->url;
	return k->disk ? err_nomem(e) : 0;
}

static int
end_parts(struct work *k, struct err *e)
{
	struct shop_page *p = &k->page;

	for (size_t i = 0; i < p->nparts; i++) {
		p->part[i].url = (const char *)k->urls.data + k->url[2 * i];
		p->part[i].type = (const char *)k->urls.data +
		    k->url[2 * i + 1];
	}
	k->disk = match_images(k, e) < 0;
	return k->disk ? -1 : 0;
}

/* Of what a person saved: the file says itself what it is made of. */
static int
split_saved(struct work *k, struct err *e)
{
	const struct saved *s = k->saved;
	const struct mhtml_part whole = {.url = s->url, .type = "text/html",
	    .data = s->data, .n = s->n, .root = true};

	if (begin_parts(k, e) < 0)
		return -1;
	if (s->kind == SAVED_MHTML ? mhtml_read(s->data, s->n, keep_part, k,
	    e) < 0 : keep_part(k, &whole, e) < 0)
		return -1;
	return end_parts(k, e);
}

static enum cdp_answer
read_parts(struct work *k, struct err *e)
{
	const struct json_node *result = NULL, *data;
	const struct json *j = NULL;
	enum cdp_answer a;

	if (k->saved)
		return split_saved(k, e) < 0 ? CDP_REFUSED : CDP_DONE;
	a = tab_call(k->tab, "Page.captureSnapshot", "{\"format\":\"mhtml\"}",
	    &j, &result, e);
	if (a != CDP_DONE)
		return a;
	data = result ? json_get(j, result, "data") : NULL;
	if (!data || data->type != JSON_STR) {
		(void)err_set(e, ERR_FAIL, "the page could not be saved");
		return CDP_REFUSED;
	}
	if (begin_parts(k, e) < 0 ||
	    mhtml_read(data->str, data->len, keep_part, k, e) < 0 ||
	    end_parts(k, e) < 0)
		return CDP_REFUSED;
	return CDP_DONE;
}

/* --- The picture. */

/* What N rows from Y are, whoever looks at them with this encoder. */
static void
key_of(const struct picture *p, const struct shop_strip *s,
	uint8_t key[static SHOPFOLDER_KEY_LEN])
{
	const size_t row = (size_t)p->width * 3;
	struct { char encoder[PICTURE_ENCODER_LEN]; int32_t width; } with;

	memset(&with, 0, sizeof(with));
	(void)picture_encoder(with.encoder);
	with.width = p->width;
	hash_blake2b_n(key, SHOPFOLDER_KEY_LEN, &with, sizeof(with),
	    p->rgb + (size_t)s->y * row, (size_t)s->h * row);
}

static int
keep_strip(void *arg, const struct shop_strip *s, struct err *e)
{
	struct work *k = arg;
	struct shop_page *p = &k->page;
	struct buf webp = BUF_INIT(64u << 20);
	uint8_t key[SHOPFOLDER_KEY_LEN];
	uint8_t *sha256;
	int rc = -1, kept;

	if (full(p->nstrips))
		return 0;
	p->strip[p->nstrips] = *s;
	sha256 = p->strip[p->nstrips].sha256;
	key_of(&k->picture, s, key);
	if (shopfolder_knows(k->folder, key, sha256)) {
		p->nstrips++;
		return 0;
	}
	if (picture_webp(&k->picture, s->y, s->h, &webp, e) < 0)
		goto out;
	kept = shopfolder_strip(k->folder, webp.data, webp.len, sha256, e);
	if (kept < 0)
		goto out;
	shopfolder_learn(k->folder, key, sha256);
	k->r->bytes += kept ? webp.len : 0;
	p->nstrips++;
	rc = 0;
out:
	k->disk |= rc < 0;
	buf_release(&webp);
	return rc;
}

/* The picture is there: as strips.  -1: k->disk says what kind of failure. */
static int
cut_picture(struct work *k, struct err *e)
{
	k->page.strip = calloc(SHOP_LINES_MAX, sizeof(*k->page.strip));
	if (!k->page.strip) {
		k->disk = true;
		return err_nomem(e);
	}
	return strips_cut(&k->picture, keep_strip, k, e);
}

static enum cdp_answer
read_picture(struct work *k, struct err *e)
{
	const struct json_node *result = NULL, *data;
	struct shop_page *p = &k->page;
	struct buf png = BUF_INIT(PICTURE_BYTES_MAX);
	const struct json *j = NULL;
	int32_t height = p->height;
	enum cdp_answer a;
	char params[256];

	if (height > k->job->max_height) {
		height = k->job->max_height;
		p->cut = true;
	}
	(void)snprintf(params, sizeof(params), "{\"format\":\"png\","
	    "\"optimizeForSpeed\":true,\"captureBeyondViewport\":true,"
	    "\"clip\":{\"x\":0,\"y\":0,\"width\":%d,\"height\":%d,\"scale\":1}}",
	    p->width < PICTURE_WIDTH_MAX ? p->width : PICTURE_WIDTH_MAX,
	    height);
	a = tab_call(k->tab, "Page.captureScreenshot", params, &j, &result, e);
	if (a != CDP_DONE)
		goto out;
	a = CDP_REFUSED;
	data = result ? json_get(j, result, "data") : NULL;
	if (!data || data->type != JSON_STR) {
		(void)err_set(e, ERR_FAIL, "no picture of the page came");
		goto out;
	}
	if (base64_decode(&png, data->str, data->len, true, e) < 0 ||
	    picture_decode(png.data, png.len, &k->picture, e) < 0) {
		k->disk = e->code == ERR_NOMEM;
		goto out;
	}
	if (cut_picture(k, e) == 0)
		a = CDP_DONE;
out:
	buf_release(&png);
	return a;
}

/* --- How it went. */

static void
say(struct work *k, enum shop_state s, const char *reason)
{
	k->r->state = s;
	(void)snprintf(k->r->reason, sizeof(k->r->reason), "%.200s", reason);
}

/* Behind the scheme and host of a URL, without what follows '?' and '#'. */
static size_t
address(const char *url, const char **at)
{
	const char *p = strstr(url, "://");

	p = p ? p + 3 : url;
	*at = p;
	return strcspn(p, "?#");
}

static bool
same_address(const char *a, const char *b)
{
	size_t n = address(a, &a), m = address(b, &b);

	while (n > 0 && a[n - 1] == '/')
		n--;
	while (m > 0 && b[m - 1] == '/')
		m--;
	return n == m && memcmp(a, b, n) == 0;
}

/* Is it the page at all?  False: it is said what came in its place. */
static bool
is_the_page(struct work *k)
{
	const struct shop_page *p = &k->page;
	char text[64];

	(void)snprintf(text, sizeof(text), "HTTP %d", p->status);
	if (p->final && str_starts(p->final, "chrome-error:"))
		say(k, SHOP_UNREACHABLE, "it leads to where nobody answers");
	else if (k->empty && p->status < 400)
		say(k, SHOP_UNREACHABLE, "the page is empty");
	else if (p->status == 401)
		say(k, SHOP_LOGIN_NEEDED, text);
	else if (p->status == 403 || p->status == 429)
		say(k, SHOP_BLOCKED, text);
	else if (p->captcha)
		say(k, SHOP_BLOCKED, "it asks for a proof that a person looks");
	else if (p->status >= 400)
		say(k, SHOP_UNREACHABLE, text);
	else if (p->login && p->final && !k->saved &&
	    !same_address(p->final, k->job->tab.url))
		say(k, SHOP_LOGIN_NEEDED, "it leads to a login");
	else
		return true;
	return false;
}

/* Nothing of it has been read. */
static void
forget(struct work *k)
{
	struct shop_page *p = &k->page;

	json_free(k->facts);
	k->facts = NULL;
	picture_release(&k->picture);
	buf_clear(&k->text);
	buf_clear(&k->urls);
	free(k->url);
	k->url = NULL;
	free(p->text);
	free(p->item);
	free(p->link);
	free(p->image);
	free(p->part);
	free(p->strip);
	*p = (struct shop_page){.page = p->page, .view = p->view, .url = p->url,
	    .print = p->print};
	k->empty = k->more = false;
}

/*
 * Facts, parts and picture of one document: a page may go on to another at any
 * moment.  With CDP_DONE *shows says whether it is the page at all.
 */
static enum cdp_answer
read_page(struct work *k, bool *shows, struct err *e)
{
	enum cdp_answer a = CDP_DONE;

	for (int i = 0; i < READS; i++) {
		const unsigned moves = tab_moves(k->tab);

		forget(k);
		err_clear(e);
		*shows = true;
		k->page.status = k->saved ? 0 : tab_status(k->tab);
		a = read_facts(k, e);
		if (a == CDP_DONE)
			*shows = is_the_page(k);
		if (a == CDP_DONE && *shows)
			a = read_parts(k, e);
		if (a == CDP_DONE && *shows)
			a = read_picture(k, e);
		if (k->disk || (a != CDP_DONE && a != CDP_REFUSED) ||
		    moves == tab_moves(k->tab))
			return a;
	}
	(void)err_set(e, ERR_FAIL, "the page does not stay, it leads on and on");
	return CDP_LATE;
}

/* 0: it shows the page; 1: it does not; 2: and the browser is gone; -1. */
static int
look(struct work *k, struct err *e)
{
	enum tab_outcome o = tab_load(k->tab);
	enum cdp_answer a;
	bool shows = false;

	switch (o) {
	case TAB_GONE:
		say(k, SHOP_CRASHED, "the browser ended");
		return 2;
	case TAB_CRASHED:
		say(k, SHOP_CRASHED, "the page made its process crash");
		return 1;
	case TAB_HUNG:
		say(k, SHOP_TIMEOUT, "the page answers no more");
		return 1;
	case TAB_FAILED:
		say(k, strcmp(tab_why(k->tab), "no answer in time") == 0 ?
		    SHOP_TIMEOUT : SHOP_UNREACHABLE, tab_why(k->tab));
		return 1;
	case TAB_LOADED:
	case TAB_PARTLY:
		break;
	}
	a = read_page(k, &shows, e);
	if (k->disk)
		return -1;
	if (a == CDP_DONE && !shows)
		return 1;
	if (a == CDP_GONE) {
		say(k, SHOP_CRASHED, "the browser ended");
		return 2;
	}
	if (a != CDP_DONE) {
		say(k, a == CDP_LATE ? SHOP_TIMEOUT : SHOP_CRASHED, e->what);
		err_clear(e);
		return 1;
	}
	k->page.cut |= k->more;
	if (k->page.cut)
		say(k, SHOP_CUT, "the page is longer than what is kept");
	else if (o == TAB_PARTLY)
		say(k, SHOP_PARTIAL, "something of it did not come in time");
	else
		say(k, SHOP_OK, "");
	return 0;
}

/* Half of each list is left out until the record is no larger than it may be. */
static int
fit(struct work *k, struct err *e)
{
	struct shop_page *p = &k->page;
	struct buf out = BUF_INIT(CDP_MESSAGE_MAX);
	int rc = page_write(p, &out, e);

	while (rc == 0 && out.len > PAGE_MAX) {
		p->ntext /= 2;
		p->nitems /= 2;
		p->nlinks /= 2;
		p->nimages /= 2;
		p->nparts /= 2;
		p->cut = true;
		say(k, SHOP_CUT, "the page is longer than what is kept");
		buf_clear(&out);
		rc = page_write(p, &out, e);
	}
	buf_release(&out);
	return rc;
}

static int
note(struct work *k, bool shows, struct err *e)
{
	const struct capture_job *j = k->job;
	struct shop_capture c = {.ts = j->ts, .offset = j->offset,
	    .page = j->page, .view = j->view,
	    .url = j->asked ? j->asked : j->tab.url, .state = k->r->state,
	    .reason = *k->r->reason ? k->r->reason : NULL, .by = j->by,
	    .saved = *k->file ? k->file : NULL};
	int rc;

	if (shows && fit(k, e) < 0)
		return -1;
	c.state = k->r->state;
	c.reason = *k->r->reason ? k->r->reason : NULL;
	rc = shopfolder_capture(k->folder, &c, shows ? &k->page : NULL, e);
	k->r->is_new = rc == 1;
	return rc < 0 ? -1 : 0;
}

static struct work *
begin(struct shopfolder *f, const struct capture_job *j,
	struct capture_report *r, struct err *e)
{
	struct work *k = calloc(1, sizeof(*k));

	memset(r, 0, sizeof(*r));
	if (!k) {
		(void)err_nomem(e);
		return NULL;
	}
	k->job = j;
	k->folder = f;
	k->r = r;
	buf_init(&k->text, CDP_MESSAGE_MAX);
	buf_init(&k->urls, MHTML_MAX);
	k->page.page = j->page;
	k->page.view = j->view;
	k->page.url = j->asked ? j->asked : j->tab.url;
	k->page.print = (struct shop_fingerprint){j->browser, j->flags,
	    tab_view(j->tab.mobile), j->fonts, DRIVER};
	return k;
}

static void
drop(struct work *k)
{
	forget(k);
	buf_release(&k->text);
	buf_release(&k->urls);
	free(k);
}

/* RC is look()'s; what is returned is capture_page()'s. */
static int
end(struct work *k, int rc, struct err *e)
{
	if (rc >= 0) {
		err_clear(e);
		rc = note(k, rc == 0, e) < 0 ? -1 : rc == 2;
	}
	drop(k);
	return rc;
}

/* Open J's page, look at it, close it. */
static int
look_at(struct work *k, struct cdp *c, const struct tab_job *j, struct err *e)
{
	const int64_t began = clock_mono_ms();
	int rc = -1;

	k->tab = tab_new(c, j, e);
	if (k->tab) {
		rc = look(k, e);
		tab_free(k->tab);
	}
	k->r->ms = (int)(clock_mono_ms() - began);
	return rc;
}

int
capture_page(struct cdp *c, struct shopfolder *f, const struct capture_job *j,
	struct capture_report *r, struct err *e)
{
	struct work *k = begin(f, j, r, e);

	return k ? end(k, look_at(k, c, &j->tab, e), e) : -1;
}

/* --- What a person saved. */

static int
keep_file(struct work *k, struct err *e)
{
	const struct saved *s = k->saved;
	uint8_t sha256[SHOP_HASH_LEN];
	char hex[2 * SHOP_HASH_LEN + 1];
	int rc = shopfolder_part(k->folder, s->data, s->n, s->type, sha256, e);

	if (rc < 0)
		return -1;
	k->r->bytes += rc ? s->n : 0;
	str_hex(hex, sha256, SHOP_HASH_LEN);
	(void)snprintf(k->file, sizeof(k->file), "%s.%s", hex,
	    shopfolder_extension(s->type));
	return 0;
}

/* A picture of a page says nothing else of it. */
static int
take_picture(struct work *k, char view[static 32], struct err *e)
{
	struct shop_page *p = &k->page;

	if (picture_decode(k->saved->data, k->saved->n, &k->picture, e) < 0 ||
	    cut_picture(k, e) < 0)
		return -1;
	p->width = k->picture.width;
	p->height = k->picture.height;
	(void)snprintf(view, 32, "%d picture", p->width);
	p->print.browser = "";
	p->print.fonts = "";
	p->print.view = view;
	say(k, SHOP_OK, "");
	return 0;
}

static int
take_parts(struct work *k, struct err *e)
{
	k->page.print = (struct shop_fingerprint){"", "", "parts", "", DRIVER};
	say(k, SHOP_PARTIAL, "no browser is installed: its parts alone");
	return split_saved(k, e);
}

int
capture_saved(struct cdp *c, struct shopfolder *f, const struct capture_job *j,
	struct saved *s, struct capture_report *r, struct err *e)
{
	const struct tab_saved answers = saved_answers(s);
	struct work *k = begin(f, j, r, e);
	struct tab_job tab = j->tab;
	char view[32];
	int rc;

	if (!k)
		return -1;
	k->saved = s;
	tab.saved = &answers;
	tab.freeze = "css";
	tab.profile = false;
	if (*s->url)
		tab.url = s->url;
	(void)snprintf(view, sizeof(view), "%s saved",
	    tab_view(j->tab.mobile));
	k->page.print.view = view;
	if (s->kind == SAVED_PICTURE)
		rc = take_picture(k, view, e);
	else
		rc = c ? look_at(k, c, &tab, e) : take_parts(k, e);
	if (rc < 0 && e->code == ERR_FORMAT) {
		say(k, SHOP_UNREACHABLE, e->what);
		err_clear(e);
		rc = 1;
	}
	if (rc == 0 && keep_file(k, e) < 0)
		rc = -1;
	if (rc <= 0)
		return end(k, rc, e);
	drop(k);
	return rc == 2 ? 1 : 2;
}
