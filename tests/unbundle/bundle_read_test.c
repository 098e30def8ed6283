/* tests/unbundle/bundle_read_test.c */
#include "unbundle/bundle_read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "bundle/tarz.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define NCHUNKS 300
#define MAX_PLAIN (64u << 20)
#define CONTEXT "{\"v\":1,\"station\":\"pc-1\",\"stream\":\"main\"," \
	"\"epoch\":2026,\"seq\":3," \
	"\"run\":\"000102030405060708090a0b0c0d0e0f\",\"part\":1}\n"

static struct tarz *tarz;
static uint8_t data[4 << 20];

static int
setup(void **state)
{
	struct err e = ERR_INIT;
	uint32_t x = 1;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(data); i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (uint8_t)(x >> 24);
	}
	if (crypto_setup(&e) < 0)
		return -1;
	tarz = tarz_new(3, &e);
	return tarz ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	tarz_free(tarz);
	return 0;
}

static int
to_buf(void *arg, const void *d, size_t n, struct err *e)
{
	return buf_add(arg, d, n, e);
}

static void
pad(struct buf *b, uint8_t n)
{
	uint8_t frame[8 + 255] = {0x50, 0x2a, 0x4d, 0x18, n};
	struct err e = ERR_INIT;

	assert_int_equal(buf_add(b, frame, 8 + (size_t)n, &e), 0);
}

static size_t
len_of(size_t i)
{
	return i == 0 ? 3u << 20 : (i * 7919) % 20000;
}

static void
name_of(char name[static 72], const void *d, size_t n)
{
	uint8_t id[32];

	hash_blake2b(id, d, n);
	memcpy(name, "chunks/", 7);
	str_hex(name + 7, id, 32);
}

/* zstd(tar), no padding yet. */
static void
make_bundle(struct buf *z)
{
	struct err e = ERR_INIT;
	char name[72];
	size_t i;

	assert_int_equal(tarz_begin(tarz, to_buf, z, &e), 0);
	assert_int_equal(tarz_add(tarz, "liudi.json", CONTEXT,
	    strlen(CONTEXT), false, &e), 0);
	for (i = 0; i < NCHUNKS; i++) {
		name_of(name, data + i, len_of(i));
		assert_int_equal(tarz_add(tarz, name, data + i, len_of(i),
		    i % 100 > 50, &e), 0);
	}
	assert_int_equal(tarz_finish(tarz, &e), 0);
}

struct pull {
	const uint8_t *d;
	size_t n, step;
};

static int
pull_some(void *arg, const void **d, size_t *n, struct err *e)
{
	struct pull *p = arg;

	(void)e;
	*n = p->n < p->step ? p->n : p->step;
	*d = p->d;
	p->d += *n;
	p->n -= *n;
	return 0;
}

struct seen {
	size_t contexts, chunks, wanted, stop_at;
};

static int
see_context(void *arg, const struct bundle_context *c, struct err *e)
{
	struct seen *s = arg;
	size_t i;

	(void)e;
	assert_string_equal(c->station, "pc-1");
	assert_string_equal(c->stream, "main");
	assert_int_equal(c->epoch, 2026);
	assert_int_equal(c->seq, 3);
	assert_int_equal(c->part, 1);
	for (i = 0; i < 16; i++)
		assert_int_equal(c->run[i], i);
	s->contexts++;
	return 0;
}

static int
see_chunk(void *arg, size_t index, const uint8_t id[static 32],
	const void *d, size_t n, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	(void)id;
	assert_int_equal(n, len_of(index));
	assert_memory_equal(d, data + index, n);
	s->chunks++;
	return s->stop_at > 0 && s->chunks == s->stop_at;
}

static bool
want_odd(void *arg, const uint8_t id[static 32])
{
	struct seen *s = arg;

	(void)id;
	return s->wanted++ % 2 == 1;
}

static void
reads_what_was_written(void **state)
{
	static const size_t steps[] = {SIZE_MAX, 65536, 1000, 1};
	struct buf z = BUF_INIT(1 << 25);
	struct seen s = {0, 0, 0, 0};
	struct bundle_handler h = {see_context, see_chunk, &s};
	struct pull p;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	make_bundle(&z);
	pad(&z, 200);
	for (i = 0; i < 4; i++) {
		s = (struct seen){0, 0, 0, 0};
		p = (struct pull){z.data, z.len, steps[i]};
		assert_int_equal(bundle_read(pull_some, &p, MAX_PLAIN, NULL,
		    &h, &e), 0);
		assert_int_equal(s.contexts, 1);
		assert_int_equal(s.chunks, NCHUNKS);
	}
	s = (struct seen){0, 0, 0, 0};
	p = (struct pull){z.data, z.len, 65536};
	assert_int_equal(bundle_read(pull_some, &p, MAX_PLAIN, want_odd, &h,
	    &e), 0);
	assert_int_equal(s.chunks, NCHUNKS / 2);
	/* Stopped early: what follows is not looked at. */
	s = (struct seen){0, 0, 0, 7};
	p = (struct pull){z.data, z.len - 100, 65536};
	assert_int_equal(bundle_read(pull_some, &p, MAX_PLAIN, NULL, &h, &e),
	    0);
	assert_int_equal(s.chunks, 7);
	buf_release(&z);
}

