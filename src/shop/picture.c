/* shop/picture.c - PNG, JPEG and WebP to pixels, pixels to WebP. */
#include "shop/picture.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/decode.h>
#include <webp/encode.h>

#include "base/banned.h"

#define WEBP_QUALITY 80.0f
#define WEBP_ROWS_MAX 16383

/* Room for the pixels, white.  0, or -1 (*e set; nothing is owned). */
static int
make_room(struct picture *p, uint64_t width, uint64_t height, struct err *e)
{
	size_t n;

	if (width == 0 || height == 0 || width > PICTURE_WIDTH_MAX ||
	    height > PICTURE_HEIGHT_MAX)
		return err_set(e, ERR_FORMAT, "a picture of %llu by %llu pixels"
		    " (at most %d by %d)", (unsigned long long)width,
		    (unsigned long long)height, PICTURE_WIDTH_MAX,
		    PICTURE_HEIGHT_MAX);
	n = (size_t)width * (size_t)height * 3;
	p->rgb = malloc(n);
	if (!p->rgb)
		return err_nomem(e);
	memset(p->rgb, 0xff, n);
	p->width = (int32_t)width;
	p->height = (int32_t)height;
	return 0;
}

static int
damaged(const char *kind, const char *why, struct err *e)
{
	return err_set(e, ERR_FORMAT, "damaged %s picture: %s", kind, why);
}

/* --- PNG. */

static int
decode_png(const void *data, size_t n, struct picture *out, struct err *e)
{
	static const png_color white = {255, 255, 255};
	png_image image;
	int rc = -1;

	memset(&image, 0, sizeof(image));
	image.version = PNG_IMAGE_VERSION;
	if (!png_image_begin_read_from_memory(&image, data, n))
		return damaged("PNG", image.message, e);
	if (make_room(out, image.width, image.height, e) < 0)
		goto out;
	image.format = PNG_FORMAT_RGB;
	if (!png_image_finish_read(&image, &white, out->rgb, 0, NULL)) {
		(void)damaged("PNG", image.message, e);
		goto out;
	}
	rc = 0;
out:
	png_image_free(&image);
	return rc;
}

/* --- JPEG: libjpeg reports by jumping. */

struct jpeg {
	struct jpeg_decompress_struct d;
	struct jpeg_error_mgr mgr;
	jmp_buf back;
	char why[JMSG_LENGTH_MAX];
};

static void
on_jpeg_error(j_common_ptr c)
{
	struct jpeg *j = c->client_data;

	c->err->format_message(c, j->why);
	longjmp(j->back, 1);
}

static void
on_jpeg_talk(j_common_ptr c)
{
	(void)c;	/* nothing of libjpeg goes to the terminal */
}

static int
decode_jpeg(const void *data, size_t n, struct picture *out, struct err *e)
{
	struct jpeg *j = calloc(1, sizeof(*j));
	volatile int rc = -1;
	JSAMPROW row;

	if (!j)
		return err_nomem(e);
	j->d.err = jpeg_std_error(&j->mgr);
	j->mgr.error_exit = on_jpeg_error;
	j->mgr.output_message = on_jpeg_talk;
	j->d.client_data = j;
	if (setjmp(j->back)) {
		(void)damaged("JPEG", j->why, e);
		rc = -1;
		goto out;
	}
	jpeg_create_decompress(&j->d);
	j->d.client_data = j;	/* create clears all but `err` and this */
	j->d.mem->max_memory_to_use = 256L << 20;
	jpeg_mem_src(&j->d, data, n);
	(void)jpeg_read_header(&j->d, TRUE);
	if (make_room(out, j->d.image_width, j->d.image_height, e) < 0)
		goto out;
	j->d.out_color_space = JCS_RGB;
	(void)jpeg_start_decompress(&j->d);
	while (j->d.output_scanline < j->d.output_height) {
		row = out->rgb + (size_t)j->d.output_scanline *
		    (size_t)out->width * 3;
		(void)jpeg_read_scanlines(&j->d, &row, 1);
	}
	(void)jpeg_finish_decompress(&j->d);
	rc = 0;
out:
	jpeg_destroy_decompress(&j->d);
	free(j);
	return rc;
}

