/*
 * tests/fuzz/manifest_fuzz.c - manifest_read on any bytes: as they are, and as
 * the text inside one raw zstd block with good padding.
 */
#include "unbundle/manifest.h"

#include <string.h>

#include "crypto/hash.h"
#include "unbundle/fold.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define RAW_MAX (128 * 1024)

static int
on_head(void *arg, const struct record_head *h, struct err *e)
{
	return fold_begin(arg, h, e);
}

static int
on_file(void *arg, const struct record_file *f, struct err *e)
{
	return fold_file_line(arg, f, e);
}

static void
read_it(const void *data, size_t n)
{
	struct manifest_handler h = {on_head, NULL, NULL, on_file, NULL};
	struct err e = ERR_INIT;
	struct fold *f = fold_new(&e);

	h.arg = f;
	if (f && manifest_read(data, n, &h, &e) == 0)
		(void)fold_end(f, true, &e);
	fold_free(f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const uint8_t tail[8] = {0x50, 0x2a, 0x4d, 0x18};
	static uint8_t z[RAW_MAX + 64] = {0x28, 0xb5, 0x2f, 0xfd, 0x00,
		(20 - 10) << 3};
	uint32_t block;
	struct err e = ERR_INIT;

	if (crypto_setup(&e) < 0)
		return 0;
	read_it(data, n);
	if (n == 0 || n > RAW_MAX)
		return 0;
	block = (uint32_t)n << 3 | 1;	/* last, raw */
	z[6] = (uint8_t)block;
	z[7] = (uint8_t)(block >> 8);
	z[8] = (uint8_t)(block >> 16);
	memcpy(z + 9, data, n);
	memcpy(z + 9 + n, tail, sizeof(tail));
	read_it(z, 9 + n + sizeof(tail));
	return 0;
}