/* --- Hostile tars. */

static void
expect(const struct buf *z, uint64_t max, enum err_code code, const char *why)
{
	struct bundle_handler h = {NULL, NULL, NULL};
	struct pull p = {z->data, z->len, 65536};
	struct err e = ERR_INIT;
	int rc = bundle_read(pull_some, &p, max, NULL, &h, &e);

	if (rc != -1 || e.code != code || !strstr(e.what, why))
		fail_msg("%d '%s', not '%s'", rc, e.what, why);
}

static void
zstd_and_pad(const struct buf *tar, struct buf *z)
{
	size_t n = ZSTD_compressBound(tar->len);
	struct err e = ERR_INIT;

	buf_clear(z);
	assert_int_equal(buf_reserve(z, n, &e), 0);
	z->len = ZSTD_compress(z->data, n, tar->data, tar->len, 1);
	assert_false(ZSTD_isError(z->len));
	pad(z, 3);
}

/* An entry of any type; SIZE may lie. */
static void
entry(struct buf *tar, const char *name, char type, const void *d, size_t n,
	const char *size)
{
	char h[512] = {0};
	struct err e = ERR_INIT;
	unsigned sum = 0, i;

	memcpy(h, name, strlen(name));
	memcpy(h + 100, "0000644", 8);
	memcpy(h + 108, "0000000", 8);
	memcpy(h + 116, "0000000", 8);
	(void)snprintf(h + 124, 12, "%011o", (unsigned)n);
	if (size)
		memcpy(h + 124, size, 12);
	memcpy(h + 136, "00000000000", 12);
	memset(h + 148, ' ', 8);
	h[156] = type;
	if (type == '1' || type == '2')
		memcpy(h + 157, "liudi.json", 10);
	memcpy(h + 257, "ustar\00000", 8);
	for (i = 0; i < 512; i++)
		sum += (uint8_t)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
	assert_int_equal(buf_add(tar, h, 512, &e), 0);
	assert_int_equal(buf_add(tar, d, n, &e), 0);
	memset(h, 0, 512);
	assert_int_equal(buf_add(tar, h, (512 - n % 512) % 512, &e), 0);
}

static void
zeros(struct buf *tar, size_t n)
{
	struct err e = ERR_INIT;

	while (n-- > 0)
		assert_int_equal(buf_addc(tar, '\0', &e), 0);
}

static void
refuses_hostile_entries(void **state)
{
	static const struct {
		const char *name;
		char type;
		const char *bytes;
		const char *size;
		enum err_code code;
		const char *why;
	} cases[] = {
		{"/etc/passwd", '0', "x", NULL, ERR_FORMAT, "no name of a"},
		{"chunks/../x", '0', "x", NULL, ERR_FORMAT, "no name of a"},
		{"chunks/abc", '0', "x", NULL, ERR_FORMAT, "no name of a"},
		{"liudi.json", '0', "{}", NULL, ERR_FORMAT, "no name of a"},
		{NULL, '1', "", NULL, ERR_FORMAT, "no regular file"},
		{NULL, '2', "", NULL, ERR_FORMAT, "no regular file"},
		{NULL, '3', "", NULL, ERR_FORMAT, "no regular file"},
		{NULL, '5', "", NULL, ERR_FORMAT, "no regular file"},
		{NULL, '6', "", NULL, ERR_FORMAT, "no regular file"},
		{NULL, '0', "wrong", NULL, ERR_INTEGRITY, "bytes of its name"},
		{NULL, '0', "", NULL, ERR_INTEGRITY, "bytes of its name"},
		{NULL, '0', "x", "00040000001", ERR_FORMAT, "entry of 8388609"},
		{NULL, '0', "x", "77777777777", ERR_FORMAT, "entry of "},
		{NULL, '0', "x", "00000007777", ERR_FORMAT, "no tar"},
	};
	struct buf tar = BUF_INIT(1 << 20), z = BUF_INIT(1 << 20);
	char good[72];
	size_t i;

	(void)state;
	name_of(good, "right", 5);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&tar);
		entry(&tar, "liudi.json", '0', CONTEXT, strlen(CONTEXT), NULL);
		entry(&tar, good, '0', "right", 5, NULL);
		entry(&tar, cases[i].name ? cases[i].name : good,
		    cases[i].type, cases[i].bytes, strlen(cases[i].bytes),
		    cases[i].size);
		zeros(&tar, 1024);
		zstd_and_pad(&tar, &z);
		expect(&z, MAX_PLAIN, cases[i].code, cases[i].why);
	}
	buf_release(&tar);
	buf_release(&z);
}

