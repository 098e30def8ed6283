/* tests/shop/strips_test.c - pictures, and where they are cut. */
#include "shop/strips.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

#include "crypto/hash.h"

#include "base/banned.h"

#define WIDTH 320

/* Rows that a number each decides; every 7th is white. */
static void
paint(struct picture *p, int32_t y, uint32_t seed)
{
	uint8_t *row = p->rgb + (size_t)y * (size_t)p->width * 3;

	for (int32_t i = 0; i < p->width * 3; i++) {
		seed = seed * 1664525u + 1013904223u;
		row[i] = (uint8_t)(seed >> 24);
	}
}

static struct picture
blank(int32_t height)
{
	struct picture p = {calloc((size_t)height, WIDTH * 3), WIDTH, height};

	assert_non_null(p.rgb);
	memset(p.rgb, 0xff, (size_t)height * WIDTH * 3);
	return p;
}

struct cuts {
	int32_t y[512], h[512];
	size_t n;
};

static int
note(void *arg, const struct shop_strip *s, struct err *e)
{
	struct cuts *c = arg;

	(void)e;
	assert_true(c->n < 512);
	c->y[c->n] = s->y;
	c->h[c->n++] = s->h;
	return 0;
}

static void
cover_the_page(void **state)
{
	struct picture p = blank(5000);
	struct cuts c = {.n = 0};
	struct err e = ERR_INIT;
	int32_t at = 0;

	(void)state;
	for (int32_t y = 0; y < 4000; y++)
		paint(&p, y, (uint32_t)y);	/* the rest is white */
	assert_int_equal(strips_cut(&p, note, &c, &e), 0);
	for (size_t i = 0; i < c.n; i++) {
		assert_int_equal(c.y[i], at);
		at += c.h[i];
		assert_true(c.h[i] <= STRIPS_MAX);
		assert_true(c.h[i] >= STRIPS_MIN || i == c.n - 1);
	}
	assert_int_equal(at, 5000);
	assert_true(c.n > 20);
	picture_release(&p);
}

static void
move_with_what_is_inserted(void **state)
{
	enum { ROWS = 3000, MORE = 140 };
	struct picture a = blank(ROWS), b = blank(ROWS + MORE);
	struct cuts ca = {.n = 0}, cb = {.n = 0};
	struct err e = ERR_INIT;
	size_t i, k, same = 0;

	(void)state;
	for (int32_t y = 0; y < ROWS; y++) {
		paint(&a, y, (uint32_t)y);
		paint(&b, y < 80 ? y : y + MORE, (uint32_t)y);
	}
	for (int32_t y = 80; y < 80 + MORE; y++)
		paint(&b, y, (uint32_t)y + 100000);
	assert_int_equal(strips_cut(&a, note, &ca, &e), 0);
	assert_int_equal(strips_cut(&b, note, &cb, &e), 0);
	for (i = 0; i < ca.n; i++)
		for (k = 0; k < cb.n; k++)
			same += ca.h[i] == cb.h[k] && cb.y[k] == ca.y[i] + MORE;
	assert_true(same + 4 >= ca.n);
	picture_release(&a);
	picture_release(&b);
}

