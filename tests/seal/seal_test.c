/* seal/seal: sealed files, judged by stock age. */
#include "seal/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/bech32.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define BIG (3 * 65536 + 12345)

static char dir[] = "/tmp/liudi-seal-XXXXXX";
static uint8_t *plain;	/* BIG bytes */

static int
to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* Fails when *arg more bytes have gone by. */
static int
to_full_disk(void *arg, const void *data, size_t n, struct err *e)
{
	size_t *left = arg;

	(void)data;
	if (n > *left)
		return err_set(e, ERR_SPACE, "full");
	*left -= n;
	return 0;
}

/* Sealed in writes of STEP bytes. */
static void
seal_all(const struct seal_recipient *r, size_t nr, size_t len, size_t step,
	struct buf *out)
{
	struct err e = ERR_INIT;
	struct seal *s = seal_new(r, nr, to_buf, out, &e);
	size_t off, n;

	assert_non_null(s);
	assert_true(out->len > 0);
	for (off = 0; off < len; off += n) {
		n = len - off < step ? len - off : step;
		assert_int_equal(seal_write(s, plain + off, n, &e), 0);
	}
	assert_int_equal(seal_finish(s, &e), 0);
	assert_int_equal(seal_finish(s, &e), -1);
	assert_int_equal(seal_write(s, plain, 1, &e), -1);
	seal_free(s);
}

/* A key made by age-keygen in dir/NAME; its recipient. */
static void
stock_key(const char *name, struct seal_recipient *r)
{
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(4096), text = BUF_INIT(4096);
	char *path = path_join(dir, name);
	const char *const make[] = {"age-keygen", "-o", path, NULL};
	const char *const show[] = {"age-keygen", "-y", path, NULL};

	assert_int_equal(proc_run(make, NULL, NULL, 0, &out, &text, 30000,
	    &e), 0);
	buf_clear(&out);
	assert_int_equal(proc_run(show, NULL, NULL, 0, &out, NULL, 30000, &e),
	    0);
	assert_true(out.len > 1);
	assert_int_equal(seal_recipient_parse(r, buf_str(&out), out.len - 1,
	    &e), 0);
	buf_clear(&text);
	assert_int_equal(seal_recipient_text(r, &text, &e), 0);
	assert_int_equal(buf_addc(&text, '\n', &e), 0);
	assert_string_equal(buf_str(&text), buf_str(&out));
	buf_release(&out);
	buf_release(&text);
	free(path);
}

static void
expect_age_opens(const char *key, const struct buf *file, size_t len)
{
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(BIG + 1);
	char *path = path_join(dir, key);
	const char *const argv[] = {"age", "-d", "-i", path, NULL};

	assert_int_equal(proc_run(argv, NULL, file->data, file->len, &out,
	    NULL, 30000, &e), 0);
	assert_int_equal(out.len, len);
	if (len > 0)
		assert_memory_equal(out.data, plain, len);
	buf_release(&out);
	free(path);
}

static void
age_opens_ours(void **state)
{
	static const size_t sizes[] = {
		0, 1, 65535, 65536, 65537, 131071, 131072, 131073, BIG
	};
	static const size_t steps[] = {1000003, 65536, 65535, 10007};
	struct seal_recipient r[3];
	struct buf file = BUF_INIT(2 * BIG);
	size_t i;

	(void)state;
	stock_key("k0", &r[0]);
	stock_key("k1", &r[1]);
	stock_key("k2", &r[2]);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf_clear(&file);
		seal_all(r, 3, sizes[i], steps[i % 4], &file);
		expect_age_opens("k0", &file, sizes[i]);
		expect_age_opens("k2", &file, sizes[i]);
	}
	buf_clear(&file);
	seal_all(r + 1, 1, 100, 1, &file);
	expect_age_opens("k1", &file, 100);
	buf_release(&file);
}

/* However the bytes come, the pieces are the same: sizes show it. */
static void
pieces_do_not_depend_on_writes(void **state)
{
	static const size_t steps[] = {1, 7, 4096, 65535, 65536, 65537, BIG};
	struct seal_recipient r;
	struct buf file = BUF_INIT(2 * BIG);
	size_t i, want = 0;

	(void)state;
	stock_key("k3", &r);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		buf_clear(&file);
		seal_all(&r, 1, BIG, steps[i], &file);
		if (i == 0)
			want = file.len;
		assert_int_equal(file.len, want);
		expect_age_opens("k3", &file, BIG);
	}
	buf_release(&file);
}

