/*
 * tests/fuzz/bundle_read_fuzz.c - bundle_read on any bytes: as they are, and as
 * the tar inside one raw zstd block with good padding.
 */
#include "unbundle/bundle_read.h"

#include <string.h>

#include "crypto/hash.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define RAW_MAX (128 * 1024)

struct pull {
	const uint8_t *d;
	size_t n;
};

static int
pull_all(void *arg, const void **d, size_t *n, struct err *e)
{
	struct pull *p = arg;

	(void)e;
	*d = p->d;
	*n = p->n;
	p->n = 0;
	return 0;
}

static void
read_it(const uint8_t *data, size_t n)
{
	struct bundle_handler h = {NULL, NULL, NULL};
	struct pull p = {data, n};
	struct err e = ERR_INIT;

	(void)bundle_read(pull_all, &p, 1 << 24, NULL, &h, &e);
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
