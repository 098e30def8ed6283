/*
 * repo/pack_adler.c - Adler-32 (RFC 1950) of stored blocks, in columns.
 *
 * Every byte that is kept goes through it.  zlib adds byte by byte: 2.6 GB/s,
 * 3.5 % of a first backup.  Here sixteen bytes are a row, and each column is
 * summed up by itself, which compilers turn into vectors of any CPU.
 */
#include <string.h>

#include "repo/pack_entry.h"

#include "base/banned.h"

#define MODULUS 65521u
#define COLUMNS 16u
#define ROWS_MAX 4096u	/* 255 * n * (n + 1) / 2 < 2^32 */

typedef uint8_t row __attribute__((vector_size(COLUMNS)));
typedef uint32_t columns __attribute__((vector_size(4 * COLUMNS)));

/* N <= ROWS_MAX rows at DATA; *A and *B are below the modulus. */
static void
add_rows(uint32_t *a, uint32_t *b, const uint8_t *data, size_t n)
{
	columns sum = {0}, sums = {0};
	uint64_t one = *a, two = *b + (uint64_t)*a * COLUMNS * n;
	size_t i;
	row r;

	for (i = 0; i < n; i++) {
		memcpy(&r, data + i * COLUMNS, sizeof(r));
		sums += sum;	/* what is above counts once more */
		sum += __builtin_convertvector(r, columns);
	}
	for (i = 0; i < COLUMNS; i++) {
		one += sum[i];
		two += (uint64_t)sums[i] * COLUMNS +
		    (uint64_t)sum[i] * (COLUMNS - i);
	}
	*a = (uint32_t)(one % MODULUS);
	*b = (uint32_t)(two % MODULUS);
}

uint32_t
pack_adler32(uint32_t adler, const void *data, size_t n)
{
	uint32_t a = adler & 0xffff, b = adler >> 16;
	const uint8_t *at = data;
	size_t rows;

	for (; n >= COLUMNS; n -= rows * COLUMNS, at += rows * COLUMNS) {
		rows = n / COLUMNS;
		if (rows > ROWS_MAX)
			rows = ROWS_MAX;
		add_rows(&a, &b, at, rows);
	}
	for (; n > 0; n--) {
		a += *at++;
		b += a;		/* fifteen times at most */
	}
	return b % MODULUS << 16 | a % MODULUS;
}
