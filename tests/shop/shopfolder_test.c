/* tests/shop/shopfolder_test.c - a shop's folder, also behind a crash. */
#include "shop/shopfolder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define NOW 1795428000	/* 2026-11-23 */

static char dir[64];

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/shopfolder-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return file_remove_tree(dir, &e);
}

static struct shop_capture
of(int64_t ts, enum shop_state s)
{
	return (struct shop_capture){.ts = ts, .offset = 480, .page = "home",
	    .view = "desktop", .url = "u", .state = s, .by = "auto"};
}

static const struct shop_page page = {.page = "home", .view = "desktop",
    .url = "u", .print = {"b", "f", "v", "t", 1}};

static int
count(const char *name, void *arg, struct err *e)
{
	(void)name;
	(void)e;
	++*(int *)arg;
	return 0;
}

static int
files(const char *sub)
{
	char *path = str_fmt("%s/%s", dir, sub);
	struct err e = ERR_INIT;
	int n = 0;

	assert_non_null(path);
	assert_int_equal(file_each(path, count, &n, &e), 0);
	free(path);
	return n;
}

static void
keeps_the_same_once(void **state)
{
	struct err e = ERR_INIT;
	struct shopfolder *f = shopfolder_open(dir, &e);
	struct shop_capture c = of(NOW, SHOP_OK);
	struct shop_page other = page;
	struct shopfolder_last last;
	int64_t first;
	uint8_t a[SHOP_HASH_LEN], b[SHOP_HASH_LEN];
	char hex[2 * SHOP_HASH_LEN + 1], *path;

	(void)state;
	assert_non_null(f);
	assert_int_equal(shopfolder_part(f, "<p>", 3, "text/html", a, &e), 1);
	assert_int_equal(shopfolder_part(f, "<p>", 3, "text/html", b, &e), 0);
	assert_memory_equal(a, b, SHOP_HASH_LEN);
	hash_sha256(b, "<p>", 3);
	assert_memory_equal(a, b, SHOP_HASH_LEN);
	str_hex(hex, a, SHOP_HASH_LEN);
	path = str_fmt("%s/parts/%s.html", dir, hex);
	assert_non_null(path);
	assert_true(file_exists(path));
	/* What a crash left of it is written again. */
	assert_int_equal(truncate(path, 1), 0);
	assert_int_equal(shopfolder_part(f, "<p>", 3, "text/html", b, &e), 1);
	free(path);
	assert_int_equal(shopfolder_strip(f, "RIFF", 4, b, &e), 1);

	assert_int_equal(shopfolder_last(f, "home", "desktop", NULL, NOW,
	    &last, &e), 0);
	assert_int_equal(shopfolder_first(f, 77, &first, &e), 0);
	assert_int_equal(first, 77);
	assert_int_equal(shopfolder_capture(f, &c, &page, &e), 1);
	c = of(NOW + 86400, SHOP_OK);
	assert_int_equal(shopfolder_capture(f, &c, &page, &e), 0);
	assert_int_equal(files("pages"), 1);
	other.title = "new";
	c = of(NOW + 2 * 86400, SHOP_CUT);
	assert_int_equal(shopfolder_capture(f, &c, &other, &e), 1);
	c = of(NOW + 3 * 86400, SHOP_BLOCKED);
	assert_int_equal(shopfolder_capture(f, &c, NULL, &e), 0);
	assert_false(c.has_record);
	assert_int_equal(shopfolder_last(f, "home", "desktop", "auto",
	    NOW + 4 * 86400, &last, &e), 1);
	assert_int_equal(last.state, SHOP_BLOCKED);
	assert_int_equal(last.ts, NOW + 3 * 86400);
	/* The month before is looked at, the one before that is not. */
	assert_int_equal(shopfolder_last(f, "home", "desktop", "auto",
	    NOW + 20 * 86400, &last, &e), 1);
	assert_int_equal(shopfolder_last(f, "home", "desktop", "auto",
	    NOW + 60 * 86400, &last, &e), 0);
	assert_int_equal(shopfolder_last(f, "home", "mobile", NULL, NOW, &last,
	    &e), 0);
	assert_int_equal(shopfolder_last(f, "home", "desktop", "check", NOW,
	    &last, &e), 0);
	assert_int_equal(files("captures"), 1);
	c = of(NOW + 30 * 86400, SHOP_BLOCKED);
	assert_int_equal(shopfolder_capture(f, &c, NULL, &e), 0);
	assert_int_equal(files("captures"), 2);
	assert_int_equal(shopfolder_first(f, 1, &first, &e), 0);
	assert_int_equal(first, NOW);
	shopfolder_close(f);
}