static void
headers_follow_from_the_key(void **state)
{
	static const uint8_t key[SEAL_KEY_LEN] = {1, 2, 3};
	struct err e = ERR_INIT;
	struct buf a = BUF_INIT(4096), b = BUF_INIT(4096);
	struct seal_recipient r[SEAL_MAX_RECIPIENTS + 1];
	size_t i;

	(void)state;
	stock_key("k4", &r[0]);
	stock_key("k5", &r[1]);
	assert_int_equal(seal_header(&a, key, r, 2, &e), 0);
	assert_int_equal(seal_header(&b, key, r, 2, &e), 0);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	assert_true(str_starts(buf_str(&a), "age-encryption.org/v1\n-> X255"));
	assert_int_equal(a.data[a.len - 1], '\n');
	buf_clear(&b);
	assert_int_equal(seal_header(&b, key, r + 1, 1, &e), 0);
	/* A recipient's stanza does not depend on the others. */
	assert_non_null(memmem(a.data, a.len, b.data + 22, 98));
	for (i = 1; i <= SEAL_MAX_RECIPIENTS; i++)
		r[i] = r[0];
	buf_clear(&b);
	assert_int_equal(seal_header(&b, key, r, 0, &e), -1);
	assert_int_equal(seal_header(&b, key, r, SEAL_MAX_RECIPIENTS + 1,
	    &e), -1);
	assert_int_equal(b.len, 0);
	assert_null(seal_new(r, 0, to_buf, &b, &e));
	buf_release(&a);
	buf_release(&b);
}

