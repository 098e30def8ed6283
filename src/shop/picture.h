/*
 * shop/picture.h - pictures of pages: pixels out of PNG, JPEG and WebP, and rows
 * of them as WebP.
 *
 * Foreign bytes.  Caps, held before memory is taken: PICTURE_WIDTH_MAX by
 * PICTURE_HEIGHT_MAX pixels, PICTURE_BYTES_MAX of file.  What is seen through is
 * laid on white.
 * Needs: base; libpng, libjpeg, libwebp.
 */
#ifndef LIUDI_SHOP_PICTURE_H
#define LIUDI_SHOP_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define PICTURE_WIDTH_MAX 4096
#define PICTURE_HEIGHT_MAX 30000
#define PICTURE_BYTES_MAX ((size_t)256 << 20)

struct picture {		/* RGB, 3 bytes a pixel, no gaps between rows */
	uint8_t *rgb;		/* owned */
	int32_t width, height;
};

/* By content.  -1: ERR_FORMAT (none of the three, damaged, over a cap), ERR_NOMEM. */
int picture_decode(const void *data, size_t n, struct picture *out,
	struct err *e);
void picture_release(struct picture *p);
/* How large a WebP says it is; no memory is taken.  -1: ERR_FORMAT. */
int picture_webp_size(const void *data, size_t n, int32_t *width,
	int32_t *height, struct err *e);

/*
 * Append N rows from Y, 1 <= N <= 16383, as a WebP of quality 80.  The same
 * pixels give the same bytes with one version of libwebp: picture_encoder().
 */
int picture_webp(const struct picture *p, int32_t y, int32_t n,
	struct buf *out, struct err *e);
/* "libwebp 1.2.4", into OUT. */
#define PICTURE_ENCODER_LEN 32
const char *picture_encoder(char out[PICTURE_ENCODER_LEN]);

#endif
