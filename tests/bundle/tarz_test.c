/* tests/bundle/tarz_test.c */
#include "bundle/tarz.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/banned.h"

#define NAME "chunks/0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef"

static struct tarz *t;
static uint8_t random_bytes[256 * 1024];

static int
setup(void **state)
{
	struct err e = ERR_INIT;
	uint32_t x = 1;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(random_bytes); i++) {
		x = x * 1664525 + 1013904223;
		random_bytes[i] = (uint8_t)(x >> 24);
	}
	t = tarz_new(3, &e);
	return t ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	tarz_free(t);
	tarz_free(NULL);
	return 0;
}

static int
to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* All frames of IN, one after the other; returns how many. */
static size_t
unzstd(const struct buf *in, struct buf *out)
{
	ZSTD_DCtx *d = ZSTD_createDCtx();
	ZSTD_inBuffer ib = {in->data, in->len, 0};
	struct err e = ERR_INIT;
	static uint8_t piece[1 << 17];
	size_t frames = 0, left = 1;

	assert_non_null(d);
	while (ib.pos < ib.size || left > 0) {
		ZSTD_outBuffer ob = {piece, sizeof(piece), 0};

		left = ZSTD_decompressStream(d, &ob, &ib);
		assert_false(ZSTD_isError(left));
		assert_int_equal(buf_add(out, piece, ob.pos, &e), 0);
		frames += left == 0;
	}
	ZSTD_freeDCtx(d);
	return frames;
}

