/* tests/shop/rowalign_test.c - pages that were painted here, laid side by side. */
#include "shop/rowalign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <webp/encode.h>

#include "crypto/hash.h"
#include "shop/picture.h"
#include "shop/strips.h"

#include "base/banned.h"

#define WIDTH 640
#define STRIPS 1000

/* A page: its rows, and its strips as they would be kept. */
struct sheet {
	struct picture p;
	struct shop_page page;
	struct shop_strip strip[STRIPS];
	struct buf webp[STRIPS];
};

struct pair {
	struct sheet a, b;
	int opened;
};

static uint32_t
mix(uint32_t x)
{
	x = (x ^ (x >> 16)) * 0x45d9f3bu;
	x = (x ^ (x >> 16)) * 0x45d9f3bu;
	return x ^ (x >> 16);
}

static void
dot(struct picture *p, int32_t x, int32_t y, uint32_t rgb)
{
	uint8_t *at = p->rgb + ((size_t)y * (size_t)p->width + (size_t)x) * 3;

	at[0] = (uint8_t)(rgb >> 16);
	at[1] = (uint8_t)(rgb >> 8);
	at[2] = (uint8_t)rgb;
}

static void
area(struct picture *p, int32_t x, int32_t y, int32_t w, int32_t h,
	uint32_t rgb)
{
	for (int32_t v = y; v < y + h; v++)
		for (int32_t u = x; u < x + w; u++)
			dot(p, u, v, rgb);
}

/* As if something were written there: strokes that SEED decides. */
static void
words(struct picture *p, int32_t x, int32_t y, int32_t w, uint32_t seed)
{
	area(p, x, y, w, 16, 0xffffff);
	for (int32_t u = 0; u < w / 2; u++)
		for (int32_t v = 2; v < 14; v++)
			if (mix(seed * 977 + (uint32_t)(u / 2 * 64 + v / 3)) % 3
			    == 0)
				area(p, x + 2 * u, y + v, 2, 1, 0x202020);
}

/* 200 rows: a photo, a title, a price; four beside each other. */
static void
goods(struct picture *p, int32_t y, uint32_t seed)
{
	area(p, 0, y, WIDTH, 200, 0xffffff);
	for (int32_t i = 0; i < 4; i++) {
		const uint32_t s = mix(seed * 4 + (uint32_t)i + 1);
		const int32_t x = 8 + i * 158;

		for (int32_t v = 0; v < 130; v++)
			for (int32_t u = 0; u < 140; u++)
				dot(p, x + u, y + 10 + v, s % 0x80 * 0x010000u +
				    ((uint32_t)(u + (int32_t)(s % 60)) << 8) +
				    (uint32_t)v +
				    (mix((uint32_t)(u / 9 * 31 + v / 7) + s) &
				    0x001f1f));
		words(p, x, y + 150, 130, s + 1);
		words(p, x, y + 172, 60, s + 2);
	}
}

static struct picture
blank(int32_t height)
{
	struct picture p = {malloc((size_t)height * WIDTH * 3), WIDTH, height};

	assert_non_null(p.rgb);
	memset(p.rgb, 0xff, (size_t)height * WIDTH * 3);
	return p;
}

/* N rows of goods from number FROM. */
static void
shelf(struct picture *p, int32_t y, uint32_t from, int n)
{
	for (int i = 0; i < n; i++)
		goods(p, y + i * 200, from + (uint32_t)i);
}

static int
keep(void *arg, const struct shop_strip *s, struct err *e)
{
	struct sheet *t = arg;
	const size_t n = t->page.nstrips++;

	assert_true(n < STRIPS);
	t->strip[n] = *s;
	buf_init(&t->webp[n], 1 << 24);
	assert_int_equal(picture_webp(&t->p, s->y, s->h, &t->webp[n], e), 0);
	hash_sha256(t->strip[n].sha256, t->webp[n].data, t->webp[n].len);
	return 0;
}

/* P becomes the sheet's. */
static void
finish(struct sheet *t, struct picture p)
{
	struct err e = ERR_INIT;

	t->p = p;
	t->page = (struct shop_page){.page = "home", .strip = t->strip,
	    .width = p.width, .height = p.height};
	assert_int_equal(strips_cut(&t->p, keep, t, &e), 0);
}

static void
forget(struct pair *q)
{
	struct sheet *const v[] = {&q->a, &q->b};

	for (int i = 0; i < 2; i++) {
		for (size_t k = 0; k < v[i]->page.nstrips; k++)
			buf_release(&v[i]->webp[k]);
		picture_release(&v[i]->p);
	}
	free(q);
}

static int
get(void *arg, int side, const struct shop_strip *s, struct buf *out,
	struct err *e)
{
	struct pair *q = arg;
	struct sheet *t = side ? &q->b : &q->a;

	q->opened++;
	return buf_add(out, t->webp[s - t->strip].data,
	    t->webp[s - t->strip].len, e);
}

static struct pair *
pair(struct picture a, struct picture b)
{
	struct pair *q = calloc(1, sizeof(*q));

	assert_non_null(q);
	finish(&q->a, a);
	finish(&q->b, b);
	return q;
}