/* --- WebP. */

static int
decode_webp(const void *data, size_t n, struct picture *out, struct err *e)
{
	WebPDecoderConfig c;
	size_t i, pixels;
	uint8_t *rgba;
	int rc = -1;

	if (!WebPInitDecoderConfig(&c) ||
	    WebPGetFeatures(data, n, &c.input) != VP8_STATUS_OK)
		return damaged("WebP", "its header", e);
	if (c.input.has_animation)
		return damaged("WebP", "it moves", e);
	if (make_room(out, (uint64_t)c.input.width, (uint64_t)c.input.height,
	    e) < 0)
		return -1;
	pixels = (size_t)out->width * (size_t)out->height;
	c.output.colorspace = c.input.has_alpha ? MODE_RGBA : MODE_RGB;
	if (WebPDecode(data, n, &c) != VP8_STATUS_OK) {
		(void)damaged("WebP", "its pixels", e);
		goto out;
	}
	rgba = c.output.u.RGBA.rgba;
	if (!c.input.has_alpha)
		memcpy(out->rgb, rgba, pixels * 3);
	for (i = 0; c.input.has_alpha && i < pixels * 3; i++) {
		const unsigned a = rgba[i / 3 * 4 + 3];

		out->rgb[i] = (uint8_t)((rgba[i / 3 * 4 + i % 3] * a +
		    255 * (255 - a) + 127) / 255);
	}
	rc = 0;
out:
	WebPFreeDecBuffer(&c.output);
	return rc;
}

int
picture_decode(const void *data, size_t n, struct picture *out,
	struct err *e)
{
	const uint8_t *b = data;
	int rc;

	memset(out, 0, sizeof(*out));
	if (n > PICTURE_BYTES_MAX)
		return err_set(e, ERR_FORMAT, "a picture of over %zu bytes",
		    PICTURE_BYTES_MAX);
	if (n >= 8 && memcmp(b, "\x89PNG\r\n\x1a\n", 8) == 0)
		rc = decode_png(data, n, out, e);
	else if (n >= 3 && memcmp(b, "\xff\xd8\xff", 3) == 0)
		rc = decode_jpeg(data, n, out, e);
	else if (n >= 12 && memcmp(b, "RIFF", 4) == 0 &&
	    memcmp(b + 8, "WEBP", 4) == 0)
		rc = decode_webp(data, n, out, e);
	else
		rc = err_set(e, ERR_FORMAT,
		    "no picture: neither PNG nor JPEG nor WebP");
	if (rc < 0)
		picture_release(out);
	return rc;
}

void
picture_release(struct picture *p)
{
	free(p->rgb);
	memset(p, 0, sizeof(*p));
}

int
picture_webp_size(const void *data, size_t n, int32_t *width, int32_t *height,
	struct err *e)
{
	int w, h;

	if (!data || !WebPGetInfo(data, n, &w, &h))
		return damaged("WebP", "its header", e);
	*width = w;
	*height = h;
	return 0;
}

int
picture_webp(const struct picture *p, int32_t y, int32_t n, struct buf *out,
	struct err *e)
{
	const int stride = p->width * 3;
	uint8_t *webp = NULL;
	size_t len;
	int rc;

	if (y < 0 || n < 1 || n > WEBP_ROWS_MAX || n > p->height - y)
		return err_set(e, ERR_FAIL, "no such rows in the picture");
	len = WebPEncodeRGB(p->rgb + (size_t)y * (size_t)stride, p->width, n,
	    stride, WEBP_QUALITY, &webp);
	rc = len > 0 ? buf_add(out, webp, len, e) : err_nomem(e);
	WebPFree(webp);
	return rc;
}

const char *
picture_encoder(char out[PICTURE_ENCODER_LEN])
{
	const int v = WebPGetEncoderVersion();

	(void)snprintf(out, PICTURE_ENCODER_LEN, "libwebp %d.%d.%d", v >> 16,
	    v >> 8 & 0xff, v & 0xff);
	return out;
}