static void
goes_on_behind_half_a_line(void **state)
{
	struct err e = ERR_INIT;
	struct shopfolder *f = shopfolder_open(dir, &e);
	struct shop_capture c = of(NOW, SHOP_TIMEOUT);
	struct buf text = BUF_INIT(1 << 20);
	char *path = str_fmt("%s/captures/2026-11.jsonl", dir);
	size_t whole;

	(void)state;
	assert_non_null(f);
	assert_non_null(path);
	assert_int_equal(shopfolder_capture(f, &c, NULL, &e), 0);
	assert_int_equal(file_load(path, &text, &e), 0);
	whole = text.len;
	assert_int_equal(buf_adds(&text, "{\"v\":1,\"ty", &e), 0);
	assert_int_equal(file_save(path, text.data, text.len, 0600, &e), 0);
	assert_int_equal(shopfolder_capture(f, &c, NULL, &e), 0);
	buf_clear(&text);
	assert_int_equal(file_load(path, &text, &e), 0);
	assert_int_equal(text.len, 2 * whole);
	assert_memory_equal(text.data, text.data + whole, whole);
	/* A disk without room is said. */
	for (unsigned long i = 1; i < 3; i++) {
		file_fault(i, 28, false);	/* ENOSPC */
		assert_int_equal(shopfolder_capture(f, &c, NULL, &e), -1);
		assert_int_equal(e.code, ERR_SPACE);
		err_clear(&e);
	}
	file_fault(0, 0, false);
	buf_release(&text);
	free(path);
	shopfolder_close(f);
}

/* Who only looks takes nothing out of the hands of who writes. */
static void
leaves_what_is_being_written(void **state)
{
	char at[128], hex[2 * SHOP_HASH_LEN + 1];
	struct err e = ERR_INIT;
	struct file_new half = FILE_NEW_INIT;
	struct shopfolder *f = shopfolder_open(dir, &e), *other;
	uint8_t sha256[SHOP_HASH_LEN];

	(void)state;
	assert_non_null(f);
	(void)snprintf(at, sizeof(at), "%s/parts/x", dir);
	assert_int_equal(file_new_open(&half, at, 0600, &e), 0);
	other = shopfolder_open(dir, &e);
	assert_non_null(other);
	assert_true(file_exists(half.tmp));
	assert_int_equal(shopfolder_sweep(other, &e), 0);
	assert_false(file_exists(half.tmp));
	shopfolder_close(other);
	file_new_release(&half);
	/* A link of the right length is not the file. */
	hash_sha256(sha256, "<p>", 3);
	str_hex(hex, sha256, SHOP_HASH_LEN);
	(void)snprintf(at, sizeof(at), "%s/parts/%s.html", dir, hex);
	assert_int_equal(symlink("a/b", at), 0);
	assert_int_equal(shopfolder_part(f, "<p>", 3, "text/html", sha256,
	    &e), 1);
	assert_int_not_equal(readlink(at, hex, sizeof(hex)), 3);
	shopfolder_close(f);
}

/* Rows that came to a strip once need not be encoded again, if it is there. */
static void
knows_strips_it_made(void **state)
{
	const uint8_t key[SHOPFOLDER_KEY_LEN] = {1};
	uint8_t sha256[SHOP_HASH_LEN], found[SHOP_HASH_LEN];
	char at[128], hex[2 * SHOP_HASH_LEN + 1], beside[96];
	struct err e = ERR_INIT;
	struct shopfolder *f = shopfolder_open(dir, &e);

	(void)state;
	assert_non_null(f);
	(void)snprintf(beside, sizeof(beside), "%s/beside", dir);
	assert_int_equal(shopfolder_strip(f, "RIFF", 4, sha256, &e), 1);
	shopfolder_learn(f, key, sha256);
	assert_false(shopfolder_knows(f, key, found));	/* nowhere to */
	assert_int_equal(shopfolder_known(f, beside, &e), 0);
	shopfolder_learn(f, key, sha256);
	assert_true(shopfolder_knows(f, key, found));
	assert_memory_equal(found, sha256, SHOP_HASH_LEN);
	shopfolder_close(f);
	f = shopfolder_open(dir, &e);
	assert_int_equal(shopfolder_known(f, beside, &e), 0);
	assert_true(shopfolder_knows(f, key, found));
	assert_memory_equal(found, sha256, SHOP_HASH_LEN);
	str_hex(hex, sha256, SHOP_HASH_LEN);
	(void)snprintf(at, sizeof(at), "%s/strips/%s.webp", dir, hex);
	assert_int_equal(file_remove(at, &e), 0);
	assert_false(shopfolder_knows(f, key, found));
	shopfolder_close(f);
	/* What is no such file is none. */
	(void)snprintf(at, sizeof(at), "%s/known", beside);
	assert_int_equal(file_save(at, "x", 1, 0600, &e), 0);
	f = shopfolder_open(dir, &e);
	assert_int_equal(shopfolder_known(f, beside, &e), 0);
	assert_false(shopfolder_knows(f, key, found));
	shopfolder_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_the_same_once, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(goes_on_behind_half_a_line,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(knows_strips_it_made, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(leaves_what_is_being_written,
		    setup, teardown)
	};
	struct err e = ERR_INIT;

	if (crypto_setup(&e) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
