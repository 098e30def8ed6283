/* tests/cli/shopreport_test.c - reports of pages that nobody captured. */
#include "cli/desk/shopreport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "cli/desk/shopwords.h"
#include "crypto/hash.h"
#include "shop/picture.h"

#include "base/banned.h"

#define EVIL "\"><script>x</script>'&\xe2\x80\xae"

const char shopreport_css[] = "body{}", shopreport_js[] = "\"use strict\";";

/* Two pages of one strip each, and what is asked for their bytes. */
struct sample {
	struct buf webp;
	struct shop_strip strip[2];
	struct shop_page page[2];
	struct shop_capture c[2];
	struct shopreport_pair pair;
	struct shopreport r;
	struct err fails;	/* of whoever asks */
	int asked;
	struct buf out;
};

static int
get(void *arg, const struct shopreport_pair *p, int side,
	const struct shop_strip *s, struct buf *out, struct err *e)
{
	struct sample *t = arg;

	assert_ptr_equal(s, &t->strip[side]);
	assert_string_equal(p->page, t->pair.page);
	t->asked++;
	if (t->fails.code != ERR_NONE) {
		*e = t->fails;
		return -1;
	}
	return buf_add(out, t->webp.data, t->webp.len, e);
}

static void
begin(struct sample *t)
{
	struct picture p = {malloc(64 * 100 * 3), 64, 100};
	struct err e = ERR_INIT;

	memset(t, 0, sizeof(*t));
	assert_non_null(p.rgb);
	memset(p.rgb, 0xcc, 64 * 100 * 3);
	buf_init(&t->webp, 1 << 20);
	buf_init(&t->out, 1 << 20);
	assert_int_equal(picture_webp(&p, 0, 100, &t->webp, &e), 0);
	picture_release(&p);
	for (int i = 0; i < 2; i++) {
		t->strip[i] = (struct shop_strip){0, 100, {1}};
		t->page[i] = (struct shop_page){.page = "home",
		    .view = "desktop", .url = "u", .width = 64, .height = 100,
		    .print = {"b", "f", "v", "t", 1}, .strip = &t->strip[i],
		    .nstrips = 1};
		t->c[i] = (struct shop_capture){.ts = 1795428000, .offset = 480,
		    .page = "home", .view = "desktop", .url = "http://u/",
		    .by = "auto", .state = SHOP_OK, .has_record = true};
	}
	t->pair = (struct shopreport_pair){.page = "home", .view = "desktop",
	    .side = {{"ws-01", &t->c[0], &t->page[0]},
	    {"", &t->c[1], &t->page[1]}}};
	t->r = (struct shopreport){.title = "T", .org = "O",
	    .name = {"before", "after"}, .pair = &t->pair, .n = 1,
	    .get = get, .arg = t};
}

static const char *
made(struct sample *t)
{
	struct err e = ERR_INIT;

	buf_clear(&t->out);
	if (shopreport_html(&t->r, &t->out, &e) != 0)
		fail_msg("%s", e.what);
	return buf_str(&t->out);
}

static void
end(struct sample *t)
{
	buf_release(&t->webp);
	buf_release(&t->out);
}

static int
times(const char *in, const char *what)
{
	int n = 0;

	for (; (in = strstr(in, what)) != NULL; in += strlen(what))
		n++;
	return n;
}

/* Nothing of what others wrote is more than text; the policy knows our own. */
static void
escape_all(void **state)
{
	const struct shop_event v[] = {
		{SHOP_PRICE, EVIL, EVIL "1", EVIL "2", 10, 20},
		{SHOP_LINK_CHANGED, EVIL, EVIL "3", EVIL "4", 0, 0}};
	struct sample t;
	struct buf hash = BUF_INIT(100);
	struct err e = ERR_INIT;
	uint8_t sha256[HASH_LEN];
	const char *html;

	(void)state;
	begin(&t);
	t.r.title = t.r.org = t.r.note = t.r.name[0] = t.r.name[1] = EVIL;
	t.pair.page = t.pair.view = t.pair.side[0].who = EVIL;
	t.c[0].url = t.c[1].url = t.c[0].reason = EVIL;
	t.pair.event = v;
	t.pair.nevents = 2;
	html = made(&t);
	assert_int_equal(times(html, "<script>"), 1);
	assert_int_equal(times(html, "<script>\"use strict\";</script>"), 1);
	assert_int_equal(times(html, "\xe2\x80\xae"), 0);
	assert_true(times(html, "&quot;&gt;&lt;script&gt;") > 10);
	hash_sha256(sha256, shopreport_js, strlen(shopreport_js));
	assert_int_equal(base64_encode(&hash, sha256, HASH_LEN, true, &e), 0);
	assert_non_null(strstr(html, buf_str(&hash)));
	assert_non_null(strstr(html, "default-src 'none'; img-src data:;"));
	assert_null(strstr(html, "unsafe"));
	assert_null(strstr(html, " style="));
	buf_release(&hash);
	end(&t);
}