/* Laid beside each other; whatever came, the runs cover both. */
static struct rowalign
laid(struct pair *q)
{
	struct rowalign r;
	struct err e = ERR_INIT;
	int32_t ya = 0, yb = 0;

	if (rowalign(&q->a.page, &q->b.page, get, q, &r, &e) != 0)
		fail_msg("%s", e.what);
	for (size_t i = 0; i < r.nruns; i++) {
		const struct rowalign_run *u = &r.run[i];

		assert_true(u->n > 0);
		assert_int_equal(u->ya, ya);
		assert_int_equal(u->yb, yb);
		ya += u->kind == ROWALIGN_INSERTED ? 0 : u->n;
		yb += u->kind == ROWALIGN_REMOVED ? 0 : u->n;
	}
	assert_int_equal(ya, q->a.p.height);
	assert_int_equal(yb, q->b.p.height);
	return r;
}

static void
find_the_same(void **state)
{
	struct picture a = blank(3000), b = blank(3000);
	struct rowalign r;
	struct pair *q;

	(void)state;
	shelf(&a, 100, 1, 14);
	shelf(&b, 100, 1, 14);
	q = pair(a, b);
	r = laid(q);
	assert_int_equal(r.nruns, 1);
	assert_int_equal(r.run[0].kind, ROWALIGN_SAME);
	assert_int_equal(r.rows, 3000);
	assert_int_equal(q->opened, 0);
	rowalign_release(&r);
	forget(q);
}

/* A banner of 140 rows above all but a heading. */
static void
find_what_is_inserted(void **state)
{
	struct picture a = blank(2600), b = blank(2740);
	struct rowalign r;
	struct pair *q;
	size_t i;

	(void)state;
	words(&a, 20, 20, 400, 7);
	words(&b, 20, 20, 400, 7);
	area(&b, 0, 60, WIDTH, 140, 0xcc0000);
	words(&b, 60, 120, 300, 99);
	shelf(&a, 60, 1, 12);
	shelf(&b, 200, 1, 12);
	q = pair(a, b);
	r = laid(q);
	assert_int_equal(r.inserted, 140);
	assert_int_equal(r.removed, 0);
	assert_int_equal(r.nboxes, 0);
	for (i = 0; r.run[i].kind != ROWALIGN_INSERTED; i++)
		;
	assert_in_range(r.run[i].yb, 58, 62);
	assert_int_equal(rowalign_at(&r, 0, 1000), 1140);
	assert_int_equal(rowalign_at(&r, 1, 1140), 1140);
	assert_int_equal(rowalign_at(&r, 0, 10), 10);
	rowalign_release(&r);
	/* And the other way round it is removed. */
	{
		struct rowalign back;
		struct err e = ERR_INIT;
		struct pair turned = {.opened = 0};

		turned.a = q->b;
		turned.b = q->a;
		turned.a.page.strip = turned.a.strip;
		turned.b.page.strip = turned.b.strip;
		assert_int_equal(rowalign(&turned.a.page, &turned.b.page, get,
		    &turned, &back, &e), 0);
		assert_int_equal(back.removed, 140);
		assert_int_equal(back.inserted, 0);
		assert_int_equal(back.nboxes, 0);
		rowalign_release(&back);
	}
	forget(q);
}

/* A price: one small box where it stands. */
static void
find_a_price(void **state)
{
	struct picture a = blank(2500), b = blank(2500);
	struct rowalign r;
	struct pair *q;

	(void)state;
	shelf(&a, 60, 1, 12);
	shelf(&b, 60, 1, 12);
	words(&b, 8 + 158, 60 + 5 * 200 + 172, 60, 4711);
	q = pair(a, b);
	r = laid(q);
	assert_int_equal(r.inserted + r.removed, 0);
	assert_int_equal(r.nboxes, 1);
	assert_in_range(r.box[0].x, 140, 170);
	assert_in_range(r.box[0].w, 32, 112);
	assert_in_range(r.box[0].y, 1206, 1240);
	assert_in_range(r.box[0].h, 16, 48);
	assert_true(q->opened <= 4);
	rowalign_release(&r);
	forget(q);
}

/* A pale colour under what stays: no pixel is much another. */
static void
find_a_colour(void **state)
{
	struct picture a = blank(1500), b = blank(1500);
	struct rowalign r;
	struct pair *q;

	(void)state;
	shelf(&a, 0, 1, 6);
	shelf(&b, 0, 1, 6);
	area(&a, 0, 1300, WIDTH, 150, 0xeeeeff);
	area(&b, 0, 1300, WIDTH, 150, 0xffeeee);
	q = pair(a, b);
	r = laid(q);
	assert_int_equal(r.inserted + r.removed, 0);
	assert_int_equal(r.nboxes, 1);
	assert_int_equal(r.box[0].w, WIDTH);
	assert_in_range(r.box[0].y, 1284, 1300);
	assert_in_range(r.box[0].h, 150, 182);
	rowalign_release(&r);
	forget(q);
}

