/*
 * tests/fuzz/edits_fuzz.c - record_apply on any edits, and diff and back on any
 * two lists.  Byte 0: length of the old list; then edits of three bytes each
 * (index, removed, ids), the ids one byte each.
 */
#include "record/record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
round_trip(const uint8_t *old, size_t nold, const uint8_t *new_ids, size_t nnew)
{
	struct record_edit *edits = NULL;
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	size_t n = 0;

	assert(record_diff(old, nold, new_ids, nnew, &edits, &n, &e) == 0);
	assert(record_apply(old, nold, edits, n, &out, &e) == 0);
	assert(out.len == nnew * 32);
	assert(nnew == 0 || memcmp(out.data, new_ids, out.len) == 0);
	free(edits);
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static uint8_t old[64 * 32], ids[256 * 32];
	struct record_edit edits[32];
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	size_t nold, i, nedits = 0;

	for (i = 0; i < 256; i++)
		ids[32 * i] = (uint8_t)i;
	if (n == 0)
		return 0;
	nold = data[0] % 64;
	for (i = 0; i < nold; i++)
		old[32 * i] = (uint8_t)(i % 8);
	for (i = 1; i + 3 <= n && nedits < 32; i += 3, nedits++) {
		edits[nedits].index = data[i];
		edits[nedits].removed = data[i + 1];
		edits[nedits].n = data[i + 2] % 16;
		edits[nedits].ids = ids + 32 * (data[i + 2] / 16);
	}
	if (record_apply(old, nold, edits, nedits, &out, &e) == 0)
		round_trip(old, nold, out.data, out.len / 32);
	buf_release(&out);
	return 0;
}