/* The entry at *at is a plain ustar file of these bytes; *at goes behind it. */
static void
expect_entry(const struct buf *tar, size_t *at, const char *name,
	const void *data, size_t n)
{
	const uint8_t *h = tar->data + *at;
	unsigned sum = 0, i;

	assert_true(*at + 512 + n <= tar->len);
	assert_string_equal((const char *)h, name);
	assert_int_equal(strtoul((const char *)h + 100, NULL, 8), 0644);
	assert_int_equal(strtoul((const char *)h + 108, NULL, 8), 0);
	assert_int_equal(strtoul((const char *)h + 116, NULL, 8), 0);
	assert_int_equal(strtoul((const char *)h + 124, NULL, 8), n);
	assert_int_equal(strtoul((const char *)h + 136, NULL, 8), 0);
	assert_int_equal(h[156], '0');
	assert_memory_equal(h + 257, "ustar\0" "00", 8);
	for (i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : h[i];
	assert_int_equal(strtoul((const char *)h + 148, NULL, 8), sum);
	if (n > 0)
		assert_memory_equal(h + 512, data, n);
	*at += 512 + (n + 511) / 512 * 512;
}

static void
expect_end(const struct buf *tar, size_t at)
{
	size_t i;

	assert_int_equal(tar->len, at + 1024);
	for (i = at; i < tar->len; i++)
		assert_int_equal(tar->data[i], 0);
}

static void
writes_ustar(void **state)
{
	struct buf z = BUF_INIT(1 << 24), tar = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	size_t at = 0;
	int round;

	(void)state;
	for (round = 0; round < 2; round++) {
		buf_clear(&z);
		buf_clear(&tar);
		at = 0;
		assert_int_equal(tarz_begin(t, to_buf, &z, &e), 0);
		assert_int_equal(tarz_add(t, "liudi.json", "{}\n", 3, false,
		    &e), 0);
		assert_int_equal(tarz_add(t, NAME, random_bytes, 100000, true,
		    &e), 0);
		assert_int_equal(tarz_add(t, NAME, random_bytes, 512, false,
		    &e), 0);
		assert_int_equal(tarz_add(t, NAME, NULL, 0, false, &e), 0);
		assert_int_equal(tarz_finish(t, &e), 0);
		assert_int_equal(tarz_written(t), z.len);
		assert_int_equal(unzstd(&z, &tar), 3);
		expect_entry(&tar, &at, "liudi.json", "{}\n", 3);
		expect_entry(&tar, &at, NAME, random_bytes, 100000);
		expect_entry(&tar, &at, NAME, random_bytes, 512);
		expect_entry(&tar, &at, NAME, NULL, 0);
		expect_end(&tar, at);
	}
	buf_release(&z);
	buf_release(&tar);
}

/* A few packed entries between others do not cost the others' history. */
static void
switches_frames_with_care(void **state)
{
	struct buf z = BUF_INIT(1 << 24), tar = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	size_t i, frames;

	(void)state;
	assert_int_equal(tarz_begin(t, to_buf, &z, &e), 0);
	for (i = 0; i < 40; i++) {
		assert_int_equal(tarz_add(t, NAME, random_bytes, 9000, false,
		    &e), 0);
		assert_int_equal(tarz_add(t, NAME, random_bytes + 100 * i,
		    1000, true, &e), 0);
	}
	assert_int_equal(tarz_finish(t, &e), 0);
	frames = unzstd(&z, &tar);
	assert_int_equal(frames, 1);
	assert_true(z.len < 40 * 600);	/* the 9000 bytes only once */
	buf_clear(&z);
	buf_clear(&tar);
	assert_int_equal(tarz_begin(t, to_buf, &z, &e), 0);
	for (i = 0; i < 40; i++)
		assert_int_equal(tarz_add(t, NAME, random_bytes + 4000 * i,
		    4000, i % 20 < 19, &e), 0);
	assert_int_equal(tarz_finish(t, &e), 0);
	assert_in_range(unzstd(&z, &tar), 3, 4);
	buf_release(&z);
	buf_release(&tar);
}

/* One file of TEXT; returns its length. */
static size_t
text_len(const struct buf *text)
{
	struct buf z = BUF_INIT(1 << 24), tar = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	size_t at = 0, len;

	assert_int_equal(tarz_begin(t, to_buf, &z, &e), 0);
	assert_int_equal(tarz_add(t, NAME, text->data, text->len, false, &e),
	    0);
	assert_int_equal(tarz_finish(t, &e), 0);
	assert_int_equal(unzstd(&z, &tar), 1);
	expect_entry(&tar, &at, NAME, text->data, text->len);
	expect_end(&tar, at);
	len = z.len;
	buf_release(&z);
	buf_release(&tar);
	return len;
}

/* A longer search finds more, until it is called off. */
static void
searches_longer(void **state)
{
	struct buf text = BUF_INIT(1 << 24), z = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	size_t i, usual;

	(void)state;
	/* words of a small language */
	for (i = 0; i < 100000; i++)
		assert_int_equal(buf_add(&text, random_bytes +
		    (size_t)random_bytes[i] * random_bytes[i + 1] % 3000,
		    3 + random_bytes[i + 2] % 5, &e), 0);
	usual = text_len(&text);
	assert_int_equal(tarz_longer(t, true, &e), 0);
	assert_true(text_len(&text) < usual - usual / 50);
	assert_int_equal(tarz_longer(t, true, &e), 0);
	assert_int_equal(tarz_longer(t, false, &e), 0);
	assert_int_equal(text_len(&text), usual);
	/* what was begun is dropped */
	assert_int_equal(tarz_begin(t, to_buf, &z, &e), 0);
	assert_int_equal(tarz_longer(t, false, &e), 0);
	assert_int_equal(tarz_add(t, NAME, "x", 1, false, &e), -1);
	buf_release(&text);
	buf_release(&z);
}

/* Headers between packed bytes are folded up. */
static void
packed_costs_little(void **state)
{
	struct buf z = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	assert_int_equal(tarz_begin(t, to_buf, &z, &e), 0);
	for (i = 0; i < 25; i++)
		assert_int_equal(tarz_add(t, NAME, random_bytes + 10000 * i,
		    10000, true, &e), 0);
	assert_int_equal(tarz_finish(t, &e), 0);
	assert_true(z.len < 250000 + 25 * 120);
	buf_release(&z);
}

struct limited {
	size_t left;
	bool failed;
};

static int
to_full_disk(void *arg, const void *data, size_t n, struct err *e)
{
	struct limited *l = arg;

	(void)data;
	assert_false(l->failed);	/* never asked again */
	if (n > l->left) {
		l->failed = true;
		return err_set(e, ERR_SPACE, "disk is full");
	}
	l->left -= n;
	return 0;
}

static void
passes_on_what_the_sink_said(void **state)
{
	struct limited l = {200000, false};
	struct buf z = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	int i, rc = 0;

	(void)state;
	assert_int_equal(tarz_begin(t, to_full_disk, &l, &e), 0);
	for (i = 0; i < 100 && rc == 0; i++)
		rc = tarz_add(t, NAME, random_bytes, sizeof(random_bytes),
		    true, &e);
	assert_int_equal(rc, -1);
	assert_int_equal(e.code, ERR_SPACE);
	assert_string_equal(e.what, "disk is full");
	assert_int_equal(tarz_add(t, NAME, NULL, 0, false, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_int_equal(tarz_finish(t, &e), -1);
	/* At the very end too. */
	l = (struct limited){0, false};
	assert_int_equal(tarz_begin(t, to_full_disk, &l, &e), 0);
	assert_int_equal(tarz_add(t, NAME, "x", 1, false, &e), 0);
	assert_int_equal(tarz_finish(t, &e), -1);
	assert_int_equal(e.code, ERR_SPACE);
	/* And it can be used again, also over a file left unfinished. */
	assert_int_equal(tarz_begin(t, to_buf, &z, &e), 0);
	assert_int_equal(tarz_add(t, NAME, "x", 1, false, &e), 0);
	assert_int_equal(tarz_begin(t, to_buf, &z, &e), 0);
	assert_int_equal(z.len, 0);
	assert_int_equal(tarz_finish(t, &e), 0);
	assert_true(z.len > 0);
	buf_release(&z);
}

static void
lines_come_back(void **state)
{
	static const size_t sizes[] = {0, 1, 5000, 128 * 1024, 128 * 1024 + 1,
		3000000};
	struct buf z = BUF_INIT(1 << 24), back = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	uint8_t *text = malloc(3000000);
	size_t i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < 3000000; i++)
		text[i] = "0123456789abcdef"[random_bytes[i % 200000] & 15];
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf_clear(&z);
		buf_clear(&back);
		assert_int_equal(tarz_lines(text, sizes[i], &z, &e), 0);
		assert_int_equal(unzstd(&z, &back), 1);
		assert_int_equal(back.len, sizes[i]);
		if (sizes[i] > 0)
			assert_memory_equal(back.data, text, sizes[i]);
	}
	/* What repeats 200,000 bytes on is given once. */
	assert_true(z.len < 130000);
	z.max = z.len + 1000;
	i = z.len;
	assert_int_equal(tarz_lines(text, 3000000, &z, &e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	assert_int_equal(z.len, i);
	free(text);
	buf_release(&z);
	buf_release(&back);
}

static void
knows_packed_formats(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool packed;
	} cases[] = {
		{"\xff\xd8\xff\xe0", 4, true},
		{"\x89PNG\r\n\x1a\n", 8, true},
		{"\x89PNG\r\n\x1a", 7, false},
		{"GIF89a", 6, true},
		{"RIFF\x10\0\0\0WEBPVP8 ", 16, true},
		{"RIFF\x10\0\0\0WAVEfmt ", 16, false},
		{"\0\0\0\x18" "ftypheic", 12, true},
		{"PK\x03\x04", 4, true},
		{"\x1f\x8b\x08\0", 4, true},
		{"\xfd" "7zXZ\0", 6, true},
		{"\x28\xb5\x2f\xfd", 4, true},
		{"7z\xbc\xaf\x27\x1c", 6, true},
		{"Rar!\x1a\x07\x01\0", 8, true},
		{"BZh91AY&SY", 10, true},
		{"BZhello, world", 14, false},
		{"%PDF-1.7\n", 9, true},
		{"ID3\x04", 4, true},
		{"\xff\xfb\x90\x64", 4, true},
		{"\xff\xf1\x50\x80", 4, true},
		{"\xff\xfe" "a\0b\0", 6, false},	/* UTF-16 */
		{"OggS", 4, true},
		{"fLaC", 4, true},
		{"\x1a\x45\xdf\xa3", 4, true},
		{"\x02#!SILK_V3", 10, true},
		{"", 0, false},
		{"x", 1, false},
		{"hello, world", 12, false},
		{"SQLite format 3\0", 16, false},
		{"{\"a\":1}", 7, false},
	};
	static uint8_t text[8192];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (tarz_is_packed((const uint8_t *)cases[i].bytes,
		    cases[i].n) != cases[i].packed)
			fail_msg("case %zu", i);
	assert_true(tarz_is_packed(random_bytes + 7, 2048));
	assert_true(tarz_is_packed(random_bytes + 7, 100000));
	assert_false(tarz_is_packed(random_bytes + 7, 2047));
	for (i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)("0123456789abcdef"[random_bytes[i] & 15]);
	assert_false(tarz_is_packed(text, sizeof(text)));
	for (i = 0; i < sizeof(text); i++)
		text[i] = random_bytes[i] & 0x7f;
	assert_false(tarz_is_packed(text, sizeof(text)));
	memset(text, 0, sizeof(text));
	assert_false(tarz_is_packed(text, sizeof(text)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_ustar),
		cmocka_unit_test(switches_frames_with_care),
		cmocka_unit_test(searches_longer),
		cmocka_unit_test(packed_costs_little),
		cmocka_unit_test(passes_on_what_the_sink_said),
		cmocka_unit_test(lines_come_back),
		cmocka_unit_test(knows_packed_formats),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