/* Each decoder gives the pixels; of the lossy ones about these. */
static void
decode(void **state)
{
	struct picture p = blank(100), q;
	struct buf webp = BUF_INIT(1 << 20);
	png_image image;
	uint8_t *file;
	struct err e = ERR_INIT;
	png_alloc_size_t n = 0;
	size_t len;
	char name[PICTURE_ENCODER_LEN];

	(void)state;
	for (int32_t y = 0; y < 100; y++)
		memset(p.rgb + y * WIDTH * 3, y < 50 ? 200 : 20, WIDTH * 3);
	memset(&image, 0, sizeof(image));
	image.version = PNG_IMAGE_VERSION;
	image.width = WIDTH;
	image.height = 100;
	image.format = PNG_FORMAT_RGB;
	assert_true(png_image_write_to_memory(&image, NULL, &n, 0, p.rgb, 0,
	    NULL));
	file = malloc(n);
	assert_non_null(file);
	assert_true(png_image_write_to_memory(&image, file, &n, 0, p.rgb, 0,
	    NULL));
	assert_int_equal(picture_decode(file, n, &q, &e), 0);
	assert_int_equal(q.height, 100);
	assert_memory_equal(q.rgb, p.rgb, WIDTH * 100 * 3);
	picture_release(&q);
	/* Cut anywhere; of what its last bytes say nothing is shown. */
	for (size_t i = 0; i < n; i++) {
		int rc = picture_decode(file, i, &q, &e);

		assert_true(rc == 0 ? i + 16 >= n : !q.rgb);
		picture_release(&q);
	}
	free(file);

	assert_int_equal(picture_webp(&p, 50, 50, &webp, &e), 0);
	assert_int_equal(picture_decode(webp.data, webp.len, &q, &e), 0);
	assert_int_equal(q.height, 50);
	assert_true(abs(q.rgb[WIDTH * 3 * 25] - 20) < 4);
	picture_release(&q);
	for (size_t i = 0; i < webp.len; i++) {
		(void)picture_decode(webp.data, i, &q, &e);
		picture_release(&q);
	}
	assert_int_equal(picture_webp(&p, 60, 41, &webp, &e), -1);
	buf_release(&webp);
	/* Half seen through, black: grey on white. */
	{
		uint8_t rgba[16 * 4] = {0};

		for (int i = 0; i < 16; i++)
			rgba[i * 4 + 3] = 128;
		file = NULL;
		len = WebPEncodeLosslessRGBA(rgba, 4, 4, 16, &file);
		assert_int_equal(picture_decode(file, len, &q, &e), 0);
		assert_int_equal(q.rgb[0], 127);
		picture_release(&q);
		WebPFree(file);
	}
	assert_ptr_equal(strstr(picture_encoder(name), "libwebp 1."), name);
	picture_release(&p);
}

static void
decode_jpegs(void **state)
{
	struct picture p = blank(64), q;
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr mgr;
	unsigned char *file = NULL;
	unsigned long n = 0;
	struct err e = ERR_INIT;
	JSAMPROW row;

	(void)state;
	memset(p.rgb, 90, WIDTH * 64 * 3);
	c.err = jpeg_std_error(&mgr);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &file, &n);
	c.image_width = WIDTH;
	c.image_height = 64;
	c.input_components = 3;
	c.in_color_space = JCS_RGB;
	jpeg_set_defaults(&c);
	jpeg_start_compress(&c, TRUE);
	for (int y = 0; y < 64; y++) {
		row = p.rgb + y * WIDTH * 3;
		(void)jpeg_write_scanlines(&c, &row, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	assert_int_equal(picture_decode(file, n, &q, &e), 0);
	assert_int_equal(q.width, WIDTH);
	assert_true(abs(q.rgb[100] - 90) < 3);
	picture_release(&q);
	for (unsigned long i = 0; i < 200 && i < n; i++)
		if (picture_decode(file, i, &q, &e) == 0)
			picture_release(&q);
	assert_int_equal(picture_decode(file, 20, &q, &e), -1);
	assert_non_null(strstr(e.what, "JPEG"));
	free(file);
	picture_release(&p);
}

/* What says it is huge takes no memory. */
static void
refuse_bombs(void **state)
{
	static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a,
		'\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0x75, 0x30, 0, 0,
		0x75, 0x31, 8, 2, 0, 0, 0, 0x4d, 0x88, 0xaa, 0x7a};
	struct err e = ERR_INIT;
	struct picture q;

	(void)state;
	assert_int_equal(picture_decode(png, sizeof(png), &q, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_null(q.rgb);
	assert_int_equal(picture_decode("GIF89a..........", 16, &q, &e), -1);
	assert_string_equal(e.what, "no picture: neither PNG nor JPEG nor WebP");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cover_the_page),
		cmocka_unit_test(move_with_what_is_inserted),
		cmocka_unit_test(decode),
		cmocka_unit_test(decode_jpegs),
		cmocka_unit_test(refuse_bombs)
	};
	struct err e = ERR_INIT;

	if (crypto_setup(&e) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