/* A strip that both sides have is asked for once; nothing changed: not at all. */
static void
hold_strips_once(void **state)
{
	const struct shop_event v = {SHOP_TITLE, NULL, "a", "b", 0, 0};
	struct sample t;
	const char *html;

	(void)state;
	begin(&t);
	html = made(&t);
	assert_int_equal(t.asked, 0);
	assert_null(strstr(html, "<section"));
	t.r.all = true;
	html = made(&t);
	assert_int_equal(t.asked, 1);
	assert_non_null(strstr(html, "<section"));
	t.r.all = false;
	t.pair.event = &v;
	t.pair.nevents = 1;
	t.asked = 0;
	html = made(&t);
	assert_int_equal(t.asked, 1);
	assert_int_equal(times(html, "data:image/webp"), 1);
	assert_int_equal(times(html, "<use href=\"#s0\" y=\"0\"/>"), 2);
	end(&t);
}

/* What cannot be had, or is no strip, is a gap, and the rest is there. */
static void
bear_what_is_missing(void **state)
{
	const struct shop_event v = {SHOP_TITLE, NULL, "a", "b", 0, 0};
	struct sample t;
	struct err e = ERR_INIT;
	const char *html;

	(void)state;
	begin(&t);
	t.pair.event = &v;
	t.pair.nevents = 1;
	t.fails = (struct err){.code = ERR_NOENT};
	html = made(&t);
	assert_int_equal(times(html, "data:image"), 0);
	assert_int_equal(times(html, "<rect class=\"gap\" y=\"0\""), 2);
	err_clear(&t.fails);
	/* No WebP; one that is higher than is said. */
	t.webp.data[0] ^= 1;
	assert_int_equal(times(made(&t), "data:image"), 0);
	t.webp.data[0] ^= 1;
	t.strip[0].h = t.strip[1].h = 99;
	assert_int_equal(times(made(&t), "data:image"), 0);
	/* Strips that cannot lie there: words only. */
	t.strip[1].y = 7;
	t.strip[1].sha256[0] = 2;
	html = made(&t);
	assert_null(strstr(html, "<figure"));
	assert_non_null(strstr(html, "cannot be laid"));
	t.strip[1].y = 0;
	(void)err_nomem(&t.fails);
	buf_clear(&t.out);
	assert_int_equal(shopreport_html(&t.r, &t.out, &e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	/* And a report that is too large. */
	err_clear(&t.fails);
	buf_release(&t.out);
	buf_init(&t.out, 100);
	assert_int_equal(shopreport_html(&t.r, &t.out, &e), -1);
	end(&t);
}

/* Goods are marked on both sides where each has them; what is gone, on one. */
static void
mark_where_it_is(void **state)
{
	struct shop_item x[] = {{"A7", "h", "Lamp", "1", NULL, 20, 30},
	    {"A8", "h", "Lamp", "1", NULL, 60, 30}};
	struct shop_item y[] = {{"A7", "h", "Lamp", "2", NULL, 40, 30}};
	const struct shop_event v[] = {
		{SHOP_PRICE, "A7", "1", "2", 40, 30},
		{SHOP_ITEM_REMOVED, "A8", "Lamp", NULL, 60, 30},
		{SHOP_LINK_ADDED, "nowhere", NULL, "h", 0, 0}};
	struct sample t;
	const char *html;

	(void)state;
	begin(&t);
	t.page[0].item = x;
	t.page[0].nitems = 2;
	t.page[1].item = y;
	t.page[1].nitems = 1;
	t.pair.event = v;
	t.pair.nevents = 3;
	html = made(&t);
	assert_int_equal(times(html, "data-e=\"p0e0\"><rect x=\"0\" y=\"20\" "
	    "width=\"64\" height=\"30\""), 1);
	assert_int_equal(times(html, "data-e=\"p0e0\" id=\"p0e0\"><rect x=\"0\""
	    " y=\"40\" width=\"64\" height=\"30\""), 1);
	assert_int_equal(times(html, "data-e=\"p0e1\""), 1);
	assert_non_null(strstr(html, "id=\"p0e1\"><rect x=\"0\" y=\"60\""));
	assert_int_equal(times(html, "data-e=\"p0e2\""), 0);
	assert_null(strstr(html, "href=\"#p0e2\""));
	/* Where looks are not compared, nothing is marked, and it is said. */
	t.pair.facts_only = true;
	html = made(&t);
	assert_int_equal(times(html, "data-e="), 0);
	assert_non_null(strstr(html, "and how they look is not"));
	end(&t);
}

/* A page that says any number of changes, anywhere. */
static void
bear_any_number(void **state)
{
	enum { MANY = 3000 };
	struct shop_event *v = calloc(MANY, sizeof(*v));
	struct shop_item x = {"A", "h", "t", "p", "i", INT32_MAX, INT32_MAX};
	struct shop_image m = {.src = "i", .x = INT32_MAX, .y = INT32_MIN,
	    .cw = INT32_MAX, .ch = INT32_MAX};
	static const int32_t any[] = {0, -1, 1, 99, 100, 29999, 30000,
	    INT32_MIN, INT32_MAX};
	struct sample t;
	const char *html;

	(void)state;
	assert_non_null(v);
	for (size_t i = 0; i < MANY; i++)
		v[i] = (struct shop_event){(enum shop_change)(1 + i %
		    (SHOP_CHANGES - 1)), i % 2 ? "A" : "B", "i", "t",
		    any[i % 9], any[i / 9 % 9]};
	begin(&t);
	t.page[0].item = t.page[1].item = &x;
	t.page[0].image = t.page[1].image = &m;
	t.page[0].nitems = t.page[1].nitems = 1;
	t.page[0].nimages = t.page[1].nimages = 1;
	t.pair.event = v;
	t.pair.nevents = MANY;
	html = made(&t);
	assert_int_equal(times(html, "<li class="), 500);
	assert_non_null(strstr(html, "and 2500 more changes"));
	assert_null(strstr(html, "=\"-"));
	end(&t);
	free(v);
}

static void
judge(void **state)
{
	const struct shop_event v[] = {{SHOP_LENGTH, NULL, NULL, NULL, 0, 0},
	    {SHOP_REBASED, NULL, NULL, NULL, 0, 0}};
	struct sample t;

	(void)state;
	begin(&t);
	assert_int_equal(shopreport_verdict(&t.pair), SHOPREPORT_SAME);
	t.pair.event = &v[0];
	t.pair.nevents = 1;
	assert_int_equal(shopreport_verdict(&t.pair), SHOPREPORT_CHANGED);
	t.pair.event = &v[1];
	assert_int_equal(shopreport_verdict(&t.pair), SHOPREPORT_CANNOT);
	t.pair.nevents = 0;
	t.c[1].state = SHOP_BLOCKED;
	assert_int_equal(shopreport_verdict(&t.pair), SHOPREPORT_CANNOT);
	t.c[1].state = SHOP_CUT;
	assert_int_equal(shopreport_verdict(&t.pair), SHOPREPORT_SAME);
	t.pair.side[0].page = NULL;
	assert_int_equal(shopreport_verdict(&t.pair), SHOPREPORT_CANNOT);
	t.pair.side[0].c = NULL;
	assert_non_null(strstr(made(&t), "not looked at"));
	end(&t);
}

static void
says(const struct shop_event *v, const char *expected)
{
	struct buf out = BUF_INIT(10000);
	struct err e = ERR_INIT;

	assert_int_equal(shopwords_event(v, &out, &e), 0);
	assert_string_equal(buf_str(&out), expected);
	buf_release(&out);
}

static void
put_into_words(void **state)
{
	struct buf out = BUF_INIT(10000);
	struct err e = ERR_INIT;
	char time[SHOPREPORT_TIME_LEN];
	const struct shop_capture c = {.ts = 1795428000, .offset = 480};

	(void)state;
	says(&(struct shop_event){SHOP_PRICE, "A7", "1", "2", 0, 0},
	    "price: A7, 1 -> 2");
	says(&(struct shop_event){SHOP_TITLE, NULL, "a", "b", 0, 0},
	    "title of the page: a -> b");
	says(&(struct shop_event){SHOP_IMAGE_REPLACED, "/i", "/i", "/i", 0, 0},
	    "picture replaced: /i");
	says(&(struct shop_event){SHOP_TEXT_REMOVED, NULL, "old\nline", NULL,
	    0, 0}, "text gone: old line");
	says(&(struct shop_event){SHOP_LOOK, NULL, NULL, NULL, 0, 0},
	    "looks different");
	for (int i = 0; i < SHOP_CHANGES; i++)
		assert_true(*shopwords_change((enum shop_change)i) != '\0');
	assert_int_equal(shopwords_clip("灯灯灯", 2, &out, &e), 0);
	assert_string_equal(buf_str(&out), "灯灯…");
	buf_clear(&out);
	assert_int_equal(shopwords_clip("\xff\xe7x", 9, &out, &e), 0);
	assert_string_equal(buf_str(&out), "\xff\xe7x");
	buf_release(&out);
	assert_string_equal(shopreport_time(&c, time), "2026-11-23 18:00");
}

static int
address(void *arg, const struct shopreport_pair *p, int side,
	struct buf *out, struct err *e)
{
	(void)arg;
	assert_string_equal(p->page, "home");
	return buf_addf(out, e, "/p?%d&" EVIL, side);
}

/* Served: nothing of it is inside, and what leads elsewhere is ours. */
static void
serve_addresses(void **state)
{
	const struct shop_event v[] = {{SHOP_PRICE, EVIL, "1", "2", 10, 20}};
	const struct shopreport_served served = {"/a.css", "/a.js", "/b", EVIL,
	    "/all?" EVIL, address};
	struct sample t;
	const char *html;

	(void)state;
	begin(&t);
	t.r.served = &served;
	t.r.note = "1 change is not told";
	t.strip[1].sha256[0] = 2;
	t.pair.event = v;
	t.pair.nevents = 1;
	html = made(&t);
	assert_int_equal(times(html, "data:"), 0);
	assert_int_equal(times(html, "<style"), 0);
	assert_int_equal(times(html, "<script"), 1);
	assert_non_null(strstr(html, "<script src=\"/a.js\" defer></script>"));
	assert_non_null(strstr(html, "href=\"/a.css\""));
	assert_non_null(strstr(html, "<a href=\"/b\">"));
	assert_non_null(strstr(html, " · <a href=\"/all?&quot;&gt;"));
	assert_non_null(strstr(html, "<image id=\"p0s0\" width=\"64\" "
	    "height=\"100\" preserveAspectRatio=\"none\" "
	    "href=\"/p?0&amp;&quot;&gt;"));
	assert_int_equal(times(html, "href=\"#p0s1\""), 1);
	end(&t);
}

/* A picture alone: strips one under the other; what is missing is grey. */
static void
draw_alone(void **state)
{
	struct shop_strip two[2] = {{0, 100, {1}}, {100, 100, {2}}};
	struct err e = ERR_INIT;
	struct sample t;

	(void)state;
	begin(&t);
	assert_int_equal(shopreport_picture(&t.pair, 0, get, &t, &t.out, &e),
	    0);
	assert_non_null(strstr(buf_str(&t.out), "viewBox=\"0 0 64 100\""));
	assert_int_equal(times(buf_str(&t.out), "data:image/webp;base64,"), 1);
	assert_int_equal(times(buf_str(&t.out), "<rect"), 0);
	(void)err_set(&t.fails, ERR_NOENT, "gone");
	buf_clear(&t.out);
	assert_int_equal(shopreport_picture(&t.pair, 0, get, &t, &t.out, &e),
	    0);
	assert_int_equal(times(buf_str(&t.out), "<rect"), 1);
	(void)err_set(&t.fails, ERR_INTR, "stopped");
	assert_int_equal(shopreport_picture(&t.pair, 0, get, &t, &t.out, &e),
	    -1);
	assert_int_equal(e.code, ERR_INTR);
	/* strips that do not lie one under the other */
	two[1].y = 99;
	t.page[0].strip = two;
	t.page[0].nstrips = 2;
	assert_int_equal(shopreport_picture(&t.pair, 0, get, &t, &t.out, &e),
	    -1);
	assert_int_equal(e.code, ERR_NOENT);
	two[1].y = 100;
	two[1].h = INT32_MAX;
	assert_int_equal(shopreport_picture(&t.pair, 0, get, &t, &t.out, &e),
	    -1);
	t.page[0].nstrips = 0;
	assert_int_equal(shopreport_picture(&t.pair, 0, get, &t, &t.out, &e),
	    -1);
	end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escape_all),
		cmocka_unit_test(hold_strips_once),
		cmocka_unit_test(bear_what_is_missing),
		cmocka_unit_test(mark_where_it_is),
		cmocka_unit_test(bear_any_number),
		cmocka_unit_test(judge),
		cmocka_unit_test(put_into_words),
		cmocka_unit_test(serve_addresses),
		cmocka_unit_test(draw_alone)
	};
	struct err e = ERR_INIT;

	return crypto_setup(&e) < 0 ? 1 :
	    cmocka_run_group_tests(tests, NULL, NULL);
}
