/* tests/desk/shops_test.c - captures and pages out of the catalogue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zstd.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/shops.h"

#include "base/banned.h"

#define D INT64_C(20780)

static char dir[] = "/tmp/liudi-shops-XXXXXX";
static char *file;
static struct catalogue *c;

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	file = str_fmt("%s/c.sqlite3", dir);
	c = file ? catalogue_open(file, true, &e) : NULL;
	return c ? 0 : -1;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	catalogue_close(c);
	free(file);
	return file_remove_tree(dir, &e);
}

static int64_t
shop(const char *station, const char *name)
{
	struct err e = ERR_INIT;

	assert_int_equal(catalogue_run(c, SQL_SHOP_ADD, &e, "tt", station,
	    name), 0);
	return catalogue_added(c);
}

/* A line of PAGE on DAY; RECORD: byte of its hash, 0: blocked. */
static void
line(int64_t of, const char *page, int64_t day, uint8_t record)
{
	uint8_t hash[SHOP_HASH_LEN], sum[16] = {record, (uint8_t)day,
	    (uint8_t)of, (uint8_t)page[0]};
	struct err e = ERR_INIT;

	memset(hash, record, sizeof(hash));
	assert_int_equal(catalogue_run(c, SQL_SHOP_CAPTURE_ADD, &e,
	    "iiiitttitbtb", of, day, day * 86400 + record, (int64_t)480,
	    page, "desktop", "https://shop.example",
	    (int64_t)(record ? SHOP_OK : SHOP_BLOCKED),
	    record ? NULL : "riddle",
	    (const void *)(record ? hash : NULL), sizeof(hash), "auto",
	    (const void *)sum, sizeof(sum)), 0);
}

/* DATA as the record of that hash, of PAGE. */
static void
record(uint8_t byte, const char *page, const void *data, size_t n)
{
	uint8_t hash[SHOP_HASH_LEN], print[SHOPS_PRINT_LEN] = {7};
	struct err e = ERR_INIT;

	memset(hash, byte, sizeof(hash));
	assert_int_equal(catalogue_run(c, SQL_SHOP_RECORD_ADD, &e, "bttbb",
	    (const void *)hash, sizeof(hash), page, "desktop",
	    (const void *)print, sizeof(print), data, n), 0);
}

static char told[4096];

static int
on_capture(void *arg, const struct shops_capture *s, struct err *e)
{
	char *more = str_fmt("%s%s/%s/%s/%lld/%s%s ", told, s->shop,
	    s->station, s->c.page, (long long)(s->day - D),
	    shop_state_name(s->c.state), s->has_page ? "+" : "");

	(void)arg;
	(void)e;
	(void)snprintf(told, sizeof(told), "%s", more);
	free(more);
	return 0;
}

static int
on_row(void *arg, const struct shops_row *r, struct err *e)
{
	(void)arg;
	if (on_capture(NULL, &r->last, e) < 0)
		return -1;
	assert_int_equal(r->good.print[0], r->has_good ? 7 : 0);
	return r->has_good ? on_capture(NULL, &r->good, e) : 0;
}

static int
refuse(void *arg, const struct shops_capture *s, struct err *e)
{
	(void)arg;
	(void)s;
	return err_set(e, ERR_FAIL, "no");
}

static void
in_order(void **state)
{
	struct err e = ERR_INIT;
	int64_t a = shop("ws-02", "lamps"), b = shop("ws-01", "lamps");
	int64_t x = shop("ws-01", "beta");

	(void)state;
	record(1, "home", "x", 1);
	record(2, "other", "x", 1);
	line(a, "about", D, 1);
	line(a, "home", D + 1, 0);
	line(a, "home", D, 1);
	line(b, "home", D, 2);
	line(x, "home", D, 3);
	/* a record of another page, or none at all, is no page */
	told[0] = '\0';
	assert_int_equal(shops_captures(c, NULL, SHOPS_ANY_DAY, on_capture,
	    NULL, &e), 0);
	assert_string_equal(told, "beta/ws-01/home/0/ok "
	    "lamps/ws-01/home/0/ok lamps/ws-02/home/0/ok+ "
	    "lamps/ws-02/home/1/blocked lamps/ws-02/about/0/ok ");
	told[0] = '\0';
	assert_int_equal(shops_captures(c, "lamps", D, on_capture, NULL, &e),
	    0);
	assert_string_equal(told, "lamps/ws-01/home/0/ok "
	    "lamps/ws-02/home/0/ok+ lamps/ws-02/about/0/ok ");
	/* the newest of each, and the newest that shows it */
	told[0] = '\0';
	assert_int_equal(shops_each(c, "lamps", SHOPS_ANY_DAY, on_row, NULL,
	    &e), 0);
	assert_string_equal(told, "lamps/ws-01/home/0/ok "
	    "lamps/ws-02/home/1/blocked lamps/ws-02/home/0/ok+ "
	    "lamps/ws-02/about/0/ok ");
	assert_int_equal(shops_captures(c, NULL, D, refuse, NULL, &e), -1);
	assert_string_equal(e.what, "no");
}

static const char page[] = "{\"v\":1,\"type\":\"page\",\"page\":\"home\","
	"\"view\":\"desktop\",\"url\":\"u\",\"final\":null,\"status\":200,"
	"\"title\":\"Lamps\",\"width\":1,\"height\":1,\"cut\":false,"
	"\"fingerprint\":{\"browser\":\"b\",\"flags\":\"f\",\"view\":\"v\","
	"\"fonts\":\"n\",\"driver\":1},\"text\":[],\"items\":[],\"links\":[],"
	"\"images\":[],\"login\":false,\"captcha\":false,\"parts\":[],"
	"\"strips\":[]}\n";

static void
a_page(void **state)
{
	uint8_t hash[SHOP_HASH_LEN], packed[1024];
	struct err e = ERR_INIT;
	struct shop_page p;
	size_t n = ZSTD_compress(packed, sizeof(packed), page,
	    sizeof(page) - 1, 3);

	(void)state;
	assert_false(ZSTD_isError(n));
	record(9, "home", packed, n);
	memset(hash, 9, sizeof(hash));
	assert_int_equal(shops_page(c, hash, &p, &e), 1);
	assert_string_equal(p.title, "Lamps");
	page_free(&p);
	memset(hash, 8, sizeof(hash));
	assert_int_equal(shops_page(c, hash, &p, &e), 0);
	page_free(&p);
	/* damaged in the catalogue */
	record(8, "home", packed, n - 3);
	assert_int_equal(shops_page(c, hash, &p, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	page_free(&p);
	record(7, "home", "no zstd", 7);
	memset(hash, 7, sizeof(hash));
	assert_int_equal(shops_page(c, hash, &p, &e), -1);
	page_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(a_page),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