/* The points of small order (RFC 7748 section 6.1), and other encodings. */
static const char *const low_order[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

static void
low_order_points_are_refused(void **state)
{
	static const uint8_t key[SEAL_KEY_LEN] = {9};
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(4096);
	struct seal_recipient r = {SEAL_X25519, {0}}, got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(low_order) / sizeof(low_order[0]); i++) {
		assert_int_equal(str_unhex(r.pk, 32, low_order[i], 64), 0);
		buf_clear(&text);
		assert_int_equal(seal_recipient_text(&r, &text, &e), 0);
		assert_int_equal(seal_recipient_parse(&got, buf_str(&text),
		    text.len, &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
		buf_clear(&text);
		assert_int_equal(seal_header(&text, key, &r, 1, &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_int_equal(text.len, 0);
	}
	buf_release(&text);
}

static void
bad_recipients_are_refused(void **state)
{
	static const char good[] = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82"
		"hzrye869xeexvn73equnujwj";
	static const char *const bad[] = {
		"", "age", "age1", "age1zvkyg2",
		"AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82"
		"HZRYE869XEEXVN73EQUNUJWJ",
		"Age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82"
		"hzrye869xeexvn73equnujwj",
		"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82"
		"hzrye869xeexvn73equnujwq",
		"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82"
		"hzrye869xeexvn73equnujwj ",
		"ssh-ed25519 AAAA",
		"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYY"
		"SJZGFPQ4EGAEX",
	};
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(4096);
	struct seal_recipient r;
	uint8_t raw[33] = {5};
	size_t i, n;

	(void)state;
	assert_int_equal(seal_recipient_parse(&r, good, strlen(good), &e), 0);
	assert_int_equal(seal_recipient_text(&r, &text, &e), 0);
	assert_string_equal(buf_str(&text), good);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(seal_recipient_parse(&r, bad[i],
		    strlen(bad[i]), &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	for (n = 31; n <= 33; n++) {	/* only 32 bytes will do */
		buf_clear(&text);
		assert_int_equal(bech32_encode(&text, "age", raw, n, &e), 0);
		assert_int_equal(seal_recipient_parse(&r, buf_str(&text),
		    text.len, &e), n == 32 ? 0 : -1);
	}
	buf_release(&text);
}

static void
a_full_disk_ends_it(void **state)
{
	struct err e = ERR_INIT;
	struct seal_recipient r;
	struct seal *s;
	size_t left = 10;

	(void)state;
	stock_key("k6", &r);
	assert_null(seal_new(&r, 1, to_full_disk, &left, &e));
	assert_int_equal(e.code, ERR_SPACE);
	left = 1000;
	s = seal_new(&r, 1, to_full_disk, &left, &e);
	assert_non_null(s);
	err_clear(&e);
	assert_int_equal(seal_write(s, plain, 65536, &e), 0);
	assert_int_equal(seal_write(s, plain, 1, &e), -1);
	assert_int_equal(e.code, ERR_SPACE);
	assert_int_equal(seal_write(s, plain, 1, &e), -1);
	assert_int_equal(seal_finish(s, &e), -1);
	seal_free(s);
	seal_free(NULL);
}

/* FORMAT.md section 3, computed in another way. */
static uint64_t
padded_len(uint64_t plain_len)
{
	uint64_t len = plain_len + 8, step = 512, v, bits;

	if (len > 8192) {
		for (v = len, bits = 0; v > 1; v /= 2)
			bits++;		/* E */
		for (v = bits, step = 1; v > 1; v /= 2)
			step++;		/* S */
		step = UINT64_C(1) << (bits - step);
	}
	while (len % step)
		len++;
	return len;
}

static void
padding(void **state)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(65536);
	uint64_t n, len;
	size_t i;

	(void)state;
	assert_int_equal(seal_pad_len(0), 512);
	assert_int_equal(seal_pad_len(504), 8);
	assert_int_equal(seal_pad_len(505), 1024 - 505);
	assert_int_equal(seal_pad_len(8184), 8);
	assert_int_equal(seal_pad_len(8185), 8704 - 8185);
	for (n = 0; n < 70000; n++)
		assert_int_equal(n + seal_pad_len(n), padded_len(n));
	for (n = 70000; n < UINT64_C(1) << 35; n += n / 7 + 1)
		assert_int_equal(n + seal_pad_len(n), padded_len(n));
	assert_int_equal(buf_adds(&b, "x", &e), 0);
	assert_int_equal(seal_pad(&b, 1, &e), 0);
	assert_int_equal(b.len, 512);
	len = 512 - 1 - 8;
	assert_memory_equal(b.data, "x\x50\x2a\x4d\x18", 5);
	assert_int_equal(b.data[5], len & 255);
	assert_int_equal(b.data[6], len >> 8);
	for (i = 7; i <= 512; i++)
		assert_int_equal(b.data[i], 0);
	buf_clear(&b);
	assert_int_equal(seal_pad(&b, UINT64_C(1) << 24, &e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	assert_int_equal(seal_pad(&b, (UINT64_C(1) << 45) + 1, &e), -1);
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

/* zstd takes the frame for what it is: nothing. */
static void
zstd_skips_it(void **state)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(65536), out = BUF_INIT(65536);
	const char *const pack[] = {"zstd", "-c", NULL};
	const char *const unpack[] = {"zstd", "-d", "-c", NULL};

	(void)state;
	if (proc_run(pack, NULL, "hello", 5, &b, NULL, 30000, &e) != 0) {
		print_message("skipped: no zstd\n");
		skip();
	}
	assert_int_equal(seal_pad(&b, b.len, &e), 0);
	assert_int_equal(b.len, 512);
	assert_int_equal(proc_run(unpack, NULL, b.data, b.len, &out, NULL,
	    30000, &e), 0);
	assert_string_equal(buf_str(&out), "hello");
	buf_release(&b);
	buf_release(&out);
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	plain = malloc(BIG);
	if (!plain || crypto_setup(&e) < 0 || !mkdtemp(dir))
		return -1;
	for (i = 0; i < BIG; i++)
		plain[i] = (uint8_t)(i * 7 + i / 251);
	return 0;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	free(plain);
	return file_remove_tree(dir, &e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(age_opens_ours),
		cmocka_unit_test(pieces_do_not_depend_on_writes),
		cmocka_unit_test(headers_follow_from_the_key),
		cmocka_unit_test(low_order_points_are_refused),
		cmocka_unit_test(bad_recipients_are_refused),
		cmocka_unit_test(a_full_disk_ends_it),
		cmocka_unit_test(padding),
		cmocka_unit_test(zstd_skips_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