static void
refuses_other_beginnings(void **state)
{
	static const char *const contexts[] = {"", "{}", "[]",
		("{\"v\":2,\"station\":\"pc-1\",\"stream\":\"main\","
		"\"epoch\":2026,\"seq\":3,\"run\":"
		"\"000102030405060708090a0b0c0d0e0f\",\"part\":1}"),
		("{\"v\":1,\"station\":\"pc-1\",\"stream\":\"main\","
		"\"epoch\":2026,\"seq\":3,\"run\":\"00\",\"part\":1}")};
	struct buf tar = BUF_INIT(1 << 20), z = BUF_INIT(1 << 20);
	char good[72];
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++) {
		buf_clear(&tar);
		entry(&tar, "liudi.json", '0', contexts[i],
		    strlen(contexts[i]), NULL);
		zeros(&tar, 1024);
		zstd_and_pad(&tar, &z);
		expect(&z, MAX_PLAIN, ERR_FORMAT, "liudi.json");
	}
	name_of(good, "right", 5);
	buf_clear(&tar);
	entry(&tar, good, '0', "right", 5, NULL);
	zeros(&tar, 1024);
	zstd_and_pad(&tar, &z);
	expect(&z, MAX_PLAIN, ERR_FORMAT, "does not begin with liudi.json");
	buf_clear(&tar);
	zeros(&tar, 1024);
	zstd_and_pad(&tar, &z);
	expect(&z, MAX_PLAIN, ERR_FORMAT, "does not begin with liudi.json");
	buf_clear(&tar);
	assert_int_equal(buf_adds(&tar, "no tar at all", &(struct err){0}), 0);
	zstd_and_pad(&tar, &z);
	expect(&z, MAX_PLAIN, ERR_FORMAT, "no tar");
	buf_release(&tar);
	buf_release(&z);
}

static void
refuses_other_ends(void **state)
{
	static const size_t ends[] = {0, 512, 1023, 1025, 1536, 10240};
	struct buf tar = BUF_INIT(1 << 20), z = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct bundle_handler h = {NULL, NULL, NULL};
	struct pull p;
	size_t i, len;

	(void)state;
	entry(&tar, "liudi.json", '0', CONTEXT, strlen(CONTEXT), NULL);
	len = tar.len;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		tar.len = len;
		zeros(&tar, ends[i]);
		zstd_and_pad(&tar, &z);
		expect(&z, MAX_PLAIN, ERR_FORMAT, "two zero blocks");
	}
	tar.len = len;
	zeros(&tar, 1024);
	zstd_and_pad(&tar, &z);
	p = (struct pull){z.data, z.len, 7};
	assert_int_equal(bundle_read(pull_some, &p, MAX_PLAIN, NULL, &h, &e),
	    0);
	tar.data[tar.len - 1] = 'x';
	zstd_and_pad(&tar, &z);
	expect(&z, MAX_PLAIN, ERR_FORMAT, "bundle");
	tar.data[tar.len - 1] = 0;
	zstd_and_pad(&tar, &z);
	z.len -= 11;
	expect(&z, MAX_PLAIN, ERR_FORMAT, "without padding");
	pad(&z, 1);
	z.data[z.len - 1] = 1;
	expect(&z, MAX_PLAIN, ERR_FORMAT, "not zeros");
	buf_release(&tar);
	buf_release(&z);
}

static void
refuses_more_than_the_cap(void **state)
{
	struct buf z = BUF_INIT(1 << 25);

	(void)state;
	make_bundle(&z);
	pad(&z, 0);
	expect(&z, 3u << 20, ERR_FORMAT, "more than 3145728 bytes");
	z.len -= 8;
	expect(&z, MAX_PLAIN, ERR_FORMAT, "without padding");
	z.len /= 2;
	expect(&z, MAX_PLAIN, ERR_FORMAT, "cut short");
	buf_release(&z);
}

/* --- Stock tools read it: zstd, tar, b2sum. */

static void
stock_tools_read_it(void **state)
{
	char dir[] = "bundle_read_test.XXXXXX";
	struct buf z = BUF_INIT(1 << 25);
	struct err e = ERR_INIT;
	char *path, *cmd;

	(void)state;
	if (system("command -v zstd tar b2sum >/dev/null 2>&1") != 0) {
		print_message("skipped: zstd, tar or b2sum is missing\n");
		skip();
	}
	make_bundle(&z);
	pad(&z, 250);
	assert_non_null(mkdtemp(dir));
	path = path_join(dir, "b.zst");
	cmd = str_fmt("cd %s && zstd -qdc b.zst | tar xf - && "
	    "test $(zstd -qdc b.zst | tar tf - | wc -l) = %d && "
	    "head -1 liudi.json | grep -q '^{\"v\":1,' && cd chunks && "
	    "for f in *; do test $(b2sum -l 256 <$f | cut -c1-64) = $f || "
	    "exit 1; done", dir, NCHUNKS + 1);
	assert_non_null(path);
	assert_non_null(cmd);
	assert_int_equal(file_save(path, z.data, z.len, 0600, &e), 0);
	assert_int_equal(system(cmd), 0);
	assert_int_equal(file_remove_tree(dir, &e), 0);
	free(path);
	free(cmd);
	buf_release(&z);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_written),
		cmocka_unit_test(refuses_hostile_entries),
		cmocka_unit_test(refuses_other_beginnings),
		cmocka_unit_test(refuses_other_ends),
		cmocka_unit_test(refuses_more_than_the_cap),
		cmocka_unit_test(stock_tools_read_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
