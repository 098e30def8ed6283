/* repo/crc32.c - checksums of packs; ISO 3309, RFC 1950 section 9. */
#include "repo/crc32.h"

#include "base/banned.h"

#define POLY 0xEDB88320u
#define ADLER_MOD 65521u
#define ADLER_RUN 5552	/* bytes before the sums could overflow 32 bits */

void
crc32_init(struct crc32_table *t)
{
	uint32_t c;
	int i, k;

	for (i = 0; i < 256; i++) {
		c = (uint32_t)i;
		for (k = 0; k < 8; k++)
			c = c & 1 ? c >> 1 ^ POLY : c >> 1;
		t->t[0][i] = c;
	}
	for (k = 1; k < 8; k++)
		for (i = 0; i < 256; i++)
			t->t[k][i] = t->t[k - 1][i] >> 8 ^
			    t->t[0][t->t[k - 1][i] & 255];
}

uint32_t
crc32_update(const struct crc32_table *t, uint32_t crc, const void *data,
	size_t n)
{
	const uint8_t *p = data;
	uint32_t lo;

	crc = ~crc;
	for (; n >= 8; n -= 8, p += 8) {
		lo = crc ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 |
		    (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
		crc = t->t[7][lo & 255] ^ t->t[6][lo >> 8 & 255] ^
		    t->t[5][lo >> 16 & 255] ^ t->t[4][lo >> 24] ^
		    t->t[3][p[4]] ^ t->t[2][p[5]] ^
		    t->t[1][p[6]] ^ t->t[0][p[7]];
	}
	for (; n > 0; n--, p++)
		crc = crc >> 8 ^ t->t[0][(crc ^ *p) & 255];
	return ~crc;
}

uint32_t
adler32_update(uint32_t adler, const void *data, size_t n)
{
	uint32_t a = adler & 0xffff, b = adler >> 16;
	const uint8_t *p = data;
	size_t run;

	while (n > 0) {
		run = n < ADLER_RUN ? n : ADLER_RUN;
		n -= run;
		for (; run > 0; run--) {
			a += *p++;
			b += a;
		}
		a %= ADLER_MOD;
		b %= ADLER_MOD;
	}
	return b << 16 | a;
}