/* A shelf goes up by two: it is gone there, and new here. */
static void
find_what_moved(void **state)
{
	struct picture a = blank(2000), b = blank(2000);
	struct rowalign r;
	struct pair *q;

	(void)state;
	shelf(&a, 0, 1, 10);
	shelf(&b, 0, 1, 3);
	goods(&b, 600, 6);
	goods(&b, 800, 4);
	goods(&b, 1000, 5);
	shelf(&b, 1200, 7, 4);
	q = pair(a, b);
	r = laid(q);
	assert_in_range(r.inserted, 190, 210);
	assert_int_equal(r.inserted, r.removed);
	assert_true(r.nboxes <= 1);
	rowalign_release(&r);
	forget(q);
}

/* White pages, and no page at all. */
static void
find_nothing_in_white(void **state)
{
	struct pair *q = pair(blank(3000), blank(3500));
	const size_t na = q->a.page.nstrips, nb = q->b.page.nstrips;
	struct rowalign r = laid(q);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(r.inserted, 500);
	assert_int_equal(r.nboxes, 0);
	rowalign_release(&r);
	q->a.page.nstrips = 0;
	assert_int_equal(rowalign(&q->a.page, &q->b.page, get, q, &r, &e), 0);
	assert_int_equal(r.inserted, 3500);
	assert_int_equal(r.rows, 3500);
	rowalign_release(&r);
	q->b.page.nstrips = 0;
	assert_int_equal(rowalign(&q->a.page, &q->b.page, get, q, &r, &e), 0);
	assert_int_equal(r.nruns, 0);
	rowalign_release(&r);
	q->a.page.nstrips = na;
	q->b.page.nstrips = nb;
	forget(q);
}

/* All of it is another, as high as a page may be. */
static void
bear_the_tallest(void **state)
{
	struct picture a = blank(PICTURE_HEIGHT_MAX);
	struct picture b = blank(PICTURE_HEIGHT_MAX);
	struct rowalign r;
	struct pair *q;

	(void)state;
	for (int32_t y = 0; y + 20 <= PICTURE_HEIGHT_MAX; y += 20) {
		words(&a, y % 300, y, 300, (uint32_t)y);
		words(&b, y % 170, y, 300, (uint32_t)y + 1);
	}
	q = pair(a, b);
	r = laid(q);
	assert_true(r.nboxes > 0 && r.nboxes <= ROWALIGN_BOXES_MAX);
	rowalign_release(&r);
	forget(q);
}

static void
refused(struct pair *q, const char *why)
{
	struct rowalign r;
	struct err e = ERR_INIT;

	assert_int_equal(rowalign(&q->a.page, &q->b.page, get, q, &r, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	if (!strstr(e.what, why))
		fail_msg("'%s'", e.what);
	assert_null(r.run);
	assert_null(r.box);
}

static void
refuse_what_is_not_a_page(void **state)
{
	struct picture a = blank(1000), b = blank(1000);
	uint8_t *rgb, *file = NULL;
	struct shop_strip *s;
	struct pair *q;
	struct err e = ERR_INIT;
	size_t n;

	(void)state;
	shelf(&a, 0, 1, 5);
	shelf(&b, 0, 11, 5);
	q = pair(a, b);
	s = &q->b.strip[1];
	s->y++;
	refused(q, "one under the other");
	s->y--;
	s->h = STRIPS_MAX + 1;
	refused(q, "one under the other");
	s->h = INT32_MAX;
	refused(q, "one under the other");
	s->h = -1;
	refused(q, "one under the other");
	s->h = q->b.strip[2].y - s->y;
	/* The last one says that it is lower than it is. */
	q->b.strip[q->b.page.nstrips - 1].h--;
	refused(q, "not as large");
	q->b.strip[q->b.page.nstrips - 1].h++;
	/* No WebP; a cut one; none at all. */
	q->b.webp[1].data[0] ^= 1;
	refused(q, "its header");
	q->b.webp[1].data[0] ^= 1;
	n = q->b.webp[1].len;
	q->b.webp[1].len = n / 2;
	refused(q, "its pixels");
	q->b.webp[1].len = 0;
	refused(q, "its header");
	q->b.webp[1].len = n;
	/* A bomb: some bytes that say 16,383 columns. */
	rgb = calloc(16383 * (size_t)s->h, 3);
	assert_non_null(rgb);
	n = WebPEncodeLosslessRGB(rgb, 16383, s->h, 16383 * 3, &file);
	free(rgb);
	assert_true(n > 0 && n < 100000);
	buf_clear(&q->b.webp[1]);
	assert_int_equal(buf_add(&q->b.webp[1], file, n, &e), 0);
	WebPFree(file);
	refused(q, "not as large");
	forget(q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(find_the_same),
		cmocka_unit_test(find_what_is_inserted),
		cmocka_unit_test(find_a_price),
		cmocka_unit_test(find_a_colour),
		cmocka_unit_test(find_what_moved),
		cmocka_unit_test(find_nothing_in_white),
		cmocka_unit_test(bear_the_tallest),
		cmocka_unit_test(refuse_what_is_not_a_page)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
